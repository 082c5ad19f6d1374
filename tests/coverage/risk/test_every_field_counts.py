"""No field that the plans name is without effect: what layers and ledgers tell changes the risk."""

import dataclasses
import datetime as dt

import numpy as np
import pandas as pd
import pytest
import shapely

from weizhan.coverage.risk.draws import Moment, logs_of
from weizhan.coverage.risk.inputs import CODES, risk_inputs, with_care
from weizhan.coverage.risk.missing import donors
from weizhan.coverage.risk.numbers import drawn_numbers, typical_numbers
from weizhan.geo.care import PlannedCare
from weizhan.geo.ledgers import TownLedgers
from weizhan.geo.ledgers.intake import LedgerFile, import_ledger
from weizhan.geo.ledgers.town_ledgers import no_premises
from weizhan.geo.town import load_town
from weizhan.geo.words import HazardCode

from ..risk_towns import RULES

DAY = dt.date(2026, 9, 30)
NIGHT = Moment(fires=0.68, harm_asleep=1.9, is_day=False)
HOUSE = {"use": "self_built", "floors": 4, "people_day": 8, "people_night": 12, "elders": 2,
         "children": 2}  # fmt: skip

#: What ledgers tell of a building: from the better to the worse.
TOLD = {
    "beds": (8, 40), "rooms": (4, 24), "stairs": (2, 1), "smoke_detectors": (4, 1),
    "smoke_detectors_needed": (4, 12), "tenants": (2, 9), "area_m2": (100, 9000),
    "leased": (0, 1), "rcd": (1, 0), "simple_sprinkler": (1, 0), "remote_monitored": (1, 0),
    "electrical_monitored": (1, 0), "empty_nest_elders": (0, 5), "left_behind_children": (0, 5),
    "old_weak_ill_disabled": (0, 5), "helper_assigned": (4, 0), "households": (4, 8),
    "household_detectors": (4, 0), "danger_class": ("d", "a"), "systems_state": ("good", "off"),
    "gas_type": ("pipe", "bottled"),
} | {f"has_{str(code).lower()}": (0, 1) for code in HazardCode}  # fmt: skip
#: What must stand beside a field for it to speak.
BESIDE = {
    "smoke_detectors": {"smoke_detectors_needed": 4},
    "smoke_detectors_needed": {"smoke_detectors": 4},
    "helper_assigned": {"households": 4, "empty_nest_elders": 4},
    "households": {"helper_assigned": 4, "empty_nest_elders": 4},
    "household_detectors": {"households": 5}, "area_m2": {"use": "factory"},
    "has_w4": {"systems_state": "good"}, "has_g1": {"systems_state": "good"},
}  # fmt: skip
#: Why some columns are no cause: each is told elsewhere or follows from what counts already.
NO_CAUSE = {
    "key_unit": "a title that follows from use and size",
    "high_risk_unit": "a title that follows from use and size",
    "checked_on": "says how old the checklist is",
    "has_other": "nobody said what it is",
    "has_unclassified": "nobody said what it is",
}


@pytest.fixture
def town(make_town):
    def make(water=None, **changes):
        layers = {
            "buildings": [{**HOUSE, **changes, "geometry": shapely.box(0, 5, 12, 15)}],
            "lanes": [{"geometry": shapely.LineString([(-90, 0), (90, 0)])}],
        }
        if water is not None:
            layers["water"] = [{"geometry": shapely.Point(40, 0), "flow_l_s": water}]
        return make_town(**layers)

    return make


def log_harm(town, *, draws=None, **told):
    """Return the log of harm a year at the typical numbers, or in every draw."""
    premises = no_premises(1)
    for name, value in told.items():
        premises[name] = [value]
    told_ledgers = dataclasses.replace(town.ledgers, premises=premises)
    assert isinstance(told_ledgers, TownLedgers)
    town = dataclasses.replace(town, ledgers=told_ledgers)
    inputs = risk_inputs(town, town.buildings, is_day=False, day=DAY)
    given = donors(inputs, RULES.risk, is_day=False)
    if draws:
        numbers, seed = drawn_numbers(RULES.risk, draws=draws, seed=1), 1
    else:
        numbers, seed = typical_numbers(RULES.risk), None
    logs = logs_of(inputs, given, numbers, RULES, NIGHT, seed)
    return (logs.fires + logs.harm)[0] if draws else float((logs.fires + logs.harm)[0, 0])


def test_every_column_of_the_ledgers_counts_or_says_why_not():
    assert set(TOLD) | set(NO_CAUSE) == set(no_premises(1).columns)


def test_what_ledgers_tell_changes_the_risk(town):
    towns = {}
    for name, (better, worse) in TOLD.items():
        if name in NO_CAUSE:
            continue
        beside = dict(BESIDE.get(name, {}))
        use = beside.pop("use", "self_built")
        here = towns[use] = towns.get(use) or town(use=use)
        low, high = (log_harm(here, **beside, **{name: value}) for value in (better, worse))
        assert np.exp(high - low) > 1.01, (name, np.exp(high - low))


@pytest.mark.parametrize(
    ("better", "worse"),
    [({"use": "residential"}, {"use": "group_rental"}), ({"floors": 2}, {"floors": 3}),
     ({"height_m": 9}, {"height_m": 15}), ({"people_night": 12}, {"people_night": 20}),
     ({"elders": 1}, {"elders": 3}), ({"children": 1}, {"children": 3}),
     ({"water": 15}, {"water": 4})],
)  # fmt: skip
def test_what_the_layers_tell_changes_the_risk(town, better, worse):
    assert log_harm(town(**worse)) > log_harm(town(**better)) + 0.01


def test_a_house_of_one_floor_is_known_to_have_one_and_none_is_no_answer(town):
    def floors(count):
        here = town()
        here.buildings["floors"] = float(count)
        return risk_inputs(here, here.buildings, is_day=True, day=DAY).floors[0]

    assert (floors(1), floors(2)) == (1, 2) and np.isnan(floors(0))


def test_a_plan_mends_the_hazard_that_it_names_and_no_other(town):
    here = town()
    premises = no_premises(1).assign(has_h2=1.0, has_w9=1.0)
    only = str(here.buildings["building_id"].iloc[0])
    here = dataclasses.replace(
        here,
        ledgers=dataclasses.replace(here.ledgers, premises=premises),
        care=PlannedCare(mended=((only, "H2"), ("elsewhere", "W9"))),
    )
    before = risk_inputs(here, here.buildings, is_day=False, day=DAY)
    at = [[str(code) for code in CODES].index(name) for name in ("H2", "W9")]
    assert before.hazards[0, at].tolist() == [1, 1]
    assert with_care(before, here).hazards[0, at].tolist() == [0, 1]


def test_people_by_day_count_by_day(town):
    def by_day(people):
        here = town(people_day=people)
        inputs = risk_inputs(here, here.buildings, is_day=True, day=DAY)
        return inputs.present[0]

    assert (by_day(8), by_day(30)) == (8, 30)


def test_beds_stay_by_day_as_far_as_people_of_the_class_do(town):
    def beds(use, is_day):
        here = town(use=use)
        premises = no_premises(1).assign(beds=30.0)
        here = dataclasses.replace(
            here, ledgers=dataclasses.replace(here.ledgers, premises=premises)
        )
        told = risk_inputs(here, here.buildings, is_day=is_day, day=DAY)
        return told.sleepers[0], told.stayers[0]

    assert beds("group_rental", is_day=False) == (30, 30)
    assert beds("group_rental", is_day=True) == (30, pytest.approx(30 * 2.0 / 5.0))
    assert beds("elder_care", is_day=True) == (30, 30)


def test_water_of_little_flow_helps_in_proportion_and_unknown_flow_as_a_hydrant(town):
    def share(water):
        here = town(water=water)
        return risk_inputs(here, here.buildings, is_day=True, day=DAY).water[0]

    assert [share(flow) for flow in (0, 4, 10, 40)] == [0, pytest.approx(0.4), 1, 1]
    unknown = town(water=5)
    unknown.water["flow_l_s"] = np.nan
    assert risk_inputs(unknown, unknown.buildings, is_day=True, day=DAY).water[0] == 1


@pytest.mark.parametrize("name", ["floors", "height_m"])
def test_what_is_told_as_a_range_widens_the_draws_and_no_more(town, name):
    said, low, high = {"floors": (4.0, 2.0, 6.0), "height_m": (30.0, 10.0, 50.0)}[name]
    ranged = town(**{name: said})
    ranged.buildings[f"{name}_low"], ranged.buildings[f"{name}_high"] = low, high
    wide = log_harm(ranged, draws=500)
    least, most = (log_harm(town(**{name: end}), draws=500) for end in (low, high))
    assert ((least <= wide) & (wide <= most)).all()
    place = ((wide - least) / (most - least)).mean()
    assert 0.3 < place < 0.8 and np.std(wide - least) > 0.02
    assert log_harm(ranged) == log_harm(town(**{name: said}))  # the typical is the middle


def test_flow_told_as_a_range_is_read_at_both_ends(town):
    here = town(water=8)
    here.water["flow_l_s_low"], here.water["flow_l_s_high"] = 4.0, 12.0
    told = risk_inputs(here, here.buildings, is_day=True, day=DAY)
    assert (told.water_low[0], told.water[0], told.water_high[0]) == (0.4, 0.8, 1.0)
    assert np.std(log_harm(here, draws=2000)) > np.std(log_harm(town(water=8), draws=2000))


def test_a_ledger_of_houses_and_one_of_households_reach_the_risk(town, tmp_path):
    here = town()
    folder = tmp_path / "town1"

    def told(name, kind, **columns):
        file = tmp_path / name
        pd.DataFrame({"建筑编号": ["B1"], **columns}).to_csv(file, index=False)
        import_ledger(folder, LedgerFile(file, kind, as_of=dt.date(2026, 8, 1)))
        again = load_town(folder)
        row = again.ledgers.premises.iloc[0]
        return row, log_harm(again, **{k: v for k, v in row.items() if pd.notna(v)})

    before = log_harm(here)
    row, houses = told(
        "h.csv", "self-built", 出租="是", 房间数=24, 床位数=40, 用气类型="瓶装液化气"
    )
    assert (row["leased"], row["rooms"], row["beds"], row["gas_type"]) == (1, 24, 40, "bottled")
    row, alone = told("v.csv", "vulnerable", 户数=6, 留守儿童=5)
    assert row["left_behind_children"] == 5
    assert before < houses < alone
