"""Workbooks that are read and printed: every sheet fits its paper, its head stays in sight.

Columns are as wide as what stands in them, and the first sheet says what the others hold.
"""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from ...geo.words import Lang, printable, text

NARROWEST, WIDEST = 6.0, 44.0  # of a column, in characters of Excel
NUMBER: Final = 11.0  # room for a day or a large number
SAMPLED: Final = 500  # rows that decide how wide a column is
A3, A4 = 8, 9
A4_HOLDS: Final = 170.0  # characters across that are still read on A4; beyond, A3
HEAD_LINES: Final = 3  # into which a head may be broken, where its column is narrow
EDGES_INCH: Final = {"left": 0.4, "right": 0.4, "top": 0.5, "bottom": 0.6}
GUIDE_WIDTHS: Final = (26, 8, 96)


class PrintedSheet(Worksheet):  # type: ignore[misc]
    """A sheet that knows how wide its texts are, and what its columns are called."""

    def __init__(self) -> None:
        """Begin an empty sheet."""
        super().__init__()
        self._needs: dict[int, dict[int, float]] = defaultdict(dict)
        self._told: dict[tuple[int, int], str] = {}
        self._widths: dict[int, float] = {}
        self._frozen = self._last = 0
        self.lang: Lang = "zh"

    @property
    def head_row(self) -> int:
        """The row above the frozen line, which names the columns; -1 for a sheet of sentences."""
        return self._frozen - 1

    @property
    def heads(self) -> list[str]:
        """What the columns are called."""
        own = ((column, said) for (row, column), said in self._told.items() if row == self.head_row)
        return [said for _, said in sorted(own)]

    @property
    def rows(self) -> int:
        """How many rows stand under the head."""
        return max(self._last - self.head_row, 0)

    def set_column(self, first: int, last: int, width: float, *further: Any) -> int:
        """Set the width of columns, and remember it."""
        self._widths |= dict.fromkeys(range(first, last + 1), width)
        return int(super().set_column(first, last, width, *further))

    def freeze_panes(self, row: int, column: int = 0, *further: Any) -> None:
        """Keep rows and columns in sight, and remember the rows: they are the head."""
        self._frozen = row
        super().freeze_panes(row, column, *further)

    def print_ready(self) -> None:
        """Set the page, the head that repeats, and the width of columns that have none."""
        self.set_landscape()
        self.set_margins(**EDGES_INCH)
        self.fit_to_pages(1, 0)
        self.set_footer("&C&P / &N")
        if self.head_row >= 0:
            self.repeat_rows(0, self.head_row)
        for column, needs in self._needs.items():
            if column in self._widths:
                continue
            below = [
                width / HEAD_LINES + 1 if row == self.head_row else width
                for row, width in needs.items()
                if row >= self.head_row
            ]
            if below:
                self.set_column(column, column, min(max(*below, NARROWEST) + 1.5, WIDEST))
        self.set_paper(A3 if sum(self._widths.values()) > A4_HOLDS else A4)

    def _need(self, row: int, column: int, width: float) -> None:
        self._last = max(self._last, row)
        if row < SAMPLED:
            self._needs[column][row] = width

    def _write_string(
        self, row: int, col: int, string: str, cell_format: Format | None = None
    ) -> int:
        self._need(row, col, max(map(_width, string.split("\n"))))
        if row <= 2:
            self._told[row, col] = string
        return int(super()._write_string(row, col, string, cell_format))

    def _write_number(self, row: int, col: int, number: Any, cell_format: Any = None) -> int:
        self._need(row, col, min(NUMBER, len(f"{number:g}") + 2.0))
        return int(super()._write_number(row, col, number, cell_format))

    def _write_datetime(self, row: int, col: int, date: Any, cell_format: Any = None) -> int:
        self._need(row, col, NUMBER)
        return int(super()._write_datetime(row, col, date, cell_format))


class PrintedBook(Workbook):  # type: ignore[misc]
    """A workbook whose first sheet says what the others hold; nothing in it runs."""

    def __init__(self, written: io.BytesIO, *, lang: Lang) -> None:
        """Begin an empty workbook in memory; no text in it becomes a formula or a link."""
        super().__init__(
            written,
            {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
        )
        self.lang = lang
        self._guide: PrintedSheet | None = None
        self._said: Sequence[str] = ()

    def add_worksheet(self, name: str | None = None, worksheet_class: Any = None) -> PrintedSheet:
        """Add a sheet."""
        made: PrintedSheet = super().add_worksheet(name, worksheet_class or PrintedSheet)
        made.lang = self.lang
        return made

    def add_guide(self, title: str, said: Sequence[str], *, locked: bool = False) -> None:
        """Add the first sheet: its sentences, and, once all are there, a line for each sheet."""
        self._guide = self.add_worksheet(title)
        self._said = said
        if locked:
            self._guide.protect()

    def close(self) -> None:
        """Write what the sheets hold, make all ready to print, and the file."""
        shown = [sheet for sheet in self.worksheets() if not sheet.hidden]
        if self._guide is not None:
            self._write_guide([sheet for sheet in shown if sheet is not self._guide])
        for sheet in shown:
            sheet.print_ready()
        super().close()

    def _write_guide(self, sheets: Sequence[PrintedSheet]) -> None:
        guide, base = self._guide, {"font_name": "Microsoft YaHei", "font_size": 10}
        assert guide is not None
        wrapped = self.add_format({**base, "text_wrap": True, "valign": "top"})
        ruled = self.add_format({**base, "text_wrap": True, "valign": "top", "border": 1})
        head = self.add_format({**base, "bold": True, "bg_color": "#D9E2EC", "border": 1})
        for at, width in enumerate(GUIDE_WIDTHS):
            guide.set_column(at, at, width)
        row = 0
        for line in self._said:
            if line:
                guide.merge_range(row, 0, row, 2, printable(line), wrapped)
                lines = -(-_width(line) // (sum(GUIDE_WIDTHS) - 4))
                guide.set_row(row, 15.0 * max(lines, 1))
            row += 1
        row += 1
        for at, name in enumerate(("sheet", "rows", "columns")):
            guide.write_string(row, at, text(f"guide_sheet.{name}", self.lang), head)
        for number, sheet in enumerate(sheets, start=row + 1):
            comma = "、" if self.lang == "zh" else ", "
            guide.write_string(number, 0, sheet.get_name(), ruled)
            if sheet.rows:
                guide.write_number(number, 1, sheet.rows, ruled)
            else:  # what nobody told is not none
                guide.write_string(number, 1, text("guide_sheet.empty", self.lang), ruled)
            columns = printable(comma.join(sheet.heads))
            guide.write_string(number, 2, columns, ruled)
            guide.set_row(number, 15.0 * max(-(-_width(columns) // (GUIDE_WIDTHS[2] - 4)), 1))


def _width(line: str) -> float:
    return sum(2.0 if ord(letter) > 0x2E7F else 1.1 for letter in line)
