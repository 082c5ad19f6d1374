"""Each reader's main task from the door on, in a folder written by the command; pictures kept."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from weizhan.cli.commands import app

PICTURES = Path(__file__).resolve().parents[2] / ".artifacts"
SIZES = {"office": (1366, 768), "phone": (390, 844)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    town = tmp_path_factory.mktemp("readers") / "town"
    made = CliRunner().invoke(app, ["demo", str(town), "--size", "town"])
    assert made.exit_code == 0, made.output
    out = town.with_name("town-out")
    later = ["assess", str(town), "--out", str(town.with_name("now")), "--date", "2026-10-15",
             "--before", str(out)]  # fmt: skip
    done = CliRunner().invoke(app, later)
    assert done.exit_code == 0, done.output
    return town.with_name("now")


def visit(browser, page: Path, size):
    browser.open(page.read_text(encoding="utf-8"), size=size)


def picture(browser, name: str):
    PICTURES.mkdir(exist_ok=True)
    browser.driver.execute_async_script(
        "requestAnimationFrame(() => setTimeout(arguments[0], 250))"
    )
    browser.driver.save_screenshot(str(PICTURES / f"{name}.png"))


@pytest.mark.parametrize("device", SIZES)
def test_the_door_leads_to_every_page(browser, folder, device):
    visit(browser, folder / "index.html", SIZES[device])
    picture(browser, f"index-{device}")
    files = browser.run(
        "return [...document.querySelectorAll('a')].map(a => a.getAttribute('href'))"
    )
    assert {"committee.html", "planner.html", "communities.csv"} <= set(files)
    assert all((folder / file).exists() for file in files)
    assert browser.run("return document.documentElement.scrollWidth") <= SIZES[device][0]


@pytest.mark.parametrize("device", SIZES)
def test_the_committee_finds_a_building_reads_why_and_prints(browser, folder, device):
    visit(browser, folder / "committee.html", SIZES[device])
    picture(browser, f"committee-{device}")
    browser.pick("kind", "risk")
    picture(browser, f"committee-risk-{device}")
    building = browser.run(
        "const { features } = layers.buildings; for (let f = 0; f < features.count; f++)"
        " if (features.number('risk_rank', f) === 1) return features.text('id', f)"
    )
    browser.run(
        "const s = document.getElementById('search'); s.value = arguments[0];"
        "s.dispatchEvent(new Event('input'));"
        "document.querySelector('#found button').click()",
        building,
    )
    said = browser.popup()
    assert building in said
    assert "主要原因" in said
    picture(browser, f"committee-building-{device}")
    browser.run("map.closePopup(); home()")
    browser.pick("kind", "change")
    assert "与上期相比" in browser.legend()
    browser.run("document.getElementById('swipe').click()")
    picture(browser, f"committee-swipe-{device}")
    browser.run("document.getElementById('swipe').click()")
    if device == "office":
        browser.run("document.getElementById('printing').click()")
        printed = browser.driver.execute_cdp_cmd(
            "Page.printToPDF", {"preferCSSPageSize": True, "printBackground": True}
        )
        PICTURES.mkdir(exist_ok=True)
        (PICTURES / "committee-A4.pdf").write_bytes(base64.b64decode(printed["data"]))


@pytest.mark.parametrize("device", SIZES)
def test_the_planner_places_a_station_sees_coverage_rise_and_takes_the_plan_along(
    browser, folder, device, tmp_path
):
    visit(browser, folder / "planner.html", SIZES[device])
    covered = "return answerOf(state.shown).all.covered"
    before = browser.run(covered)
    browser.run(
        """const ms = answerOf(0).times.typical.ms;
        let worst = 0;
        for (let b = 0; b < ms.length; b++)
          if (ms[b] < weizhan.FAR && ms[b] > ms[worst]) worst = b;
        map.setView(layers.buildings.bounds(worst).getCenter(), 17, {animate: false});
        document.querySelector('#tools button[value=add]').click();
        map.fire('click', {latlng: map.getCenter()}); home()"""
    )
    assert browser.run(covered) > before
    picture(browser, f"planner-{device}")
    plan = browser.run("return planner.write(changesNow(), content.town, state.scenario)")
    assert json.loads(plan)["format"] == "weizhan-plan"
    file = tmp_path / "一稿.plan.json"
    file.write_text(plan, encoding="utf-8")
    out = tmp_path / "out"
    town = folder.with_name("town")
    done = CliRunner().invoke(
        app, ["assess", str(town), "--out", str(out), "--plan", str(file), "--date", "2026-10-15"]
    )
    assert done.exit_code == 0, done.output
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert summary["coverage"]["micro"]["covered_buildings"] == browser.run(covered)
    browser.pick("other", "0")
    picture(browser, f"planner-compare-{device}")
