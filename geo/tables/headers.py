"""Which header of a ledger holds which column: by words, then by likeness, never by guessing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from rapidfuzz import fuzz, process

from ..rules import LedgerRule
from ..words import bare_header, normal, plain_header
from .ledger_kinds import LedgerKind

How = Literal["stated", "synonym", "alike", "unmatched"]
_MODES = re.compile(r"拟|计划|预计|应|限|未|不|免|曾")  # a planned day is not a past one


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
    kind: LedgerKind,
    *,
    stated: Mapping[str, str],
    rules: LedgerRule,
) -> list[HeaderMatch]:
    """Find which header holds which column.

    Parameters
    ----------
    headers
        Of the file, in any order.
    kind
        Whose columns are looked for.
    stated
        ``{column: header}`` from ``town.toml``; those that this file does not have are passed by.
    rules
        The likeness from which a header is believed, and the margin to the second best.

    Returns
    -------
    list
        One match a header, in the order of the file.
    """
    taken: dict[str, HeaderMatch] = {}
    for column, header in stated.items():
        if header in headers and column in kind.names:
            taken[header] = HeaderMatch(header, column, 100.0, "stated")
    found = {match.column for match in taken.values()}
    plain = {header: plain_header(header) for header in headers}
    bare = {header: bare_header(header) for header in headers}
    last = {header: bare_header(header.rsplit("/", 1)[-1]) for header in headers}
    for entry in kind.entries:
        if entry.name in found:
            continue
        for word in map(plain_header, (entry.name, *entry.synonyms)):
            free = [h for h in headers if h not in taken]
            ways = ([h for h in free if how[h] == word] for how in (plain, bare, last))
            exact = next(filter(None, ways), [])
            if exact:
                taken[exact[0]] = HeaderMatch(exact[0], entry.name, 100.0, "synonym")
                found.add(entry.name)
                break
    rest = [header for header in headers if header not in taken]
    taken |= _alike(rest, kind, found, rules)
    return [taken[header] for header in headers]


def _alike(
    headers: list[str], kind: LedgerKind, found: set[str], rules: LedgerRule
) -> dict[str, HeaderMatch]:
    """Match what is left by likeness; the surest first, each column once."""
    entries = [entry for entry in kind.entries if entry.name not in found]
    words = [(e.name, bare_header(word)) for e in entries for word in (e.name, *e.synonyms)]
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
    names = [entry.name for entry in entries]
    owner = np.array([names.index(name) for name, _ in words])
    by_column = np.zeros((len(headers), len(entries)))
    np.maximum.at(by_column.T, owner, scores.T)
    best = by_column.argmax(axis=1)
    order = np.sort(by_column, axis=1)
    top = order[:, -1]
    second = order[:, -2] if len(entries) > 1 else np.zeros(len(headers))
    sure = (top >= rules.header_score.value) & (top - second >= rules.header_margin.value)
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
