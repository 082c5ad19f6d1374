"""Estates, offices and the work of communities in words: denominators beside, unknown as such."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd

from ...coverage.places import WORK
from ...geo.tables import is_missing
from ...geo.words import Lang, text
from ...geo.words import fields as f
from ..html import shown
from .figures import FEWEST_PEOPLE, count, percent, three_figures, water_share
from .opening import lane_called

THOUSAND = 1000


def work_said(work: Mapping[str, Any] | None, lang: Lang) -> list[tuple[str, str]]:
    """Return what a community does against fire, as label and value; unknown is said.

    Parameters
    ----------
    work
        ``entry["work"]`` of the summary; None for what lies in no community.
    lang
        Language of both.
    """
    if work is None:
        return []
    told = {name: work.get(name) for name in WORK}
    lines = {
        f.FIRE_STAFF: _of_people(told, f.FIRE_STAFF, "persons", lang),
        f.VOLUNTEERS: _of_people(told, f.VOLUNTEERS, "persons", lang),
        f.ENFORCEMENT_CASES: _cases(told, lang),
        f.PUBLICITY_VISITS: _of_people(told, f.PUBLICITY_VISITS, "visits", lang),
        f.AWARENESS_PCT: _awareness(told, lang),
        "help": help_said(told, lang),
        "drills": _drills(told, lang),
        "estates": _estates(told, lang),
        "offices": _offices(told, lang),
    }
    return [(text(f"work.{name}", lang), said) for name, said in lines.items()]


def water_said(
    water: Mapping[str, Any] | None, lanes: gpd.GeoDataFrame, lang: Lang
) -> list[tuple[str, str]]:
    """Return how much of a community has working water, and what one hydrant would add.

    Parameters
    ----------
    water
        ``entry["water"]`` of the summary; None where the assessment has none.
    lanes
        All of the town, by whose names those without one are called.
    lang
        Language of label and value.
    """
    if water is None:
        return []
    lines = [(text("water.reached", lang), _water_reached(water, lang))]
    gain, lane = water.get("hydrant_gain"), water.get("hydrant_lane")
    if is_missing(lane) and not is_missing(identity := water.get("hydrant_lane_id")):
        lane = lane_called({f.LANE_ID: identity}, lanes, lang)
    if is_missing(gain):
        return lines
    key = "gain_none" if not gain else "gain_unnamed" if is_missing(lane) else "gain"
    said = text(f"water.{key}", lang, count=count(gain, lang), lane=shown(lane))
    return [*lines, (text("water.further", lang), said)]


def _water_reached(water: Mapping[str, Any], lang: Lang) -> str:
    if is_missing(water.get("working")):
        return text("work.unknown", lang)
    said = text("water.told", lang, share=water_share(water, lang),
                working=count(water["working"], lang),
                count=count(water["buildings"], lang))  # fmt: skip
    untold = water["untold"]
    return said + text("water.untold", lang, count=count(untold, lang)) if untold else said


def help_said(work: Mapping[str, Any], lang: Lang) -> str:
    """Return how many households of vulnerable people have a helper; never a cell of a few.

    Parameters
    ----------
    work
        Of a community, or sums of several.
    lang
        Language of the text.
    """
    households, helped = work.get("help_households"), work.get("helped_households")
    if is_missing(households) or is_missing(helped) or not float(str(households)):
        return text("work.unknown", lang)
    of, with_help = float(str(households)), float(str(helped))
    without = max(of - with_help, 0.0)
    if of < FEWEST_PEOPLE:
        said = text("work.help_few", lang, few=FEWEST_PEOPLE)
    elif 0 < with_help < FEWEST_PEOPLE:
        said = text("work.help_few_with", lang, few=FEWEST_PEOPLE, count=count(of, lang))
    elif 0 < without < FEWEST_PEOPLE:
        said = text("work.help_few_without", lang, few=FEWEST_PEOPLE, count=count(of, lang))
    else:
        said = text("work.help_share", lang, share=percent(min(with_help / of, 1.0)),
                    helped=count(with_help, lang), count=count(of, lang))  # fmt: skip
    untold = work.get("help_unknown")
    if not is_missing(untold) and float(str(untold)) >= FEWEST_PEOPLE:
        said += text("work.help_untold", lang, count=count(untold, lang))
    return said


def yes_no(value: object, lang: Lang) -> str:
    """Return yes, no, or that nobody told.

    Parameters
    ----------
    value
        A code of `YesNo`; may be missing.
    lang
        Language of the word.
    """
    return text("work.unknown", lang) if is_missing(value) else text(f"yes_no.{value}", lang)


def elements_said(codes: object, lang: Lang) -> str:
    """Return the elements of an office that a list of codes names; a dash for none.

    Parameters
    ----------
    codes
        Joined by ``;``.
    lang
        Language of the names.
    """
    named = [text(f"office_element.{code}", lang) for code in str(codes or "").split(";") if code]
    return "、".join(named) if named else "—"


def estate_name(row: Mapping[Any, Any]) -> str:
    """Return the name of an estate, else its id.

    Parameters
    ----------
    row
        Of the table of estates.
    """
    return shown(row[f.ESTATE_ID] if is_missing(row[f.NAME]) else row[f.NAME])


def engine_said(row: Mapping[Any, Any], lang: Lang) -> str:
    """Return at how many houses of an estate the fire engine passes, over those where it is known.

    Parameters
    ----------
    row
        Of the table of estates.
    lang
        Language of the text.
    """
    passes, stops, all_ = (int(row[n]) for n in ("engine_passes", "engine_stops", "buildings"))
    if not passes + stops:
        return text("work.unknown", lang)
    rest = all_ - passes - stops
    said = text("work.engine", lang, share=percent(passes / (passes + stops)), passes=passes,
                known=passes + stops)  # fmt: skip
    return said + text("work.engine_unknown", lang, count=rest) if rest else said


def _of_people(work: Mapping[str, Any], name: str, unit: str, lang: Lang) -> str:
    value, people = work[name], work["people"]
    if is_missing(value):
        return text("work.unknown", lang)
    said = text(f"work.{unit}", lang, count=count(value, lang))
    if is_missing(people) or not float(str(people)):
        return said
    rate = float(str(value)) / float(str(people)) * THOUSAND
    return said + text("work.per_thousand", lang, rate=three_figures(rate))


def _cases(work: Mapping[str, Any], lang: Lang) -> str:
    value = work[f.ENFORCEMENT_CASES]
    if is_missing(value):
        return text("work.unknown", lang)
    return text("work.cases" if value else "work.no_case", lang, count=count(value, lang))


def _awareness(work: Mapping[str, Any], lang: Lang) -> str:
    value = work[f.AWARENESS_PCT]
    return text("work.unknown", lang) if is_missing(value) else f"{float(str(value)):g}%"


def _drills(work: Mapping[str, Any], lang: Lang) -> str:
    if is_missing(work["drill_units"]):
        return text("work.unknown", lang)
    if not work["drill_units"]:
        return text("work.no_unit", lang)
    names = ("units", "held", "overdue", "unknown")
    keys = ("drill_units", "drills_held", "drills_overdue", "drills_unknown")
    told = {n: count(work[k], lang) for n, k in zip(names, keys, strict=True)}
    return text("work.drills_told", lang, **told)


def _estates(work: Mapping[str, Any], lang: Lang) -> str:
    if is_missing(work["estates"]):
        return text("work.unknown", lang)
    if not work["estates"]:
        return text("work.no_office", lang)
    names = {"count": "estates", "old": "old_estates", "none": "three_none_estates"}
    told = text("work.estates_told", lang, **{n: count(work[k], lang) for n, k in names.items()})
    old, none = work["old_unknown"], work["three_none_unknown"]
    if not old and not none:
        return told
    return told + text("work.estates_unknown", lang, old=count(old, lang), none=count(none, lang))


def _offices(work: Mapping[str, Any], lang: Lang) -> str:
    if is_missing(work["offices"]):
        return text("work.unknown", lang)
    key = "work.offices_told" if work["offices"] else "work.no_office"
    return text(key, lang, count=count(work["offices"], lang),
                whole=count(work["offices_whole"], lang))  # fmt: skip
