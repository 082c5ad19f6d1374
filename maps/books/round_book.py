"""``round.xlsx``: what inspectors fill in and hand back; drop-downs, and locks on what is ours."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from ...coverage.rounds import RoundKind, Rounds
from ...geo.ledgers import COLUMNS, HEAD_ROWS, MARK, MARK_SHEET, SHEETS, VERSION
from ...geo.words import VOCABULARIES, HazardSource, HazardState, Lang, label, text
from ...geo.words import fields as f
from ..paper import SheetSource
from ..voice import town_checks
from .workbook import Look, cell, header, look, new_book

if TYPE_CHECKING:
    from xlsxwriter import Workbook

BLANK_ROWS: Final = 60  # for hazards that nobody knew of
#: Drop-downs by sheet and column: the vocabulary of each.
CHOICES: Final = {
    ("hazards", "code"): "hazard_code",
    ("hazards", "state"): "hazard_state",
    ("hazards", "measure"): "measure",
    ("hazards", "lead_dept"): "office",
    ("lane-reports", "state"): "lane_state",
}
#: What inspectors may write in, by sheet; all else is locked in rows that are ours.
OPEN: Final = {
    "inspections": ("inspected_on", "hazards_found", "result", "surveyed_by", "inspector"),
    "hazards": (
        "state", "acted_on", "due_on", "remaining_width_m", "description", "measure",
        "lead_dept", "evidence",
    ),
    "lane-reports": ("state", "remaining_width_m", "observed_at", "description", "inspector"),
}  # fmt: skip
DATES: Final = ("inspected_on", "found_on", "acted_on", "due_on", "observed_at", "planned_on")
NUMBERS: Final = ("hazards_found", "remaining_width_m")
WIDTHS: Final = {"address": 26, "name": 22, "result": 30, "description": 28, "inspection_id": 24}
SOURCE: Final = {
    RoundKind.DUE: HazardSource.TERRITORIAL_CHECK,
    RoundKind.COMMUNITY: HazardSource.GRID,
    RoundKind.LOOK_BACK: HazardSource.LOOK_BACK,
    RoundKind.JOINT: HazardSource.JOINT_CHECK,
    RoundKind.OPEN_SECRET: HazardSource.OPEN_SECRET_CHECK,
    RoundKind.HOLIDAY: HazardSource.TERRITORIAL_CHECK,
    RoundKind.DOORS: HazardSource.DOOR_KNOCKING,
    RoundKind.LANES: HazardSource.GRID,
    RoundKind.LISTED: HazardSource.OFFICE_CHECK,
}


def round_book(
    rounds: Rounds, ground: SheetSource, *, kind: RoundKind, round_id: str, lang: Lang
) -> bytes:
    """Return the workbook of some rounds.

    Parameters
    ----------
    rounds
        What was planned.
    ground
        For the open hazards of each stop.
    kind
        Of the rounds; becomes the source of what is found.
    round_id
        By which a return is known; the same for every copy that is handed out.
    lang
        Of headers and drop-downs; both languages are read back.
    """
    rows = {name: round_rows(name, rounds, ground, kind, round_id, lang) for name in SHEETS}
    written = io.BytesIO()
    book = new_book(written, lang=lang)
    days = [r.day for r in rounds.rounds]
    made = min(days) if days else dt.date(2000, 1, 1)
    book.set_properties({"title": round_id, "created": dt.datetime.combine(made, dt.time())})
    style = look(book)
    said = [text("round_book.guide_title", lang), *text("round_book.guide_lines", lang).split("\n")]
    book.add_guide(text("round_book.guide", lang), said, locked=True)
    lists = _lists(book, lang)
    names = {name: text(f"round_book.{name.replace('-', '_')}", lang) for name in SHEETS}
    for name in SHEETS:
        blank = BLANK_ROWS if name == "hazards" else 10 if name == "lane-reports" else 0
        _sheet(book, names[name], name, rows[name], blank, lists, style, lang)
    _checks(book, rounds, ground, style, lang)
    mark = book.add_worksheet(MARK_SHEET)
    for at, value in enumerate((MARK, VERSION, round_id)):
        mark.write(at, 0, value)
    for at, name in enumerate(SHEETS):
        mark.write_row(3 + at, 0, [names[name], name])
    mark.very_hidden()
    book.close()
    return written.getvalue()


def round_rows(
    sheet: str,
    rounds: Rounds,
    ground: SheetSource,
    kind: RoundKind,
    round_id: str,
    lang: Lang,
) -> list[dict[str, Any]]:
    """Return what stands in the rows of a sheet before anybody fills them in.

    Parameters
    ----------
    sheet
        One of `weizhan.geo.ledgers.SHEETS`.
    rounds, ground, kind, round_id, lang
        As in `round_book`.
    """
    made = [(r, stop) for r in rounds.rounds for stop in r.stops]
    source = label("hazard_source", SOURCE[kind], lang)
    if sheet == "inspections":
        return [
            {
                "inspection_id": f"{round_id}/{stop.visit.visit_id}",
                f.BUILDING_ID: stop.visit.visit_id,
                f.NAME: stop.visit.name,
                f.ADDRESS: stop.visit.address,
                "planned_on": r.day,
                "source": source,
                "inspector": r.team.name,
            }
            for r, stop in made
            if stop.visit.buildings
        ]
    if sheet == "lane-reports":
        return [
            {
                "report_id": f"{round_id}/{drawn}",
                f.LANE_ID: drawn,
                f.NAME: stop.visit.name,
                "source": source,
                "inspector": r.team.name,
            }
            for r, stop in made
            for drawn in ground.drawn(stop.visit.lanes)
        ]
    keys = dict.fromkeys(key for _, stop in made for key in stop.visit.cases)
    cases = ground.open_cases.loc[list(keys)]
    return [
        {
            "hazard_id": key,
            f.BUILDING_ID: case[f.BUILDING_ID],
            f.LANE_ID: case[f.LANE_ID],
            f.ADDRESS: case[f.ADDRESS],
            "code": label("hazard_code", case["code"], lang),
            "found_on": case["found"].date(),
        }
        for key, case in cases.iterrows()
    ]


def _sheet(
    book: Workbook,
    title: str,
    name: str,
    rows: Sequence[dict[str, Any]],
    blank: int,
    lists: dict[str, str],
    style: Look,
    lang: Lang,
) -> None:
    sheet = book.add_worksheet(title)
    columns = COLUMNS[name]
    sheet.write_row(0, 0, columns)
    sheet.set_row(0, None, None, {"hidden": True})
    for at, column in enumerate(columns):
        sheet.write(1, at, header(name, column, lang), style.head)
        if column in WIDTHS:  # room to write in
            sheet.set_column(at, at, WIDTHS[column])
    sheet.freeze_panes(HEAD_ROWS, 2)
    last = HEAD_ROWS + len(rows) + blank
    for number in range(HEAD_ROWS, last):
        known = number - HEAD_ROWS < len(rows)
        row = rows[number - HEAD_ROWS] if known else {}
        for at, column in enumerate(columns):
            ours = known and column not in OPEN[name]
            shape = style.of(date=column in DATES, locked=ours)
            cell(sheet, number, at, row.get(column), shape)
    for at, column in enumerate(columns):
        options: dict[str, Any] | None = None
        if (name, column) in CHOICES:
            options = {"validate": "list", "source": lists[CHOICES[name, column]]}
        elif column in DATES:
            first = dt.date(2000, 1, 1)
            options = {"validate": "date", "criteria": ">=", "value": first}
        elif column in NUMBERS:
            options = {"validate": "decimal", "criteria": ">=", "value": 0}
        if options and last > HEAD_ROWS:
            options["error_title"] = text("round_book.wrong", lang)
            options["error_message"] = text("round_book.wrong_message", lang)
            sheet.data_validation(HEAD_ROWS, at, last - 1, at, options)
    if last > HEAD_ROWS:
        sheet.autofilter(1, 0, last - 1, len(columns) - 1)
    sheet.protect("", {"autofilter": True, "sort": True, "format_columns": True,
                       "format_rows": True})  # fmt: skip


def _lists(book: Workbook, lang: Lang) -> dict[str, str]:
    """Write the words of the drop-downs on a hidden sheet; return where each list stands."""
    sheet = book.add_worksheet("lists")
    found = {}
    for at, vocabulary in enumerate(dict.fromkeys(CHOICES.values())):
        words = [label(vocabulary, code, lang) for code in VOCABULARIES[vocabulary]]
        if vocabulary == "hazard_state":
            words = [label(vocabulary, code, lang) for code in HazardState]
        sheet.write_column(0, at, words)
        letter = chr(65 + at)
        found[vocabulary] = f"=lists!${letter}$1:${letter}${len(words)}"
    sheet.very_hidden()
    return found


def _checks(book: Workbook, rounds: Rounds, ground: SheetSource, style: Look, lang: Lang) -> None:
    """Write every item of the town's own checklists for every stop, if there is any."""
    town = ground.found.moment.town
    rows = [
        (stop.visit.visit_id, stop.visit.name or stop.visit.address, own, item)
        for r in rounds.rounds
        for stop in r.stops
        for own, item in town_checks(stop.visit.kind, town, lang)
    ]
    if not rows:
        return
    sheet = book.add_worksheet(text("round_book.checks", lang))
    heads = ("place", "name", "list", "item", "result")
    for at, (name, width) in enumerate(zip(heads, (14, 22, 30, 50, 24), strict=True)):
        sheet.write(0, at, text(f"round_book.check_{name}", lang), style.head)
        sheet.set_column(at, at, width)
    for number, row in enumerate(rows, start=1):
        for at, value in enumerate(row):
            cell(sheet, number, at, value, style.of(date=False, locked=True))
        cell(sheet, number, len(row), None, style.of(date=False, locked=False))
    sheet.freeze_panes(1, 2)
    sheet.protect()
