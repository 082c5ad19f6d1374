"""Demand as rows of a cover: what the first, second, … crew at each of them is worth.

One kind of row serves every wish: yes or no is one step; double cover two; crews that may be
absent (MEXCLP, Daskin 1983) steps that shrink by the probability of absence; a probability of
arrival is a stack of rows, one a level, covered by the sites that reach it; tiers, time bands and
random states of the lanes are further rows with their weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy import sparse

from ...geo.arrays import Flags, Floats, Indices
from ..covering import same_rows


@dataclass(frozen=True, eq=False)
class Rows:
    """Demand rows.

    Attributes
    ----------
    cover
        ``(rows, sites)`` CSR of ones.
    weights
        ``(rows,)`` what full cover is worth.
    profile
        ``(rows,)`` which of the profiles a row follows.
    profiles
        Each the parts of the weight that the first, second, … crew adds, never rising.
    group
        ``(rows,)`` community of the row, -1 for none.
    draw
        ``(rows,)`` state of the lanes to which the row belongs, 0 where there is only one.
    draws
        How many states there are; weights of rows are those within one state.
    """

    cover: sparse.csr_array
    weights: Floats
    profile: Indices
    profiles: tuple[tuple[float, ...], ...]
    group: Indices
    draw: Indices
    draws: int = 1

    @cached_property
    def steps(self) -> Floats:
        """``(profiles, most crews + 1)``: what one more crew adds to so many."""
        most = max(map(len, self.profiles))
        table = np.zeros((len(self.profiles), most + 1))
        for row, profile in zip(table, self.profiles, strict=True):
            row[: len(profile)] = profile
        return table

    @cached_property
    def totals(self) -> Floats:
        """``(profiles, most crews + 1)``: what so many crews are worth together."""
        table = np.zeros_like(self.steps)
        table[:, 1:] = np.cumsum(self.steps, axis=1)[:, :-1]
        return table

    @property
    def total(self) -> float:
        """The weight of all rows of one state."""
        return float(self.weights.sum()) / self.draws

    @property
    def plain(self) -> bool:
        """Whether every row is worth its weight with one crew, and no more with two."""
        return self.profiles == ((1.0,),)

    def counts(self, chosen: Flags) -> Indices:
        """Return how many chosen sites cover each row."""
        found: Indices = (self.cover @ chosen.astype(np.int32)).astype(np.intp)
        return found

    def objectives(self, chosen: Flags) -> Floats:
        """Return what each row is worth under a choice of sites."""
        most = self.totals.shape[1] - 1
        at = np.minimum(self.counts(chosen), most)
        return np.asarray(self.weights * self.totals[self.profile, at])

    def worth(self, chosen: Flags) -> float:
        """Return what a choice of sites is worth, on average over the states of the lanes."""
        return float(self.objectives(chosen).sum()) / self.draws

    def worth_by_draw(self, chosen: Flags) -> Floats:
        """Return what a choice of sites is worth in each state of the lanes."""
        return np.bincount(self.draw, self.objectives(chosen), self.draws).astype(float)

    def adds(self, chosen: Flags) -> Floats:
        """Return what one more crew at each row would add."""
        most = self.steps.shape[1] - 1
        at = np.minimum(self.counts(chosen), most)
        return np.asarray(self.weights * self.steps[self.profile, at] / self.draws)

    def gains(self, chosen: Flags) -> Floats:
        """Return what each site would add to a choice that lacks it."""
        return np.asarray(self.cover.T @ self.adds(chosen))

    def shares(self, chosen: Flags, groups: int) -> Floats:
        """Return the share of each group's weight that is covered; NaN without weight."""
        inside = self.group >= 0
        first = self.weights * (self.counts(chosen) > 0)
        part = np.bincount(self.group[inside], first[inside], groups)
        whole = np.bincount(self.group[inside], self.weights[inside], groups)
        shares: Floats = np.divide(part, whole, out=np.full(groups, np.nan), where=whole > 0)
        return shares

    def once(self) -> Rows:
        """Return the same rows, one crew worth all of the weight and a second nothing."""
        return replace(self, profile=np.zeros_like(self.profile), profiles=((1.0,),))

    def merged(self, *, by_group: bool, by_draw: bool) -> Rows:
        """Return fewer rows that say the same.

        Parameters
        ----------
        by_group, by_draw
            Whether it matters to which group, or state, a row belongs; where it does not, rows of
            all of them are added up.
        """
        label = same_rows(self.cover)
        zero = np.zeros(len(label), dtype=np.intp)
        keys = [label, self.profile]
        keys += [self.group if by_group else zero, self.draw if by_draw else zero]
        _, first, which = np.unique(
            np.stack(keys, axis=1), axis=0, return_index=True, return_inverse=True
        )
        order = np.argsort(first)  # rows stay in their order, so that equal input is equal work
        place = np.empty(len(first), dtype=np.intp)
        place[order] = np.arange(len(first))
        first = first[order]
        return replace(
            self,
            cover=self.cover[first],
            weights=np.bincount(place[which.ravel()], self.weights, len(first)).astype(float),
            profile=self.profile[first],
            group=self.group[first] if by_group else zero[first] - 1,
            draw=self.draw[first] if by_draw else zero[first],
        )


def stacked(parts: Sequence[Rows], *, draws: int = 1) -> Rows:
    """Return the rows of several parts as one; profiles that are equal become one."""
    profiles = tuple(dict.fromkeys(profile for part in parts for profile in part.profiles))
    moved = [
        np.array([profiles.index(p) for p in part.profiles], dtype=np.intp)[part.profile]
        for part in parts
    ]
    return Rows(
        sparse.vstack([part.cover for part in parts], format="csr"),
        np.concatenate([part.weights for part in parts]),
        np.concatenate(moved),
        profiles,
        np.concatenate([part.group for part in parts]),
        np.concatenate([part.draw for part in parts]),
        draws,
    )
