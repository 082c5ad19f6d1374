"""Parts of reports: sections, lines and tables, escaped."""

from __future__ import annotations

from collections.abc import Iterable

from ...geo.words import Lang, text
from .standalone import escape


def report_section(key: str, inside: str, lang: Lang) -> str:
    """Return a section under the heading of a key; ``inside`` is HTML already."""
    name = key.rpartition(".")[2]
    return f'<section id="{name}"><h2>{escape(text(key, lang))}</h2>{inside}</section>'


def report_line(key: str, lang: Lang, **values: object) -> str:
    """Return a sentence of the catalogue as a paragraph."""
    return f"<p>{escape(text(key, lang, **values))}</p>"


def report_table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a table of plain texts."""
    head = "".join(f"<th>{escape(cell)}</th>" for cell in heads)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return f'<div class="wide">{table}</div>'
