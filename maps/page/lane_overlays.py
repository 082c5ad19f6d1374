"""The lanes as a packed canvas layer: where vehicles pass, their state, what a closure costs."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from ...coverage import columns as c
from ...coverage.assessment import Assessment
from ...geo.words import LaneClass, Lang, Vehicle
from ...geo.words import fields as f
from ..styles import lane_styles, style
from ..voice import keep_clear_reason, percent, ranked, seen_state, tiers_told
from .canvas import PackedLines
from .layer_columns import Numbers, Styles, labels
from .overlays import column, few_hidden, whole_seconds


def lanes(assessment: Assessment, *, lang: Lang) -> PackedLines:
    """Return the lanes as a map shows them and by all that is known of them.

    Parameters
    ----------
    assessment
        Whose lanes; columns that it does not have give no style.
    lang
        Language of labels.
    """
    frame = assessment.lanes
    order = tuple(kind.value for kind in LaneClass)
    lane_classes = style.codes_to_classes(column(frame, f.LANE_CLASS), order)
    styles: Styles = {"lanes": (style.lane_style(lang), lane_classes)}
    texts = {
        "id": column(frame, f.LANE_ID),
        f.NAME: column(frame, f.NAME),
        f.LANE_CLASS: labels(column(frame, f.LANE_CLASS), "lane_class", lang),
        f.ONEWAY: labels(column(frame, f.ONEWAY), "oneway", lang),
    }
    numbers: Numbers = {
        f.WIDTH_M: (column(frame, f.WIDTH_M), 2),
        f.HEIGHT_LIMIT_M: (column(frame, f.HEIGHT_LIMIT_M), 2),
        f.SLOPE_PCT: (column(frame, f.SLOPE_PCT), 1),
        f.STEP_COUNT: (column(frame, f.STEP_COUNT), 0),
    }
    for vehicle in Vehicle:
        if c.lane_limit(vehicle.value) in frame.columns:
            limit = frame[c.lane_limit(vehicle.value)]
            certain = column(frame, c.lane_limit_certain(vehicle.value))
            classes = style.limit_classes(limit, certain)
            styles[f"limit_{vehicle.value}"] = (style.limit_style(vehicle, lang), classes)
            texts[f"limit_{vehicle.value}"] = labels(limit, "limit_name", lang)
    _add_state(frame, lang, styles, numbers, texts)
    _add_losses(assessment, lang, styles, numbers)
    if c.KEEP_CLEAR_RANK in frame.columns:
        ranks = frame[c.KEEP_CLEAR_RANK]
        styles["rank"] = lane_styles.rank_style(lang), lane_styles.rank_classes(ranks)
        numbers["rank"] = ranks, 0
        texts["reason"] = _reasons(assessment, lang)
    return PackedLines("lanes", frame, styles=styles, numbers=numbers, texts=texts, z_index=2)


def _add_state(
    frame: gpd.GeoDataFrame,
    lang: Lang,
    styles: Styles,
    numbers: Numbers,
    texts: dict[str, pd.Series],
) -> None:
    """Add what was seen of the lanes, and when."""
    if c.STATE not in frame.columns:
        return
    seen = frame[c.STATE].map(lambda state: seen_state({c.STATE: state}) or None)
    styles["state"] = lane_styles.state_style(lang), lane_styles.state_classes(seen)
    texts["state"] = labels(seen, "lane_state", lang)
    texts["observed"] = column(frame, c.STATE_OBSERVED_ON)
    numbers["remaining"] = column(frame, c.REMAINING_WIDTH_M), 2
    if c.BLOCKED_PROBABILITY in frame.columns:
        chances = pd.to_numeric(frame[c.BLOCKED_PROBABILITY], errors="coerce")
        texts["blocked"] = style.by_value(chances, percent)


def _add_losses(assessment: Assessment, lang: Lang, styles: Styles, numbers: Numbers) -> None:
    """Add what the closure of each lane alone costs, by tier."""
    frame = assessment.lanes
    for tier, standard_s in tiers_told(assessment).items():
        if c.lost(tier, "buildings") not in frame.columns:
            continue
        lost = frame[c.lost(tier, "buildings")]
        made = lane_styles.loss_style(tier, standard_s, lang)
        styles[f"loss_{tier}"] = made, lane_styles.loss_classes(lost)
        numbers[c.lost(tier, "buildings")] = lost, 0
        for name in ("people", "vulnerable"):
            told = few_hidden(column(frame, c.lost(tier, name)))
            numbers[f"{tier}_lost_{name}"] = told, 0
            untold = c.lost(tier, f"{name}_unknown")
            numbers[untold] = column(frame, untold), 0
        numbers[f"{tier}_added"] = whole_seconds(column(frame, c.added(tier))), 0
        numbers[f"{tier}_unreached"] = column(frame, c.unreached(tier)), 0


def _reasons(assessment: Assessment, lang: Lang) -> pd.Series:
    """Return why each lane that the map colours is on the keep-clear list."""
    tiers = tiers_told(assessment)
    listed = ranked(assessment, c.KEEP_CLEAR_RANK, most=lane_styles.RANKS[-1])
    said = {str(lane.get(f.LANE_ID)): keep_clear_reason(lane, tiers, lang) for lane in listed}
    ids = column(assessment.lanes, f.LANE_ID)
    return ids.map(lambda identity: said.get(str(identity)))
