"""An assessment computes what is read, once, and says which step it is at."""

import datetime as dt

import pandas as pd
import pytest

from tests.maps.town import MadeUp
from weizhan.coverage.assessment import Assessment, Part, assess
from weizhan.coverage.review.lists import ListSource, risk_lists
from weizhan.coverage.review.period_review import review
from weizhan.coverage.rounds.reasons_to_visit import RoundKind, read_facts, reasons_to_visit
from weizhan.data.demo import make_demo
from weizhan.data.demo_ledgers import import_demo_ledgers
from weizhan.geo.town import load_town
from weizhan.geo.words.periods import read_period

DAY = dt.date(2026, 9, 30)
LEAST = {"lane_state", "response"}
RISK = {*LEAST, "risk"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("assessment") / "village"
    make_demo(folder, size="village", seed=2)
    import_demo_ledgers(folder)
    return folder


@pytest.fixture(scope="module")
def town(folder):
    return load_town(folder)


@pytest.fixture(scope="module")
def whole(town):
    return assess(town, date=DAY.isoformat(), draws=5).complete()


def _computed(found):
    return set(found.timings_s)


def test_nothing_is_computed_before_it_is_read(town):
    steps = []
    found = assess(town, date=DAY.isoformat(), draws=5, progress=steps.append)
    assert (found.town, found.date, len(found.water)) == (town.name, "2026-09-30", len(town.water))
    assert len(found.stations) == len(town.stations)
    assert steps == [] and _computed(found) == set()
    _ = found.areas
    assert _computed(found) == {"lane_state", "areas"}
    _ = found.risk, found.buildings["micro_cover"], found.risk
    assert steps == ["step.lane_state", "step.areas", "step.risk", "step.response", "step.draws"]


def test_tables_hold_only_what_is_asked_for_and_the_same_values(town, whole):
    some = assess(town, date=DAY.isoformat(), draws=5).only(Part.RISK)
    columns = list(some.buildings)
    assert {"micro_cover", "risk_band"} <= set(columns)
    assert {"micro_lane_probability", "open_hazards"}.isdisjoint(columns)
    assert "keep_clear_rank" not in some.lanes and "state" in some.lanes
    assert "events" not in some.summary and "keep_clear" not in some.summary["lanes"]
    assert _computed(some) == {*RISK, "summary"}
    pd.testing.assert_frame_equal(
        pd.DataFrame(some.buildings), pd.DataFrame(whole.buildings[columns])
    )
    for same in ("coverage", "risk", "notes", "counts"):
        assert some.summary[same] == whole.summary[same]


def test_a_whole_assessment_has_every_part_but_openings(whole):
    assert _computed(whole) == {
        *RISK, "draws", "closures", "areas", "compliance", "summary",
    }  # fmt: skip
    assert {"micro_lane_probability", "risk_band", "open_hazards"} <= set(whole.buildings)
    assert {"keep_clear_rank", "micro_lost_people"} <= set(whole.lanes)
    assert "opening_gain_buildings" not in whole.lanes
    assert set(whole.summary["communities"][0]["risk"]) >= {"red_buildings", "open_hazards"}
    assert set(whole.summary["timings_s"]) == _computed(whole)


def test_bands_that_are_sure_are_those_most_draws_agree_in(whole):
    told, houses = whole.summary["risk"], whole.buildings
    sure = houses[houses["risk_band_share"] >= told["sure_band"]]["risk_band"].value_counts()
    assert told["bands_sure"] == {band: int(sure.get(band, 0)) for band in told["bands_sure"]}
    assert 0 < sum(told["bands_sure"].values()) < sum(told["bands"].values())


def test_openings_are_computed_where_they_are_asked_for(town):
    found = assess(town, date=DAY.isoformat()).only(Part.OPENINGS)
    assert {"opening_gain_buildings", "opening_gain_rank"} <= set(found.lanes)
    assert _computed(found) == {"lane_state", "openings"}


def test_a_part_that_is_broken_off_leaves_nothing_half(town, whole):
    asked = []

    def impatient(step):
        asked.append(step)
        if step == "step.risk" and asked.count(step) == 1:
            raise KeyboardInterrupt

    found = assess(town, date=DAY.isoformat(), draws=5, progress=impatient).only(Part.RISK)
    with pytest.raises(KeyboardInterrupt):
        _ = found.buildings
    assert _computed(found) == LEAST
    assert found.buildings["harm_index"].tolist() == whole.buildings["harm_index"].tolist()


def test_given_attributes_stand_in_a_copy_only(whole):
    other = whole.replaced(town="别处", lanes=whole.lanes.iloc[:2])
    assert (other.town, len(other.lanes), other.buildings is whole.buildings) == ("别处", 2, True)
    assert whole.town != "别处" and len(whole.lanes) > 2


def test_rounds_read_no_closures_unless_lanes_are_visited(folder, town):
    found = assess(town, date=DAY.isoformat()).only(Part.RISK)
    facts = read_facts(folder, found, town.rules, on=DAY)
    for kind in set(RoundKind) - {RoundKind.LANES}:
        reasons_to_visit(kind, facts, community="C1")
    assert _computed(found) == RISK
    lanes = assess(town, date=DAY.isoformat()).only(Part.CLOSURES)
    reasons_to_visit(RoundKind.LANES, read_facts(folder, lanes, town.rules, on=DAY))
    assert _computed(lanes) == {*LEAST, "closures"}


def test_a_review_computes_only_what_a_meeting_sees(folder, town):
    told = review(folder, town, read_period("2026Q3"), on=DAY)
    _ = told.found.summary, told.found.lanes, told.before.summary, told.before.buildings
    assert _computed(told.found) == {*RISK, "closures", "summary"}
    assert _computed(told.before) == {*RISK, "summary"}


def test_lists_tell_the_clusters_and_areas_that_the_map_shows(whole):
    source = ListSource(whole)
    lists = risk_lists(source, start=dt.date(2026, 7, 1))
    assert lists["clusters"]["buildings"].tolist() == source.clusters["buildings"].tolist() != []
    assert lists["areas"]["open_hazards"].tolist() == source.areas["open_hazards"].tolist()
    shows = lists["worry"].query("worry == 'area'")
    red = int((source.clusters["red_buildings"] > 0).sum())
    assert len(shows) == len(source.areas) + red


def test_a_made_up_assessment_has_nothing_that_a_real_one_lacks():
    assert all(hasattr(Assessment, name) for name in MadeUp.__dataclass_fields__ if name not in
               Assessment.__dataclass_fields__)  # fmt: skip
