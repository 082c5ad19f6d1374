"""Which thing a row is does not depend on the order of rows."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weizhan.geo.ledgers.identity import identified
from weizhan.geo.rules import load_rules
from weizhan.geo.tables import KINDS

RULES = load_rules("china-2026").ledgers
HAZARDS = KINDS["hazards"]
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "hazard_id": st.sampled_from([None, "1", "2"]),
            "community": st.sampled_from([None, "东社区", "西社区"]),
            "building_id": st.sampled_from([None, "B1", "B2"]),
            "address": st.sampled_from(["云岭路1号", "云岭路2号"]),
            "code": st.sampled_from([None, "W6", "W8"]),
            "found_on": st.sampled_from([None, "2026-03-05", "2026-03-06"]),
            "closed_on": st.sampled_from([None, "2026-05-01"]),
        }
    ),
    min_size=1,
    max_size=8,
)


def _table(rows, *, source=None):
    table = pd.DataFrame(rows, dtype=object)
    table["row_hash"] = ["|".join(map(str, row.values())) for row in rows]
    table["match_how"] = ["address" if b else "unmatched" for b in table["building_id"]]
    table["source_row"] = range(2, len(rows) + 2)
    table["lon"] = table["lat"] = float("nan")
    table["state"] = table["name"] = table["lane_id"] = None
    if source:
        table["from_source"] = source
    return table


def _keys(rows, known, *, source="a.xlsx"):
    table, pairs, problems = identified(
        _table(rows), HAZARDS, known, source=source, file=source, rules=RULES
    )
    return table, {(p.key, p.other, p.why) for p in pairs}, problems


NOTHING = _table([dict.fromkeys(("hazard_id", "community", "building_id", "address", "code",
                                 "found_on", "closed_on"))]).iloc[:0].assign(
    key=None, from_source=None)  # fmt: skip


@settings(deadline=None, max_examples=60)
@given(ROWS, ROWS, st.randoms())
def test_the_order_of_rows_changes_nothing(first, rows, random):
    before, _, _ = _keys(first, NOTHING)
    known = before.assign(from_source="a.xlsx")
    mixed = list(rows)
    random.shuffle(mixed)
    for held in (NOTHING, known):
        for source in ("a.xlsx", "b.xlsx"):
            one, asked, _ = _keys(rows, held, source=source)
            other, asked_too, _ = _keys(mixed, held, source=source)
            said = [sorted(zip(t["row_hash"], t["key"], strict=True)) for t in (one, other)]
            assert said[0] == said[1]
            assert asked == asked_too


@settings(deadline=None, max_examples=60)
@given(ROWS)
def test_no_row_vanishes_and_a_ledger_read_again_is_the_same(rows):
    table, _, _ = _keys(rows, NOTHING)
    assert set(table["row_hash"]) == set(_table(rows)["row_hash"])
    known = table.assign(from_source="a.xlsx")
    again, _, _ = _keys(rows, known)
    said = [sorted(zip(t["row_hash"], t["key"], strict=True)) for t in (table, again)]
    assert said[0] == said[1]


@settings(deadline=None, max_examples=60)
@given(ROWS)
def test_what_is_merged_agrees_in_place_and_kind(rows):
    table, _, _ = _keys(rows, NOTHING)
    for _, group in table.groupby("key"):
        assert group["code"].dropna().nunique() <= 1
        assert group["building_id"].dropna().nunique() <= 1
        assert group["hazard_id"].dropna().nunique() <= 1


@pytest.mark.parametrize("kind", ["devices", "inspections", "warehouses", "vulnerable"])
def test_numbers_of_two_sources_at_two_places_are_two_things(kind):
    rows = [{"community": None, "building_id": "B1", "address": "云岭路1号"}]
    own = KINDS[kind].identity
    table = _table(rows).assign(**{own: "1", **dict.fromkeys(KINDS[kind].natural)})
    nothing = table.iloc[:0].assign(key=None, from_source=None)
    first, _, _ = identified(table, KINDS[kind], nothing, source="a", file="a", rules=RULES)
    known = first.assign(from_source="a")
    elsewhere = table.assign(building_id="B2", address="云岭路2号")
    moved, _, _ = identified(elsewhere, KINDS[kind], known, source="a", file="a", rules=RULES)
    other, _, _ = identified(elsewhere, KINDS[kind], known, source="b", file="b", rules=RULES)
    same, _, _ = identified(table, KINDS[kind], known, source="b", file="b", rules=RULES)
    keys = [t["key"].item() for t in (first, moved, other, same)]
    assert keys == ["1", "1", "1@b", "1"]
