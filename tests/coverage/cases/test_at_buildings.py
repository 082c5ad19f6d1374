"""What ledgers count at each building on a day, by hand."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from weizhan.coverage.cases.at_buildings import building_cases
from weizhan.geo.ledgers import TownLedgers
from weizhan.geo.rules.rule_set import load_rules
from weizhan.geo.words.vocabulary import AlertLevel

RULES = load_rules()
ON = dt.date(2026, 6, 30)


def days(*told):
    return pd.to_datetime(pd.Series(told, dtype=object), format="ISO8601")


@pytest.fixture
def ledgers():
    """Four cases at A, one of them closed, and one at no building; fires and visits of A and B."""
    hazards = pd.DataFrame(
        {
            "key": ["K1", "K2", "K3", "K4", "K5"],
            "building_id": ["A", "A", "A", "A", None],
            "major": [1, np.nan, 0, 1, 1],
            "due_on": days("2026-06-29", "2026-06-30", None, "2026-01-10", "2026-01-10"),
            "supervision_level": ["town", "town", "city", None, None],
            "listed_on": days("2026-05-01", "2026-05-01", None, None, None),
            "listed_due_on": days(None, "2026-06-01", None, None, None),
            "lifted_on": days("2026-06-30", None, None, None, None),
        }
    )
    steps = [(key, "found", "2026-01-01") for key in hazards["key"]]
    events = pd.DataFrame([*steps, ("K4", "closed", "2026-02-01")],
                          columns=["key", "state", "happened_on"])  # fmt: skip
    events["happened_on"] = pd.to_datetime(events["happened_on"])
    fires = pd.DataFrame({"building_id": ["A", "A", "B", None],
                          "started_at": days("2025-01-01 03:00", "2026-06-30 23:59",
                                             "2026-07-01 00:00", "2025-01-01")})  # fmt: skip
    visits = pd.DataFrame(
        {
            "building_id": ["A", "B", "B"],
            "inspected_on": days("2026-06-01", "2026-05-01", "2026-07-02"),
        }
    )
    nothing = pd.DataFrame()
    return TownLedgers(nothing, nothing, hazards, events, fires, visits, nothing, nothing)


def test_cases_fires_and_visits_are_counted_at_their_building_as_the_day_knows_them(ledgers):
    buildings = pd.DataFrame(
        {"building_id": ["A", "B", "C", "D"], "risk_band": ["red", "orange", "red", None]},
        index=[7, 5, 3, 1],
    )
    found = building_cases(ledgers, buildings, rules=RULES, day=ON)
    counts = ["open_hazards", "overdue_hazards", "listed_hazards", "major_hazards", "past_fires"]
    # Open are K1 to K3; K1 is overdue by a day, K2 is due on the day; K1 is lifted on the day,
    # K2 and K3 are listed.
    assert found[counts].to_numpy().tolist() == [
        [3, 1, 2, 1, 2], [0, 0, 0, 0, 0], [0, 0, 0, 0, 0], [0, 0, 0, 0, 0],
    ]  # fmt: skip
    assert found["undated_hazards"].tolist() == [1, 0, 0, 0]  # K3 may be overdue, too
    assert found.index.tolist() == [7, 5, 3, 1]
    assert found["inspected_on"].tolist() == ["2026-06-01", "2026-05-01", None, None]
    assert found["inspection_due_on"].tolist() == ["2026-07-01", "2026-07-30", "2026-06-30", None]
    ledgers.hazards.loc[ledgers.hazards["key"] == "K1", "due_on"] = pd.Timestamp("2026-07-09")
    now = building_cases(ledgers, buildings, rules=RULES, day=ON)
    assert np.isnan(now["overdue_hazards"][7])  # none is known, and K3 tells no due day
    raised = building_cases(ledgers, buildings, rules=RULES, day=ON, alert=AlertLevel.RAISED)
    assert raised["inspection_due_on"].tolist() == ["2026-06-16", "2026-06-15", "2026-06-30", None]
