"""A town of six houses before and after: every figure and every cause computed by hand."""

import datetime as dt

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from weizhan.coverage import columns as c
from weizhan.coverage.review.comparison import OUTSIDE, WHOLE, compare
from weizhan.geo.snapshots import Snapshot
from weizhan.geo.words.periods import read_period
from weizhan.geo.yardstick import IncomparableError, Yardstick
from weizhan.maps.reports.compare_page import compare_page
from weizhan.maps.voice import compared_causes, compared_communities

MEASURED = Yardstick(
    town="镇", standards_s={"micro": 180}, rules="r", rules_digest="aa", changed={},
    scenario="weekday", moment="We 10:00", speeds="", plan="", calibration="", program="0.1.0",
)  # fmt: skip
# id, community, harm, band, seconds, first station, detectors, fires
HOUSES = [
    ("A", "1", 1.0, "red", 100, "S1", 0, 1),
    ("B", "1", 0.5, "blue", 170, "S1", 4, 0),
    ("C", "2", 0.2, "blue", 400, "S2", None, 0),
    ("D", "2", 0.1, "blue", 150, "S2", 2, 0),
    ("E", None, 0.8, "red", 120, "S2", 1, 2),
    ("F", None, 0.4, "blue", 300, "S2", 1, 0),
]
STATIONS = [
    ("S1", "东站", "micro_station", 113.0, 23.0),
    ("S2", "西站", "micro_station", 113.1, 23.0),
]
COMMUNITIES = [("1", "东社区"), ("2", "西社区")]
# key, building, state, community by name
CASES = [("K1", "A", "found", None), ("K2", None, "found", "西社区"), ("K3", "F", "found", None),
         ("K4", None, "assigned", None), ("K5", "D", "closed", None)]  # fmt: skip
# key, building, community by name
FIRES = [("F1", "A", None), ("F2", "E", None), ("F3", "E", None), ("F4", None, "东社区"),
         ("F5", None, None)]  # fmt: skip


def frozen(period="2026Q2", *, houses=HOUSES, stations=STATIONS, communities=COMMUNITIES,
           cases=CASES, fires=FIRES, measured=MEASURED, date=None):  # fmt: skip
    ids, places, harm, bands, seconds, first, detectors, burnt = zip(*houses, strict=True)
    buildings = pd.DataFrame(
        {
            "building_id": ids, "community_id": np.array(places, dtype=object), "name": None,
            "address": None, "use": "residential", c.HARM_INDEX: harm, c.FIRES_INDEX: 0.1,
            c.RISK_BAND: bands, c.RISK_COMPLETENESS: 0.5, "fires_in_period": burnt,
            "smoke_detectors": np.array(detectors, dtype=float),
            "micro_cover": ["covered" if s <= 180 else "uncovered" for s in seconds],
            "micro_response_time_s": np.array(seconds, dtype=float), "micro_station_id": first,
        }
    )  # fmt: skip
    keys, names, tiers, lon, lat = zip(*stations, strict=True)
    station = gpd.GeoDataFrame(
        {"station_id": keys, "name": names, "community_id": "1", "tier": tiers, "crew_day": 3,
         "crew_night": 2, "vehicle": "foot", "turnout_s": np.nan},
        geometry=gpd.points_from_xy(lon, lat), crs="EPSG:4326",
    )  # fmt: skip
    layers = {
        "buildings": buildings,
        "stations": station,
        "communities": gpd.GeoDataFrame(
            communities, columns=["community_id", "name"], crs="EPSG:4326",
            geometry=[shapely.box(k, 0, k + 1, 1) for k in range(len(communities))],
        ),
        "lanes": pd.DataFrame({"lane_id": [], "name": [], c.STATE: []}),
        "hazards": pd.DataFrame(cases, columns=["key", "building_id", "state", "community"]).assign(
            code="H1"
        ),
        "fires": pd.DataFrame(fires, columns=["key", "building_id", "community"]),
    }  # fmt: skip
    if fires is None:
        del layers["fires"]
    summary = {"town": "镇", "risk": {"calibrated": False}, "coverage": {}}
    if measured is not None:
        summary["yardstick"] = measured.as_record()
    day = date or read_period(period).last
    return Snapshot(period, day, summary, {}, layers)


def set_beside(before, after):
    return compare(before, after, tiers=("micro",))


def rows(found):
    return found.communities.set_index("community_id")


def changed(row, **values):
    names = ("id", "place", "harm", "band", "seconds", "first", "detectors", "fires")
    told = dict(zip(names, row, strict=True)) | values
    return tuple(told.values())


def replaced(key, **values):
    return [changed(row, **values) if row[0] == key else row for row in HOUSES]


def test_the_whole_town_counts_what_lies_in_no_community():
    found = rows(set_beside(frozen(), frozen("2026Q3")))
    assert found.index.tolist() == ["1", "2", OUTSIDE, WHOLE]
    expected = {  # east, west, outside, whole
        "buildings": (2, 2, 2, 6),
        c.HARM_INDEX: (1.5, 0.3, 1.2, 3.0),
        c.OPEN_HAZARDS: (1, 1, 2, 4),
        "red_buildings": (1, 0, 1, 2),
        "fires": (2, 0, 3, 5),
        "micro_late_buildings": (0, 1, 1, 2),
    }
    for name, figures in expected.items():
        for when in ("before", "after"):
            assert found[f"{name}_{when}"].tolist() == pytest.approx(figures), name
    words = compared_communities(set_beside(frozen(), frozen("2026Q3")), "zh")
    assert words["community"].tolist() == ["东社区", "西社区", "不在任何社区内", "全镇"]


@given(st.lists(st.sampled_from(["1", "2", None, "9"]), min_size=6, max_size=6))
def test_rows_always_add_up_to_the_town(places):
    houses = [changed(row, place=place) for row, place in zip(HOUSES, places, strict=True)]
    found = rows(set_beside(frozen(), frozen("2026Q3", houses=houses)))
    whole = found.loc[WHOLE]
    assert whole["buildings_after"] == 6
    assert whole[f"{c.HARM_INDEX}_after"] == pytest.approx(3.0)
    assert whole["red_buildings_after"] == 2
    assert whole[f"{c.OPEN_HAZARDS}_after"] == 4
    assert whole["fires_after"] == 5
    for name in ("buildings", "fires", c.OPEN_HAZARDS, "red_buildings", "micro_late_buildings"):
        assert found[f"{name}_after"].drop(WHOLE).sum() == whole[f"{name}_after"]


def test_a_moved_station_is_a_cause_and_lists_the_buildings_it_moved():
    moved = [STATIONS[0], ("S2", "西站", "micro_station", 113.1, 23.001)]
    houses = [changed(row, seconds=row[4] + 100) if row[0] in ("D", "E") else row for row in HOUSES]
    found = set_beside(frozen(), frozen("2026Q3", stations=moved, houses=houses))
    assert found.causes[["cause", "subject", "buildings"]].to_numpy().tolist() == [
        ["station_moved", "S2", 2.0]
    ]
    assert compared_causes(found, "zh")["after"].tolist() == ["移动 111 米"]
    told = found.buildings.set_index("building_id")
    assert told.index.tolist() == ["E", "D"]
    assert told["why"].tolist() == ["station", "station"]
    assert told["subject"].tolist() == ["S2", "S2"]
    assert rows(found).loc[WHOLE, "micro_late_buildings_after"] == 4


def test_a_place_written_to_other_decimals_has_not_moved():
    near = [STATIONS[0], ("S2", "西站", "micro_station", 113.1, 23.000001)]  # 11 cm
    assert set_beside(frozen(), frozen("2026Q3", stations=near)).causes.empty


def test_a_changed_tier_is_a_cause_with_its_buildings():
    other = [STATIONS[0], ("S2", "西站", "volunteer_point", 113.1, 23.0)]
    houses = [changed(row, seconds=300, first="S1") if row[5] == "S2" else row for row in HOUSES]
    found = set_beside(frozen(), frozen("2026Q3", stations=other, houses=houses))
    (cause,) = compared_causes(found, "zh").to_dict("records")
    assert (cause["cause"], cause["before"], cause["after"]) == (
        "station_tier", "微型消防站", "志愿消防点"
    )  # fmt: skip
    assert cause["buildings"] == 3  # C, D and E; F was as late before
    assert set(found.buildings["building_id"]) == {"C", "D", "E"}


def test_a_mended_device_that_halves_harm_is_a_cause_and_its_building_is_listed():
    found = set_beside(frozen(), frozen("2026Q3", houses=replaced("B", harm=0.265, detectors=8)))
    (cause,) = compared_causes(found, "zh").to_dict("records")
    assert [cause[k] for k in ("cause", "subject", "name", "community", "before", "after")] == [
        "device", "B", "感烟探测器", "东社区", 4, 8
    ]  # fmt: skip
    assert cause["buildings"] == 1
    (building,) = found.buildings.to_dict("records")
    assert (building["building_id"], building["why"], building["subject"]) == (
        "B", "devices", "smoke_detectors"
    )  # fmt: skip
    assert (building["harm_before"], building["harm_after"]) == (0.5, 0.265)
    assert rows(found).loc["1", f"{c.HARM_INDEX}_after"] == pytest.approx(1.265)
    page = compare_page(frozen(), frozen("2026Q3"), found, tiers=("micro",))
    assert "建筑设施改变" in page and "感烟探测器" in page and "该建筑的设施" in page


def test_a_device_that_becomes_known_is_told_as_unknown_before():
    found = set_beside(frozen(), frozen("2026Q3", houses=replaced("C", detectors=3)))
    (cause,) = compared_causes(found, "zh").to_dict("records")
    assert (cause["before"], cause["after"]) == ("未知", 3)


def test_a_mended_hazard_is_a_cause_and_its_building_is_listed_though_no_band_moved():
    closed = [("K1", "A", "closed", None), *CASES[1:]]
    found = set_beside(frozen(), frozen("2026Q3", cases=closed, houses=replaced("A", harm=0.95)))
    (cause,) = found.causes.to_dict("records")
    assert (cause["cause"], cause["subject"], cause["name"]) == ("hazard_closed", "K1", "A")
    assert cause["buildings"] == 1
    (building,) = found.buildings.to_dict("records")
    assert [building[k] for k in ("building_id", "why", "subject")] == ["A", "hazards", "K1"]


def test_harm_that_nothing_explains_says_so():
    found = set_beside(frozen(), frozen("2026Q3", houses=replaced("F", harm=0.2)))
    assert found.causes.empty
    assert found.buildings[["building_id", "why"]].to_numpy().tolist() == [["F", "unexplained"]]
    quiet = set_beside(frozen(), frozen("2026Q3", houses=replaced("F", harm=0.39)))
    assert quiet.buildings.empty


def test_communities_are_told_apart_by_id_and_a_new_name_is_told():
    named = [("1", "向阳社区"), ("2", "西社区")]
    found = set_beside(frozen(), frozen("2026Q3", communities=named))
    east = rows(found).loc["1"]
    assert (east["community"], east["name_before"]) == ("向阳社区", "东社区")
    assert (east["buildings_before"], east["buildings_after"]) == (2, 2)
    (cause,) = found.causes.to_dict("records")
    assert [cause[k] for k in ("cause", "subject", "before", "after")] == [
        "community_renamed", "1", "东社区", "向阳社区"
    ]  # fmt: skip
    page = compare_page(frozen(), frozen("2026Q3"), found, tiers=("micro",))
    assert "向阳社区（原东社区）" in page


def test_what_the_ledger_tells_by_an_old_name_lies_where_it_lay():
    cases = [("K1", None, "found", "东社区"), ("K2", None, "found", "西社区")]
    fires = [("F1", None, "东社区")]
    told = {"cases": cases, "fires": fires}
    named = [("1", "向阳社区"), ("2", "西社区")]
    found = rows(set_beside(frozen(**told), frozen("2026Q3", communities=named, **told)))
    for when in ("before", "after"):
        assert found[f"{c.OPEN_HAZARDS}_{when}"].tolist() == [1, 1, 0, 2]
        assert found[f"fires_{when}"].tolist() == [1, 0, 0, 1]
    swapped = [("1", "西社区"), ("2", "东社区")]  # a name that another bears now is its own
    found = rows(set_beside(frozen(**told), frozen("2026Q3", communities=swapped, **told)))
    assert found.loc[["1", "2"], "fires_after"].tolist() == [0, 1]


def test_two_communities_of_one_name_stay_two():
    alike = [("1", "和平社区"), ("2", "和平社区")]
    cases = [("K1", "A", "found", None), ("K2", None, "found", "和平社区")]
    both = [frozen(p, communities=alike, cases=cases) for p in ("2026Q2", "2026Q3")]
    found = rows(set_beside(*both))
    assert found[f"{c.HARM_INDEX}_after"].tolist() == pytest.approx([1.5, 0.3, 1.2, 3.0])
    assert found[f"{c.OPEN_HAZARDS}_after"].tolist() == [1, 0, 1, 2]  # whose K2 is nobody knows


def test_a_community_that_was_not_there_is_none_and_not_zero():
    three = [*COMMUNITIES, ("3", "新社区")]
    houses = replaced("F", place="3")
    found = set_beside(frozen(), frozen("2026Q3", communities=three, houses=houses))
    new = rows(found).loc["3"]
    assert np.isnan(new["buildings_before"]) and new["buildings_after"] == 1
    assert "community_new" in found.causes["cause"].tolist()
    assert rows(found).loc[WHOLE, "buildings_before"] == 6
    page = compare_page(frozen(), frozen("2026Q3"), found, tiers=("micro",))
    assert "— → 1" in page and "0 → 1" not in page


def test_new_and_vanished_buildings_are_causes():
    found = set_beside(frozen(), frozen("2026Q3", houses=HOUSES[:-1]))
    assert found.causes[["cause", "subject"]].to_numpy().tolist() == [["building_gone", "F"]]


def other(**parts):
    return MEASURED.model_copy(update=parts)


# the yardstick of the second period, figures not compared, parts told
YARDSTICKS = [
    (MEASURED, [], []),
    (other(standards_s={"micro": 240}), ["micro_late_buildings"], ["standard"]),
    (other(scenario="night", moment="We 02:00"), ["micro_late_buildings"], ["scenario"]),
    (other(rules_digest="bb"), [], ["rules"]),
    (other(speeds="40 · #1"), [], ["speeds"]),
    (other(program="0.2.0"), [], ["program"]),
    (None, [], ["unknown"]),
]


@pytest.mark.parametrize(("measured", "withheld", "parts"), YARDSTICKS)
def test_yardsticks_come_before_figures(measured, withheld, parts):
    later = [changed(row, seconds=row[4] / 4) for row in HOUSES]
    before, after = frozen(), frozen("2026Q3", houses=later, measured=measured)
    found = set_beside(before, after)
    assert [difference.part for difference in found.differences] == parts
    assert sorted(found.withheld) == withheld
    whole = rows(found).loc[WHOLE]
    page = compare_page(before, after, found, tiers=("micro",))
    if withheld:
        assert np.isnan(whole["micro_late_buildings_after"])
        assert "不可比" in page and "2 → 0" not in page
        assert "micro_cover_after" not in found.buildings
    else:
        assert (whole["micro_late_buildings_before"], whole["micro_late_buildings_after"]) == (2, 0)
        assert "2 → 0" in page
    head = page.index("口径不同，请先读") if parts else None
    assert head is None or head < page.index("各社区")


def test_a_plan_is_no_period():
    with pytest.raises(IncomparableError, match="方案不是上期"):
        set_beside(frozen(measured=other(plan="ab")), frozen("2026Q3"))


@pytest.mark.parametrize(
    ("one", "two", "why"),
    [
        (frozen("2026Q2"), frozen("2026Q3"), None),
        (frozen("2026H1"), frozen("2026Q3"), "fires_lengths"),
        (frozen("2026Q2"), frozen("2026Q3", date=dt.date(2026, 8, 15)), "fires_unfinished"),
    ],
)
def test_fires_are_compared_over_periods_of_one_length_that_are_over(one, two, why):
    found = set_beside(one, two)
    assert found.withheld.get("fires") == why
    assert np.isnan(rows(found).loc[WHOLE, "fires_after"]) == (why is not None)


def test_what_an_older_snapshot_did_not_keep_is_said_and_not_counted_on_one_side():
    old = frozen()
    layers = dict(old.layers)
    del layers["fires"]
    layers["buildings"] = layers["buildings"].drop(columns="smoke_detectors")
    older = Snapshot(old.period, old.date, old.summary, old.rules, layers)
    found = set_beside(older, frozen("2026Q3", houses=replaced("B", detectors=8)))
    assert found.notes == ("fires_located", "no_facts")
    assert (
        rows(found)["fires_before"].tolist() == rows(found)["fires_after"].tolist() == [1, 0, 2, 3]
    )
    assert found.causes.empty
