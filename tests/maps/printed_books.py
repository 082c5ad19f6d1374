"""What holds of every workbook that is written for people, read back by openpyxl."""

import io
import re
from pathlib import Path

import openpyxl

WORDS = {"TRUE", "FALSE", "True", "False", "nan", "None", "NaT"}


def check_printed(book):
    """Assert that a workbook prints and reads as all of ours do; return it open.

    The first sheet says what the others hold; sheets lie across, one page wide, their head frozen
    and repeated; columns are as wide as what stands in them; nothing is code or a formula.
    """
    content = book.read_bytes() if isinstance(book, Path) else book
    opened = openpyxl.load_workbook(io.BytesIO(content))
    shown = [page for page in opened.worksheets if page.sheet_state == "visible"]
    guide, tables = shown[0], shown[1:]
    told = {str(cell.value) for row in guide.iter_rows() for cell in row if cell.value}
    for page in tables:
        assert page.title in told, f"the first sheet is silent on {page.title}"
    for page in shown:
        setup = page.page_setup
        assert setup.orientation == "landscape", page.title
        assert (int(setup.fitToWidth or 1), int(setup.fitToHeight)) == (1, 0), page.title
        assert page.sheet_properties.pageSetUpPr.fitToPage, page.title
    for page in tables:
        assert page.freeze_panes, page.title
        rows = int(re.sub(r"\D", "", page.freeze_panes)) - 1
        assert page.print_title_rows == f"$1:${rows}", page.title
        heads = [cell.value for cell in page[rows]]
        assert all(heads), page.title
        for head, column in zip(heads, page.iter_cols(min_row=rows), strict=True):
            width = page.column_dimensions[column[0].column_letter].width
            if head == heads[0] or width != 13:  # openpyxl folds columns of one width into a group
                assert 6 <= width <= 110, (page.title, head, width)
            assert not any(cell.data_type == "f" for cell in column)
            assert WORDS.isdisjoint(str(cell.value) for cell in column if cell.value is not None)
            assert not any(isinstance(cell.value, bool) for cell in column), head
    return opened
