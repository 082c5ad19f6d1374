"""Classes of chance and depth of cover, and of service areas; colours as in `style`."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd

from ...geo.arrays import Longs
from ...geo.words import Lang, text
from .style import BAND_FILLS, UNKNOWN_FILL, Class, Style, standard_label, tier_label

CHANCES = (0.95, 0.8, 0.5, 0.2)  # least chance of each class but the last
DEEPEST = 3  # stations and more are one class
NO_STATION_FILL = "#7f3508"
AREA_FILL, AREA_LINE = "#0b7a5326", "#075c3e"  # seen through, so that the buildings keep theirs

_DARK_LINE, _LIGHT_LINE = "#6b3306", "#5f7f93"


def chance_style(kind: str, tier: str, standard_s: float, lang: Lang) -> Style:
    """Return the classes of a probability, the surest first.

    Parameters
    ----------
    kind
        ``"arrival"`` for the spread of speed and turnout, ``"lanes"`` for that of lane states.
    tier, standard_s
        Who should arrive, and within how many seconds.
    lang
        Language of the labels.
    """
    bounds = [f"{bound:.0%}" for bound in CHANCES]
    labels = [
        text("legend.chance_from", lang, low=bounds[0]),
        *(
            text("legend.chance_between", lang, low=low, high=high)
            for high, low in pairwise(bounds)
        ),
        text("legend.chance_below", lang, high=bounds[-1]),
    ]
    even = CHANCES.index(0.5)
    classes = (
        Class(name, fill, line=_LIGHT_LINE if position <= even else _DARK_LINE)
        for position, (name, fill) in enumerate(zip(labels, BAND_FILLS, strict=True))
    )
    names = {"tier": tier_label(tier, lang), "standard": standard_label(standard_s, lang)}
    return Style(
        text(f"legend.chance_{kind}", lang, **names),
        (*classes, _unknown(lang)),
        text(f"legend.chance_{kind}_note", lang),
    )


def chance_classes(chances: pd.Series) -> Longs:
    """Return the class of each probability in `chance_style`."""
    numbers = _numbers(chances)
    classes = np.searchsorted(-np.array(CHANCES), -np.round(numbers, 9), side="left")
    return np.where(np.isnan(numbers), len(CHANCES) + 1, classes).astype(np.int64)


def depth_style(tier: str, standard_s: float, lang: Lang) -> Style:
    """Return the classes of how many stations arrive in time, the most first."""
    labels = [
        text("legend.depth_most", lang, count=DEEPEST),
        *(text("legend.depth", lang, count=count) for count in range(DEEPEST - 1, -1, -1)),
    ]
    fills = (*BAND_FILLS[:DEEPEST], NO_STATION_FILL)
    classes = (
        Class(name, fill, line=_DARK_LINE if fill == NO_STATION_FILL else _LIGHT_LINE)
        for name, fill in zip(labels, fills, strict=True)
    )
    names = {"tier": tier_label(tier, lang), "standard": standard_label(standard_s, lang)}
    return Style(text("legend.depth_title", lang, **names), (*classes, _unknown(lang)))


def depth_classes(depths: pd.Series) -> Longs:
    """Return the class of each number of stations in `depth_style`."""
    numbers = _numbers(depths)
    classes = DEEPEST - np.clip(np.nan_to_num(numbers), 0, DEEPEST)
    return np.where(np.isnan(numbers), DEEPEST + 1, classes).astype(np.int64)


def area_style(lang: Lang) -> Style:
    """Return the one class of service areas."""
    look = Class(text("legend.area", lang), AREA_FILL, AREA_LINE, pixels=2.2)
    return Style(text("legend.areas", lang), (look,), text("legend.areas_note", lang))


def _numbers(values: pd.Series) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.asarray(pd.to_numeric(values, errors="coerce").astype("float64"))


def _unknown(lang: Lang) -> Class:
    return Class(text("legend.unknown", lang), UNKNOWN_FILL, line="#8a8a8a", pattern="hatch")
