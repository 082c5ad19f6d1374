"""Search for the best plan of a covering: reduce, bound, fix, and let HiGHS settle the rest.

A strong plan and a tight bound (volume algorithm) decide most sites: those that no better plan
contains and those that every better plan contains. What is left is merged and bounded again while
that decides more, and then goes to HiGHS. Whatever stops the search, the best plan and a valid
bound are there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ...geo.arrays import Flags, Floats, Indices
from .bounds import Walk
from .highs import Clock, Model, solve
from .reduction import Covering, grain

Stop = Literal["proven", "gap", "time", "interrupted"]
CLOSE = 1e-7  # relative difference that counts as none where the data are not whole numbers
EXACT = 1 - 1e-6  # part of the least difference of two plans that leaves no room for a better one
ROUNDING = 1e-12  # part of a bound that its sums may be wrong by
WORTHWHILE = 0.9  # go round again when so little, or less, of the sites is left
KICKS = 500
KICK_ENTRIES = 20_000_000  # rows and entries of the cover to look at, about, in a round of kicks


def room(grain: float, scale: float, close: float = CLOSE) -> float:
    """Return how far a bound may lie from a plan that is the best.

    Plans on a lattice differ by a step of it, whatever their size, so less than a step (and what
    rounding may hide) is no room; where rounding hides steps, or there is no lattice, it is a
    part of the whole.

    Parameters
    ----------
    grain
        Step of the lattice, 0 without.
    scale
        Size of what is bounded.
    close
        Relative difference that counts as none.
    """
    exact = grain * EXACT - ROUNDING * abs(scale)
    return exact if 2 * exact > grain else close * abs(scale)


@dataclass(frozen=True, eq=False)
class Cut:
    """At most so many of these sites, by their column in the problem as given."""

    sites: Indices
    at_most: int


class Search:
    """A search for the best plan of one covering.

    Parameters
    ----------
    covering
        Without the sites that are fixed or forbidden.
    clock
        When to stop.
    gap
        Relative gap at which a plan is good enough.
    seed
        Of all random choices.
    cuts
        What a plan must not contain.
    keep_dominated
        Keep dominated sites, where it matters which of several equal plans is found.

    enough
        Any plan worth this much will do, and only such plans matter.

    Attributes
    ----------
    plan, worth
        Columns of the best plan's sites in the problem as given, and what they are worth.
    bound
        No plan is worth more.
    stopped
        Why the search ended.
    multipliers
        Of the covering's rows: they prove the bound from before any site was fixed.
    dominated_by
        For each site of the covering one that dominates it, or -1.
    """

    def __init__(
        self,
        covering: Covering,
        *,
        clock: Clock,
        gap: float = 0.0,
        seed: int = 0,
        cuts: Sequence[Cut] = (),
        keep_dominated: bool = False,
        enough: float = np.inf,
    ) -> None:
        """Reduce the problem."""
        self.clock, self.gap, self.seed, self.cuts = clock, gap, seed, tuple(cuts)
        self.random = np.random.default_rng(seed)
        self.grain = grain(covering.costs if covering.required else covering.weights)
        # Worths lie on a lattice where weights or costs are whole numbers.
        zero = covering.base + (float(covering.weights.sum()) if covering.required else 0.0)
        steps = (enough - zero) / self.grain if self.grain else np.inf
        self.enough = zero + self.grain * np.ceil(steps - CLOSE) if np.isfinite(steps) else enough
        self.may_dominate = not (keep_dominated or self.cuts)
        self.plan: Indices = np.empty(0, dtype=np.intp)
        self.worth = -np.inf
        self.stopped: Stop = "proven"
        self.left, self._rows, self.dominated_by = self.reduced(covering)
        self._given = covering
        self._taken: Indices = np.empty(0, dtype=np.intp)
        self.walk = Walk.start(self.left)
        self.bound = self.left.base + float(self.left.weights.sum())
        # Rows without a site are out of every plan: their weight is no part of the bound.
        self.multipliers: Floats = np.where(self._rows < 0, covering.weights, 0.0)
        if covering.required:
            self.multipliers[:] = 0.0

    def reduced(self, covering: Covering) -> tuple[Covering, Indices, Indices]:
        """Return a smaller covering, the row that each row became or -1, and the dominators."""
        merged, rows = covering.merged()
        if not self.may_dominate:
            return merged, rows, np.full(len(merged.costs), -1, dtype=np.intp)
        merged, by = merged.without_dominated()
        return merged, rows, by

    def run(self, starts: Sequence[Indices] = ()) -> None:
        """Search until the best plan is proven, or the gap, the time or the user says stop.

        Parameters
        ----------
        starts
            Plans to begin with.
        """
        for start in starts:
            self.offer(np.isin(self.left.sites, start))
        for chosen in self.first_plans():
            self.offer(chosen)
        try:
            self.walk.go(self.worth, steps=1)
            if self._narrow(whole=True):
                worth = self.worth
                self.polish()
                if self.worth == worth or self._narrow(whole=False):
                    self._settle()
        except KeyboardInterrupt:
            self.stopped = "interrupted"
        self.bound = max(self.bound, self.worth)
        if self.stopped == "proven" and not np.isfinite(self.enough):
            if self.bound <= self.worth + room(self.grain, self.scale):
                self.bound = self.worth
            else:
                self.stopped = "gap"

    # What kinds of covering do differently.

    @property
    def scale(self) -> float:
        """The number that gaps are relative to."""
        return abs(self.worth)

    def first_plans(self) -> Sequence[Flags]:
        """Return plans to begin with."""
        raise NotImplementedError

    def improved(self, chosen: Flags) -> Flags | None:
        """Return a choice among the sites left made better; None if it cannot be used."""
        raise NotImplementedError

    def followed(self) -> Flags:
        """Return a choice of the sites that the bound uses most."""
        raise NotImplementedError

    @property
    def kick_entries(self) -> int:
        """How many rows and entries of the cover a kick looks at, about."""
        return 1 + int(self.left.cover.nnz)

    def kick(self) -> None:
        """Shake the best plan and improve it again."""
        raise NotImplementedError

    def polish(self) -> None:
        """Search longer for a better plan among what the bound leaves open."""

    def shares(self) -> Floats:
        """Return which part of its row's multiplier each row of the covering as given has."""
        raise NotImplementedError

    def model(self, chosen: Flags) -> tuple[Model, Floats, float]:
        """Return what is left as a model, a plan in it, and the worth of a model value of 0."""
        raise NotImplementedError

    # What all share.

    @property
    def least(self) -> float:
        """What a plan must be worth to be better than the best by enough to matter."""
        if np.isfinite(self.enough):
            margin = max(self.grain / 2, 1e-9 * abs(self.enough))
            return self.enough - margin if self.worth < self.enough else np.inf
        return self.worth + max(room(self.grain, self.scale, CLOSE / 2), self.gap * self.scale)

    @property
    def answer(self) -> bool | None:
        """Whether there is a plan worth enough; None when that is not known."""
        if self.worth >= self.enough:
            return True
        return False if self.bound <= self.least else None

    def offer(self, chosen: Flags) -> None:
        """Improve a choice among the sites left, and keep it if it is the best."""
        better = self.improved(chosen)
        if better is not None:
            self.keep(better)

    def keep(self, chosen: Flags) -> None:
        """Keep a choice among the sites left if it is the best."""
        plan = np.sort(np.concatenate([self._taken, self.left.sites[chosen]]))
        worth = self.left.worth(chosen)
        allowed = all(np.isin(plan, cut.sites).sum() <= cut.at_most for cut in self.cuts)
        if allowed and worth >= self.worth:  # equal plans too: kicks then walk along plateaus
            self.plan, self.worth = plan, worth

    def _narrow(self, *, whole: bool) -> bool:
        """Bound and fix until that decides little more; return whether anything is left.

        The bound proves something about all plans while nothing is fixed: ``whole``.
        """
        while True:
            while not self.walk.settled and self.walk.bound >= self.least:
                if whole:
                    self._note()
                if self.clock.over:
                    self.stopped = "time"
                    return False
                self.walk.go(self.worth)
                self.offer(self.followed())
            if whole:
                self._note()
            most = min(KICKS, 5 * len(self.left.sites))
            for _ in range(min(most, 1 + KICK_ENTRIES // self.kick_entries)):
                if self.walk.bound < self.least or self.clock.over:
                    break
                self.kick()
            if self.walk.bound < self.least:
                self._close(self.worth)
                return False
            taken, dropped = self.walk.decisions(self.least)
            sites = len(taken)
            if not self._decide(taken, dropped):
                self._close(self.worth)
                return False
            if len(self.left.sites) == 0:
                self.keep(np.zeros(0, dtype=bool))
                self._close(self.left.base)
                return False
            if len(self.left.sites) > WORTHWHILE * sites:
                return True
            whole = False

    def _note(self) -> None:
        """Keep the bound of the whole problem, and the multipliers that prove it."""
        self.bound = min(self.bound, self.walk.bound)
        inside = self._rows >= 0
        self.multipliers[inside] = self.walk.best[self._rows[inside]] * self.shares()[inside]

    def _decide(self, taken: Flags, dropped: Flags) -> bool:
        """Take out what is decided; return whether a better plan can still be there."""
        left = self.left.decided(taken, dropped)
        best = self.walk.best[~self.left.covered(taken)]
        self._taken = np.concatenate([self._taken, self.left.sites[taken]])
        merged, rows, _ = self.reduced(left)
        inside = rows >= 0
        if left.required and len(best) and (np.diff(left.cover.indptr) == 0).any():
            return False
        if left.p < 0 or (left.budget < 0 and not left.required):
            return False
        if any(np.isin(self._taken, cut.sites).sum() > cut.at_most for cut in self.cuts):
            return False
        together = np.bincount(rows[inside], best[inside], len(merged.weights))
        self.left = merged
        self.walk = Walk.start(merged, np.minimum(together, merged.weights))
        return True

    def _settle(self) -> None:
        """Let HiGHS settle what is left."""
        if self.clock.over:
            self.stopped = "time"
            return
        model, start, zero = self.model(np.isin(self.left.sites, self.plan))
        answer = solve(
            model,
            clock=self.clock,
            start=start,
            gap=self.gap,
            absolute_gap=max(1e-7, 0.999 * self.grain),
            cutoff=zero - self.least if np.isfinite(self.enough) else np.inf,
            seed=self.seed,
            presolve=self.left.required,
        )
        if answer.values is not None:
            self.keep(answer.values[: len(self.left.sites)] > 0.5)
        self._close(zero - answer.bound)
        if not answer.closed:
            self.stopped = "interrupted" if answer.interrupted else "time"

    def _close(self, rest: float) -> None:
        """Put the bound of the plans left together with that of the plans ruled out."""
        decides = self.gap > CLOSE or np.isfinite(self.enough)
        ruled_out = min(self.least, self.bound) if decides else self.worth
        self.bound = min(self.bound, max(rest, ruled_out))
