"""Workbooks: ready to print, their first sheet says what is what, 否 for a known no."""

import datetime as dt
import io
import re
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

from tests.maps.printed_books import check_printed
from weizhan import maps
from weizhan.geo.tables import KINDS
from weizhan.geo.words import Problem
from weizhan.maps.books.ledger_book import ledger_book
from weizhan.maps.books.printed import WIDEST
from weizhan.maps.books.problem_book import problem_book
from weizhan.maps.books.workbook import cell, header, look, new_book

ON = dt.date(2026, 9, 30)


def test_every_workbook_is_made_by_the_one_that_prints():
    """Whoever adds a workbook gets its page, its heads and its first sheet."""
    folder = Path(maps.__file__).parent if maps.__file__ else Path(maps.__path__[0])
    for file in folder.rglob("*.py"):
        said = file.read_text("utf-8")
        if file.name != "printed.py":
            assert not re.search(r"^\s*(import|from) xlsxwriter(?! *import .*TYPE)", _live(said),
                                 re.MULTILINE), file  # fmt: skip
            assert "openpyxl.Workbook(" not in said, file
        if "new_book(written" in said and file.name not in ("workbook.py", "round_form.py"):
            assert "book.add_guide(" in said, f"{file.name} has no first sheet"


def _live(said):
    """Return code without what stands under ``if TYPE_CHECKING``."""
    return re.sub(r"if TYPE_CHECKING:\n(?:    .*\n|\n)+", "", said)


def test_what_is_measured_carries_its_unit():
    measured = [(kind, c.name) for kind, told in KINDS.items() for c in told.stored
                if c.kind == "number"]  # fmt: skip
    assert measured
    for kind, name in measured:
        assert header(kind, name, "zh").endswith("）"), (kind, name)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_ledger_is_ready_to_print(lang):
    rows = pd.DataFrame(
        {
            "key": ["K1", "K2"],
            "name": ["柏垭养老院" * 12, "乙"],
            "address": ["翠屏 4 号", None],
            "due_on": pd.to_datetime(["2026-09-18", None]),
            "state": ["found", "closed"],
        }
    )
    content = ledger_book({"hazards": rows}, on=ON, personal=False, lang=lang)
    opened = check_printed(content)
    assert opened.worksheets[0].title == {"zh": "说明", "en": "Guide"}[lang]
    page = opened.worksheets[1]
    widths = {head.value: page.column_dimensions[head.column_letter].width for head in page[1]}
    assert max(widths.values()) <= WIDEST + 1
    assert min(widths.values()) < 14 < max(widths.values())  # by what stands in them
    personal = [row[-1].value for row in opened.worksheets[-2].iter_rows(min_row=2)]
    assert not any(value is None for value in personal)


def test_problems_are_ready_to_print():
    code, layer = "called_station_unknown", "stations"
    told = [Problem("error", code, layer, file="a.csv", row=k) for k in range(3)]
    check_printed(problem_book(told, lang="zh"))


def test_a_known_no_is_said_and_what_nobody_knows_is_empty():
    written = io.BytesIO()
    book = new_book(written, lang="zh")
    style = look(book)
    book.add_guide("说明", ["一"])
    page = book.add_worksheet("表")
    page.freeze_panes(1, 0)
    page.write_string(0, 0, "通过")
    for row, value in enumerate((True, False, np.bool_(False), None, float("nan"), 0), start=1):
        cell(page, row, 0, value, style.of())
    book.close()
    opened = openpyxl.load_workbook(io.BytesIO(written.getvalue()))
    assert [row[0].value for row in opened["表"].iter_rows(min_row=2)] == [
        "是", "否", "否", None, None, 0,
    ]  # fmt: skip
