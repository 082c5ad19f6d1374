"""The text by which a phone sends a round back: one line a record, each with its checksum.

A line goes through chats that wrap it, trim or double its spaces, widen its letters and put words
around it. So blanks count for nothing, what else may change is escaped, and a checksum over what is
left tells whether a line is what was sent. The page writes by the same table: see `format_table`.
"""

from __future__ import annotations

import itertools
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from ..words import fields as f

BEGIN: Final = "WZ"  # then the version
VERSION: Final = 1
END: Final = "ZW"
PART: Final = "|"
ESCAPE: Final = "^"  # then a code point in hex, none for a blank, then a dot
HEAD: Final = ("round_id", "stop", "inspector", "day", "sent_at")
SUM: Final = "E"  # the record that says how many others there are
#: Fields of each record by letter: the columns of `weizhan.geo.ledgers.round_return.COLUMNS`.
RECORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "I": {
        "b": f.BUILDING_ID, "d": "inspected_on", "n": "hazards_found", "s": "source",
        "t": "result",
    },
    "H": {
        "h": "hazard_id", "b": f.BUILDING_ID, "l": f.LANE_ID, "c": "code", "f": "found_on",
        "z": "state", "d": "acted_on", "m": "remaining_width_m", "t": "description",
        "e": "evidence",
    },
    "L": {
        "l": f.LANE_ID, "d": "observed_at", "z": "state", "m": "remaining_width_m", "s": "source",
        "t": "description",
    },
    SUM: {"n": "count"},
}  # fmt: skip
LEDGER: Final = {"I": "inspections", "H": "hazards", "L": "lane-reports"}
PROSE: Final = "te"  # fields that people write: only what could be mistaken is escaped
#: Letters that need no escape, as first and last: ASCII, Chinese, its punctuation, widened ASCII.
PLAIN: Final = (
    (0x21, 0x7E), (0xB7, 0xB7), (0x2013, 0x2014), (0x2018, 0x2019), (0x201C, 0x201D),
    (0x2026, 0x2026), (0x2103, 0x2103), (0x2460, 0x2473), (0x3001, 0x3011), (0x3400, 0x4DB5),
    (0x4E00, 0x9FA5), (0xFF01, 0xFF5E),
)  # fmt: skip
MARKS: Final = PART + ESCAPE + '"\\'  # never stand in a value; the last two end texts in JSON
#: Letters that are one for the checksum, beside widened ones.
ALIKE: Final = {"“": '"', "”": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "−": "-"}

_BEGINS: Final = re.compile(rf"{BEGIN}(\d{{1,3}})\{PART}")
_ENDS: Final = re.compile(rf"\{PART}([0-9A-F]{{8}})\{PART}{END}")
_FIELD: Final = re.compile(r"([a-z])=(.*)", re.DOTALL)
_ESCAPED: Final = re.compile(rf"\{ESCAPE}([0-9a-f]{{0,6}})\.")


@dataclass(frozen=True)
class Record:
    """One line.

    Attributes
    ----------
    letter
        Which record: one of `RECORDS`.
    head
        `HEAD` by name.
    values
        By column, only those that were told.
    line
        Of the file, where it begins.
    """

    letter: str
    head: Mapping[str, str]
    values: Mapping[str, str]
    line: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Damaged:
    """Something that began or ended as a line and is none.

    Attributes
    ----------
    line
        Of the file.
    said
        What is left of it.
    why
        ``damaged``, or ``version`` of one that a later program wrote.
    """

    line: int
    said: str
    why: str = "damaged"


def format_table() -> dict[str, Any]:
    """Return the format as the page needs it to write the same lines."""
    return {
        "begin": f"{BEGIN}{VERSION}",
        "end": END,
        "part": PART,
        "escape": ESCAPE,
        "marks": MARKS,
        "head": list(HEAD),
        "records": {letter: dict(fields) for letter, fields in RECORDS.items()},
        "prose": PROSE,
        "plain": [list(pair) for pair in PLAIN],
        "alike": dict(ALIKE),
    }


def encode(record: Record) -> str:
    """Return a record as its line."""
    parts = [f"{BEGIN}{VERSION}", record.letter, *(_escaped(record.head[name]) for name in HEAD)]
    parts += [
        f"{letter}={_escaped(record.values[column], prose=letter in PROSE)}"
        for letter, column in RECORDS[record.letter].items()
        if record.values.get(column)
    ]
    body = PART.join(parts)
    return PART.join((body, _checksum(body), END))


def decode(text: str) -> Iterator[Record | Damaged]:
    """Find the lines in a text, whatever stands between them.

    Parameters
    ----------
    text
        As it was pasted.

    Yields
    ------
    Record or Damaged
        In the order of the text. What neither begins nor ends as a line is passed by.
    """
    folded, raw, lines = _folded(text)
    at = 0
    while at < len(folded):
        begin, end = _BEGINS.search(folded, at), _ENDS.search(folded, at)
        if begin is None and end is None:
            return
        if begin is None or (end is not None and end.start() < begin.start()):
            yield Damaged(lines[end.start()], _some(raw, at, end.end()))  # type: ignore[union-attr]
            at = end.end()  # type: ignore[union-attr]
            continue
        following = _BEGINS.search(folded, begin.end())
        if end is None or (following is not None and following.start() < end.start()):
            stop = len(folded) if following is None else following.start()
            yield Damaged(lines[begin.start()], _some(raw, begin.start(), stop))
            at = stop
            continue
        yield _record(folded, raw, begin, end, lines[begin.start()])
        at = end.end()


def holds_lines(text: str) -> bool:
    """Return whether anything in a text begins or ends as a line."""
    folded = _folded(text)[0]
    return bool(_BEGINS.search(folded) or _ENDS.search(folded))


def _some(raw: list[str], first: int, last: int) -> str:
    return "".join(raw[max(first, last - 400) : last][:400])


def _record(
    folded: str, raw: list[str], begin: re.Match[str], end: re.Match[str], line: int
) -> Record | Damaged:
    first, last = begin.start(), end.start()
    damaged = Damaged(line, _some(raw, first, end.end()))
    if _checksum(folded[first:last]) != end[1]:
        return damaged
    if int(begin[1]) != VERSION:
        return Damaged(line, damaged.said, "version")
    bounds = [first - 1, *(k for k in range(first, last) if folded[k] == PART), last]
    parts = [(a + 1, b) for a, b in itertools.pairwise(bounds)]
    letter = folded[slice(*parts[1])]
    if letter not in RECORDS or len(parts) < 2 + len(HEAD):
        return damaged
    try:
        told = [_read(folded[a:b]) for a, b in parts[2 : 2 + len(HEAD)]]
        values = {}
        for a, b in parts[2 + len(HEAD) :]:
            named = _FIELD.fullmatch(folded[a:b])
            if named is None or named[1] not in RECORDS[letter]:
                return damaged
            words = raw[a + 2 : b] if named[1] in PROSE else [*named[2]]
            values[RECORDS[letter][named[1]]] = _read(named[2], words)
    except ValueError:
        return damaged
    return Record(letter, dict(zip(HEAD, told, strict=True)), values, line)


def _fold(letter: str) -> str:
    """Return what a letter counts as: none for what cannot be seen, ASCII for widened letters."""
    code = ord(letter)
    if letter.isspace() or code in (0xFEFF, 0xAD) or 0x200B <= code <= 0x200F:
        return ""
    if 0x202A <= code <= 0x202E or 0x2060 <= code <= 0x206F or code < 0x20 or code == 0x7F:
        return ""
    if 0xFF01 <= code <= 0xFF5E:
        return chr(code - 0xFEE0)
    return ALIKE.get(letter, letter)


def _folded(text: str) -> tuple[str, list[str], list[int]]:
    """Return the letters that count, as they count and as they stand there, and their lines."""
    folded, raw, lines, line, last = [], [], [], 1, ""
    for letter in text:
        if counts := _fold(letter):
            folded.append(counts)
            raw.append(letter)
            lines.append(line)
        elif letter == "\r" or (letter == "\n" and last != "\r"):
            line += 1
        last = letter
    return "".join(folded), raw, lines


def _escaped(said: str, *, prose: bool = False) -> str:
    made = []
    for letter in said:
        counts = _fold(letter)
        plain = any(first <= ord(letter) <= last for first, last in PLAIN)
        plain = plain and letter not in MARKS and counts not in ("", PART, ESCAPE)
        if plain and (prose or counts == letter):
            made.append(letter)
        else:
            made.append(f"{ESCAPE}{'' if letter == ' ' else f'{ord(letter):x}'}.")
    return "".join(made)


def _read(folded: str, raw: list[str] | None = None) -> str:
    """Return a value without its escapes; letters stand as in ``raw``."""
    raw, made, at = raw or [*folded], [], 0
    while at < len(folded):
        if folded[at] != ESCAPE:
            made.append(raw[at])
            at += 1
            continue
        found = _ESCAPED.match(folded, at)
        if found is None:
            raise ValueError(folded)
        made.append(chr(int(found[1], 16)) if found[1] else " ")
        at = found.end()
    return "".join(made)


def _checksum(body: str) -> str:
    """Return the CRC-32 of a line, in which widened letters count as plain ones."""
    counted = "".join(map(_fold, body))
    return f"{zlib.crc32(counted.encode('utf-8', 'surrogatepass')):08X}"
