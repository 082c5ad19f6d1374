"""What ``town.toml`` may not say is told: place, value, what is allowed, in both languages."""

import pytest

from weizhan.geo.rules import read_config
from weizhan.geo.rules.rule_set import load_rules
from weizhan.geo.words import TownError

CAMPAIGN = {"name": '"清零"', "first": "2026-01-01", "last": "2026-12-31", "target": "0.9"}
GOAL = {"name": '"微站"', "figure": '"covered_micro"', "at_least": "0.9", "by": "2026-12-31",
        "source": '"规划"'}  # fmt: skip
EVENT = {
    "name": '"展销"',
    "first": "2026-10-16",
    "last": "2026-10-18",
    "lon": "106.4",
    "lat": "29.4",
}
LIST = {"name": '"指引"', "file": '"a.csv"'}
TABLES = {"campaigns": CAMPAIGN, "goals": GOAL, "gatherings": EVENT, "checklists": LIST}


def _town(folder, table, **changed):
    said = {key: value for key, value in (TABLES[table] | changed).items() if value is not None}
    rows = "\n".join(f"{key} = {value}" for key, value in said.items())
    (folder / "town.toml").write_text(f'name = "镇"\n[layers]\n[[{table}]]\n{rows}\n', "utf-8")
    return folder


@pytest.mark.parametrize("table", TABLES)
def test_what_is_well_written_is_read(tmp_path, table):
    assert len(getattr(read_config(_town(tmp_path, table)), table)) == 1


@pytest.mark.parametrize(
    ("table", "changed", "place", "zh", "en"),
    [
        ("campaigns", {"last": None}, "campaigns[1].last", "没有写", "must be written"),
        ("campaigns", {"goal": "1"}, "campaigns[1].goal", "没有这个键", "no key"),
        ("campaigns", {"target": "90"}, "target", "“90”不可用（可用：≤ 1）", "(allowed: ≤ 1)"),
        ("campaigns", {"target": '"九成"'}, "target", "“九成”不是数", "“九成” is no number"),
        ("campaigns", {"target": "nan"}, "target", "“nan”不是数", "“nan” is no number"),
        ("campaigns", {"name": '""'}, "name", "是空的", "is empty"),
        ("campaigns", {"name": '"  "'}, "name", "是空的", "is empty"),
        ("campaigns", {"name": "3"}, "name", "“3”不是文字", "“3” is no text"),
        ("campaigns", {"last": '"明年"'}, "last", "“明年”不是日期", "“明年” is no date"),
        ("campaigns", {"last": "2025-01-01"}, "campaigns[1]", "晚于", "is later than"),
        (
            "goals",
            {"figure": '"foo"'},
            "figure",
            "“foo”不可用（可用：covered_micro, ",
            "micro_stations)",
        ),
        ("goals", {"at_least": "-0.1"}, "at_least", "可用：≥ 0", "allowed: ≥ 0"),
        ("goals", {"at_least": "90"}, "goals[1]", "是比例", "is a share"),
        ("goals", {"at_most": "0.5"}, "goals[1]", "at_least 大于 at_most", "above at_most"),
        ("goals", {"at_least": None}, "goals[1]", "请写", "write at_least"),
        ("goals", {"source": '" "'}, "source", "是空的", "is empty"),
        ("gatherings", {"lat": None}, "gatherings[1]", "请写 building", "write building"),
        ("gatherings", {"buffer_m": "-1"}, "buffer_m", "可用：> 0", "allowed: > 0"),
        ("checklists", {"name": '""'}, "name", "是空的", "is empty"),
        ("checklists", {"uses": '"hotel"'}, "uses", "“hotel”不是一列", "“hotel” is no list"),
        ("checklists", {"uses": '["集会"]'}, "uses[1]", "“集会”不可用", "“集会” is not allowed"),
    ],
)
def test_what_may_not_be_said_is_told(tmp_path, table, changed, place, zh, en):
    with pytest.raises(TownError) as refused:
        read_config(_town(tmp_path, table, **changed))
    told = refused.value
    for lang, said in (("zh", zh), ("en", en)):
        line = told.message(lang)
        assert "town.toml" in line
        assert place in line
        assert said in line
        assert "Input should" not in line


def test_all_that_is_wrong_is_told_at_once(tmp_path):
    with pytest.raises(TownError) as refused:
        read_config(_town(tmp_path, "campaigns", last=None, target="90", name='""'))
    assert len(refused.value.problems) == 3


@pytest.mark.parametrize("measures", [["甲"] * 5, ["甲"] * 7, ["甲"] * 5 + [" "]])
def test_six_measures_are_six(measures):
    with pytest.raises(TownError, match="六项"):
        load_rules(override={"six_without_exception": {"measures": measures}})


def test_measures_may_be_left_out():
    override = {"six_without_exception": {"measures": []}}
    assert load_rules(override=override).six_without_exception.measures == ()


@pytest.mark.parametrize(
    ("said", "zh"),
    [
        ("campaigns = 1", "“1”不是一列"),
        ("scenarios = 1", "“1”不是表"),
        ("simulated = 'x'", "“x”既不是"),
        ("plane = 'x'", "“x”不是整数"),
        ("scenarios.a.time = 'x'", "“x”不是时刻"),
    ],
)
def test_a_value_of_another_sort_is_told_with_how_to_write_it(tmp_path, said, zh):
    (tmp_path / "town.toml").write_text(f'name = "镇"\n{said}\n[layers]\n', "utf-8")
    with pytest.raises(TownError) as refused:
        read_config(tmp_path)
    assert zh in refused.value.message("zh")
    assert zh not in refused.value.message("en")
