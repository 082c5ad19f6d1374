"""What parts found, put together as the whole would tell it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ...geo.words import fields as f
from .. import columns as c
from ..closures import UNTOLD, WEIGHTS, keep_clear, told_losses

OWN = "own"


def lost_columns(tiers: Sequence[str]) -> list[str]:
    """Return the columns of what lanes cost that add up over parts."""
    return [c.lost(tier, what) for tier in tiers for what in (*WEIGHTS, *UNTOLD)]


def merged_losses(parts: Sequence[pd.DataFrame], tiers: Sequence[str]) -> pd.DataFrame:
    """Return what the failure of each lane costs all parts together, and which must stay clear.

    Parameters
    ----------
    parts
        As `weizhan.coverage.closures.lane_losses` of each part, with `lane_id`,
        `blocked_probability`, and `own`: whether the lane is the part's. What is no part's own
        is cut otherwise at the edge of what a part sees, and nothing of it counts.
    tiers
        Names of the tiers.

    Returns
    -------
    DataFrame
        By lane id, in their order: losses of every tier, `keep_clear_score` and
        `keep_clear_rank`. A lane at a border is in several parts, each of which counts its own
        buildings.
    """
    names = lost_columns(tiers)
    kept = [f.LANE_ID, c.BLOCKED_PROBABILITY, OWN, *names]
    every = pd.concat([part[kept] for part in parts], ignore_index=True)
    every = every[every[f.LANE_ID].isin(every[f.LANE_ID][every[OWN]])]
    by_lane = every.groupby(f.LANE_ID)
    sums, chance = by_lane[names].sum(min_count=1), by_lane[c.BLOCKED_PROBABILITY].first()
    for tier in tiers:
        # No part with a lane of that tier's town has it missing unless the tier is not known,
        # except people of whom nobody tells; they are missing again where that holds of all.
        lost = {what: sums[c.lost(tier, what)].to_numpy() for what in (*WEIGHTS, *UNTOLD)}
        lost |= {what: np.where(np.isnan(lost["buildings"]), np.nan, np.nan_to_num(lost[what]))
                 for what in WEIGHTS[1:]}  # fmt: skip
        for what, values in told_losses(lost).items():
            sums[c.lost(tier, what)] = values
    states = pd.DataFrame({c.BLOCKED_PROBABILITY: chance})
    return sums.join(keep_clear(sums, states, list(tiers)))
