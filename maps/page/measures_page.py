"""The page of a study of measures: the plan in order of doing, its map, the frontier, its trust."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd

from ...coverage.measures import TownMeasures, measure_places
from ...geo.words import Lang, text
from ..html import Html, Row, cut_note, escape, paragraph, section, shown, table
from ..styles import style
from ..voice import (
    Table,
    as_words,
    beyond_said,
    budget_frontier,
    decider,
    draws_said,
    every_measure,
    kind_prices,
    kinds_said,
    left_out,
    measure_names,
    measured_communities,
    measures_cautions,
    measures_headline,
    measures_notes,
    measures_proof,
    money,
    other_plans,
    plan_kinds,
    plan_steps,
    price_draws,
    recounted,
    slices_said,
    unit_said,
)
from . import lane_overlays, overlays
from .canvas import PackedPoints
from .changed_buildings import changed_buildings
from .siting_chart import Dot, chart
from .town_page import Surroundings, bar_texts, script_content, town_page

MOST_STEPS = 15  # at once; the rest unfolds
MOST_ROWS = 60  # of long tables on the page; the workbook has all
_CLICKS = ("measures", "stations", "buildings")
_HEADINGS = (
    "plan", "frontier", "communities", "kinds", "draws", "proof", "notes", "left_out",
)  # fmt: skip
_STEP_HEADS = (
    "rank", "measure", "decided_by", "once", "yearly", "whole", "gain", "alone", "without", "draws",
)  # fmt: skip


def measures_page(found: TownMeasures, *, lang: Lang = "zh") -> str:
    """Return the page as one HTML text.

    Parameters
    ----------
    found
        What to show.
    lang
        Language of the page.
    """
    after = found.assessed[1]
    texts = {name: escape(text(f"measures.{name}", lang)) for name in _HEADINGS}
    texts |= {
        "print": escape(text("site.print", lang)),
        "headline": escape(measures_headline(found, lang)),
        "cautions": "".join(paragraph(said) for said in measures_cautions(found, lang)),
        "plan_part": _plan(found, lang),
        "others_part": _others(found, lang),
        "frontier_part": _frontier(found, lang),
        "communities_part": _table(measured_communities(found, lang), lang),
        "kinds_part": paragraph(kinds_said(found, lang), "note")
        + _table(kind_prices(found, lang, changed=True), lang),
        "draws_part": paragraph(draws_said(found, lang), "note")
        + _table(price_draws(found, lang, swaying=True), lang),
        "proof_part": "".join(paragraph(said) for said in measures_proof(found, lang)),
        "notes_part": _items(_notes(found, lang)),
        "left_part": _left(found, lang),
    }
    content = script_content(after, _CLICKS, lang, spoken=("measures_head",))
    keys = ("paint", "paint_change", "paint_before", "paint_after")
    content["texts"] |= {f"site.{key}": text(f"site.{key}", lang) for key in keys}
    content["texts"]["measures_head.gain"] = text(
        "measures_head.gain", lang, unit=unit_said(found, lang)
    )
    content["texts"] |= {
        f"site_head.{key}": text(f"site_head.{key}", lang) for key in ("before", "after")
    }
    title = text("measures.title", lang, town=shown(after.town))
    bar = bar_texts(after, lang) | {"town": escape(title)}
    sheets = ["committee.css", "siting.css"]
    around = Surroundings("measures", bar | texts, content, sheets, tools=["plan_page.js"])
    layers = (
        overlays.communities(after, lang=lang),
        lane_overlays.lanes(after, lang=lang),
        changed_buildings(found.assessed, next(iter(found.study.instance.tiers)), lang),
        measures_layer(found, lang),
        overlays.stations(after, lang=lang),
    )
    return town_page(after, title, layers, around, lang)


def measures_layer(found: TownMeasures, lang: Lang) -> PackedPoints:
    """Return the measures as points: those of the plan, and those that could help besides.

    Parameters
    ----------
    found
        Whose measures.
    lang
        Language of the words.
    """
    study, places = found.study, measure_places(found)
    chosen, useful = study.answer.chosen, study.problem.useful
    rows = np.flatnonzero((chosen | useful) & places.notna().to_numpy())
    rows = rows[np.argsort(chosen[rows], kind="stable")]  # those of the plan are drawn last
    classes = np.where(chosen[rows], 0, 1).astype(np.int64)
    looks = style.Style(
        text("measures.legend", lang),
        (
            style.Class(
                text("measures.legend_chosen", lang),
                "#d6006c",
                line="#ffffff",
                pixels=18,
                symbol="diamond",
            ),
            style.Class(
                text("measures.legend_other", lang),
                "#ffffff",
                line="#8a8177",
                pixels=7,
                symbol="circle",
            ),
        ),
    )
    frame = gpd.GeoDataFrame(geometry=places.iloc[rows].reset_index(drop=True), crs=places.crs)
    names, some = measure_names(found, lang), [study.measures[row] for row in rows]
    steps = _cells(plan_steps(found, lang), lang)
    every = _cells(every_measure(found, lang), lang)

    def column(values: list[str | None]) -> pd.Series:
        return pd.Series(values, index=frame.index, dtype=object)

    return PackedPoints(
        "measures",
        frame,
        styles={"measures": (looks, classes)},
        texts={
            "id": column([measure.measure_id for measure in some]),
            "name": column([names[row] for row in rows]),
            "decided_by": column([decider(measure, lang) for measure in some]),
            "once": column([money(measure.cost_yuan) for measure in some]),
            "yearly": column([money(measure.upkeep_yuan) for measure in some]),
            "gain": column([steps.get(m.measure_id, {}).get("gain") for m in some]),
            "draws": column([every[m.measure_id]["draws"] for m in some]),
        },
        z_index=8,
    )


def _cells(of: Table, lang: Lang) -> dict[str, dict[str, str]]:
    """Return the cells of a table as words, by the id in its rows."""
    keys = [key for key, _ in of.columns]
    told = [dict(zip(keys, as_words(row, of.columns), strict=True)) for row in of.rows]
    at = keys.index("id")
    return {str(row[at]): words for row, words in zip(of.rows, told, strict=True)}


def _plan(found: TownMeasures, lang: Lang) -> str:
    of = plan_steps(found, lang)
    rows = []
    for identity, words in _cells(of, lang).items():
        name = Html(
            f'<button type="button">{escape(words["measure"])}</button>'
            f'<span class="small">{escape(words["id"])}</span>'
        )
        cells = [words["rank"], name, *(words[key] for key in _STEP_HEADS[2:])]
        rows.append(Row(cells, "measures", identity, words["said"]))
    if not rows:
        return paragraph(text("measures.none", lang))
    said = dict(zip((key for key, _ in of.columns), of.heads(lang), strict=True))
    heads = [said[key] for key in _STEP_HEADS]
    note = paragraph(text("measures.plan_note", lang), "note")
    more = paragraph(" ".join(slices_said(found, lang)))
    numeric = range(_STEP_HEADS.index("once"), len(_STEP_HEADS))
    made = table(heads, rows[:MOST_STEPS], kind="listed", numeric=numeric)
    if len(rows) > MOST_STEPS:
        rest = table(heads, rows[MOST_STEPS:], kind="listed", numeric=numeric)
        summary = escape(text("measures.steps_rest", lang, count=len(rows) - MOST_STEPS))
        made = (
            _table(plan_kinds(found, lang), lang)
            + made
            + f"<details><summary>{summary}</summary>{rest}</details>"
        )
    return note + made + more


def _frontier(found: TownMeasures, lang: Lang) -> str:
    study = found.study
    dots = [
        Dot(
            point.budget,
            study.amount(point.answer.worth - study.before),
            study.amount(point.answer.bound - study.before),
            point.answer is study.answer,
        )
        for point in study.frontier
    ]
    others = [
        (other.cost_yuan, study.amount(recounted(found, other.worth)))
        for other in study.others
        if not np.isnan(other.cost_yuan)
    ]
    label = text("measures.frontier_axis", lang, unit=unit_said(found, lang))
    drawing = chart(dots, label=label, others=others, thousands=True, amounts=True)
    note = paragraph(text("measures.frontier_note", lang), "note")
    figure = f'<div class="charts"><figure>{drawing}</figure></div>' if drawing else ""
    return note + figure + _table(budget_frontier(found, lang), lang)


def _others(found: TownMeasures, lang: Lang) -> str:
    of = other_plans(found, lang)
    if not of.rows:
        return ""
    note = paragraph(text("measures.others_note", lang), "note")
    return section("measures.others", note + _table(of, lang), lang)


def _notes(found: TownMeasures, lang: Lang) -> list[str]:
    told = found.assessed[0].summary.get("notes", ())
    return [*measures_notes(found, lang), *(shown(note[lang]) for note in told)]


def _items(lines: list[str]) -> str:
    return f"<ul>{''.join(f'<li>{escape(line)}</li>' for line in lines)}</ul>"


def _left(found: TownMeasures, lang: Lang) -> str:
    every = every_measure(found, lang)
    shown_keys = ("id", "measure", "decided_by", "whole", "chosen", "useful", "draws")
    at = [number for number, (key, _) in enumerate(every.columns) if key in shown_keys]
    rows = [tuple(row[number] for number in at) for row in every.rows]
    less = replace(every, columns=tuple(every.columns[number] for number in at), rows=tuple(rows))
    note = paragraph(text("measures.every_note", lang, count=len(every.rows)), "note")
    summary = escape(text("measures.every", lang))
    return (
        paragraph(beyond_said(found, lang))
        + _table(left_out(found, lang), lang)
        + f"<details><summary>{summary}</summary>{note}{_table(less, lang)}</details>"
    )


def _table(of: Table, lang: Lang) -> str:
    if not of.rows:
        return paragraph(text("measures.none", lang))
    numeric = [at for at, (_, kind) in enumerate(of.columns) if kind != "text"]
    made = table(
        of.heads(lang),
        (as_words(row, of.columns) for row in of.rows[:MOST_ROWS]),
        kind="listed plain",
        numeric=numeric,
    )
    return made + cut_note(MOST_ROWS, len(of.rows), "measures.xlsx", lang)
