"""The guide through a town's map: few steps, each with its sentence and what the map shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...coverage import columns as c
from ...coverage.assessment import Assessment
from ...geo.tables import is_missing
from ...geo.words import Lang, label, text
from ...geo.words import fields as f
from ..html import shown
from ..styles import STEPS, against_step, standard_label, tier_label
from .community_rows import against_of
from .figures import FEWEST_PEOPLE, community_name, count, people, percent
from .opening import gain_told, main_tier, next_steps, opening_said, yuan_said

LIMITS = 3  # of lanes that a sentence names
FIRST = 3  # things to do


@dataclass(frozen=True, slots=True)
class GuideStep:
    """One step, ready to be shown.

    Attributes
    ----------
    title, said
        A heading, and one or two sentences.
    show
        What the map shows: `kind` and `tier` of the buildings' colours, `choropleth` of the
        communities, the place (`community`, `lane`, or `lon` and `lat`), and in `layers` which are
        on or off. What is not named is the whole town as it opens.
    """

    title: str
    said: str
    show: Mapping[str, Any] = field(default_factory=dict)


def guide_steps(assessment: Assessment, lang: Lang) -> list[GuideStep]:
    """Return the town's story in few steps; one of which nothing is known is left out.

    Parameters
    ----------
    assessment
        What is shown.
    lang
        Language of the words.
    """
    tier = main_tier(assessment)
    arrival = {"kind": "response", "tier": tier}
    said = opening_said(assessment, lang, tier=tier, advice=False)
    worst = _worst(assessment, tier)
    steps = [GuideStep(text("guide.late", lang), said, arrival)]
    if worst:
        steps.append(_community(assessment, worst, tier, lang))
    steps += [
        *_why(assessment, worst, tier, lang),
        *_risk(assessment.summary.get("communities", ()), lang),
        *_first(assessment, arrival, lang),
        *_whole(assessment, tier, lang),
    ]
    return steps


def _late_of(coverage: Mapping[str, Any], *, heads: bool) -> tuple[int, int, int] | None:
    """Return how many are late, with fast and with slow crews: people, else buildings."""
    if heads:
        names = ("late_people", "late_people_low", "late_people_high")
        values = [coverage.get(name) for name in names]
    else:
        names = ("covered_buildings", "covered_buildings_high", "covered_buildings_low")
        wholes = [coverage.get(n) for n in ("known_buildings", "buildings", "buildings")]
        pairs = [(whole, coverage.get(name)) for whole, name in zip(wholes, names, strict=True)]
        values = [None if is_missing(a) or is_missing(b) else int(str(a)) - int(str(b))
                  for a, b in pairs]  # fmt: skip
    if any(is_missing(value) for value in values):
        return None
    late, low, high = (int(str(value)) for value in values)
    return late, low, high


def _by_people(assessment: Assessment, tier: str) -> bool:
    coverage = assessment.summary.get("coverage", {}).get(tier) or {}
    return not is_missing(coverage.get("late_people"))


def _worst(assessment: Assessment, tier: str) -> Mapping[str, Any]:
    """Return the community with most late, where there are several; empty if nobody knows."""
    heads = _by_people(assessment, tier)
    known = [
        (late[0], entry)
        for entry in assessment.summary.get("communities", ())
        if (late := _late_of(entry.get("coverage", {}).get(tier) or {}, heads=heads))
    ]
    if len(known) < 2:
        return {}
    known.sort(key=lambda one: (-one[0], str(one[1].get(f.COMMUNITY_ID))))
    return known[0][1] if known[0][0] else {}


def _community(
    assessment: Assessment, worst: Mapping[str, Any], tier: str, lang: Lang
) -> GuideStep:
    heads = _by_people(assessment, tier)
    every = [
        found
        for entry in assessment.summary["communities"]
        if (found := _late_of(entry.get("coverage", {}).get(tier) or {}, heads=heads))
    ]
    late = _late_of(worst["coverage"][tier], heads=heads) or (0, 0, 0)
    number = people if heads else count
    values = {n: number(v, lang) for n, v in zip(("late", "low", "high"), late, strict=True)}
    span = "" if late[1] == late[2] else text("guide.range", lang, **values)
    values = {"late": values["late"], "range": span}
    names = {"name": community_name(worst, lang), "tier": tier_label(tier, lang),
             "standard": standard_label(assessment.tiers[tier], lang)}  # fmt: skip
    said = text(f"guide.worst_{'people' if heads else 'buildings'}", lang, **values, **names)
    if not heads or late[0] >= FEWEST_PEOPLE:
        share = percent(late[0] / sum(found[0] for found in every))
        said = _joined([said, text("guide.worst_share", lang, share=share)], lang)
    show = {"kind": "cover", "tier": tier, "community": shown(str(worst[f.COMMUNITY_ID]))}
    return GuideStep(text("guide.worst", lang, name=names["name"]), said, show)


def _why(
    assessment: Assessment, worst: Mapping[str, Any], tier: str, lang: Lang
) -> list[GuideStep]:
    """Return what on the lanes slows down the late buildings, there or in the town."""
    frame = assessment.buildings
    if not {c.main_limit(tier), c.cover(tier)} <= set(frame.columns):
        return []
    late = frame[frame[c.cover(tier)].isin([c.Cover.DOUBTFUL, c.Cover.UNCOVERED])]
    show = {"kind": "cover", "tier": tier, "layers": {"lanes": True, "barriers": True}}
    where = text("guide.town", lang)
    if worst and f.COMMUNITY_ID in frame.columns:
        late = late[late[f.COMMUNITY_ID].astype(str) == str(worst[f.COMMUNITY_ID])]
        where = community_name(worst, lang)
        show["community"] = shown(str(worst[f.COMMUNITY_ID]))
    limits = late[c.main_limit(tier)].fillna("").astype(str)
    found = limits[limits != ""].value_counts()
    if found.empty:
        return []
    most = sorted(found.items(), key=lambda one: (-one[1], str(one[0])))[:LIMITS]
    named = [
        text("guide.limit", lang, limit=label("limit_name", str(n), lang), count=count(k, lang))
        for n, k in most
    ]
    values = {"where": where, "late": count(len(late), lang),
              "limits": text("site.comma", lang).join(named)}  # fmt: skip
    said = [text("guide.why_limits", lang, **values)]
    if (rest := len(late) - int(found.sum())) > 0:
        said.append(text("guide.why_none", lang, count=count(rest, lang)))
    return [GuideStep(text("guide.why", lang), _joined(said, lang), show)]


def _risk(entries: Sequence[Mapping[str, Any]], lang: Lang) -> list[GuideStep]:
    known = [(one, e) for e in entries if (one := against_of(e, c.HARM_PER_HEAD)) is not None]
    if not known:
        return []
    against, entry = max(known, key=lambda one: one[0][0])
    value, low, high = (f"{number:.2g}" for number in against)
    values = {"name": community_name(entry, lang), "ratio": value, "low": low, "high": high,
              "word": text(f"opening.{STEPS[against_step(against)]}", lang)}  # fmt: skip
    said = [text("guide.risk_most", lang, **values)]
    if rest := len(entries) - len(known):
        said.append(text("guide.risk_unknown", lang, count=count(rest, lang)))
    show = {"choropleth": "against_harm", "layers": {"buildings": False}}
    return [GuideStep(text("guide.risk", lang), _joined(said, lang), show)]


def _first(assessment: Assessment, arrival: Mapping[str, Any], lang: Lang) -> list[GuideStep]:
    steps = next_steps(assessment, lang)[:FIRST]
    if not steps:
        return []
    told = [text("guide.one", lang, at=at, what=step.what, cost=step.cost, gain=step.gain)
            for at, step in enumerate(steps, 1)]  # fmt: skip
    first = steps[0]
    place = {"lon": first.lon, "lat": first.lat, "lane": first.lane, "community": first.community}
    show = {**arrival, **{name: value for name, value in place.items() if value not in (None, "")}}
    if first.lane:
        show["layers"] = {"lanes": True}
    return [GuideStep(text("guide.first", lang), _joined(told, lang), show)]


def _whole(assessment: Assessment, tier: str, lang: Lang) -> list[GuideStep]:
    """Return what the priced things cost together, and what is not known."""
    said: list[str] = []
    told = assessment.summary.get("next", {})
    steps = told.get("steps", ())
    if steps:
        gain = gain_told(assessment, sum(step["gain"] for step in steps), lang)
        values = {"count": count(len(steps), lang), "years": told["years"],
                  "yuan": yuan_said(sum(step["cost_yuan"] for step in steps))}  # fmt: skip
        said.append(text("guide.whole_cost", lang, gain=gain, **values))
    unknown = []
    coverage = assessment.summary.get("coverage", {}).get(tier) or {}
    if not is_missing(heads := coverage.get("people_unknown_buildings")) and heads:
        unknown.append(text("guide.unknown_people", lang, count=count(heads, lang)))
    lanes = assessment.lanes
    if f.WIDTH_M in lanes.columns and (widths := int(lanes[f.WIDTH_M].isna().sum())):
        values = {"count": count(widths, lang), "all": count(len(lanes), lang)}
        unknown.append(text("guide.unknown_widths", lang, **values))
    if unknown:
        told_unknown = text("site.comma", lang).join(unknown)
        said.append(text("guide.unknown", lang, parts=told_unknown))
    if not said:
        return []
    title = text("guide.whole" if steps else "guide.whole_unknown", lang)
    return [GuideStep(title, _joined(said, lang), {"kind": "completeness"})]


def _joined(said: Sequence[str], lang: Lang) -> str:
    return ("" if lang == "zh" else " ").join(said)
