"""Risk in parts: ranks, intervals, clusters and communities are those of one graph."""

import numpy as np
import pandas as pd
import pytest

from weizhan.coverage import columns as c
from weizhan.coverage.parts import (
    Asked,
    among_all,
    assessed,
    by_id,
    community_groups,
    donors_of_all,
    drawn,
    finished,
    halo_m,
    merged_losses,
    parts_of_town,
    rank_draws,
    seen,
    standing,
)
from weizhan.geo.words import fields as f

ASKED = Asked(None, "2026-11-21", draws=40, seed=2, horizon_s=320.0)


@pytest.fixture(scope="module")
def whole(valley):
    return assessed(valley, ASKED)


@pytest.fixture(scope="module")
def told(valley):
    """The assessments of all parts after the three stages."""
    reach_m = halo_m(valley.rules, horizon_s=ASKED.horizon_s)
    groups = community_groups(valley, most=60)
    parts = list(parts_of_town(valley, groups, reach_m=reach_m))
    own = [seen(part, ASKED) for part in parts]
    order = by_id([one.ids for one in own])
    donated = donors_of_all([one.known for one in own], order, valley.rules)
    risks = [drawn(p, ASKED, s.crew, donated) for p, s in zip(parts, own, strict=True)]
    stand = [standing(r, s.ids, p.town, s.links) for r, s, p in zip(risks, own, parts, strict=True)]
    yearly = [r.yearly.T for r in risks]
    ranked = [np.empty(one.shape, dtype=np.int32) for one in yearly]
    rank_draws(yearly, order, ranked, draws=range(len(yearly[0])))
    among, burnt = among_all(
        stand, ranked, valley.ledgers.incidents, valley.rules, day=pd.Timestamp(ASKED.date).date()
    )
    lost = merged_losses([one.lanes for one in own], list(valley.rules.tier))
    ends = [
        finished(p, ASKED, s, (r, a), lost, burnt)
        for p, s, r, a in zip(parts, own, risks, among, strict=True)
    ]
    return [e.replaced(lanes=p.own_lanes(e.lanes)) for e, p in zip(ends, parts, strict=True)]


def _together(told, table, key):
    every = pd.concat([pd.DataFrame(getattr(one, table)).drop(columns="geometry") for one in told])
    return every.set_index(key).sort_index()


def test_risk_of_every_building_is_that_of_one_graph(whole, told):
    one, parts = (_together(x, "buildings", f.BUILDING_ID) for x in ([whole], told))
    same = [name for name in one.columns if not name.endswith("_free")]
    same = [name for name in same if name in parts.columns]
    pd.testing.assert_frame_equal(parts[same], one[same], check_dtype=False, rtol=1e-9)
    assert {c.RISK_RANK, c.RISK_RANK_LOW, c.RISK_BAND, c.SPREAD_CLUSTER, c.NEIGHBOURS} <= set(same)
    assert sorted(parts[c.RISK_RANK]) == list(range(1, len(parts) + 1))


def test_every_lane_and_station_is_shown_by_one_part_with_its_losses(whole, told):
    one, parts = (_together(x, "lanes", f.LANE_ID) for x in ([whole], told))
    assert list(parts.index) == list(one.index)
    lost = [name for name in parts.columns if "_lost_" in name] + [c.KEEP_CLEAR_SCORE]
    pd.testing.assert_frame_equal(parts[lost], one[lost])
    stations = _together(told, "stations", f.STATION_ID)
    assert list(stations.index) == sorted(whole.stations[f.STATION_ID])


def test_communities_are_told_as_in_one_graph(whole, told):
    one, parts = (_together(x, "communities", f.COMMUNITY_ID) for x in ([whole], told))
    pd.testing.assert_frame_equal(parts, one[parts.columns], check_dtype=False, rtol=1e-9)
    assert parts[c.HARM_PER_HEAD].notna().all()


def test_cover_of_all_parts_adds_up(whole, told):
    for tier, figures in whole.summary["coverage"].items():
        own = [one.summary["coverage"][tier]["covered_buildings"] for one in told]
        assert sum(x or 0 for x in own) == (figures["covered_buildings"] or 0)
