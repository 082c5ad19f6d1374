"""What a page says first: who is reached too late, where, and what to do next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd

from ...coverage import columns as c
from ...coverage.assessment import Assessment
from ...coverage.measures import FirstMeasures
from ...geo.tables import is_missing
from ...geo.words import LANGS, Lang, text
from ...geo.words import fields as f
from ..html import shown
from ..styles import standard_label, tier_label
from .figures import (
    community_name,
    count,
    lost_people,
    no_answer,
    people,
    percent,
    scenario_name,
    tiers_told,
)
from .lane_records import ranked
from .measures_words import named_measures

NAMED = 3  # communities in the sentence, at most
STEPS = 5  # things to do next
MEASURES = 3  # of them, where lanes and hazards have something to say, too


@dataclass(frozen=True, slots=True)
class NextStep:
    """One thing to do next, ready to be shown.

    Attributes
    ----------
    what, cost, gain
        What is done and where, what it costs, what it brings.
    lon, lat
        Where, in degrees; missing where `lane` or `community` tells.
    lane, community
        Identity of the lane or community it is about, or empty.
    """

    what: str
    cost: str
    gain: str
    lon: float | None = None
    lat: float | None = None
    lane: str = ""
    community: str = ""


def main_tier(assessment: Assessment) -> str:
    """Return the tier of which a page speaks first: the first that has an answer."""
    coverage = assessment.summary.get("coverage", {})
    told = list(tiers_told(assessment))
    known = [t for t in told if not is_missing(coverage.get(t, {}).get("share_buildings"))]
    return (known or told)[0]


def opening_said(
    assessment: Assessment, lang: Lang, *, tier: str | None = None, advice: bool = True
) -> str:
    """Return the sentence with which a page opens.

    How many are reached too late, with the range from fast to slow crews, in which communities
    most of them are, and what to do first.

    Parameters
    ----------
    assessment
        What is shown; its summary may be that of another time of day.
    lang
        Language of the sentence.
    tier
        Of which it speaks; the main one if not given.
    advice
        Whether it ends with what to do first.
    """
    summary, tier = assessment.summary, tier or main_tier(assessment)
    coverage = summary.get("coverage", {}).get(tier) or {}
    said = []
    for other, standard_s in tiers_told(assessment, further=False).items():
        if other == tier:
            break
        names = _names(other, standard_s, lang)
        why = no_answer(summary.get("coverage", {}).get(other), lang)
        said.append(text("opening.no_answer", lang, why=why, **names))
    names = _names(tier, assessment.tiers[tier], lang)
    if is_missing(coverage.get("share_buildings")):
        withheld = coverage.get("withheld")
        why = shown(withheld[lang]) if withheld else no_answer(coverage, lang)
        said.append(text("opening.no_answer", lang, why=why, **names))
        return "".join(said)
    said.append(_late(coverage, names, _worst(summary.get("communities", ()), tier, lang), lang))
    unknown = coverage.get("people_unknown_buildings")
    if not is_missing(coverage.get("late_people")) and unknown:
        said.append(text("opening.people_unknown", lang, count=count(unknown, lang)))
    for first in _measures(assessment, lang)[:1] if advice else ():
        values = {"what": first.what, "cost": first.cost, "gain": first.gain}
        said.append(text("opening.first", lang, **values))
    when = scenario_name(assessment, lang)
    return text("opening.when", lang, when=when, said=("" if lang == "zh" else " ").join(said))


def _names(tier: str, standard_s: float, lang: Lang) -> dict[str, str]:
    return {"tier": tier_label(tier, lang), "standard": standard_label(standard_s, lang)}


def _late(coverage: Mapping[str, Any], names: Mapping[str, str], worst: str, lang: Lang) -> str:
    """Return how many are reached too late: people, or buildings where nobody knows people."""
    if is_missing(coverage.get("late_people")):
        known, buildings = (int(coverage[n]) for n in ("known_buildings", "buildings"))
        late = known - int(coverage["covered_buildings"])
        low, high = (
            buildings - int(coverage[f"covered_buildings_{end}"]) for end in ("high", "low")
        )
        told = [count(value, lang) for value in (late, low, high)]
        key = "buildings"
    else:
        ends = [coverage.get(n) for n in ("late_people", "late_people_low", "late_people_high")]
        late, told, key = int(str(ends[0])), [people(value, lang) for value in ends], "people"
    figures = dict(zip(("late", "low", "high"), told, strict=True))
    if not late:
        return text(f"opening.none_late_{key}", lang, **figures, **names)
    return text(f"opening.late_{key}", lang, **figures, **names, where=worst)


def _worst(entries: Sequence[Mapping[str, Any]], tier: str, lang: Lang) -> str:
    """Return in which few communities most of the late people are; empty where nobody knows."""
    late = [
        (int(str(found)), entry)
        for entry in entries
        if not is_missing(found := entry.get("coverage", {}).get(tier, {}).get("late_people"))
    ]
    whole = sum(number for number, _ in late)
    if len(late) < 2 or not whole:
        return ""
    late.sort(key=lambda one: (-one[0], str(one[1].get(f.COMMUNITY_ID))))
    named, sum_ = [], 0
    for number, entry in late[:NAMED]:
        named.append(community_name(entry, lang))
        sum_ += number
        if 2 * sum_ >= whole:
            break
    values = {"share": percent(sum_ / whole), "names": text("site.comma", lang).join(named)}
    return text("opening.where_all" if sum_ == whole else "opening.where", lang, **values)


def next_steps(assessment: Assessment, lang: Lang) -> list[NextStep]:
    """Return the few things to do next, each with what it costs and brings.

    First what brings most people in time for its money, from ``summary["next"]`` where the
    assessment has it; then the lanes whose loss would cost most, and hazards that are overdue.

    Parameters
    ----------
    assessment
        What is shown.
    lang
        Language of the words.
    """
    measures = _measures(assessment, lang)
    lanes = _keep_clear(assessment, lang)
    hazards = _hazards(assessment.summary.get("communities", ()), lang)
    room = STEPS - len(hazards[:1])
    first = measures[: max(MEASURES, room - len(lanes))][:room]
    return [*first, *lanes[: room - len(first)], *hazards[:1]]


def _measures(assessment: Assessment, lang: Lang) -> list[NextStep]:
    steps = []
    told = assessment.summary.get("next", {})
    for step in told.get("steps", ()):
        cost = text("opening.cost", lang, yuan=yuan_said(step["cost_yuan"]), years=told["years"])
        gain = gain_told(assessment, step["gain"], lang)
        place = step.get("lon"), step.get("lat")
        steps.append(NextStep(shown(step["name"][lang]), cost, gain, *place))
    return steps


def gain_told(assessment: Assessment, gain: float, lang: Lang) -> str:
    """Return what priced things bring, people or buildings as they were counted.

    Parameters
    ----------
    assessment
        Whose ``summary["next"]`` tells what was counted.
    gain
        How many are reached in time.
    lang
        Language of the words.
    """
    tier = next(iter(tiers_told(assessment, further=False)), "")
    present = assessment.summary.get("coverage", {}).get(tier, {}).get("share_buildings")
    way = "reach" if is_missing(present) else "gain"  # who is late today may not be known
    counted = assessment.summary["next"]["counted"]
    number = people if counted == "people" else count
    return text(f"opening.{way}_{counted}", lang, count=number(gain, lang))


def _placed(
    found: FirstMeasures, names: Sequence[str], lanes: gpd.GeoDataFrame, lang: Lang
) -> list[str]:
    """Return names in which a bare id stands beside the nearest lane that has a name."""
    named = lanes[lanes[f.NAME].notna()]
    said = []
    for measure, name, point in zip(found.measures, names, found.places, strict=True):
        known = shown(measure.target)
        if not named.empty and known and name.endswith(known) and point is not None:
            _, near = named.sindex.nearest(point, return_all=False)
            values = {"near": shown(named[f.NAME].iloc[near[0]]), "id": known}
            name = name.removesuffix(known) + text("opening.place_near", lang, **values)
        said.append(name)
    return said


def yuan_said(yuan: float) -> str:
    """Return yuan to the hundred: prices are not known better.

    Parameters
    ----------
    yuan
        How many.
    """
    return f"{max(100, round(yuan, -2)):,.0f}"


def _keep_clear(assessment: Assessment, lang: Lang) -> list[NextStep]:
    """Return the lanes to keep clear first, those of which it is known who would be lost."""
    if c.KEEP_CLEAR_RANK not in assessment.lanes.columns:
        return []
    tier = main_tier(assessment)
    steps = []
    for lane in ranked(assessment, c.KEEP_CLEAR_RANK, 2):
        lost = lane.get(c.lost(tier, "buildings"))
        if is_missing(lost) or not float(str(lost)):
            continue
        where = lane_called(lane, assessment.lanes, lang)
        heads = lost_people(lane, tier, "people", lang)
        gain = text("opening.gain_clear", lang, buildings=count(lost, lang), people=heads)
        what = text("opening.keep_clear", lang, lane=where)
        cost = text("opening.cost_clear", lang)
        steps.append(NextStep(what, cost, gain, lane=shown(str(lane[f.LANE_ID]))))
    return steps


def lane_called(lane: Mapping[str, Any], lanes: gpd.GeoDataFrame, lang: Lang) -> str:
    """Return what people call a lane; one without a name by the nearest that has one.

    Parameters
    ----------
    lane
        Its row.
    lanes
        All of the town.
    lang
        Language of the words.
    """
    identity, name = str(lane[f.LANE_ID]), lane.get(f.NAME)
    if not is_missing(name):
        return shown(name)
    named = lanes[lanes[f.NAME].notna()]
    own = lanes[lanes[f.LANE_ID].astype(str) == identity]
    if named.empty or own.empty:
        return shown(identity)
    _, near = named.sindex.nearest(own.geometry.iloc[0], return_all=False)
    values = {"near": shown(named[f.NAME].iloc[near[0]]), "id": shown(identity)}
    return text("opening.lane_near", lang, **values)


def _hazards(entries: Sequence[Mapping[str, Any]], lang: Lang) -> list[NextStep]:
    """Return the mending of overdue hazards, with the community that has most."""
    late = [
        (int(str(found)), entry)
        for entry in entries
        if not is_missing(found := (entry.get("risk") or {}).get(c.OVERDUE_HAZARDS))
    ]
    whole = sum(number for number, _ in late)
    if not whole:
        return []
    most, entry = max(late, key=lambda one: one[0])
    values = {"count": count(whole, lang), "most": count(most, lang),
              "name": community_name(entry, lang)}  # fmt: skip
    return [
        NextStep(
            text("opening.mend", lang, **values),
            text("opening.cost_mend", lang),
            text("opening.gain_mend", lang),
            community=shown(str(entry.get(f.COMMUNITY_ID) or "")),
        )
    ]


def next_record(
    found: FirstMeasures, buildings: pd.DataFrame, lanes: gpd.GeoDataFrame
) -> dict[str, Any]:
    """Return the first measures as plain values, what ``summary["next"]`` holds.

    Parameters
    ----------
    found
        What to do first.
    buildings
        The town's, with `building_id` and `address`.
    lanes
        The town's; a measure without a name is called by the nearest lane that has one.
    """
    names = {
        g: _placed(found, named_measures(found.measures, found.beside, buildings, g), lanes, g)
        for g in LANGS
    }
    places = found.places.to_crs("EPSG:4326")
    steps: list[dict[str, Any]] = []
    for at, measure in enumerate(found.measures):
        if found.together[at]:  # neither helps alone: told as one
            own = steps[-1]
            for g in LANGS:
                values = {"one": own["name"][g], "other": names[g][at]}
                own["name"][g] = text("opening.with", g, **values)
            own["measures"].append(measure.measure_id)
            own["cost_yuan"] += round(found.costs_yuan[at])
            own["gain"] = round(own["gain"] + found.gains[at], 1)
            continue
        point = places.iloc[at]
        there = point is not None and not point.is_empty
        steps.append(
            {
                "measures": [measure.measure_id],
                "kind": str(measure.kind),
                "name": {g: names[g][at] for g in LANGS},
                "cost_yuan": round(found.costs_yuan[at]),
                "gain": round(found.gains[at], 1),
                "lon": round(point.x, 6) if there else None,
                "lat": round(point.y, 6) if there else None,
            }
        )
    return {"counted": found.counted, "years": found.years, "steps": steps}
