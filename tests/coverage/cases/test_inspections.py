import datetime as dt

import numpy as np
import pandas as pd
import pytest

from weizhan.coverage.cases.inspections import (
    hazard_rates,
    inspections_due,
    poisson_interval,
    wilson_interval,
)
from weizhan.geo.rules.rule_set import load_rules
from weizhan.geo.words import Workdays
from weizhan.geo.words.vocabulary import AlertLevel

RULES = load_rules().supervision
ON = dt.date(2026, 6, 30)


def _visits(*rows):
    frame = pd.DataFrame(rows, columns=["building_id", "inspected_on"])
    frame["inspected_on"] = pd.to_datetime(frame["inspected_on"])
    return frame.assign(address=None, name=None, key=[f"J{k}" for k in range(len(frame))])


def test_the_band_and_the_alert_level_say_when_a_building_is_due():
    bands = pd.Series({"A": "red", "B": "red", "C": "blue", "D": "orange", "E": None, "F": "blue"})
    visits = _visits(
        ("A", "2026-05-30"), ("A", "2026-01-01"), ("B", "2026-06-20"), ("C", "2026-01-01"),
        ("B", "2026-07-15"),
    )  # fmt: skip
    due = inspections_due(bands, visits, rules=RULES, alert=AlertLevel.NORMAL, on=ON)
    assert due["building_id"].tolist() == ["A", "D", "F", "B", "C"]
    table = due.set_index("building_id")
    late = {"A": 1, "D": None, "F": None, "B": -20, "C": -185}  # since when D is late nobody knows
    told = table["days_overdue"].astype(object)
    assert told.where(table["inspected_on"].notna(), None).to_dict() == late
    assert table["due"].to_dict() == {"A": True, "D": True, "F": True, "B": False, "C": False}
    assert table["due_on"]["D"] == pd.Timestamp(ON)
    assert table.loc["A", "due_on"] == pd.Timestamp("2026-06-29")
    assert pd.isna(table.loc["D", "inspected_on"])
    raised = inspections_due(bands, visits, rules=RULES, alert=AlertLevel.RAISED, on=ON)
    told = raised.set_index("building_id")["days_overdue"].dropna().to_dict()
    assert told == {"A": 16, "B": -5, "C": 0}


def test_an_inspection_is_due_on_a_working_day():
    visits = _visits(("A", "2026-09-01"), ("B", "2026-09-10"))
    bands = pd.Series({"A": "red", "B": "red"})  # every 30 days
    due = inspections_due(
        bands, visits, rules=RULES, alert=AlertLevel.NORMAL, on=dt.date(2026, 10, 9),
        workdays=Workdays(),
    )  # fmt: skip
    table = due.set_index("building_id")
    assert table.loc["A", "due_on"] == pd.Timestamp("2026-10-08")  # 1 October is a holiday
    assert table.loc["B", "due_on"] == pd.Timestamp("2026-10-10")  # a Saturday that is worked
    assert table["days_overdue"].to_dict() == {"A": 1, "B": -1}


def test_never_inspected_stands_among_the_others_by_band_harm_and_urgency():
    bands = pd.Series({"A": "red", "B": "red", "C": "red", "D": "orange", "E": "blue"})
    # Every 30 days: A is due today, C two intervals late, E (185 days) years late.
    visits = _visits(("A", "2026-05-31"), ("C", "2026-04-01"), ("E", "2020-01-01"))
    due = inspections_due(bands, visits, rules=RULES, alert=AlertLevel.NORMAL, on=ON)
    assert due["building_id"].tolist() == ["C", "B", "A", "D", "E"]
    assert due["urgency"].tolist()[:4] == [3.0, 2.0, 1.0, 2.0]
    assert due["inspected_on"].notna().tolist() == [True, False, True, False, True]
    harm = pd.Series({"A": 9.0, "B": 2.0, "C": 1.0, "D": 99.0})
    due = inspections_due(bands, visits, rules=RULES, alert=AlertLevel.NORMAL, on=ON, harm=harm)
    assert due["building_id"].tolist() == ["A", "B", "C", "D", "E"]  # 9 x 1, 2 x 2, 1 x 3


def test_intervals_are_those_of_the_textbooks():
    low, high = poisson_interval(np.array([0.0, 1.0, 10.0]))
    assert low == pytest.approx([0, 0.0253, 4.795], abs=1e-3)
    assert high == pytest.approx([3.689, 5.572, 18.390], abs=1e-3)
    low, high = wilson_interval(np.array([0.0, 5.0]), np.array([10.0, 10.0]))
    assert low == pytest.approx([0, 0.2366], abs=1e-4)
    assert high == pytest.approx([0.2775, 0.7634], abs=1e-4)


def test_hazards_count_per_inspected_premises():
    visits = _visits(("A", "2026-05-01"), ("A", "2026-05-09"), ("B", "2026-05-01"),
                     ("C", "2026-05-01"), ("C", "2025-05-01"))  # fmt: skip
    visits.loc[len(visits)] = [None, pd.Timestamp("2026-05-02"), "不知何处", None, "J9"]
    found = pd.DataFrame(
        {
            "building_id": ["A", "A", "D", None, "C"],
            "found_on": pd.to_datetime(["2026-05-01", "2026-05-09", "2026-05-03", "2026-05-02",
                                        "2025-05-01"]),
            "address": [None, None, None, "不知何处", None],
            "name": None,
            "key": list("12345"),
        }
    )  # fmt: skip
    groups = pd.Series({"A": "东", "B": "东", "C": "西", "D": "西"})
    rates = hazard_rates(visits, found, groups, start=dt.date(2026, 1, 1), end=ON)
    columns = ["premises", "hazards", "premises_with_hazard", "hazards_elsewhere"]
    assert rates[columns].to_numpy().tolist() == [[2, 2, 1, 0], [1, 0, 0, 1], [1, 1, 1, 0]]
    assert rates.index.tolist() == ["东", "西", None]
    assert rates["rate"].tolist() == [1.0, 0.0, 1.0]
    assert rates.loc["东", ["rate_low", "rate_high"]].tolist() == pytest.approx(
        [0.1211, 3.6123], abs=1e-3
    )
    assert rates.loc["东", "share"] == 0.5


def test_the_first_and_the_last_day_of_a_period_are_in_it():
    visits = _visits(("A", "2026-01-01"), ("B", "2026-06-30"), ("C", "2025-12-31"),
                     ("D", "2026-07-01"))  # fmt: skip
    found = visits.rename(columns={"inspected_on": "found_on"})
    rates = hazard_rates(
        visits, found, pd.Series(dict.fromkeys("ABCD", "东")), start=dt.date(2026, 1, 1), end=ON
    )
    columns = ["premises", "hazards", "premises_with_hazard", "hazards_elsewhere"]
    assert rates[columns].to_numpy().tolist() == [[2, 2, 2, 0]]


def test_where_nobody_looked_no_rate_is_known():
    none = _visits().astype({"inspected_on": "datetime64[ns]"})
    found = pd.DataFrame({"building_id": ["A"], "found_on": pd.to_datetime(["2026-05-01"]),
                          "address": None, "name": None, "key": "1"})  # fmt: skip
    rates = hazard_rates(none, found, pd.Series({"A": "东"}), start=dt.date(2026, 1, 1), end=ON)
    assert rates["rate"].isna().all()
    assert rates["hazards_elsewhere"].tolist() == [1]
