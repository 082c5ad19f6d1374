"""A round filled in on a phone comes back as the workbook of the round does."""

import datetime as dt
import json
import shutil
from dataclasses import replace

import openpyxl
import pandas as pd
import pytest

from weizhan.coverage.rounds import RoundKind
from weizhan.geo.ledgers import import_round, read_events, read_records
from weizhan.geo.ledgers.phone_lines import HEAD, PLAIN, RECORDS, Record, encode
from weizhan.geo.words import fields as f
from weizhan.maps.paper import SheetSource
from weizhan.maps.phone import phone_page

from ...cli.small_town import DAY
from ..page.test_access import violations
from ..page.test_old_browser import old, without_scripts
from .conftest import ROUND

PHONE = (360, 800)
WECHAT = "Mozilla/5.0 (Linux; Android 11) AppleWebKit/537.36 Chrome/86.0 MicroMessenger/8.0.37"
SLOW = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
AGENTS = (
    (WECHAT, "微信"),
    ("x QQ/8.9 y", "QQ"),
    ("x wxwork/4 MicroMessenger/7", "企业微信"),
    ("x DingTalk/7", "钉钉"),
    ("x AlipayClient/10", "支付宝"),
    ("x MQQBrowser/12 Mobile", ""),
)


@pytest.fixture(scope="module")
def page(handed):
    """Make the page in a language, of ground that may be spoilt."""
    _, rounds, ground, _ = handed

    def make(lang="zh", rounds=rounds, ground=ground):
        return phone_page(
            rounds.rounds[0], rounds, ground, kind=RoundKind.DUE, round_id=ROUND,
            file="route-x", lang=lang,
        )  # fmt: skip

    return make


def go(browser, stop):
    browser.run(
        """[...document.querySelectorAll('#moves button')]
          .find(b => b.textContent === weizhan.phone.content.texts['phone.list']).click();
        document.querySelectorAll('ol.stops button')[arguments[0]].click()""",
        stop,
    )


def tap(browser, check, answer):
    browser.run("document.querySelector(`[name=check-${arguments[0]}][value=${arguments[1]}]`)"
                ".click()", check, answer)  # fmt: skip


def write(browser, label, value, nth=0):
    browser.run(
        """const field = [...document.querySelectorAll('#stop label.field')]
          .filter(l => l.firstChild.textContent === arguments[0])[arguments[2]].lastChild;
        field.value = arguments[1];
        field.dispatchEvent(new Event(field.tagName === 'SELECT' ? 'change' : 'input'))""",
        label, value, nth,
    )  # fmt: skip


def press(browser, words):
    browser.run("[...document.querySelectorAll('#stop button')]"
                ".find(b => b.textContent === arguments[0]).click()", words)  # fmt: skip


def kept(browser):
    return browser.run("return document.getElementById('kept').textContent")


def filled(browser, handed):
    """Fill in a visit that fails, one that passes, a known hazard and a lane; return the lines."""
    stops = browser.run("return weizhan.phone.content.stops")
    houses = [k for k, stop in enumerate(stops) if stop["inspections"] and not stop["hazards"]]
    known = next(k for k, stop in enumerate(stops) if stop["hazards"])
    lane = next(k for k, stop in enumerate(stops) if stop["lanes"])
    go(browser, houses[0])
    tap(browser, 0, "no")
    write(browser, "具体情况", "二层 加盖“铁皮”｜约5～6米^")
    write(browser, "照片编号", "12、13")
    for check in range(1, len(stops[houses[0]]["checks"])):
        tap(browser, check, "yes")
    press(browser, "加一条隐患")
    write(browser, "隐患类别", "电气火灾隐患", nth=1)
    write(browser, "具体情况", "插座发黑", nth=1)
    go(browser, houses[1])
    for check in range(len(stops[houses[1]]["checks"])):
        tap(browser, check, "yes" if check else "none")
    go(browser, known)
    write(browser, "现在的状态", "已整改")
    write(browser, "备注", "已清走😀")
    go(browser, lane)
    browser.run("document.querySelector('[name=lane-0][value=变窄]').click()")
    write(browser, "实测剩余宽度（米）", "2.4")
    for stop in (houses[0], houses[1], known):  # the clock of the machine is not that of the round
        go(browser, stop)
        write(browser, "检查日期", DAY)
    go(browser, lane)
    write(browser, "检查日期", DAY)
    return [stops[k] for k in (houses[0], houses[1], known, lane)]


def test_what_is_copied_comes_back_as_the_workbook_does(browser, page, handed, tmp_path):
    folder, _, _, book = handed
    browser.open(page(), size=PHONE)
    failed, passed, known, lane = filled(browser, handed)
    assert kept(browser) == "已存 7 条"
    browser.run("document.querySelector('#moves button:nth-child(3)').click()")
    lines = browser.run("return document.getElementById('lines').value").split("\n")
    assert len(lines) == 8 and all(line.endswith("|ZW") for line in lines)
    chat = "组长 17:02\n今天的发一下\n" + "\n".join(
        f"检查员1 17:0{k}\n{line[:40]}\n{line[40:]}" for k, line in enumerate(lines)
    )
    (tmp_path / "聊天.txt").write_text(chat, encoding="utf-8")
    made = {}
    at = dt.datetime(2026, 9, 30, 18)
    for name in ("text", "book"):
        made[name] = tmp_path / name
        shutil.copytree(folder, made[name])
    taken, problems = import_round(made["text"], tmp_path / "聊天.txt", at=at, as_of=at.date())
    assert problems == []
    assert {part.kind: part.added + part.changed for part in taken} == {
        "inspections": 3, "hazards": 3, "lane-reports": 1,
    }  # fmt: skip

    values = browser.run("return weizhan.phone.filled().sent")
    file = tmp_path / "round.xlsx"
    file.write_bytes(book)
    typed = openpyxl.load_workbook(file)
    said = [json.loads(one) for one, _ in values.values()]
    for told in said:
        sheet, key = (("隐患", "hazard_id") if "acted_on" in told else
                      ("车道", "lane_id") if "observed_at" in told else
                      ("检查记录", "building_id"))  # fmt: skip
        rows = typed[sheet]
        names = [cell.value for cell in rows[1]]
        filled_in = names.index("description" if sheet == "隐患" else "inspector") + 1
        row = next(
            n
            for n in range(3, 99)
            if rows.cell(n, names.index(key) + 1).value == told.get(key)
            and (told.get(key) or rows.cell(n, filled_in).value is None)
        )
        for column, value in told.items():
            rows.cell(row, names.index(column) + 1).value = value or None
    typed.save(file)
    _, problems = import_round(made["book"], file, at=at, as_of=at.date())
    assert problems == []
    ours = ["name", "address", "row_hash", "place_words", "source_row", "fid",
            "import_id"]  # the ids tell the place  # fmt: skip

    def in_order(frame):
        kept = frame.drop(columns=ours, errors="ignore")
        return kept.sort_values([*kept.columns.intersection(["key", "happened_on", "state"])],
                                ignore_index=True)  # fmt: skip

    for kind in ("inspections", "hazards", "lane-reports"):
        one, other = (in_order(read_records(town, kind, personal=True)) for town in made.values())
        assert len(one) > 0
        pd.testing.assert_frame_equal(one, other)
    one, other = (in_order(read_events(town)) for town in made.values())
    pd.testing.assert_frame_equal(one, other)

    visits = read_records(made["text"], "inspections", personal=True).set_index("inspection_id")
    first = visits.loc[f"{ROUND}/{failed['id']}"]
    assert first["hazards_found"] == 2 and first["result"].endswith(
        ";另发现:电气火灾隐患(插座发黑)"
    )
    assert first["result"].startswith("不合格;不符合:1 ")
    assert "(二层 加盖“铁皮”|约5~6米^,照片 12、13)" in first["result"]
    assert visits.at[f"{ROUND}/{passed['id']}", "result"].startswith("合格;符合:2、3")
    assert visits.at[f"{ROUND}/{known['id']}", "result"] == "备注:已清走😀"
    seen = read_records(made["text"], "lane-reports").set_index("report_id")
    assert seen.loc[lane["lanes"][0]["report_id"], [f.STATE, "remaining_width_m"]].tolist() == [
        "narrowed", 2.4,
    ]  # fmt: skip
    again, problems = import_round(made["text"], tmp_path / "聊天.txt", at=at, as_of=at.date())
    assert problems == [] and all(part.added == part.changed == 0 for part in again)
    name, text = browser.driver.execute_async_script(
        """const done = arguments[0];
        URL.createObjectURL = (blob) => {
          blob.text().then((said) => { window.said = said; });
          return '#';
        };
        HTMLAnchorElement.prototype.click = function () {
          setTimeout(() => done([this.download, window.said]), 100);
        };
        [...document.querySelectorAll('#return button')]
          .find((b) => /json/.test(b.textContent)).click()"""
    )
    assert name == "route-x.json" and json.loads(text)["lines"] == lines
    saved = tmp_path / name
    saved.write_text(text, encoding="utf-8")
    again, problems = import_round(made["text"], saved, at=at, as_of=at.date())
    assert problems == [] and all(part.added == part.changed == 0 for part in again)


def test_every_letter_is_written_as_the_reader_writes_it(browser, page):
    browser.open(page(), size=PHONE)
    edges = [chr(k) for pair in PLAIN for k in (pair[0] - 1, pair[0], pair[1], pair[1] + 1)]
    text = "".join([*map(chr, range(1, 0x180)), *edges, "\u3000\u200b–—−‘’“”｜＾～＂＼😀é\u0301㎡"])
    for letter, fields in RECORDS.items():
        head = dict.fromkeys(HEAD, text)
        values = dict.fromkeys(fields.values(), text)
        made = browser.run(
            "return new weizhan.Lines(weizhan.phone.content.format).encode("
            "{letter: arguments[0], head: arguments[1], values: arguments[2]})",
            letter, head, values,
        )  # fmt: skip
        assert made == encode(Record(letter, head, values))


def test_taps_stay_when_the_page_is_opened_again_and_a_full_storage_is_told(browser, page):
    browser.open(page(), size=PHONE)
    go(browser, 0)
    tap(browser, 0, "yes")
    assert kept(browser) == "已存 1 条"
    first = browser.run("return weizhan.phone.copied()")
    browser.driver.refresh()
    assert kept(browser) == "已存 1 条"
    assert browser.run("return weizhan.phone.copied()") == first  # word for word
    keys = browser.run("return Object.keys(localStorage)")
    assert keys == [f"weizhan-route|{ROUND}|检查员1|{DAY}"]
    browser.run("Storage.prototype.setItem = () => { throw new Error('QuotaExceededError'); }")
    go(browser, 1)
    tap(browser, 0, "yes")
    assert "2 条只在本页内存里" in kept(browser)
    assert len(browser.run("return weizhan.phone.copied()")) == 3
    browser.run("Storage.prototype.setItem = () => {}")  # takes it and keeps nothing
    tap(browser, 1, "yes")
    assert "存不下来" in kept(browser)
    browser.run("weizhan.phone.filled().stops = {}")  # so that the page may be left


def test_inside_a_chat_app_the_first_screen_says_what_to_do(browser, page):
    driver = browser.driver
    own = browser.run("return navigator.userAgent")
    driver.execute_cdp_cmd("Network.enable", {})
    driver.execute_cdp_cmd("Network.emulateNetworkConditions", {"offline": True, **SLOW})
    try:
        for agent, app in AGENTS:
            driver.execute_cdp_cmd("Network.setUserAgentOverride", {"userAgent": agent})
            browser.open(page(), size=PHONE)
            notice = browser.run(
                "const b = document.getElementById('viewer'); return b.hidden ? '' : b.innerText"
            )
            assert ("请用浏览器打开" in notice and app in notice) if app else notice == ""
            bottom = browser.run(
                "return document.getElementById('viewer').getBoundingClientRect().bottom"
            )
            assert bottom < 600
            go(browser, 0)
            tap(browser, 0, "yes")
            assert kept(browser) == "已存 1 条"
    finally:
        driver.execute_cdp_cmd("Network.emulateNetworkConditions", {"offline": False, **SLOW})
        driver.execute_cdp_cmd("Network.setUserAgentOverride", {"userAgent": own})


def test_it_works_in_chrome_86_and_lists_its_stops_without_scripts(browser, page):
    with old(browser):
        browser.open(page(), size=PHONE)
        assert browser.run("return [window.missed, typeof [].at]") == ["undefined"] * 2
        for stop in range(len(browser.run("return weizhan.phone.content.stops"))):
            go(browser, stop)
            tap(browser, 0, "no")
        assert browser.run("return document.getElementById('trouble').hidden") is True
        assert len(browser.run("return weizhan.phone.copied()")) > 3
    said = without_scripts(browser, page(), "noscript ol")
    assert "请用手机自带的浏览器打开" in said and "B01 自建房" in said


def test_without_a_clipboard_and_without_a_place_the_page_says_so(browser, page):
    browser.open(page(), size=PHONE)
    go(browser, 0)
    tap(browser, 0, "yes")
    browser.run(
        """Object.defineProperty(navigator, 'clipboard', {value: undefined});
        document.execCommand = () => false;
        Object.defineProperty(navigator, 'geolocation', {value:
          {watchPosition: (works, fails) => { fails({code: 1}); return 1; }, clearWatch() {}}});
        """
    )
    press(browser, "我的位置")
    press(browser, "复制本站")
    assert "没有给出位置" in browser.run("return document.getElementById('where').textContent")
    assert "已选中" in browser.run("return document.getElementById('stop').innerText")
    area = "const a = document.getElementById('lines'); return "
    assert browser.run(area + "a.value.slice(a.selectionStart, a.selectionEnd)").startswith(
        "WZ1|I|"
    )


def test_ones_own_place_stands_where_it_is(browser, page, handed):
    _, rounds, ground, _ = handed
    stop = rounds.rounds[0].stops[0]
    house = stop.visit.buildings or rounds.rounds[0].stops[1].visit.buildings
    at = ground.places[house[0]]
    number = next(k for k, one in enumerate(rounds.rounds[0].stops) if one.visit.buildings == house)
    browser.open(page(), size=PHONE)
    go(browser, number)
    browser.run(
        """Object.defineProperty(navigator, 'geolocation', {value: {watchPosition: (works) => {
          works({coords: {longitude: arguments[0], latitude: arguments[1], accuracy: 8}}); return 1;
        }, clearWatch() {}}})""",
        at.x,
        at.y,
    )
    press(browser, "我的位置")
    said = browser.run("return document.getElementById('where').textContent")
    assert said.startswith(("约离本站 0 米", "约离本站 1 米", "约离本站 2 米"))
    assert browser.run("return document.querySelectorAll('#map path').length") > 5


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_it_fits_a_phone_and_can_be_used_by_everybody(browser, page, lang):
    browser.open(page(lang), size=PHONE)
    wide = "return document.documentElement.scrollWidth"
    assert browser.run(wide) <= 360 and violations(browser) == []
    go(browser, 0)
    tap(browser, 0, "no")
    assert browser.run(wide) <= 360 and violations(browser) == []
    low = browser.run(
        "return Math.min(...[...document.querySelectorAll('button, .choice span, select')]"
        ".filter(b => b.offsetParent).map(b => b.getBoundingClientRect().height))"
    )
    assert low >= 44
    browser.run("document.querySelector('#moves button:nth-child(3)').click()")
    assert browser.run(wide) <= 360 and violations(browser) == []


def test_hostile_names_are_texts(browser, page, handed, payload):
    _, rounds, ground, _ = handed
    (round_,) = rounds.rounds
    spoilt = [
        replace(half, stops=tuple(
            replace(stop, visit=replace(stop.visit, name=payload, address=payload))
            for stop in half.stops
        )) for half in round_.halves
    ]  # fmt: skip
    mine = replace(round_, halves=tuple(spoilt), team=replace(round_.team, name=payload))
    bad = SheetSource(replace_names(ground.found, payload), ground.cases, ground.landmarks)
    browser.open(page(rounds=replace(rounds, rounds=(mine,)), ground=bad), size=PHONE)
    go(browser, 0)
    tap(browser, 0, "no")
    write(browser, "具体情况", payload.encode(errors="replace").decode())
    assert browser.run("return document.querySelectorAll('#stop img, #stop iframe').length") == 0
    assert browser.run("return weizhan.phone.copied().length") >= 2


def replace_names(found, payload):
    from types import SimpleNamespace

    shown = {name: getattr(found, name) for name in ("town", "lanes", "buildings", "moment",
                                                     "simulated", "communities")}  # fmt: skip
    shown["town"] = payload
    for layer in ("lanes", "buildings"):
        shown[layer] = shown[layer].assign(**{f.NAME: payload})
    return SimpleNamespace(**shown)
