"""A round that was filled in with ODK or KoboToolbox: one row a visit, as records of a round.

The form carries what identifies a thing as hidden calculations, so that the table which a server
exports (CSV or Excel, with names or labels as values) says it in every row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from ..tables import TABLE_ENDINGS, Cell, raw_sheets
from ..words import InputError, Problem, read_date
from ..words import fields as f
from .phone_lines import HEAD, Record

FORM_ROUND: Final = "weizhan_round"  # the column that says that a table is of a form of ours
FORM_STOP: Final = "stop_id"
FORM_DAY: Final = "planned_on"
#: Columns that a table must have beside those that say what it is of.
NEEDED: Final = (FORM_STOP, "inspected_on", "inspector", "result", f.BUILDING_ID, "source")
NEW: Final = 3  # new hazards of one visit; more go into a second filling-in
#: Parts of the calculation that carries a known hazard, and a lane, between bars.
KNOWN_PARTS: Final = ("stop", "hazard_id", f.BUILDING_ID, f.LANE_ID, "code", "found_on")
LANE_PARTS: Final = ("stop", "report", f.LANE_ID, "source")
SENT: Final = ("_submission_time", "SubmissionDate", "end")
BAR: Final = "|"
_HEAD: Final = re.compile(r"^.*[/:]")  # of a group, before the name of a question


def is_form_return(file: Path) -> bool:
    """Return whether a table was exported from a form of a round."""
    if file.suffix.lower() not in TABLE_ENDINGS or not file.is_file():
        return False
    try:
        return any(FORM_ROUND in _names(page.rows) for page in raw_sheets(file)[0])
    except InputError:
        return False


def form_records(file: Path) -> tuple[list[Record], list[Problem]]:
    """Return the records of an exported table.

    Parameters
    ----------
    file
        CSV or workbook, with the names of questions as heads.

    Returns
    -------
    records
        In the order of the rows.
    problems
        Rows that name no stop.

    Raises
    ------
    InputError
        When it has labels for heads.
    """
    records: list[Record] = []
    problems: list[Problem] = []
    for page in raw_sheets(file)[0]:
        names = _names(page.rows)
        if FORM_ROUND not in names:
            continue
        lost = [name for name in NEEDED if name not in names]
        if lost:
            raise InputError("error.form_heads", file=file, columns=", ".join(lost))
        for number, cells in enumerate(page.rows[1:], start=2):
            row = {n: _said(cell) for n, cell in zip(names, cells, strict=False) if _said(cell)}
            if not row:
                continue
            if not row.get(FORM_ROUND) or not row.get(FORM_STOP):
                problems.append(
                    Problem("error", "form_no_stop", "inspections", file.name, number,
                            value=row.get("inspector", ""))
                )  # fmt: skip
                continue
            records += _records(row, number)
    return records, problems


def form_thing(parts: Sequence[str], values: Mapping[str, object]) -> str:
    """Return what a calculation says of a thing: its parts between bars.

    Parameters
    ----------
    parts
        `KNOWN_PARTS` or `LANE_PARTS`.
    values
        By part; what is missing stays empty.
    """
    return BAR.join(str(values.get(name) or "").replace(BAR, " ") for name in parts)


def _names(rows: Sequence[Sequence[Cell]]) -> list[str]:
    return [_HEAD.sub("", str(cell or "").strip()) for cell in rows[0]] if rows else []


def _said(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def _records(row: Mapping[str, str], line: int) -> Iterator[Record]:
    sent = next((row[n] for n in SENT if n in row and read_date(row[n]) is not None), "")
    values = (
        row[FORM_ROUND],
        row[FORM_STOP],
        row.get("inspector", ""),
        row.get(FORM_DAY, ""),
        sent,
    )
    head = dict(zip(HEAD, values, strict=True))
    on = row.get("inspected_on", "")[:10]

    def record(letter: str, said: Mapping[str, str], **more: str) -> Record:
        return Record(letter, head | more, {k: v for k, v in said.items() if v}, line)

    result = row.get("result", "").lstrip(" ;；,，、")
    if row.get(f.BUILDING_ID) and (result or row.get("hazards_found", "0") not in ("", "0")):
        yield record("I", {
            f.BUILDING_ID: row[f.BUILDING_ID], "inspected_on": on, "source": row.get("source", ""),
            "hazards_found": row.get("hazards_found", ""), "result": result,
        })  # fmt: skip
    for number in range(1, NEW + 1):
        if row.get(f"new{number}_code") and row.get(f.BUILDING_ID):
            yield record("H", {
                f.BUILDING_ID: row[f.BUILDING_ID], "code": row[f"new{number}_code"],
                "state": "found", "acted_on": on, "description": row.get(f"new{number}_what", ""),
                "evidence": row.get(f"new{number}_photos", ""),
            })  # fmt: skip
    for name in [n for n in row if re.fullmatch(r"h\d+", n)]:
        known = dict(zip(KNOWN_PARTS, row[name].split(BAR), strict=False))
        note, state = row.get(f"{name}_what", ""), row.get(f"{name}_state", "")
        if known.pop("stop") == row[FORM_STOP] and (state or note):
            yield record("H", known | {"state": state, "acted_on": on, "description": note})
    for name in [n for n in row if re.fullmatch(r"l\d+", n)]:
        lane = dict(zip(LANE_PARTS, row[name].split(BAR), strict=False))
        state, width = row.get(f"{name}_state", ""), row.get(f"{name}_width", "")
        told = result if _first_lane(row, name) else ""
        if lane.pop("stop") == row[FORM_STOP] and (state or width or told):
            stop = lane.pop("report")
            said = {"observed_at": on, "state": state, "remaining_width_m": width}
            yield record("L", lane | said | {"description": told}, stop=stop)


def _first_lane(row: Mapping[str, str], name: str) -> bool:
    """Return whether a lane is the first of its stop: it carries what was said of the stop."""
    stop = row[name].split(BAR)[0]
    same = [n for n in row if re.fullmatch(r"l\d+", n) and row[n].split(BAR)[0] == stop]
    return same[0] == name
