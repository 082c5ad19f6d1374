"""The brief is of the key date: its shifts, its past fires, its crews, and only places in use."""

import datetime as dt
import io
import re
from dataclasses import replace

import pandas as pd
import pypdf
import pytest

from tests.maps.office_words import check_office_words
from weizhan.coverage.places.open_days import in_use
from weizhan.coverage.review.holidays import next_holiday
from weizhan.coverage.review.past_days import past_days
from weizhan.coverage.review.period_review import review
from weizhan.coverage.summary import tier_coverage
from weizhan.data.demo import make_demo
from weizhan.data.demo_ledgers import import_demo_ledgers
from weizhan.geo.rules import KeyDates
from weizhan.geo.town import load_town
from weizhan.geo.words import fields as f
from weizhan.geo.words.periods import read_period
from weizhan.maps.paper.grids import on_duty_said
from weizhan.maps.paper.holiday_brief import holiday_brief
from weizhan.maps.paper.meeting import next_key_date
from weizhan.maps.paper.report import Grid, Heading, in_form, report_pdf

DAY = dt.date(2026, 9, 30)
NATIONAL = KeyDates(name="国庆", first="2026-10-01", last="2026-10-07", scenario="holiday")


@pytest.fixture(scope="module")
def village(tmp_path_factory):
    folder = tmp_path_factory.mktemp("holiday") / "village"
    make_demo(folder, size="village", seed=3)
    import_demo_ledgers(folder)
    town = load_town(folder)
    return folder, town, review(folder, town, read_period("2026Q3"), on=DAY)


@pytest.fixture(scope="module")
def national(village):
    return next_holiday(*village, lang="zh")


def _said(report):
    report = in_form(report, lang="zh")
    cells = [c for b in report.blocks if isinstance(b, Grid) for r in [b.head, *b.rows] for c in r]
    return "\n".join([report.title, *(getattr(b, "said", "") for b in report.blocks), *cells])


def test_every_community_has_one_page_of_its_own(village, national):
    _, town, told = village
    report = holiday_brief(told, national, lang="zh")
    pages = pypdf.PdfReader(io.BytesIO(report_pdf(report, lang="zh"))).pages
    heads = ["".join(page.extract_text().split())[:40] for page in pages]
    names = town.communities[f.NAME]
    for name in names:
        assert [head.startswith(f"{name}国庆前火灾风险提示") for head in heads].count(True) == 1
    assert len(pages) - len(names) <= 2  # the town's own
    assert next_key_date(town.calendar, "2027-01-04") is None


def test_both_shifts_of_the_first_day_are_told(village, national):
    check_office_words(holiday_brief(village[2], national, lang="zh"))
    assert [found.scenario for found in national.shifts] == ["holiday", "night"]
    assert {found.date for found in national.shifts} == {"2026-10-01"}
    said = _said(holiday_brief(village[2], national, lang="zh"))
    assert "国庆：2026年10月1日至10月7日。" in said
    assert "“节假日白天、夜间”" in said
    assert "元旦（2027年1月1日至1月3日）" in said
    for found in national.shifts:
        micro = found.summary["coverage"]["micro"]
        assert f"{micro['covered_buildings']}/{micro['known_buildings']}" in said


def test_another_scenario_is_another_document(village, national):
    folder, town, told = village
    calendar = (replace_key(town.calendar[0], scenario="night"), *town.calendar[1:])
    by_night = next_holiday(folder, replace(town, calendar=calendar), told, lang="zh")
    assert by_night.shifts[0].scenario == "night"
    one, other = (holiday_brief(told, key, lang="zh") for key in (national, by_night))
    assert _said(one) != _said(other)
    assert report_pdf(one, lang="zh") != report_pdf(other, lang="zh")


def replace_key(key, **changed):
    return key.model_copy(update=changed)


def test_nobody_is_sent_to_an_office_tower_on_national_day(village, national):
    _, town, told = village
    offices = town.buildings[f.USE] == "office"
    if not offices.any():  # any village: make the riskiest house an office
        offices = town.buildings.index == town.buildings.index[0]
    use = town.buildings[f.USE].mask(offices, "office")
    night = town.buildings[f.PEOPLE_NIGHT].mask(offices, 0)
    day = town.buildings[f.PEOPLE_DAY].mask(offices, 40)
    buildings = town.buildings.assign(
        **{f.USE: use, f.PEOPLE_NIGHT: night, f.PEOPLE_DAY: day,
           f.OPEN_HOURS: town.buildings[f.OPEN_HOURS].mask(offices, None)}
    )  # fmt: skip
    tower = replace(town, buildings=buildings)

    def open_(first, last, made=tower):
        used = in_use(made, made.scenarios["weekday"], first=first, last=last)
        return bool(used[offices].any())

    assert not open_(NATIONAL.first, NATIONAL.last)
    assert open_(dt.date(2026, 11, 2), dt.date(2026, 11, 4))  # an ordinary Monday
    own = tower.buildings[f.OPEN_HOURS].astype(object).mask(offices, "24/7")
    always = replace(tower, buildings=tower.buildings.assign(**{f.OPEN_HOURS: own}))
    assert open_(NATIONAL.first, NATIONAL.last, always)  # its own hours go before its use
    shut = set(town.buildings.loc[~national.in_use, f.BUILDING_ID])
    names = set(town.buildings.loc[~national.in_use, f.NAME].dropna())
    assert shut
    watched = [
        row[0] for block in holiday_brief(told, national, lang="zh").blocks
        if isinstance(block, Grid) and "主要原因" in block.head for row in block.rows
    ]  # fmt: skip
    assert watched and not names & set(watched)


def _page_of(report, name):
    """The blocks of the page of a community."""
    at = next(k for k, b in enumerate(report.blocks)
              if isinstance(b, Heading) and b.said.startswith(f"{name}国庆前"))  # fmt: skip
    blocks = []
    for block in report.blocks[at + 1 :]:
        if isinstance(block, Heading) and block.level == 0:
            break
        blocks.append(block)
    return blocks


def _under(blocks, title):
    (at,) = [k for k, b in enumerate(blocks) if isinstance(b, Heading) and title in b.said]
    return blocks[at].said, blocks[at + 1]


def _with(national, **frames):
    told = replace(national.review, found=national.review.found.replaced(**frames))
    return replace(national, review=told)


def test_a_reported_lane_is_told_where_it_lies_though_nobody_lives_on_it(village, national):
    _, town, told = village
    found = national.review.found
    area = town.communities.iloc[0]
    inside = found.lanes.geometry.within(area.geometry)
    empty = ~found.lanes[f.LANE_ID].isin(found.buildings["attached_lane_id"].dropna())
    lane = found.lanes.loc[inside & empty, f.LANE_ID].iloc[0]
    none = found.lanes["state"].where(~found.lanes["state"].isin(["blocked", "narrowed"]), "clear")
    lanes = found.lanes.assign(state=none.mask(found.lanes[f.LANE_ID] == lane, "blocked"))
    blocks = _page_of(holiday_brief(told, _with(national, lanes=lanes), lang="zh"), area[f.NAME])
    title, table = _under(blocks, "要紧的车道")
    assert title == "要紧的车道"
    assert lane in table.rows[0][0]
    assert "堵塞" in table.rows[0][1]
    ids = found.lanes.loc[inside, f.LANE_ID].iloc[:9]
    lanes = found.lanes.assign(state=none.mask(found.lanes[f.LANE_ID].isin(ids), "blocked"))
    blocks = _page_of(holiday_brief(told, _with(national, lanes=lanes), lang="zh"), area[f.NAME])
    title, table = _under(blocks, "要紧的车道")
    assert title.endswith("（列出 6，共 9）")
    assert len(table.rows) == 6


def test_a_page_says_how_many_it_does_not_list(village, national):
    _, town, told = village
    found = national.review.found
    key, name = town.communities.iloc[0][[f.COMMUNITY_ID, f.NAME]]
    own = found.buildings[f.COMMUNITY_ID] == key
    red = found.buildings.assign(risk_band=found.buildings["risk_band"].mask(own, "red"))
    late = pd.concat([national.review.overdue.iloc[:1]] * 4).assign(
        building_id=found.buildings.loc[own, f.BUILDING_ID].iloc[0]
    )
    changed = _with(national, buildings=red)
    changed = replace(changed, review=replace(changed.review, overdue=late))
    report = holiday_brief(told, changed, lang="zh")
    blocks = _page_of(report, name)
    used = int((own & national.in_use.to_numpy()).sum())
    assert used > 5
    title, table = _under(blocks, "重点盯防")
    assert title.endswith(f"（列出 5 栋，在用红级 {used} 栋）")
    assert len(table.rows) == 5
    title, table = _under(blocks, "逾期未销案")
    assert title == "逾期未销案（列出 3，共 4）"
    assert len(table.rows) == 3
    assert "红级建筑逐栋看一遍，先看各社区单上列出的" in _said(report)


def test_a_crew_of_unknown_size_is_on_duty_and_said_so(village, national):
    _, _, told = village
    found = national.review.found
    crews = found.stations[f.CREW_DAY].mask(found.stations["tier"] == "micro_station", None)
    town = found.moment.town
    stations = found.stations.assign(**{f.CREW_DAY: crews})
    micro = tier_coverage(town, found.buildings, stations, by_day=True)["micro"]
    assert micro["stations_crew_unknown"] == micro["stations_on_duty"] > 0
    assert tier_coverage(town, found.buildings, stations, by_day=False) == tier_coverage(
        town, found.buildings, found.stations, by_day=False
    )
    said = on_duty_said(micro, "zh")
    assert said.startswith(f"{micro['stations_on_duty']}/")
    assert f"（其中 {micro['stations_on_duty']} 个人数不详）" in said
    for told_of in holiday_brief(told, national, lang="zh").blocks:
        if isinstance(told_of, Grid) and "在岗站点" in told_of.head[1]:
            figures = found.summary["coverage"]["micro"]
            assert on_duty_said(figures, "zh") in {row[1] for row in told_of.rows}
            break
    else:
        pytest.fail("no table of who is on duty")


def test_past_fires_are_of_the_same_days(village, national):
    folder, town, told = village
    spring = KeyDates(name="春节", first="2026-02-15", last="2026-02-23", scenario="holiday")
    moved = past_days(town, spring, range(2024, 2026))
    assert moved[2024][0] == dt.date(2024, 2, 10)  # not the days of 2026: the moon moved it
    fair = KeyDates(name="庙会", first="2026-03-10", last="2026-03-12", scenario="holiday")
    assert past_days(town, fair, range(2025, 2026))[2025] == (
        dt.date(2025, 3, 10), dt.date(2025, 3, 12),
    )  # fmt: skip
    fires = town.ledgers.incidents.copy()
    started = pd.Series(pd.NaT, index=fires.index, dtype="datetime64[ns]")
    started.iloc[:3] = [pd.Timestamp(s) for s in ("2025-10-02 21:40", "2024-05-05", "2023-10-03")]
    burnt = replace(town.ledgers, incidents=fires.assign(started_at=started))
    key = next_holiday(folder, replace(town, ledgers=burnt), told, lang="zh")
    assert key.fires.years == (2023, 2024, 2025)
    assert [str(day.date()) for day in key.fires.rows["started_at"]] == ["2025-10-02", "2023-10-03"]
    said = _said(holiday_brief(told, key, lang="zh"))
    assert "2023 年至 2025 年的火灾，其中同期 2 起" in said
    assert "21:40" in said
    none = replace(town.ledgers, incidents=fires.iloc[:0])
    unknown = next_holiday(folder, replace(town, ledgers=none), told, lang="zh")
    assert "往年同期起数未知" in _said(holiday_brief(told, unknown, lang="zh"))


def test_it_speaks_english_and_is_silent_without_a_key_date(village, national):
    _, town, told = village
    report = holiday_brief(told, national, lang="en")
    names = "".join(town.communities[f.NAME]) + national.key.name
    heads = [b.said for b in report.blocks if isinstance(b, Heading)]
    assert report_pdf(report, lang="en") == report_pdf(report, lang="en")
    assert not re.search("[一-鿿]", "".join(c for c in "".join(heads) if c not in names))
    assert "日历中没有" in _said(holiday_brief(told, None, lang="zh"))
