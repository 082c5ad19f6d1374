"""Which buildings a hose reaches from water that works; what nobody told stays apart."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd
import shapely

from ...geo.arrays import Flags
from ...geo.rules import RuleSet
from ...geo.town import Town
from ...geo.words import SystemState
from ...geo.words import fields as f
from .. import columns as c


class WaterWithin(StrEnum):
    """The best water within hose reach of a building."""

    WORKING = "working"  # some source of which it is told that it works
    UNTOLD = "untold"  # some source, but of none is it told whether it works
    BEYOND = "beyond"  # none, or only such as do not work


def hose_straight_m(rules: RuleSet) -> float:
    """Return how far from a wall, in a straight line, water may be: the hose bends round houses."""
    return rules.response.hose_reach_m.value / rules.risk.mitigation.water_detour.value


def water_states(water: pd.DataFrame) -> tuple[Flags, Flags]:
    """Return which sources work, and which do not; the others nobody told of.

    Parameters
    ----------
    water
        The layer. What gives no flow does not work, whatever is said of it.
    """
    state = water[f.STATE] if f.STATE in water else pd.Series(None, water.index, dtype=object)
    dry = (pd.to_numeric(water[f.FLOW_L_S], errors="coerce") == 0).to_numpy(dtype=bool)
    works = (state == SystemState.GOOD).to_numpy(dtype=bool) & ~dry
    return works, (state.notna() & (state != SystemState.GOOD)).to_numpy(dtype=bool) | dry


def water_within(town: Town) -> pd.Series[Any]:
    """Return `WaterWithin` of each building; missing where the town maps no water.

    Parameters
    ----------
    town
        With its water and the reach of a hose; streets and stairs are not followed, a detour of
        the rules stands for them.
    """
    buildings, water = town.buildings, town.water
    found = pd.Series(None, index=buildings.index, dtype=object, name=c.WATER_WITHIN)
    if water.empty:
        return found
    works, fails = water_states(water)
    found[:] = str(WaterWithin.BEYOND)
    # What is told last stands: working water before water of which nobody told.
    for which, word in ((~works & ~fails, WaterWithin.UNTOLD), (works, WaterWithin.WORKING)):
        tree = shapely.STRtree(water.geometry.to_numpy()[which])
        near = tree.query(
            buildings.geometry.to_numpy(), predicate="dwithin", distance=hose_straight_m(town.rules)
        )[0]
        found.iloc[np.unique(near)] = str(word)
    return found


def water_figures(within: pd.Series[Any]) -> dict[str, Any]:
    """Return how many buildings a hose reaches from working water.

    Parameters
    ----------
    within
        From `water_within`, of some buildings.

    Returns
    -------
    dict
        ``buildings``; of them ``working``, ``untold`` and ``beyond``; ``share_low`` counts only
        working water and ``share_high`` also that of which nobody told. None where no
        water is mapped.
    """
    known = bool(within.notna().any())  # all missing too where there is no building at all
    counts = {w: int((within == w).sum()) if known else None for w in WaterWithin}
    total = len(within)
    sure, maybe = counts[WaterWithin.WORKING], counts[WaterWithin.UNTOLD]
    return {
        "buildings": total,
        **{str(word): count for word, count in counts.items()},
        "share_low": None if sure is None else round(sure / total, 4),
        "share_high": None if sure is None or maybe is None else round((sure + maybe) / total, 4),
    }
