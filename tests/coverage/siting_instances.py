"""Random and published siting instances, brute force, and checkers that use no solver."""

from itertools import combinations
from pathlib import Path

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.sparse.csgraph import floyd_warshall

from weizhan.coverage.covering.models import Siting

Array = NDArray[np.float64]


@st.composite
def coverings(draw: st.DrawFn) -> tuple[Array, Array, Array]:
    """A cover of up to 16 rows and 8 sites, weights, and costs."""
    seed = draw(st.integers(0, 2**32 - 1))
    whole = draw(st.booleans())
    random = np.random.default_rng(seed)
    rows, sites = random.integers(1, 17), random.integers(1, 9)
    cover = (random.random((rows, sites)) < random.uniform(0.1, 0.6)).astype(float)
    cover[random.integers(rows), random.integers(sites)] = 1.0
    weights = random.integers(0, 20, rows).astype(float)
    costs = random.integers(1, 9, sites).astype(float)
    if not whole:
        weights, costs = weights + random.random(rows), costs + random.random(sites)
    return cover, weights, costs


def read_pmed(file: Path) -> tuple[Array, int]:
    """All-pairs distances and p of an OR-Library graph; a repeated edge keeps its last value."""
    lines = [[*map(int, line.split())] for line in file.read_text().splitlines() if line.strip()]
    nodes, _, p = lines[0]
    distance = np.full((nodes, nodes), np.inf)
    np.fill_diagonal(distance, 0.0)
    for a, b, length in lines[1:]:
        distance[a - 1, b - 1] = distance[b - 1, a - 1] = length
    return floyd_warshall(distance), p


def pmed_like(nodes: int, *, seed: int) -> Array:
    """All-pairs distances of a random graph as those of the OR-Library are made."""
    random = np.random.default_rng(seed)
    distance = np.full((nodes, nodes), np.inf)
    np.fill_diagonal(distance, 0.0)
    path = random.permutation(nodes)
    ends = random.integers(nodes, size=(nodes * nodes // 50 - nodes + 1, 2))
    for a, b in np.vstack([np.c_[path[:-1], path[1:]], ends[ends[:, 0] != ends[:, 1]]]):
        distance[a, b] = distance[b, a] = random.integers(1, 101)
    return floyd_warshall(distance)


def choices(sites: int, *, most: int) -> list[list[int]]:
    """All sets of at most so many sites."""
    return [[*c] for size in range(most + 1) for c in combinations(range(sites), size)]


def covered(cover: Array, weights: Array, sites: list[int]) -> float:
    return float(weights[(cover[:, sites] > 0).any(axis=1)].sum())


def cover_bound(cover: Array, weights: Array, siting: Siting, *, p: int) -> float:
    """The bound of a max-cover certificate with p sites and no budget."""
    proof = siting.certificate
    for site, by in enumerate(proof.dominated_by):
        assert by < 0 or (proof.dominated_by[by] < 0 and (cover[:, site] <= cover[:, by]).all())
    worth = cover.T @ proof.multipliers
    best = np.sort(worth[proof.dominated_by < 0])[::-1][:p]
    assert (proof.multipliers >= 0).all()
    return float(np.maximum(weights - proof.multipliers, 0).sum() + best.sum())


def budget_bound(
    cover: Array, weights: Array, costs: Array, siting: Siting, *, budget: float
) -> float:
    """The bound of a max-cover certificate with a budget, at its price of money."""
    proof = siting.certificate
    for site, by in enumerate(proof.dominated_by):
        assert by < 0 or (costs[by] <= costs[site] and (cover[:, site] <= cover[:, by]).all())
    left = cover.T @ proof.multipliers - proof.budget_price * costs
    rest = np.maximum(left, 0)[proof.dominated_by < 0].sum()
    spent = proof.budget_price * budget
    return float(np.maximum(weights - proof.multipliers, 0).sum() + spent + rest)


def set_cover_bound(cover: Array, costs: Array, siting: Siting) -> float:
    proof = siting.certificate
    for site, by in enumerate(proof.dominated_by):
        assert by < 0 or (costs[by] <= costs[site] and (cover[:, site] <= cover[:, by]).all())
    short = np.minimum(costs - cover.T @ proof.multipliers, 0)[proof.dominated_by < 0]
    return float(proof.multipliers.sum() + short.sum())


def median_bound(cost: Array, weights: Array, siting: Siting, *, p: int) -> float:
    u = siting.certificate.multipliers
    weighted = np.where(np.isinf(cost), np.inf, weights[:, None] * np.where(cost < np.inf, cost, 0))
    saved = np.minimum(weighted - u[:, None], 0).sum(axis=0)
    return float(u.sum() + np.sort(saved)[:p].sum())
