"""What a stop brings to a phone or a form: its rows of the workbook, and what is looked at."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from ...coverage.rounds import Round, RoundKind, Rounds, Stop
from ...geo.tables import is_missing
from ...geo.town import Town
from ...geo.words import HazardCode, Lang
from ...geo.words import fields as f
from ..books import round_rows
from ..html import shown
from ..paper import SheetSource
from ..voice import coded_checks, hazard_said, town_checks

#: What of the rows of the workbook comes back with what was filled in, by sheet.
TAKEN: Final = {
    "inspections": (f.BUILDING_ID, "source"),
    "lane-reports": ("report_id", f.LANE_ID, f.NAME, "source"),
    "hazards": ("hazard_id", f.BUILDING_ID, f.LANE_ID, "code", "found_on"),
}


def checks_at(kind: str, town: Town, lang: Lang) -> list[tuple[str, HazardCode | None]]:
    """Return what is looked at and what a no to it means: ours, then the town's own lists.

    Parameters
    ----------
    kind
        Of the visit.
    town
        With its own lists.
    lang
        Of our words.
    """
    own = [(f"{item}〔{name}〕", None) for name, item in town_checks(kind, town, lang)]
    return [(shown(item), code) for item, code in (*coded_checks(kind, lang), *own)]


def stop_rows(
    stop: Stop,
    round_: Round,
    rounds: Rounds,
    ground: SheetSource,
    *,
    kind: RoundKind,
    round_id: str,
    lang: Lang,
) -> dict[str, Any]:
    """Return the rows of the workbook that stand for a stop, as they go out.

    Parameters
    ----------
    stop, round_, rounds
        The stop, its day, and the rounds of which it is one.
    ground, kind, round_id, lang
        As for the workbook.
    """
    half = replace(round_.halves[0], stops=(stop,))
    alone = replace(rounds, rounds=(replace(round_, halves=(half,)),))

    def rows(sheet: str) -> list[dict[str, Any]]:
        made = round_rows(sheet, alone, ground, kind, round_id, lang)
        return [{name: _plain(row[name]) for name in TAKEN[sheet]} for row in made]

    visits, lanes, hazards = (rows(sheet) for sheet in TAKEN)
    for row in lanes:
        row["name"] = shown(row["name"] or "")
    for row in hazards:
        row["said"] = shown(
            hazard_said(ground.open_cases.loc[row["hazard_id"]], row["hazard_id"], lang)
        )
    return {"inspections": visits[0] if visits else None, "lanes": lanes, "hazards": hazards}


def _plain(cell: object) -> str | None:
    return None if is_missing(cell) else str(cell)
