"""The table of communities: who is reached too late in each, and its risk against the town's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...coverage import columns as c
from ...coverage.assessment import Assessment
from ...coverage.reach import late_against
from ...geo.tables import is_missing
from ...geo.words import Lang, text
from ...geo.words import fields as f
from ..html import shown
from ..styles import STEPS, Against, against_step
from .figures import community_name, people, share
from .opening import main_tier


@dataclass(frozen=True, slots=True)
class Cell:
    """One value of a community: what is said of it, its range, a line below, and its order.

    ``order`` is its place among all communities, the worst 0; unknown ones come last.
    """

    value: str
    range: str = ""
    note: str = ""
    order: int = 0


@dataclass(frozen=True, slots=True)
class CommunityRow:
    """One community, ready to be shown.

    Attributes
    ----------
    identity, name, people
        Who it is, and how many live there.
    late
        People reached too late.
    risk, hazards
        Risk and open hazards a head against the town's.
    """

    identity: str
    name: str
    people: str
    late: Cell
    risk: Cell
    hazards: Cell


Entries = Sequence[Mapping[str, Any]]


def community_rows(
    assessment: Assessment, lang: Lang, *, before: Entries = (), tier: str | None = None
) -> list[CommunityRow]:
    """Return the communities, those with most late people first.

    Parameters
    ----------
    assessment
        What is shown; its summary may be that of another time of day.
    lang
        Language of the words.
    before
        Communities of an earlier assessment that may be compared, as in its summary.
    tier
        Who is too late; the main one if not given.
    """
    entries = list(assessment.summary.get("communities", ()))
    heads = dict.fromkeys((str(entry[f.COMMUNITY_ID]) for entry in entries), None)
    frame = assessment.communities
    if f.PEOPLE in frame.columns:
        heads |= dict(zip(frame[f.COMMUNITY_ID].astype(str), frame[f.PEOPLE], strict=True))
    past = {str(entry[f.COMMUNITY_ID]): entry for entry in before}
    late = _late_cells(assessment, entries, past, tier or main_tier(assessment), lang)
    risk = _against_cells(entries, past, c.HARM_PER_HEAD, lang)
    hazards = _against_cells(entries, {}, c.HAZARDS_PER_HEAD, lang)
    rows = [
        CommunityRow(
            shown(str(entry[f.COMMUNITY_ID])),
            community_name(entry, lang),
            people(heads.get(str(entry[f.COMMUNITY_ID])), lang, unit=True),
            *cells,
        )
        for entry, *cells in zip(entries, late, risk, hazards, strict=True)
    ]
    return sorted(rows, key=lambda row: row.late.order)


def against_of(entry: Mapping[str, Any], name: str) -> Against | None:
    """Return a figure a head of a community against the town: value, low, high; None if unknown.

    Parameters
    ----------
    entry
        Of ``summary["communities"]``.
    name
        Such as ``harm_per_head``.
    """
    risk = entry.get("risk") or {}
    values = [risk.get(end(name)) for end in (str, c.low, c.high)]
    if any(is_missing(value) for value in values):
        return None
    value, low, high = (float(str(value)) for value in values)
    return value, low, high


def late_against_of(
    entries: Entries, whole: Mapping[str, Any] | None, tier: str
) -> list[Against | None]:
    """Return the share of late people of each community against the town's.

    Parameters
    ----------
    entries
        Communities, as in a summary.
    whole
        The coverage of the town by that tier at the same time.
    tier
        Who is too late.
    """
    return [late_against(entry.get("coverage", {}).get(tier), whole) for entry in entries]


def _late_cells(
    assessment: Assessment,
    entries: Entries,
    past: Mapping[str, Mapping[str, Any]],
    tier: str,
    lang: Lang,
) -> list[Cell]:
    whole = assessment.summary.get("coverage", {}).get(tier)
    found = [entry.get("coverage", {}).get(tier) or {} for entry in entries]
    order = _order([one.get("late_people") for one in found])
    cells = []
    for entry, one, place in zip(entries, found, order, strict=True):
        reached = share(one or None, lang, town=whole)
        if not reached.known:
            cells.append(Cell(reached.value, "", reached.detail, place))
            continue
        note = ""
        was = past.get(str(entry[f.COMMUNITY_ID]), {}).get("coverage", {}).get(tier, {})
        if not is_missing(was.get("late_people")):
            note = text("opening.was", lang, value=people(was["late_people"], lang))
        if is_missing(one.get("late_people")):
            value, span = text("popup.unknown", lang), ""
        else:
            value = people(one["late_people"], lang)
            ends = {end: people(one[f"late_people_{end}"], lang) for end in ("low", "high")}
            span = text("opening.range", lang, **ends) if {*ends.values()} != {value} else ""
        cells.append(Cell(value, span, note, place))
    return cells


def _against_cells(
    entries: Entries, past: Mapping[str, Mapping[str, Any]], name: str, lang: Lang
) -> list[Cell]:
    found = [against_of(entry, name) for entry in entries]
    order = _order([None if one is None else one[0] for one in found])
    cells = []
    for entry, against, place in zip(entries, found, order, strict=True):
        if against is None:
            cells.append(Cell(text("popup.unknown", lang), order=place))
            continue
        value, low, high = (f"{number:.2g}" for number in against)
        was = against_of(past.get(str(entry[f.COMMUNITY_ID]), {}), name)
        note = "" if was is None else text("opening.was", lang, value=f"{was[0]:.2g}")
        said = text("opening.times", lang, ratio=value, low=low, high=high)
        word = text(f"opening.short_{STEPS[against_step(against)]}", lang)
        cells.append(Cell(word, said, note, place))
    return cells


def _order(values: Sequence[Any]) -> list[int]:
    """Return the place of each value, the largest 0; missing ones last, ties in their order."""
    known = [-float(str(value)) if not is_missing(value) else float("inf") for value in values]
    ranked = sorted(range(len(known)), key=known.__getitem__)
    places = {at: place for place, at in enumerate(ranked)}
    return [places[at] for at in range(len(known))]
