"""No row and no cell that comes in is dropped without a word: random tables through the reader."""

import csv
import io

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from weizhan.geo.ledgers.ledger_rows import read_sheet, typed_rows
from weizhan.geo.rules import load_rules
from weizhan.geo.tables import (
    KINDS,
    SCHEMAS,
    account_of,
    columns_found,
    load_sheet,
    match_headers,
    mend_rows,
    read_table,
)
from weizhan.geo.words import Datum

LAYERS = ("buildings", "stations", "lanes", "communities", "water")
CELLS = st.one_of(
    st.sampled_from(
        ["", "3.5米", "约4m", "3-4", ">3", "四米", "5+1", "微型消防站", "巷道", "自建房",
         "2026年3月",
         "3月5日", "20260305", "周一至周五 8:00-18:00", "是", "无", "—", "12号之一", "#N/A",
         "1.2万",
         "门口,堆物", "多\n行", "=1+1", "0", "-7", "1e9"]
    ),
    st.integers(-5, 10**6).map(str),
    st.text(alphabet="甲乙丙1２a ,;\"'", max_size=8),
)  # fmt: skip


@st.composite
def tables(draw, columns):
    """Draw headings, known and unknown, and rows of cells."""
    known = draw(st.lists(st.sampled_from(columns), min_size=2, max_size=6, unique_by=id))
    headings = [draw(st.sampled_from(column.words)) for column in known]
    headings += draw(st.lists(st.sampled_from(["备用钥匙", "颜色", "说明文字"]), unique=True))
    width = len(headings)
    rows = draw(st.lists(st.lists(CELLS, min_size=width, max_size=width), max_size=6))
    return headings, rows


def _csv(folder, headings, rows):
    text = io.StringIO(newline="")
    csv.writer(text).writerows([headings, *rows])
    file = folder / "表.csv"
    file.write_text(text.getvalue(), encoding="utf-8", newline="")
    return file


def _xlsx(folder, headings, rows):
    book = openpyxl.Workbook()
    page = book.active
    for at, row in enumerate([headings, *rows], start=1):
        for column, cell in enumerate(row, start=1):
            if cell != "":
                page.cell(at, column, cell).data_type = "s"
    book.save(folder / "表.xlsx")
    return folder / "表.xlsx"


def _told(row):
    return any(cell.strip() for cell in row)


def _check_rows(account, problems, rows):
    """Rows in are loaded, refused, passed by with a word, or below a second table that is told."""
    below = [p for p in problems if p.code == "table_below"]
    shown = rows if not below else rows[: below[0].row - 2]
    assert account.rows + account.passed == sum(map(_told, shown))
    assert account.loaded + account.refused == account.rows
    named = {p.row for p in problems if p.code in ("row_passed", "row_surplus", "row_short")}
    assert len(named) == account.passed + account.refused


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("write", [_csv, _xlsx])
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_every_row_and_cell_of_a_layer_is_accounted_for(tmp_path, layer, write, data):
    schema = SCHEMAS[layer]
    headings, rows = data.draw(tables(list(schema.columns)))
    sheet = read_table(write(tmp_path, headings, rows), header_rows=1)
    frame, account, problems = load_sheet(sheet, schema, stated={}, file="表")
    _check_rows(account, problems, rows)
    assert len(frame) == account.loaded
    assert [match.header for match in account.headers] == sheet.headers
    # Every column is used or named, and every cell of a used one is a value, blank or told.
    unread = " ".join(p.value for p in problems if p.code == "columns_unread")
    for match in account.headers:
        if match.how == "unmatched":
            assert f"“{match.header}”" in unread
            continue
        column = schema.column(match.column)
        if column.name == schema.identity:
            continue
        wrong = {p.row for p in problems if p.column == column.name and p.severity != "repaired"}
        for number, value in zip(frame["source_row"], frame[column.name], strict=True):
            said = str(rows[number - 2][headings.index(match.header.rsplit("#", 1)[0])]).strip()
            if value is None or value != value:
                blank = said.lower() in ("", "无", "—", "#n/a") or number in wrong
                assert blank or number in {p.row for p in problems if p.code == "cell_error"}


@pytest.mark.parametrize("kind", KINDS)
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_every_row_of_a_ledger_is_accounted_for(tmp_path, kind, data):
    chosen = KINDS[kind]
    headings, rows = data.draw(tables(list(chosen.columns)))
    sheet = read_sheet(_csv(tmp_path, headings, rows), what=kind, header_rows=1)
    matches = match_headers(sheet.headers, chosen.columns, stated={}, rules=load_rules().ledgers)
    found = columns_found(matches)
    sheet = mend_rows(sheet, chosen.columns, found=found, what=kind, file="表")
    table, problems = typed_rows(sheet, chosen, columns=found, datum=Datum.WGS84, file="表")
    problems = [*sheet.problems, *problems]
    account = account_of(sheet, matches, problems, what=kind, file="表")
    _check_rows(account, problems, rows)
    again = sum(p.code == "row_again" for p in problems)
    assert len(table) + again == account.loaded
    assert len(account.headers) == len(sheet.headers)


@settings(max_examples=60, deadline=None)
@given(
    texts=st.lists(
        st.text(alphabet="门口堆物住人", min_size=1, max_size=5), min_size=1, max_size=4
    ),
    number=st.integers(0, 99),
)
def test_a_row_is_mended_only_to_what_it_was(tmp_path_factory, texts, number):
    """A comma without quotes in the one text between typed cells is always undone."""
    folder = tmp_path_factory.mktemp("mend")
    said = ",".join(texts)
    file = folder / "表.csv"
    file.write_text(
        f"编号,发现日期,隐患描述,隐患类别,剩余宽度\nN1,2026-03-01,{said},占用消防车道,{number}\n"
        "N2,2026-03-01,好,占用消防车道,1\n",
        encoding="utf-8",
    )
    columns = KINDS["hazards"].columns
    sheet = read_table(file)
    found = columns_found(match_headers(sheet.headers, columns, stated={}))
    mended = mend_rows(sheet, columns, found=found, what="hazards", file="表")
    assert mended.table["隐患描述"].tolist()[0] == said
    assert str(mended.table["剩余宽度"].tolist()[0]) == str(number)
