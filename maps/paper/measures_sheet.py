"""One page for the budget meeting: the answer, the plan on a map and in a table, lines to sign."""

from __future__ import annotations

from collections import Counter
from typing import Final

import shapely

from ...coverage.measures import TownMeasures, measure_places
from ...geo.words import Lang, MeasureKind, label, text
from ..html import shown
from ..voice import (
    as_words,
    budget_frontier,
    costs,
    gained,
    measures_cautions,
    measures_headline,
    money,
    plain,
    plan_steps,
    scenario_name,
    slices_said,
)
from .sheet_page import Page, Table, bounds_of, finished, ground_map, paper_of

FEW_STEPS: Final = 5  # so many leave room for a larger map
MOST_STEPS: Final = 9  # in the table; the rest are told by kind
_KEYS: Final = ("rank", "measure", "decided_by", "once", "yearly", "whole", "gain", "draws")
_WIDTHS: Final = (0, 3, 1.4, 0, 0, 0, 0, 0)
_BUDGET_KEYS: Final = ("budget", "spent", "gain", "proven", "count")


def measures_sheet(found: TownMeasures, *, lang: Lang) -> bytes:
    """Return the sheet as PDF, one page of A4.

    Parameters
    ----------
    found
        What is to be decided.
    lang
        Of the sheet.
    """
    after = found.assessed[1]
    drawing, scale = _map(found, lang)
    page = Page(
        title=text("measures.sheet_title", lang, town=shown(after.town)),
        facts=[("", measures_headline(found, lang)), ("", scenario_name(after, lang))],
        drawing=drawing,
        scale=scale,
        tables=[_plan(found, lang), _frontier(found, lang)],
        ticks_title=text("measures.sheet_decision", lang),
        ticks=[
            text(f"measures.sheet_{word}", lang)
            for word in ("agreed", "changed", "later", "refused")
        ],
        notes=[
            text("measures.sheet_signs", lang),
            " ".join([*measures_cautions(found, lang), *slices_said(found, lang)]),
            text("measures.sheet_marks", lang),
        ],
    )
    return paper_of([page], after, foot=text("measures.sheet_foot", lang), lang=lang)


def _map(found: TownMeasures, lang: Lang) -> tuple[str, int]:
    """Return the map with the steps of the plan numbered, and its scale."""
    after, places = found.assessed[1], measure_places(found)
    steps = [
        (rank, places.iloc[step.measure])
        for rank, step in enumerate(found.study.steps, start=1)
        if places.iloc[step.measure] is not None
    ]
    shapes = [place for _, place in steps] or list(after.buildings.geometry)
    around = [shapely.buffer(shape, 120) for shape in shapes]
    paper = "a4" if len(found.study.steps) <= FEW_STEPS else "strip"
    drawing, frame = ground_map(after, bounds_of(around), paper=paper, names=16)
    for station in after.stations.geometry:
        drawing.mark(station.x, station.y, "station")
    for rank, place in reversed(steps):  # the first lie on top
        drawing.stop(place.x, place.y, str(rank))
    return finished(drawing, lang), frame.scale


def _plan(found: TownMeasures, lang: Lang) -> Table:
    of = plan_steps(found, lang)
    at = [[key for key, _ in of.columns].index(key) for key in _KEYS]
    told = [[as_words(row, of.columns)[k] for k in at] for row in of.rows[:MOST_STEPS]]
    rest = found.study.steps[MOST_STEPS:]
    if rest:
        kinds = Counter(found.study.measures[step.measure].kind for step in rest)
        said = text("site.comma", lang).join(
            text("measures.kind_count", lang, kind=label("measure_kind", kind, lang),
                 count=kinds[kind])
            for kind in MeasureKind
            if kinds[kind]
        )  # fmt: skip
        some = [found.study.measures[step.measure] for step in rest]
        whole = sum(float(found.study.problem.costs[step.measure]) for step in rest)
        gain = sum(step.gain for step in rest)
        told.append(
            [
                "…",
                text("measures.sheet_rest", lang, count=len(rest), kinds=said),
                "",
                money(sum(m.cost_yuan for m in some)),
                money(sum(m.upkeep_yuan for m in some)),
                money(whole),
                plain(found, gain),
                "",
            ]
        )
    if told:
        once, yearly, whole = costs(found)
        told.append(["", text("measures.sheet_sum", lang), "", money(once), money(yearly),
                     money(whole), plain(found, gained(found)), ""])  # fmt: skip
    return Table(
        title=text("measures.plan", lang),
        head=[of.heads(lang)[k] for k in at],
        widths=_WIDTHS,
        rows=told,
        empty=text("measures.none", lang),
    )


def _frontier(found: TownMeasures, lang: Lang) -> Table:
    """Return every second budget of the frontier."""
    of = budget_frontier(found, lang)
    at = [[key for key, _ in of.columns].index(key) for key in _BUDGET_KEYS]
    return Table(
        title=text("measures.frontier", lang),
        head=[of.heads(lang)[k] for k in at],
        widths=(1, 1, 1, 1, 1),
        rows=[[as_words(row, of.columns)[k] for k in at] for row in of.rows[::2]],
        empty=text("measures.none", lang),
    )
