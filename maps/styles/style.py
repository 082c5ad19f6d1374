"""Classes and colours, the same on every page.

Worse is darker, so that a grey print keeps the order; within the standard is blue and beyond it
orange to brown, so that the colour-blind keep the line; unknown is hatched, never a shade.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from ...coverage.columns import Cover
from ...geo.arrays import Longs
from ...geo.words import BarrierKind, LaneClass, Lang, Tier, Use, Vehicle, WaterKind, label, text

BANDS = (1 / 3, 2 / 3, 1, 5 / 3)  # of a tier's standard; the third is the line itself
BAND_FILLS = ("#d6e6ef", "#a5cbe0", "#74accf", "#d4751c", "#9c480b")
NO_WAY_FILL = "#4a2106"
UNKNOWN_FILL = "#fbfbfa"
COVER_FILLS = {
    Cover.COVERED: "#cfe2ee",
    Cover.LIKELY: "#86b8d6",
    Cover.DOUBTFUL: "#d9822b",
    Cover.UNCOVERED: "#7f3508",
}

USE_GROUPS: dict[str, tuple[tuple[Use, ...], str, str]] = {
    "homes": ((Use.RESIDENTIAL, Use.HIGH_RISE, Use.SUPER_TALL), "#dfe5ea", ""),
    "self_built": (
        (
            Use.SELF_BUILT,
            Use.SELF_BUILT_BUSINESS,
            Use.RURAL_SELF_BUILT,
            Use.GROUP_RENTAL,
            Use.THREE_IN_ONE,
        ),
        "#e7c46a",
        "",
    ),
    "industry": (
        (
            Use.FACTORY,
            Use.WAREHOUSE,
            Use.LOGISTICS,
            Use.RECYCLING,
            Use.ENERGY_STORAGE,
            Use.GAS,
        ),
        "#6f4a8e",
        "hatch",
    ),
    "trade": (
        (
            Use.COMMERCIAL_COMPLEX,
            Use.COMMERCIAL,
            Use.SMALL_PREMISES,
            Use.ESCAPE_ROOM,
            Use.ESPORTS_HOTEL,
            Use.HOTEL,
            Use.LIVE_STREAMING,
        ),
        "#56a3b8",
        "",
    ),
    "vulnerable": (
        (Use.MEDICAL, Use.ELDER_CARE, Use.SCHOOL, Use.CHILDCARE, Use.ASSEMBLY),
        "#b5341f",
        "",
    ),
    "public": (
        (Use.OFFICE, Use.COMMUNITY_SERVICE, Use.EPIDEMIC_CONTROL, Use.UNDERGROUND, Use.OTHER),
        "#aab39a",
        "dots",
    ),
}

LANE_METRES = {
    LaneClass.TRUNK: 22.0,
    LaneClass.PRIMARY: 18.0,
    LaneClass.SECONDARY: 14.0,
    LaneClass.TERTIARY: 10.0,
    LaneClass.RESIDENTIAL: 7.0,
    LaneClass.LIVING_STREET: 6.0,
    LaneClass.SERVICE: 5.0,
    LaneClass.TRACK: 4.0,
    LaneClass.ALLEY: 3.0,
    LaneClass.PEDESTRIAN: 6.0,
    LaneClass.CYCLEWAY: 2.5,
    LaneClass.FOOTWAY: 2.0,
    LaneClass.PATH: 1.5,
    LaneClass.STEPS: 2.0,
}
ON_FOOT = {LaneClass.CYCLEWAY, LaneClass.FOOTWAY, LaneClass.PATH, LaneClass.STEPS}

STATION_FILLS = {
    Tier.VOLUNTEER_POINT: "#5b6f2a",
    Tier.MICRO_STATION: "#c8102e",
    Tier.TOWN_BRIGADE: "#8a0f3c",
    Tier.OFFICIAL_STATION: "#3c0d2e",
}
WATER_SHAPES = {
    WaterKind.HYDRANT: "circle",
    WaterKind.WATER_TANK: "square",
    WaterKind.POND: "diamond",
    WaterKind.SUCTION_POINT: "triangle",
}
WATER_FILL = "#0b62b5"
BARRIER_SHAPES = {
    BarrierKind.GATE: "square",
    BarrierKind.LIFT_GATE: "triangle",
    BarrierKind.BOLLARD: "circle",
    BarrierKind.CHAIN: "diamond",
    BarrierKind.BLOCK: "cross",
    BarrierKind.STILE: "diamond",
    BarrierKind.HEIGHT_RESTRICTOR: "square",
    BarrierKind.OTHER: "cross",
}
BARRIER_FILL = "#5a5048"
CROSSING_FILL = "#8a1c7c"


@dataclass(frozen=True, slots=True)
class Class:
    """How one class is drawn.

    ``pattern`` is empty, ``hatch``, ``cross`` or ``dots``, drawn in ``line`` over ``fill``.
    ``metres`` is the width of a line on the ground and ``pixels`` its least width, or the size
    of a symbol. ``ends_standard`` marks the last class within the standard.
    """

    label: str
    fill: str
    line: str = "#6d7780"
    pattern: str = ""
    metres: float = 0
    pixels: float = 0
    dash: tuple[int, ...] = ()
    casing: str = ""
    symbol: str = ""
    letter: str = ""
    ends_standard: str = ""


@dataclass(frozen=True, slots=True)
class Style:
    """The classes of one way to draw a layer, with its title and note in the legend."""

    title: str
    classes: tuple[Class, ...]
    note: str = ""


def tier_label(tier: str, lang: Lang) -> str:
    """Return what people call a tier of the rule set.

    Parameters
    ----------
    tier
        Its key in the rule set.
    lang
        Language of the label.
    """
    return label("map_tier", tier, lang)


def standard_label(seconds: float, lang: Lang) -> str:
    """Return a standard as people say it: whole minutes, else seconds.

    Parameters
    ----------
    seconds
        Of the standard.
    lang
        Language of the text.
    """
    if seconds % 60 == 0:
        return text("verdict.minutes", lang, count=f"{seconds / 60:g}")
    return text("verdict.seconds", lang, count=f"{seconds:g}")


def response_style(tier: str, standard_s: float, lang: Lang) -> Style:
    """Return the classes of response time of a tier; see `response_classes` for their order."""
    edges = [f"{standard_s * band:.0f}" for band in BANDS]
    labels = [
        text("legend.up_to", lang, high=edges[0]),
        *(text("legend.between", lang, low=low, high=high) for low, high in pairwise(edges)),
        text("legend.above", lang, low=edges[-1]),
    ]
    line = BANDS.index(1)
    standard = text("legend.standard", lang, seconds=f"{standard_s:g}")
    classes = [
        Class(
            name,
            fill,
            line="#5f7f93" if position <= line else "#6b3306",
            ends_standard=standard if position == line else "",
        )
        for position, (name, fill) in enumerate(zip(labels, BAND_FILLS, strict=True))
    ]
    no_way = Class(text("legend.no_way", lang), NO_WAY_FILL, line="#e8d9cc", pattern="cross")
    return Style(
        text("legend.response", lang, tier=tier_label(tier, lang)),
        (*classes, no_way, _unknown(lang)),
        text("legend.response_note", lang),
    )


def response_classes(times_s: pd.Series, covers: pd.Series, standard_s: float) -> Longs:
    """Return the class of each response time in `response_style`.

    Parameters
    ----------
    times_s
        Typical response times; missing where none arrives or nothing is known.
    covers
        `Cover` codes, which tell the two apart.
    standard_s
        The standard of the tier.
    """
    times = np.round(pd.to_numeric(times_s, errors="coerce").astype("float64").to_numpy(), 3)
    classes = np.searchsorted(np.array(BANDS) * standard_s, times, side="left")
    classes[np.isnan(times)] = len(BANDS) + 1
    codes = covers.astype(object).where(covers.notna(), Cover.UNKNOWN.value).to_numpy()
    classes[np.isnan(times) & (codes == Cover.UNKNOWN.value)] = len(BANDS) + 2
    return classes.astype(np.int64)


def cover_style(tier: str, standard_s: float, lang: Lang) -> Style:
    """Return the classes of `Cover`, in its order."""
    name, standard = tier_label(tier, lang), standard_label(standard_s, lang)
    classes = [
        Class(
            text(f"legend.cover_{cover.value}", lang),
            fill,
            line="#5f7f93" if cover in {Cover.COVERED, Cover.LIKELY} else "#5c2806",
            ends_standard=text("legend.standard", lang, seconds=f"{standard_s:g}")
            if cover is Cover.LIKELY
            else "",
        )
        for cover, fill in COVER_FILLS.items()
    ]
    title = text("legend.cover", lang, tier=name, standard=standard)
    return Style(title, (*classes, _unknown(lang)))


def by_value(column: pd.Series, said: Callable[[Any], object]) -> pd.Series:
    """Return what is said of each value of a column, asking once for each that differs.

    Parameters
    ----------
    column
        Of few different values; missing ones stay missing.
    said
        Asked for every other value.
    """
    return column.map({value: said(value) for value in column.dropna().unique()})


def codes_to_classes(codes: pd.Series, order: tuple[str, ...]) -> Longs:
    """Return the position of each code in an order; unknown and missing codes come after it."""
    positions = {code: position for position, code in enumerate(order)}
    rows, values = pd.factorize(codes)
    told = [positions.get(str(code), len(order)) for code in values]
    return np.array([*told, len(order)], dtype=np.int64)[rows]  # of a missing one the row is -1


def use_style(lang: Lang) -> Style:
    """Return the groups of uses; see `use_classes` for their order."""
    classes = (
        Class(
            text(f"legend.use_{group}", lang),
            fill,
            line="#cdb9dd" if pattern == "hatch" else "#5d646b",
            pattern=pattern,
        )
        for group, (_, fill, pattern) in USE_GROUPS.items()
    )
    return Style(text("legend.use", lang), (*classes, _unknown(lang)))


def use_classes(uses: pd.Series) -> Longs:
    """Return the group of each use in `use_style`."""
    groups = {use.value: name for name, (members, _, _) in USE_GROUPS.items() for use in members}
    return codes_to_classes(uses.map(groups), tuple(USE_GROUPS))


def lane_style(lang: Lang) -> Style:
    """Return the lanes as a map shows them, in the order of `LaneClass`."""
    classes = []
    for kind, metres in LANE_METRES.items():
        name = label("lane_class", kind.value, lang)
        if kind in ON_FOOT:
            dash = (2, 2) if kind is LaneClass.STEPS else (5, 3)
            classes.append(Class(name, "#9a8f80", metres=metres, pixels=0.9, dash=dash))
        else:
            least = 3.2 if metres >= 14 else 2.2 if metres >= 10 else 1.3 if metres >= 5 else 1
            classes.append(Class(name, "#ffffff", metres=metres, pixels=least, casing="#a69c8c"))
    unknown = Class(text("legend.unknown", lang), "#ffffff", metres=3, pixels=1, casing="#c9c2b6")
    return Style(text("overlay.lanes", lang), (*classes, unknown))


def limit_style(vehicle: Vehicle, lang: Lang) -> Style:
    """Return the lanes by whether a vehicle passes: yes, maybe yes, maybe no, no, unknown."""
    classes = (
        Class(text("legend.limit_pass", lang), "#7fa9c4", pixels=1.6),
        Class(text("legend.limit_pass_guess", lang), "#7fa9c4", pixels=1.8, dash=(5, 3)),
        Class(text("legend.limit_stop_guess", lang), "#c2571a", pixels=3, dash=(6, 4)),
        Class(text("legend.limit_stop", lang), "#6b1f04", pixels=3.4),
        Class(text("legend.unknown", lang), "#8d8d8d", pixels=1.6, dash=(1, 3)),
    )
    name = label("vehicle", vehicle.value, lang)
    return Style(text("legend.limit", lang, vehicle=name), classes)


def limit_classes(limits: pd.Series, certain: pd.Series) -> Longs:
    """Return the class of each lane in `limit_style`."""
    stopped = np.array([not pd.isna(limit) and str(limit) != "" for limit in limits], dtype=bool)
    guess = np.array([pd.isna(sure) or not bool(sure) for sure in certain], dtype=bool)
    classes = np.where(stopped, np.where(guess, 2, 3), np.where(guess, 1, 0))
    return np.where(limits.isna(), 4, classes).astype(np.int64)


def station_style(lang: Lang) -> Style:
    """Return the symbols of stations: each tier on duty, each tier off duty, unknown tier."""
    names = {tier: label("tier", tier.value, lang) for tier in Tier}
    letters = {tier: text(f"legend.symbol_{tier.value}", lang) for tier in Tier}
    on_duty = (
        Class(names[tier], fill, "#ffffff", pixels=22, symbol="round", letter=letters[tier])
        for tier, fill in STATION_FILLS.items()
    )
    off_duty = (
        Class(
            text("legend.off_duty", lang, tier=names[tier]),
            "#ffffff",
            fill,
            pixels=22,
            symbol="round",
            letter=letters[tier],
        )
        for tier, fill in STATION_FILLS.items()
    )
    unknown = Class(
        text("legend.unknown", lang),
        "#6b6b6b",
        "#ffffff",
        pixels=22,
        symbol="round",
        letter=text("legend.symbol_unknown", lang),
    )
    return Style(text("legend.stations", lang), (*on_duty, *off_duty, unknown))


def station_classes(tiers: pd.Series, on_duty: pd.Series) -> Longs:
    """Return the class of each station in `station_style`."""
    classes = codes_to_classes(tiers, tuple(tier.value for tier in Tier))
    off = np.array([not pd.isna(duty) and not bool(duty) for duty in on_duty], dtype=bool)
    return np.where(classes == len(Tier), 2 * len(Tier), classes + off * len(Tier))


def proposed_style(lang: Lang) -> Style:
    """Return the symbol of stations that a plan adds."""
    look = Class(text("tree.proposed", lang), "#ffd23f", "#22282d", pixels=26, symbol="diamond")
    return Style(text("tree.proposed", lang), (look,))


def water_style(lang: Lang) -> Style:
    """Return the symbols of water, in the order of `WaterKind`."""
    classes = (
        Class(label("water_kind", kind.value, lang), WATER_FILL, "#ffffff", pixels=11, symbol=shape)
        for kind, shape in WATER_SHAPES.items()
    )
    return Style(
        text("legend.water", lang), (*classes, _unknown_symbol(lang, WATER_FILL, "circle"))
    )


def barrier_style(lang: Lang) -> Style:
    """Return the symbols of barriers, in the order of `BarrierKind`."""
    classes = (
        Class(
            label("barrier_kind", kind.value, lang),
            "#ffffff",
            BARRIER_FILL,
            pixels=10,
            symbol=shape,
        )
        for kind, shape in BARRIER_SHAPES.items()
    )
    return Style(
        text("legend.barriers", lang), (*classes, _unknown_symbol(lang, BARRIER_FILL, "round"))
    )


def crossing_style(lang: Lang) -> Style:
    """Return the symbols of lanes that cross without a common vertex: apart, connected."""
    looks = (("apart", "#ffffff", CROSSING_FILL), ("joined", CROSSING_FILL, "#ffffff"))
    classes = (
        Class(text(f"legend.crossing_{name}", lang), fill, line, pixels=12, symbol="cross")
        for name, fill, line in looks
    )
    return Style(text("legend.crossings", lang), tuple(classes))


def community_style(lang: Lang) -> Style:
    """Return the outline of communities."""
    outline = Class(text("legend.communities", lang), "", "#3f5d4d", pixels=2, dash=(9, 5))
    return Style(text("legend.communities", lang), (outline,))


def _unknown(lang: Lang) -> Class:
    return Class(text("legend.unknown", lang), UNKNOWN_FILL, line="#8a8a8a", pattern="hatch")


def _unknown_symbol(lang: Lang, colour: str, symbol: str) -> Class:
    return Class(text("legend.unknown", lang), "#ffffff", colour, pixels=10, symbol=symbol)
