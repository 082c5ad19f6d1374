"""The planner's model: one mixed-integer program for every wish, only the sites binary.

With x the sites, z what each further crew at a demand row adds, and everything between 0 and 1::

    most   Σ w g z                         weight covered (or CVaR, or the worst state of the lanes)
    z₁ + … + z_k <= Σ x of the sites that cover the row
    Σ x new <= N + stations given up       or Σ c x <= B + what given-up stations bring back
    Σ x + u >= 1                           must-cover rows, elastic: the fewest u are found first
    covered share + s >= floor             of every community, elastic in the same way
    t <= covered share                     of every community: the worst-off
    Σ x of a host between its quotas, Σ x <= 1 of sites too near to each other

Shrinking steps g make z fill in their order, so it stays continuous.
"""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from ...geo.arrays import Flags, Floats
from ..covering import Model, grain
from .objective import TIE, PlanProblem

Block: TypeAlias = tuple[sparse.csr_array, Floats, Floats]  # rows, and between what they lie
Stage = Literal["unmet", "short", "weight"]


class Formed:
    """A problem as the rows and columns of a model; sites that are given are taken out."""

    def __init__(self, problem: PlanProblem) -> None:
        """Merge the demand and number the variables."""
        self.problem = problem
        self.sites = problem.open_sites
        self.base = problem.given
        self.rows = problem.rows.merged(by_group=problem.by_group, by_draw=problem.by_draw)
        whole = all(p in ((1.0,), (1.0, 0.0)) for p in self.rows.profiles) and self.rows.draws == 1
        counts = not (problem.by_group or problem.by_draw)
        self.grain = grain(self.rows.weights) if whole and counts else 0.0
        cover = self.rows.cover[:, self.sites]
        held = self.rows.counts(self.base)
        # One z a row and crew that the given sites leave to be added, as far as sites can.
        length = np.array([len(p) for p in self.rows.profiles], dtype=np.intp)[self.rows.profile]
        left = np.minimum(length - held, np.diff(cover.indptr))
        self.z_row = np.repeat(np.arange(len(left)), np.maximum(left, 0))
        before = np.cumsum(np.maximum(left, 0)) - np.maximum(left, 0)
        self.z_step = np.arange(len(self.z_row)) - before[self.z_row] + held[self.z_row]
        self.z_worth = (
            self.rows.weights[self.z_row]
            * (self.rows.steps[self.rows.profile[self.z_row], self.z_step])
        )
        self.cover = cover
        must = problem.must
        rest = problem.unmet(self.base)
        self.must = (
            sparse.csr_array((0, len(self.sites))) if must is None else must[rest][:, self.sites]
        )
        reached = np.diff(self.must.indptr) > 0
        self.hopeless = int((~reached).sum())
        self.must = self.must[np.flatnonzero(reached)]
        self.draws = self.rows.draws if problem.by_draw else 0
        self.scale = float(self.rows.worth_by_draw(np.ones(len(problem.costs), dtype=bool)).max())
        self.scale = self.scale or 1.0
        self.groups = problem.groups if problem.by_group else 0
        sizes = {
            "x": len(self.sites),
            "z": len(self.z_row),
            "u": self.must.shape[0],
            "s": self.groups if problem.floor else 0,
            "t": int(bool(self.groups and problem.worst_off)),
            "e": int(self.draws > 0),
            "v": self.draws if problem.robust == "cvar" else 0,
        }
        ends = np.cumsum([0, *sizes.values()])
        self.at = {n: slice(a, b) for n, a, b in zip(sizes, ends, ends[1:], strict=False)}
        self.columns = int(ends[-1])

    @property
    def aims(self) -> tuple[Stage, ...]:
        """The stages in their order."""
        first: tuple[Stage, ...] = ("unmet",) if self.must.shape[0] else ()
        second: tuple[Stage, ...] = ("short",) if self.groups and self.problem.floor else ()
        return (*first, *second, "weight")

    def absolute_gap(self, aim: Stage) -> float:
        """Return the difference that leaves no room for a better plan."""
        if aim == "unmet":
            return 0.999
        return max(1e-6, 0.999 * self.grain) if aim == "weight" else 1e-7

    def order(self, chosen: Flags) -> tuple[float, float, float]:
        """Return by what plans are compared, in the order of the stages."""
        p = self.problem
        short = round(float(p.shortfall(chosen).sum()), 6)
        return (-len(p.unmet(chosen)), -short, p.score(chosen))

    def keeps(self, chosen: Flags) -> bool:
        """Return whether a choice keeps everything that is not elastic."""
        p = self.problem
        new = chosen & ~p.existing
        moved = int((p.existing & p.movable & ~chosen).sum())
        return bool(
            (chosen[self.base]).all()
            and not chosen[p.forbidden].any()
            and (p.stations is None or new.sum() <= p.stations + moved)
            and (p.budget is None or p.spent(chosen) <= p.budget + 1e-9)
            and all(q.least <= new[q.sites].sum() <= q.most for q in p.quotas)
            and all(chosen[c].sum() <= 1 for c in p.cliques)
            and all(not chosen[c].all() for c in p.cuts)
        )

    def model(self, aim: Stage, unmet: float, short: float) -> tuple[Model, float]:
        """Return the model of one stage, and the worth of a model value of 0.

        Parameters
        ----------
        aim
            What is to be least: rows missed, shortfall, or the negative weight.
        unmet, short
            What earlier stages reached, to be kept.
        """
        blocks = [*self._covering(), *self._limits()]
        if self.must.shape[0]:
            ones = sparse.eye_array(self.must.shape[0])
            blocks.append(self._block({"x": self.must, "u": ones}, 1.0, np.inf))
            if np.isfinite(unmet) and aim != "unmet":
                row = sparse.csr_array(np.ones((1, self.must.shape[0])))
                blocks.append(self._block({"u": row}, -np.inf, unmet - self.hopeless))
        blocks += self._fairness(aim, short)
        blocks += self._states()
        costs = np.zeros(self.columns)
        zero = 0.0
        if aim == "unmet":
            costs[self.at["u"]] = 1.0
        elif aim == "short":
            costs[self.at["s"]] = 1.0
        else:
            zero = self._weight(costs)
        matrix = sparse.vstack([b[0] for b in blocks], format="csr")
        low, high = (np.concatenate([b[k] for b in blocks]) for k in (1, 2))
        return Model(costs, len(self.sites), matrix, low, high), zero

    def priced(self, price: Floats) -> Model:
        """Return the model of the cheapest plan that keeps all that is not elastic.

        Parameters
        ----------
        price
            ``(sites,)`` of each site, by whatever counts.
        """
        blocks = self._limits() or [
            self._block({"x": sparse.csr_array((1, len(self.sites)))}, 0, 0)
        ]
        costs = np.zeros(self.columns)
        costs[self.at["x"]] = price[self.sites]
        matrix = sparse.vstack([b[0] for b in blocks], format="csr")
        low, high = (np.concatenate([b[k] for b in blocks]) for k in (1, 2))
        return Model(costs, len(self.sites), matrix, low, high)

    def values(self, chosen: Flags) -> Floats:
        """Return the variables of a plan."""
        p = self.problem
        found = np.zeros(self.columns)
        found[self.at["x"]] = chosen[self.sites]
        count = self.rows.counts(chosen)
        found[self.at["z"]] = self.z_step < count[self.z_row]
        found[self.at["u"]] = (self.must @ chosen[self.sites].astype(np.int32)) == 0
        if self.groups:
            shares = np.nan_to_num(self.rows.shares(chosen, self.groups), nan=1.0)
            found[self.at["s"]] = np.maximum(p.floor - shares, 0)[: self._size("s")]
            found[self.at["t"]] = shares.min()
        if self.draws:
            by_draw = self.rows.worth_by_draw(chosen) / self.scale
            level = by_draw.min()
            if p.robust == "cvar":
                level = np.sort(by_draw)[int(np.ceil(p.tail * self.draws - 1e-9)) - 1]
                found[self.at["v"]] = np.maximum(level - by_draw, 0)
            found[self.at["e"]] = level
        return found

    def _size(self, name: str) -> int:
        return int(self.at[name].stop - self.at[name].start)

    def _block(
        self, parts: dict[str, sparse.sparray], low: float | Floats, high: float | Floats
    ) -> Block:
        rows = next(iter(parts.values())).shape[0]
        cells = [
            sparse.csr_array(parts[n], dtype=float)
            if n in parts
            else sparse.csr_array((rows, self._size(n)))
            for n in self.at
        ]
        matrix = sparse.hstack(cells, format="csr")
        return matrix, np.broadcast_to(low, rows) * 1.0, np.broadcast_to(high, rows) * 1.0

    def _covering(self) -> list[Block]:
        used, place = np.unique(self.z_row, return_inverse=True)
        if not len(used):
            return []
        ones = -np.ones(len(self.z_row))
        z = sparse.csr_array((ones, (place, np.arange(len(place)))), (len(used), len(place)))
        return [self._block({"x": self.cover[used], "z": z}, 0.0, np.inf)]

    def _limits(self) -> list[Block]:
        p, x = self.problem, self.sites
        new = (~p.existing[x]).astype(float)
        moved = (p.existing & p.movable)[x].astype(float)
        given_new = self.base & ~p.existing
        blocks = []

        def limit(row: NDArray[Any], low: float, high: float) -> None:
            blocks.append(self._block({"x": sparse.csr_array(row[None, :])}, low, high))

        if p.stations is not None:
            limit(new + moved, -np.inf, p.stations - given_new.sum() + moved.sum())
        if p.budget is not None:
            loose = p.loose[x].astype(float)
            spent = float(p.costs[given_new].sum())
            back = p.gives_back * loose.sum()
            limit(p.costs[x] * new + p.gives_back * loose, -np.inf, p.budget - spent + back)
        for quota in p.quotas:
            have = int(given_new[quota.sites].sum())
            limit(np.isin(x, quota.sites) * new, quota.least - have, quota.most - have)
        for clique in p.cliques:
            row = np.isin(x, clique)
            if row.any():
                limit(row * 1.0, -np.inf, 1 - int(self.base[clique].sum()))
        for cut in p.cuts:
            row = np.isin(x, cut)
            limit(row * 1.0, -np.inf, len(cut) - 1 - int(self.base[cut].sum()))
        return blocks

    def _fairness(self, aim: Stage, short: float) -> list[Block]:
        """Return the rows of floors and of the worst-off community."""
        if not self.groups:
            return []
        p, rows = self.problem, self.rows
        inside = rows.group >= 0
        whole = np.bincount(rows.group[inside], rows.weights[inside], self.groups)
        held = inside & (rows.counts(self.base) > 0)
        have = np.bincount(rows.group[held], rows.weights[held], self.groups)
        first = (self.z_step == 0) & inside[self.z_row]
        where = rows.group[self.z_row[first]]
        part = rows.weights[self.z_row[first]] / np.where(whole > 0, whole, 1.0)[where]
        z = sparse.csr_array((part, (where, np.flatnonzero(first))), (self.groups, len(self.z_row)))
        known = np.flatnonzero(whole > 0)
        share = np.divide(have, whole, out=np.zeros(self.groups), where=whole > 0)[known]
        blocks = []
        if p.floor:
            slack = sparse.eye_array(self.groups, format="csr")[known]
            blocks.append(self._block({"z": z[known], "s": slack}, p.floor - share, np.inf))
            if np.isfinite(short) and aim == "weight":
                row = sparse.csr_array(np.ones((1, self.groups)))
                blocks.append(self._block({"s": row}, -np.inf, short))
        if p.worst_off:
            worst = sparse.csr_array(-np.ones((len(known), 1)))
            blocks.append(self._block({"z": z[known], "t": worst}, -share, np.inf))
        return blocks

    def _by_draw(self) -> tuple[sparse.csr_array, Floats]:
        """Return the covered share in each state: of the z, and of what the given sites cover."""
        rows = self.rows
        z = sparse.csr_array(
            (self.z_worth / self.scale, (rows.draw[self.z_row], np.arange(len(self.z_row)))),
            (rows.draws, len(self.z_row)),
        )
        return z, rows.worth_by_draw(self.base) / self.scale

    def _states(self) -> list[Block]:
        if not self.draws:
            return []
        z, have = self._by_draw()
        parts: dict[str, sparse.sparray] = {
            "z": z,
            "e": sparse.csr_array(-np.ones((self.draws, 1))),
        }
        if self.problem.robust == "cvar":
            parts["v"] = sparse.eye_array(self.draws)
        return [self._block(parts, -have, np.inf)]

    def _weight(self, costs: Floats) -> float:
        """Lay the negative weight on the variables; return the worth of 0."""
        p, rows = self.problem, self.rows
        have = rows.worth(self.base)
        average = -self.z_worth / rows.draws
        if not self.draws:
            costs[self.at["z"]] = average
            zero = have
        elif p.robust == "worst":
            costs[self.at["z"]] = TIE * average
            costs[self.at["e"]] = -(1 - TIE) * self.scale
            zero = TIE * have
        else:
            costs[self.at["e"]] = -self.scale
            costs[self.at["v"]] = self.scale / (p.tail * self.draws)
            zero = 0.0
        if self._size("t"):
            costs[self.at["t"]] = -p.worst_off * rows.total
        return zero
