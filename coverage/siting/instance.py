"""The ground of a siting study: who would reach whom, how much each building counts, as rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from math import gcd, lcm

import numpy as np
import pandas as pd
from scipy import sparse

from ...geo.arrays import Flags, Floats, Indices
from ...geo.candidate_list import ABSENT_DAY, ABSENT_NIGHT, COST_YUAN
from ...geo.ground import Conditions
from ...geo.town import Town
from ...geo.wishes import Weight, Wishes
from ...geo.words import InputError
from ...geo.words import fields as f
from .. import columns as c
from ..reach import Moment
from .candidates import Candidates
from .demand import Demand, demand_of, usual_weight
from .demand_rows import Rows, stacked
from .reach import Reach, drawn_conditions, pair_chances, site_reach, with_candidates
from .wishes_error import WishesError

LEVELS = 20  # of a probability of arrival; it is rounded down to a twentieth
FAR = 2.5  # times the standard up to which arrivals are looked at where times are uncertain
MOST_CREWS = 4  # beyond which a further crew that may be absent adds next to nothing


@dataclass(frozen=True, eq=False)
class Band:
    """One scenario of the study: what holds, and how much each building counts."""

    name: str
    moment: Moment
    share: int
    demand: Demand


@dataclass(frozen=True, eq=False)
class SitingInstance:
    """Everything a plan is judged by.

    Attributes
    ----------
    town
        With all candidates as stations, after those that stand.
    existing
        ``(sites,)`` which stations stand already.
    candidates
        Sites from ``len(standing) - len(candidates.sites)`` on are their rows.
    bands
        Scenarios with their whole-number weights.
    tiers
        Tiers of the rule set with their whole-number weights.
    wishes
        Of the planner.
    doubled
        ``(buildings,)`` for which a second crew counts.
    """

    town: Town
    existing: Flags
    candidates: Candidates
    bands: tuple[Band, ...]
    tiers: Mapping[str, int]
    wishes: Wishes
    doubled: Flags

    @property
    def unit(self) -> float:
        """By what sums of rows are divided, so that they read as people, buildings or harm."""
        levels = LEVELS if self.wishes.aim == "arrival" else 1
        per = self.bands[0].demand.per * levels
        return sum(band.share for band in self.bands) * sum(self.tiers.values()) * per

    @property
    def costs(self) -> Floats:
        """``(sites,)`` yuan to build each candidate; 0 for stations that stand."""
        costs = np.zeros(len(self.existing))
        costs[~self.existing] = self.candidates.sites[COST_YUAN].to_numpy(dtype=float)
        return costs

    @property
    def absent(self) -> Floats:
        """Per band the probability that a crew is absent, the mean over hosts."""
        names = [ABSENT_DAY if b.moment.scenario.is_day else ABSENT_NIGHT for b in self.bands]
        return np.array([float(self.candidates.sites[name].mean()) for name in names])

    @property
    def communities(self) -> list[str]:
        """Identities of the communities, in the order of the groups of rows."""
        return [str(i) for i in self.town.communities[f.COMMUNITY_ID]]

    @property
    def group(self) -> Indices:
        """``(buildings,)`` community of each building, -1 outside."""
        index = pd.Index(self.communities)
        found = index.get_indexer(self.town.buildings[f.COMMUNITY_ID].astype(str))
        return np.asarray(found, dtype=np.intp)

    def reaches(
        self, held: Mapping[str, Conditions] | None = None, *, longest: float = 1.0
    ) -> dict[tuple[str, str], Reach]:
        """Return who reaches whom, by band and tier.

        Parameters
        ----------
        held
            What holds on the lanes by band, if not what is known of them.
        longest
            Times the standard up to which arrivals are kept.
        """
        if self.wishes.aim == "arrival":
            longest = FAR
        return {
            (band.name, tier): site_reach(
                band.moment if held is None else band.moment.holding(held[band.name]),
                tier,
                longest=longest,
            )
            for band in self.bands
            for tier in self.tiers
        }

    def drawn(self, *, draws: int, seed: int) -> Iterator[dict[str, Conditions]]:
        """Yield random states of the lanes, one for all bands at a time."""
        every = [drawn_conditions(band.moment, draws=draws, seed=seed) for band in self.bands]
        names = [band.name for band in self.bands]
        for states in zip(*every, strict=True):
            yield dict(zip(names, states, strict=True))

    def rows(
        self,
        reaches: Mapping[tuple[str, str], Reach],
        *,
        slower: float = 1.0,
        factor: Floats | None = None,
        draw: int = 0,
        coarse: int = 1,
    ) -> Rows:
        """Return demand as rows.

        Parameters
        ----------
        reaches
            From `reaches`.
        slower
            Factor on all travel times.
        factor
            ``(buildings,)`` on what each building counts.
        draw
            State of the lanes to which the rows belong.
        coarse
            So many levels of a probability of arrival count as the lowest of them, which is
            fewer rows and never less covered.
        """
        parts = []
        for number, band in enumerate(self.bands):
            for tier, share in self.tiers.items():
                weights = band.demand.weights * (band.share * share)
                weights = weights if factor is None else weights * factor
                reach = reaches[band.name, tier]
                if self.wishes.aim == "arrival":
                    drawn = reach if slower == 1.0 else reach.slowed(slower)
                    parts += self._levels(drawn, tier, weights, draw, coarse)
                else:
                    absent = float(self.absent[number])
                    parts += self._part(reach.cover(slower=slower), weights, absent, draw)
        return stacked(parts)

    def _part(
        self, covers: sparse.csr_array, weights: Floats, absent: float, draw: int
    ) -> list[Rows]:
        count = np.flatnonzero(weights > 0)
        zero = np.zeros(len(count), dtype=np.intp)
        profiles: tuple[tuple[float, ...], ...] = ((1.0,),)
        profile = zero
        if self.wishes.aim == "absence":
            profiles = (tuple((1 - absent) * absent**k for k in range(MOST_CREWS)),)
        elif self.doubled.any():
            profiles = ((1.0,), (1.0, self.town.rules.siting.second_cover.value))
            profile = self.doubled[count].astype(np.intp)
        cover = covers[count]
        return [Rows(cover, weights[count], profile, profiles, self.group[count], zero + draw)]

    def _levels(
        self, reach: Reach, tier: str, weights: Floats, draw: int, coarse: int
    ) -> list[Rows]:
        """Return one row a level of the probability of arrival: the best crew counts."""
        chance = pair_chances(self.town, self.town.rules.tier[tier], reach)
        level = np.floor(chance * LEVELS + 1e-9).astype(int)
        count = np.flatnonzero(weights > 0)
        zero = np.zeros(len(count), dtype=np.intp)
        parts = []
        for least in range(1, LEVELS + 1, coarse):
            within = level >= least
            ones = np.ones(int(within.sum()), dtype=np.int32)
            cells = reach.building[within], reach.site[within]
            cover = sparse.csr_array((ones, cells), shape=reach.shape)[count]
            counted = weights[count] * min(coarse, LEVELS + 1 - least)
            parts.append(Rows(cover, counted, zero, ((1.0,),), self.group[count], zero + draw))
        return parts

    def must_cover(
        self, reaches: Mapping[tuple[str, str], Reach], buildings: Indices
    ) -> tuple[sparse.csr_array, Indices]:
        """Return the cover of buildings that must be covered, in every band by the first tier.

        Returns
        -------
        cover, building
            One row a building and band, and which building each row is.
        """
        tier = next(iter(self.tiers))
        parts = [reaches[band.name, tier].cover()[buildings] for band in self.bands]
        return sparse.vstack(parts, format="csr"), np.tile(buildings, len(self.bands))


def make_instance(
    town: Town,
    candidates: Candidates,
    wishes: Wishes,
    *,
    scenario: str | None,
    day: dt.date,
    risk: Mapping[str, pd.DataFrame] | None = None,
    seed: int = 1,
) -> SitingInstance:
    """Put a study on its ground.

    Parameters
    ----------
    town
        As it is.
    candidates
        Where stations could go.
    wishes
        Of the planner.
    scenario
        The one that counts; without it those of ``wishes.bands``, or all of the town alike.
    day
        By which reports about lanes age.
    risk
        By scenario the buildings with `harm_index` and `risk_band`, where they are known.
    seed
        Of the fit of speeds.

    Raises
    ------
    InputError
        When a scenario, a tier or a risk that is asked for is not there; when there is no
        candidate.
    """
    if candidates.sites.empty:
        why = candidates.dropped["reason"].value_counts().to_dict()
        raise WishesError(
            [("error.no_candidates", {"dropped": len(candidates.dropped), "why": why})]
        )
    named = named_bands(town, wishes, scenario)
    strange = sorted(set(wishes.tiers) - set(town.rules.tier))
    if strange:
        raise InputError(
            "error.tier_unknown", tier=", ".join(strange), allowed=", ".join(town.rules.tier)
        )
    harm = {name: None if risk is None else risk[name][c.HARM_INDEX] for name in named}
    whole = with_candidates(town, candidates)
    now = Moment(town, town.scenarios[next(iter(named))], day, seed=seed)
    weight: Weight = wishes.weight or usual_weight(
        town, town.scenarios[next(iter(named))], risk=next(iter(harm.values()))
    )
    bands = []
    for name, share in named.items():
        chosen = town.scenarios[name]
        moment = Moment(whole, chosen, day, seed=seed, fitted=now.speeds)
        counted = demand_of(town, chosen, weight=weight, risk=harm[name])
        bands.append(Band(name, moment, share, counted))
    existing = np.arange(len(whole.stations)) < len(town.stations)
    doubled = town.buildings[f.USE].isin(wishes.double_uses).to_numpy()
    if wishes.double_bands:
        if risk is None:
            raise InputError("error.no_risk")
        first = risk[next(iter(named))]
        doubled |= first[c.RISK_BAND].isin(wishes.double_bands).to_numpy()
    return SitingInstance(
        whole, existing, candidates, tuple(bands), whole_numbers(wishes.tiers), wishes, doubled
    )


def whole_numbers(weights: Mapping[str, float]) -> dict[str, int]:
    """Return weights as the smallest whole numbers in the same proportion, to a thousandth.

    Parameters
    ----------
    weights
        By name, greater than 0.
    """
    exact = {name: Fraction(w).limit_denominator(1000) for name, w in weights.items()}
    common = reduce(lcm, (w.denominator for w in exact.values()), 1)
    numbers = {name: max(1, int(w * common)) for name, w in exact.items()}
    part = reduce(gcd, numbers.values(), 0)
    return {name: number // part for name, number in numbers.items()}


def named_bands(town: Town, wishes: Wishes, scenario: str | None) -> dict[str, int]:
    """Return the scenarios that count with their whole-number weights.

    Parameters
    ----------
    town, wishes
        Whose scenarios, and the weights that are wished.
    scenario
        The one that counts, if only one does.
    """
    if scenario is not None:
        named: Mapping[str, float] = {scenario: 1.0}
    else:
        named = wishes.bands or dict.fromkeys(town.scenarios, 1.0)
    strange = sorted(set(named) - set(town.scenarios))
    if strange:
        raise InputError(
            "error.scenario_unknown", name=", ".join(strange), allowed=", ".join(town.scenarios)
        )
    return whole_numbers(named)
