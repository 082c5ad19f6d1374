"""The keep-clear list, the openings worth making and the findings, as CSV."""

from __future__ import annotations

from ...coverage import columns as c
from ...coverage.assessment import Assessment
from ...geo.tables import is_missing
from ...geo.words import Lang, label, text
from ...geo.words import fields as f
from ..styles import standard_label
from ..voice import (
    FEWEST_PEOPLE,
    FINDING_COLUMNS,
    Record,
    findings_of,
    keep_clear_reason,
    opening_reason,
    ranked,
    records,
    seen_state,
    tiers_told,
)
from .csv_tables import sheet

LOSSES = (
    "lost_buildings", "lost_people", "lost_people_unknown", "lost_vulnerable",
    "lost_vulnerable_unknown", "added_s", "unreached",
)  # fmt: skip
PEOPLE_LOST = frozenset({"lost_people", "lost_vulnerable"})


def keep_clear_csv(assessment: Assessment, *, lang: Lang) -> str:
    """Return the whole keep-clear list as CSV that a spreadsheet opens safely.

    Parameters
    ----------
    assessment
        Whose lanes.
    lang
        Language of headings and sentences.
    """
    tiers = tiers_told(assessment)
    heads = [*_lane_heads(lang), text("lane.head_chance", lang)]
    for standard_s in tiers.values():
        within = standard_label(standard_s, lang)
        heads += [text(f"lane.head_{name}", lang, standard=within) for name in LOSSES]
    heads += [text("lane.head_score", lang), text("lane.head_reason", lang)]
    rows = []
    for lane in ranked(assessment, c.KEEP_CLEAR_RANK):
        row = [*_lane_cells(lane, c.KEEP_CLEAR_RANK, lang), _number(lane, c.BLOCKED_PROBABILITY, 4)]
        for tier in tiers:
            row += [_loss(lane, tier, name) for name in LOSSES]
        row += [_number(lane, c.KEEP_CLEAR_SCORE, 3), keep_clear_reason(lane, tiers, lang)]
        rows.append(row)
    return sheet(heads, rows)


def openings_csv(assessment: Assessment, *, lang: Lang) -> str:
    """Return the lanes whose opening gains most as CSV that a spreadsheet opens safely.

    Parameters
    ----------
    assessment
        Whose lanes.
    lang
        Language of headings and sentences.
    """
    heads = [*_lane_heads(lang), text("lane.head_gain", lang), text("lane.head_reason", lang)]
    rows = [
        [
            *_lane_cells(lane, c.OPENING_RANK, lang),
            _number(lane, c.OPENING_GAIN, 1),
            opening_reason(lane, lang),
        ]
        for lane in ranked(assessment, c.OPENING_RANK)
    ]
    return sheet(heads, rows)


def findings_csv(assessment: Assessment, *, lang: Lang) -> str:
    """Return the findings about fire lanes as CSV that a spreadsheet opens safely.

    Parameters
    ----------
    assessment
        Whose findings.
    lang
        Language of headings and labels.
    """
    heads = [text(f"lane.finding_{name}", lang) for name in FINDING_COLUMNS]
    rows = [
        [
            text(f"popup.{finding['subject']}", lang)
            if finding["subject"] in {"lane", "building"}
            else finding["subject"],
            _cell(finding["id"]),
            label("compliance_check", finding["check"], lang),
            _cell(finding["clause"]),
            _number(finding, "measured", 2),
            _number(finding, "limit", 2),
            label("compliance_unit", finding["unit"], lang),
            label("compliance_certainty", finding["certainty"], lang),
        ]
        for finding in records(findings_of(assessment))
    ]
    return sheet(heads, rows)


def _lane_heads(lang: Lang) -> list[str]:
    names = ("rank", "id", "name", "class", "width", "state", "date", "remaining")
    return [text(f"lane.head_{name}", lang) for name in names]


def _lane_cells(lane: Record, rank: str, lang: Lang) -> list[object]:
    state, kind = seen_state(lane), lane.get(f.LANE_CLASS)
    unknown = text("popup.unknown", lang)
    return [
        _number(lane, rank, 0),
        _cell(lane.get(f.LANE_ID)),
        _cell(lane.get(f.NAME)),
        unknown if is_missing(kind) else label("lane_class", kind, lang),
        _number(lane, f.WIDTH_M, 2),
        label("lane_state", state, lang) if state else unknown,
        _cell(lane.get(c.STATE_OBSERVED_ON)),
        _number(lane, c.REMAINING_WIDTH_M, 2),
    ]


def _loss(lane: Record, tier: str, name: str) -> object:
    """Return what a closure costs; few people are not told apart, unless no building is lost."""
    value = _number(lane, f"{tier}_{name}", 1)
    if name in PEOPLE_LOST and isinstance(value, float) and value < FEWEST_PEOPLE:
        buildings = lane.get(c.lost(tier, "buildings"))
        none = not is_missing(buildings) and float(str(buildings)) == 0
        return 0 if none else f"<{FEWEST_PEOPLE}"
    return value


def _number(record: Record, name: str, decimals: int) -> float | None:
    value = record.get(name)
    return None if is_missing(value) else round(float(str(value)), decimals)


def _cell(value: object) -> object:
    return None if is_missing(value) else str(value)
