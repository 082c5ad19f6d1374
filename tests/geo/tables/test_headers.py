import pytest

from weizhan.geo.rules.rule_set import load_rules
from weizhan.geo.tables.headers import columns_found, match_headers
from weizhan.geo.tables.ledger_kinds import KINDS, ledger_kind
from weizhan.geo.words.errors import InputError

RULES = load_rules().ledgers


def _columns(headers, kind="hazards", **stated):
    matches = match_headers(headers, KINDS[kind].columns, stated=stated, rules=RULES)
    return {m.header: (m.column if m.how != "unmatched" else None, m.how) for m in matches}


def test_words_are_found_in_any_order_and_spelling():
    found = _columns(["整改期限", "*隐患编号", "剩余宽度（米）", "地 址", "隐患情况/隐患类别"])
    assert [column for column, _ in found.values()] == [
        "due_on", "hazard_id", "remaining_width_m", "address", "code",
    ]  # fmt: skip
    assert {how for _, how in found.values()} == {"synonym"}


def test_what_is_alike_is_told_as_such_and_what_is_not_is_left():
    found = _columns(["消防隐患类别", "隐患类别", "挂牌督办的级别", "备注", "整改时间"])
    assert found["隐患类别"] == ("code", "synonym")
    assert found["挂牌督办的级别"] == ("supervision_level", "alike")
    assert found["备注"] == (None, "unmatched")
    assert found["消防隐患类别"] == (None, "unmatched")
    assert found["整改时间"] == (None, "unmatched")  # a limit or a completion: not guessed


def test_what_the_user_states_holds_and_a_doubled_header_is_left():
    found = _columns(["备注", "地址", "地址#2"], description="备注", code="不在此表")
    assert found["备注"] == ("description", "stated")
    assert found["地址"] == ("address", "synonym")
    assert found["地址#2"][1] == "unmatched"


@pytest.mark.parametrize("kind", KINDS)
def test_every_word_of_a_kind_means_one_column(kind):
    for entry in KINDS[kind].columns:
        if entry.name == "called_at":
            continue  # alone it stands for the beginning of the fire, see below
        for word in entry.synonyms:
            ((column, how),) = _columns([word], kind).values()
            assert (column, how) == (entry.name, "synonym"), word


def test_an_unknown_kind_is_told():
    with pytest.raises(InputError, match="lane-reports"):
        ledger_kind("fires")


@pytest.mark.parametrize(
    ("began", "called", "headers"),
    [
        ("起火时间", None, ["起火时间", "到场时间"]),
        ("起火时间", "接警时间", ["接警时间", "起火时间", "到场时间"]),
        ("发生时间", "报警时间", ["报警时间", "发生时间", "到场时间"]),
        ("火灾日期", "报警时间", ["火灾日期", "报警时间", "首队到场时间"]),
        ("报警时间", None, ["报警时间", "到场时间"]),
        ("接警时间", None, ["接警时间", "到场时间"]),
    ],
)
def test_the_call_of_a_fire_stands_for_its_beginning_only_where_that_is_not_told(
    began, called, headers
):
    found = columns_found(match_headers(headers, KINDS["incidents"].columns, stated={}))
    assert (found["started_at"], found.get("called_at")) == (began, called)
    assert found["arrived_at"] == headers[-1]
