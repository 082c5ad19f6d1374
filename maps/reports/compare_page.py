"""Two periods side by side: what changed in each community, and why; no script."""

from __future__ import annotations

from typing import Any

import pandas as pd

from ...coverage import columns as c
from ...coverage.review import WHOLE, Comparison
from ...geo.snapshots import Snapshot
from ...geo.words import Lang, label, text
from ...geo.words import fields as f
from ..html import line, section, shown, table
from ..voice import three_figures
from .plain_page import plain_page

SHOWN = 200  # causes and buildings on the page; the tables hold all


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
    notes = []
    if not found.same_rules:
        notes.append(line("compare.rules_changed", lang))
    if not after.summary["risk"]["calibrated"]:
        notes.append(line("cli.risk_uncalibrated", lang))
    notes.append(line("compare.small_note", lang))
    body = [
        section("compare.communities", "".join(notes) + _communities(found, tiers, lang),
                       lang),
        section("compare.causes", _causes(found.causes, lang), lang),
        section("compare.buildings", _buildings(found.buildings, lang), lang),
    ]  # fmt: skip
    return plain_page(
        title,
        text("compare.facts", lang, before=before.date, after=after.date),
        "".join(body),
        simulated=bool(after.summary.get("simulated")),
        lang=lang,
    )


def _communities(found: Comparison, tiers: tuple[str, ...], lang: Lang) -> str:
    names = [c.HARM_PER_YEAR, c.OPEN_HAZARDS, "fires", "red_buildings"]
    names += [f"{tier}_late_buildings" for tier in tiers]
    heads = [text("list_head.community", lang)]
    for name in names:
        tier = name.removesuffix("_late_buildings")
        heads.append(
            text("compare.late", lang, tier=label("map_tier", tier, lang)) if tier != name
            else text(f"list_head.{name}", lang)
        )  # fmt: skip
    rows = []
    for record in found.communities.to_dict("records"):
        cells = [text("compare.whole", lang) if record["community"] == WHOLE
                 else shown(record["community"])]  # fmt: skip
        for name in names:
            one, other = record[f"{name}_before"], record[f"{name}_after"]
            said = f"{_number(one)} → {_number(other)}"
            if record.get(f"{name}_small"):
                said += text("compare.small", lang)
            cells.append(said)
        rows.append(cells)
    return table(heads, rows)


def _causes(causes: pd.DataFrame, lang: Lang) -> str:
    if causes.empty:
        return line("compare.no_cause", lang)
    count = causes["cause"].value_counts()
    said = table(
        [text("compare.cause", lang), text("compare.count", lang)],
        [[text(f"compare_cause.{name}", lang), str(number)] for name, number in count.items()],
    )
    heads = [text(f"compare.{name}", lang) for name in
             ("cause", "subject", "name", "community", "was", "is")]  # fmt: skip
    rows = [
        [text(f"compare_cause.{row['cause']}", lang), shown(row["subject"]),
         _cell(row[f.NAME]), _cell(row["community"]), _told(row, "before", lang),
         _told(row, "after", lang)]
        for row in causes.head(SHOWN).to_dict("records")
    ]  # fmt: skip
    return said + table(heads, rows) + _more(len(causes), lang)


def _told(row: dict[Any, Any], end: str, lang: Lang) -> str:
    value, cause = row[end], str(row["cause"])
    if value is None or value != value:
        return ""
    if cause.startswith("hazard_"):
        return label("hazard_code", value, lang)
    if cause in ("lane_blocked", "lane_cleared", "lane_lapsed"):
        return label("lane_word", value, lang)
    if cause in ("lane_opened", "lane_shut"):
        return label("limit_name", value, lang)
    if cause in ("station_new", "station_gone"):
        return label("tier", value, lang)
    if cause == "station_vehicle":
        return label("vehicle", value, lang)
    return shown(value)


def _buildings(buildings: pd.DataFrame, lang: Lang) -> str:
    if buildings.empty:
        return line("compare.no_building", lang)
    names = ("building_id", "address", "community", "band_before", "band_after", "why")
    heads = [text(f"list_head.{name}", lang) for name in names]
    rows = [
        [shown(row[f.BUILDING_ID]), _cell(row[f.ADDRESS]), _cell(row["community"]),
         label("risk_band", row["band_before"], lang), label("risk_band", row["band_after"], lang),
         text(f"list_why.{row['why']}", lang)]
        for row in buildings.head(SHOWN).to_dict("records")
    ]  # fmt: skip
    return table(heads, rows) + _more(len(buildings), lang)


def _more(count: int, lang: Lang) -> str:
    return line("compare.more", lang, count=count - SHOWN) if count > SHOWN else ""


def _cell(value: object) -> str:
    return "" if value is None or value != value else shown(value)


def _number(value: float) -> str:
    return three_figures(value)
