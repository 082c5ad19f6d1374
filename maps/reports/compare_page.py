"""Two periods side by side: what changed in each community, and why; no script."""

from __future__ import annotations

import pandas as pd

from ...coverage import columns as c
from ...coverage.review import Comparison
from ...geo.snapshots import Snapshot
from ...geo.tables import is_missing
from ...geo.words import Lang, label, text
from ...geo.words import fields as f
from ..html import differences_told, escape, line, paragraph, section, shown, steps, table
from ..voice import (
    compare_next,
    compare_opening,
    compared_causes,
    compared_communities,
    three_figures,
)
from .plain_page import plain_page

SHOWN = 25  # causes and buildings on the page; the tables hold all


def compare_page(
    before: Snapshot,
    after: Snapshot,
    found: Comparison,
    *,
    tiers: tuple[str, ...],
    lang: Lang = "zh",
) -> str:
    """Return the comparison as one HTML text.

    Parameters
    ----------
    before, after
        The two snapshots.
    found
        What `weizhan.coverage.review.comparison.compare` found.
    tiers
        Whose cover was compared.
    lang
        Language of the page.
    """
    title = text("compare.title", lang, town=shown(after.summary["town"]), before=before.period,
                 after=after.period)  # fmt: skip
    notes = [] if found.differences else [line("yardstick.alike", lang)]
    notes += [line(f"compare.{note}", lang) for note in found.notes]
    notes += [line(f"compare.{why}", lang) for why in dict.fromkeys(found.withheld.values())]
    if not found.same_rules:
        notes.append(line("compare.rules_changed", lang))
    if not after.summary["risk"]["calibrated"]:
        notes.append(line("cli.risk_uncalibrated", lang))
    notes.append(line("compare.small_note", lang))
    opening = compare_opening(found, before.period, after.period, tiers, lang)
    body = [
        f'<p id="message">{escape(shown(opening))}</p>',
        section("compare.communities", "".join(notes) + _communities(found, tiers, lang),
                       lang),
        section("compare.causes", _causes(found, lang), lang),
        section("compare.buildings", _buildings(found.buildings, lang), lang),
    ]  # fmt: skip
    next_steps = steps(compare_next(found, tiers, lang))
    body.append(section("opening.next", next_steps, lang))
    body.append(paragraph(after.yardstick.said(lang), "small"))
    return plain_page(
        title,
        text("compare.facts", lang, before=before.date, after=after.date),
        differences_told(found.differences, lang) + "".join(body),
        simulated=bool(after.summary.get("simulated")),
        lang=lang,
    )


def _communities(found: Comparison, tiers: tuple[str, ...], lang: Lang) -> str:
    names = ["buildings", c.HARM_INDEX, c.OPEN_HAZARDS, "fires", "red_buildings"]
    names += [f"{tier}_late_buildings" for tier in tiers]
    heads = [text("list_head.community", lang)]
    for name in names:
        tier = name.removesuffix("_late_buildings")
        heads.append(
            text("compare.late", lang, tier=label("map_tier", tier, lang)) if tier != name
            else text(f"list_head.{name}", lang)
        )  # fmt: skip
    rows = []
    for record in compared_communities(found, lang).to_dict("records"):
        was = record["name_before"]
        called = shown(record["community"])
        cells = [called if is_missing(was) else text("compare.renamed", lang, name=called,
                                                     before=shown(was))]  # fmt: skip
        for name in names:
            if name in found.withheld:
                cells.append(text("yardstick.withheld", lang))
                continue
            ends = []
            for when in ("before", "after"):
                there = not is_missing(record[f"buildings_{when}"])
                ends.append(_number(record[f"{name}_{when}"], lang) if there else "—")
            said = " → ".join(ends)
            if record.get(f"{name}_small"):
                said += text("compare.small", lang)
            cells.append(said)
        rows.append(cells)
    return table(heads, rows)


def _causes(found: Comparison, lang: Lang) -> str:
    causes = compared_causes(found, lang)
    if causes.empty:
        return line("compare.no_cause", lang)
    count = causes["cause"].value_counts()
    said = table(
        [text("compare.cause", lang), text("compare.count", lang)],
        [[text(f"compare_cause.{name}", lang), str(number)] for name, number in count.items()],
    )
    names = (f.NAME, "community", "before", "after", "buildings")
    heads = [text(f"compare.{name}", lang) for name in
             ("cause", "subject", "name", "community", "was", "is", "affected")]  # fmt: skip
    rows = [
        [text(f"compare_cause.{row['cause']}", lang), shown(row["subject"]),
         *(_cell(row[name]) for name in names)]
        for row in causes.head(SHOWN).to_dict("records")
    ]  # fmt: skip
    return said + table(heads, rows) + _more(len(causes), lang)


def _buildings(buildings: pd.DataFrame, lang: Lang) -> str:
    if buildings.empty:
        return line("compare.no_building", lang)
    names = ("building_id", "address", "community", "band_before", "band_after", "harm_before",
             "harm_after", "why", "subject")  # fmt: skip
    heads = [text(f"list_head.{name}", lang) for name in names]
    rows = [
        [shown(row[f.BUILDING_ID]), _cell(row[f.ADDRESS]), _cell(row["community"]),
         label("risk_band", row["band_before"], lang), label("risk_band", row["band_after"], lang),
         _number(row["harm_before"], lang), _number(row["harm_after"], lang),
         text(f"list_why.{row['why']}", lang), _cell(row["subject"])]
        for row in buildings.head(SHOWN).to_dict("records")
    ]  # fmt: skip
    return table(heads, rows) + _more(len(buildings), lang)


def _more(count: int, lang: Lang) -> str:
    return line("compare.more", lang, count=count - SHOWN) if count > SHOWN else ""


def _cell(value: object) -> str:
    if is_missing(value):
        return ""
    return shown(f"{value:g}" if isinstance(value, float) else value)


def _number(value: float, lang: Lang) -> str:
    return text("popup.unknown", lang) if is_missing(value) else three_figures(value)
