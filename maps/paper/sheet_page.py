"""One page of paper: a title, facts, a map, tables, things to tick, notes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import shapely

from ...coverage.assessment import Assessment
from ...geo.words import Lang, text
from .drawing import Drawing
from .frames import LARGE_MM, Frame, frame_round
from .signs import legend
from .strokes import ground_of
from .typeset import pdf

SIGNS_USED: Final = (
    "station", "hydrant", "water", "hazard", "closed", "narrowed", "clear", "steps",
)  # fmt: skip
#: Size of the map in mm; a strip leaves A4 to tables.
MAPS: Final = {"a4": (186.0, 98.0), "strip": (186.0, 78.0)}
#: The same on a wall: A3, across or upright, with type that is read from further off.
WALL: Final = {False: (396.0, 228.0), True: (273.0, 348.0)}
WALL_SCALES: Final = (*range(500, 10_000, 250), *range(10_000, 200_001, 1000))


@dataclass(frozen=True)
class Table:
    """A table on paper.

    ``widths`` are shares of the width, 0 for as wide as needed; ``empty`` is said when there is
    no row.
    """

    title: str
    head: Sequence[str]
    widths: Sequence[float]
    rows: Sequence[Sequence[str]]
    empty: str


@dataclass(frozen=True)
class Page:
    """One page; a map may be missing. A3 lies across unless it is upright."""

    title: str
    facts: Sequence[tuple[str, str]]
    drawing: str | None = None
    scale: int = 0
    tables: Sequence[Table] = ()
    ticks_title: str = ""
    ticks: Sequence[str] = ()
    notes: Sequence[str] = field(default_factory=tuple)
    upright: bool = False


def paper_of(
    pages: Sequence[Page], found: Assessment, *, foot: str, paper: str = "a4", lang: Lang
) -> bytes:
    """Return pages as PDF.

    Parameters
    ----------
    pages
        In order.
    found
        Whose town, day and rules stand at the foot.
    foot
        What the paper is.
    paper
        ``a4``, or ``a3`` for walls, in big type.
    lang
        Of legend and foot.
    """
    entries, signs = legend(SIGNS_USED, lang)
    drawings = {f"map-{k}": page.drawing for k, page in enumerate(pages) if page.drawing}
    data: dict[str, Any] = {
        "paper": paper,
        "large": paper == "a3",
        "flipped": False,
        "lang": lang,
        "words": {
            "page": text("paper.page", lang, page="{page}", pages="{pages}"),
            "simulated": text("paper.simulated", lang),
        },
        "simulated": found.simulated,
        "foot": "　".join((found.town, foot, found.date, found.rules)),
        "legend": entries,
        "pages": [
            {
                "title": page.title,
                "flipped": paper == "a3" and not page.upright,
                "facts": [list(fact) for fact in page.facts],
                "map": f"map-{k}" if page.drawing else "",
                "scale": text("paper.scale", lang, scale=page.scale),
                "tables": [
                    {
                        "title": table.title,
                        "head": list(table.head),
                        "widths": list(table.widths),
                        "rows": [list(row) for row in table.rows],
                        "empty": table.empty,
                    }
                    for table in page.tables
                ],
                "ticks_title": page.ticks_title,
                "ticks": list(page.ticks),
                "notes": list(page.notes),
            }
            for k, page in enumerate(pages)
        ],
    }
    return pdf("sheet", data, date=found.date, **drawings, **signs)


def ground_map(
    found: Assessment, bounds: Sequence[float], *, paper: str = "a4", names: int = 30
) -> tuple[Drawing, Frame]:
    """Return a map with houses, lanes, water and what is known of the lanes' state.

    Parameters
    ----------
    found
        The assessment.
    bounds
        What it must show.
    paper
        Decides its size.
    names
        How many lanes are named at the most.
    """
    width, height = MAPS[paper]
    frame = frame_round(bounds, width_mm=width, height_mm=height, margin_mm=10, smallest=1000)
    return _on_ground(found, frame, names), frame


def title_of(key: str, shown: int, number: int, lang: Lang) -> str:
    """Return the title of a table, with how many of its rows are told where not all are.

    Parameters
    ----------
    key
        Of the title.
    shown
        Rows at the most.
    number
        Rows there are.
    lang
        Of the title.
    """
    title = text(key, lang)
    if number <= shown:
        return title
    return text("papers.title_cut", lang, title=title, shown=shown, all=number)


def wall_ground(found: Assessment, bounds: Sequence[float]) -> tuple[Drawing, Frame]:
    """Return the map of a wall: across or upright, whichever shows the place larger.

    Parameters
    ----------
    found
        The assessment.
    bounds
        What it must show.
    """
    frame = min(
        (
            frame_round(
                bounds, width_mm=width, height_mm=height, smallest=1000, type_mm=LARGE_MM,
                scales=WALL_SCALES,
            )
            for width, height in WALL.values()
        ),
        key=lambda frame: frame.scale,
    )  # fmt: skip
    return _on_ground(found, frame, 60), frame


def _on_ground(found: Assessment, frame: Frame, names: int) -> Drawing:
    drawing = Drawing(frame)
    drawing.ground(ground_of(found))
    drawing.states(ground_of(found))
    drawing.lane_names(ground_of(found).named, most=names)
    return drawing


def finished(drawing: Drawing, lang: Lang) -> str:
    """Return a drawing with its scale bar and north arrow in words."""
    return drawing.svg(north=text("paper.north", lang), metres=text("paper.metres", lang))


def bounds_of(shapes: Sequence[shapely.Geometry]) -> tuple[float, float, float, float]:
    """Return the bounds of some geometries."""
    west, south, east, north = shapely.total_bounds(np.array(shapes, dtype=object))
    return float(west), float(south), float(east), float(north)
