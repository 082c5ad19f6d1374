"""When the crew of every site, existing or not, is at the wall of every building.

The engine of the assessment does it: candidates become stations of a town that has all of them,
so that a plan's numbers are those of `weizhan assess --plan`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from ...geo.arrays import Floats, Indices, Ints
from ...geo.ground import (
    Conditions,
)
from ...geo.plan import Plan, StationChanges, planned
from ...geo.rules import TierRule
from ...geo.town import Town
from ..closures import blockage_causes, drawn_blockages
from ..reach import (
    Moment,
    arrival_probability,
    left_m,
    reach_matrix,
    turnout_s,
)
from .candidates import Candidates


@dataclass(frozen=True, eq=False)
class Reach:
    """When crews arrive, under one scenario, tier and state of the lanes.

    Attributes
    ----------
    building, site
        ``(pairs,)`` rows of buildings and of the stations of the town with all candidates.
    start_ms, travel_ms, access_ms
        ``(pairs,)`` from the alarm until the crew moves on lanes, on the network, and from the
        lane to the wall.
    shape
        Buildings and sites.
    standard_s
        The standard of the tier.
    """

    building: Indices
    site: Indices
    start_ms: Ints
    travel_ms: Ints
    access_ms: Ints
    shape: tuple[int, int]
    standard_s: float

    def cover(self, *, slower: float = 1.0) -> sparse.csr_array:
        """Return who is within the standard of whom, buildings x sites, as ones.

        Parameters
        ----------
        slower
            Factor on the time on the network.
        """
        ms = self.start_ms + self.travel_ms * slower + self.access_ms
        within = np.flatnonzero(ms <= round(self.standard_s * 1000))
        ones = np.ones(len(within), dtype=np.int32)
        cells = self.building[within], self.site[within]
        return sparse.csr_array((ones, cells), shape=self.shape)

    def slowed(self, slower: float) -> Reach:
        """Return the same pairs with all travel so many times as long."""
        return replace(self, travel_ms=np.rint(self.travel_ms * slower).astype(np.int32))


def with_candidates(town: Town, candidates: Candidates) -> Town:
    """Return the town as if every candidate were a station; they come after the others.

    Parameters
    ----------
    town
        With the stations that stand.
    candidates
        Where more could go.
    """
    return planned(town, Plan(stations=StationChanges(add=candidates.stations())))


def site_reach(moment: Moment, tier: str, *, longest: float = 1.0) -> Reach:
    """Return when each station's crew is at each building, typical reading.

    Parameters
    ----------
    moment
        Of the town with all candidates as stations.
    tier
        Stations of others, and those with nobody on duty, reach nobody.
    longest
        Times the standard up to which arrivals are kept.
    """
    town, rule, crews = moment.town, moment.town.rules.tier[tier], moment.crews(tier)
    plan = moment.journey(tier)
    limit_ms = round(rule.standard_s.value * 1000 * longest)
    matrix = reach_matrix(plan, crews=len(crews.rows), limit_ms=limit_ms).tocoo()
    crew, building = matrix.row, matrix.col
    start = crews.crews.start_ms[crew]
    access = crews.access_ms[building]
    keep = matrix.data + access <= limit_ms
    return Reach(
        building[keep].astype(np.intp),
        crews.rows[crew[keep]],
        start[keep],
        (matrix.data - start)[keep],
        access[keep],
        (len(town.buildings), len(town.stations)),
        rule.standard_s.value,
    )


def pair_chances(town: Town, rule: TierRule, reach: Reach) -> Floats:
    """Return P(arrive within the standard) of each pair, over speed and turnout.

    Sites beyond the stations of the town are ready as the rule of the tier says.

    Parameters
    ----------
    town, rule
        Stations with their turnout, and the tier whose standard counts.
    reach
        Who is where when, typically.
    """
    every = np.arange(len(town.stations))
    bounds = (rule.turnout_s.at_least, rule.turnout_s.value, rule.turnout_s.at_most)
    turnouts = np.stack([np.append(turnout_s(town, every, s), s) for s in bounds], axis=1)
    turnouts, alike = np.unique(turnouts, axis=0, return_inverse=True)
    at_site = alike.ravel()[np.minimum(reach.site, len(every))]
    # Many pairs have the same times, and each is asked for once.
    fixed_ms = (reach.access_ms + reach.start_ms).astype(np.int64)
    key = (at_site.astype(np.int64) << 50) + (fixed_ms << 25) + np.maximum(reach.travel_ms, 0)
    _, first, which = np.unique(key, return_index=True, return_inverse=True)
    low, mode, high = turnouts[at_site[first]].T
    chances = arrival_probability(
        np.maximum(reach.travel_ms[first], 0) / 1000,
        fixed_ms[first] / 1000 - mode,
        (low, mode, high),
        standard_s=rule.standard_s.value,
        cv=town.rules.response.travel_cv.value,
    )
    return np.asarray(chances[which.ravel()])


def drawn_conditions(moment: Moment, *, draws: int, seed: int) -> Iterator[Conditions]:
    """Yield what holds on the lanes in each of some random states of them."""
    held, states = moment.conditions(), moment.states
    left = left_m(states, moment.town.rules)
    causes = blockage_causes(moment.town)
    for blocked in drawn_blockages(states, causes, draws=draws, seed=seed):
        narrow = np.full(len(left), np.nan)
        narrow[blocked] = left[blocked]
        yield replace(held, left_m=narrow)
