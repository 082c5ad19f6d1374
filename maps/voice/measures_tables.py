"""The tables of a study of measures, for the page, the workbook and the sheet alike."""

from __future__ import annotations

import numpy as np

from ...coverage.measures import Step, TownMeasures
from ...geo.words import Lang, MeasureKind, label, text
from ...geo.words import fields as f
from ..html import shown
from .figures import FEWEST_PEOPLE
from .measures_words import (
    counted,
    decider,
    few,
    known_now,
    listed_names,
    measure_names,
    recounted,
    source_said,
    unit_said,
)
from .siting_tables import Cell, Kind, Table, yes

HEADS = "measures_head"
ALL = 10**6  # names in a cell of the workbook


def measures_tables(found: TownMeasures, lang: Lang) -> list[Table]:
    """Return every table of a study of measures, the most asked for first.

    Parameters
    ----------
    found
        Whose tables.
    lang
        Language of the words in them.
    """
    return [
        plan_steps(found, lang),
        plan_kinds(found, lang),
        every_measure(found, lang),
        budget_frontier(found, lang, most=ALL),
        measured_communities(found, lang),
        kind_prices(found, lang, most=ALL),
        price_draws(found, lang),
        other_plans(found, lang),
        left_out(found, lang),
    ]


def plan_steps(found: TownMeasures, lang: Lang) -> Table:
    """Return the plan in the order of doing.

    Parameters
    ----------
    found
        Whose plan.
    lang
        Language of words and sentences.
    """
    names, study = measure_names(found, lang), found.study
    gain = _gain_kind(found)
    rows = []
    for rank, step in enumerate(study.steps, start=1):
        measure = study.measures[step.measure]
        rows.append(
            (
                float(rank),
                measure.measure_id,
                names[step.measure],
                label("measure_kind", measure.kind, lang),
                decider(measure, lang),
                measure.cost_yuan,
                measure.upkeep_yuan,
                measure.years,
                float(study.problem.costs[step.measure]),
                _gain(found, step.gain),
                _gain(found, step.after - study.before),
                _gain(found, step.alone),
                _gain(found, step.without),
                _share(found, step.measure),
                listed_names(found, step.depends_on, lang) or None,
                source_said(measure, lang),
                step_said(found, step, lang),
            )
        )
    kinds: tuple[tuple[str, Kind], ...] = (
        ("rank", "count"),
        ("id", "text"),
        ("measure", "text"),
        ("kind", "text"),
        ("decided_by", "text"),
        ("once", "yuan"),
        ("yearly", "yuan"),
        ("years", "count"),
        ("whole", "yuan"),
        ("gain", gain),
        ("after", gain),
        ("alone", gain),
        ("without", gain),
        ("draws", "share"),
        ("depends", "text"),
        ("source", "text"),
        ("said", "text"),
    )
    return Table("plan", kinds, tuple(rows), HEADS, unit_said(found, lang))


def plan_kinds(found: TownMeasures, lang: Lang) -> Table:
    """Return the plan by kinds of measure, those first that are done first.

    Parameters
    ----------
    found
        Whose plan.
    lang
        Language of the words.
    """
    study = found.study
    kinds: dict[MeasureKind, list[Step]] = {}
    for step in study.steps:
        kinds.setdefault(study.measures[step.measure].kind, []).append(step)
    rows = []
    for kind, steps in kinds.items():
        some = [study.measures[step.measure] for step in steps]
        deciders = dict.fromkeys(decider(measure, lang) for measure in some)
        rows.append(
            (
                label("measure_kind", kind, lang),
                float(len(steps)),
                text("site.comma", lang).join(deciders),
                sum(measure.cost_yuan for measure in some),
                sum(measure.upkeep_yuan for measure in some),
                sum(float(study.problem.costs[step.measure]) for step in steps),
                _gain(found, sum(step.gain for step in steps)),
            )
        )
    columns: tuple[tuple[str, Kind], ...] = (
        ("kind", "text"),
        ("count", "count"),
        ("decided_by", "text"),
        ("once", "yuan"),
        ("yearly", "yuan"),
        ("whole", "yuan"),
        ("gain", _gain_kind(found)),
    )
    return Table("by_kind", columns, tuple(rows), HEADS, unit_said(found, lang))


def step_said(found: TownMeasures, step: Step, lang: Lang) -> str:
    """Return why a measure is in the plan, and what it waits for.

    Parameters
    ----------
    found
        Whose plan.
    step
        Which measure of it.
    lang
        Language of the text.
    """
    study = found.study
    measure = study.measures[step.measure]
    told = [text(f"measure_why.{measure.kind}", lang)]
    if step.depends_on:
        after = listed_names(found, step.depends_on, lang)
        told.append(text("measures.depends", lang, after=after))
    elif step.gain <= 0:
        told.append(text("measures.no_gain_yet", lang))
    if step.alone <= 0 < step.without:
        told.append(text("measures.only_with", lang))
    if measure.must or measure.measure_id in study.request.must:
        told.append(text("measures.must", lang))
    return told[0] + "".join(told[1:]) if lang == "zh" else " ".join(told)


def every_measure(found: TownMeasures, lang: Lang) -> Table:
    """Return all that could be done, with its price, in the order of ids.

    Parameters
    ----------
    found
        Whose measures.
    lang
        Language of the words.
    """
    names, study = measure_names(found, lang), found.study
    useful, chosen = study.problem.useful, study.answer.chosen
    rows = tuple(
        (
            measure.measure_id,
            names[number],
            label("measure_kind", measure.kind, lang),
            decider(measure, lang),
            measure.cost_yuan,
            measure.upkeep_yuan,
            measure.years,
            float(study.problem.costs[number]),
            yes(bool(chosen[number]), lang),
            yes(bool(useful[number]), lang),
            _share(found, number),
            source_said(measure, lang),
        )
        for number, measure in enumerate(study.measures)
    )
    kinds: tuple[tuple[str, Kind], ...] = (
        ("id", "text"),
        ("measure", "text"),
        ("kind", "text"),
        ("decided_by", "text"),
        ("once", "yuan"),
        ("yearly", "yuan"),
        ("years", "count"),
        ("whole", "yuan"),
        ("chosen", "text"),
        ("useful", "text"),
        ("draws", "share"),
        ("source", "text"),
    )
    return Table("every", kinds, rows, HEADS, unit_said(found, lang))


def budget_frontier(found: TownMeasures, lang: Lang, *, most: int = 5) -> Table:
    """Return the best plan for budgets from nothing to twice the one asked for.

    Parameters
    ----------
    found
        Whose plans.
    lang
        Language of the words.
    most
        How many measures are named in a cell.
    """
    study = found.study
    gain = _gain_kind(found)
    rows = tuple(
        (
            point.budget,
            study.problem.spent(point.answer.chosen),
            _gain(found, point.answer.worth - study.before),
            _gain(found, point.answer.bound - study.before),
            yes(point.answer.proven, lang),
            float(point.answer.chosen.sum()),
            listed_names(found, np.flatnonzero(point.answer.chosen).tolist(), lang, most=most)
            or None,
        )
        for point in study.frontier
    )
    kinds: tuple[tuple[str, Kind], ...] = (
        ("budget", "yuan"),
        ("spent", "yuan"),
        ("gain", gain),
        ("bound", gain),
        ("proven", "text"),
        ("count", "count"),
        ("measures", "text"),
    )
    return Table("frontier", kinds, rows, HEADS, unit_said(found, lang))


def measured_communities(found: TownMeasures, lang: Lang) -> Table:
    """Return what there is in each community before and under the plan.

    Parameters
    ----------
    found
        Whose communities.
    lang
        Language of the words.
    """
    study = found.study
    by_share, harm = study.request.yardstick == "late", counted(found) == "harm"
    longest = study.instance.town.rules.measures.waiting_most_s.value / 60
    named = study.instance.town.communities.set_index(f.COMMUNITY_ID)[f.NAME]
    rows = []
    for row in study.communities:
        total, before, after = (float(row[key]) for key in ("total", "before", "after"))
        if total <= 0:
            continue
        identity = row["community_id"]
        name = None if identity is None else named.get(identity)
        told = text("measures.no_community", lang) if identity is None else shown(name or identity)
        levels: list[Cell] = [None, None]
        if not harm and not few(found, study.amount(total)):
            levels = [part if by_share else longest * (1 - part) for part in
                      (before / total, after / total)]  # fmt: skip
        if not known_now(found):
            levels[0] = None  # nobody knows, which is not nothing
        if harm:
            levels = []
        rows.append((told, *levels, _gain(found, after - before)))
    level: Kind = "share" if by_share else "minutes"
    shares: tuple[tuple[str, Kind], ...] = (
        () if harm else ((f"before_{level}", level), (f"after_{level}", level))
    )
    columns: tuple[tuple[str, Kind], ...] = (
        ("community", "text"),
        *shares,
        ("gain", _gain_kind(found)),
    )
    return Table("communities", columns, tuple(rows), HEADS, unit_said(found, lang))


def kind_prices(found: TownMeasures, lang: Lang, *, most: int = 5, changed: bool = False) -> Table:
    """Return what changes when measures of a kind cost half, or twice as much.

    Parameters
    ----------
    found
        Whose plan.
    lang
        Language of the words.
    most
        How many measures are named in a cell.
    changed
        Whether to leave out what leaves the plan as it is.
    """
    study = found.study
    told = [c for c in study.kinds if c.entered or c.left or not changed]
    rows = tuple(
        (
            label("measure_kind", change.kind, lang),
            text("measures.half" if change.factor < 1 else "measures.double", lang),
            listed_names(found, change.entered, lang, most=most) or text("measures.none", lang),
            listed_names(found, change.left, lang, most=most) or text("measures.none", lang),
            _gain(found, change.worth - study.answer.worth),
            yes(change.proven, lang),
        )
        for change in told
    )
    kinds: tuple[tuple[str, Kind], ...] = (
        ("kind", "text"),
        ("price", "text"),
        ("entered", "text"),
        ("left", "text"),
        ("more", _gain_kind(found)),
        ("proven", "text"),
    )
    return Table("kinds", kinds, rows, HEADS, unit_said(found, lang))


def price_draws(found: TownMeasures, lang: Lang, *, swaying: bool = False) -> Table:
    """Return in what share of draws of costs each measure is in the best plan; the steadiest first.

    Parameters
    ----------
    found
        Whose measures.
    lang
        Language of the words.
    swaying
        Whether to leave out those that are in every draw.
    """
    names, study = measure_names(found, lang), found.study
    rows: list[tuple[Cell, ...]] = []
    if study.draws is not None and study.draws.draws:
        share, chosen = study.draws.share, study.answer.chosen
        order = np.lexsort((np.arange(len(share)), -share))
        rows = [
            (names[number], float(share[number]), yes(bool(chosen[number]), lang))
            for number in order.tolist()
            if (share[number] > 0 or chosen[number]) and not (swaying and share[number] == 1)
        ]
    kinds: tuple[tuple[str, Kind], ...] = (
        ("measure", "text"),
        ("draws", "share"),
        ("chosen", "text"),
    )
    return Table("draws", kinds, tuple(rows), HEADS, unit_said(found, lang))


def other_plans(found: TownMeasures, lang: Lang) -> Table:
    """Return plans of others beside the best, all counted by the engine.

    Parameters
    ----------
    found
        Whose plan they stand beside.
    lang
        Language of the words.
    """
    study = found.study
    if not study.others:
        return Table("others", (), (), HEADS, unit_said(found, lang))
    best = recounted(found, study.counted[1])
    told = [(text("measures.ours", lang), study.problem.spent(study.answer.chosen), best)]
    told += [(shown(o.name), o.cost_yuan, recounted(found, o.worth)) for o in study.others]
    rows = tuple(
        (
            name,
            None if np.isnan(cost) else cost,
            _gain(found, gain),
            None if gain is best else _gain(found, gain - best),
        )
        for name, cost, gain in told
    )
    gain_kind = _gain_kind(found)
    kinds: tuple[tuple[str, Kind], ...] = (
        ("name", "text"),
        ("whole", "yuan"),
        ("engine", gain_kind),
        ("beside_ours", gain_kind),
    )
    return Table("others", kinds, rows, HEADS, unit_said(found, lang))


def left_out(found: TownMeasures, lang: Lang) -> Table:
    """Return what was not offered or not looked at, and why.

    Parameters
    ----------
    found
        Of which study.
    lang
        Language of the words.
    """
    rows: list[tuple[Cell, ...]] = [
        (text(f"measures_left.{reason}", lang), float(count))
        for reason, count in found.study.left_out.items()
    ]
    rows += [
        (
            text(
                "measures.kind_useless",
                lang,
                kind=label("measure_kind", kind, lang),
                yardstick=text(f"measures.yardstick_{found.study.request.yardstick}", lang),
            ),
            None,
        )
        for kind in found.not_offered
    ]
    kinds: tuple[tuple[str, Kind], ...] = (("what", "text"), ("count", "count"))
    return Table("left_out", kinds, tuple(rows), HEADS, unit_said(found, lang))


def _gain_kind(found: TownMeasures) -> Kind:
    return "index" if counted(found) == "harm" else "count"


def _gain(found: TownMeasures, worth: float) -> Cell:
    """Return a worth as a cell; of few people only that they are few."""
    amount = found.study.amount(worth)
    if few(found, amount):
        return f"{'−' if amount < 0 else ''}<{FEWEST_PEOPLE}"
    return amount


def _share(found: TownMeasures, number: int) -> float | None:
    draws = found.study.draws
    return None if draws is None or not draws.draws else float(draws.share[number])
