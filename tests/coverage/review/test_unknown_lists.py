"""Lists of a town that imported no ledger: unknown, not empty and not zero."""

from types import SimpleNamespace

import pandas as pd
import pytest

from weizhan.coverage.review import (
    lists_without_layer,
    lists_without_ledger,
    without_unknown_counts,
)
from weizhan.maps.paper import duty_blocks
from weizhan.maps.paper.report import Paragraph

NONE, SOME = pd.DataFrame(), pd.DataFrame({"key": ["1"]})
LEDGERS = ("hazards", "inspections", "incidents", "units", "notices", "devices")
LAYERS = ("estates", "offices", "communities", "sheds", "water", "stations")


def _town(*told):
    ledgers = SimpleNamespace(**{name: SOME if name in told else NONE for name in LEDGERS})
    return SimpleNamespace(
        ledgers=ledgers, **{name: SOME if name in told else NONE for name in LAYERS}
    )


def _lists():
    office = {"owner": "finance", "premises": 3, "units": 0, "open_cases": 0, "overdue_cases": 0,
              "inspections_due": 0, "duties_late": 0}  # fmt: skip
    campaign = {"campaign": "清零", "cases": 0, "closed": 0, "open_cases": 0, "overdue_cases": 0}
    return {"offices": pd.DataFrame([office]), "campaigns": pd.DataFrame([campaign])}


@pytest.mark.parametrize(
    ("told", "offices", "campaigns"),
    [
        ((), {"premises"}, set()),
        (("units",), {"premises", "units", "duties_late"}, set()),
        (("inspections",), {"premises", "inspections_due"}, set()),
        (
            ("hazards",),
            {"premises", "open_cases", "overdue_cases"},
            {"cases", "closed", "open_cases", "overdue_cases"},
        ),
    ],
)
def test_counts_that_rest_on_no_ledger_are_missing(told, offices, campaigns):
    lists = without_unknown_counts(_lists(), _town(*told))
    known = {name: set(table.iloc[0].dropna().index) for name, table in lists.items()}
    assert known == {"offices": {"owner", *offices}, "campaigns": {"campaign", *campaigns}}


def test_lists_without_their_ledger_or_layer_are_named_with_it():
    assert lists_without_ledger({"notices": NONE}, _town(*LEDGERS)) == {}
    assert lists_without_layer(_town(*LAYERS)) == {}
    only = lists_without_ledger(
        {}, _town("units", "notices", "devices", "inspections", "incidents")
    )
    assert set(only.values()) == {"hazards"}
    assert {"mismatches", "area_wide", "stock", "mending"} <= set(only)
    told = lists_without_layer(_town("estates", "offices", "communities"))
    assert told == {"sheds": "sheds", "hydrants": "water", "busy": "stations"}


@pytest.mark.parametrize(
    ("lang", "said"), [("zh", "未知，不等于没有"), ("en", "unknown, not none")]
)
def test_a_meeting_reads_unknown_where_no_ledger_was_imported(lang, said):
    names = ("duties", "campaigns", "goals", "notices", "investigations")
    lists = dict.fromkeys(names, NONE)

    def told(*ledgers):
        blocks = duty_blocks(lists, unknown=lists_without_ledger(lists, _town(*ledgers)), lang=lang)
        return [b.said for b in blocks if isinstance(b, Paragraph)]

    assert [said in line for line in told()] == [True, False, False, True, True]
    assert not any(said in line for line in told(*LEDGERS))
