"""What phones send: half of it, twice, damaged, from two inspectors, among the words of a chat."""

import json

import pytest

from weizhan.geo.ledgers.phone_lines import HEAD, Record, encode
from weizhan.geo.ledgers.phone_return import is_phone_return, phone_records, waves
from weizhan.geo.ledgers.round_return import COLUMNS

ROUND, DAY = "2026-10-09-due-1", "2026-10-09"


def line(letter, stop, *, by="甲", at="15:30", **values):
    head = dict(zip(HEAD, (ROUND, stop, by, DAY, f"{DAY}T{at}"), strict=True))
    return encode(Record(letter, head, {name: str(said) for name, said in values.items()}))


def visit(stop, result, **more):
    return line("I", stop, building_id=stop, inspected_on=DAY, result=result, **more)


@pytest.fixture
def file(tmp_path):
    def make(*lines, name="聊天.txt", encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes("\n".join(lines).encode(encoding))
        return path

    return make


def told(problems):
    return [(p.code, p.row, p.value, p.allowed) for p in problems]


def test_twice_sent_is_once_and_two_inspectors_who_differ_are_told(file):
    sent = file(
        "甲 15:31", visit("B1", "合格"), "👍", visit("B2", "合格"), visit("B1", "合格"),
        "乙 16:02", visit("B1", "不合格：灭火器过期", by="乙", at="16:00"),
        line("H", "B1", hazard_id="H7", state="已整改", acted_on=DAY),
        line("H", "B1", by="乙", at="16:00", hazard_id="H7", state="反弹", acted_on=DAY),
    )  # fmt: skip
    records, problems = phone_records(sent)
    assert [(r.letter, r.line) for r in records] == [("I", 2), ("I", 4), ("H", 8), ("I", 7),
                                                      ("H", 9)]  # fmt: skip
    assert told(problems) == [("phone_differs", 7, "不合格：灭火器过期", "合格"),
                              ("phone_differs", 9, "反弹", "已整改")]  # fmt: skip
    assert "第 2 行" in problems[0].message("zh") and "聊天.txt" in problems[0].message("zh")
    first, second = waves(records, COLUMNS)
    assert first[0] == second[0] == ROUND
    assert first[1]["inspections"]["inspection_id"].tolist() == [f"{ROUND}/B1", f"{ROUND}/B2"]
    assert first[1]["inspections"]["inspector"].tolist() == ["甲", "甲"]
    assert second[1]["inspections"]["result"].tolist() == ["不合格：灭火器过期"]
    assert second[1]["hazards"]["source_row"].tolist() == [9]


def test_what_is_damaged_or_missing_is_told_and_the_rest_is_there(file):
    whole = [visit("B1", "合格"), visit("B2", "合格"), visit("B3", "合格")]
    ends = line("E", "", count=3)
    broken = whole[1].replace("合格", "台格")
    records, problems = phone_records(file(whole[0], broken, whole[2], ends))
    assert [r.head["stop"] for r in records] == ["B1", "B3"]
    assert [(p.code, p.row) for p in problems] == [("phone_damaged", 2), ("phone_missing", 4)]
    assert "台格" in problems[0].value and "damaged" in problems[0].message("en")
    assert (problems[1].value, problems[1].allowed) == ("3", "2")
    assert phone_records(file(*whole, ends))[1] == []


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_a_file_is_read_however_it_was_kept(file, encoding):
    lines = [visit("B1", "合格（照片 3）😀"), line("E", "", count=1)]
    assert is_phone_return(file(*lines, encoding=encoding))
    assert phone_records(file(*lines, encoding=encoding))[0][0].values["result"].endswith("😀")
    saved = json.dumps({"lines": lines}, ensure_ascii=True)
    assert phone_records(file(saved, name="x.json", encoding=encoding))[1] == []
    cut = json.dumps({"lines": lines}, ensure_ascii=False)[:-30]
    records, problems = phone_records(file(cut, name="x.json", encoding=encoding))
    assert len(records) == 1 and [p.code for p in problems] == ["phone_damaged"]


def test_other_texts_are_no_returns(file):
    assert not is_phone_return(file("隐患编号,地址", "1,幸福路"))
    assert not is_phone_return(file(visit("B1", "合格"), name="x.csv"))
