"""Addresses: regions, a road or estate, and a number; all that tells places apart must be equal.

Likeness of roads only proposes. A road is the same when it is spelled the same, or when one side
leaves out 路, 街, 段 and the like and no other road would do; a region or community that a ledger
states must be that of the building, or one that the town or the ledger as a whole is known by.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
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
    rf"(?P<number>{_NUMBER})(?:(?:号?[附之]|-)(?P<sub>{_NUMBER}))?(?P<mark>号楼|号院|号(?![路街巷桥线道厂库仓门])|幢|栋|#|$)"
    rf"(?:[附之](?P<annex>{_NUMBER})号?)?"
)
_HOUSE = re.compile(rf"(?P<number>{_NUMBER})(?:号楼|幢|栋|#)")
_ASIDE = re.compile(r"[\s,，。.·()（）“”\"']")
_REGION = re.compile(r"^(.*?)(省|自治区|市|社区|区|县|街道|镇|乡|村委会)(?=.{3,})")
_LEVELS = {"省": 1, "自治区": 1, "市": 2, "区": 3, "县": 3, "街道": 4, "镇": 4, "乡": 4}  # else 5
_COUNTED = re.compile(r"([〇零一二三四五六七八九十百两]+)(?=[号组期社队栋幢])")
_GENERIC = re.compile(r"大道|大街|小区|路|街|巷|弄|道|段")
_BESIDE = re.compile(
    r"(?:隔壁|斜?对[面门]|旁边?|附近|周边|背后|后面|前面|[东南西北左右][侧边面])(?![\d街路巷村组])"
)
_SEVERAL = re.compile(
    rf"号(?:[、/和及与至到~\-]|[^\d号附之栋幢]{{2,}}[路街巷道]){_NUMBER}号(?![楼院])"
)
LEFT_OUT = 95.0  # score of a road that leaves out what kind of road it is
LEDGERS_OWN = 5  # rows of a ledger that name one region make it the ledger's own
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
    along_a_road = match["mark"] == "#" and match["road"][-1] in "路街巷弄道段"
    is_house = match["mark"] in HOUSES and not along_a_road
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
        How alike two roads must be to be proposed.
    names
        Of the buildings; one such as 知沐府1栋 is looked up like an address.
    communities
        Name of the community around each building, None where that is not known.
    region
        What the town is called, for example 重庆市铜梁区东城街道.
    """

    def __init__(
        self,
        addresses: Sequence[object],
        rules: LedgerRule,
        *,
        names: Sequence[object] = (),
        communities: Sequence[object] = (),
        region: str = "",
    ) -> None:
        """Index the addresses by their text, by road and by number."""
        self._rules = rules
        self._rows: dict[str, dict[str, list[int]]] = {}
        self._ordered: dict[str, tuple[list[int], list[int]]] = {}
        self._texts: dict[str, list[int]] = {}
        self._regions: dict[int, dict[int, str]] = {}
        for told in (addresses, names):
            for row, text in enumerate(told):
                self._index(row, text, whole=told is addresses)
        self._community = [None if c is None else _region_name(normal(c)) for c in communities]
        self._known = {name for own in self._regions.values() for name in own.values()}
        self._known |= {name for name in self._community if name}
        self._town = _regions(normal(region) + "····")[0]
        self._known |= set(self._town.values()) | {_region_name(region)}
        self._roads = list(self._rows)
        self._by_core: dict[str, list[str]] = {}
        for road in self._roads:
            self._by_core.setdefault(_GENERIC.sub("", road), []).append(road)

    def _index(self, row: int, text: object, *, whole: bool) -> None:
        if text is None or text != text:
            return
        if whole:
            self._texts.setdefault(_ASIDE.sub("", normal(text)), []).append(row)
        parsed = parse_address(text)
        if parsed is None or _BESIDE.search(normal(text)):
            return
        regions, road = _regions(parsed.road)
        rows = self._rows.setdefault(_key(road), {}).setdefault(parsed.number, [])
        if row not in rows:
            rows.append(row)
        if whole:
            self._regions[row] = regions

    def find(self, texts: Sequence[object]) -> dict[object, Found]:
        """Look up addresses; each distinct text once.

        Returns
        -------
        dict
            By text. Of several buildings at one number none is sure: they become guesses.
        """
        parsed = {text: parse_address(text) for text in dict.fromkeys(texts)}
        apart = {text: _regions(p.road) for text, p in parsed.items() if p is not None}
        lowest = Counter(
            regions[max(regions)] for text in texts if text in apart and (regions := apart[text][0])
        )
        often = {
            name
            for name, count in lowest.items()
            if count >= LEDGERS_OWN and 2 * count > lowest.total()
        }
        roads = {text: self._meant(_key(road)) for text, (_, road) in apart.items()}
        unknown = sorted({_key(apart[text][1]) for text, (_, score) in roads.items() if not score})
        alike = self._alike(unknown)
        found: dict[object, Found] = {}
        for text, address in parsed.items():
            plain = _ASIDE.sub("", normal(text))
            same = self._texts.get(plain, [])
            if len(same) == 1:
                found[text] = Found(same[0], 100.0)
            elif address is None:
                found[text] = Found(-1, 0.0)
            else:
                regions, road = apart[text]
                known, score = roads[text]
                found[text] = (
                    self._look_up(address, known, score, regions, often)
                    if score
                    else self._proposed(address, alike[_key(road)])
                )
                if _BESIDE.search(plain) or _SEVERAL.search(plain):
                    found[text] = _only_near(found[text])
        return found

    def _meant(self, road: str) -> tuple[str, float]:
        """Return the known road that the text surely is and a score, 0 if there is none."""
        if road in self._rows:
            return road, 100.0
        kinds = _GENERIC.findall(road)
        alike = [
            known
            for known in self._by_core.get(_GENERIC.sub("", road), [])
            if _within(kinds, _GENERIC.findall(known)) or _within(_GENERIC.findall(known), kinds)
        ]
        return (alike[0], LEFT_OUT) if len(alike) == 1 else ("", 0.0)

    def _alike(self, roads: list[str]) -> dict[str, list[tuple[str, float]]]:
        """Return for each road the known roads that are most like it, the likeliest first."""
        found: dict[str, list[tuple[str, float]]] = {road: [] for road in roads}
        if not self._roads:
            return found
        for begin in range(0, len(roads), 1000):
            part = roads[begin : begin + 1000]
            scores = process.cdist(
                part,
                self._roads,
                scorer=fuzz.ratio,
                score_cutoff=self._rules.guess_score.value,
                dtype=np.float32,
            )
            top = np.argsort(-scores, axis=1, kind="stable")[:, :SHOWN_ROADS]
            for at, road in enumerate(part):
                found[road] = [
                    (self._roads[k], float(scores[at, k])) for k in top[at] if scores[at, k]
                ]
        return found

    def _look_up(
        self, address: Address, road: str, score: float, regions: dict[int, str], often: set[str]
    ) -> Found:
        rows = self._rows[road].get(address.number) or self._whole(road, address.number)
        there = [row for row in rows if self._is_there(row, regions, often)]
        if len(there) == 1:
            return Found(there[0], score)
        if there:
            return Found(-1, score, tuple(there[: self._guesses]), tuple(there))
        return Found(-1, score, self._nearest(address, [road]))

    def _proposed(self, address: Address, ranked: list[tuple[str, float]]) -> Found:
        if not ranked:
            return Found(-1, 0.0)
        return Found(-1, ranked[0][1], self._nearest(address, [road for road, _ in ranked]))

    def _is_there(self, row: int, regions: dict[int, str], often: set[str]) -> bool:
        """Return whether a building may lie in the regions that a ledger states."""
        own = self._regions.get(row, {})
        for level, name in regions.items():
            if level in own and own[level] != name:
                return False
            elsewhere = level not in own and self._town.get(level, name) != name
            if elsewhere and name not in self._known | often:
                return False  # a street of that name in another city
        community = self._community[row] if row < len(self._community) else None
        if 5 in regions and 5 not in own and community is not None and community != regions[5]:
            return False
        if not regions:
            return True
        lowest = regions[max(regions)]
        return lowest in self._known or lowest in often

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


def _only_near(found: Found) -> Found:
    """Turn what was found into a guess: the text is about a neighbour, or about several doors."""
    rows = (found.row, *found.guesses) if found.row >= 0 else found.guesses
    return Found(-1, found.score, rows)


def _regions(road: str) -> tuple[dict[int, str], str]:
    """Return the regions before a road by level, and the road; three characters of it remain."""
    regions: dict[int, str] = {}
    while match := _REGION.match(road):
        level = _LEVELS.get(match[2], 5)
        if not match[1] or level <= max(regions, default=0):
            break
        regions[level] = match[1]
        road = road[match.end() :]
    return regions, road


def _region_name(name: str) -> str:
    """Return a region without the word for its kind, as it compares."""
    plain = _ASIDE.sub("", name)
    return re.sub(r"(?:省|自治区|市|社区|区|县|街道|镇|乡|村委会)$", "", plain) or plain


def _key(road: str) -> str:
    """Return a road as it compares: counted things in digits, letters small."""
    return _COUNTED.sub(lambda said: _arabic(said[1]), road).lower()


def _within(few: list[str], many: list[str]) -> bool:
    rest = iter(many)
    return all(word in rest for word in few)


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
