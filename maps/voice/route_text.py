"""Sentences for people with paper: the way, why they go there, what they look at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import geopandas as gpd
import pandas as pd
import shapely

from ...coverage.rounds import DOOR, LANE, Landmarks, Stretch, Way, directions, piece_line
from ...geo.town import Town
from ...geo.words import HazardCode, LaneClass, Lang, Use, label, text
from ...geo.words import fields as f

NINE: Final = tuple(code for code in HazardCode if code.startswith("W"))
SIX: Final = tuple(code for code in HazardCode if code.startswith("H"))
INDUSTRY: Final = (Use.FACTORY, Use.WAREHOUSE, Use.LOGISTICS, Use.RECYCLING)
SELF_BUILT: Final = (
    Use.SELF_BUILT, Use.SELF_BUILT_BUSINESS, Use.RURAL_SELF_BUILT, Use.GROUP_RENTAL,
    Use.THREE_IN_ONE,
)  # fmt: skip
PREMISES: Final = ("exits", "lane", "systems", "electrics", "e_bikes", "extinguishers", "people")
BASICS: Final = ("exits", "lane", "extinguishers")
AT_DOORS: Final = ("detector", "stove", "wiring", "e_bikes", "exits", "bars", "helper")
ON_LANES: Final = ("parked", "stall", "gate", "height", "marked")
KIT: Final = (
    "extinguisher", "nozzle", "hose", "splitter", "hydrant_key", "light", "helmet", "suit",
    "gloves", "boots", "belt", "mask", "axe", "crowbar", "phone", "radio",
)  # fmt: skip
#: Which vocabulary tells the value ``named`` of a reason.
NAMED: Final = {"joint": "partner_dept", "listed": "supervision_level"}


def way_sentences(way: Way, lanes: gpd.GeoDataFrame, landmarks: Landmarks, lang: Lang) -> list[str]:
    """Return a way as sentences, one a stretch.

    Parameters
    ----------
    way
        Of one leg.
    lanes
        Of the town.
    landmarks
        To name corners by.
    lang
        Language of the text.
    """
    told = directions(way, lanes, landmarks)
    if not told:
        return [text("stretch.there", lang)]
    return [_sentence(stretch, lang) for stretch in told]


def arrival(
    way: Way, lanes: gpd.GeoDataFrame, x: float, y: float, metres: float, lang: Lang
) -> str:
    """Return on which side of the lane a stop lies, and how far from it.

    Parameters
    ----------
    way
        That ends at the stop.
    lanes
        Of the town.
    x, y
        Of the stop, metres in the CRS of the lanes.
    metres
        From the lane to the stop.
    lang
        Language of the text.
    """
    if not way.pieces or metres < 1:
        return text("stretch.arrive_at", lang)
    (ax, ay), (bx, by) = shapely.get_coordinates(piece_line(way.pieces[-1], lanes))[-2:]
    cross = (bx - ax) * (y - by) - (by - ay) * (x - bx)
    side = text("stretch.side_left" if cross > 0 else "stretch.side_right", lang)
    return text("stretch.arrive", lang, side=side, metres=_paces(metres))


def reason_sentence(why: str, values: Mapping[str, Any], lang: Lang) -> str:
    """Return why a stop is visited.

    Parameters
    ----------
    why
        Code of the reason; its text is ``why.<code>``.
    values
        For the blanks in it, codes as they are stored; a day or case may be left out.
    lang
        Language of the text.
    """
    told = {"due_on": "—", "case": "—", **values}
    if "band" in told:
        told["band"] = label("risk_band", told["band"], lang)
    if "code" in told:
        told["code"] = label("hazard_code", told["code"], lang)
    if why in NAMED:
        told["named"] = label(NAMED[why], told["named"], lang)
    return text(f"why.{why}", lang, **told)


def hazard_said(case: Mapping[str, Any] | pd.Series, key: str, lang: Lang) -> str:
    """Return an open hazard in one line: its key, kind, state, and its days as far as known.

    Parameters
    ----------
    case
        Its row of the case table.
    key
        Its key.
    lang
        Language of the text.
    """
    parts = [
        key,
        label("hazard_code", case["code"], lang),
        label("hazard_state", case[f.STATE], lang),
    ]
    for column, word in (("found", "found_on"), ("due_on", "due_on")):
        if not pd.isna(case[column]):
            day = pd.Timestamp(case[column]).date().isoformat()
            parts.append(text(f"paper.{word}", lang, day=day))
    return "　".join(parts)


def checklist(kind: str, lang: Lang) -> list[str]:
    """Return what is looked at, each line told so that what is right is in order.

    Parameters
    ----------
    kind
        Of the visit: a use, `DOOR` or `LANE`.
    lang
        Language of the text.
    """
    return [said for said, _ in coded_checks(kind, lang)]


def coded_checks(kind: str, lang: Lang) -> list[tuple[str, HazardCode | None]]:
    """Return the lines of `checklist`, each with the hazard that a no to it means, where one does.

    The nine and the six stand in the plans' own words, as what shall not be found.

    Parameters
    ----------
    kind, lang
        As for `checklist`.
    """
    if kind == LANE:
        return _checks(ON_LANES, lang)
    if kind == DOOR:
        return _checks(AT_DOORS, lang)
    if kind in INDUSTRY:
        return _free_of(NINE, lang) + _checks(BASICS[2:], lang)
    if kind in SELF_BUILT:
        return _free_of(SIX, lang) + _checks(BASICS, lang)
    return _checks(PREMISES, lang)


def town_checks(kind: str, town: Town, lang: Lang) -> list[tuple[str, str]]:
    """Return what the town itself has looked at on a visit: ``(list, item)``.

    Parameters
    ----------
    kind
        Of the visit: a use, `DOOR` or `LANE`.
    town
        With its checklists, and the six measures (六个一律) that it has filled in.
    lang
        Language of our words; the items stand as the town wrote them.
    """
    if kind in (DOOR, LANE):
        return []
    items = [(own.name, item) for own in town.checklists if own.is_for(kind) for item in own.items]
    six = town.rules.six_without_exception.measures if kind in INDUSTRY else ()
    return items + [(text("check.six", lang), measure) for measure in six]


def _free_of(codes: tuple[HazardCode, ...], lang: Lang) -> list[tuple[str, HazardCode | None]]:
    return [
        (text("check.free_of", lang, fault=label("hazard_code", code, lang)), code)
        for code in codes
    ]


def _checks(items: tuple[str, ...], lang: Lang) -> list[tuple[str, HazardCode | None]]:
    return [(text(f"check.{item}", lang), None) for item in items]


def _sentence(stretch: Stretch, lang: Lang) -> str:
    at = text("turn.at", lang, landmark=stretch.landmark) if stretch.landmark else ""
    compass = label("compass", stretch.compass, lang)
    turn = text(f"turn.{stretch.turn}", lang, compass=compass, at=at).strip()
    turn = turn[:1].upper() + turn[1:]
    lane = stretch.lane_name or label("lane_class", stretch.lane_class, lang)
    metres = _paces(stretch.distance_m)
    if stretch.lane_class == LaneClass.STEPS and not stretch.rides:
        count = text("stretch.count", lang, steps=stretch.step_count) if stretch.step_count else ""
        key = {1: "up", -1: "down", 0: "steps"}[stretch.climb]
        return text(f"stretch.{key}", lang, turn=turn, lane=lane, metres=metres, count=count)
    key = "ride" if stretch.rides else "walk"
    return text(f"stretch.{key}", lang, turn=turn, lane=lane, metres=metres)


def _paces(metres: float) -> int:
    """Return metres as people tell them: to five below a hundred, to ten above."""
    unit = 5 if metres < 100 else 10
    return max(unit * round(metres / unit), 1 if metres < 2.5 else 5)
