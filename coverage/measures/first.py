"""The first things to do: each time what brings most people in time for its money."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np

from ...geo.arrays import Floats
from ...geo.measure import Measure
from ..assessment import Assessment
from ..reach import present
from ..siting import Beside, Candidates
from .by_yardstick import TIERS
from .formed import form_problem, late_levels
from .instance import make_instance
from .offered import offered_measures
from .order import ordered_steps
from .problem import greedy_choice
from .sites_of import points_of
from .town_study import WAYS, near_nameless


@dataclass(frozen=True, eq=False)
class FirstMeasures:
    """Measures in the order in which a town would do them.

    Attributes
    ----------
    measures
        The first ones.
    costs_yuan
        What each costs over the years of the rules, once, again and in upkeep.
    gains
        What each adds to those before it, by `counted`.
    together
        Whether each only helps (or mostly) together with the one before it.
    counted
        ``people`` at the time of day of the assessment; ``buildings`` where nobody knows people.
    places
        A point of each in the town's CRS; missing where it is done to no place.
    years
        Over which costs are added up, discounted.
    beside
        What is near a new station without a name, by number of the measure.
    """

    measures: tuple[Measure, ...]
    costs_yuan: tuple[float, ...]
    gains: tuple[float, ...]
    together: tuple[bool, ...]
    counted: str
    places: gpd.GeoSeries
    years: int
    beside: Mapping[int, Beside]


def first_measures(
    now: Assessment, candidates: Candidates | None, *, most: int = 5
) -> FirstMeasures:
    """Return the first things to do so that fewer people are reached too late.

    A greedy choice, each time the measure (or the few that only work together) with the most
    people per yuan: quick, and not the best plan, which `study_town_measures` finds and proves.
    Who is in a building is not guessed: people that nobody told come on top of the gains.

    Parameters
    ----------
    now
        The town as it is; its time of day and its day count.
    candidates
        Where a station could go; without them none is offered.
    most
        How many at most; fewer where no more would help.
    """
    town, day, scenario = now.moment.town, now.moment.day, now.moment.scenario
    people = present(town, scenario).to_numpy(dtype=float, na_value=np.nan)
    counted = "people" if np.nansum(people) > 0 else "buildings"
    weights: Floats = np.ones(len(people)) if counted == "buildings" else np.nan_to_num(people)
    offered = offered_measures(town, candidates, None, day, scenarios=[scenario], kinds=WAYS)
    name = now.scenario
    instance = make_instance(
        town, offered, bands={name: 1}, scenarios={name: scenario}, weights={name: weights},
        tiers=TIERS, day=day, seed=now.moment.seed,
    )  # fmt: skip
    problem = form_problem(instance, late_levels(instance))
    steps = ordered_steps(problem, greedy_choice(problem, most=most))
    chosen = [step.measure for step in steps]
    near = near_nameless(instance)
    measures = tuple(offered[number] for number in chosen)
    return FirstMeasures(
        measures,
        tuple(float(problem.costs[number]) for number in chosen),
        tuple(step.gain for step in steps),
        tuple(at > 0 and steps[at - 1].measure in step.depends_on for at, step in enumerate(steps)),
        counted,
        points_of(measures, town),
        int(town.rules.measures.horizon_years.value),
        {at: near[number] for at, number in enumerate(chosen) if number in near},
    )
