"""Neighbouring districts answer as one graph of both: stations and lanes reach over borders."""

import pandas as pd
import pytest
import shapely

from weizhan.coverage import columns as c
from weizhan.coverage.parts import Asked, assessed, halo_m, joined_district, merged_losses, named_by
from weizhan.geo.words import fields as f

from .conftest import valley_rows

ASKED = Asked(None, "2026-11-21", draws=40, seed=2, horizon_s=320.0)
BORDER = 5200
KEYS = {
    "lanes": f.LANE_ID, "buildings": f.BUILDING_ID, "stations": f.STATION_ID,
    "communities": f.COMMUNITY_ID, "barriers": f.BARRIER_ID, "lane_reports": f.REPORT_ID,
    "water": f.WATER_ID,
}  # fmt: skip


def _split():
    """The rows of both sides with ids that both use, and of the whole with names of districts."""
    sides, every = {"东": {}, "西": {}}, {}
    for layer, rows in valley_rows().items():
        for side, told in sides.items():
            own = [
                row for row in rows
                if (shapely.centroid(row["geometry"]).x > BORDER - 1) == (side == "东")
            ]  # fmt: skip
            told[layer] = [{**row, KEYS[layer]: f"{layer}{k}"} for k, row in enumerate(own)]
            named = [{**row, KEYS[layer]: f"{side}/{row[KEYS[layer]]}"} for row in told[layer]]
            every.setdefault(layer, []).extend(named)
    return sides, every


@pytest.fixture(scope="module")
def towns(make_shared_town):
    sides, every = _split()
    districts = {side: named_by(make_shared_town(**rows), side) for side, rows in sides.items()}
    return make_shared_town(**every), districts


@pytest.fixture(scope="module")
def whole(towns):
    return assessed(towns[0], ASKED)


@pytest.fixture(scope="module")
def parts(towns):
    town, districts = towns
    reach_m = halo_m(town.rules, horizon_s=ASKED.horizon_s)
    return [joined_district(name, districts, reach_m=reach_m) for name in districts]


def _by_building(found, table):
    told = [table(one).set_axis(one.moment.town.buildings[f.BUILDING_ID]) for one in found]
    return pd.concat(told).sort_index()


def test_times_and_chances_are_those_of_one_graph(whole, parts):
    found = [assessed(part.town, ASKED) for part in parts]
    for table in (lambda one: one.response, lambda one: one.chances):
        pd.testing.assert_frame_equal(_by_building(found, table), _by_building([whole], table))


def test_a_station_of_the_neighbour_is_first_on_this_side(whole, parts):
    found = assessed(parts[0].town, ASKED)
    first = found.response[c.station("brigade")].dropna()
    foreign = first[~first.str.startswith("东/")]
    assert len(foreign) > 0
    assert not parts[0].stations[found.stations[f.STATION_ID].isin(foreign)].any()


def test_losses_add_up_over_the_border(whole, parts):
    told = []
    for part in parts:
        one = assessed(part.town, ASKED)
        costs = one.closures.lanes.join(one.lane_states[c.BLOCKED_PROBABILITY])
        told.append(costs.assign(lane_id=part.town.lanes[f.LANE_ID], own=part.lanes))
    found = merged_losses(told, list(whole.tiers))
    costs = whole.closures.lanes.set_axis(whole.moment.town.lanes[f.LANE_ID]).sort_index()
    same = [name for name in found.columns if name != c.KEEP_CLEAR_RANK]
    pd.testing.assert_frame_equal(found[same], costs[same], check_names=False)


def test_every_lane_is_owned_once(towns, parts):
    owned = [i for part in parts for i in part.town.lanes[f.LANE_ID][part.lanes]]
    assert sorted(owned) == sorted(towns[0].lanes[f.LANE_ID])


def test_without_its_neighbour_a_district_answers_otherwise(whole, towns):
    alone = assessed(towns[1]["东"], ASKED)
    name = c.response_time("brigade")
    told = _by_building([whole], lambda one: one.response)[name]
    found = _by_building([alone], lambda one: one.response)[name]
    assert not told.loc[found.index].equals(found)
