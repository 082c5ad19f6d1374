"""A report as blocks, from which the Word file and the PDF are both made, in the official form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, TypeAlias

from ...geo.words import Lang, text
from ..voice import dates_in_words
from .official import (
    BOTTOM_MM,
    CHAPTER,
    DENSE,
    LEFT_MM,
    LONG,
    NUMBER_BELOW_MM,
    RIGHT_MM,
    SIZES,
    TEXT_MM,
    TOP_MM,
    column_shares,
    number,
)
from .typeset import pdf

POINT_MM = 25.4 / 72


@dataclass(frozen=True)
class Heading:
    """A heading; level 1 begins a part and is numbered, level 0 is the title of a further sheet."""

    said: str
    level: int = 1


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; ``small`` for notes."""

    said: str
    small: bool = False


@dataclass(frozen=True)
class Grid:
    """A table: header and rows of text; columns are as wide as what stands in them asks for.

    A form has no header: its first row is a row.
    """

    head: Sequence[str]
    rows: Sequence[Sequence[str]]

    def size(self, lang: Lang) -> float:
        """Return the points of its text."""
        dense = len(self.head or self.rows[0]) >= DENSE or len(self.rows) >= LONG
        return SIZES[lang].dense if dense else SIZES[lang].table

    def widths(self, lang: Lang) -> list[float]:
        """Return the share of the width of each column."""
        ems = TEXT_MM / (self.size(lang) * POINT_MM)
        return column_shares(self.head or self.rows[0], self.rows, ems=ems)


@dataclass(frozen=True)
class Picture:
    """A drawing with what it shows."""

    svg: str
    width_mm: float
    height_mm: float
    said: str


@dataclass(frozen=True)
class NewPage:
    """The next block begins a page."""


@dataclass(frozen=True)
class Signature:
    """Whose report it is, over its day."""

    by: str


Block: TypeAlias = Heading | Paragraph | Grid | Picture | NewPage | Signature


@dataclass(frozen=True)
class Report:
    """A report.

    Attributes
    ----------
    title, subtitle
        On top; the subtitle may be empty.
    date
        ISO 8601; the files carry it.
    simulated
        Whether it must say so.
    blocks
        In order.
    measured
        By what it was measured, for the properties of the file and not for its pages.
    """

    title: str
    subtitle: str
    date: str
    simulated: bool
    blocks: Sequence[Block]
    measured: str = ""


def in_form(report: Report, *, lang: Lang) -> Report:
    """Return a report with its headings numbered and all days written as an office writes them.

    Parameters
    ----------
    report
        What it says, in the language already.
    lang
        Of numbers and days, and the mark of simulated towns.
    """

    def said(words: str) -> str:
        return dates_in_words(words, lang)

    at: list[int] = []
    blocks: list[Block] = []
    for block in report.blocks:
        match block:
            case Heading(level=level) if level > CHAPTER:
                at = [*at[:level], *[0] * (level - len(at))]
                at[level - 1] += 1
                blocks.append(replace(block, said=number(at, lang) + said(block.said)))
            case Heading():
                at = []
                blocks.append(replace(block, said=said(block.said)))
            case Paragraph() | Picture():
                blocks.append(replace(block, said=said(block.said)))
            case Grid():
                rows = [[said(cell) for cell in row] for row in block.rows]
                blocks.append(Grid([said(cell) for cell in block.head], rows))
            case _:
                blocks.append(block)
    subtitle = said(report.subtitle)
    if report.simulated:
        subtitle = f"{subtitle}　{text('paper.simulated', lang)}".strip("　")
    return replace(report, title=said(report.title), subtitle=subtitle, blocks=blocks)


def report_pdf(report: Report, *, lang: Lang) -> bytes:
    """Return a report as PDF.

    Parameters
    ----------
    report
        What it says, in the language already.
    lang
        Of page numbers and the mark of simulated towns.
    """
    report = in_form(report, lang=lang)
    drawings = {}
    told: list[dict[str, Any]] = []
    for at, block in enumerate(report.blocks):
        match block:
            case Heading():
                told.append({"kind": "heading", "said": block.said, "level": block.level})
            case Paragraph():
                told.append({"kind": "paragraph", "said": block.said, "small": block.small})
            case Grid():
                told.append(
                    {
                        "kind": "grid",
                        "head": list(block.head),
                        "rows": [list(row) for row in block.rows],
                        "widths": block.widths(lang),
                        "size": block.size(lang),
                    }
                )
            case Picture():
                drawings[f"picture-{at}"] = block.svg
                told.append(
                    {
                        "kind": "picture",
                        "name": f"picture-{at}",
                        "width": block.width_mm,
                        "said": block.said,
                    }
                )
            case NewPage():
                told.append({"kind": "page"})
            case Signature():
                day = dates_in_words(report.date, lang)
                told.append({"kind": "signature", "by": block.by, "day": day})
    data = {
        "lang": lang,
        "page": {
            "top": TOP_MM, "bottom": BOTTOM_MM, "left": LEFT_MM, "right": RIGHT_MM,
            "below": NUMBER_BELOW_MM, "number": text("office.page_number", lang, page="{page}"),
        },
        "sizes": asdict(SIZES[lang]),
        "title": report.title,
        "subtitle": report.subtitle,
        "measured": report.measured,
        "blocks": told,
    }  # fmt: skip
    return pdf("report", data, date=report.date, **drawings)
