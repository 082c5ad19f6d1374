"""A report as blocks, from which the Word file and the PDF are both made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from ...geo.words import Lang, text
from .typeset import pdf


@dataclass(frozen=True)
class Heading:
    """A heading; level 1 begins a part."""

    said: str
    level: int = 1


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; ``small`` for notes."""

    said: str
    small: bool = False


@dataclass(frozen=True)
class Grid:
    """A table: header and rows of text, and the share of the width of each column."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    widths: Sequence[float]


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


Block: TypeAlias = Heading | Paragraph | Grid | Picture | NewPage


@dataclass(frozen=True)
class Report:
    """A report.

    Attributes
    ----------
    title, subtitle
        On top.
    foot
        On every page.
    date
        ISO 8601; the files carry it.
    simulated
        Whether it must say so.
    blocks
        In order.
    """

    title: str
    subtitle: str
    foot: str
    date: str
    simulated: bool
    blocks: Sequence[Block]


def report_pdf(report: Report, *, lang: Lang) -> bytes:
    """Return a report as PDF.

    Parameters
    ----------
    report
        What it says, in the language already.
    lang
        Of page numbers and the mark of simulated towns.
    """
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
                        "widths": list(block.widths),
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
    data = {
        "paper": "a4",
        "flipped": False,
        "lang": lang,
        "words": {
            "page": text("paper.page", lang, page="{page}", pages="{pages}"),
            "simulated": text("paper.simulated", lang),
        },
        "simulated": report.simulated,
        "foot": report.foot,
        "title": report.title,
        "subtitle": report.subtitle,
        "blocks": told,
    }
    return pdf("report", data, date=report.date, **drawings)
