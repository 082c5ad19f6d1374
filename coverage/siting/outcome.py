"""What becomes of a plan: its file, what must be covered, communities, the user's own plan."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from ...geo.arrays import Flags, Indices
from ...geo.plan import Plan, StationChanges, planned
from ...geo.town import Town
from ...geo.words import fields as f
from ..reach import Moment
from .instance import SitingInstance
from .objective import PlanProblem
from .request import Request, names_of
from .solve import Point, Solution, best_plan


def as_plan(town: Town, instance: SitingInstance, chosen: Flags, scenario: str) -> Plan:
    """Return a choice of sites as a plan of the town."""
    offset = int(instance.existing.sum())
    stations = instance.candidates.stations()
    new = np.flatnonzero(chosen & ~instance.existing) - offset
    gone = names_of(instance, instance.existing & ~chosen)
    return Plan(
        town=town.name,
        scenario=scenario,
        note="weizhan site",
        stations=StationChanges(add=tuple(stations[i] for i in new), remove=tuple(gone)),
    )


def own_plan(
    town: Town,
    instance: SitingInstance,
    problem: PlanProblem,
    request: Request,
    day: dt.date,
    points: Sequence[Point],
) -> dict[str, Any] | None:
    """Return how the user's own plan fares, by the same engine and the same weights."""
    if request.own is None:
        return None
    theirs = planned(town, request.own)
    first = Moment(theirs, instance.bands[0].moment.scenario, day, seed=request.seed)
    there = replace(
        instance,
        town=theirs,
        existing=np.ones(len(theirs.stations), dtype=bool),
        bands=tuple(
            replace(band, moment=first.under(band.moment.scenario)) for band in instance.bands
        ),
    )
    rows = there.rows(there.reaches())
    worth = rows.worth(there.existing)
    added = request.own.stations.add
    rules = town.rules.siting
    cost = sum(rules.host_rule(s.host_type).build_yuan.value for s in added)
    free = int((~problem.existing).sum()) - len(problem.forbidden)
    best = best_plan(
        replace(problem, stations=max(min(len(added), free), len(problem.chosen)), budget=None),
        time_limit_s=max(5.0, request.time_limit_s / 10),
        seed=request.seed,
        starts=[p.answer.chosen for p in points if (p.stations or 0) <= len(added)],
    )
    return {
        "stations": len(added),
        "cost_yuan": cost,
        "worth": worth,
        "best": problem.rows.worth(best.answer.chosen),
        "best_bound": best.answer.bound,
        "best_sites": names_of(instance, best.answer.chosen & ~instance.existing),
        "best_new": np.flatnonzero(best.answer.chosen & ~instance.existing),
        "names": [s.station_id for s in added],
    }


def must_table(
    instance: SitingInstance, problem: PlanProblem, building: Indices, found: Solution
) -> pd.DataFrame:
    """Return which buildings that must be covered are, and which sites would reach the others.

    Why one is not: ``size`` (a candidate would, which number, budget or other wishes leave out),
    ``bands`` (none does in all time bands, several together would), ``ruled_out`` (only candidates
    that the wishes rule out would), ``nobody`` (no candidate reaches it within the standard).
    """
    ids = instance.town.buildings[f.BUILDING_ID].to_numpy(dtype=object)
    names = instance.town.buildings[f.NAME].to_numpy(dtype=object)
    rows = []
    for which in np.unique(building):
        mine = np.flatnonzero(building == which)
        assert problem.must is not None
        counts = problem.must[mine] @ found.answer.chosen.astype(np.int32)
        allowed = np.zeros(len(problem.costs), dtype=bool)
        allowed[problem.open_sites] = True
        every = np.asarray(problem.must[mine].sum(axis=0)).ravel() == len(mine)
        takes = np.flatnonzero(every & allowed & ~found.answer.chosen)
        takes = takes[np.argsort(problem.costs[takes], kind="stable")]
        met = bool((counts > 0).all())
        open_ = allowed | found.answer.chosen
        why = "nobody"
        if len(takes):
            why = "size"
        elif ((problem.must[mine] @ open_.astype(np.int32)) > 0).all():
            why = "bands"
        elif (np.diff(problem.must[mine].indptr) > 0).all():
            why = "ruled_out"
        rows.append(
            {
                f.BUILDING_ID: ids[which],
                f.NAME: names[which],
                "met": met,
                "why": None if met else why,
                "takes": names_of(instance, takes[:3]),
                "takes_yuan": float(problem.costs[takes[0]]) if len(takes) else None,
            }
        )
    return pd.DataFrame(rows, columns=[f.BUILDING_ID, f.NAME, "met", "why", "takes", "takes_yuan"])


def community_table(instance: SitingInstance, problem: PlanProblem, chosen: Flags) -> pd.DataFrame:
    """Return the share of each community `before` and `after`."""
    names = instance.town.communities[f.NAME].to_numpy(dtype=object)
    groups = len(instance.communities)
    return pd.DataFrame(
        {
            f.COMMUNITY_ID: instance.communities,
            f.NAME: names,
            "before": problem.rows.shares(instance.existing, groups),
            "after": problem.rows.shares(chosen, groups),
        }
    )
