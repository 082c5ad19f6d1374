"""Route sheets as paper: every stop and direction is there as text, whatever names contain."""

import datetime as dt
import io
from dataclasses import replace

import pandas as pd
import pypdf
import pytest

from weizhan.coverage.assessment import assess
from weizhan.coverage.rounds.planning import LeftOut, default_teams, plan_rounds
from weizhan.coverage.rounds.reasons_to_visit import RoundKind, read_facts, reasons_to_visit
from weizhan.coverage.rounds.visits import visits_for
from weizhan.coverage.rounds.way_directions import Landmarks
from weizhan.data.demo import make_demo
from weizhan.data.demo_ledgers import import_demo_ledgers
from weizhan.geo.town import load_town
from weizhan.geo.words import fields as f
from weizhan.geo.words import label
from weizhan.geo.words.vocabulary import Vehicle
from weizhan.maps.paper.passage_report import passage_report
from weizhan.maps.paper.pre_plan import key_buildings, pre_plans
from weizhan.maps.paper.route_sheet import Paper, clock, route_sheet
from weizhan.maps.paper.sheet_source import SheetSource
from weizhan.maps.paper.station_sheet import station_sheets
from weizhan.maps.paper.wall_map import wall_maps
from weizhan.maps.voice.route_text import NINE, SIX, checklist, way_sentences

DAY = dt.date(2026, 9, 30)
PAYLOADS = (
    '#image("/etc/passwd")', "$x^2$ `raw` *b* _e_ @ref <label>", "</svg><script>alert(1)</script>",
    '"]; #panic("x") #[', "\\u{41} // no comment", "=cmd|' /C calc'!A0",
)  # fmt: skip


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """A village, its rounds, and what sheets are drawn from."""
    folder = tmp_path_factory.mktemp("paper") / "village"
    make_demo(folder, size="village", seed=3)
    import_demo_ledgers(folder)
    town = load_town(folder)
    found = assess(town, date=DAY.isoformat(), draws=20)
    told = read_facts(folder, found, town.rules, on=DAY)
    visits = visits_for(reasons_to_visit(RoundKind.DUE, told), town, told.cases)[:9]
    teams = default_teams(1, Vehicle.E_BIKE, hours="Mo-Su 08:30-12:00,14:00-18:00", named="甲")
    rounds = plan_rounds(town, visits, teams, [DAY], iterations=500)
    return town, SheetSource(found, told.cases, Landmarks.of(town)), rounds


def _words(content):
    """All text of a PDF without blanks: lines break where the paper ends."""
    pages = pypdf.PdfReader(io.BytesIO(content)).pages
    return "".join("".join(page.extract_text().split()) for page in pages)


def _plain(text):
    return "".join(text.split())


def test_every_stop_every_direction_and_every_check_is_on_paper(drawn):
    _, ground, rounds = drawn
    (round_,) = rounds.rounds
    assert len(round_.stops) >= 5
    listed = Paper(left_out=True)
    content = route_sheet(round_, ground, kind="due", left_out=rounds.left_out, paper=listed)
    said = _words(content)
    for stop in round_.stops:
        visit = stop.visit
        assert visit.visit_id in said
        assert _plain(visit.address) in said
        assert clock(stop.begin_s) in said
        for sentence in way_sentences(stop.way, ground.found.lanes, ground.landmarks, "zh"):
            assert _plain(sentence) in said
        for item in checklist(visit.kind, "zh"):
            assert _plain(item) in said
        for case in visit.cases[:6]:
            assert case in said
    for left in rounds.left_out:
        assert left.visit.visit_id in said
    assert "模拟数据" in said
    assert "\ufffd" not in said


def test_a_stop_is_never_split_over_two_pages(drawn):
    _, ground, rounds = drawn
    (round_,) = rounds.rounds
    content = route_sheet(round_, ground, kind="due")
    pages = pypdf.PdfReader(io.BytesIO(content)).pages
    for stop in round_.stops:
        there = [
            text.count("被检查方签字")
            for page in pages
            if _plain(f"{stop.visit.visit_id}") in (text := _plain(page.extract_text()))
        ]
        assert len(there) == 1
        assert there[0] >= 1


def test_the_same_round_gives_the_same_bytes_in_both_languages_and_sizes(drawn):
    _, ground, rounds = drawn
    (round_,) = rounds.rounds
    for paper, lang, word in (("a4", "zh", "检查路线单"), ("a3", "en", "Routesheet")):
        twice = [
            route_sheet(round_, ground, kind="due", paper=Paper(paper), lang=lang) for _ in range(2)
        ]
        assert twice[0] == twice[1]
        assert word in _words(twice[0])
    page = pypdf.PdfReader(io.BytesIO(twice[0])).pages[0]
    assert (round(page.mediabox.width), round(page.mediabox.height)) == (1191, 842)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_what_names_contain_ends_as_text(drawn, payload):
    town, ground, rounds = drawn
    (round_,) = rounds.rounds
    named = {
        layer: getattr(ground.found, layer).assign(**{f.NAME: payload})
        for layer in ("buildings", "lanes", "stations", "communities")
    }
    hostile = SheetSource(
        ground.found.replaced(**named),
        ground.cases,
        Landmarks.of(replace(town, buildings=named["buildings"])),
    )
    visits = [replace(stop.visit, name=payload, address=payload) for stop in round_.stops]
    halves = tuple(
        replace(half, stops=tuple(
            replace(stop, visit=visits[round_.stops.index(stop)]) for stop in half.stops
        ))
        for half in round_.halves
    )  # fmt: skip
    team = replace(round_.team, name=payload)
    content = route_sheet(replace(round_, halves=halves, team=team), hostile, kind="due")
    assert _plain(payload) in _words(content)
    assert _plain(payload) in _words(station_sheets(hostile, lang="zh"))
    assert _plain(payload) in _words(wall_maps(hostile, lang="zh"))


def test_papers_of_the_town_tell_what_they_promise(drawn):
    town, ground, _ = drawn
    found = ground.found
    stations = _words(station_sheets(ground, lang="zh"))
    for name in found.stations[f.NAME]:
        assert _plain(name) in stations
    assert "水带" in stations
    walls = _words(wall_maps(ground, lang="zh"))
    for name in found.communities[f.NAME]:
        assert _plain(name) in walls
    assert "未校准" in walls
    report = _words(passage_report(ground, lang="zh"))
    seen = found.lanes[found.lanes["state"].isin(["blocked", "narrowed"])]
    for lane in seen[f.LANE_ID]:
        assert lane in report
    assert found.lanes.loc[found.lanes[f.LANE_ID].isin(seen[f.LANE_ID]), f.NAME].isna().any()
    assert "附近的无名巷（L" in report
    assert "附近的无名巷（L" in stations
    rows = key_buildings(found)[:3]
    bands = {"day": found.buildings}
    plans = _words(
        pre_plans(
            ground,
            rows,
            bands,
            town.scenarios | {"day": next(iter(town.scenarios.values()))},
            lang="zh",
        )
    )
    for key in found.buildings.loc[rows, f.BUILDING_ID]:
        assert key in plans


def test_lanes_no_engine_passes_are_counted_and_widths_told_as_what_they_are(drawn):
    _, ground, _ = drawn
    lanes = ground.found.lanes
    stopped = lanes.iloc[:70].assign(
        state="unknown", fire_engine_limit="width", fire_engine_limit_certain=True, width_m=2.5
    )
    stopped.loc[stopped.index[:35], "width_m"] = None
    blocked = lanes.iloc[70:72].assign(
        state="blocked", width_m=[3.5, 3.7], remaining_width_m=[1.25, None]
    )
    rest = lanes.iloc[72:].assign(state="unknown", fire_engine_limit="")
    found = ground.found.replaced(lanes=pd.concat([stopped, blocked, rest]))
    report = _words(passage_report(replace(ground, found=found), lang="zh"))
    assert "消防车不能通行的车道（列出60条，共70条）" in report
    assert "登记净宽（米）" in report
    assert "宽度不足（按道路等级推断）未知" in report
    assert "宽度不足2.5" in report
    assert "1.25" in report
    assert "未报告（登记3.7）" in report
    assert "登记3.5" not in report
    none = ground.found.replaced(lanes=lanes.assign(fire_engine_limit=""))
    assert "列出" not in _words(passage_report(replace(ground, found=none), lang="zh"))


@pytest.mark.parametrize(("kind", "codes"), [("factory", NINE), ("self_built", SIX)])
def test_the_nine_and_the_six_stand_in_the_plans_words_and_run_one_way(kind, codes):
    told = checklist(kind, "zh")
    for code in codes:
        assert f"无“{label('hazard_code', code, 'zh')}”" in told
    assert len(told) == len(set(told))


def test_every_check_has_a_box_for_each_answer_and_a_road_has_no_signature(drawn):
    _, ground, rounds = drawn
    (round_,) = rounds.rounds
    said = _words(route_sheet(round_, ground, kind="due"))
    assert said.count("被检查方签字") == len(round_.stops)
    for word in ("符合", "不符合", "不适用", "照片编号", "消防车道实测净宽"):
        assert said.count(word) >= len(round_.stops)
    assert "有问题打叉" not in said
    road = replace(
        round_.stops[0].visit, visit_id="L1", buildings=(), lanes=(0, 1), kind="lane", cases=()
    )
    half = replace(round_.halves[0], stops=(replace(round_.stops[0], visit=road),))
    said = _words(route_sheet(replace(round_, halves=(half,)), ground, kind="lanes"))
    assert "被检查方签字" not in said
    for lane in ground.drawn((0, 1)):
        assert lane in said
    assert said.count("实测净宽") == len(ground.drawn((0, 1)))


def test_places_left_out_are_printed_on_request_only_and_big_type_takes_more_pages(drawn):
    _, ground, rounds = drawn
    (round_,) = rounds.rounds
    left = [LeftOut(replace(stop.visit, visit_id=f"Z{k:06}"), "time")
            for k, stop in enumerate(round_.stops)]  # fmt: skip

    def sheet(**how):
        content = route_sheet(round_, ground, kind="due", left_out=left, paper=Paper(**how))
        return len(pypdf.PdfReader(io.BytesIO(content)).pages), _words(content)

    pages, said = sheet()
    assert "Z000000" not in said
    assert f"另有{len(left)}处" in said
    listed_pages, listed = sheet(left_out=True)
    assert listed_pages == pages + 1
    assert all(f"Z{k:06}" in listed for k in range(len(left)))
    assert sheet(large=True)[0] > pages


def test_without_a_ledger_open_hazards_are_not_known(drawn):
    town, ground, rounds = drawn
    (round_,) = rounds.rounds
    without = replace(town.ledgers, hazards=town.ledgers.hazards[:0])
    moment = replace(ground.found.moment, town=replace(town, ledgers=without))
    bare = replace(ground, found=replace(ground.found, moment=moment), cases=ground.cases[:0])
    halves = tuple(
        replace(half, stops=tuple(replace(s, visit=replace(s.visit, cases=())) for s in half.stops))
        for half in round_.halves
    )
    said = _words(route_sheet(replace(round_, halves=halves), bare, kind="due"))
    assert "未导入隐患台账，有无不详" in said
    assert "台账中无未销案隐患" not in said
