"""Hazards that a ledger only describes: split, and a category proposed from the words.

A proposal says how sure it is and which words decided. `certain`: the words mean that category
only; `likely`: they usually do; `unsure`: no category, or more than one, fits. Nothing unsure is
guessed: it is unclassified (待分类).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib.resources import files
from itertools import combinations
from typing import Any, Final, Literal, NamedTuple, get_args

import pandas as pd

from ..words import HazardCode, Problem, codes, label, normal
from ..words import fields as f
from .archive_tables import SURE

Sure = Literal["certain", "likely", "unsure"]

CATEGORY: Final = "code"
_CIRCLED = {ord("①") + k: f" {k + 1}、" for k in range(20)}
_NUMBERED = re.compile(r"(?:^|(?<=[\s;。,:、]))\(?(\d{1,2})(?:\)|[、.](?!\d))\s*|\((\d{1,2})\)\s*")
_LEAD_IN = re.compile(r"^(?:经检查)?,?(?:存在|发现|主要)?(?:以下|的|如下)?(?:隐患|问题)+(?:如下)?:")
_ITEMS = re.compile(r"[;。\n|]+")


@dataclass(frozen=True, slots=True)
class Proposal:
    """One hazard of a description.

    Attributes
    ----------
    text
        The part of the description that tells it.
    code
        The category; `HazardCode.UNCLASSIFIED` where unsure.
    sure
        How sure the category is.
    words
        What decided, in the order of the text.
    others
        Where unsure: the categories that came into question.
    """

    text: str
    code: HazardCode
    sure: Sure
    words: tuple[str, ...] = ()
    others: tuple[HazardCode, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """What a description says: hazards, and parts that tell of none (nothing found, mended)."""

    hazards: tuple[Proposal, ...]
    passed: tuple[str, ...] = ()


class _Rule(NamedTuple):
    """One rule of the words; the longest word of each group comes first."""

    code: HazardCode
    sure: Sure
    groups: tuple[tuple[str, ...], ...]
    over: frozenset[HazardCode]
    but: tuple[str, ...]
    places: dict[str, HazardCode]


class _Fit(NamedTuple):
    """A rule that applies, and where its words stand."""

    code: HazardCode
    sure: Sure
    spans: tuple[tuple[int, int], ...]
    over: frozenset[HazardCode]

    @property
    def length(self) -> int:
        return sum(end - begin for begin, end in self.spans)


def read_description(description: object, *, place: object = "") -> Reading:
    """Take a description apart into hazards, each with a category proposed.

    Parameters
    ----------
    description
        As an inspector wrote it; one text may hold several hazards.
    place
        What the place is called: 违规搭建 is another category in a factory than in a dwelling.

    Returns
    -------
    Reading
        Every part of the text is in a hazard or in `passed`.
    """
    kind = _kind_of_place(normal(place or ""))
    hazards: list[Proposal] = []
    passed: list[str] = []
    for item in _items(description):
        denied, first = False, len(hazards)
        for clause in _clauses(item, kind):
            if _is_all_mended(clause):
                alone = clause == item or _first(clause, _says("all_of_it")) >= 0
                since = 0 if alone else first
                passed += [hazard.text for hazard in hazards[since:]] + [clause]
                del hazards[since:]
                continue
            against = clause.startswith(tuple(_says("against")))
            no = _denies(clause)
            goes_on = denied and not against and _first(item, _says("and_so_on")) >= 0
            if no or goes_on or _tells_none(clause):
                passed.append(clause)
                denied = denied or no
                continue
            denied = denied and not against
            found = _propose(clause, kind)
            if denied:  # it may still belong to what was not found
                found = [replace(p, sure=_lower(p.sure)) for p in found]
            hazards += found
    return Reading(tuple(hazards), tuple(passed))


def with_categories(
    table: pd.DataFrame, *, description: str, place: str | None, file: str
) -> tuple[pd.DataFrame, list[Problem]]:
    """Give a ledger without a column of categories one, with one row a hazard.

    Parameters
    ----------
    table
        As it is in the file.
    description, place
        Headers of what was found, and of what the place is called, None if there is none.
    file
        Named in messages.

    Returns
    -------
    table
        With the columns `CATEGORY` and `SURE`; rows that tell of no hazard are left out.
    problems
        How many hazards were found and how sure; each of them with the words that decided; and
        what tells of none. Every row is in one of them.
    """
    rows: list[int] = []
    told: list[Proposal] = []
    problems: list[Problem] = []
    names = table[place] if place else [""] * len(table)
    numbers = table[f.SOURCE_ROW].tolist()
    for at, (said, name) in enumerate(zip(table[description], names, strict=True)):
        read = read_description(said, place=name)
        found = read.hazards
        if not found and not read.passed:  # a row without a description may be a hazard
            found = (Proposal("", HazardCode.UNCLASSIFIED, "unsure"),)
        rows += [at] * len(found)
        told += found
        problems += [_told(hazard, int(numbers[at]), description, file) for hazard in found]
        if read.passed:
            value = "；".join(read.passed)
            problems.append(
                Problem("warning", "hazard_none", "hazards", file, int(numbers[at]), value=value)
            )
    divided = table.iloc[rows].reset_index(drop=True)
    divided[description] = [hazard.text or None for hazard in told]
    divided[CATEGORY] = [hazard.code.value for hazard in told]
    divided[SURE] = [str(hazard.sure) for hazard in told]
    counts = {sure: str(sum(h.sure == sure for h in told)) for sure in get_args(Sure)}
    details = {"rows": str(len(set(rows))), **counts}
    summary = Problem(
        "warning", "hazards_described", "hazards", file, count=len(told), details=details
    )
    return divided, [summary, *problems]


def _told(hazard: Proposal, row: int, column: str, file: str) -> Problem:
    """Tell what one hazard was taken for; where unsure, what came into question."""
    shown = (hazard.code,) if hazard.sure != "unsure" else hazard.others or tuple(HazardCode)
    return Problem(
        "warning",
        f"hazard_{hazard.sure}",
        "hazards",
        file,
        row,
        column=column,
        value=hazard.text,
        allowed="、".join(f"{code} {label('hazard_code', code)}" for code in shown),
        details={"words": "、".join(hazard.words)},
    )


def _propose(clause: str, kind: str) -> list[Proposal]:
    """Return the hazards of one clause: one a category whose words stand apart from the others."""
    exact = codes("hazard_code").get(clause)
    if exact is not None:
        return [Proposal(clause, HazardCode(exact), "certain", (clause,))]
    fits = _fits(clause, kind)
    if not fits:
        return [Proposal(clause, HazardCode.UNCLASSIFIED, "unsure")]
    clash = any(_overlap(a.spans, b.spans) for a, b in combinations(fits, 2))
    if clash:
        words = _words(clause, [span for fit in fits for span in fit.spans])
        others = tuple(fit.code for fit in fits)
        return [Proposal(clause, HazardCode.UNCLASSIFIED, "unsure", words, others)]
    return [Proposal(clause, fit.code, fit.sure, _words(clause, fit.spans)) for fit in fits]


@lru_cache(maxsize=10_000)  # a clause is asked for while it is divided, and ledgers repeat
def _fits(clause: str, kind: str) -> tuple[_Fit, ...]:
    """Return the rule of each category that applies best, without those that give way."""
    best: dict[HazardCode, _Fit] = {}
    for rule in _rules():
        spans = _spans(clause, rule.groups)
        if spans is None or any(word in clause for word in rule.but):
            continue
        fit = _Fit(rule.places.get(kind, rule.code), rule.sure, spans, rule.over)
        known = best.get(fit.code)
        better = known is None or (fit.sure == "certain", fit.length) > (
            known.sure == "certain",
            known.length,
        )
        if better:
            best[fit.code] = fit
    give_way = {code for fit in best.values() for code in fit.over}
    kept = (fit for code, fit in best.items() if code not in give_way)
    return tuple(sorted(kept, key=_begin))


def _spans(clause: str, groups: Sequence[Sequence[str]]) -> tuple[tuple[int, int], ...] | None:
    """Return where a word of each group stands, none upon another; None if one is not there."""
    taken: list[tuple[int, int]] = []
    for group in groups:
        for word in group:
            at = clause.find(word)
            while at >= 0 and _overlap([(at, at + len(word))], taken):
                at = clause.find(word, at + 1)
            if at >= 0:
                taken.append((at, at + len(word)))
                break
        else:
            return None
    return tuple(taken)


def _items(description: object) -> list[str]:
    """Return the items of a list: by semicolons and full stops, and by numbers from 1 upwards."""
    if description is None or description != description:
        return []
    plain = normal(str(description).translate(_CIRCLED))
    plain = _LEAD_IN.sub("", plain.replace("\uff0c", ","))
    cuts, wanted = [], 1
    for mark in _NUMBERED.finditer(plain):
        if int(mark[1] or mark[2]) == wanted:  # 3、4号 and 1.5米 are no numbers of a list
            cuts.append(mark)
            wanted += 1
    ends = [0, *(mark.end() for mark in cuts)]
    begins = [*(mark.start() for mark in cuts), len(plain)]
    parts = [plain[begin:end] for begin, end in zip(ends, begins, strict=True)]
    pieces = [piece.strip(" ,、:") for part in parts for piece in _ITEMS.split(part)]
    return [piece for piece in pieces if piece]


def _clauses(item: str, kind: str) -> list[str]:
    """Return the clauses of an item that say something by themselves.

    A comma divides where both sides do; else what says nothing stays with its neighbour. An
    enumeration is divided only where each of its members names a hazard.
    """
    parts: list[str] = []
    for word in _says("against"):
        item = item.replace(word, f",{word}")
    for part in filter(None, (p.strip() for p in item.split(","))):
        parts += _members(part, kind)
    clauses: list[str] = []
    for part in parts:
        if clauses and _belongs(clauses[-1], part, kind):
            clauses[-1] = f"{clauses[-1]},{part}"
        else:
            clauses.append(part)
    return clauses


def _members(part: str, kind: str) -> list[str]:
    """Return the members of an enumeration; what follows 未发现 stays one."""
    members = [m.strip() for m in part.split("、") if m.strip()]
    at = next((k for k, member in enumerate(members) if _denies(member)), len(members))
    members = members[:at] + (["、".join(members[at:])] if at < len(members) else [])
    apart = all(_fits(m, kind) or _denies(m) for m in members)
    return members if len(members) > 1 and apart else [part]


def _belongs(before: str, part: str, kind: str) -> bool:
    """Return whether a clause goes with the one before: one of them says nothing, or the same."""
    if not (_speaks(before, kind) and _speaks(part, kind)):
        return True
    if any(_tells_none(p) or _denies(p) for p in (before, part)):
        return False
    return {fit.code for fit in _fits(before, kind)} == {fit.code for fit in _fits(part, kind)}


def _speaks(part: str, kind: str) -> bool:
    told = part in codes("hazard_code") or _tells_none(part) or _denies(part)
    return told or bool(_fits(part, kind))


def _denies(clause: str) -> bool:
    return _first(clause, _says("none")) >= 0


def _tells_none(clause: str) -> bool:
    """Return whether a clause tells that all is well, that it was mended, or what is to be done."""
    if clause in ("无", "正常", "没有", "无。"):
        return True
    half = _first(clause, _says("half_mended")) >= 0
    if _first(clause, _says("mended")) >= 0 and not half:
        return True
    if _first(clause, _says("good")) >= 0 and _first(clause, _says("bad")) < 0:
        return True
    begins = any(clause.startswith(word) for word in _says("notes"))
    return begins or clause in _says("notes")


def _is_all_mended(clause: str) -> bool:
    """Return whether a clause says of everything before it that it is mended."""
    rest = clause
    for word in (*_says("all_of_it"), *_says("mended"), "隐患", "问题", "现场", "当场"):
        rest = rest.replace(word, "")
    return rest.strip(" ,") == "" and _first(clause, _says("mended")) >= 0


def _lower(sure: Sure) -> Sure:
    return "likely" if sure == "certain" else sure


def _kind_of_place(place: str) -> str:
    return next(
        (kind for kind, words in _data()["places"].items() if _first(place, words) >= 0), ""
    )


def _first(text: str, words: Iterable[str]) -> int:
    """Return where the first of some words stands, -1 if none does."""
    return min((at for word in words if (at := text.find(word)) >= 0), default=-1)


def _overlap(one: Sequence[tuple[int, int]], other: Sequence[tuple[int, int]]) -> bool:
    return any(a < d and c < b for a, b in one for c, d in other)


def _begin(fit: _Fit) -> tuple[int, str]:
    return min(fit.spans)[0], fit.code


def _words(clause: str, spans: Iterable[tuple[int, int]]) -> tuple[str, ...]:
    return tuple(clause[begin:end] for begin, end in sorted(set(spans)))


@cache
def _data() -> dict[str, Any]:
    text = files("weizhan.data").joinpath("hazard_words.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _says(name: str) -> list[str]:
    words: list[str] = _data()["says"][name]
    return words


@cache
def _rules() -> tuple[_Rule, ...]:
    return tuple(
        _Rule(
            HazardCode(rule["code"]),
            rule["sure"],
            tuple(tuple(sorted(group, key=len, reverse=True)) for group in rule["groups"]),
            frozenset(map(HazardCode, rule.get("over", ()))),
            tuple(rule.get("but", ())),
            {kind: HazardCode(rule[kind]) for kind in _data()["places"] if kind in rule},
        )
        for rule in _data()["rule"]
    )
