"""Packs for meetings: what is told adds up, Word and PDF say the same, nothing runs."""

import datetime as dt
import io
import re
from dataclasses import replace

import docx
import geopandas as gpd
import pandas as pd
import pypdf
import pytest

from tests.maps.office_words import check_office_words
from tests.maps.printed_books import check_printed
from weizhan.coverage.cases.hazards import case_table
from weizhan.coverage.review.holidays import coming_dates
from weizhan.coverage.review.period_review import review
from weizhan.data.demo import make_demo
from weizhan.data.demo_ledgers import import_demo_ledgers
from weizhan.geo.ledgers.archive import read_records
from weizhan.geo.ledgers.history import read_events
from weizhan.geo.town import load_town
from weizhan.geo.words import fields as f
from weizhan.geo.words.periods import read_period
from weizhan.maps.books.indicators import indicators
from weizhan.maps.books.ledger_book import ledger_book
from weizhan.maps.paper.duty_papers import duty_blocks, task_report
from weizhan.maps.paper.meeting import period_pack
from weizhan.maps.paper.quarter_cases import exposure_list
from weizhan.maps.paper.report import Grid, Heading, Paragraph, Report, in_form, report_pdf
from weizhan.maps.paper.word import report_word
from weizhan.maps.results.export import write_export

DAY = dt.date(2026, 9, 30)
PAYLOAD = '=HYPERLINK("http://x","y") #image("a") <b>&amp;\x07'


@pytest.fixture(scope="module")
def village(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pack") / "village"
    make_demo(folder, size="village", seed=3)
    import_demo_ledgers(folder)
    return folder, load_town(folder)


@pytest.fixture(scope="module")
def told(village):
    folder, town = village
    return review(folder, town, read_period("2026Q3"), on=DAY)


def _pdf(content):
    pages = pypdf.PdfReader(io.BytesIO(content)).pages
    return "".join("".join(page.extract_text().split()) for page in pages)


def _word(content):
    document = docx.Document(io.BytesIO(content))
    cells = [c.text for t in document.tables for row in t.rows for c in row.cells]
    return "".join("".join([*(p.text for p in document.paragraphs), *cells]).split())


def test_the_review_adds_up(told):
    flow = told.flow
    assert flow.opening + flow.new - flow.closed + flow.reopened == flow.closing
    assert told.counts.flow["closing"].sum() == flow.closing
    assert told.counts.flow["new"].sum() == flow.new
    assert (told.overdue["days_overdue"] > 0).all()
    assert told.before.date == "2026-06-30"
    assert len(told.fires_by_month) == 36
    assert told.fires["fires"].sum() >= told.counts.fires.sum()


def test_word_and_pdf_tell_the_same(told, village):
    pack = period_pack(told, calendar=village[1].calendar, lang="zh")
    pdf, word = _pdf(report_pdf(pack, lang="zh")), _word(report_word(pack, lang="zh"))
    check_office_words(pack)
    for block in in_form(pack, lang="zh").blocks:
        if isinstance(block, Heading | Paragraph):
            assert "".join(block.said.split()) in word
            assert "".join(block.said.split()) in pdf
        if isinstance(block, Grid):
            for row in block.rows:
                for cell in row:
                    assert "".join(cell.split()) in word
                    assert "".join(cell.split()) in pdf
    assert "模拟数据" in pdf
    assert "模拟数据" in word
    assert "未校准" in word
    assert not re.search(r"n=\d+\.", word)
    for community in village[1].communities[f.NAME]:
        assert community in word


def test_every_task_of_an_office_is_printed_the_visits_too(told):
    number = 90
    tasks = pd.DataFrame(
        {"owner": "finance", "community": "甲社区",
         "task": ["drill"] * 50 + ["inspect"] * (number - 50),
         "task_key": [f"U{at}" for at in range(number)], f.NAME: "店", f.ADDRESS: "路 1 号",
         "due_on": pd.Timestamp("2026-09-01"), "days_overdue": 29}
    )  # fmt: skip
    report = task_report(told, {"tasks": tasks, "offices": pd.DataFrame()}, lang="zh")
    (table,) = [b for b in report.blocks if isinstance(b, Grid) and b.rows]
    assert [row[1] for row in table.rows] == list(tasks["task_key"])
    said = [b.said for b in report.blocks if isinstance(b, Heading | Paragraph)]
    assert f"甲社区（{number}）" in said
    assert not any("任务总表" in line for line in said)


def test_a_long_list_of_duties_says_how_many_and_sends_nobody_to_another_table():
    said = [b.said for b in _with_goals(21) if isinstance(b, Paragraph)]
    assert "列出 20 行，共 21 行。" in said


def _with_goals(number):
    """Blocks on goals, of which the second counts stations, and on one campaign."""
    goals = pd.DataFrame(
        {"goal": [f"G{at}" for at in range(number)], "figure": "covered_micro", "value": 0.4232,
         "at_least": 0.8, "at_most": None, "by": "2027-12-31", "goal_state": "open", "source": ""}
    )  # fmt: skip
    goals.loc[1, ["figure", "value", "at_least"]] = ["micro_stations", 3.0, 5.0]
    campaign = {"campaign": "清零", "first": "2026-01-01", "last": "2026-12-31", "cases": 8,
                "closed": 5, "overdue_cases": 1, "share_closed": 0.625, "target": 0.9,
                "target_met": False, "days_left": 92}  # fmt: skip
    lists = dict.fromkeys(("duties", "notices", "investigations"), pd.DataFrame())
    lists |= {"goals": goals, "campaigns": pd.DataFrame([campaign])}
    return duty_blocks(lists, unknown={}, lang="zh")


def test_shares_are_percentages_and_counts_are_counts():
    campaign, goals = (b.rows for b in _with_goals(2) if isinstance(b, Grid))
    assert campaign[0][3:8] == ["8", "5", "1", "62.5%", "90.0%"]
    assert goals[0][2:5] == ["42.3%", "80.0%", ""]
    assert goals[1][2:4] == ["3", "5"]


def test_reports_are_the_same_bytes_and_in_english_too(told, village):
    for make in (
        lambda lang: period_pack(told, calendar=village[1].calendar, lang=lang),
        lambda lang: exposure_list(told, lang=lang),
    ):
        report = make("en")
        assert report_word(report, lang="en") == report_word(report, lang="en")
        assert report_pdf(report, lang="en") == report_pdf(report, lang="en")
        heads = " ".join(b.said for b in report.blocks if isinstance(b, Heading))
        names = "".join(village[1].communities[f.NAME])
        assert not re.search("[一-鿿]", "".join(c for c in heads if c not in names))


def test_public_holidays_come_beside_the_towns_own_dates(village):
    town = replace(village[1], calendar=())
    coming = coming_dates(town, day=dt.date(2026, 9, 1), lang="en")
    assert [(key.name, key.scenario) for key in coming[:2]] == [
        ("Mid-autumn Festival", "holiday"),
        ("National Day", "holiday"),
    ]
    assert coming_dates(village[1], day=dt.date(2026, 10, 8), lang="zh")[0].name == "元旦"


def test_the_pack_tells_the_work_of_communities(told, village):
    pack = period_pack(told, calendar=village[1].calendar, lang="zh")
    (first,) = [b for b in pack.blocks if isinstance(b, Grid) and "消防志愿者" in b.head]
    entry = told.found.summary["communities"][0]
    row = dict(zip(first.head, first.rows[0], strict=True))
    assert row["消防知晓率"] == f"{entry['work']['awareness_pct']:g}%"
    book = check_printed(indicators(told.found, told.counts, year=2026, lang="zh"))
    rows = list(book["年度指标"].iter_rows(min_row=2, max_row=3, values_only=True))
    table = dict(zip(*rows, strict=True))
    assert table["消防志愿者"] == entry["work"]["volunteers"]
    assert table["知晓率（%）"] == entry["work"]["awareness_pct"]


def test_a_hostile_text_ends_as_text_everywhere():
    grid = Grid([PAYLOAD, "b"], [[PAYLOAD, "2"]])
    report = Report(PAYLOAD, PAYLOAD, "2026-09-30", False, [Paragraph(PAYLOAD), grid])
    plain = "".join(PAYLOAD.replace("\x07", "").split())
    assert _word(report_word(report, lang="zh")).count(plain) >= 3
    assert _pdf(report_pdf(report, lang="zh")).count(plain) >= 3


def test_ledgers_open_as_text_with_their_colours_and_their_dictionary(village):
    folder, _ = village
    ledgers = {"hazards": case_table(read_records(folder, "hazards"), read_events(folder), on=DAY)}
    ledgers["hazards"].loc[0, "description"] = PAYLOAD
    content = ledger_book(ledgers, on=DAY, personal=False, lang="zh")
    assert content == ledger_book(ledgers, on=DAY, personal=False, lang="zh")
    book = check_printed(content)
    page = book["隐患"]
    assert page.freeze_panes == "B2"
    assert page.auto_filter.ref
    heads = [cell.value for cell in page[1]]
    hostile = page.cell(2, heads.index("隐患描述") + 1)
    assert hostile.data_type == "s"
    assert hostile.value == PAYLOAD.replace("\x07", "")
    assert {"隐患类别", "整改期限", "整改状态"} <= set(heads)
    assert "联系人" not in heads
    assert not any(c.data_type == "f" for row in page.iter_rows() for c in row)
    rules = [r for group in page.conditional_formatting for r in group.rules]
    assert len(rules) == 2
    words = {row[2].value for row in book["数据字典"].iter_rows(min_row=3)}
    assert {"code", "found_on", "state"} <= words
    assert any("不含个人信息" in str(row[0].value) for row in book["说明"])


def test_indicators_carry_their_ranges(told):
    book = check_printed(indicators(told.found, told.counts, year=2026, lang="zh"))
    page = book["年度指标"]
    heads = [cell.value for cell in page[2]]
    rows = [dict(zip(heads, [c.value for c in row], strict=True)) for row in page.iter_rows(
        min_row=3, max_row=2 + len(told.found.communities))]  # fmt: skip
    assert page.cell(3, heads.index("每家受检单位隐患数（件）") + 1).number_format == "0.00"
    assert page.cell(3, heads.index("3 分钟覆盖率") + 1).number_format == "0.0%"
    for row in rows:
        if row["3 分钟覆盖率"] is not None:
            assert row["覆盖率下限"] <= row["3 分钟覆盖率"] <= row["覆盖率上限"]
        if row["每家受检单位隐患数（件）"] is not None:
            assert row["下限（95%）"] <= row["每家受检单位隐患数（件）"] <= row["上限（95%）"]
        fires = row["火灾（起，少于 5 起不列）"]
        assert fires is None or fires == 0 or fires >= 5


def test_an_export_has_stable_ids_and_no_person_unless_asked(village, told, tmp_path):
    folder, town = village
    persons = {"person", "phone", "inspector"}
    for personal in (False, True):
        out = tmp_path / str(personal)
        out.mkdir()
        ledgers = {
            kind: read_records(folder, kind, personal=personal)
            for kind in ("hazards", "inspections", "warehouses")
        }
        events = read_events(village[0])
        write_export(told.found, ledgers, events, out, personal=personal, lang="zh")
        heads = set()
        for file in out.glob("*.csv"):
            heads |= set(file.read_text("utf-8-sig").splitlines()[0].split(","))
        assert bool(heads & persons) is personal
        said = (out / "README.txt").read_text("utf-8-sig")
        assert ("不含个人信息" in said) is not personal
        rows = (out / "hazard_events.csv").read_text("utf-8-sig").splitlines()
        assert len(rows) == 1 + len(events)
        assert ("note" in rows[0].split(",")) is personal
        for layer in ("grids", "estates", "offices"):
            made = gpd.read_file(out / f"{layer}.geojson")
            assert len(made) == len(getattr(town, layer)) > 0
        grids = pd.read_csv(out / "grids.csv", encoding="utf-8-sig")
        assert grids["buildings"].sum() == len(town.buildings)
        assert not (grids["people"] < 5).any()
    first = (tmp_path / "False" / "buildings.csv").read_text("utf-8-sig").splitlines()[1]
    assert first.startswith(str(town.buildings[f.BUILDING_ID].iloc[0]))
    hostile = told.found.replaced(stations=told.found.stations.assign(name="=1+1"))
    out = tmp_path / "hostile"
    out.mkdir()
    write_export(hostile, {}, events, out, personal=False, lang="en")
    assert ",'=1+1," in (out / "stations.csv").read_text("utf-8-sig")
