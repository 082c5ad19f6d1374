"""Addresses: a road or estate, and a number; the road compared loosely, the number exactly."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz import fuzz, process

from ..rules import LedgerRule
from ..words import normal

_DIGITS = {c: str(i) for i, c in enumerate("〇一二三四五六七八九")} | {"零": "0", "两": "2"}
_NUMBER = r"(?:\d+|[〇零一二三四五六七八九十百两]+)"
_ADDRESS = re.compile(
    rf"(?P<road>.*?[^\d〇零一二三四五六七八九十百两\-附之])"
    rf"(?P<number>{_NUMBER})(?:(?:号?附|之|-)(?P<sub>{_NUMBER}))?(?P<mark>号楼|号院|号|幢|栋|#)"
    rf"(?:附(?P<annex>{_NUMBER})号?)?"
)
_HOUSE = re.compile(rf"(?P<number>{_NUMBER})(?:号楼|幢|栋|#)")
_ASIDE = re.compile(r"[\s,，。.·()（）“”\"']")
_REGION = re.compile(r"^.*?(?:省|自治区|市|区|县|街道|镇|乡|社区|村委会)(?=.{3,})")
HOUSES = ("号楼", "幢", "栋", "#")
SHOWN_ROADS = 5  # roads among which guesses are looked for


@dataclass(frozen=True, slots=True)
class Address:
    """What compares of an address: ``云岭路`` and ``12号``, with ``附3`` or ``3栋`` if told."""

    road: str
    number: str


@dataclass(frozen=True, slots=True)
class Found:
    """What an address means.

    ``row`` is the building's row, -1 if none is sure; ``score`` how alike the roads are, from 0
    to 100; ``guesses`` the rows that come nearest; ``tied`` all rows at that very number, where
    there are several.
    """

    row: int
    score: float
    guesses: tuple[int, ...] = ()
    tied: tuple[int, ...] = ()


def parse_address(text: object) -> Address | None:
    """Take an address apart; None when it has no road or no number."""
    plain = _ASIDE.sub("", normal(text))
    match = _ADDRESS.search(plain)
    if match is None:
        return None
    is_house = match["mark"] in HOUSES
    number = _arabic(match["number"]) + ("栋" if is_house else "号")
    sub = match["sub"] or match["annex"]
    if sub:
        number += f"附{_arabic(sub)}"
    house = None if is_house else _HOUSE.match(plain, match.end())
    if house:
        number += f"{_arabic(house['number'])}栋"
    return Address(match["road"], number)


class AddressBook:
    """The addresses of a town's buildings, to be looked up by what ledgers write.

    Parameters
    ----------
    addresses
        One a building; None or text without a number is left out.
    rules
        How alike two roads must be.
    """

    def __init__(self, addresses: Sequence[object], rules: LedgerRule) -> None:
        """Index the addresses by road and number."""
        self._rules = rules
        self._rows: dict[str, dict[str, list[int]]] = {}
        self._ordered: dict[str, tuple[list[int], list[int]]] = {}
        for row, text in enumerate(addresses):
            parsed = None if text is None or text != text else parse_address(text)
            if parsed is not None:
                numbers = self._rows.setdefault(parsed.road, {})
                numbers.setdefault(parsed.number, []).append(row)
        self._roads = list(self._rows)
        self._by_short: dict[str, list[str]] = {}
        for road in self._roads:
            self._by_short.setdefault(_short(road), []).append(road)

    def find(self, texts: Sequence[object]) -> dict[object, Found]:
        """Look up addresses; each distinct text once.

        Returns
        -------
        dict
            By text. Of several buildings at one number none is sure: they become guesses.
        """
        parsed = {text: parse_address(text) for text in dict.fromkeys(texts)}
        roads = sorted({p.road for p in parsed.values() if p is not None})
        meant = self._meant(roads)
        return {
            text: self._look_up(p, meant[p.road]) if p is not None else Found(-1, 0.0)
            for text, p in parsed.items()
        }

    def _meant(self, roads: list[str]) -> dict[str, list[tuple[str, float]]]:
        """Return for each road the known roads it may mean, the likeliest first.

        A sure road stands alone with its score; unsure ones come with scores made negative.
        """
        meant: dict[str, list[tuple[str, float]]] = {}
        open_roads = []
        for road in roads:
            known = self._exactly(road)
            if known is None:
                open_roads.append(road)
            else:
                meant[road] = [(known, 100.0)]
        if not self._roads:
            return meant | {road: [] for road in open_roads}
        shorts = [_short(road) for road in self._roads]
        for begin in range(0, len(open_roads), 1000):
            part = open_roads[begin : begin + 1000]
            scores = process.cdist(
                [_short(road) for road in part],
                shorts,
                scorer=fuzz.ratio,
                score_cutoff=self._rules.guess_score.value,
                dtype=np.float32,
            )
            top = np.argsort(-scores, axis=1, kind="stable")[:, :SHOWN_ROADS]
            for at, road in enumerate(part):
                ranked = [(self._roads[k], float(scores[at, k])) for k in top[at] if scores[at, k]]
                meant[road] = self._judged(ranked)
        return meant

    def _exactly(self, road: str) -> str | None:
        """Return the known road that the text is, but for the names of regions before it."""
        if road in self._rows:
            return road
        alike = self._by_short.get(_short(road), [])
        return alike[0] if len(alike) == 1 else None

    def _judged(self, ranked: list[tuple[str, float]]) -> list[tuple[str, float]]:
        if not ranked:
            return []
        second = ranked[1][1] if len(ranked) > 1 else 0.0
        sure = ranked[0][1] >= self._rules.road_score.value
        if sure and ranked[0][1] - second >= self._rules.road_margin.value:
            return ranked
        return [(road, -score) for road, score in ranked]

    def _look_up(self, address: Address, roads: list[tuple[str, float]]) -> Found:
        if not roads:
            return Found(-1, 0.0)
        road, score = roads[0]
        if score > 0:
            rows = self._rows[road].get(address.number) or self._whole(road, address.number)
            if len(rows) == 1:
                return Found(rows[0], score)
            if rows:
                return Found(-1, score, tuple(rows[: self._guesses]), tuple(rows))
        return Found(-1, abs(score), self._nearest(address, [name for name, _ in roads]))

    def _whole(self, road: str, number: str) -> list[int]:
        """Return the buildings at a door number, where the ledger adds a house in the yard."""
        whole, _, house = number.partition("号")
        if not house.endswith("栋") or "附" in house:
            return []
        return self._rows[road].get(whole + "号", [])

    def _nearest(self, address: Address, roads: list[str]) -> tuple[int, ...]:
        """Return the buildings of the same number on like roads, then of near numbers."""
        rows = [row for road in roads for row in self._rows[road].get(address.number, ())]
        leading, held = self._in_order(roads[0])
        at = bisect_left(leading, _leading(address.number))
        reach = range(max(at - self._guesses, 0), min(at + self._guesses, len(held)))
        wanted = _leading(address.number)
        near = sorted((abs(leading[k] - wanted), held[k]) for k in reach)
        rows += [row for _, row in near if row not in rows]
        return tuple(rows[: self._guesses])

    def _in_order(self, road: str) -> tuple[list[int], list[int]]:
        """Return the door numbers of a road in order, and the first building at each."""
        if road not in self._ordered:
            pairs = sorted((_leading(number), rows[0]) for number, rows in self._rows[road].items())
            self._ordered[road] = ([n for n, _ in pairs], [row for _, row in pairs])
        return self._ordered[road]

    @property
    def _guesses(self) -> int:
        return int(self._rules.guesses.value)


def _short(road: str) -> str:
    """Return a road without the names of regions before it; at least three characters remain."""
    while (cut := _REGION.sub("", road, count=1)) != road:
        road = cut
    return road


def _leading(number: str) -> int:
    digits = re.match(r"\d+", number)
    return int(digits[0]) if digits else 0


def _arabic(number: str) -> str:
    """Return a number in digits: 十二 becomes 12, 一〇三 becomes 103, 007 becomes 7."""
    if number.isdigit():
        return str(int(number))
    if not set(number) & {"十", "百"}:
        return str(int("".join(_DIGITS[c] for c in number)))
    total, digit = 0, 0
    for c in number:
        if c in "十百":
            total += (digit or 1) * (10 if c == "十" else 100)
            digit = 0
        else:
            digit = int(_DIGITS[c])
    return str(total + digit)
