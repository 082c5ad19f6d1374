"""Duties of units, offices, campaigns, goals, notices and fires, by hand."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from weizhan.coverage.duties import (
    campaign_table,
    duty_table,
    exposure_cases,
    goal_table,
    investigation_table,
    mending_table,
    notice_table,
    office_of,
    office_table,
    unit_table,
)
from weizhan.geo.rules import Campaign, Goal, load_rules

RULES = load_rules().duties
ON = dt.date(2026, 9, 30)
DATES = ("assessment_date", "insured_until", "self_check_date", "pledge_date", "drill_date",
         "talk_date")  # fmt: skip
NUMBERS = ("area_m2", "rooms", "beds", "people_day", "key_unit", "high_risk_unit",
           "registered_engineer", "pledge")  # fmt: skip


def units(*rows):
    frame = pd.DataFrame(list(rows))
    for name in DATES:
        told = frame[name] if name in frame else pd.Series([None] * len(frame), dtype=object)
        frame[name] = pd.to_datetime(told)
    for name in NUMBERS:
        frame[name] = frame[name].astype(float) if name in frame else np.nan
    texts = ("name", "building_id", "address", "community", "use", "owner_type", "talk_reason",
             "talk_by")  # fmt: skip
    for name in texts:
        if name not in frame:
            frame[name] = None
    return frame


def states(table, unit):
    own = table[table["unit_id"] == unit]
    return dict(zip(own["duty"], own["duty_state"], strict=True))


def test_what_a_unit_owes_depends_on_what_it_is_and_unknown_is_neither_done_nor_late():
    told = units(
        {"key": "A", "use": "factory", "high_risk_unit": 1, "assessment_date": "2025-09-29",
         "insured_until": "2026-09-30", "self_check_date": "2026-08-01", "pledge": 0},
        {"key": "B", "use": "commercial_complex", "key_unit": 1, "drill_date": "2026-06-01",
         "registered_engineer": 0, "high_risk_unit": 0},
        {"key": "C", "use": "hotel"},
    )  # fmt: skip
    table = duty_table(told, rules=RULES, on=ON)
    # A: assessed a year and a day ago; insured to the very day, which is soon; checked 60 days ago
    assert states(table, "A") == {
        "assessment": "overdue", "insurance": "soon", "self_check": "soon", "pledge": "missing",
    }  # fmt: skip
    # B drilled 121 days ago, of 183; C owes only what every unit owes
    assert states(table, "B") == {
        "engineer": "missing", "self_check": "unknown", "pledge": "unknown", "drill": "done",
    }  # fmt: skip
    assert states(table, "C") == {"self_check": "unknown", "pledge": "unknown"}
    assert table["duty_state"].iloc[0] == "overdue"
    assert table["days_overdue"].iloc[0] == 1
    assert table["due_on"].iloc[0] == pd.Timestamp("2026-09-29")
    assert table.loc[table["duty"] == "engineer", "advised"].tolist() == [True]
    listed = unit_table(told, table, rules=RULES).set_index("unit_id")
    assert listed["duties_late"].to_dict() == {"A": 2, "B": 1, "C": 0}
    assert listed["duties_unknown"].to_dict() == {"A": 0, "B": 2, "C": 2}
    assert listed["owner"].to_dict() == {
        "A": "planning_environment", "B": "emergency", "C": "emergency",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("use", "sizes", "expected", "why"),
    [
        ("hotel", {"rooms": 50}, 1, "rooms"),
        ("hotel", {"rooms": 49}, 0, None),
        ("hotel", {"beds": 500}, None, "rooms"),  # a hotel is judged by rooms, which nobody told
        ("elder_care", {"beds": 50}, 1, "beds"),
        ("school", {"beds": 99}, 0, None),
        ("commercial", {"area_m2": 1000}, 1, "area_m2"),
        ("factory", {"people_day": 99}, 0, None),
        ("residential", {"beds": 500}, None, None),  # the rules name no size for it
        (None, {"beds": 500}, None, None),
    ],
)
def test_sizes_make_a_key_unit_and_an_unknown_size_leaves_it_open(use, sizes, expected, why):
    told = units({"key": "A", "use": use, **sizes})
    row = unit_table(told, duty_table(told, rules=RULES, on=ON), rules=RULES).iloc[0]
    assert (None if pd.isna(row["key_unit_by_rule"]) else row["key_unit_by_rule"]) == expected
    assert (None if pd.isna(row["key_unit_why"]) else row["key_unit_why"]) == why


def test_places_of_assembly_are_told_by_use_and_unknown_where_that_is():
    told = units({"key": "A", "use": "hotel"}, {"key": "B", "use": "factory"}, {"key": "C"})
    listed = unit_table(told, duty_table(told, rules=RULES, on=ON), rules=RULES)
    found = listed.set_index("unit_id")["assembly"]
    assert found["A"] == 1
    assert found["B"] == 0
    assert np.isnan(found["C"])


def test_an_office_is_told_else_by_use_else_the_emergency_office():
    found = office_of(
        pd.Series(["finance", None, None]), pd.Series([None, "school", None]), RULES.offices
    )
    assert found["owner"].tolist() == ["finance", "culture_service", "emergency"]
    assert found["owner_from"].tolist() == ["told", "use", "default"]


def test_the_list_of_responsibilities_counts_each_list_by_office_and_community():
    buildings = pd.DataFrame({"use": ["school", "school", None], "community": ["甲", "乙", "甲"]})
    cases = pd.DataFrame({"state": ["found", "closed", "found"], "owner": ["emergency"] * 3,
                          "community": ["甲", "甲", "乙"], "due_on": [ON, None, None]})  # fmt: skip
    tasks = pd.DataFrame({"task": ["mend", "inspect", "inspect"], "community": ["甲", "乙", None],
                          "owner": ["emergency", *["culture_service"] * 2]})  # fmt: skip
    told = units({"key": "A", "use": "school", "community": "乙", "pledge": 0})
    duties = duty_table(told, rules=RULES, on=ON)
    table = office_table(buildings, units=unit_table(told, duties, rules=RULES), cases=cases,
                         tasks=tasks, duties=duties, rules=RULES.offices)  # fmt: skip
    told = table.astype(object).where(table.notna(), None)
    rows = {(r["owner"], r["community"]): list(r.iloc[2:]) for _, r in told.iterrows()}
    assert rows == {
        ("emergency", "乙"): [0, 0, 1, None, 0, 0],  # open, and nobody knows until when
        ("culture_service", None): [0, 0, 0, 0, 1, 0],
        ("culture_service", "乙"): [1, 1, 0, 0, 1, 1],
        ("culture_service", "甲"): [1, 0, 0, 0, 0, 0],
        ("emergency", "甲"): [1, 0, 1, 1, 0, 0],
    }


def test_a_campaign_counts_its_own_cases_from_its_first_day_and_names_that_are_not_known():
    cases = pd.DataFrame(
        {
            "key": list("abcde"),
            "campaign": ["三年行动", "三年行动", "三年行动", "清零", None],
            "found": pd.to_datetime(["2025-12-31", "2026-01-01", "2026-03-01", "2026-01-01",
                                     "2026-01-01"]),
            "state": ["closed", "closed", "found", "found", "found"],
            "due_on": pd.to_datetime([None, None, "2026-09-29", None, None]),
        }
    )  # fmt: skip
    planned = [
        Campaign(name="三年行动", first=dt.date(2026, 1, 1), last=dt.date(2026, 12, 31),
                 target=0.5),
        Campaign(name="没有案件", first=dt.date(2026, 1, 1), last=dt.date(2026, 12, 31),
                 target=0.9),
    ]  # fmt: skip
    table = campaign_table(cases, planned, on=ON).set_index("campaign")
    row = table.loc["三年行动"]
    assert [row[n] for n in ("cases", "closed", "open_cases", "overdue_cases")] == [2, 1, 1, 1]
    assert row["share_closed"] == 0.5
    assert row["target_met"] is True
    assert row["days_left"] == 92
    assert table.loc["没有案件", "share_closed"] is None  # no case is not all closed
    assert table.loc["没有案件", "target_met"] is None
    assert table.loc["清零", "cases"] == 1
    assert table.loc["清零", "overdue_cases"] is None  # open without a due day
    assert pd.isna(table.loc["清零", "first"])


@pytest.mark.parametrize(
    ("value", "bounds", "by", "state"),
    [
        (0.9, {"at_least": 0.9}, "2026-12-31", "met"),
        (0.89, {"at_least": 0.9}, "2026-12-31", "open"),
        (0.89, {"at_least": 0.9}, "2026-09-29", "missed"),
        (3.0, {"at_most": 3}, "2026-09-29", "met"),
        (3.0, {"at_most": 3}, "2026-09-30", "open"),  # the last day is not over
        (4.0, {"at_most": 3}, "2026-12-31", "missed"),  # and a fire is not taken back
        (None, {"at_most": 3}, "2026-09-29", "unknown"),
    ],
)
def test_a_goal_is_met_open_missed_or_unknown(value, bounds, by, state):
    goal = Goal(name="火灾", figure="fires_of_year", by=dt.date.fromisoformat(by), source="规划",
                **bounds)  # fmt: skip
    assert goal_table({"fires_of_year": value}, [goal], on=ON)["goal_state"].tolist() == [state]


def test_only_what_was_judged_major_in_the_quarter_and_is_not_mended_may_be_exposed():
    cases = pd.DataFrame(
        {
            "key": list("abcdef"),
            "major": [1, 1, 1, 1, 1, np.nan],
            "major_on": pd.to_datetime(["2026-07-01", "2026-06-30", None, "2026-08-01",
                                        "2026-10-01", None]),
            "state": ["found", "found", "found", "closed", "reopened", "found"],
            "supervision_level": [None, None, None, None, None, "town"],
            "due_on": pd.to_datetime(["2026-09-20"] * 6),
        }
    )  # fmt: skip
    table = exposure_cases(cases, start=dt.date(2026, 7, 1), end=ON)
    assert dict(zip(table["key"], table["exposure"], strict=True)) == {
        "a": "yes", "b": "earlier", "c": "undated", "d": "mended", "e": "later",
    }  # fmt: skip  # f is listed, and nobody judged it major


def test_talks_come_from_both_ledgers_and_the_same_talk_once():
    notices = pd.DataFrame(
        {
            "key": ["1", "2", "3"], "building_id": ["B1", "B1", None],
            "name": ["甲厂", "甲厂", "乙店"], "address": None, "community": None,
            "notice": ["talk", "media", "copied"], "hazard_key": [None, "YH1", None],
            "issued_on": pd.to_datetime(["2026-08-01", "2026-09-01", "2026-06-30"]),
            "reason": ["屡改屡犯", "挂牌未改", "占道"], "issued_by": ["应急办"] * 3,
            "outcome": None,
        }
    )  # fmt: skip
    told = units(
        {"key": "U1", "building_id": "B1", "name": "甲厂", "talk_date": "2026-08-01"},
        {"key": "U2", "building_id": "B2", "name": "丙厂", "talk_date": "2026-09-30",
         "talk_reason": "未演练", "talk_by": "消安委"},
    )  # fmt: skip
    table = notice_table(notices, told, start=dt.date(2026, 7, 1), end=ON)
    rows = table[["issued_on", "notice", "name", "told_in"]].astype(str).to_numpy().tolist()
    assert rows == [
        ["2026-09-30", "talk", "丙厂", "units"],
        ["2026-09-01", "media", "甲厂", "notices"],
        ["2026-08-01", "talk", "甲厂", "notices"],
    ]
    assert table.loc[0, "reason"] == "未演练"


def test_fires_of_note_are_followed_to_the_look_back_at_their_measures():
    began = ["2025-09-30 08:00", "2025-09-29 08:00", "2026-01-01 08:00", "2026-01-02 08:00",
             "2026-01-03 08:00"]  # fmt: skip
    fires = pd.DataFrame(
        {
            "key": list("abcde"), "started_at": pd.to_datetime(began),
            "grade": ["larger", "general", "general", "general", None],
            "deaths": [0, 1, 0, 0, np.nan], "injured": 0, "notable": [np.nan, np.nan, 1, 0, np.nan],
            "name": None, "address": None, "community": None, "use": None, "cause": "electrical",
            "arrived_at": pd.to_datetime(["2025-09-30 08:07", None, "2026-01-01 07:59", None,
                                          None]),
            "extended_on": pd.to_datetime(["2025-11-01", "2025-11-01", None, None, None]),
            "accountability": None, "measures": ["更换线路", "更换线路", None, None, None],
            "measures_checked_on": pd.to_datetime([None] * 5),
        }
    )  # fmt: skip
    table = investigation_table(fires, look_back_days=365, on=ON).set_index("incident_id")
    assert table["fire_state"].to_dict() == {
        "c": "not_extended", "a": "look_back_open", "b": "look_back_overdue", "e": "untold",
    }  # fmt: skip
    assert table.index[-1] == "e"  # nobody knows whether it belongs here
    assert table.loc["a", "arrival_min"] == 7
    assert np.isnan(table.loc["c", "arrival_min"])  # before it began: not believed


def test_mending_is_ranked_by_harm_for_money_and_funds_pay_for_the_best_choice():
    cases = pd.DataFrame(
        {
            "key": ["a1", "a2", "b", "c", "d", "e", "f"],
            "building_id": ["A", "A", "B", "C", "D", None, "A"],
            "code": ["H1", "H1", "H2", "H1", "H2", "H1", "H2"],
            "state": ["found", "assigned", "found", "reopened", "found", "found", "closed"],
            "cost_est": [4_000.0, 6_000, 5_000, np.nan, 6_000, 1, 1],
            "name": None, "address": None, "community": "东", "owner": "emergency",
        }
    )  # fmt: skip
    gains = pd.DataFrame(
        {"H1": [0.010, 0, 0.5, 0], "H2": [0, 0.006, 0, 0.006]}, index=["A", "B", "C", "D"]
    )
    table = mending_table(cases, gains, funds=11_000)
    told = table[["building_id", "keys", "open_cases", "cost_yuan", "within_funds"]]
    # per 10,000 yuan: B 0.012, A 0.010, D 0.010; the best of 11,000 are B and D (0.012), not A
    assert told.astype(object).where(told.notna(), None).to_numpy().tolist() == [
        ["B", "b", 1, 5_000, True],
        ["A", "a1;a2", 2, 10_000, False],
        ["D", "d", 1, 6_000, True],
        ["C", "c", 1, None, None],  # nobody told what it costs: in no budget, and not free
    ]
    assert table["gain_per_10k_yuan"].round(6).tolist()[:3] == [0.012, 0.01, 0.01]
    assert mending_table(cases, gains)["within_funds"].isna().all()
    assert mending_table(cases.iloc[:0], gains).empty
