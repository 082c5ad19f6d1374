"""The wall map of a community, A3: risk by band, stations, water, lanes that matter."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from ...coverage import columns as c
from ...geo.words import Lang, RiskBand, text
from ...geo.words import fields as f
from ..voice import ranked
from .route_sheet import signs_of
from .sheet_page import Page, finished, paper_of, wall_ground
from .sheet_source import SheetSource

GREYS: Final = {RiskBand.RED: "#1a1a1a", RiskBand.ORANGE: "#6f6f6f", RiskBand.YELLOW: "#b4b4b4"}
CLEAR_SHOWN: Final = 30


def wall_maps(ground: SheetSource, *, lang: Lang) -> bytes:
    """Return one A3 page a community.

    Parameters
    ----------
    ground
        The assessment and what maps are drawn from.
    lang
        Of the maps.
    """
    pages = [_page(row, ground, lang) for _, row in ground.found.communities.iterrows()]
    return paper_of(pages, ground.found, foot=text("papers.wall", lang), paper="a3", lang=lang)


def _page(community: pd.Series, ground: SheetSource, lang: Lang) -> Page:
    found = ground.found
    drawing, frame = wall_ground(found, community.geometry.bounds)
    inside = found.buildings[found.buildings[f.COMMUNITY_ID] == community[f.COMMUNITY_ID]]
    counts = {}
    for band, grey in GREYS.items():
        of_band = inside[inside[c.RISK_BAND] == band]
        counts[band] = len(of_band)
        drawing.houses(of_band.geometry.to_numpy(), fill=grey)
    drawing.outline(np.array([community.geometry], dtype=object))
    on = set(inside[c.ATTACHED_LANE_ID].dropna())
    clear = [lane[f.LANE_ID] for lane in ranked(found, c.KEEP_CLEAR_RANK) if lane[f.LANE_ID] in on]
    marked = found.lanes[f.LANE_ID].isin(clear[:CLEAR_SHOWN])
    drawing.emphasised(found.lanes.geometry[marked].to_numpy())
    signs_of(drawing, found, ground.hazard_xy)
    name = community[f.NAME] if isinstance(community[f.NAME], str) else ""
    facts = [("", str(community[f.COMMUNITY_ID])),
             ("", text("papers.houses", lang, count=len(inside)))]  # fmt: skip
    for tier, standard_s in found.tiers.items():
        if tier == "own":
            continue
        known = inside[inside[c.cover(tier)] != c.Cover.UNKNOWN]
        on_time = known[c.cover(tier)].isin((c.Cover.COVERED, c.Cover.LIKELY)).sum()
        share = f"{on_time}/{len(known)}" if len(known) else text("popup.unknown", lang)
        facts.append(
            (
                text("papers.within", lang, minutes=f"{standard_s / 60:g}",
                     tier=text(f"map_tier.{tier}", lang)),
                share,
            )
        )  # fmt: skip
    shades = text(
        "papers.shades", lang,
        red=counts[RiskBand.RED], orange=counts[RiskBand.ORANGE], yellow=counts[RiskBand.YELLOW],
    )  # fmt: skip
    return Page(
        title=f"{name or community[f.COMMUNITY_ID]}　{text('papers.wall', lang)}",
        facts=facts,
        drawing=finished(drawing, lang),
        scale=frame.scale,
        upright=frame.height_mm > frame.width_mm,
        notes=[shades, *_notes(ground, lang)],
    )


def _notes(ground: SheetSource, lang: Lang) -> list[str]:
    return [str(note[lang]) for note in ground.found.summary["notes"] if "未校准" in note["zh"]]
