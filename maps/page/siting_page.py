"""The page of a siting study: the map before and after, the sites with reasons, the proof."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ...coverage.siting import Study
from ...geo.candidate_list import CANDIDATE_ID, COST_YUAN
from ...geo.words import Lang, text
from ...geo.words import fields as f
from ..html import Html, Row, cut_note, escape, paragraph, section, shown, steps, table
from ..styles import style
from ..voice import (
    Table,
    amount,
    as_words,
    cautions,
    certain_said,
    certainties,
    communities,
    dropped,
    frontier,
    headline,
    host_said,
    hosts,
    known_before,
    money,
    must,
    must_said,
    named,
    notes,
    plans,
    proof,
    robust,
    site_names,
    sites,
    tenths,
)
from . import lane_overlays, overlays
from .canvas import PackedPoints
from .changed_buildings import changed_buildings
from .siting_chart import Dot, chart
from .town_page import Surroundings, bar_texts, script_content, town_page

MOST_DROPPED = 50  # on the page; the workbook has all
_NEXT = ("visit", "price", "try")
_CLICKS = ("candidates", "stations", "buildings")


def siting_page(study: Study, *, lang: Lang = "zh") -> str:
    """Return the page as one HTML text.

    Parameters
    ----------
    study
        What to show.
    lang
        Language of the page.
    """
    after = study.assessed[1]
    headings = ("sites", "frontier", "plans", "robust", "steady", "communities", "proof", "notes")
    texts = {name: escape(text(f"site.{name}", lang)) for name in (*headings, "print")}
    texts |= {
        "headline": escape(headline(study, lang)),
        "next_title": escape(text("siting_next.heading", lang)),
        "next": steps([text(f"siting_next.{step}", lang) for step in _NEXT]),
        "cautions": "".join(paragraph(said) for said in cautions(study, lang)),
        "sites_part": _sites(study, lang),
        "frontier_part": _frontier(study, lang),
        "plans_part": _table(plans(study, lang), lang),
        "robust_part": _robust(study, lang),
        "steady_part": _steady(study, lang),
        "communities_part": _table(communities(study), lang),
        "must_part": _must(study, lang),
        "own_part": _own(study, lang),
        "proof_part": "".join(paragraph(said) for said in proof(study, lang)),
        "notes_part": _notes(study, lang),
    }
    content = script_content(after, _CLICKS, lang)
    keys = ("paint", "paint_change", "paint_before", "paint_after")
    content["texts"] |= {f"site.{key}": text(f"site.{key}", lang) for key in keys}
    content["texts"] |= {
        f"site_head.{key}": text(f"site_head.{key}", lang)
        for key in ("id", "host", "cost_yuan", "draws", "certain", "before", "after")
    }
    title = text("site.title", lang, town=shown(after.town))
    bar = bar_texts(after, lang) | {"town": escape(title)}
    sheets = ["committee.css", "siting.css"]
    around = Surroundings("siting", bar | texts, content, sheets, tools=["plan_page.js"])
    layers = (
        overlays.communities(after, lang=lang),
        lane_overlays.lanes(after, lang=lang),
        changed_buildings(study.assessed, next(iter(study.instance.tiers)), lang),
        candidates(study, lang),
        overlays.stations(after, lang=lang),
    )
    return town_page(after, title, layers, around, lang)


def candidates(study: Study, lang: Lang) -> PackedPoints:
    """Return the candidates: chosen, able to take a chosen one's place, others."""
    frame = study.instance.candidates.sites
    offset = int(study.instance.existing.sum())
    chosen = study.solution.answer.chosen[offset:]
    certain = frame[CANDIDATE_ID].astype(str).map(certainties(study))
    classes = np.where(chosen, 0, np.where(certain == "sometimes", 1, 2)).astype(np.int64)
    looks = style.Style(
        text("site.legend_sites", lang),
        (
            style.Class(
                text("site.site_chosen", lang),
                "#d6006c",
                line="#ffffff",
                pixels=20,
                symbol="diamond",
            ),
            style.Class(
                text("site.site_sometimes", lang),
                "#f3b6d3",
                line="#d6006c",
                pixels=11,
                symbol="circle",
            ),
            style.Class(
                text("site.site_other", lang), "#ffffff", line="#8a8177", pixels=8, symbol="circle"
            ),
        ),
    )
    steady = study.stability
    share = pd.Series(
        [None] * len(frame)
        if steady is None or not steady.draws
        else [tenths(v) for v in steady.chosen[offset:]],
        index=frame.index,
        dtype=object,
    )
    return PackedPoints(
        "candidates",
        frame,
        styles={"candidates": (looks, classes)},
        numbers={COST_YUAN: (frame[COST_YUAN], 0)},
        texts={
            "id": frame[CANDIDATE_ID],
            f.NAME: pd.Series(site_names(study, lang)[offset:], index=frame.index, dtype=object),
            f.HOST_TYPE: frame[f.HOST_TYPE].map(lambda host: host_said(host, lang)),
            "draws": share,
            "certain": certain.map(lambda w: certain_said(w, lang), na_action="ignore"),
        },
        z_index=8,
    )


def _sites(study: Study, lang: Lang) -> str:
    of = sites(study, lang)
    keys = [key for key, _ in of.columns]
    shown_keys = ("rank", "site", "host", "cost_yuan", "adds", "alone", "draws", "certain")
    rows = []
    for row in of.rows:
        words = dict(zip(keys, as_words(row, of.columns), strict=True))
        site = Html(
            f'<button type="button">{escape(words["name"])}</button>'
            f'<span class="small">{escape(words["id"])}</span>'
        )
        cells = [words["rank"], site, *(words[key] for key in shown_keys[2:])]
        rows.append(Row(cells, "candidates", words["id"], words["said"]))
    body = table((text(f"site_head.{key}", lang) for key in shown_keys), rows, kind="listed")
    more = []
    for what in ("station", "yuan"):
        gain = study.more.get(what)
        if gain is not None and gain > 0:
            more.append(text(f"site.more_{what}", lang, amount=amount(study, float(gain), lang)))
        elif gain is not None and what == "yuan":
            more.append(text("site.nothing_more", lang))
    note = paragraph(text("site.sites_note", lang), "note")
    return note + body + paragraph(" ".join(more))


def _frontier(study: Study, lang: Lang) -> str:
    total = len(study.new)
    spent = study.problem.spent(study.solution.answer.chosen)
    own = study.own

    def told(point: Any) -> bool:
        return known_before(study) or bool((point.answer.chosen & ~study.instance.existing).any())

    parts = [paragraph(text("site.frontier_note", lang), "note"), '<div class="charts">']
    size = study.problem.stations if study.problem.stations is not None else total
    dots = [
        Dot(
            float(p.stations or 0),
            study.share(study.problem.rows.worth(p.answer.chosen)),
            study.bound_share(p.answer),
            p.stations == size,
        )
        for p in study.by_stations
        if told(p)
    ]
    nested = [
        (float(k), study.share(float(w))) for k, w in enumerate(study.order.worth.tolist(), start=1)
    ]
    theirs = [(float(own["stations"]), study.share(own["worth"]))] if own else []
    drawing = chart(dots, label=text("site.by_stations", lang), nested=nested, others=theirs)
    parts.append(f"<figure>{drawing}</figure>")
    asked = study.problem.budget
    money_dots = [
        Dot(
            float(p.budget or 0),
            study.share(study.problem.rows.worth(p.answer.chosen)),
            study.bound_share(p.answer),
            asked is not None and p.budget == asked,
        )
        for p in study.by_budget
        if told(p)
    ]
    paid = [(float(own["cost_yuan"]), study.share(own["worth"]))] if own else []
    if asked is None and money_dots and not paid:
        paid = [(spent, study.share(study.problem.rows.worth(study.solution.answer.chosen)))]
    drawing = chart(money_dots, label=text("site.by_budget", lang), others=paid, thousands=True)
    parts.append(f"<figure>{drawing}</figure></div>")
    loss = np.nanmax(np.append(study.order.best - study.order.worth, 0.0))
    parts.append(paragraph(text("site.order_note", lang, loss=amount(study, float(loss), lang))))
    for by in ("stations", "budget"):
        inner = _table(frontier(study, lang, by=by), lang)
        said = escape(text(f"site.by_{by}", lang))
        parts.append(f"<details><summary>{said}</summary>{inner}</details>")
    return "".join(parts)


def _robust(study: Study, lang: Lang) -> str:
    if study.robust is None:
        return paragraph(text("site.none", lang))
    told = {"draws": study.robust.draws, "tail": f"{study.robust.tail:.0%}"}
    note = paragraph(text("site.robust_note", lang, **told), "note")
    return note + _table(robust(study, lang), lang)


def _steady(study: Study, lang: Lang) -> str:
    found = study.stability
    if found is None or not found.draws:
        return paragraph(text("site.none", lang))
    low, high = np.quantile(found.share, [0.1, 0.9])
    what = text("site.steady_all" if found.risk_drawn else "site.steady_some", lang)
    return paragraph(
        text(
            "site.steady_note",
            lang,
            draws=found.draws,
            what=what,
            low=tenths(float(low)),
            high=tenths(float(high)),
            regret=tenths(float(found.regret.mean())),
        )
    )


def _must(study: Study, lang: Lang) -> str:
    if study.must.empty:
        return ""
    inner = _table(must(study, lang), lang) if not study.must["met"].all() else ""
    return section("site.must", paragraph(must_said(study, lang)) + inner, lang)


def _own(study: Study, lang: Lang) -> str:
    own = study.own
    if own is None:
        return ""
    more = own["best"] - own["worth"]
    said = text(
        "site.own_said" if more > 0 else "site.own_same",
        lang,
        count=own["stations"],
        cost=money(own["cost_yuan"]),
        worth=amount(study, own["worth"], lang),
        best=amount(study, own["best"], lang),
        more=amount(study, more, lang),
        names=text("site.comma", lang).join(named(study, own["best_new"], lang)),
    )
    return section("site.own", paragraph(said), lang)


def _notes(study: Study, lang: Lang) -> str:
    said = [
        *notes(study, lang),
        *(shown(n[lang]) for n in study.assessed[0].summary.get("notes", ())),
    ]
    items = "".join(f"<li>{escape(line)}</li>" for line in said)
    gone = dropped(study, lang)
    used = len(study.instance.candidates.sites)
    head = text("site.dropped_note", lang, used=used, dropped=len(gone.rows))
    less = Table(gone.name, gone.columns, gone.rows[:MOST_DROPPED])
    inner = _table(less, lang) if gone.rows else ""
    inner += cut_note(MOST_DROPPED, len(gone.rows), "siting.xlsx", lang)
    costs = paragraph(text("site.hosts_note", lang)) + _table(hosts(study, lang), lang)
    return f"<ul>{items}</ul>{costs}{paragraph(head)}{inner}"


def _table(of: Table, lang: Lang) -> str:
    shown_ = [at for at, (key, _) in enumerate(of.columns) if key != "ids"]  # those have names
    heads = of.heads(lang)
    return table(
        [heads[at] for at in shown_],
        ([as_words(row, of.columns)[at] for at in shown_] for row in of.rows),
        kind="listed plain",
        numeric=[to for to, at in enumerate(shown_) if of.columns[at][1] != "text"],
    )
