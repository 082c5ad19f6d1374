"""Cut into parts with what may reach them, a town answers as one graph, to the value."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from weizhan.coverage import columns as c
from weizhan.coverage.assessment import assess
from weizhan.coverage.parts import community_groups, halo_m, merged_losses, part_of
from weizhan.geo.words import fields as f

HORIZON_S = 320.0


def _assessed(town):
    found = assess(town, date="2026-11-21", draws=40)
    return replace(found, moment=replace(found.moment, horizon_s=HORIZON_S))


@pytest.fixture(scope="module")
def whole(valley):
    return _assessed(valley)


def _parts(town, reach_m):
    groups = community_groups(town, most=60)
    return [_assessed(part_of(town, rows, reach_m=reach_m)) for rows in groups.values()]


@pytest.fixture(scope="module")
def parts(valley):
    return _parts(valley, halo_m(valley.rules, horizon_s=HORIZON_S))


def _by_building(parts, table):
    tables = [table(part).set_axis(part.moment.town.buildings[f.BUILDING_ID]) for part in parts]
    return pd.concat(tables).sort_index()


def test_every_building_is_in_one_part_and_no_part_holds_the_whole_network(whole, parts):
    ids = [i for part in parts for i in part.moment.town.buildings[f.BUILDING_ID]]
    assert sorted(ids) == sorted(whole.moment.town.buildings[f.BUILDING_ID])
    assert len(parts) >= 3
    assert min(part.moment.town.network.lanes for part in parts) < 0.7 * len(whole.lane_states)


def test_times_stations_cover_and_reasons_are_those_of_the_whole(whole, parts):
    def of(part):
        return part.response

    pd.testing.assert_frame_equal(_by_building(parts, of), _by_building([whole], of))
    late = whole.response[c.response_time("micro")].isna()
    assert 0 < late.sum() < len(late)


def test_chances_of_random_lane_states_are_those_of_the_whole(whole, parts):
    def of(part):
        return part.chances

    told = _by_building([whole], of)
    pd.testing.assert_frame_equal(_by_building(parts, of), told)
    assert ((told > 0) & (told < 1)).any(axis=None)


def test_losses_of_lanes_add_up_to_those_of_the_whole(whole, parts):
    town, tiers = whole.moment.town, list(whole.tiers)
    costs = whole.closures.lanes.set_axis(town.lanes[f.LANE_ID])
    told = [
        part.closures.lanes.join(part.lane_states[c.BLOCKED_PROBABILITY]).assign(
            lane_id=part.moment.town.lanes[f.LANE_ID], own=True
        )
        for part in parts
    ]
    found = merged_losses(told, tiers)
    rank = c.KEEP_CLEAR_RANK  # equal ones are ranked in the order of the lanes
    same = [name for name in found.columns if name != rank]
    pd.testing.assert_frame_equal(found[same], costs.sort_index()[same], check_names=False)
    assert sorted(found[rank].dropna()) == sorted(costs[rank].dropna())
    assert (found[c.KEEP_CLEAR_SCORE] > 0).sum() > 5
    assert sum(len(part) for part in told) > len(found)  # lanes at borders are in several parts


def test_with_less_round_them_parts_answer_wrongly(whole, valley):
    narrow = _parts(valley, 300.0)
    name = c.response_time("brigade")
    found = _by_building(narrow, lambda part: part.response)[name]
    told = _by_building([whole], lambda part: part.response)[name]
    assert not np.array_equal(found, told, equal_nan=True)
