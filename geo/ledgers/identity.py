"""Which thing each row of a ledger is: by its number, and by where, what and when.

A number means something within its source, and within its community where a source numbers each
community by itself. Two rows under one number are one thing only if their places and kinds agree;
without numbers the same place, kind and day is one. What only might be the same is kept apart and
asked. Nothing here depends on the order of rows.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import pandas as pd
from rapidfuzz import fuzz

from ..rules import LedgerRule
from ..tables import SOURCE_SHEET, STEP_COLUMNS, LedgerKind, is_missing
from ..words import HazardCode, HazardState, Problem, normal
from ..words import fields as f
from .building_match import HOW, TOLD_ID, UNMATCHED

KEY: Final = "key"
WORDS: Final = "place_words"  # of a row as it came, before it is located
BARE: Final = "~"  # begins the key of what has no number
PAIR_COLUMNS: Final = ("kind", "key", "other", "same", "why", "import_id")
#: Kinds whose ids are those of the layers, and mean one place by themselves.
_LAYER_IDS: Final = frozenset({f.BUILDING_ID, f.STATION_ID})
_RANK: Final = {str(state): rank for rank, state in enumerate(HazardState)}


@dataclass(frozen=True)
class Pair:
    """Two things that may be one: the new one, the one known, and what differs."""

    key: str
    other: str
    why: str


@dataclass(frozen=True)
class _Row:
    """What identifies a row, of a file or of the archive."""

    at: int
    number: str | None
    spot: str
    words: str
    community: str
    what: tuple[object, ...]  # what must agree beside the place: the kind of a hazard
    when: str
    digest: str
    source: str = ""
    row: int = 0
    sheet: str = ""
    key: str = ""
    ended: str = ""
    part: int = 0  # of a row whose words told several hazards

    @property
    def place(self) -> str:
        """Where it is, as it compares: the building found, else the words."""
        return self.spot or self.words

    @property
    def said(self) -> str:
        """The row as a message names it."""
        sheet = f"{self.sheet} " if self.sheet else ""
        return f"{self.source} {sheet}{self.row}".strip()


@dataclass
class _Thing:
    """Rows of one file that are one thing."""

    rows: list[_Row]
    key: str = ""
    known: bool = False
    doubts: list[tuple[str, _Row]] = field(default_factory=list)

    @property
    def first(self) -> _Row:
        """The row that stands for all."""
        return self.rows[0]


def identified(
    table: pd.DataFrame,
    kind: LedgerKind,
    known: pd.DataFrame,
    *,
    source: str,
    file: str,
    rules: LedgerRule,
) -> tuple[pd.DataFrame, list[Pair], list[Problem]]:
    """Return the rows of a ledger under the keys of the things they are.

    Parameters
    ----------
    table
        Typed and located rows; a `key` that is not missing holds.
    kind
        Of the ledger.
    known
        What the archive holds of the kind, as `latest_versions` gives it.
    source
        Who says so.
    file
        Named in problems.
    rules
        What is near enough to be asked.

    Returns
    -------
    table
        With `key`; rows that repeat another word for word are left out. Several rows of one
        thing stand together, the one that tells most of it last.
    pairs
        Things that may be one.
    problems
        Rows that repeat, disagree or may be the same.
    """
    given = [None if pd.isna(key) else str(key) for key in table[KEY]] if KEY in table else \
        [None] * len(table)  # fmt: skip
    rows = _rows(table, kind, source=source)
    told = [row for row in rows if given[row.at] is None]
    things = [
        _Thing([row], key, True) for row, key in zip(rows, given, strict=True) if key is not None
    ]
    held = _rows(known, kind, source="")
    problems: list[Problem] = []
    pairs: list[Pair] = []
    if kind.identity in _LAYER_IDS:
        things += _by_order(told, lambda row: row.number or _bare(table, kind, row), problems, kind,
                            file)  # fmt: skip
    elif kind.once:
        found = _once(told, held, source)
        things += found
        pairs = _pairs(found, held, rules)
        problems += _told(found, pairs, held, kind, file)
    else:
        base = _bases(told, held, source)
        things += _by_order(told, lambda row: base.get(row.at) or _bare(table, kind, row), problems,
                            kind, file)  # fmt: skip
    return _with_keys(table, things), pairs, problems


def _rows(table: pd.DataFrame, kind: LedgerKind, *, source: str) -> list[_Row]:
    """Return what identifies each row of a file, or of the archive."""
    count = len(table)

    def column(name: str) -> list[Any]:
        if name not in table:
            return [None] * count
        return [None if pd.isna(cell) else cell for cell in table[name].tolist()]

    date = {"hazards": "found_on", "incidents": "started_at"}.get(kind.name, "")
    words = (table[WORDS] if WORDS in table else place_words(table)).tolist() if count else []
    lanes = column(f.LANE_ID)
    buildings = column(f.BUILDING_ID)
    how = column(HOW)
    at_lane = kind.place == "lane"
    whats = list(zip(*(column(name) for name in kind.agree), strict=True)) or [()] * count
    vague = {str(HazardCode.UNCLASSIFIED)}
    cells = zip(
        column(kind.identity), column("community"), column(date), column("row_hash"),
        column("from_source"), column(f.SOURCE_ROW), column(SOURCE_SHEET), column(KEY),
        column("closed_on"), strict=True,
    )  # fmt: skip
    rows = []
    parts: Counter[tuple[object, ...]] = Counter()
    for at, (number, community, when, digest, told, row, sheet, key, closed) in enumerate(cells):
        lost = how[at] in (None, UNMATCHED)
        part = parts[sheet, row] if source else 0  # of the archive every row is a whole
        parts[sheet, row] += 1
        if number is not None and part:
            number = f"{number}#{part + 1}"
        spot = ""
        if lanes[at] is not None and (at_lane or lost):
            spot = f"lane {lanes[at]}"
        elif buildings[at] is not None and not lost:
            spot = f"building {buildings[at]}"
        rows.append(
            _Row(
                at, None if number is None else str(number), spot, words[at],
                normal(community or ""),
                tuple(None if cell in vague else cell for cell in whats[at]),
                "" if when is None else str(when)[:16].replace("T", " ").removesuffix(" 00:00"),
                str(digest), str(told or source), int(row or 0), str(sheet or ""), str(key or ""),
                "" if closed is None else str(closed)[:10], part,
            )
        )  # fmt: skip
    return rows


def place_words(table: pd.DataFrame) -> pd.Series:
    """Return the words by which each row says where it is: id, address and name, or position."""
    own = TOLD_ID if TOLD_ID in table else f.BUILDING_ID
    ids = [name for name in (f.LANE_ID, own) if name in table]
    told = [name for name in (*ids, "community", f.ADDRESS, f.NAME) if name in table]
    words = pd.Series("", index=table.index, dtype=object)
    for at, name in enumerate(told):
        part = table[name].map(normal, na_action="ignore").fillna("").astype(str)
        words = words + ("|" if at else "") + part
    position = table["lon"].round(6).astype(str) + "," + table["lat"].round(6).astype(str)
    placed = table[[n for n in told if n != "community"]].notna().any(axis=1)
    return words.where(placed, position.where(table["lon"].notna(), ""))


# --- things that happen once: hazards, fires -------------------------------------------------


def _once(rows: Sequence[_Row], held: Sequence[_Row], source: str) -> list[_Thing]:
    """Put rows of things that happen once together, and find those that are known."""
    things = _together(rows)
    by_number: dict[str, list[_Row]] = defaultdict(list)
    by_when: dict[tuple[object, ...], list[_Row]] = defaultdict(list)
    for row in held:
        for number in {row.number, row.key}:
            if number:
                by_number[number].append(row)
        by_when[(*row.what, row.when)].append(row)
    taken: set[str] = set()
    for strict in (True, False):
        for thing in things:
            if thing.key:
                continue
            options = by_number.get(thing.first.number or "", [])
            same = [
                row for row in options
                if row.key not in taken and _agree(thing.first, row, strict=strict, source=source)
            ]  # fmt: skip
            if same:
                best = min(same, key=lambda row: (row.key != thing.first.number,
                                                  row.source != source, row.key))  # fmt: skip
                _settle(thing, best.key, taken)
    for thing in things:
        if not thing.key and thing.first.when and thing.first.place:
            _by_day(thing, by_when, taken)
    _name(things, by_number, taken, source)
    return things


def _together(rows: Sequence[_Row]) -> list[_Thing]:
    """Return the things of a file: a number with its place and kind; else place, kind and day."""
    groups: dict[tuple[object, ...], list[_Row]] = defaultdict(list)
    for row in rows:
        if row.number is not None:
            groups["number", row.number, row.place, row.what].append(row)
        else:
            # Rows of which too little is known stay apart, and so do the parts of one row.
            blank = row.part if row.when and row.place else ("at", row.at)
            groups["bare", row.place, row.what, row.when, blank].append(row)
    things = [_Thing(sorted(group, key=_content)) for group in groups.values()]
    things.sort(key=lambda thing: (thing.first.number or BARE, thing.first.community,
                                   _content(thing.first)))  # fmt: skip
    vague: dict[str, list[_Thing]] = defaultdict(list)
    for thing in things:
        if thing.first.number is not None:
            vague[thing.first.number].append(thing)
    for group in vague.values():  # a row that does not say where or what joins the one that does
        for thing in group:
            fits = [other for other in group if other is not thing and other.rows
                    and _vaguer(thing.first, other.first)]  # fmt: skip
            if len(fits) == 1:
                fits[0].rows = sorted([*fits[0].rows, *thing.rows], key=_sharp)
                thing.rows = []
    return [thing for thing in things if thing.rows]


def _content(row: _Row) -> tuple[str, str, str, str]:
    return row.when, row.place, str(row.what), row.digest


def _sharp(row: _Row) -> tuple[bool, int, tuple[str, str, str, str]]:
    return not row.place, sum(cell is None for cell in row.what), _content(row)


def _vaguer(one: _Row, other: _Row) -> bool:
    """Return whether a row leaves open what another of its number says, and says nothing else."""
    opens = (not one.place and bool(other.place)) or any(
        a is None and b is not None for a, b in zip(one.what, other.what, strict=True)
    )
    return opens and (not one.place or one.place == other.place) and _what(one, other)


def _what(one: _Row, other: _Row) -> bool:
    pairs = zip(one.what, other.what, strict=True)
    return all(a is None or b is None or a == b for a, b in pairs)


def _agree(row: _Row, known: _Row, *, strict: bool, source: str) -> bool:
    """Return whether a row and what is known under its number are one thing."""
    if not _what(row, known):
        return False
    if row.place == known.place or row.words == known.words:
        return True
    if strict or (row.community and known.community and row.community != known.community):
        return False
    apart = bool(row.spot and known.spot)
    # An address that was found nowhere is no other place, and may be spelled better now.
    return not row.place or not known.place or (not apart and known.source == source)


def _settle(thing: _Thing, key: str, taken: set[str]) -> None:
    thing.key, thing.known = key, True
    taken.add(key)


def _by_day(
    thing: _Thing, by_when: Mapping[tuple[object, ...], list[_Row]], taken: set[str]
) -> None:
    """Find the known thing of the same place, kind and day, where one of both has no number."""
    row = thing.first
    options = {
        known.key: known
        for known in by_when.get((*row.what, row.when), [])
        if known.key not in taken
        and (row.number is None or known.number is None)
        and known.place and (known.place == row.place or known.words == row.words)
    }  # fmt: skip
    bare = [known for known in options.values() if known.number is None]
    if row.number is None and bare:
        best = min(bare, key=lambda known: (known.digest != row.digest, known.key))
        _settle(thing, best.key, taken)
    elif len(options) == 1:
        _settle(thing, min(options), taken)


def _name(
    things: Sequence[_Thing], by_number: Mapping[str, list[_Row]], taken: set[str], source: str
) -> None:
    """Give new things keys of their own, and say which disagree under their number."""
    groups: dict[str, list[_Thing]] = defaultdict(list)
    for thing in things:
        if thing.first.number is None:
            if not thing.key:
                row = thing.first
                words = min(one.words for one in thing.rows)
                more = [] if row.when and row.place else [row.digest]
                key = BARE + _digest([words, *row.what, row.when, *more])
                thing.key = _free(key, taken)
                taken.add(thing.key)
            continue
        groups[thing.first.number].append(thing)
    for number, group in groups.items():
        held = by_number.get(number, [])
        several = len(group) > 1
        for thing in group:
            if thing.key:
                continue
            row = thing.first
            rivals = [k for k in held if k.source == source] + [
                other.first for other in group if other is not thing
            ]
            doubts = [k for k in rivals if not (row.community and k.community
                                               and row.community != k.community)]  # fmt: skip
            thing.doubts = [("id", min(doubts, key=_content))] if doubts else []
            parted = row.community and (several or any(k.community for k in held))
            mark = row.community if parted and not doubts else source
            plain = bool(doubts) or not (held or several)
            thing.key = _free(
                number if plain else f"{number}@{mark}", taken | {k.key for k in held}
            )
            taken.add(thing.key)


def _free(key: str, taken: Iterable[str]) -> str:
    used = set(taken)
    number, name = 2, key
    while name in used:
        name, number = f"{key}#{number}", number + 1
    return name


def _pairs(things: Sequence[_Thing], held: Sequence[_Row], rules: LedgerRule) -> list[Pair]:
    """Return the new things that may be known ones, whose days or addresses were corrected."""
    here = {thing.key for thing in things}
    rest: dict[tuple[object, ...], list[_Row]] = defaultdict(list)
    for row in held:
        if row.key not in here and row.when:
            rest[row.what].append(row)
    pairs = []
    for thing in things:
        if thing.known:
            continue
        row = thing.first
        for why, other in thing.doubts:
            key = other.key or next(t.key for t in things if other in t.rows)
            if other.key or key < thing.key:  # of two new ones the later is told
                pairs.append(Pair(thing.key, key, why))
        near = [
            (unlike, known.key, why)
            for known in rest.get(row.what, []) if row.when and not thing.doubts
            for unlike, why in [_unlike(row, known, rules)] if why
        ]  # fmt: skip
        if near:
            _, key, why = min(near)
            pairs.append(Pair(thing.key, key, why))
    return pairs


def _unlike(row: _Row, known: _Row, rules: LedgerRule) -> tuple[float, str]:
    """Return how far two things are from being one, and in what; nothing where they are not."""
    if row.number and known.number and row.source == known.source:
        return 0.0, ""  # who numbers both tells them apart
    if known.ended and known.ended < row.when[:10]:
        return 0.0, ""
    if known.place and known.place == row.place:
        days = abs((_day(row.when) - _day(known.when)).days)
        return float(days), "date" if days <= rules.same_days.value else ""
    if row.when[:10] == known.when[:10]:
        score = fuzz.ratio(row.words, known.words)
        return 100.0 - score, "place" if score >= rules.same_address.value else ""
    return 0.0, ""


def _day(when: str) -> dt.date:
    return dt.date.fromisoformat(when[:10])


def _told(
    things: Sequence[_Thing],
    pairs: Sequence[Pair],
    held: Sequence[_Row],
    kind: LedgerKind,
    file: str,
) -> list[Problem]:
    """Tell rows that are one, rows that disagree under a number, and what may be the same."""
    problems = []
    for thing in things:
        by_digest: dict[str, _Row] = {}
        for row in sorted(thing.rows, key=lambda row: row.row):
            first = by_digest.setdefault(row.digest, row)
            one = next(iter(by_digest.values()))
            if row is not one:
                code = "row_same" if first is row else "row_again"
                problems.append(
                    Problem("warning", code, kind.name, file, row.row, thing.key,
                            value=thing.key, allowed=str((one if first is row else first).row),
                            sheet=row.sheet)
                )  # fmt: skip
    where = {row.key: row for row in held} | {
        thing.key: thing.first for thing in things if not thing.known
    }
    news = {thing.key: thing.first for thing in things}
    for pair in pairs:
        row, other = news[pair.key], where[pair.other]
        disagree = pair.why == "id"
        problems.append(
            Problem("error" if disagree else "warning",
                    "id_disagrees" if disagree else "maybe_same", kind.name, file, row.row,
                    pair.key, value=row.number or pair.key,
                    allowed=pair.other, sheet=row.sheet,
                    details={"key": pair.key, "other": other.said, "why": pair.why,
                             "here": _shown(row), "there": _shown(other)})
        )  # fmt: skip
    apart = [thing for thing in things
             if not thing.known and "@" in thing.key and not thing.doubts]  # fmt: skip
    if apart:
        problems.append(
            Problem("warning", "id_elsewhere", kind.name, file, apart[0].first.row, apart[0].key,
                    value=apart[0].first.number or "", allowed=apart[0].key, count=len(apart))
        )  # fmt: skip
    problems.sort(key=lambda problem: (problem.sheet, problem.row or 0))
    return problems


def _shown(row: _Row) -> str:
    words = [part for part in row.words.split("|") if part]
    return " ".join([*words, *(str(cell) for cell in row.what if cell is not None), row.when])


# --- what stands for a while: units, devices, counts, visits ---------------------------------


def _bases(rows: Sequence[_Row], held: Sequence[_Row], source: str) -> dict[int, str]:
    """Return the key of each numbered row's number: as it is, or marked by who numbers so.

    What stands may move, so within a source a number is one thing wherever it is; the numbers of
    another source mean the same only at the same place.
    """
    known: dict[str, list[_Row]] = defaultdict(list)
    for row in held:
        if row.number is not None:
            known[row.number].append(row)
    base: dict[int, str] = {}
    groups: dict[tuple[str, str], list[_Row]] = defaultdict(list)
    parted = _numbers_by_community(rows)
    for row in rows:
        if row.number is not None:
            groups[row.number, row.community if row.number in parted else ""].append(row)
    for (number, community), group in groups.items():
        others = known.get(number, [])
        own = [row for row in others if row.source == source
               and (not community or row.community in ("", community))]  # fmt: skip
        places = {one.place for one in group} | {one.words for one in group}
        there = [row for row in others if "" in places or {row.place, row.words} & places]
        exact = [row for row in held if row.key == number] if not others else []
        options = own or there or exact
        if options:
            key = min(row.key for row in options).split("#")[0]
        elif community:
            key = f"{number}@{community}"
        else:
            key = f"{number}@{source}" if others else number
        base |= {row.at: key for row in group}
    return base


def _numbers_by_community(rows: Sequence[_Row]) -> set[str]:
    """Return the numbers that several communities of one ledger use for different places."""
    places: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in rows:
        if row.number is not None and row.community:
            places[row.number][row.community].add(row.place)
    return {
        number
        for number, by in places.items()
        if len(by) > 1 and not set.intersection(*by.values())
    }


def _by_order(
    rows: Sequence[_Row], base: Any, problems: list[Problem], kind: LedgerKind, file: str
) -> list[_Thing]:
    """Give rows of one key a number in the order of the file; tell those that repeat another."""
    seen: dict[str, list[str]] = defaultdict(list)
    things = []
    for row in rows:
        key = base(row)
        again = row.number is not None and row.digest in seen[key]
        name = key if not seen[key] else f"{key}#{len(seen[key]) + 1}"
        if again or seen[key]:
            problems.append(
                Problem("warning", "row_again" if again else "row_double", kind.name, file,
                        row.row, name, value=key, allowed=name, sheet=row.sheet)
            )  # fmt: skip
        if not again:
            seen[key].append(row.digest)
            things.append(_Thing([row], name))
    return things


def _bare(table: pd.DataFrame, kind: LedgerKind, row: _Row) -> str:
    """Return the key of a row without a number, by all that means one row of its kind."""
    cells: list[Any] = [
        row.words if name in ("place", "lane") else table[name].iat[row.at] for name in kind.natural
    ]
    told = [f"{n}={c!s}" for n, c in zip(kind.natural, cells, strict=True) if not is_missing(c)]
    return BARE + _digest(told)


def _digest(told: Iterable[object]) -> str:
    line = "\x1f".join("" if cell is None else str(cell) for cell in told)
    return hashlib.sha256(line.encode()).hexdigest()[:20]


def _with_keys(table: pd.DataFrame, things: Sequence[_Thing]) -> pd.DataFrame:
    """Return the rows under their keys, each thing's together, the one that tells most last."""
    days = [name for name in STEP_COLUMNS.values() if name in table]
    latest = table[days].astype(object).where(table[days].notna(), "").astype(str).max(axis=1) \
        if days else pd.Series("", index=table.index)  # fmt: skip
    order: list[tuple[int, int, str]] = []
    for thing in things:
        distinct = {row.digest: row for row in sorted(thing.rows, key=lambda r: -r.row)}
        kept = sorted(
            distinct.values(),
            key=lambda row: (
                str(latest.iat[row.at]),
                _RANK.get(str(table["state"].iat[row.at]), -1) if "state" in table else -1,
                row.digest,
            ),
        )
        place = min(row.at for row in kept)
        order += [(place, row.at, thing.key) for row in kept]
    order.sort(key=lambda one: one[0])  # stable: rows of one thing stay in their order
    ordered = table.iloc[[at for _, at, _ in order]].reset_index(drop=True)
    return ordered.assign(**{KEY: [key for _, _, key in order]})
