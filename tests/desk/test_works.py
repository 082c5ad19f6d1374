"""Forms made from the commands' own signatures: every field has words, every mistake a sentence."""

import pytest
from typer.main import get_command

from weizhan.cli.commands import app
from weizhan.desk.works import (
    WORKS,
    Given,
    Offered,
    WrongFormError,
    arguments_of,
    fields_of,
    in_words_of_forms,
)
from weizhan.geo.words import InputError

LISTS = {
    "scenarios": [("night", "夜间")],
    "communities": [("C1", "东社区")],
    "grids": [("G1", "一网格")],
    "frozen": [("2026Q3", "三季度"), ("2026Q2", "二季度")],
    "periods": [("2026Q3", "三季度")],
    "results": [("/r/评估", "评估")],
    "plans": [("/r/a.plan.json", "方案")],
    "promises": [("/r/rounds.json", "路线")],
    "cases": [("Y1", "Y1 · 占堵疏散通道")],
    "fires": [("F1", "F1")],
}


def offered(lang="zh"):
    return Offered(LISTS, lang)


def told(command, files=None, **values):
    return arguments_of(WORKS[command], Given(values, files or {}), offered())


def wrong(command, **values):
    with pytest.raises(WrongFormError) as refused:
        told(command, **values)
    return {name: error.message("zh") for name, error in refused.value.wrong.items()}


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("command", WORKS)
def test_every_field_has_words_and_every_choice_too(command, lang):
    shown, folded = fields_of(WORKS[command], offered(lang))
    names = [*WORKS[command].shown, *WORKS[command].folded]
    assert [one.name for one in (*shown, *folded)] == names
    for one in (*shown, *folded):
        assert one.label != one.name
        if one.kind in ("choice", "choices"):
            assert one.choices
        if lang == "zh":
            assert all(words and not words.isascii() for value, words in one.choices
                       if value and one.name not in ("paper", "fire"))  # fmt: skip


@pytest.mark.parametrize("command", WORKS)
def test_what_a_form_gives_is_what_the_command_takes(command, tmp_path):
    """Every field filled in at once; the command's own parser reads all of it."""
    file = tmp_path / "a.csv"
    file.write_text("x", encoding="utf-8")
    shown, folded = fields_of(WORKS[command], offered())
    values, files = {}, {}
    for one in (*shown, *folded):
        if one.name in WORKS[command].one_of[1:]:
            continue
        if one.kind in ("file", "files"):
            files[one.name] = [file]
        elif one.kind in ("choice", "choices"):
            values[one.name] = [[value for value, _ in one.choices if value][-1]]
        else:
            by_kind = {"number": "3", "whole": "3", "date": "2026年9月30日", "flag": "on",
                       "text": "3-6", "ids": "a，b、c", "range": "3 至 6"}  # fmt: skip
            values[one.name] = [by_kind[one.kind]]
    arguments = ["/town", *arguments_of(WORKS[command], Given(values, files), offered())]
    context = get_command(app).get_command(None, command).make_context(command, arguments)
    assert str(context.params["folder"]) == "/town" and context.params["lang"].value == "zh"
    if "date" in values:
        assert context.params["date"] == "2026-09-30"


def test_what_is_left_empty_keeps_the_commands_own_default():
    assert told("assess", date=[""], scenario=[""]) == ["--out", "{out}", "--lang", "zh"]
    assert told("step", case=["Y1"], by=["应急办"], to=["fixed"]) == [
        "Y1", "--by=应急办", "--to=fixed", "--lang", "zh"
    ]  # fmt: skip


def test_a_share_may_be_written_as_people_write_it():
    assert "--target=0.9" in told("site", target=["90%"])
    assert "--target=0.9" in told("site", target=["0.9"])
    assert "--target=0.9" in told("site", target=["90"])
    assert "100%" in wrong("site", target=["150%"])["target"]
    assert "--budget=200000.0" in told("site", budget=["200,000"])
    assert "--budget=350000.0" in told("site", budget=["35万元"])


def test_every_wrong_field_is_told_at_once():
    said = wrong("rounds", kind=["due"], days=["两天"], inspectors=["80"], first=["下周"])
    assert set(said) == {"days", "inspectors", "first"}
    assert "两天" in said["days"] and "50" in said["inspectors"] and "下周" in said["first"]
    assert wrong("rounds", kind=["dance"]).keys() == {"kind"}
    assert wrong("rounds", kind=[]).keys() == {"kind"}
    assert "东" not in str(wrong("rounds", kind=["due"], community=["C9"]))
    assert wrong("lanes", draws=["nan"]) and wrong("lanes", draws=["1e400"])
    assert wrong("lanes", draws=["2.5"]) and wrong("lanes", draws=["0"])


def test_what_a_command_would_refuse_after_a_minute_is_told_at_once():
    assert wrong("site", stations=["0"]).keys() == {"stations"}
    assert "31" in wrong("rounds", kind=["due"], days=["99"])["days"]
    assert wrong("alike").keys() == {"fire"}
    assert "3-6" in wrong("alike", floors=["很高"])["floors"]
    assert "--floors=3-6" in told("alike", floors=["3 至 6"])


def test_a_sentence_of_a_command_calls_its_options_as_the_form_does():
    said = in_words_of_forms("可用 --candidates、--grid 增加，--elsewhere", "zh", command="site")
    assert said == "可用 “自己的候选点名单”、“候选点取自车道，间隔多少米” 增加，--elsewhere"


def test_exactly_one_aim_is_asked_for():
    assert wrong("site").keys() == {"stations"}
    assert wrong("site", stations=["2"], budget=["100"]).keys() == {"stations"}
    assert wrong("step", case=["Y1"], by=["办"], to=["fixed"], lift=["on"]).keys() == {"to"}


def test_a_value_is_never_taken_for_an_option():
    assert "--by=--lift" in told("step", case=["Y1"], by=["--lift"], to=["fixed"])
    assert wrong("step", case=["--lift"], by=["办"], to=["fixed"]).keys() == {"case"}
    bare = Offered({}, "zh")
    with pytest.raises(InputError):
        arguments_of(
            WORKS["step"], Given({"case": ["--x"], "by": ["办"], "to": ["fixed"]}, {}), bare
        )


def test_the_last_two_periods_are_compared_unless_somebody_chooses_others():
    lists = {"frozen": [("2026Q4", "四"), ("2026Q3", "三"), ("2026Q2", "二")]}
    (before, after), _ = fields_of(WORKS["compare"], Offered(lists, "zh"))
    assert (before.default, after.default or after.choices[0][0]) == ("2026Q3", "2026Q4")


def test_a_choice_that_a_town_cannot_offer_is_left_away():
    names = {one.name for part in fields_of(WORKS["rounds"], Offered({}, "zh")) for one in part}
    assert "community" not in names and {"keep", "kind"} <= names  # a file can be given
