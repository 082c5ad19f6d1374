"""Ledgers are looked at before they are taken in, placed by a click, and undone."""

import io
import re
from urllib.parse import quote

import openpyxl
import pytest

from weizhan.geo.handed_over import found_from_files
from weizhan.geo.ledgers import imports_of, read_records, unplaced_rows

from ..geo.raw_files import raw_town

HERE = "/town/%E7%94%B2%E9%95%87/ledgers"
ROWS = """编号,建筑编号,地址,隐患类别,隐患描述,发现日期
Y1,B1,,H1,堆物,2026-05-01
Y2,,农贸市场旁,H2,<b>线</b>,2026-05-02
"""
WAITS = ".weizhan/ledgers/隐患.csv"


@pytest.fixture
def town(desk, tmp_path):
    folder = desk.home / "甲镇"
    found_from_files(folder, raw_town(tmp_path / "in"), name="甲镇")
    return folder


def drop(desk, content=ROWS, name="隐患.csv"):
    return desk.post(f"{HERE}/drop", {}, [("files", name, content.encode())])


def counts(page):
    return [int(n) for n in re.findall(r"<dd>(\d+)</dd>", page)]


def test_a_dropped_ledger_is_looked_at_and_nothing_is_written(desk, town):
    answer = drop(desk)
    page = desk.get(answer.headers["location"]).text
    assert counts(page) == [2, 0, 0, 1, 0]
    assert "农贸市场旁" in page and "<b>线" not in page
    assert imports_of(town).empty and not (town / "ledgers.gpkg").exists()
    assert "隐患.csv" in desk.get(HERE).text


def test_left_it_is_gone_and_taken_in_it_counts_and_can_be_undone(desk, town):
    drop(desk)
    assert desk.post(f"{HERE}/leave", {"file": WAITS}).status == 303
    assert "隐患.csv" not in desk.get(HERE).text
    drop(desk)
    form = {"file": WAITS, "kind": "hazards", "date": "2026-06-01"}
    assert desk.post(f"{HERE}/take", form).status == 303
    assert len(read_records(town, "hazards")) == 2
    page = desk.get(HERE).text
    assert "撤回这次导入" in page and "2026-06-01" in page
    assert desk.post(f"{HERE}/take", form).status == 400  # another window took it already
    number = re.search(r'name="number" value="(\d+)"', page)[1]
    assert desk.post(f"{HERE}/undo", {"number": number}).status == 303
    assert read_records(town, "hazards").empty
    assert desk.post(f"{HERE}/undo", {"number": number}).status == 400


def test_several_ledgers_are_looked_at_one_after_the_other(desk, town):
    more = ROWS.replace("Y1", "Y8").replace("Y2", "Y9")
    files = [("files", n, c.encode()) for n, c in (("a隐患.csv", ROWS), ("b隐患.csv", more))]
    first = desk.post(f"{HERE}/drop", {}, files).headers["location"]
    page = desk.get(first).text
    assert "放进来的台账有 2 份" in page and '<span aria-current="page">a隐患.csv</span>' in page
    form = {"file": ".weizhan/ledgers/a隐患.csv", "kind": "hazards", "source": "甲"}
    second = desk.post(f"{HERE}/take", form).headers["location"]
    page = desk.get(second).text
    assert second != first and counts(page)[0] == 2 and "上一次导入：甲" in page
    answer = desk.post(f"{HERE}/leave", {"file": ".weizhan/ledgers/b隐患.csv"})
    assert answer.headers["location"] == HERE
    told = desk.post(f"{HERE}/drop", {}, [*files, files[0]])
    assert told.status == 400 and "有两个文件都叫" in told.text


def test_a_row_without_a_place_is_put_at_a_building(desk, town):
    drop(desk)
    desk.post(f"{HERE}/take", {"file": WAITS, "kind": "hazards"})
    link = re.search(rf'href="({HERE}/place[^"]*)"', desk.get(HERE).text)[1].replace("&amp;", "&")
    page = desk.get(link).text
    x, y, r = re.search(r'data-x="([^"]*)" data-y="([^"]*)" data-r="([^"]*)"', page).groups()
    drawn = desk.get(f"{HERE}/map.json?x={x}&y={y}&r={r}").json()
    assert {house["id"] for house in drawn["houses"]} == {f"B{n}" for n in range(1, 13)}
    assert len(drawn["lanes"]) == 1
    form = {"kind": "hazards", "key": "Y2", "building": "B5"}
    assert desk.post(f"{HERE}/place", form | {"building": "B99"}).status == 400
    assert desk.post(f"{HERE}/place", form).status == 303
    assert unplaced_rows(town, "hazards").empty
    assert desk.post(f"{HERE}/place", form).status == 400


@pytest.mark.parametrize("query", ["", "x=1&y=1", "x=nan&y=1&r=1", "x=1&y=1&r=1e9", "x=a&y=1&r=1"])
def test_a_map_of_nowhere_is_refused(desk, town, query):
    assert desk.get(f"{HERE}/map.json?{query}").status == 400


def test_what_could_not_be_read_goes_out_as_a_list_and_comes_back(desk, town):
    drop(desk, ROWS.replace("2026-05-01", "近期"))
    desk.post(f"{HERE}/take", {"file": WAITS, "kind": "hazards"})
    book = openpyxl.load_workbook(io.BytesIO(desk.get(f"{HERE}/complete.xlsx").body))
    page = next(s for s in book.worksheets if "key" in [c.value for c in s[1]])
    names = [cell.value for cell in page[1]]
    row = next(r for r in range(3, page.max_row + 1)
               if page.cell(r, names.index("key") + 1).value == "Y1")  # fmt: skip
    page.cell(row, names.index("found_on") + 1).value = "2026-05-03"
    filled = io.BytesIO()
    book.save(filled)
    answer = desk.post(f"{HERE}/drop", {}, [("files", "待补全.xlsx", filled.getvalue())])
    seen = desk.get(answer.headers["location"]).text
    assert "填好交回" in seen and "2026-05-03" in seen
    form = {"file": ".weizhan/ledgers/待补全.xlsx", "kind": ""}
    assert desk.post(f"{HERE}/take", form).status == 303
    told = read_records(town, "hazards").set_index("key")["found_on"]
    assert f"{told['Y1']:%Y-%m-%d}" == "2026-05-03"


@pytest.mark.parametrize("file", ["../town.toml", "town.toml", "/etc/passwd", "数据/../town.toml"])
def test_only_files_that_came_are_looked_at(desk, town, file):
    assert desk.get(f"{HERE}/look?file={quote(file)}").status == 400
    assert desk.post(f"{HERE}/take", {"file": file, "kind": "hazards"}).status == 400
    assert desk.post(f"{HERE}/leave", {"file": file}).status == 400
    assert (town / "town.toml").exists()


def test_a_table_that_is_no_ledger_says_so(desk, town):
    answer = drop(desk, "甲,乙\n1,2\n", "表.csv")
    page = desk.get(answer.headers["location"]).text
    assert "没有认出是哪一种台账" in page
    page = desk.get(answer.headers["location"] + "&kind=hazards").text
    assert 'role="alert"' in page and "甲" in page
