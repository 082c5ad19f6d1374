"""Stations over all districts: hosts, rows of the matrix, frontiers, one price."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import numpy as np
from scipy import sparse

from ..coverage import columns as c
from ..coverage.parts import Frontier, ProvinceSites, Standing, site_districts, stacked_sites
from ..geo.arrays import Longs
from ..geo.words import InputError
from ..maps.results import PER
from . import tasks
from .digests import digest
from .engines import Job
from .run import Run
from .stores import get, put

TIER: Final = "micro"


@dataclass(frozen=True)
class Sited:
    """Stations over districts, and what proves them.

    Attributes
    ----------
    found
        The plan; harm in parts of `PER`.
    sites
        All candidates.
    district
        Name of the district of each.
    names
        Of the districts, in the order of the allocation.
    curves
        Frontiers, in that order.
    total, covered
        Index of harm of all buildings, and of those that stations cover already.
    stations
        How many were asked for.
    """

    found: ProvinceSites
    sites: gpd.GeoDataFrame
    district: Longs
    names: tuple[str, ...]
    curves: tuple[Frontier, ...]
    total: float
    covered: float
    stations: int


def site_province(
    run: Run,
    keys: Mapping[str, str],
    files: Mapping[str, tasks.Files],
    standing: Mapping[str, Standing],
    reach_m: float,
) -> Sited:
    """Return where new stations go over all districts, weighed by harm.

    Parameters
    ----------
    run
        With the number of stations.
    keys, files, standing
        Of the parts that were done.
    reach_m
        Round a building within which whoever comes in time is.

    Raises
    ------
    InputError
        When no district has a host, or one could not be solved.
    """
    stations = run.stations or 0
    names = tuple(files)
    hosts = {name: run.stage(name, "hosts", keys[name]) for name in names}
    _do(run, [
        Job(f"host-{name}-{keys[name]}", name, tasks.host, (files[name], hosts[name]))
        for name in names if not hosts[name].exists()
    ])  # fmt: skip
    sites, district = stacked_sites([get(hosts[name]) for name in names])
    if sites.empty:
        raise InputError("error.province_no_hosts")
    every = run.stage("all", "sites", digest(keys, list(names)))
    put(every, sites)
    rows = {name: run.stage(name, "rows", digest(keys[name], every.name)) for name in names}
    _do(run, [
        Job(f"rows-{name}-{rows[name].stem}", name, tasks.reach,
            (run.asked, files[name], every, rows[name], TIER, reach_m))
        for name in names if not rows[name].exists()
    ])  # fmt: skip
    cover, weights = _matrix(rows, files, standing)
    total = float(weights.sum())
    already = cover[:, [0]].toarray().ravel() > 0
    covered = float(weights[already].sum())
    weights[already] = 0.0
    cover = cover[:, 1:]
    curves: list[Frontier] = []
    jobs, told = [], {}
    for at, name in enumerate(names):
        own = cover[:, np.flatnonzero(district == at)]
        touched = np.flatnonzero((own.sum(axis=1) > 0) & (weights > 0))
        problem = (own[touched], weights[touched])
        key = digest(problem[0].indices, problem[0].indptr, problem[1], stations)
        file = run.stage(name, "problem", key)
        told[name] = run.stage(name, "curve", key)
        if not told[name].exists():
            put(file, problem)
            jobs.append(Job(f"curve-{name}-{key}", name, tasks.curve, (file, told[name], stations)))
    _do(run, jobs)
    curves = [get(told[name]) for name in names]
    found = site_districts(cover, weights, district, curves, stations=stations)
    return Sited(found, sites, district, names, tuple(curves), total, covered, stations)


def _matrix(
    rows: Mapping[str, Any], files: Mapping[str, tasks.Files], standing: Mapping[str, Standing]
) -> tuple[sparse.csr_array, Any]:
    """Return the rows of all parts, and the harm of their buildings in the same order."""
    blocks, weights = [], []
    for name, file in rows.items():
        own = standing[name]
        order = get(files[name].drawn).order  # the rows are in the order of the layer
        harm = np.empty(len(order))
        harm[order] = own.means[c.HARM_INDEX]
        blocks.append(get(file))
        weights.append(np.rint(harm * PER))
    return sparse.csr_array(sparse.vstack(blocks, format="csr")), np.concatenate(weights)


def _do(run: Run, jobs: list[Job]) -> None:
    before = set(run.failed)
    run.do("step.province_site", jobs)
    lost = {name: run.failed.pop(name) for name in set(run.failed) - before}
    if lost:
        raise InputError(
            "error.province_none", why="; ".join(f"{n}: {w[run.lang]}" for n, w in lost.items())
        )
