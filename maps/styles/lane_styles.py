"""Classes of lane state, of what a closure costs and of keep-clear rank.

Worse is darker and wider, so that neither a grey print nor an eye without red loses the order.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ...geo.arrays import Floats, Longs
from ...geo.words import LaneState, Lang, label, text
from .style import Class, Style, codes_to_classes, standard_label, tier_label

STATES = (LaneState.BLOCKED, LaneState.NARROWED, LaneState.CLEAR)
LOSSES = (50, 20, 5, 0)  # more buildings than this; the last class loses none
RANKS = (10, 30, 100)  # up to this place on the keep-clear list

_DARK, _MIDDLE, _LIGHT, _FAINT = "#5c1a04", "#b8481a", "#de9a55", "#a9bac4"


def state_style(lang: Lang) -> Style:
    """Return the lanes by what was seen of them: blocked, narrowed, clear, unknown."""
    classes = (
        Class(label("lane_state", LaneState.BLOCKED, lang), _DARK, pixels=4.4),
        Class(label("lane_state", LaneState.NARROWED, lang), _MIDDLE, pixels=3.4, dash=(8, 4)),
        Class(label("lane_state", "clear", lang), "#74accf", pixels=2.4),
        _unknown(text("legend.state_unknown", lang)),
    )
    return Style(text("legend.state", lang), classes, text("legend.state_note", lang))


def state_classes(states: pd.Series) -> Longs:
    """Return the class of each lane state in `state_style`."""
    return codes_to_classes(states, STATES)


def loss_style(tier: str, standard_s: float, lang: Lang) -> Style:
    """Return the lanes by how many buildings their closure alone takes out of reach."""
    labels = (
        text("legend.loss_above", lang, low=LOSSES[0]),
        text("legend.loss_between", lang, low=LOSSES[1] + 1, high=LOSSES[0]),
        text("legend.loss_between", lang, low=LOSSES[2] + 1, high=LOSSES[1]),
        text("legend.loss_between", lang, low=LOSSES[3] + 1, high=LOSSES[2]),
        text("legend.loss_none", lang),
    )
    fills = (_DARK, _MIDDLE, _LIGHT, "#a5cbe0", "#d0d9dd")
    widths = (5.0, 4.0, 3.0, 2.2, 1.2)
    classes = (
        Class(name, fill, pixels=width)
        for name, fill, width in zip(labels, fills, widths, strict=True)
    )
    names = {"tier": tier_label(tier, lang), "standard": standard_label(standard_s, lang)}
    return Style(
        text("legend.loss", lang, **names),
        (*classes, _unknown(text("legend.unknown", lang))),
        text("legend.loss_note", lang),
    )


def loss_classes(lost: pd.Series) -> Longs:
    """Return the class of each number of buildings lost in `loss_style`."""
    numbers = _numbers(lost)
    classes = np.searchsorted(-np.array(LOSSES), -numbers, side="right")
    return np.where(np.isnan(numbers), len(LOSSES) + 1, classes).astype(np.int64)


def rank_style(lang: Lang) -> Style:
    """Return the lanes by their place on the keep-clear list."""
    labels = (
        text("legend.rank_top", lang, high=RANKS[0]),
        text("legend.rank_between", lang, low=RANKS[0] + 1, high=RANKS[1]),
        text("legend.rank_between", lang, low=RANKS[1] + 1, high=RANKS[2]),
        text("legend.rank_none", lang, high=RANKS[2]),
    )
    looks = ((_DARK, 5.0), (_MIDDLE, 3.8), (_LIGHT, 2.8), (_FAINT, 1.0))
    classes = (
        Class(name, fill, pixels=width) for name, (fill, width) in zip(labels, looks, strict=True)
    )
    return Style(text("legend.rank", lang), tuple(classes), text("legend.rank_note", lang))


def rank_classes(ranks: pd.Series) -> Longs:
    """Return the class of each rank in `rank_style`; lanes without one are in the last."""
    numbers = _numbers(ranks)
    classes = np.searchsorted(RANKS, numbers, side="left")
    return np.where(np.isnan(numbers), len(RANKS), classes).astype(np.int64)


def _numbers(values: pd.Series) -> Floats:
    return np.asarray(pd.to_numeric(values, errors="coerce").astype("float64"))


def _unknown(name: str) -> Class:
    return Class(name, "#7d7d7d", pixels=1.6, dash=(1, 4))
