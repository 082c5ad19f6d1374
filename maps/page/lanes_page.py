"""The page for patrol and painting: lanes to keep clear, lanes to open, what breaks a clause."""

from __future__ import annotations

import math
from collections.abc import Sequence

import geopandas as gpd
import numpy as np

from ...coverage import columns as c
from ...coverage.assessment import Assessment
from ...geo.tables import is_missing
from ...geo.words import Lang, label, text
from ...geo.words import fields as f
from ..html import Html, Row, escape, paragraph, shown, steps, table
from ..styles import style
from ..voice import (
    Record,
    chance_said,
    cluster_said,
    count,
    findings_of,
    keep_clear_reason,
    lane_called,
    lanes_next,
    lanes_opening,
    lanes_unknown,
    lanes_without,
    lost_people,
    opening_reason,
    ranked,
    records,
    state_said,
    three_figures,
    tiers_told,
)
from . import lane_overlays, layer_columns, overlays
from .canvas import PackedPolygons
from .town_page import Surroundings, bar_texts, script_content, town_page

MOST_LANES = 100  # of each list on the page; the tables as CSV have all
MOST_FINDINGS = 10  # of each check
CERTAINTIES = ("certain", "likely", "unknown")

_CLICKS = ("stations", "barriers", "lanes")


def lanes_page(assessment: Assessment, *, lang: Lang = "zh") -> str:
    """Return the page about lanes as one HTML text.

    Parameters
    ----------
    assessment
        What to show; lists without their columns say so.
    lang
        Language of the page.
    """
    keys = ("keep_clear", "openings", "findings", "print")
    texts = {name: escape(text(f"lanes_page.{name}", lang)) for name in keys}
    tables = {
        "headline": paragraph(lanes_opening(assessment, lang)),
        "next_title": escape(text("lanes_opening.next", lang)),
        "next": steps(lanes_next(assessment, lang)),
        "keep_clear_table": _keep_clear(assessment, lang),
        "openings_table": _openings(assessment, lang),
        "findings_table": _findings(assessment, lang),
    }
    content = script_content(assessment, _CLICKS, lang)
    content["texts"]["colour"] = text("lanes_page.colour", lang)
    title = text("lanes_page.title", lang, town=shown(assessment.town))
    bar = bar_texts(assessment, lang) | {"town": escape(title)}
    around = Surroundings("lanes", bar | texts | tables, content, ["committee.css", "lanes.css"])
    layers = (
        overlays.communities(assessment, lang=lang),
        _buildings(assessment, lang),
        lane_overlays.lanes(assessment, lang=lang),
        overlays.barriers(assessment, lang=lang),
        overlays.stations(assessment, lang=lang),
    )
    return town_page(assessment, title, layers, around, lang)


def _buildings(assessment: Assessment, lang: Lang) -> PackedPolygons:
    """Return the buildings as a quiet background."""
    frame = assessment.buildings
    plain = style.Style("", (style.Class("", "#e6e2d9", "#cfc9bd"),))
    return PackedPolygons(
        "buildings",
        frame,
        styles={"plain": (plain, np.zeros(len(frame), np.int64))},
        texts={
            "id": overlays.column(frame, f.BUILDING_ID),
            f.NAME: overlays.column(frame, f.NAME),
            f.ADDRESS: overlays.column(frame, f.ADDRESS),
            f.USE: layer_columns.labels(overlays.column(frame, f.USE), "use", lang),
        },
        z_index=1,
    )


def _keep_clear(assessment: Assessment, lang: Lang) -> str:
    """Return the keep-clear list."""
    lanes = ranked(assessment, c.KEEP_CLEAR_RANK)
    if not lanes:
        why = lanes_unknown(assessment, lang)
        key = "lanes_page.none_known" if why else "lanes_page.none_ranked"
        return paragraph(text(key, lang, why=why), "note")
    tiers = tiers_told(assessment, further=False)
    heads = [
        text("lane.head_rank", lang),
        *(text(f"lanes_page.{name}", lang) for name in ("lane", "state", "chance")),
        *(
            text("lanes_page.lost", lang, standard=style.standard_label(standard_s, lang))
            for standard_s in tiers.values()
        ),
        text("lane.head_reason", lang),
    ]
    rows = []
    for lane in lanes[:MOST_LANES]:
        cells = [
            count(lane[c.KEEP_CLEAR_RANK], lang),
            _lane_cell(lane, assessment.lanes, lang),
            shown(state_said(lane, lang)),
            chance_said(lane, lang),
            *(_loss_cell(lane, tier, lang) for tier in tiers),
            keep_clear_reason(lane, tiers_told(assessment), lang),
        ]
        rows.append(Row(cells, "lanes", _said(lane.get(f.LANE_ID))))
    told = {"total": count(len(lanes), lang), "shown": len(rows)}
    said = text("lanes_page.keep_clear_note", lang, **told) + lanes_without(assessment, lang)
    note = paragraph(said, "note") + paragraph(cluster_said(assessment, lang), "note")
    return note + table(heads, rows, kind="listed")


def _openings(assessment: Assessment, lang: Lang) -> str:
    """Return the lanes whose opening would gain most."""
    lanes = ranked(assessment, c.OPENING_RANK)
    if not lanes:
        return paragraph(text("lanes_page.none_openings", lang), "note")
    keys = ("lane.head_rank", "lanes_page.lane", "lanes_page.gain", "lane.head_reason")
    rows = []
    for lane in lanes[:MOST_LANES]:
        gain = count(lane.get(c.OPENING_GAIN), lang)
        cells = [
            count(lane[c.OPENING_RANK], lang),
            _lane_cell(lane, assessment.lanes, lang),
            text("lanes_page.lost_buildings", lang, count=gain),
            opening_reason(lane, lang),
        ]
        rows.append(Row(cells, "lanes", _said(lane.get(f.LANE_ID))))
    told = {"total": count(len(lanes), lang), "shown": len(rows)}
    note = paragraph(text("lanes_page.openings_note", lang, **told), "note")
    return note + table([text(key, lang) for key in keys], rows, kind="listed")


def _findings(assessment: Assessment, lang: Lang) -> str:
    """Return how many findings there are by check and certainty, and the first of each."""
    found = findings_of(assessment)
    edge = _edge_note(assessment, lang)
    if found.empty:
        return paragraph(text("lanes_page.none_findings", lang), "note") + edge
    heads = [
        text("lane.finding_check", lang),
        text("lane.finding_clause", lang),
        *(label("compliance_certainty", certainty, lang) for certainty in CERTAINTIES),
        text("lanes_page.total", lang),
    ]
    counts, parts = [], []
    names = _names(assessment)
    for (check, clause), group in found.groupby(["check", "clause"], sort=False, dropna=False):
        name = label("compliance_check", check, lang)
        by_certainty = group["certainty"].value_counts()
        cells = [shown(name), "" if is_missing(clause) else shown(clause)]
        cells += [count(by_certainty.get(certainty, 0), lang) for certainty in CERTAINTIES]
        counts.append([*cells, count(len(group), lang)])
        first = (
            group.assign(sure=group["certainty"].map({e: i for i, e in enumerate(CERTAINTIES)}))
            .sort_values("sure", kind="stable")
            .head(MOST_FINDINGS)
        )
        rows = [_finding_row(finding, names, lang) for finding in records(first)]
        said = text("lanes_page.rows", lang, check=shown(name), count=count(len(group), lang))
        keys = ("subject", "measured", "limit", "certainty")
        inner = table([text(f"lane.finding_{key}", lang) for key in keys], rows, kind="listed")
        parts.append(f"<details><summary>{escape(said)}</summary>{inner}</details>")
    note = paragraph(text("lanes_page.findings_note", lang, shown=MOST_FINDINGS), "note")
    return note + table(heads, counts, kind="plain") + "".join(parts) + edge


def _edge_note(assessment: Assessment, lang: Lang) -> str:
    """Say how many dead ends stop where the data ends."""
    checked = assessment.summary.get("lanes", {}).get("findings", {}).get("dead_end", {})
    if not checked.get("unjudged"):
        return ""
    many = count(checked["unjudged"], lang)
    return paragraph(text("lanes_page.findings_edge", lang, count=many), "note")


def _finding_row(finding: Record, names: dict[tuple[str, str], str], lang: Lang) -> Row:
    subject, identity = str(finding["subject"]), finding["id"]
    unit = label("compliance_unit", finding["unit"], lang)
    values = [
        text("popup.unknown", lang)
        if is_missing(finding[name])
        else f"{three_figures(float(str(finding[name])))} {shown(unit)}"
        for name in ("measured", "limit")
    ]
    certainty = label("compliance_certainty", finding["certainty"], lang)
    called = names.get((subject, str(identity)), "")
    cells = [_named(called, identity, []), *values, shown(certainty)]
    return Row(cells, "buildings" if subject == "building" else "lanes", _said(identity))


def _names(assessment: Assessment) -> dict[tuple[str, str], str]:
    """Return the names of lanes and buildings that have one."""
    names = {}
    for subject, frame, key in (
        ("lane", assessment.lanes, f.LANE_ID),
        ("building", assessment.buildings, f.BUILDING_ID),
    ):
        ids, called = overlays.column(frame, key), overlays.column(frame, f.NAME)
        for identity, name in zip(ids[called.notna()], called.dropna(), strict=True):
            names[subject, str(identity)] = str(name)
    return names


def _lane_cell(lane: Record, lanes: gpd.GeoDataFrame, lang: Lang) -> Html:
    kind, width = lane.get(f.LANE_CLASS), lane.get(f.WIDTH_M)
    said = [] if is_missing(kind) else [label("lane_class", kind, lang)]
    if is_missing(width):
        said.append(text("lanes_page.width_unknown", lang))
    else:
        said.append(text("lanes_page.width", lang, count=f"{float(str(width)):g}"))
    return _named(lane_called(lane, lanes, lang), lane.get(f.LANE_ID), said)


def _named(name: object, identity: object, said: Sequence[str]) -> Html:
    """Return a button that goes there, with its id and what else is said below."""
    called = "" if is_missing(name) else shown(name)
    known = shown(_said(identity))
    below = [known, *map(shown, said)] if called and known not in called else [*map(shown, said)]
    lines = "".join(f'<span class="small">{escape(part)}</span>' for part in below if part)
    return Html(f'<button type="button">{escape(called or known)}</button>{lines}')


def _said(identity: object) -> str:
    return "" if is_missing(identity) else str(identity)


def _loss_cell(lane: Record, tier: str, lang: Lang) -> str:
    """Return what the closure of a lane costs at one tier, a line each."""
    buildings = lane.get(c.lost(tier, "buildings"))
    if is_missing(buildings):
        return text("popup.unknown", lang)
    lines = [text("lanes_page.lost_buildings", lang, count=count(buildings, lang))]
    for name in ("people", "vulnerable"):
        number = lost_people(lane, tier, name, lang)
        lines.append(text(f"lanes_page.lost_{name}", lang, count=number))
    added = lane.get(c.added(tier))
    if not is_missing(added):
        said = text("lanes_page.added_value", lang, count=count(math.ceil(float(str(added))), lang))
        lines.append(f"{text('lanes_page.added', lang)} {said}")
    first, *others = map(escape, lines)
    below = "".join(f'<span class="small">{part}</span>' for part in others)
    return Html(f"<strong>{first}</strong>{below}")
