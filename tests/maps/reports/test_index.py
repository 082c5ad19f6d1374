"""The door of a result folder."""

import dataclasses
from urllib.parse import quote

import pytest

from weizhan.geo.words import InputError
from weizhan.geo.words.catalogue import LANGS
from weizhan.maps.reports.index import FILES, index_page
from weizhan.maps.results import pages_beside
from weizhan.maps.voice.figures import community_name, percent, share


@pytest.mark.parametrize(
    ("value", "said"),
    [(0, "0%"), (0.001, "<1%"), (0.5, "50%"), (0.999, ">99%"), (1, "100%"), (0.846, "85%")],
)
def test_percentages_are_whole_but_never_falsely_certain(value, said):
    assert percent(value) == said


def test_an_unknown_share_is_never_zero():
    assert share(None, "zh").value == "未知"
    assert share({"share_buildings": None, "stations": 0}, "zh").detail == "没有该级别的站点资料"
    assert share({"share_buildings": float("nan"), "stations": 2}, "zh").detail == "资料不足"
    assert share({"share_buildings": 0.0, "known_buildings": 3}, "zh").value == "0%"


@pytest.mark.parametrize("lang", LANGS)
def test_the_door_tells_what_matters(browser, assessment, lang):
    page = index_page(assessment, lang=lang)
    assert "script-src 'none'" in page
    browser.open(page)
    text = browser.run("return document.body.innerText")
    for name in FILES:
        assert name in text
    for said in ("河口镇", "2025-06-01", "144", "老街社区"):
        assert said in text
    assert {"zh": "模拟数据", "en": "SIMULATED DATA"}[lang] in text
    assert {"zh": "建筑：用途", "en": "Buildings: use"}[lang] in text
    assert browser.run("return document.querySelectorAll('#figures > div').length") == 5
    assert "{" not in text


def test_the_door_with_nothing_behind_it(browser, assessment):
    browser.open(index_page(dataclasses.replace(assessment, summary={})))
    text = browser.run("return document.body.innerText")
    assert "没有社区（村）边界资料" in text
    assert "没有该级别的站点资料" in text


def test_hostile_texts_are_only_texts(browser, assessment):
    payload = "</h1><script>window.pwned=1</script>`${x}`<img src=x onerror=window.pwned=1>"
    page = index_page(
        dataclasses.replace(
            assessment,
            town=payload,
            scenario=payload,
            scenario_label={"zh": payload, "en": payload},
            rules=payload,
            summary={
                **assessment.summary,
                "unknown": {payload: 2},
                "notes": [{"zh": payload, "en": payload}],
                "problems": [{"zh": payload, "en": payload}],
                "communities": [
                    {**row, "name": payload} for row in assessment.summary["communities"]
                ],
            },
        )
    )
    browser.open(page)
    assert browser.run("return window.pwned") is None
    assert payload in browser.run("return document.querySelector('h1').textContent")


def test_buildings_outside_every_community_have_a_row_with_a_name():
    assert community_name({"community_id": "", "name": None}, "zh") == "未划入社区"
    assert community_name({"community_id": "C1", "name": float("nan")}, "zh") == "C1"


def test_the_door_links_what_other_commands_wrote(tmp_path, assessment):
    (tmp_path / "方案 一" / "teams").mkdir(parents=True)
    for name in ("measures.html", "measures.pdf", "measures.json", "teams/1组.docx"):
        (tmp_path / "方案 一" / name).write_text("")
    found = pages_beside(tmp_path / "方案 一", tmp_path / "结果" / "index")
    assert list(found.values()) == [
        "方案 一/measures.html", "方案 一/measures.pdf", "方案 一/teams/1组.docx",
    ]  # fmt: skip
    address = f"../../{quote('方案 一')}/measures.html"
    assert next(iter(found)) == address
    assert f'href="{address}"' in index_page(assessment, others=found)
    with pytest.raises(InputError, match="找不到文件夹"):
        pages_beside(tmp_path / "没有", tmp_path)
    (tmp_path / "空").mkdir()
    with pytest.raises(InputError, match="没有页面或图表"):
        pages_beside(tmp_path / "空", tmp_path)
