"""One page for the budget meeting: the answer, the plan on a map and in a table, lines to sign."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import shapely

from ...coverage.measures import TownMeasures, measure_places
from ...geo.words import Lang, MeasureKind, label, text
from ..html import shown
from ..voice import (
    AT_BUILDINGS,
    as_words,
    budget_frontier,
    decider,
    measures_cautions,
    measures_headline,
    money,
    plain,
    plan_steps,
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
        facts=[("", measures_headline(found, lang))],
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


def _shown(found: TownMeasures) -> list[int]:
    """Return places of the steps that have rows of their own: not care at single buildings."""
    study = found.study
    if len(study.steps) <= MOST_STEPS:
        return list(range(len(study.steps)))
    alone = [
        place
        for place, step in enumerate(study.steps)
        if study.measures[step.measure].kind not in AT_BUILDINGS
    ]
    return alone[:MOST_STEPS]


def _map(found: TownMeasures, lang: Lang) -> tuple[str, int]:
    """Return the map with the steps of the plan numbered, and its scale.

    Buildings at which something is done without a row of its own are dark.
    """
    after, places, shown_ = found.assessed[1], measure_places(found), _shown(found)
    there = [
        (place, places.iloc[step.measure])
        for place, step in enumerate(found.study.steps)
        if places.iloc[step.measure] is not None
    ]
    around = [point.buffer(120) for _, point in there] or list(after.buildings.geometry)
    paper = "a4" if len(shown_) <= FEW_STEPS else "strip"
    drawing, frame = ground_map(after, bounds_of(around), paper=paper, names=16)
    dark = shapely.MultiPoint([point for place, point in there if place not in shown_])
    houses = after.buildings.geometry.to_numpy()
    drawing.houses(houses[shapely.intersects(houses, dark)])
    for station in after.stations.geometry:
        drawing.mark(station.x, station.y, "station")
    for place, point in reversed(there):  # the first lie on top
        if place in shown_:
            drawing.stop(point.x, point.y, str(place + 1))
    return finished(drawing, lang), frame.scale


def _plan(found: TownMeasures, lang: Lang) -> Table:
    """Return the steps, those without a row of their own by kind, and the sum."""
    study, of = found.study, plan_steps(found, lang)
    at = [[key for key, _ in of.columns].index(key) for key in _KEYS]
    shown_ = _shown(found)
    told = [[as_words(of.rows[place], of.columns)[k] for k in at] for place in shown_]
    kinds: dict[MeasureKind, list[int]] = {}
    for place, step in enumerate(study.steps):
        if place not in shown_:
            kinds.setdefault(study.measures[step.measure].kind, []).append(place)
    for kind, rest in kinds.items():
        named = text("measures.kind_count", lang, kind=label("measure_kind", kind, lang),
                     count=len(rest))  # fmt: skip
        deciders = dict.fromkeys(decider(study.measures[study.steps[k].measure], lang)
                                 for k in rest)  # fmt: skip
        told.append([f"{rest[0] + 1}…", named, text("site.comma", lang).join(deciders),
                     *_sums(found, rest), ""])  # fmt: skip
    if told:
        every = range(len(study.steps))
        told.append(["", text("measures.sheet_sum", lang), "", *_sums(found, every), ""])
    return Table(
        title=text("measures.plan", lang),
        head=[of.heads(lang)[k] for k in at],
        widths=_WIDTHS,
        rows=told,
        empty=text("measures.none", lang),
    )


def _sums(found: TownMeasures, places: Sequence[int]) -> list[str]:
    """Return once, yearly, over the years and gain of some steps together."""
    study = found.study
    steps = [study.steps[place] for place in places]
    some = [study.measures[step.measure] for step in steps]
    return [
        money(sum(measure.cost_yuan for measure in some)),
        money(sum(measure.upkeep_yuan for measure in some)),
        money(sum(float(study.problem.costs[step.measure]) for step in steps)),
        plain(found, sum(step.gain for step in steps)),
    ]


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
