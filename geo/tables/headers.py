"""Which header of a table holds which column: by words, then by likeness, never by guessing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from rapidfuzz import fuzz, process

from ..rules import LedgerRule
from ..words import InputError, Problem, bare_header, normal, plain_header
from .column import Column

How = Literal["stated", "synonym", "alike", "unmatched"]

NEAR: Final = 50  # of 100: a header less like any column is named without a guess
#: Headers of positions, which geodata have besides, and of numbers given to rows.
SILENT: Final = frozenset(
    {
        "lon",
        "lat",
        "x",
        "y",
        "经度",
        "纬度",
        "fid",
        "ogc_fid",
        "ogcfid",
        "序号",
        "行号",
        "no",
        "no.",
    }
)
DBF_NAME: Final = 10  # letters that a shapefile keeps of a name
_MODES: Final = re.compile(r"拟|计划|预计|应|限|未|不|免|曾")  # a planned day is not a past one


@dataclass(frozen=True, slots=True)
class HeaderMatch:
    """One header of a file and what it was taken for.

    ``score`` is the likeness from 0 to 100. For a header left unmatched ``column`` is the column
    it came nearest to, and ``score`` how near, so that a user can state it.
    """

    header: str
    column: str
    score: float
    how: How


def match_headers(
    headers: Sequence[str],
    columns: Sequence[Column],
    *,
    stated: Mapping[str, str],
    rules: LedgerRule | None = None,
) -> list[HeaderMatch]:
    """Find which header holds which column: as stated, by its words, then by likeness.

    A word is looked for in the whole header without its unit, then in the header without
    anything in brackets or in its last part (of several rows of headings) where that is unique.

    Parameters
    ----------
    headers
        Of the file, in any order.
    columns
        That are looked for. Of several synonyms in one file the earlier one is taken.
    stated
        ``{column: header}`` from ``town.toml``; those that this file does not have are passed by.
        An empty header says that no header holds the column.
    rules
        The likeness from which a header is believed, and the margin to the second best. Without
        them likeness only names the nearest column and decides nothing.

    Returns
    -------
    list
        One match a header, in the order of the file.
    """
    taken: dict[str, HeaderMatch] = {}
    names = {column.name for column in columns}
    for name, header in stated.items():
        if header in headers and name in names:
            taken[header] = HeaderMatch(header, name, 100.0, "stated")
    found = {match.column for match in taken.values()}
    nobody = {name for name, header in stated.items() if not header}
    columns = [column for column in columns if column.name not in nobody]
    by_word = _by_word(headers)
    for column in columns:
        if column.name in found:
            continue
        for word in map(plain_header, column.words):
            free = [header for header in by_word.get(word, ()) if header not in taken]
            if free:
                taken[free[0]] = HeaderMatch(free[0], column.name, 100.0, "synonym")
                found.add(column.name)
                break
    for header in headers:
        whole = [c.name for c in columns if _is_cut(header, c.name) and c.name not in found]
        if header not in taken and len(whole) == 1:
            taken[header] = HeaderMatch(header, whole[0], 100.0, "synonym")
            found.add(whole[0])
    rest = [header for header in headers if header not in taken]
    taken |= _alike(rest, [c for c in columns if c.name not in found], rules)
    return [taken[header] for header in headers]


def columns_found(matches: Sequence[HeaderMatch]) -> dict[str, str]:
    """Return ``{column: header}`` of what was matched."""
    return {match.column: match.header for match in matches if match.how != "unmatched"}


def check_stated(
    headers: Sequence[str],
    columns: Sequence[Column],
    *,
    stated: Mapping[str, str],
    what: str,
    file: str,
) -> None:
    """Raise an `InputError` for stated columns or headers that do not exist.

    Parameters
    ----------
    headers, columns, stated
        As for `match_headers`.
    what, file
        The layer and its file, named in the message.
    """
    names = [column.name for column in columns]
    wrong = sorted(set(stated) - set(names)) + sorted({*stated.values()} - {*headers, ""})
    if wrong:
        raise InputError(
            "error.stated_columns",
            file=file,
            layer=what,
            unknown=", ".join(wrong),
            allowed=", ".join(names),
            headers=", ".join(headers),
        )


def unread_headers(
    matches: Sequence[HeaderMatch], columns: Sequence[Column], *, what: str, file: str
) -> list[Problem]:
    """Tell which headers of a file mean nothing to us, each with the column it comes nearest to.

    Parameters
    ----------
    matches, columns
        From `match_headers`, and what was asked for there.
    what, file
        The layer and its file, named in the problem.
    """
    known = {column.name: column for column in columns}
    told = []
    for match in matches:
        if match.how != "unmatched" or plain_header(match.header) in SILENT:
            continue
        near = match.column if match.score >= NEAR else ""
        word = next(iter(known[near].synonyms), near) if near else ""
        told.append(f"“{match.header}”" + (f"≈{word} ({near})?" if near else ""))
    if not told:
        return []
    return [
        Problem("warning", "columns_unread", what, file, value="、".join(told), count=len(told))
    ]


def _is_cut(header: str, name: str) -> bool:
    """Return whether a header is a name of ours as a shapefile cuts it, after ten letters."""
    return len(header) == DBF_NAME < len(name) and name.startswith(header.lower())


def _by_word(headers: Sequence[str]) -> dict[str, list[str]]:
    """Return the headers by what they say: whole first, then without brackets or upper rows."""
    found: dict[str, list[str]] = {}
    for header in headers:
        found.setdefault(plain_header(header), []).append(header)
    ways = (
        [bare_header(header) for header in headers],
        [plain_header(header.rsplit("/", 1)[-1]) for header in headers],
        [bare_header(header.rsplit("/", 1)[-1]) for header in headers],
    )
    for words in ways:
        for word, header in zip(words, headers, strict=True):
            if words.count(word) == 1 and header not in found.get(word, ()):
                found.setdefault(word, []).append(header)
    return found


def _alike(
    headers: list[str], columns: list[Column], rules: LedgerRule | None
) -> dict[str, HeaderMatch]:
    """Match what is left by likeness; the surest first, each column once."""
    words = [(c.name, bare_header(word)) for c in columns for word in c.words]
    if not headers or not words:
        return {header: HeaderMatch(header, "", 0.0, "unmatched") for header in headers}
    scores = process.cdist(
        [bare_header(header) for header in headers],
        [word for _, word in words],
        scorer=fuzz.ratio,
    )
    # A planned day is not a past one, however alike the words: not even the nearest guess.
    opposite = np.array([[_modes(h) != _modes(word) for _, word in words] for h in headers])
    scores = np.where(opposite, 0, scores)
    names = [column.name for column in columns]
    owner = np.array([names.index(name) for name, _ in words])
    by_column = np.zeros((len(headers), len(columns)))
    np.maximum.at(by_column.T, owner, scores.T)
    best = by_column.argmax(axis=1)
    order = np.sort(by_column, axis=1)
    top = order[:, -1]
    second = order[:, -2] if len(columns) > 1 else np.zeros(len(headers))
    sure = np.zeros(len(headers), dtype=bool)
    if rules is not None:
        sure = (top >= rules.header_score.value) & (top - second >= rules.header_margin.value)
    found: set[str] = set()
    matches: dict[str, HeaderMatch] = {}
    for at in np.argsort(-top, kind="stable").tolist():
        name = names[int(best[at])]
        how: How = "alike" if sure[at] and name not in found else "unmatched"
        if how == "alike":
            found.add(name)
        score = round(float(top[at]), 1)
        matches[headers[at]] = HeaderMatch(headers[at], name if score else "", score, how)
    return matches


def _modes(header: str) -> set[str]:
    """Return the words that turn a column into another: planned, due, not, exempt, once."""
    return set(_MODES.findall(normal(header)))
