"""Random states of lanes: obstacles come in clusters, each lane as often as it is alone.

Behind every lane stands a normal number, in part of its street, in part of its quarter, in part
its own; a lane is blocked where that number falls below the quantile of its chance (a Gaussian
copula of two levels; Vasicek 1987 has one). Events of the town that have a chance close all their
lanes together besides. A draw hangs on seed, names and number of the draw alone, so a lane that
is moved in its file, added or removed changes no other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtr, ndtri

from ...geo.arrays import Ints
from ...geo.inside import area_of
from ...geo.town import Town
from ...geo.words import fields as f
from .. import columns as c
from ..keyed import Keys, keys_of, normals, uniforms

AT_ONCE: Final = 64  # draws in memory


@dataclass(frozen=True)
class Causes:
    """What lanes have in common.

    Attributes
    ----------
    lane
        ``(lanes,)`` keys of the lanes.
    street, quarter
        Keys of streets (by name, else the line as drawn) and of quarters (one class of lane in
        one community), and which of them each lane belongs to.
    shares
        Of what decides about a lane: common to its street, to its quarter.
    events
        Name, chance and ``(k,)`` rows of the lanes of each event that has a chance.
    """

    lane: Keys
    street: tuple[Keys, npt.NDArray[np.intp]]
    quarter: tuple[Keys, npt.NDArray[np.intp]]
    shares: tuple[float, float]
    events: tuple[tuple[str, float, Ints], ...]

    def apart(self) -> Causes:
        """Return the same lanes with nothing in common."""
        return Causes(self.lane, self.street, self.quarter, (0.0, 0.0), ())


def blockage_causes(town: Town) -> Causes:
    """Return what the lanes of a town have in common.

    Parameters
    ----------
    town
        With its lanes, communities, events and rules.
    """
    lanes, rule = town.lanes, town.rules.lane_state
    drawn = lanes[f.DRAWN_LANE_ID].fillna(lanes[f.LANE_ID]).astype(str)
    named = lanes[f.NAME].astype("string").str.strip()
    community = area_of(lanes, town.communities, f.COMMUNITY_ID).fillna("").astype(str)
    street = (community + "|" + named).where(named.notna() & (named != ""), "|" + drawn)
    quarter = community + "|" + lanes[f.LANE_CLASS].fillna("").astype(str)
    ids = lanes[f.LANE_ID].astype(str)
    return Causes(
        keys_of(ids),
        _grouped(street),
        _grouped(quarter),
        (rule.same_street.value, rule.same_quarter.value),
        tuple(
            (
                name,
                event.chance,
                np.flatnonzero(ids.isin(event.lanes) | drawn.isin(event.lanes)).astype(np.int32),
            )
            for name, event in town.events.items()
            if event.chance is not None
        ),
    )


def drawn_blockages(states: pd.DataFrame, causes: Causes, *, draws: int, seed: int) -> list[Ints]:
    """Return the rows of the lanes that hold an obstacle in each of some random states.

    Draw *i* depends on the seed and *i* alone.

    Parameters
    ----------
    states
        With `blocked_probability`, one row a lane.
    causes
        What the lanes have in common.
    draws, seed
        How many states, from which seed.
    """
    return list(_states(states, causes, draws, seed))


def _states(states: pd.DataFrame, causes: Causes, draws: int, seed: int) -> Iterator[Ints]:
    chance = states[c.BLOCKED_PROBABILITY].to_numpy(dtype=float)
    by_street, by_quarter = causes.shares
    own = np.sqrt(1 - by_street - by_quarter)
    quantile = ndtri(chance)[:, None]
    happens = {
        name: uniforms(keys_of([name]), "event", seed=seed, draws=draws)[0] < often
        for name, often, _ in causes.events
    }
    for first in range(0, draws, AT_ONCE):
        some = {"seed": seed, "draws": min(AT_ONCE, draws - first), "first": first}
        limit = chance[:, None]
        if by_street or by_quarter:
            common = np.zeros((1, 1))
            for (keys, row), share, name in (
                (causes.street, by_street, "street"),
                (causes.quarter, by_quarter, "quarter"),
            ):
                common = common + np.sqrt(share) * normals(keys, name, **some)[row]
            limit = ndtr((quantile - common) / own)
        blocked = uniforms(causes.lane, "lane", **some) < limit
        for draw in range(blocked.shape[1]):
            held = blocked[:, draw]
            for name, _, rows in causes.events:
                if happens[name][first + draw]:
                    held[rows] = True
            yield np.flatnonzero(held).astype(np.int32)


def _grouped(names: pd.Series) -> tuple[Keys, npt.NDArray[np.intp]]:
    row, known = pd.factorize(names)
    return keys_of(known), row.astype(np.intp)
