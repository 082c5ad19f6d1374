"""The clerk's morning: counts by hand, and what nobody knows said so."""

import csv
import datetime as dt
import json
import shutil
from urllib.parse import quote

import geopandas as gpd
import pytest
from shapely.geometry import Point

from weizhan.desk.morning import morning
from weizhan.geo.ledgers import LedgerFile, import_ledger

from ..cli.small_town import small_town
from .test_results import YARDSTICK

DAY = dt.date(2026, 10, 14)  # a Wednesday
HAZARDS = [
    ("隐患编号", "建筑编号", "隐患类型", "发现日期", "整改期限", "状态", "销案日期"),
    ("Z1", "B03", "H2", "2026-09-01", "2026-10-12", "整改中", ""),  # late by two days
    ("Z2", "B04", "H2", "2026-09-01", "2026-10-14", "整改中", ""),  # due today
    ("Z3", "B05", "H2", "2026-09-01", "2026-10-17", "整改中", ""),  # a Saturday: due on Monday
    ("Z4", "B06", "H2", "2026-09-01", "2026-10-24", "整改中", ""),  # after the week
    ("Z5", "B07", "H2", "2026-09-01", "", "整改中", ""),  # nobody knows when
    ("Z6", "B07", "H2", "2025-09-01", "2025-10-01", "已销案", "2025-09-20"),
]


@pytest.fixture(scope="module")
def street(tmp_path_factory):
    return small_town(tmp_path_factory.mktemp("towns") / "幸福镇")


@pytest.fixture
def town(street, tmp_path):
    return shutil.copytree(street, tmp_path / "家" / "幸福镇")


def bring(town, kind, rows):
    file = town / f"{kind}-2.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows(rows)
    import_ledger(town, LedgerFile(file, kind, source="二", as_of=DAY))


def items(town, day=DAY, lang="zh"):
    return {item.name: item for item in morning(town, day=day, lang=lang).items}


def test_hazards_are_counted_as_their_deadlines_fall(town):
    bring(town, "hazards", HAZARDS)
    told = items(town)
    # Y1 of the street was due on 20 August, Y2 is due on the 20th
    assert told["overdue"].count == 2 and told["overdue"].urgent
    assert [line.when for line in told["overdue"].lines] == ["逾期 55 天", "逾期 2 天"]
    assert "Y1" in told["overdue"].lines[0].said
    assert told["overdue"].lines[0].link == "work/step?case=Y1"
    assert told["due"].count == 3 and "1 条没有写期限" in told["due"].why
    assert [line.when[:10] for line in told["due"].lines] == [
        "2026-10-14", "2026-10-19", "2026-10-20"
    ]  # fmt: skip
    assert told["look_back"].count == 1 and "Z6" in told["look_back"].lines[0].said
    assert told["listed"].count == 0


def test_what_no_ledger_and_no_assessment_tells_is_unknown(town, tmp_path):
    told = items(town)
    assert told["inspections"].count is None and "评估" in told["inspections"].why
    bare = items(small_town(tmp_path / "空", without="ledgers"))
    undated = items(small_town(tmp_path / "无期限", without="deadlines"))
    for name in ("overdue", "due"):
        assert undated[name].count is None and "2 条没有写期限" in undated[name].why
    for name in ("overdue", "due", "listed", "look_back", "inspections"):
        assert bare[name].count is None and bare[name].why
    assert bare["to_complete"].count == 0


def assessed(town, bands):
    made = town / "结果" / "2026-10-01 评估"
    made.mkdir(parents=True)
    table = {"building_id": list(bands), "risk_band": list(bands.values()),
             "harm_index": [1.0] * len(bands)}  # fmt: skip
    points = [Point(0, 0)] * len(bands)
    gpd.GeoDataFrame(table, geometry=points, crs="EPSG:4326").to_file(
        made / "results.gpkg", layer="buildings"
    )
    (made / "summary.json").write_text(json.dumps({"yardstick": YARDSTICK}), encoding="utf-8")
    job = town / ".weizhan" / "jobs" / "20261001-080000-assess"
    job.mkdir(parents=True)
    (job / "request.json").write_text(json.dumps({
        "command": "assess", "arguments": [], "out": "结果/2026-10-01 评估", "lang": "zh",
        "values": {}, "asked_at": "2026-10-01T08:00:00"}))  # fmt: skip
    (job / "ended.json").write_text('{"state": "done", "at": "2026-10-01T08:01:00"}')


def test_inspections_are_due_by_the_risk_of_the_newest_assessment(town):
    assessed(town, {"B01": "red", "B02": "yellow", "B08": "blue", "B09": None})
    told = items(town)["inspections"]
    # B01 was inspected on 1 August, B08 on 5 July; nobody was ever at B02
    by_hand = {"B01": "2026-08-01", "B08": "2026-07-05"}
    assert told.count >= 1 and "1 栋没有检查记录" in told.why and "1 栋风险不明" in told.why
    later = items(town, day=dt.date(2030, 1, 1))["inspections"]
    assert later.count == 1 + len(by_hand)


def test_the_first_page_of_a_town_tells_it(open_desk, town):
    bring(town, "hazards", HAZARDS)
    desk = open_desk(town.parent)
    page = desk.get(f"/town/{quote('幸福镇')}/?on=2026-10-14").text
    assert "逾期未改的隐患" in page and "不知道" in page and "Z1" in page
    assert "下一个节点" in page
