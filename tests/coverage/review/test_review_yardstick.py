"""The two days of a pack are measured alike, and what was frozen otherwise is told at its head."""

import dataclasses
import datetime as dt

import pytest

from weizhan.coverage.review.period_review import review
from weizhan.data.demo import make_demo
from weizhan.geo.snapshots import write_snapshot
from weizhan.geo.town import load_town
from weizhan.geo.words.periods import read_period
from weizhan.geo.yardstick import Yardstick
from weizhan.maps.paper.meeting import period_pack
from weizhan.maps.paper.report import Heading, Paragraph
from weizhan.maps.voice import scenario_name


@pytest.fixture(scope="module")
def village(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pack") / "village"
    make_demo(folder, size="village", seed=3)
    return folder, load_town(folder)


def head(told, town):
    blocks = period_pack(told, calendar=town.calendar, lang="zh").blocks
    first = next(at for at, block in enumerate(blocks) if isinstance(block, Heading))
    return [block.said for block in blocks[:first] if isinstance(block, Paragraph)]


def test_a_key_date_on_one_of_the_days_does_not_change_the_moment_of_the_other(village):
    folder, town = village
    (national,) = [key for key in town.calendar if key.first == dt.date(2026, 10, 1)]
    key = national.model_copy(update={"first": dt.date(2026, 9, 30)})
    town = dataclasses.replace(town, calendar=(key,))
    told = review(folder, town, read_period("2026Q3"), on=dt.date(2026, 9, 30))
    assert told.found.scenario == told.before.scenario == key.scenario != "weekday"
    assert told.differences == ()
    assert "请先读" not in "".join(head(told, town))
    report = period_pack(told, calendar=town.calendar, lang="zh")
    assert report.measured.startswith("口径：")
    plainly = told.found.yardstick.plainly(scenario_name(told.found, "zh"), "zh")
    assert plainly in [b.said for b in report.blocks if isinstance(b, Paragraph)]


def test_a_period_frozen_by_another_yardstick_is_told_at_the_head(village):
    folder, town = village
    old = Yardstick(standards_s={"own": 60, "micro": 240, "brigade": 300}, plan="")
    write_snapshot(folder, "2026年第二季度", date=dt.date(2026, 6, 30), rules={}, layers={},
                   summary={"town": town.name, "yardstick": old.as_record()})  # fmt: skip
    told = review(folder, town, read_period("2026年三季度"), on=dt.date(2026, 8, 15))
    assert [one.part for one in told.published] == ["standard", "unknown"]
    said = head(told, town)
    assert said[0] == "口径不同，请先读："
    assert "上期（2026年第二季度）冻结时的口径与本材料不同" in said[1] and "此前 240 秒" in said[1]
    assert "本期到 2026-08-15 为止只有 46 天" in said[2]
