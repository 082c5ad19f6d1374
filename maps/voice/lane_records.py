"""Lanes and findings as people are told of them: the ranked ones, and a sentence about each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from ...coverage import columns as c
from ...coverage.assessment import Assessment
from ...geo.tables import is_missing
from ...geo.words import LaneState, Lang, Vehicle, label, text
from ...geo.words import fields as f
from ..html import shown
from ..styles import standard_label, tier_label
from .figures import count, no_answer, percent, tiers_told

Record = Mapping[str, Any]

SEEN: Final = (LaneState.BLOCKED, LaneState.NARROWED)  # what a report keeps from being clear
FINDING_COLUMNS = (
    "subject",
    "id",
    "check",
    "clause",
    "measured",
    "limit",
    "unit",
    "certainty",
)


def ranked(assessment: Assessment, rank: str, most: int | None = None) -> list[Record]:
    """Return the lanes that have a rank, the first of it first, as records without geometry.

    Parameters
    ----------
    assessment
        Whose lanes.
    rank
        Column of the rank; no lanes when it is absent.
    most
        How many at most.
    """
    lanes = assessment.lanes
    if rank not in lanes.columns:
        return []
    ranks = np.asarray(pd.to_numeric(lanes[rank], errors="coerce").astype("float64"))
    order = np.argsort(ranks, kind="stable")[: int(np.isfinite(ranks).sum())]
    frame = pd.DataFrame(lanes.iloc[order[:most]])
    return records(frame.drop(columns=f.GEOMETRY, errors="ignore"))


def lanes_unknown(assessment: Assessment, lang: Lang) -> str:
    """Return why no lane can be ranked; empty when some tier has an answer.

    Parameters
    ----------
    assessment
        Whose lanes.
    lang
        Language of the text.
    """
    untold = _untold(assessment, lang)
    if len(untold) < len(tiers_told(assessment, further=False)):
        return ""
    return "；".join(dict.fromkeys(untold.values()))


def lanes_without(assessment: Assessment, lang: Lang) -> str:
    """Return which tiers are not in a ranking of lanes, and why; empty when all are, or none.

    Parameters
    ----------
    assessment
        Whose lanes.
    lang
        Language of the text.
    """
    if lanes_unknown(assessment, lang):
        return ""
    parts = [
        text("lane.without", lang, tier=tier_label(tier, lang), why=why)
        for tier, why in _untold(assessment, lang).items()
    ]
    return "".join(parts) if lang == "zh" else " ".join(parts)


def _untold(assessment: Assessment, lang: Lang) -> dict[str, str]:
    coverage = assessment.summary.get("coverage")
    if coverage is None:  # nothing was asked of the tiers
        return {}
    return {
        tier: no_answer(coverage.get(tier), lang)
        for tier in tiers_told(assessment, further=False)
        if is_missing(coverage.get(tier, {}).get("share_buildings"))
    }


def records(frame: pd.DataFrame) -> list[Record]:
    """Return the rows of a frame, each by the names of its columns."""
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def findings_of(assessment: Assessment) -> pd.DataFrame:
    """Return the findings about fire lanes; empty when none were looked for."""
    return assessment.findings.reindex(columns=list(FINDING_COLUMNS))


def seen_state(lane: Record) -> str:
    """Return the code of what was seen of a lane; empty when that is not known."""
    state = lane.get(c.STATE)
    return "" if is_missing(state) or str(state) == c.UNKNOWN_STATE else str(state)


def state_said(lane: Record, lang: Lang) -> str:
    """Return what was reported of a lane with its date; no report is unknown, not clear.

    Parameters
    ----------
    lane
        Record with the state and the date of the report.
    lang
        Language of the text.
    """
    state, date = seen_state(lane), lane.get(c.STATE_OBSERVED_ON)
    if not state:
        return text("lane.no_report", lang)
    said = shown(label("lane_state", state, lang))
    if is_missing(date) or not str(date):
        return text("lane.reported_undated", lang, state=said)
    return text("lane.reported", lang, date=shown(date), state=said)


def chance_said(lane: Record, lang: Lang) -> str:
    """Return how likely a lane is blocked, as a percentage.

    Parameters
    ----------
    lane
        Record with the probability that it is blocked.
    lang
        Language of "unknown".
    """
    chance = lane.get(c.BLOCKED_PROBABILITY)
    return text("popup.unknown", lang) if is_missing(chance) else percent(float(str(chance)))


def keep_clear_reason(lane: Record, tiers: Mapping[str, float], lang: Lang) -> str:
    """Return why a lane is on the keep-clear list, as a sentence.

    Parameters
    ----------
    lane
        Record with the columns of losses, the chance and the score.
    tiers
        Whose losses are told: standards in seconds by tier, in order.
    lang
        Language of the text.
    """
    parts: list[str] = []
    for tier, standard_s in tiers.items():
        lost = lane.get(c.lost(tier, "buildings"))
        if not is_missing(lost) and float(str(lost)) > 0:
            within = standard_label(standard_s, lang)
            said = count(lost, lang)
            key = "lane.reason_more" if parts else "lane.reason_loss"
            parts.append(text(key, lang, standard=within, count=said))
    known = any(not is_missing(lane.get(c.lost(tier, "buildings"))) for tier in tiers)
    if not parts:
        parts.append(text("lane.reason_no_loss" if known else "lane.reason_loss_unknown", lang))
    parts.append(text("lane.reason_chance", lang, chance=chance_said(lane, lang)))
    score = lane.get(c.KEEP_CLEAR_SCORE)
    if not is_missing(score):
        parts.append(text("lane.reason_expected", lang, count=_tenths(float(str(score)), lang)))
    return text("lane.sentence", lang, parts=text("popup.joiner", lang).join(parts))


def _tenths(number: float, lang: Lang) -> str:
    """Return a number to the tenth; what is less than half of one is still not nothing."""
    said = f"{number:,.1f}"
    return text("lane.under_tenth", lang) if number and said == "0.0" else said


def stopped_said(lane: Record, lang: Lang) -> str:
    """Return which vehicles a lane stops today, and why."""
    parts = []
    for vehicle in Vehicle:
        limit = lane.get(f"{vehicle.value}_limit")
        if not is_missing(limit) and str(limit):
            names = label("vehicle", vehicle.value, lang), shown(label("limit_name", limit, lang))
            parts.append(text("lane.stopped", lang, vehicle=names[0], limit=names[1]))
    return text("popup.joiner", lang).join(parts)


def opening_reason(lane: Record, lang: Lang) -> str:
    """Return what opening a lane would bring and what stops vehicles there today.

    Parameters
    ----------
    lane
        Record with the gain of opening, and the limits of each vehicle.
    lang
        Language of the text.
    """
    gain = lane.get(c.OPENING_GAIN)
    if is_missing(gain):
        said = text("lane.gain_unknown", lang)
    else:
        said = text("lane.gain", lang, count=count(gain, lang))
    stopped = stopped_said(lane, lang)
    parts = (said, text("lane.today", lang, stopped=stopped)) if stopped else (said,)
    return text("lane.sentence", lang, parts=text("popup.joiner", lang).join(parts))


def cluster_said(assessment: Assessment, lang: Lang) -> str:
    """Return what it matters that obstacles come in clusters, "" where that was not asked.

    Parameters
    ----------
    assessment
        Whose summary tells it.
    lang
        Language of the sentence.
    """
    figures = assessment.summary.get("lanes", {})
    clusters = figures.get("clusters", {"tiers": {}})
    said = [
        text("lane.cluster_tier", lang, tier=label("map_tier", tier, lang),
             usual=count(lost["usual"], lang), bad=count(lost["bad"], lang),
             apart=count(lost["bad_apart"], lang))
        for tier, lost in clusters["tiers"].items()
        if lost["bad"] is not None
    ]  # fmt: skip
    if not said:
        return ""
    joint = "；" if lang == "zh" else "; "
    return text(
        "lane.clusters", lang, draws=figures["draws"], parts=joint.join(said),
        street=f"{clusters['same_street']:g}", quarter=f"{clusters['same_quarter']:g}",
    )  # fmt: skip
