"""Every row of the work plans that ledgers and the closed loop meet names things that exist."""

import importlib
import tomllib
from importlib.resources import files

import pytest

from weizhan.geo.rules.rule_set import load_rules
from weizhan.geo.tables.ledger_kinds import KINDS
from weizhan.geo.tables.schemas import SCHEMAS
from weizhan.geo.words.catalogue import label
from weizhan.geo.words.vocabulary import VOCABULARIES, HazardCode

PLAN = tomllib.loads(files("weizhan.data").joinpath("plan_rows.toml").read_text("utf-8"))["rows"]


def _exists(place: str) -> bool:
    kind, _, name = place.partition(":")
    if kind == "call":
        module, _, function = name.partition(":")
        return callable(getattr(importlib.import_module(f"weizhan.{module}"), function))
    group, _, member = name.partition(".")
    if kind == "word":
        return member in {str(code) for code in VOCABULARIES[group]}
    if kind == "ledger":
        return member in KINDS[group].names
    if kind == "layer":
        return member in SCHEMAS[group].names
    assert kind == "rule", place
    found: object = load_rules()
    for part in name.split("."):
        found = getattr(found, part)
    return found is not None


@pytest.mark.parametrize("number", PLAN)
def test_what_a_row_names_exists(number):
    row = PLAN[number]
    assert row["met"], number
    assert all(map(_exists, row["met"])), row["met"]


def test_the_closed_lists_of_the_plans_are_all_there_in_their_exact_words():
    for rows, letter in ((range(78, 87), "W"), (range(88, 94), "H"), (range(94, 97), "G")):
        for at, number in enumerate(rows, start=1):
            assert label("hazard_code", f"{letter}{at}") == PLAN[str(number)]["zh"]
    assert len(HazardCode) == 9 + 6 + 3 + 2  # other, and not yet classified


def test_the_six_measures_are_left_to_the_user():
    assert load_rules().six_without_exception.measures == ()
