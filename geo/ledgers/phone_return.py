"""What came back from phones: pasted lines, or the file that a page saved, as rows of a round.

One record is one row of the workbook of the round, under the same id. A record that was sent twice
is one; where two say different things of one thing both are kept, in the order of sending.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import pandas as pd

from ..words import InputError, Problem, read_date
from ..words import fields as f
from .phone_lines import LEDGER, SUM, Damaged, Record, decode, encode, holds_lines

PHONE_ENDINGS: Final = (".txt", ".json")
ENCODINGS: Final = ("utf-8-sig", "gb18030")
UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")
#: What two records of one thing may tell differently, by kind.
SAID: Final = {
    "inspections": ("inspected_on", "hazards_found", "result"),
    "hazards": ("state", "acted_on", "remaining_width_m", "description", "evidence"),
    "lane-reports": ("state", "remaining_width_m", "description"),
}


def is_phone_return(file: Path) -> bool:
    """Return whether a file holds lines that a phone page wrote."""
    if file.suffix.lower() not in PHONE_ENDINGS or not file.is_file():
        return False
    try:
        return holds_lines(_text(file))
    except InputError:
        return False


def phone_records(file: Path) -> tuple[list[Record], list[Problem]]:
    """Return the records of a file, each once, in the order of sending.

    Parameters
    ----------
    file
        Lines pasted from chats, of any number of inspectors and rounds, or a saved file.

    Returns
    -------
    records
        None of them twice; several of one thing where they tell different things.
    problems
        Lines that are damaged or of a later version, parts of a return that are missing, and
        things of which two records tell different things.
    """
    problems: list[Problem] = []
    records: list[Record] = []
    for found in decode(_text(file)):
        if isinstance(found, Damaged):
            problems.append(
                Problem("error", f"phone_{found.why}", "inspections", file.name, found.line,
                        value=found.said)
            )  # fmt: skip
        elif read_date(found.head["sent_at"]) is None:
            problems.append(
                Problem("error", "phone_damaged", "inspections", file.name, found.line,
                        value=encode(found))
            )  # fmt: skip
        else:
            records.append(found)
    problems += _missing(records, file)
    kept, told = settled([one for one in records if one.letter != SUM], file)
    return kept, problems + told


def settled(records: Sequence[Record], file: Path) -> tuple[list[Record], list[Problem]]:
    """Return records each once in the order of sending, and which tell different things.

    Parameters
    ----------
    records
        As they stand in a file.
    file
        Named in problems.
    """
    once: dict[tuple[object, ...], Record] = {}
    for one in sorted(records, key=_sent):  # what somebody says again later holds from then on
        said = (*thing(one), one.head["inspector"], *sorted(one.values.items()))
        if said not in once or once[said].head["sent_at"] < one.head["sent_at"]:
            once.pop(said, None)
            once[said] = one
    kept = list(once.values())
    return kept, _differing(kept, file)


def waves(
    records: Sequence[Record], columns: Mapping[str, Sequence[str]]
) -> Iterator[tuple[str, dict[str, pd.DataFrame]]]:
    """Yield the rows of each round, so often that of each thing only one stands in a table.

    Parameters
    ----------
    records
        As `phone_records` gives them.
    columns
        Of the sheets of a round, by kind.
    """
    times: Counter[tuple[object, ...]] = Counter()
    rows: dict[tuple[str, int], dict[str, list[dict[str, object]]]] = {}
    for one in records:
        at = times[thing(one)]
        times[thing(one)] += 1
        kinds = rows.setdefault((one.head["round_id"], at), defaultdict(list))
        kinds[LEDGER[one.letter]].append(_row(one))
    for (round_id, _), kinds in sorted(rows.items(), key=lambda item: item[0][1]):
        yield (
            round_id,
            {
                kind: _table(kinds[kind], list(names))
                for kind, names in columns.items()
                if kinds.get(kind)
            },
        )


def thing(record: Record) -> tuple[object, ...]:
    """Return what a record is about: a visit, a lane seen on it, a known hazard or a new one."""
    told = record.values
    where = (record.head["round_id"], record.head["stop"])
    if record.letter == "H":
        known = told.get("hazard_id")
        return ("H", known) if known else ("H", *where, told.get("code"), told.get("acted_on"))
    return (record.letter, *where)


def _row(record: Record) -> dict[str, object]:
    head, kind = record.head, LEDGER[record.letter]
    row: dict[str, object] = dict(record.values)
    row[f.SOURCE_ROW] = record.line
    if kind == "hazards":
        return row
    identity = "inspection_id" if kind == "inspections" else "report_id"
    row |= {identity: f"{head['round_id']}/{head['stop']}", "inspector": head["inspector"]}
    return row | ({"planned_on": head["day"]} if kind == "inspections" else {})


def _table(rows: Sequence[Mapping[str, object]], columns: Sequence[str]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=[*columns, f.SOURCE_ROW], dtype=object)
    table = table.where(table.notna(), None)
    table[f.SOURCE_ROW] = table[f.SOURCE_ROW].astype("int64")
    return table


def _sent(record: Record) -> tuple[str, int]:
    return record.head["sent_at"], record.line


def _differing(records: Iterable[Record], file: Path) -> list[Problem]:
    """Tell of which thing two records say different things, and where both stand."""
    before: dict[tuple[object, ...], Record] = {}
    problems = []
    for one in records:
        old = before.get(thing(one))
        before[thing(one)] = one
        if old is None:
            continue
        kind = LEDGER[one.letter]
        for column in SAID[kind]:
            new, known = one.values.get(column, ""), old.values.get(column, "")
            if new != known:
                problems.append(
                    Problem("warning", "phone_differs", kind, file.name, one.line,
                            one.values.get("hazard_id") or one.head["stop"], column, new,
                            known or "—", details={"line": str(old.line)})
                )  # fmt: skip
    return problems


def _missing(records: Iterable[Record], file: Path) -> list[Problem]:
    """Tell whose return says that it holds more than stands here."""
    there: dict[tuple[str, ...], set[tuple[object, ...]]] = defaultdict(set)
    said: dict[tuple[str, ...], Record] = {}
    for one in records:
        whose = tuple(one.head[name] for name in ("round_id", "inspector", "day"))
        if one.letter != SUM:
            there[whose].add(thing(one))
        elif whose not in said or _sent(said[whose]) < _sent(one):
            said[whose] = one
    problems = []
    for whose, one in said.items():
        count = one.values.get("count", "0")
        if count.isdecimal() and int(count) > len(there[whose]):
            problems.append(
                Problem("error", "phone_missing", "inspections", file.name, one.line, whose[0],
                        value=count, allowed=str(len(there[whose])))
            )  # fmt: skip
    return problems


def _text(file: Path) -> str:
    raw = file.read_bytes()
    for encoding in ("utf-16",) if raw[:2] in UTF_16 else ENCODINGS:
        try:
            said = raw.decode(encoding)
            break
        except UnicodeError:
            continue
    else:
        raise InputError("error.csv_encoding", file=file, tried=", ".join(ENCODINGS))
    if file.suffix.lower() == ".json":
        try:
            return "\n".join(_strings(json.loads(said)))
        except (ValueError, RecursionError):
            return said  # cut off, perhaps; its lines still stand there
    return said


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inside in value.values():
            yield from _strings(inside)
    elif isinstance(value, list):
        for inside in value:
            yield from _strings(inside)
