"""Parts of pages: sections, paragraphs and the one table, escaped."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from ...geo.words import Lang, text
from ...geo.yardstick import Difference
from .escape import escape, shown


class Html(str):
    """A cell that is HTML already, made of escaped parts."""


@dataclass(frozen=True)
class Row:
    """A row that goes to a feature on the map.

    Attributes
    ----------
    cells
        Texts, or `Html`.
    layer, identity
        The layer, and what its feature is called there.
    below
        A sentence under the row, from its second column on.
    """

    cells: Sequence[str]
    layer: str
    identity: str
    below: str = ""


def section(key: str, inside: str, lang: Lang) -> str:
    """Return a section under the heading of a key of the catalogue.

    Parameters
    ----------
    key
        Of the heading; its last part is the identity of the section.
    inside
        HTML already.
    lang
        Language of the heading.
    """
    name = key.rpartition(".")[2]
    return f'<section id="{name}"><h2>{escape(text(key, lang))}</h2>{inside}</section>'


def paragraph(said: str, kind: str = "") -> str:
    """Return a paragraph of plain text, with a class if one is given; nothing without text.

    Parameters
    ----------
    said
        Plain text, escaped here.
    kind
        Class of the paragraph.
    """
    mark = f' class="{kind}"' if kind else ""
    return f"<p{mark}>{escape(said)}</p>" if said else ""


def cut_note(shown: int, rows: int, file: str, lang: Lang) -> str:
    """Return how many rows of a table are on the page and where all are; nothing where all are.

    Parameters
    ----------
    shown
        Rows on the page at the most.
    rows
        Rows there are.
    file
        That has all rows.
    lang
        Language of the sentence.
    """
    if rows <= shown:
        return ""
    return paragraph(text("page.rows_cut", lang, shown=shown, all=rows, file=file), "note")


def line(key: str, lang: Lang, **values: object) -> str:
    """Return a sentence of the catalogue as a paragraph.

    Parameters
    ----------
    key
        Of the sentence.
    lang
        Language of the sentence.
    **values
        For the blanks in it, plain; escaped here.
    """
    return paragraph(text(key, lang, **values))


def steps(said: Sequence[str]) -> str:
    """Return sentences as a numbered list; nothing without any.

    Parameters
    ----------
    said
        Plain texts, escaped here.
    """
    items = "".join(f"<li>{escape(one)}</li>" for one in said)
    return f"<ol>{items}</ol>" if items else ""


def differences_told(differences: Sequence[Difference], lang: Lang) -> str:
    """Return how two results were not measured alike, for the head of a page; nothing if alike.

    Parameters
    ----------
    differences
        From `weizhan.geo.yardstick.differences`.
    lang
        Language of the sentences.
    """
    if not differences:
        return ""
    lines = "".join(f"<li>{escape(shown(one.said(lang)))}</li>" for one in differences)
    head = escape(text("yardstick.head", lang))
    return (
        f'<section id="differences" role="note"><strong>{head}</strong><ul>{lines}</ul></section>'
    )


def table(
    heads: Iterable[str],
    rows: Iterable[Row | Iterable[str]],
    *,
    kind: str = "",
    numeric: Collection[int] = (),
) -> str:
    """Return a table as HTML.

    Parameters
    ----------
    heads
        Of the columns, plain texts; none for a table without heads.
    rows
        Cells: texts are escaped here, `Html` is not; a `Row` goes to a feature of the map.
    kind
        Class of the table.
    numeric
        Columns of numbers, from 0.
    """
    mark = f' class="{kind}"' if kind else ""
    head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in heads)
    above = f"<thead><tr>{head}</tr></thead>" if head else ""
    body = "".join(_row(row, numeric) for row in rows)
    made = f"<table{mark}>{above}<tbody>{body}</tbody></table>"
    return f'<div class="wide">{made}</div>'


def _row(row: Row | Iterable[str], numeric: Collection[int]) -> str:
    if not isinstance(row, Row):
        return f"<tr>{_cells(row, numeric)}</tr>"
    goes = f'data-layer="{escape(row.layer)}" data-id="{escape(shown(row.identity))}"'
    made = f"<tr {goes}>{_cells(row.cells, numeric)}</tr>"
    if not row.below:
        return made
    wide = len(row.cells) - 1
    return f'{made}<tr class="said"><td></td><td colspan="{wide}">{escape(row.below)}</td></tr>'


def _cells(cells: Iterable[str], numeric: Collection[int]) -> str:
    made = []
    for at, cell in enumerate(cells):
        mark = ' class="n"' if at in numeric else ""
        made.append(f"<td{mark}>{cell if isinstance(cell, Html) else escape(cell)}</td>")
    return "".join(made)
