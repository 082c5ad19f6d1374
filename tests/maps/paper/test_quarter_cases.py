"""Exposure, listed supervision, talks: of the quarter, by judgement, with their days overdue."""

import datetime as dt
import io
from dataclasses import replace

import pandas as pd
import pypdf
import pytest

from tests.maps.office_words import check_office_words
from weizhan.coverage.cases.hazards import case_table, listed
from weizhan.coverage.duties.notices import exposure_cases
from weizhan.coverage.review.lists import located_cases, with_community
from weizhan.coverage.review.period_review import review
from weizhan.coverage.rounds import Landmarks
from weizhan.data.demo import make_demo
from weizhan.data.demo_ledgers import import_demo_ledgers
from weizhan.geo.town import load_town
from weizhan.geo.words.periods import read_period
from weizhan.maps.paper.case_sheet import case_sheets
from weizhan.maps.paper.quarter_cases import exposure_list, supervision_report
from weizhan.maps.paper.report import Grid, Paragraph, in_form, report_pdf
from weizhan.maps.paper.sheet_source import SheetSource

DAY = dt.date(2026, 9, 30)
NOTICES = pd.DataFrame(
    {
        "issued_on": pd.to_datetime(["2026-09-20", "2026-08-02"]),
        "notice": ["talk", "circular"],
        "name": ["某厂", "某店"],
        "address": ["翠屏 1 号", "翠屏 2 号"],
        "hazard_key": [None, None],
        "reason": ["逾期未改", "屡改屡犯"],
        "issued_by": ["街道消安委办", "街道消安委办"],
        "outcome": [None, "已整改"],
    }
)


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cases") / "village"
    make_demo(folder, size="village", seed=3)
    import_demo_ledgers(folder)
    return review(folder, load_town(folder), read_period("2026Q3"), on=DAY)


def _cases(town, **columns):
    """Return the cases with two that are open, named by what is told of them."""
    cases = case_table(town.ledgers.hazards, town.ledgers.events, on=DAY)
    keys = cases.loc[cases["state"] != "closed", "key"].head(2)
    for name, values in columns.items():
        cases[name] = pd.Series(values, index=keys.index).reindex(cases.index)
    return cases, list(keys)


def _grids(report):
    return [block for block in in_form(report, lang="zh").blocks if isinstance(block, Grid)]


def test_days_overdue_are_told_of_the_listing_and_of_the_case(told):
    town = told.found.moment.town
    due = pd.to_datetime(["2026-09-18", "2026-10-20"])
    cases, (late, open_) = _cases(
        town, supervision_level=["county", "county"], listed_due_on=due, major=[1, 1], due_on=due,
        listed_on=pd.to_datetime(["2026-08-01"] * 2), lifted_on=[pd.NaT] * 2,
        major_on=pd.to_datetime(["2026-07-30"] * 2),
    )  # fmt: skip
    under = listed(cases, on=DAY).set_index("key")
    assert under.loc[late, "days_overdue"] == 12
    assert pd.isna(under.loc[open_, "days_overdue"])
    exposed = exposure_cases(cases, start=dt.date(2026, 7, 1), end=DAY).set_index("key")
    assert exposed.loc[late, ["exposure", "days_overdue"]].tolist() == ["yes", 12]
    assert pd.isna(exposed.loc[open_, "days_overdue"])


def test_the_reports_are_of_the_quarter(told):
    due = pd.to_datetime(["2026-09-18", "2026-10-20"])
    judged = pd.to_datetime(["2026-07-30"] * 2)
    cases, (late, _) = _cases(told.found.moment.town, major=[1, 1], due_on=due, major_on=judged)
    check_office_words(exposure_list(told, lang="zh"))
    (shown,) = _grids(exposure_list(replace(told, cases=cases), lang="zh"))
    days = {row[0]: dict(zip(shown.head, row, strict=True)) for row in shown.rows}
    assert days[late]["逾期天"] == "12" and days[late]["期限"] == "2026年9月18日"
    assert sorted(row["逾期天"] for row in days.values()) == ["0", "12"]
    report = supervision_report(told, {"notices": NOTICES}, unknown={}, lang="zh")
    check_office_words(report)
    assert report.title == "2026年第三季度挂牌督办和约谈通报情况"
    said = [block.said for block in report.blocks if isinstance(block, Paragraph)]
    now = int((told.listed["status"] != "lifted").sum())
    assert f"期末在督 {now} 件" in said[0]
    assert said[-1] == "本期 2 次：约谈 1、通报 1。"
    talks = _grids(report)[-1]
    assert "2026年9月20日" in talks.rows[0] and "逾期未改" in talks.rows[0]
    none = supervision_report(
        told, {"notices": NOTICES.iloc[:0]}, unknown={"notices": "notices"}, lang="zh"
    )
    assert "没有导入台账（约谈通报）：未知，不等于没有。" in none.blocks[-2].said


def test_a_case_has_one_page_with_its_history_and_its_map(told):
    found = told.found
    town = found.moment.town
    cases = located_cases(town, with_community(found.buildings, town.communities), day=DAY)
    still = cases[(cases["state"] != "closed") & cases["building_id"].notna()]
    one, other = still["key"].iloc[:2]
    at = cases["key"].isin([one])
    cases["supervision_level"] = cases["supervision_level"].where(~at, "county")
    for name, day in (("listed_on", "2026-08-01"), ("listed_due_on", "2026-09-18")):
        cases[name] = pd.to_datetime(cases[name]).where(~at, pd.Timestamp(day))
    cases["lifted_on"] = pd.to_datetime(cases["lifted_on"]).where(~at, pd.NaT)
    cases["major"] = pd.to_numeric(cases["major"], errors="coerce").where(
        ~cases["key"].isin([one, other]), 1
    )
    cases["name"] = cases["name"].astype(object).mask(at, "老王小店")
    cases["address"] = cases["address"].astype(object).mask(at, "翠屏 7 号")
    second = cases["key"].isin([other])
    cases["name"] = cases["name"].mask(second, None)
    cases["address"] = cases["address"].mask(second, "翠屏 8 号")
    notices = NOTICES.assign(hazard_key=[one, other])
    source = SheetSource(found, cases, Landmarks.of(town))
    report = case_sheets(source, town.ledgers.events, notices, lang="zh")
    check_office_words(report)
    pages = [
        "".join(page.extract_text().split())
        for page in pypdf.PdfReader(io.BytesIO(report_pdf(report, lang="zh"))).pages
    ]
    under = int((listed(cases, on=DAY)["status"] != "lifted").sum())
    only_major = set(cases.loc[(cases["major"] == 1) & (cases["state"] != "closed"), "key"])
    only_major -= set(listed(cases, on=DAY).query("status != 'lifted'")["key"])
    assert len(pages) == under + len(only_major)  # one page a case
    (page,) = [page for page in pages if one in page]
    assert page.startswith("挂牌督办单")
    assert "逾期天数12" in page
    assert "老王小店（翠屏7号）" in page
    assert "2026年9月20日约谈街道消安委办" in page  # of its history
    assert "1:" in page and "整改责任单位（签字）" in page
    (judged,) = [page for page in pages if other in page]
    assert judged.startswith("重大火灾隐患督改单") and "2026年8月2日通报" in judged
    assert "翠屏8号" in judged and "（翠屏8号）" not in judged
