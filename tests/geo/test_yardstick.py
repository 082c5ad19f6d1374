"""Two results are held against each other by what they were measured with, before any figure."""

import datetime as dt
import json
import pickle

import pytest

from weizhan.geo.words.errors import InputError
from weizhan.geo.yardstick import (
    IncomparableError,
    Yardstick,
    differences,
    incomparable,
    yardstick_in,
)

TIERS = ("own", "micro", "brigade")
USUAL = Yardstick(
    town="幸福镇", date=dt.date(2026, 9, 30), standards_s={"own": 60, "micro": 180, "brigade": 300},
    rules="china-2026 (2026-01-01)", rules_digest="aaaa", changed={}, scenario="weekday",
    moment="We 10:00", speeds="", plan="", calibration="", program="0.1.0",
)  # fmt: skip


def other(**parts):
    return USUAL.model_copy(update=parts)


# before, after, the parts that differ, the tiers whose cover must not be compared, what is said
PAIRS = [
    (USUAL, USUAL, [], "", ""),
    (other(date=dt.date(2026, 6, 30)), USUAL, [], "", ""),
    (other(scenario="工作日"), USUAL, [], "", ""),  # another name of the same moment
    (
        other(standards_s={"own": 60, "micro": 240, "brigade": 300}),
        USUAL,
        ["standard"],
        "micro",
        "微型消防站的到达标准不同：此前 240 秒，此后 180 秒；两边的覆盖不能相比",
    ),
    (
        other(standards_s={"own": 90, "micro": 240, "brigade": 300}),
        USUAL,
        ["standard", "standard"],
        "own micro",
        "90 秒",
    ),
    (
        other(scenario="night", moment="We 02:00"),
        USUAL,
        ["scenario"],
        "own micro brigade",
        "此前 night 周三 02:00，此后 weekday 周三 10:00",
    ),
    (other(moment="We 18:00"), USUAL, ["scenario"], "own micro brigade", "周三 18:00"),
    (other(plan="abcd"), USUAL, ["plan_before"], "own micro brigade", "方案不是上期"),
    (other(plan="abcd"), other(plan="ef01"), ["plan_before"], "own micro brigade", "#abcd"),
    (other(plan="abcd"), other(plan="abcd"), [], "", ""),
    (USUAL, other(plan="abcd"), ["plan_after"], "", "不是已经发生的变化"),
    (other(rules_digest="bbbb"), USUAL, ["rules"], "", "变化可能来自规则"),
    (
        other(rules_digest="bbbb", changed={"network.attach_m": "30"}),
        other(changed={"network.attach_m": "50", "terrain.noise_m": "3"}),
        ["rules"],
        "",
        "network.attach_m: 30 / 50；terrain.noise_m: — / 3",
    ),
    (other(speeds="40 · #1234"), USUAL, ["speeds"], "", "此前 40 · #1234，此后 假定车速"),
    (USUAL, other(calibration="213 · #99"), ["calibration"], "", "此前 未校准，此后 213 · #99"),
    (other(program="0.0.9"), USUAL, ["program"], "", "0.0.9"),
    (other(town="别的镇"), USUAL, ["town"], "", "别的镇"),
    (other(date=dt.date(2026, 10, 1)), USUAL, ["date"], "", "2026-10-01"),
    (other(plan=None), USUAL, ["unknown"], "", "没有记下：是否方案"),
    (
        Yardstick(),
        USUAL,
        ["unknown"],
        "",
        "到达标准、时段的星期与钟点、是否方案、规则的数值、车速是否校准、风险校准、程序版本",
    ),
    (other(moment=None, scenario="night"), USUAL, ["scenario", "unknown"], "own micro brigade", ""),
    (other(rules_digest=None, rules="old"), USUAL, ["rules", "unknown"], "", "此前 old"),
]


@pytest.mark.parametrize(("before", "after", "parts", "left_out", "said"), PAIRS)
def test_what_differs_is_told_and_what_cannot_be_compared_is_left_out(
    before, after, parts, left_out, said
):
    found = differences(before, after)
    assert [difference.part for difference in found] == parts
    assert incomparable(found, TIERS) == frozenset(left_out.split())
    assert said in "\n".join(difference.said("zh") for difference in found)
    for difference in found:
        assert difference.said("en").isascii() or any(ord(c) > 127 for c in before.town or "")


def test_a_summary_carries_its_yardstick_and_an_older_one_tells_only_what_it_holds():
    said = json.loads(json.dumps({"yardstick": USUAL.as_record()}))
    assert yardstick_in(said) == USUAL
    old = {
        "town": "幸福镇", "date": "2026-06-30", "rules": "china-2026 (2026-01-01)",
        "scenario": "weekday", "coverage": {"micro": {"standard_s": 240}},
        "speeds": {"fitted": False}, "risk": {"calibrated": False},
    }  # fmt: skip
    found = yardstick_in(old)
    assert found == Yardstick(
        town="幸福镇", date=dt.date(2026, 6, 30), rules="china-2026 (2026-01-01)",
        scenario="weekday", standards_s={"micro": 240}, speeds="", calibration="",
    )  # fmt: skip
    told = differences(found, USUAL)
    assert [one.part for one in told] == ["standard", "unknown"]
    assert told[1].before == "moment,plan,rules_digest,program"
    assert yardstick_in({"speeds": {"fitted": True}, "risk": {"calibrated": True}}) == Yardstick()


@pytest.mark.parametrize("said", [{"plan": 3}, {"standards_s": "x"}, {"more": 1}, [], "x"])
def test_a_yardstick_that_is_none_is_refused(said):
    with pytest.raises(ValueError, match=r"yardstick|Yardstick"):
        yardstick_in({"yardstick": said})


def test_the_error_names_every_difference_in_both_languages_and_travels():
    found = differences(other(plan="abcd"), USUAL)
    error = IncomparableError("error.before_incomparable", found, folder="上次")
    assert isinstance(error, InputError)
    assert "上次" in error.message("zh") and "方案不是上期" in error.message("zh")
    assert "no earlier period" in error.message("en")
    again = pickle.loads(pickle.dumps(error))
    assert again.message("zh") == error.message("zh")


def test_a_yardstick_is_said_in_one_line_and_says_what_it_does_not_know():
    said = USUAL.said("zh")
    assert "微型消防站 180 秒" in said and "china-2026 (2026-01-01) #aaaa" in said
    assert "时段 weekday 周三 10:00；车速：假定车速；风险：未校准；现状；程序 0.1.0" in said
    assert other(plan="abcd").said("zh").count("#abcd") == 1
    assert Yardstick().said("zh").count("未知") == 7
    assert Yardstick().said("en").isascii()
