"""A study of the measures of a town, from what its user asks to what papers show."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Final

import numpy as np

from ...geo.measure import Measure
from ...geo.measure_list import own_first
from ...geo.plan import Plan, planned
from ...geo.town import Town
from ...geo.words import MeasureKind, ShownInNotebooks
from ..assessment import Assessment, assess
from ..siting import Beside, Candidates, WishesError, beside
from .by_yardstick import Measured, measured
from .instance import MeasuresInstance, Yardstick
from .offered import offered_measures
from .request import MeasuresRequest
from .study import MeasuresStudy, check_request, study_measures

WAYS: Final = (
    MeasureKind.STATION,
    MeasureKind.NIGHT_CREW,
    MeasureKind.E_BIKE,
    MeasureKind.LANE_OPEN,
    MeasureKind.NO_PARKING,
    MeasureKind.KEY_BOX,
    MeasureKind.GATE_HOURS,
    MeasureKind.RAMP,
)
NEAR: Final = 5  # ids named beside one that there is not
#: Kinds that can change what a yardstick counts.
KINDS: Final[Mapping[Yardstick, tuple[MeasureKind, ...]]] = {
    "late": WAYS,
    "minutes": (*WAYS, MeasureKind.SMOKE_DETECTOR),
    "harm": tuple(MeasureKind),
}


@dataclass(frozen=True)
class Offer:
    """What is planned with, and beside what.

    Attributes
    ----------
    candidates
        Where a station could go; None for none.
    listed
        The town's own list, which goes before what the town itself offers.
    only_listed
        Whether nothing else is offered.
    plans
        Of others, by the name of their file.
    """

    candidates: Candidates | None = None
    listed: Sequence[Measure] = ()
    only_listed: bool = False
    plans: Mapping[str, Plan] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class TownMeasures(ShownInNotebooks):
    """A study of measures as papers show it.

    Attributes
    ----------
    study, measured
        The study, and what it worked on.
    assessed
        The town before, and under the plan.
    beside
        What is near a new station without a name, by number of its measure.
    not_offered
        Kinds that cannot change what the yardstick counts.
    """

    study: MeasuresStudy
    measured: Measured
    assessed: tuple[Assessment, Assessment]
    beside: Mapping[int, Beside]
    not_offered: tuple[MeasureKind, ...]


def study_town_measures(
    town: Town,
    offer: Offer,
    request: MeasuresRequest,
    *,
    scenario: str | None = None,
    day: dt.date,
    progress: Callable[[str], None] = lambda step: None,
) -> TownMeasures:
    """Find the best plan of measures for a town.

    Parameters
    ----------
    town
        As it is.
    offer
        What is planned with.
    request
        How much money or how far, by which yardstick.
    scenario
        The one that counts; without it all of the town.
    day
        Of the assessment.
    progress
        Called with the catalogue key of each step as it begins.

    Raises
    ------
    InputError
        When the request is senseless, or names measures that there are not.
    TownError
        When a plan of others names what the town does not have.
    """
    check_request(request)
    for plan in offer.plans.values():
        planned(town, plan)  # what is wrong with one is told before the search, not after
    progress("step.measures_before")
    now = assess(town, scenario=scenario, date=day.isoformat(), seed=request.seed).only()
    _ = now.coverage
    progress("step.measures_offer")
    kinds = KINDS[request.yardstick]
    measures = tuple(sorted(offer.listed, key=lambda measure: measure.measure_id))
    if not offer.only_listed:
        scenarios = None if scenario is None else [town.scenarios[scenario]]
        risk = now.risk if request.yardstick != "late" else None
        found = offered_measures(
            town, offer.candidates, risk, day, scenarios=scenarios, kinds=kinds
        )
        measures = own_first(offer.listed, found)
    asked = _named(request, measures)
    progress("step.measures_reach")
    ground = measured(now, measures, asked, scenario=scenario)
    dropped = 0 if offer.candidates is None else len(offer.candidates.dropped)
    study = study_measures(
        ground,
        asked,
        plans=offer.plans,
        left_out={"candidates": dropped} if dropped else {},
        progress=progress,
    )
    then = assess(
        planned(town, study.plan), scenario=now.scenario, date=day.isoformat(), seed=request.seed
    ).only()
    _ = then.coverage
    given = {measure.kind for measure in offer.listed}
    none = () if offer.only_listed else tuple(k for k in MeasureKind if k not in {*kinds, *given})
    return TownMeasures(study, ground, (now, then), near_nameless(ground.instance), none)


def _named(request: MeasuresRequest, measures: Sequence[Measure]) -> MeasuresRequest:
    """Return the request with what the town's list has in every plan; refuse strange names."""
    known = sorted(measure.measure_id for measure in measures)
    strange = [name for name in (*request.must, *request.forbidden) if name not in known]
    both = sorted(set(request.must) & set(request.forbidden))
    told: list[tuple[str, dict[str, str]]] = []
    for name in dict.fromkeys(strange):
        near = get_close_matches(name, known, n=NEAR, cutoff=0.0)
        told.append(("error.measures_named", {"name": name, "near": ", ".join(near)}))
    if both:
        told.append(("error.measures_both", {"names": ", ".join(both)}))
    if told:
        raise WishesError(told)
    listed = [m.measure_id for m in measures if m.must and m.measure_id not in request.forbidden]
    return replace(request, must=tuple(dict.fromkeys([*request.must, *listed])))


def near_nameless(instance: MeasuresInstance) -> dict[int, Beside]:
    """Return what is near the new stations that have no name, by number of the measure."""
    nameless = [
        number
        for number, measure in enumerate(instance.measures)
        if measure.kind == MeasureKind.STATION and not measure.name
    ]
    first = {int(instance.crew_measure[row]): row for row in range(len(instance.crew_measure))}
    rows = np.array([first[number] for number in nameless if number in first], dtype=np.intp)
    near = beside(instance.whole, rows)
    return {number: near[first[number]] for number in nameless if first.get(number) in near}
