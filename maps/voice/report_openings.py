"""With what the pages about lanes, two periods and a calibration open, and what to do then."""

from __future__ import annotations

from typing import Any

import pandas as pd

from ...coverage import columns as c
from ...coverage.assessment import Assessment
from ...coverage.review import OUTSIDE, WHOLE, Comparison
from ...geo.tables import is_missing
from ...geo.words import Lang, label, text
from ...geo.words import fields as f
from ..html import shown
from .figures import count, lost_people, tiers_told
from .lane_records import findings_of, ranked
from .opening import lane_called

NAMED = 3  # lanes by name


def lanes_opening(assessment: Assessment, lang: Lang) -> str:
    """Return the sentence with which the page about lanes opens.

    Parameters
    ----------
    assessment
        What is shown.
    lang
        Language of the sentence.
    """
    said = []
    lanes = ranked(assessment, c.KEEP_CLEAR_RANK, NAMED)
    tier = next(iter(tiers_told(assessment)))
    known = [
        lane
        for lane in lanes
        if not is_missing(lost := lane.get(c.lost(tier, "buildings"))) and float(str(lost))
    ]
    if known:
        names = dict.fromkeys(lane_called(lane, assessment.lanes, lang) for lane in known)
        most = max(known, key=lambda lane: float(str(lane[c.lost(tier, "buildings")])))
        values = {
            "names": text("site.comma", lang).join(names),
            "buildings": count(most[c.lost(tier, "buildings")], lang),
            "people": lost_people(most, tier, "people", lang),
        }
        said.append(text("lanes_opening.keep", lang, **values))
    opening = ranked(assessment, c.OPENING_RANK, 1)
    if opening and not is_missing(opening[0].get(c.OPENING_GAIN)):
        name = lane_called(opening[0], assessment.lanes, lang)
        gain = count(opening[0][c.OPENING_GAIN], lang)
        said.append(text("lanes_opening.open", lang, name=name, gain=gain))
    found = findings_of(assessment)
    if not found.empty:
        sure = int((found["certainty"] == "certain").sum())
        values = {"all": count(len(found), lang), "sure": count(sure, lang)}
        key = "findings" if sure else "findings_unsure"
        said.append(text(f"lanes_opening.{key}", lang, **values))
    return _joined(said, lang) or text("lanes_opening.nothing", lang)


def lanes_next(assessment: Assessment, lang: Lang) -> list[str]:
    """Return what to do with the page about lanes, a sentence a step.

    Parameters
    ----------
    assessment
        What is shown.
    lang
        Language of the sentences.
    """
    steps = ["keep"] if ranked(assessment, c.KEEP_CLEAR_RANK, 1) else []
    steps += ["open"] if ranked(assessment, c.OPENING_RANK, 1) else []
    steps += ["mend"] if not findings_of(assessment).empty else []
    said = [text(f"lanes_opening.next_{step}", lang) for step in steps]
    width = assessment.summary.get("unknown", {}).get("lanes.width_m")
    if width:
        said.append(text("lanes_opening.next_width", lang, count=count(width, lang)))
    return said


def compare_opening(
    found: Comparison, before: str, after: str, tiers: tuple[str, ...], lang: Lang
) -> str:
    """Return the sentence with which the comparison of two periods opens.

    Parameters
    ----------
    found
        The two periods.
    before, after
        What they are called.
    tiers
        Whose cover was compared; the first is told.
    lang
        Language of the sentence.
    """
    said = []
    for name in (f"{tiers[0]}_late_buildings", c.HARM_INDEX, c.OPEN_HAZARDS):
        key = "late" if name.endswith("_late_buildings") else name
        what = text(f"compare_opening.{key}", lang, tier=label("map_tier", tiers[0], lang))
        table = found.communities
        whole = table[table[f.COMMUNITY_ID] == WHOLE]
        if name in found.withheld or whole.empty:
            said.append(text("compare_opening.withheld", lang, what=what))
            continue
        ends = [whole.iloc[0][f"{name}_{when}"] for when in ("before", "after")]
        if any(is_missing(end) for end in ends):
            said.append(text("compare_opening.unknown", lang, what=what))
            continue
        was, now = (float(str(end)) for end in ends)
        way = "same" if was == now else "more" if now > was else "less"
        if whole.iloc[0].get(f"{name}_small") and way != "same":
            way = "chance"
        values = {"what": what, "was": f"{was:,.0f}", "now": f"{now:,.0f}"}
        part = text(f"compare_opening.{way}", lang, **values)
        if way in ("more", "less"):
            part += _most(table, name, way, lang)
        said.append(part)
    parts = text("popup.joiner", lang).join(said)
    return text("compare_opening.sentence", lang, before=before, after=after, parts=parts)


def _most(table: pd.DataFrame, name: str, way: str, lang: Lang) -> str:
    """Return where most of a change is."""
    own = table[~table[f.COMMUNITY_ID].isin([WHOLE, OUTSIDE])]
    change = pd.to_numeric(own[f"{name}_after"]) - pd.to_numeric(own[f"{name}_before"])
    change = (change if way == "more" else -change).dropna()
    if change.empty or change.max() <= 0:
        return ""
    return text("compare_opening.most", lang, name=shown(own.at[change.idxmax(), "community"]))


def compare_next(found: Comparison, tiers: tuple[str, ...], lang: Lang) -> list[str]:
    """Return what to do after two periods were compared, a sentence a step.

    Parameters
    ----------
    found
        The two periods.
    tiers
        Whose cover was compared; the first counts.
    lang
        Language of the sentences.
    """
    said = []
    table = found.communities
    own = table[~table[f.COMMUNITY_ID].isin([WHOLE, OUTSIDE])]
    for name, key in ((f"{tiers[0]}_late_buildings", "late"), (c.OPEN_HAZARDS, "hazards")):
        if name in found.withheld:
            continue
        worse = pd.to_numeric(own[f"{name}_after"]) - pd.to_numeric(own[f"{name}_before"])
        worse = worse[worse > 0].sort_values(ascending=False, kind="stable").head(NAMED)
        if not worse.empty:
            names = [shown(own.at[at, "community"]) for at in worse.index]
            joined = text("site.comma", lang).join(names)
            said.append(text(f"compare_opening.next_{key}", lang, names=joined))
    if found.withheld or found.differences:
        said.append(text("compare_opening.next_alike", lang))
    return said or [text("compare_opening.next_none", lang)]


def calibration_next(told: dict[str, Any], lang: Lang) -> list[str]:
    """Return what to do after a calibration, a sentence a step.

    Parameters
    ----------
    told
        `weizhan.coverage.risk.calibration.Calibrated.told`.
    lang
        Language of the sentences.
    """
    said = []
    for name in ("fires_without_building", "fires_without_day"):
        if told[name]:
            said.append(text(f"calibration_next.{name}", lang, count=count(told[name], lang)))
    used = "unused" if told["chosen"] == "priors" else "used"
    return [*said, text(f"calibration_next.{used}", lang)]


def _joined(said: list[str], lang: Lang) -> str:
    return ("" if lang == "zh" else " ").join(said)
