"""Tables in: which rows are headings, which are records, and what else stands in the sheet."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Final

import pandas as pd

from ..words import InputError, Problem, bare_header, normal, plain_header
from ..words import fields as f
from .ledger_kinds import KINDS
from .schemas import SCHEMAS
from .sheets import Cell, RawSheet, filled, raw_sheets
from .workbook_facts import WorkbookFacts

SOURCE_SHEET: Final = "source_sheet"  # which sheet of a workbook a row is from
RESERVED: Final = frozenset({f.SOURCE_ROW, SOURCE_SHEET, f.ORIGIN_ROW, f.GEOMETRY})  # ours
FIRST_ROWS: Final = 12  # in which headings are told by their shape
KNOWN_ROWS: Final = 60  # in which headings are told by their words
LEAST_KNOWN: Final = 2  # headings that mean something to us, before a row is taken for headings
LEAST_HEADINGS: Final = 3  # cells, before a row below is taken for headings again
KNOWN_SHARE: Final = 0.6  # of the cells of a row, before it heads a second table
MOST_IN_NOTE: Final = 2  # cells of a title or a remark
_SUM: Final = re.compile(r"(?:合|小|总|共|累)计[:：]?[\d.,户处起人栋家元]*")
_REMARK: Final = re.compile(r"(?:备?注|说明|填表人|填报人|制表人?|审核人?|统计人)[:：]")
_LETTERED: Final = frozenset(
    {"甲", "乙", "丙", "丁", "栏次", "栏号", "栏目", "列次"}
)  # before 1, 2, 3
_YEAR: Final = re.compile(r"(?<!\d)(20\d\d) ?年")


@dataclass(frozen=True)
class OddRow:
    """A row of a text table with more or fewer cells than there are headings."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Sheet:
    """A table as it is in its file.

    Attributes
    ----------
    table
        One row a record, as objects; `source_row` is the row number as a spreadsheet shows it,
        `source_sheet` the sheet where several were read. Geodata has a geometry, too.
    axes
        Columns that were made from geometry.
    placed
        Columns that were read as coordinates.
    odd
        Rows that do not fit the headings; they are not in the table.
    separator
        Of a text table.
    facts
        Of the workbook.
    year
        That titles, the name of the sheet or of the file tell.
    problems
        Rows, sheets and tables that were passed by, and cells that are blank to a reader only.
    """

    table: pd.DataFrame
    axes: tuple[str, ...] = ()
    placed: tuple[str, ...] = ()
    odd: tuple[OddRow, ...] = ()
    separator: str = ","
    facts: WorkbookFacts = field(default_factory=WorkbookFacts)
    year: int | None = None
    problems: tuple[Problem, ...] = ()

    @property
    def headers(self) -> list[str]:
        """The file's own columns."""
        ours = {f.SOURCE_ROW, SOURCE_SHEET, f.GEOMETRY, *self.axes}
        return [str(name) for name in self.table.columns if name not in ours]


def read_table(
    file: Path,
    *,
    what: str = "",
    sheet: str | None = None,
    header_rows: int | None = None,
    encoding: str | None = None,
) -> Sheet:
    """Read a table with its headings in the first rows.

    Parameters
    ----------
    file
        Workbook, CSV or other text table.
    what
        Layer or kind of ledger, named in problems.
    sheet
        Name of the sheet. If not given all that are not hidden and have the headings of the
        first; the others are told.
    header_rows
        The last row of headings, counted from the top of the sheet. If not given it is the row
        with most headings that mean something to us; where none does, leading rows with cells
        merged across, or with at most two cells above a fuller row (a title), stand above it.
        Of several rows the lowest that says something names the column; where that is not
        unique the upper rows are put before it, with a slash.
    encoding
        Of a text table; if not given UTF-8, then GB18030.

    Returns
    -------
    Sheet
        Cells merged downwards hold their value in every row, numbers only in the first. Sums,
        remarks, headings that stand again, rows that somebody hid, and a second table under or
        beside the first are no records; each is told.

    Raises
    ------
    InputError
        When the file is missing, empty, unreadable or not what its name says, the sheet does not
        exist, or there is no header.
    """
    raw, hidden = raw_sheets(file, sheet=sheet, encoding=encoding)
    told = [Problem("warning", "sheet_hidden", what, file.name, value=name) for name in hidden]
    read = []
    for one in raw:
        try:
            read.append(_read(one, what=what, file=file, header_rows=header_rows))
        except InputError:
            if len(raw) == 1:
                raise
            told.append(Problem("warning", "sheet_passed", what, file.name, value=one.name))
    if not read:
        raise InputError("error.no_header", file=file)
    first = read[0]
    same = [one for one in read if _alike(one, first)]
    told += [
        Problem(
            "warning", "sheet_passed", what, file.name, value=str(one.table[SOURCE_SHEET].iat[0])
        )
        for one in read
        if not _alike(one, first) and len(one.table)
    ]
    problems = (*told, *(problem for one in same for problem in one.problems))
    if len(same) == 1:
        table = first.table.drop(columns=SOURCE_SHEET)
        return replace(first, table=table, problems=problems)
    table = pd.concat([one.table for one in same], ignore_index=True).astype(object)
    table = table.where(table.notna(), None)
    table[f.SOURCE_ROW] = table[f.SOURCE_ROW].astype("int64")
    years = {one.year for one in same}
    return replace(
        first, table=table, problems=problems, year=years.pop() if len(years) == 1 else None
    )


@cache
def heading_words() -> frozenset[str]:
    """Return every word that heads a column of any layer or ledger."""
    columns = [column for schema in SCHEMAS.values() for column in schema.columns]
    columns += [column for kind in KINDS.values() for column in kind.columns]
    return frozenset(plain_header(word) for column in columns for word in column.words)


def _alike(one: Sheet, first: Sheet) -> bool:
    """Return whether a sheet continues the first: at least half of its headings are the same."""
    shared = set(one.headers) & set(first.headers)
    return one is first or 2 * len(shared) > max(len(one.headers), len(first.headers))


def _read(raw: RawSheet, *, what: str, file: Path, header_rows: int | None) -> Sheet:
    rows = raw.rows
    head = header_rows or _header_rows(raw)
    if len(rows) < head or not any(map(filled, rows[head - 1])):
        raise InputError("error.no_header", file=file)
    _fill_merged(raw, head)
    names, beside = _names(rows[:head])
    width = max((at + 1 for at, name in enumerate(names) if name), default=0)
    problems = []
    if beside:
        problems.append(
            Problem("warning", "table_beside", what, file.name, head, value=", ".join(beside),
                    sheet=raw.name)
        )  # fmt: skip
    headings = {name.rsplit("/", 1)[-1] for name in names if name}
    body: list[list[object]] = []
    odd: list[OddRow] = []
    for at, row in enumerate(rows[head:], start=head):
        number = at + 1
        if not any(map(filled, row)):
            continue
        code = _no_record(row, headings, number in raw.facts.hidden)
        if code == "table_below":
            rest = sum(any(map(filled, other)) for other in rows[at:])
            problems.append(
                Problem("warning", code, what, file.name, number, value=_told(row), count=rest,
                        sheet=raw.name)
            )  # fmt: skip
            break
        if code:
            problems.append(
                Problem("warning", code, what, file.name, number, value=_told(row), sheet=raw.name)
            )
        elif raw.lengths and (raw.lengths[at] < width or any(map(filled, row[width:]))):
            cells = tuple(str(cell or "") for cell in row[: raw.lengths[at]])
            while len(cells) > width and not cells[-1].strip():
                cells = cells[:-1]
            odd.append(OddRow(number, cells))
        else:
            body.append([*row, number, raw.name])
    frame = pd.DataFrame(body, columns=[*names, f.SOURCE_ROW, SOURCE_SHEET], dtype=object)
    frame = frame.loc[:, [name for name in frame.columns if name]]
    frame[f.SOURCE_ROW] = frame[f.SOURCE_ROW].astype("int64")
    problems += _blank_to_readers(raw, head, what, file)
    said = " ".join([*(_told(row) for row in rows[:head]), raw.name, file.stem])
    year = _YEAR.search(normal(said))
    return Sheet(
        frame,
        odd=tuple(odd),
        separator=raw.separator or ",",
        facts=raw.facts,
        year=int(year[1]) if year else None,
        problems=tuple(problems),
    )


def _header_rows(raw: RawSheet) -> int:
    """Count the leading rows that hold headings or a title, and the one that names columns."""
    rows = raw.rows
    words = heading_words()
    known = [
        len({w for cell in row if isinstance(cell, str) and (w := _word(cell, words))})
        for row in rows[:KNOWN_ROWS]
    ]
    if known and max(known) >= LEAST_KNOWN:
        best = max(range(len(known)), key=lambda at: (known[at], -at))
        upper = {row for (top, left), (bottom, right) in raw.merged if right > left
                 for row in range(top, bottom + 1)}  # fmt: skip
        # Of headings in two rows the upper one is merged across, and may hold more known words.
        while best in upper and best + 1 < len(rows) and _texts(rows[best + 1]):
            best += 1
        return best + 1
    wide = {start[0] for start, end in raw.merged if end[1] > start[1]}
    count = [sum(map(filled, row)) for row in rows[:FIRST_ROWS]]
    head = 1
    while head < len(count) and (
        head - 1 in wide
        or (count[head - 1] <= 1 and count[head] >= LEAST_HEADINGS)
        or (count[head - 1] <= MOST_IN_NOTE and max(count[head:]) >= 2 * MOST_IN_NOTE)
    ):
        head += 1
    return head


def _word(cell: str, words: frozenset[str]) -> str:
    """Return the known word that a cell is, or nothing."""
    plain = plain_header(cell)
    return plain if plain in words else bare if (bare := bare_header(cell)) in words else ""


def _texts(row: list[Cell]) -> bool:
    """Return whether a row says something, and only in words."""
    said = [cell for cell in row if filled(cell)]
    return bool(said) and all(isinstance(cell, str) for cell in said)


def _fill_merged(raw: RawSheet, head: int) -> None:
    """Repeat what merged cells say: headings across, texts downwards; numbers stand once."""
    rows = raw.rows
    for (top, left), (bottom, right) in raw.merged:
        if top >= len(rows):
            continue
        if top < head and bottom < len(rows):
            for row in range(top, min(bottom, head - 1) + 1):
                rows[row][left : right + 1] = [rows[top][left]] * (right + 1 - left)
        if isinstance(rows[top][left], int | float) and top >= head:
            continue  # a number that stands for several rows counts once, in the first
        for row in range(max(top, head) + 1, min(bottom + 1, len(rows))):
            rows[row][left] = rows[top][left]


def _names(rows: list[list[Cell]]) -> tuple[list[str], list[str]]:
    """Name columns by the lowest header cell, by the whole path where that is not unique.

    A title above all columns is no part of a path. The second list holds the headings of a
    table beside the first: behind a column without a heading, and with a heading that the first
    has too.
    """
    wide = max((sum(map(filled, row)) for row in rows), default=0)
    paths = []
    for cells in zip(*rows, strict=True):
        path: list[str] = []
        for at, cell in enumerate(cells):
            part = normal(cell).replace("\n", "") if filled(cell) else ""
            title = (
                at < len(cells) - 1 and wide > 1 and len({*map(str, filter(filled, rows[at]))}) == 1
            )
            if part and not title and (not path or path[-1] != part):
                path.append(part)
        paths.append(path)
    last = [path[-1] if path else "" for path in paths]
    times = Counter(last)
    beside: list[str] = []
    for gap, name in enumerate(last):
        right = [word for word in last[gap + 1 :] if word]
        left = {word for word in last[:gap] if word}
        if not name and left and any(word in left for word in right):
            beside = right
            last, paths = last[:gap], paths[:gap]
            times = Counter(last)
            break
    names = [
        name if times[name] == 1 else "/".join(path) for name, path in zip(last, paths, strict=True)
    ]
    names += [""] * (len(rows[0]) - len(names))
    names = [f"{name}#" if name in RESERVED else name for name in names]
    seen: Counter[str] = Counter()
    for i, name in enumerate(names):
        if name:
            seen[name] += 1
            if seen[name] > 1:
                names[i] = f"{name}#{seen[name]}"
    return names, beside


def _no_record(row: list[Cell], headings: set[str], hidden: bool) -> str:
    """Return why a row is no record, as the code of a problem; empty when it is one."""
    if hidden:
        return "row_hidden"
    said = [cell for cell in row if filled(cell)]
    if not isinstance(said[0], str):
        return "row_passed" if len(said) >= LEAST_HEADINGS and _counts(said) else ""
    first = normal(said[0])
    if len(said) >= LEAST_HEADINGS and (first in headings or _word(first, heading_words())):
        texts = [normal(cell) for cell in said if isinstance(cell, str)]
        if len(texts) == len(said) and all(text in headings for text in texts):
            return "row_passed"
        known = sum(bool(_word(text, heading_words())) for text in texts)
        if len(texts) == len(said) and known >= max(LEAST_HEADINGS, KNOWN_SHARE * len(texts)):
            return "table_below"
    if len(said) >= LEAST_HEADINGS and _counts(said):
        return "row_passed"
    plain = first.replace(" ", "")
    if _SUM.fullmatch(plain) or (len(said) <= MOST_IN_NOTE and _REMARK.match(plain)):
        return "row_passed"
    return ""


def _counts(said: list[Cell]) -> bool:
    """Return whether a row only numbers the columns: 1, 2, 3 or (1), (2), (3), or 甲, 1, 2."""
    counted = 0
    for cell in said:  # most rows are known by their first cell
        word = normal(cell).strip("()").removesuffix(".0")
        if counted or word not in _LETTERED:
            counted += 1
            if word != str(counted):
                return False
    return counted > 1


def _told(row: list[Cell]) -> str:
    return " ".join(normal(cell) for cell in row if filled(cell))


def _blank_to_readers(raw: RawSheet, head: int, what: str, file: Path) -> list[Problem]:
    """Tell the cells below the headings that show something and hold nothing."""
    told = []
    for code, cells in (("formula_hollow", raw.facts.hollow), ("cell_error", raw.facts.errors)):
        for cell in cells:
            row = int("".join(c for c in cell if c.isdigit()))
            if row > head:
                told.append(
                    Problem("warning", code, what, file.name, row, value=cell,
                            details={"cell": cell}, sheet=raw.name)
                )  # fmt: skip
    return told
