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
    rf"(?P<number>{_NUMBER})(?:(?:号?[附之]|-)(?P<sub>{_NUMBER}))?(?P<mark>号楼|号院|号(?![路街巷桥线道厂库仓]|门(?![面市店]))|幢|栋|#|$)"
    rf"(?:[附之](?P<annex>{_NUMBER})号?)?"
)
_HOUSE = re.compile(rf"(?P<number>{_NUMBER})(?:号楼|幢|栋|#)")
_ASIDE = re.compile(r"[\s,，。.·()（）“”\"']|(?<=[\u4e00-\u9fff])[/\-—](?=[\u4e00-\u9fff])")
_OFFICE = re.compile(r"(?<=街道)办(?:事处)?|(?<=[镇乡])人民政府|^中国(?=.{6,})")
_GROUP = re.compile(
    rf"第?({_NUMBER})(?:社(?!区)|组)"
)  # villagers' groups are called 社 here and there
_CHAIN = re.compile(r"(\d+)(?:-\d+){2,}(?:室|号)?$")  # house, unit, floor and door
_INSIDE = re.compile(rf"(?:{_NUMBER}(?:单元|楼|层|室|号铺)|[底负][一二12]?[楼层]).*$")
_REGION = re.compile(r"^(.*?)(省|自治区|市|社区|区|县|街道|镇|乡|村委会)(?=.{3,})")
_LEVELS = {"省": 1, "自治区": 1, "市": 2, "区": 3, "县": 3, "街道": 4, "镇": 4, "乡": 4}  # else 5
_COUNTED = re.compile(r"([〇零一二三四五六七八九十百两]+)(?=[号组期社队栋幢])")
_GENERIC = re.compile(r"大道|大街|小区|路|街|巷|弄|道|段|村")
_BESIDE = re.compile(
    r"(?:隔壁|斜?对[面门]|旁边?|附近|周边|背后|后面|前面|[东南西北左右][侧边面])(?![\d街路巷村组])"
)
_SEVERAL = re.compile(
    rf"号(?:[、/和及与至到~\-]|[^\d号附之栋幢]{{2,}}[路街巷道]){_NUMBER}号(?![楼院])"
)
LEFT_OUT = 95.0  # score of a road that leaves out what kind of road it is
LEDGERS_OWN = 5  # rows of a ledger that name one region make it the ledger's own
HOUSES = ("号楼", "幢", "栋", "#")
SHORTEST_NAME = 2  # characters that a building's name must exceed to stand for an address
_KINDS_OF = {
    1: ("省", "自治区", "市", ""), 2: ("市", ""), 3: ("区", "县", ""), 4: ("街道", "镇", "乡", ""),
    5: ("社区", "村委会", "居委会", "村", ""),
}  # fmt: skip
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
    plain = _plain(text)
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


def _plain(text: object) -> str:
    """Return an address without punctuation, 办事处 and what else says no place."""
    return _GROUP.sub(r"\1组", _OFFICE.sub("", _ASIDE.sub("", normal(text))))


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
        self._names: dict[str, list[int]] = {}
        self._regions: dict[int, dict[int, str]] = {}
        for told in (addresses, names):
            for row, text in enumerate(told):
                self._index(row, text, whole=told is addresses)
        self._community = [None if c is None else _region_name(normal(c)) for c in communities]
        self._known = {name for own in self._regions.values() for name in own.values()}
        self._known |= {name for name in self._community if name}
        self._town = _regions(normal(region) + "····")[0]
        self._said = normal(region)
        self._known |= set(self._town.values()) | {_region_name(region)}
        self._prefixes = self._bare_regions(communities)
        self._roads = list(self._rows)
        self._by_core: dict[str, list[str]] = {}
        for road in self._roads:
            self._by_core.setdefault(_GENERIC.sub("", road), []).append(road)

    def _index(self, row: int, text: object, *, whole: bool) -> None:
        if text is None or text != text:
            return
        texts = self._texts if whole else self._names
        texts.setdefault(_plain(text), []).append(row)
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
        parsed = {text: self._parsed(text) for text in dict.fromkeys(texts)}
        apart = {text: self._apart(p.road) for text, p in parsed.items() if p is not None}
        lowest = Counter(
            regions[max(regions)] for text in texts if text in apart and (regions := apart[text][0])
        )
        often = {
            name
            for name, count in lowest.items()
            if count >= LEDGERS_OWN and 2 * count > lowest.total()
        }
        often |= self._parents([apart[text][0] for text in texts if text in apart])
        roads = {text: self._meant(_key(road)) for text, (_, road) in apart.items()}
        unknown = sorted({_key(apart[text][1]) for text, (_, score) in roads.items() if not score})
        alike = self._alike(unknown)
        found: dict[object, Found] = {}
        for text, address in parsed.items():
            plain = _plain(text)
            same = self._texts.get(plain, [])
            if len(same) == 1:
                found[text] = Found(same[0], 100.0)
            elif address is None:
                found[text] = self._by_name(plain)
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

    def _parsed(self, text: object) -> Address | None:
        """Return an address taken apart; of 1-2-3-1 the first is the house, or the door."""
        plain = _plain(text)
        chain = _CHAIN.search(plain)
        if chain is None:
            return parse_address(text)
        house = parse_address(f"{plain[: chain.start()]}{chain[1]}栋")
        if house and house.number in self._rows.get(_key(self._apart(house.road)[1]), {}):
            return house
        return parse_address(f"{plain[: chain.start()]}{chain[1]}号")

    def _bare_regions(self, communities: Sequence[object]) -> list[tuple[str, int, str]]:
        """Return how the town's own regions are written before a road, the longest first.

        Each with its level and its name: 东城 for 东城街道, 松坝村 and 松坝 for a village.
        """
        told = {(name, level, name) for level, name in self._town.items()}
        for community in communities:
            if community is not None and community == community:
                said = _plain(community)
                name = _region_name(said)
                told |= {(said, 5, name), (name, 5, name)}
        return sorted((one for one in told if len(one[0]) > 1), key=lambda one: (-len(one[0]), one))

    def _apart(self, road: str) -> tuple[dict[int, str], str]:
        """Return regions and road; regions of the town's own may lack their 市, 区, 街道, 社区.

        What is left must then be a road of the town to the letter, so that a road whose name only
        begins like a region stays whole.
        """
        whole = _regions(road)
        if not whole[0] and _key(road) in self._rows:
            return whole
        regions: dict[int, str] = {}
        left = road
        while True:
            above = max(regions, default=0)
            own = (
                (level, name, left[len(said) + len(kind) :])
                for said, level, name in self._prefixes
                for kind in _KINDS_OF[level]
                if level > above and left.startswith(said + kind)
            )
            level, name, after = next(own, None) or _one_region(left) or (0, "", "")
            if level <= above:
                return whole
            regions[level], left = name, after
            if _key(left) in self._rows:
                return regions, left

    def _parents(self, told: Sequence[dict[int, str]]) -> set[str]:
        """Return regions above the town, where enough rows of a ledger name them above its own."""
        own = set(self._town.values())
        above = Counter(
            (level, name)
            for regions in told
            for level, name in regions.items()
            if any(low > level and regions[low] in own for low in regions)
        )
        best: dict[int, tuple[int, str]] = {}
        for (level, name), count in above.items():
            best[level] = max(best.get(level, (0, "")), (count, name))
        return {name for count, name in best.values() if count >= LEDGERS_OWN}

    def _by_name(self, plain: str) -> Found:
        """Return the only building that bears a name, whatever floor or room is told of it."""
        for said in (plain, _INSIDE.sub("", plain)):
            rows = self._names.get(said, [])
            if len(rows) == 1 and len(said) > SHORTEST_NAME:
                return Found(rows[0], LEFT_OUT)
        return Found(-1, 0.0)

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
            if elsewhere and name not in self._known | often and not self._is_said(name):
                return False  # a street of that name in another city
        community = self._community[row] if row < len(self._community) else None
        if 5 in regions and 5 not in own and community is not None and community != regions[5]:
            return False
        if not regions:
            return True
        lowest = regions[max(regions)]
        return lowest in self._known or lowest in often or self._is_said(lowest)

    def _is_said(self, name: str) -> bool:
        """Return whether the town's own name says a region, though without 市, 区 or 街道."""
        return len(name) > 1 and name in self._said and not self._town

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
    while found := _one_region(road):
        level, name, rest = found
        if level <= max(regions, default=0):
            break
        regions[level], road = name, rest
    return regions, road


def _one_region(road: str) -> tuple[int, str, str] | None:
    """Return the level and name of the region at the beginning, and what follows it."""
    match = _REGION.match(road)
    if match is None or not match[1]:
        return None
    return _LEVELS.get(match[2], 5), match[1], road[match.end() :]


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
