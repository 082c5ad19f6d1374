"""Risk on the committee's page: bands, hatching of what is unsure, reasons in words."""

import dataclasses

import numpy as np
import pandas as pd

from weizhan.coverage import columns as c
from weizhan.maps.page.committee import committee_page
from weizhan.maps.styles import risk_styles


def with_risk(assessment):
    """Return an assessment with risk: building k has rank k + 1 and is unsure when k is odd."""
    frame, n = assessment.buildings, len(assessment.buildings)
    rank = np.arange(1, n + 1)
    bands = np.select([rank <= n * 0.05, rank <= n * 0.2, rank <= n * 0.5],
                      ["red", "orange", "yellow"], "blue")  # fmt: skip
    rate = 0.5 / rank
    columns = {
        c.FIRES_PER_YEAR: rate, c.low(c.FIRES_PER_YEAR): rate / 2,
        c.high(c.FIRES_PER_YEAR): rate * 2,
        c.FIRES_INDEX: rate, c.low(c.FIRES_INDEX): rate / 2, c.high(c.FIRES_INDEX): rate * 2,
        c.RISK_MOMENT: "night", c.RISK_MOMENT_SHARE: 0.62,
        c.RISK_BAND: bands, c.FREQUENT_BAND: bands, c.SEVERE_BAND: bands[::-1],
        c.RISK_BAND_SHARE: np.where(rank % 2, 0.95, 0.5),
        c.RISK_RANK: rank, c.RISK_RANK_LOW: np.maximum(rank - 3, 1), c.RISK_RANK_HIGH: rank + 9,
        c.RISK_COMPLETENESS: 0.75, c.DEVICE_GAP: "rcd", c.OPEN_HAZARDS: rank % 3,
        c.OVERDUE_HAZARDS: rank % 2, c.LISTED_HAZARDS: 0, c.INSPECTED_ON: None,
        c.INSPECTION_DUE_ON: "2026-10-01",
        c.reason(1): "hazard_h2", c.reason_factor(1): 2.6, c.reason(2): "night",
        c.reason_factor(2): 1.9, c.reason(3): None, c.reason_factor(3): np.nan,
    }  # fmt: skip
    return dataclasses.replace(assessment, buildings=frame.assign(**columns))


def test_unsure_bands_are_hatched_and_unknown_ones_are_neither():
    bands = pd.Series(["red", "red", "blue", None])
    shares = pd.Series([0.8, 0.79, np.nan, 0.9])
    classes = risk_styles.band_classes(bands, shares, sure=0.8)
    style = risk_styles.band_style("risk", "zh", hatched=True)
    assert [style.classes[k].label for k in classes] == [
        "红",
        "红，尚不确定",
        "蓝，尚不确定",
        "未知",
    ]
    assert [style.classes[k].pattern for k in classes] == ["", "hatch", "hatch", "hatch"]


def test_worse_bands_are_darker():
    def light(fill):
        r, g, b = (int(fill[k : k + 2], 16) for k in (1, 3, 5))
        return 0.299 * r + 0.587 * g + 0.114 * b

    shades = [light(fill) for fill, _ in risk_styles.BAND_COLOURS.values()]
    assert shades == sorted(shades)
    assert min(np.diff(shades)) > 10


def test_only_the_high_bands_show_their_device_gap():
    gaps = pd.Series(["smoke_detector", "rcd", "rcd", None])
    bands = pd.Series(["red", "orange", "blue", "red"])
    assert risk_styles.device_classes(gaps, bands).tolist() == [0, 2, 5, 5]


def test_completeness_is_in_classes():
    shares = pd.Series([1.0, 0.9, 0.89, 0.5, 0.2, np.nan])
    assert risk_styles.complete_classes(shares).tolist() == [0, 0, 1, 2, 3, 4]


def test_the_worst_of_a_buildings_hazards_is_shown():
    frame = pd.DataFrame({c.OPEN_HAZARDS: [0, 1, 2, 2], c.OVERDUE_HAZARDS: [0, 0, 1, 1],
                          c.LISTED_HAZARDS: [0, 0, 0, 1]})  # fmt: skip
    assert risk_styles.hazard_classes(frame).tolist() == [0, 1, 2, 3]


OFFERED = (
    "return [...document.getElementsByName('kind')].filter(i => !i.disabled).map(i => i.value)"
)


def test_a_page_without_risk_offers_none(browser, assessment):
    browser.open(committee_page(assessment))
    offered = browser.run(OFFERED)
    assert "risk" not in offered and "use" in offered
    browser.click_building("B000040")
    assert "火灾风险" not in browser.popup()


def test_the_page_paints_risk_and_says_why(browser, assessment):
    browser.open(committee_page(with_risk(assessment)))
    offered = browser.run(OFFERED)
    assert {"risk", "frequent", "severe", "completeness", "device", "hazards"} <= set(offered)
    browser.pick("kind", "risk")
    assert browser.run("return document.getElementById('tier').disabled")
    assert "红，尚不确定" in browser.legend()
    browser.click_building(assessment.buildings["building_id"].iloc[0])
    said = browser.popup()
    assert "红，第 1 位（可信范围 1–10" in said
    assert "电动自行车入室停放充电（×2.6）" in said and "夜间有人住宿（×1.9）" in said
    assert "约 2 年（1–4 年）" in said
    assert "主要风险时段：夜间（占全年风险的 62%）" in said
    assert "上次检查 无记录，应查 2026-10-01" in said


def test_without_a_level_the_popup_compares_with_the_mean_of_the_town(browser, assessment):
    risky = with_risk(assessment)
    ends = [end(c.FIRES_PER_YEAR) for end in (str, c.low, c.high)]
    risky = dataclasses.replace(risky, buildings=risky.buildings.drop(columns=ends))
    browser.open(committee_page(risky))
    browser.click_building(risky.buildings["building_id"].iloc[0])
    said = browser.popup()
    times = 0.5 / risky.buildings[c.FIRES_INDEX].mean()
    assert f"全镇平均的 {round(times, 2):g} 倍" in said
    assert "多久起火一次" not in said


def test_the_ten_buildings_of_a_community_follow_the_rank_of_risk(browser, assessment):
    risky = with_risk(assessment)
    risky.buildings["harm_index"] = 1e-5
    browser.open(committee_page(risky))
    browser.run("openCommunity('C2')")
    own = risky.buildings[risky.buildings["community_id"] == "C2"]
    expected = own.sort_values("risk_rank", kind="stable")["building_id"].iloc[:10].tolist()
    shown = "return worst('C2').list.map(f => layers.buildings.features.text('id', f))"
    assert browser.run(shown) == expected
    card = browser.run("return document.getElementById('community').innerText")
    assert "按综合风险位次" in card
    assert "主要原因" in card
    browser.pick("heat", "harm density")
    assert "每年每平方公里预期的火灾损失（普通住户一年为 1）" in browser.legend()


def test_every_page_says_while_risk_is_not_calibrated(assessment):
    for yes, said in ((False, True), (True, False)):
        summary = {**assessment.summary, "risk": {"calibrated": yes, "sure_band": 0.8}}
        page = committee_page(dataclasses.replace(assessment, summary=summary))
        facts = page[page.index('id="facts"') :].split("</p>")[0]
        assert ("风险未校准" in facts) is said
