"""What a plan is to achieve and to keep, and how a choice of sites is judged, without a solver."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from scipy import sparse

from ...geo.arrays import Flags, Floats, Indices
from ...geo.wishes import Robust
from .demand_rows import Rows

TIE = 0.01  # part of the average in a plan for the worst state, so that ties are broken well


@dataclass(frozen=True, eq=False)
class Quota:
    """How many of some sites a plan has."""

    sites: Indices
    least: int
    most: int


@dataclass(frozen=True, eq=False)
class PlanProblem:
    """A plan to be found.

    Attributes
    ----------
    rows
        Demand.
    costs
        ``(sites,)`` of new sites; 0 for stations that stand.
    existing
        ``(sites,)`` which stations stand already; those neither movable nor closable stay.
    movable, closable
        Which of them may be given up; a movable one allows one more new site.
    gives_back
        What a station that is given up brings back.
    chosen, forbidden
        New sites in every plan, or in none.
    stations, budget
        New sites at most; what they may cost.
    must
        ``(rows, sites)`` cover of what must be covered.
    groups, floor, worst_off
        Number of communities, share of each to be covered, and how much the share of the
        worst-off counts against the whole weight.
    quotas
        By host.
    cliques
        Sets of sites of which one at most may be chosen.
    robust, tail
        What counts over the states of the lanes, and the share of states in the tail of CVaR.
    cuts
        Sets of sites of which a plan must do without one at least.
    """

    rows: Rows
    costs: Floats
    existing: Flags
    movable: Flags
    closable: Flags
    gives_back: float = 0.0
    chosen: Indices = field(default_factory=lambda: np.empty(0, dtype=np.intp))
    forbidden: Indices = field(default_factory=lambda: np.empty(0, dtype=np.intp))
    stations: int | None = None
    budget: float | None = None
    must: sparse.csr_array | None = None
    groups: int = 0
    floor: float = 0.0
    worst_off: float = 0.0
    quotas: tuple[Quota, ...] = ()
    cliques: tuple[Indices, ...] = ()
    robust: Robust = "none"
    tail: float = 0.1
    cuts: tuple[Indices, ...] = ()

    @property
    def loose(self) -> Flags:
        """Which standing stations may be given up."""
        return self.existing & (self.movable | self.closable)

    @property
    def given(self) -> Flags:
        """Which sites are in every plan."""
        given = self.existing & ~self.loose
        given[self.chosen] = True
        return given

    @property
    def open_sites(self) -> Indices:
        """The sites that are still to be decided."""
        shut = self.given
        shut[self.forbidden] = True
        return np.flatnonzero(~shut)

    @property
    def by_group(self) -> bool:
        """Whether communities matter."""
        return bool(self.groups and (self.floor or self.worst_off))

    @property
    def by_draw(self) -> bool:
        """Whether states of the lanes matter one by one."""
        return self.robust in ("cvar", "worst")

    @property
    def plain(self) -> bool:
        """Whether only the number of sites and the budget bind, so that `max_cover` serves."""
        return (
            self.rows.plain
            and not (self.by_group or self.by_draw or self.quotas or self.cliques or self.cuts)
            and not self.loose.any()
            and (self.must is None or self.must.shape[0] == 0)
        )

    def flags(self, sites: Indices) -> Flags:
        """Return a choice of sites as flags."""
        flags = np.zeros(len(self.costs), dtype=bool)
        flags[sites] = True
        return flags

    def spent(self, chosen: Flags) -> float:
        """Return what a choice costs, less what stations given up bring back."""
        new = float(self.costs[chosen & ~self.existing].sum())
        return new - self.gives_back * int((self.loose & ~chosen).sum())

    def score(self, chosen: Flags) -> float:
        """Return what a choice is worth by what counts."""
        worth = self.rows.worth(chosen)
        if self.by_draw:
            by_draw = np.sort(self.rows.worth_by_draw(chosen))
            if self.robust == "worst":
                worth = (1 - TIE) * float(by_draw[0]) + TIE * worth
            else:
                worth = tail_mean(by_draw, self.tail)
        if self.by_group and self.worst_off:
            shares = self.rows.shares(chosen, self.groups)
            worth += self.worst_off * self.rows.total * float(np.nan_to_num(shares, nan=1.0).min())
        return worth

    def unmet(self, chosen: Flags) -> Indices:
        """Return the must-cover rows that a choice does not cover."""
        if self.must is None:
            return np.empty(0, dtype=np.intp)
        return np.flatnonzero((self.must @ chosen.astype(np.int32)) == 0)

    def shortfall(self, chosen: Flags) -> Floats:
        """Return by how much the share of each group is short of the floor."""
        if not (self.groups and self.floor):
            return np.zeros(self.groups)
        shares = self.rows.shares(chosen, self.groups)
        return np.nan_to_num(np.maximum(self.floor - shares, 0.0))


def tail_mean(sensitivity: Floats, tail: float) -> float:
    """Return the mean of the worst share of some values (CVaR), the last one in part."""
    ordered = np.sort(sensitivity)
    share = np.full(len(ordered), 1.0 / len(ordered))
    left = np.clip(tail - (np.cumsum(share) - share), 0.0, share)
    return float((ordered * left).sum() / tail)


def greedy_plan(problem: PlanProblem) -> Flags:
    """Return a plan made site by site: each time the one that adds most, for its cost if paid.

    It keeps the number, the budget, the most of quotas, spacing and cuts; the least of quotas may
    be missed.
    """
    chosen = problem.given | problem.loose
    most = {id(q): q.most for q in problem.quotas}
    while True:
        gains = problem.rows.gains(chosen)
        if problem.must is not None and problem.must.shape[0]:
            rest = (problem.must @ chosen.astype(np.int32)) == 0
            gains = gains + (problem.must.T @ rest.astype(float)) * (problem.rows.total + 1)
        new = chosen & ~problem.existing
        gains[chosen | problem.existing] = 0.0
        gains[problem.forbidden] = 0.0
        if problem.stations is not None and new.sum() >= problem.stations:
            return chosen
        if problem.budget is not None:
            left = problem.budget - problem.spent(chosen)
            gains[problem.costs > left + 1e-9] = 0.0
            gains = gains / np.maximum(problem.costs, 1e-9)
        for quota in problem.quotas:
            if new[quota.sites].sum() >= most[id(quota)]:
                gains[quota.sites] = 0.0
        for clique in problem.cliques:
            if chosen[clique].any():
                gains[clique] = 0.0
        best = int(np.argmax(gains))
        if gains[best] <= 0:
            return chosen
        after = chosen.copy()
        after[best] = True
        if any(after[cut].all() for cut in problem.cuts):
            problem = replace(problem, forbidden=np.append(problem.forbidden, best))
            continue
        chosen = after
