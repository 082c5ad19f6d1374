"""Lines from phones: what was sent is read, and what is not what was sent is never taken for it."""

import re

from hypothesis import given
from hypothesis import strategies as st

from weizhan.geo.ledgers.phone_lines import (
    HEAD,
    PROSE,
    RECORDS,
    Damaged,
    Record,
    decode,
    encode,
    holds_lines,
)

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
SAID = TEXT.filter(bool)


@st.composite
def records(draw):
    letter = draw(st.sampled_from(sorted(RECORDS)))
    head = {name: draw(TEXT) for name in HEAD}
    columns = draw(st.sets(st.sampled_from(sorted(RECORDS[letter].values()))))
    return Record(letter, head, {column: draw(SAID) for column in columns})


VISIT = Record(
    "I",
    dict(zip(HEAD, ("2026-10-09-due-1", "B00012", "检查员1", "2026-10-09", "2026-10-09T15:30"),
             strict=True)),
    {"building_id": "B00012", "inspected_on": "2026-10-09", "hazards_found": "1",
     "result": "不合格：灭火器 过期（照片 12）；约5～6米"},
)  # fmt: skip


@given(st.lists(records(), max_size=4))
def test_what_was_written_is_read(sent):
    assert list(decode("\n".join(map(encode, sent)))) == sent


@given(records(), st.data())
def test_a_line_survives_a_chat(sent, data):
    line = encode(sent)
    at = sorted(data.draw(st.lists(st.integers(0, len(line)), max_size=6)), reverse=True)
    for place in at:
        line = (
            line[:place]
            + data.draw(st.sampled_from(["\n", "  ", "\u200b", "\u3000"]))
            + line[place:]
        )
    said = f"张三 10:31\n收到👌\n{line}\n[图片]好的"
    assert list(decode(said)) == [sent]


def _widened(line):
    return "".join(chr(ord(c) + 0xFEE0) if 0x21 <= ord(c) <= 0x7E else c for c in line)


def _narrow(text):
    return "".join(chr(ord(c) - 0xFEE0) if 0xFF01 <= ord(c) <= 0xFF5E else c for c in text)


@given(records())
def test_widened_letters_are_the_same_letters(sent):
    (read,) = decode(_widened(encode(sent)))
    assert read.head == sent.head
    prose = {RECORDS[sent.letter][k] for k in PROSE if k in RECORDS[sent.letter]}
    for column, said in sent.values.items():
        back = read.values[column]
        assert (_narrow(back) == _narrow(said)) if column in prose else (back == said)


@given(records(), st.data())
def test_a_changed_line_is_never_misread(sent, data):
    line = encode(sent)
    kind = data.draw(st.sampled_from(["cut", "swap", "drop", "insert", "twice"]))
    a = data.draw(st.integers(0, len(line) - 1))
    b = data.draw(st.integers(a + 1, len(line)))
    letter = data.draw(st.characters(exclude_categories=["Cs"]))
    changed = {
        "cut": line[:a],
        "swap": line[:a] + letter + line[a + 1 :],
        "drop": line[:a] + line[b:],
        "insert": line[:a] + letter + line[a:],
        "twice": line[:b] + line[a:],
    }[kind]
    for read in decode(changed):
        if isinstance(read, Record):  # only what does not count may have changed
            assert read.head == sent.head
            assert {k: _alike(v) for k, v in read.values.items()} == {
                k: _alike(v) for k, v in sent.values.items()
            }


def _alike(text):
    return re.sub("[“”]", '"', re.sub("[‘’]", "'", re.sub("[–—−]", "-", _narrow(text))))


def test_a_line_is_short_and_can_be_read_by_people():
    line = encode(VISIT)
    assert line == (
        "WZ1|I|2026-10-09-due-1|B00012|检查员1|2026-10-09|2026-10-09T15:30|b=B00012|d=2026-10-09"
        "|n=1|t=不合格：灭火器^.过期（照片^.12）；约5～6米|" + line[-11:]
    )
    assert re.fullmatch(r"[0-9A-F]{8}\|ZW", line[-11:])


def test_what_is_damaged_is_told_with_its_line_and_the_others_are_read():
    line = encode(VISIT)
    said = "\n".join(
        ["组长：今天的发一下", line, line.replace("n=1", "n=7"), line[:60], "断了", line[70:], line]
    )
    read = list(decode(said))
    assert [type(one) for one in read] == [Record, Damaged, Damaged, Record]
    assert [one.line for one in read] == [2, 3, 4, 7]
    assert "n=7" in read[1].said
    assert [one.line for one in decode(line[70:])] == [1]


def test_a_line_of_a_later_version_is_told_as_such():
    import zlib

    body = encode(VISIT)[:-12].replace("WZ1", "WZ2")
    counted = body.replace("：", ":").replace("（", "(").replace("）", ")").replace("；", ";")
    counted = counted.replace("～", "~")
    (read,) = decode(f"{body}|{zlib.crc32(counted.encode()):08X}|ZW")
    assert isinstance(read, Damaged) and read.why == "version"


def test_other_texts_hold_no_lines():
    assert not holds_lines("隐患编号,地址\nW1,幸福路")
    assert holds_lines(encode(VISIT))
