"""Headings of files and what they were taken for: shown in a form, corrected by choosing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException

from ..geo.tables import Column, HeaderMatch
from ..geo.words import InputError


@dataclass(frozen=True)
class HeaderRow:
    """One heading of a file: what it was taken for, and what it could be."""

    header: str
    column: str
    how: str
    near: str


def header_rows(headers: Iterable[HeaderMatch], stated: Mapping[str, str]) -> list[HeaderRow]:
    """Return the headings of a file with what became of each.

    Parameters
    ----------
    headers
        As they were matched.
    stated
        What the settings of the town say.
    """
    return [
        HeaderRow(
            match.header,
            "" if match.how == "unmatched" else match.column,
            "stated" if stated.get(match.column) == match.header else match.how,
            match.column if match.how == "unmatched" else "",
        )
        for match in headers
    ]


def column_words(columns: Iterable[Column]) -> list[tuple[str, str]]:
    """Return the columns that a heading can be taken for, with what people call them."""
    return [(c.name, f"{c.synonyms[0] if c.synonyms else c.name} ({c.name})") for c in columns]


def columns_chosen(
    asked: Sequence[tuple[str, str, str]], *, allowed: Sequence[str], stated: Mapping[str, str]
) -> dict[str, str]:
    """Return ``columns`` of ``town.toml`` by which headings are taken for what was chosen.

    Parameters
    ----------
    asked
        Heading, what it was taken for, and what it is to be taken for (empty: nothing).
    allowed
        Columns that there are.
    stated
        What the settings say already.

    Raises
    ------
    InputError
        When two headings are to be one column, or there is no such column.
    """
    columns = dict(stated)
    for _, was, now in asked:
        if was != now and was in columns:
            del columns[was]
    for header, was, now in asked:
        if was == now:
            continue
        if now and now not in allowed:
            raise InputError("error.column_none", column=now)
        if now:
            columns[now] = header
        elif was:
            columns.setdefault(was, "")
    chosen = [now for _, _, now in asked if now]
    for column in chosen:
        if chosen.count(column) > 1:
            both = "、".join(header for header, _, now in asked if now == column)
            raise InputError("error.column_twice", column=column, headers=both)
    return columns


def header_pairs(form: FormData) -> list[tuple[str, str, str]]:
    """Return heading, former and chosen column of each row of a form."""
    headers, was, now = (form.getlist(name) for name in ("header", "was", "now"))
    if not len(headers) == len(was) == len(now):
        raise HTTPException(400)
    return [(str(a), str(b), str(c)) for a, b, c in zip(headers, was, now, strict=True)]
