"""One function a layer: from the frames of an assessment to packed canvas layers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd

from ...coverage import columns as c
from ...coverage.assessment import Assessment
from ...geo.plan import Plan
from ...geo.words import BarrierKind, Lang, WaterKind, text
from ...geo.words import fields as f
from ..styles import cover_styles, style
from ..voice import FEWEST_PEOPLE, percent, tiers_told
from .canvas import PackedPoints, PackedPolygons
from .layer_columns import Numbers, Styles, labels
from .risk_overlays import add_risk

AREA_TOLERANCE_M = 0.5  # of the outline of service areas on the page

Further = Callable[[Lang, Styles, Numbers, dict[str, pd.Series]], None]


def column(frame: gpd.GeoDataFrame, name: str) -> pd.Series:
    """Return a column, or one that is missing throughout."""
    if name in frame.columns:
        found: pd.Series = frame[name]
        return found
    return pd.Series([None] * len(frame), index=frame.index, dtype=object)


def buildings(
    assessment: Assessment, *, lang: Lang, further: Sequence[Further] = ()
) -> PackedPolygons:
    """Return the buildings, by time, cover, chance and depth of each tier and by use.

    Parameters
    ----------
    assessment
        Whose buildings.
    lang
        Language of labels.
    further
        Functions that add styles, numbers and texts.
    """
    frame = assessment.buildings
    styles: Styles = {}
    numbers: Numbers = {
        f.FLOORS: (column(frame, f.FLOORS), 1),
        c.PEOPLE: (few_hidden(column(frame, c.PEOPLE)), 0),
        c.ACCESS_M: (column(frame, c.ACCESS_M), 0),
    }
    texts = {
        "id": column(frame, f.BUILDING_ID),
        f.NAME: column(frame, f.NAME),
        f.ADDRESS: column(frame, f.ADDRESS),
        f.USE: labels(column(frame, f.USE), "use", lang),
        f.COMMUNITY_ID: column(frame, f.COMMUNITY_ID),
        "lane": column(frame, c.ATTACHED_LANE_ID),
    }
    for tier, standard_s in tiers_told(assessment).items():
        cover = column(frame, c.cover(tier))
        times = column(frame, c.response_time(tier))
        styles[f"response_{tier}"] = (
            style.response_style(tier, standard_s, lang),
            style.response_classes(times, cover, standard_s),
        )
        styles[f"cover_{tier}"] = (
            style.cover_style(tier, standard_s, lang),
            style.codes_to_classes(cover, tuple(code.value for code in style.COVER_FILLS)),
        )
        numbers[f"{tier}_typical"] = (whole_seconds(times), 0)
        for end, name in (
            ("low", c.response_time_low(tier)),
            ("high", c.response_time_high(tier)),
            ("second_time", c.second_response_time(tier)),
        ):
            numbers[f"{tier}_{end}"] = (whole_seconds(column(frame, name)), 0)
        texts[f"{tier}_station"] = column(frame, c.station(tier))
        texts[f"{tier}_second"] = column(frame, c.second_station(tier))
        _add_certainty(frame, tier, standard_s, lang, styles, numbers, texts)
    add_risk(assessment, lang, styles, numbers, texts)
    styles["use"] = (style.use_style(lang), style.use_classes(column(frame, f.USE)))
    for add in further:
        add(lang, styles, numbers, texts)
    return PackedPolygons(
        "buildings",
        frame,
        styles=styles,
        numbers=numbers,
        texts=texts,
        near=_near(numbers),
        z_index=3,
    )


def _near(numbers: Numbers) -> dict[str, str]:
    """Return which times are close to which: all of a tier to its typical one, at any moment."""
    near = {}
    for name in numbers:
        own, at, moment = name.partition("@")
        tier, _, end = own.partition("_")
        usual = f"{tier}_typical"
        if end in {"low", "high", "second_time", "top_floor"} and usual + at + moment in numbers:
            near[name] = usual + at + moment
        elif at and own == usual and usual in numbers:
            near[name] = usual
    return near


def _add_certainty(
    frame: gpd.GeoDataFrame,
    tier: str,
    standard_s: float,
    lang: Lang,
    styles: Styles,
    numbers: Numbers,
    texts: dict[str, pd.Series],
) -> None:
    """Add chances, depth and main limit of a tier, each where the frame has its column."""
    for kind, name in (
        ("arrival", c.arrival_probability(tier)),
        ("lanes", c.lane_probability(tier)),
    ):
        if name in frame.columns:
            chances = pd.to_numeric(frame[name], errors="coerce")
            made = cover_styles.chance_style(kind, tier, standard_s, lang)
            styles[f"{kind}_{tier}"] = made, cover_styles.chance_classes(chances)
            texts[f"{kind}_{tier}"] = style.by_value(chances, percent)
    if c.depth(tier) in frame.columns:
        depths = frame[c.depth(tier)]
        made = cover_styles.depth_style(tier, standard_s, lang)
        styles[f"depth_{tier}"] = made, cover_styles.depth_classes(depths)
        numbers[f"{tier}_depth"] = depths, 0
    if c.free_crew(tier) in frame.columns:
        numbers[f"{tier}_free_crew"] = frame[c.free_crew(tier)] * 100, 2
    if c.main_limit(tier) in frame.columns:
        texts[f"{tier}_limit"] = labels(frame[c.main_limit(tier)], "limit_name", lang)
        numbers[f"{tier}_limit_cost"] = whole_seconds(column(frame, c.limit_cost(tier))), 0
    if c.top_floor(tier) in frame.columns:
        numbers[f"{tier}_top_floor"] = whole_seconds(frame[c.top_floor(tier)]), 0


def areas(assessment: Assessment, *, lang: Lang) -> PackedPolygons:
    """Return the service areas, of each tier and of each station, with their holes."""
    frame = assessment.areas
    if not frame.empty:
        frame = frame.set_geometry(frame.geometry.simplify(AREA_TOLERANCE_M))
    return PackedPolygons(
        "areas",
        frame,
        styles={"areas": (cover_styles.area_style(lang), np.zeros(len(frame), np.int64))},
        texts={"tier": column(frame, f.TIER), "station": column(frame, f.STATION_ID)},
        show=False,
        z_index=4,
    )


def stations(
    assessment: Assessment, *, lang: Lang, duties: Mapping[str, pd.Series] | None = None
) -> PackedPoints:
    """Return the stations, a symbol a tier, hollow when not on duty.

    Parameters
    ----------
    assessment
        Whose stations.
    lang
        Language of labels.
    duties
        Which are on duty at other moments; each gives a style ``stations@moment``.
    """
    frame = assessment.stations
    tiers, duty = column(frame, f.TIER), column(frame, "on_duty")
    looks = style.station_style(lang)
    others = {
        f"stations@{name}": (looks, style.station_classes(tiers, on_duty))
        for name, on_duty in (duties or {}).items()
    }
    return PackedPoints(
        "stations",
        _as_points(frame),
        styles={"stations": (looks, style.station_classes(tiers, duty)), **others},
        numbers={
            f.CREW_DAY: (column(frame, f.CREW_DAY), 0),
            f.CREW_NIGHT: (column(frame, f.CREW_NIGHT), 0),
            f.TURNOUT_S: (column(frame, f.TURNOUT_S), 0),
            "on_duty": (duty.map(float, na_action="ignore"), 0),
            **_calls(assessment),
        },
        texts={
            "id": column(frame, f.STATION_ID),
            f.NAME: column(frame, f.NAME),
            f.ADDRESS: column(frame, f.ADDRESS),
            f.TIER: labels(tiers, "tier", lang),
            f.HOST_TYPE: labels(column(frame, f.HOST_TYPE), "host_type", lang),
            f.VEHICLE: labels(column(frame, f.VEHICLE), "vehicle", lang),
            f.COMMUNITY_ID: column(frame, f.COMMUNITY_ID),
        },
        z_index=7,
    )


def _calls(assessment: Assessment) -> Numbers:
    """Return how often each station's crew is called; of several tiers, by the last it serves."""
    told: dict[str, dict[str, float | None]] = {}
    for tier in assessment.summary.get("busy", {}).values():
        told |= tier["stations"]
    ids = column(assessment.stations, f.STATION_ID).astype(str)
    decimals = {"calls_a_year": 1, "chance_out": 6, "only": 0}
    return {
        name: (ids.map(lambda key, name=name: told.get(key, {}).get(name)).astype(float), places)
        for name, places in decimals.items()
    }


def water(assessment: Assessment, *, lang: Lang) -> PackedPoints:
    """Return the places where water can be taken; areas and lines as a point in them."""
    frame = assessment.water
    kinds = column(frame, f.KIND)
    classes = style.codes_to_classes(kinds, tuple(kind.value for kind in WaterKind))
    return PackedPoints(
        "water",
        _as_points(frame),
        styles={"water": (style.water_style(lang), classes)},
        numbers={f.FLOW_L_S: (column(frame, f.FLOW_L_S), 1)},
        texts={
            "id": column(frame, f.WATER_ID),
            f.NAME: column(frame, f.NAME),
            f.KIND: labels(kinds, "water_kind", lang),
            f.STATE: labels(column(frame, f.STATE), "system_state", lang),
        },
        show=False,
        z_index=5,
    )


def ponds(assessment: Assessment, *, lang: Lang) -> PackedPolygons:
    """Return the shapes of waters that are areas, beneath everything; the points stand on them."""
    frame = assessment.water
    if len(frame):
        frame = frame[frame.geometry.geom_type.isin(["Polygon", "MultiPolygon"])]
        frame = frame.reset_index(drop=True)
    look = style.Style("", (style.Class("", "#b9d7ea", "#7fa9c4", pixels=1),))
    return PackedPolygons(
        "ponds", frame, styles={"ponds": (look, np.zeros(len(frame), np.int64))}, z_index=1
    )


def barriers(assessment: Assessment, *, lang: Lang) -> PackedPoints:
    """Return the obstacles on lanes."""
    frame = assessment.barriers
    kinds = column(frame, f.KIND)
    classes = style.codes_to_classes(kinds, tuple(kind.value for kind in BarrierKind))
    return PackedPoints(
        "barriers",
        _as_points(frame),
        styles={"barriers": (style.barrier_style(lang), classes)},
        numbers={
            f.WIDTH_M: (column(frame, f.WIDTH_M), 2),
            f.HEIGHT_LIMIT_M: (column(frame, f.HEIGHT_LIMIT_M), 2),
        },
        texts={
            "id": column(frame, f.BARRIER_ID),
            f.NAME: column(frame, f.NAME),
            f.KIND: labels(kinds, "barrier_kind", lang),
            f.OPEN_HOURS: column(frame, f.OPEN_HOURS),
        },
        show=False,
        z_index=6,
    )


def crossings(assessment: Assessment, *, lang: Lang) -> PackedPoints:
    """Return where lanes cross without a common vertex, and how they were counted."""
    frame = assessment.crossings
    connected = frame["connected"].to_numpy(dtype=bool)
    said = {is_on: text(f"popup.crossing_{'joined' if is_on else 'apart'}", lang)
            for is_on in (True, False)}  # fmt: skip
    return PackedPoints(
        "crossings",
        frame,
        styles={"crossings": (style.crossing_style(lang), np.where(connected, 1, 0))},
        texts={"id": frame["lanes"], "counted": frame["connected"].map(said)},
        show=False,
        z_index=6,
    )


def communities(
    assessment: Assessment, *, lang: Lang, further: Styles | None = None
) -> PackedPolygons:
    """Return the outlines of the communities, and further styles that fill them."""
    frame = assessment.communities
    outline = style.community_style(lang), np.zeros(len(frame), np.int64)
    return PackedPolygons(
        "communities",
        frame,
        styles={"communities": outline, **(further or {})},
        numbers={c.PEOPLE: (few_hidden(column(frame, f.PEOPLE)), 0)},
        texts={"id": column(frame, f.COMMUNITY_ID), f.NAME: column(frame, f.NAME)},
        z_index=4,
    )


def proposed(plan: Plan | None, *, lang: Lang) -> PackedPoints:
    """Return the stations that a plan adds."""
    added = () if plan is None else plan.stations.add
    frame = gpd.GeoDataFrame(
        {
            "id": [station.station_id for station in added],
            f.NAME: [station.name for station in added],
            f.TIER: [station.tier.value for station in added],
        },
        geometry=gpd.points_from_xy([s.lon for s in added], [s.lat for s in added]),
        crs="EPSG:4326",
    )
    return PackedPoints(
        "proposed",
        frame,
        styles={"proposed": (style.proposed_style(lang), np.zeros(len(frame), np.int64))},
        texts={
            "id": frame["id"],
            f.NAME: frame[f.NAME],
            f.TIER: labels(frame[f.TIER], "tier", lang),
        },
        z_index=8,
    )


def whole_seconds(times: pd.Series) -> pd.Series:
    """Round up, so that a time beyond a standard never reads as within it."""
    seconds = pd.to_numeric(times, errors="coerce").astype("float64").round(3)
    return pd.Series(np.ceil(seconds.to_numpy()), index=times.index)


def few_hidden(people: pd.Series) -> pd.Series:
    """Replace small numbers of people by zero, which the page shows as fewer than five."""
    numbers = pd.to_numeric(people, errors="coerce").astype("float64")
    return numbers.mask(numbers < FEWEST_PEOPLE, 0)


def _as_points(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the frame with one point a feature."""
    if frame.empty:
        return frame
    return frame.set_geometry(frame.geometry.representative_point())
