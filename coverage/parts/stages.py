"""The three stages of a part: what it sees alone, its risk among all, and what is shown.

Between the stages everything is put together once; within them each part is alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd

from ...geo.arrays import Floats, Longs
from ...geo.ground import linked
from ...geo.town import Town
from ...geo.words import fields as f
from .. import columns as c
from ..assessment import Assessment, assess
from ..assessment import Part as Shown
from ..closures import Closures, LaneDraws
from ..reach import SpeedFit
from ..risk import (
    Among,
    Donors,
    DrawnRisk,
    RiskInputs,
    crew_chances,
    drawn_risk,
    risk_among,
    risk_inputs,
    take,
    year_of,
)
from .halo import usual_horizon_s
from .merging import OWN, lost_columns
from .part import Part

#: What a province tells of its parts. Crews at other calls are out of it: how busy a crew is
#: hangs on buildings that no part of it sees.
PARTS = (Shown.CLOSURES, Shown.DRAWS, Shown.AREAS, Shown.RISK, Shown.CASES)


@dataclass(frozen=True)
class Asked:
    """By what a province is measured.

    Attributes
    ----------
    scenario, date, draws, seed
        As for `weizhan.coverage.assessment.assess`.
    horizon_s
        Seconds after which a crew counts as not coming; `usual_horizon_s` if None.
    risk_draws
        Joint draws of risk; those of the rules if None.
    speeds
        Fitted on the whole, if it is one town; each part's own if None.
    """

    scenario: str | None
    date: str
    draws: int
    seed: int
    horizon_s: float | None = None
    risk_draws: int | None = None
    speeds: SpeedFit | None = None


@dataclass(frozen=True)
class Seen:
    """What a part computes alone; nothing of it changes with other parts.

    Attributes
    ----------
    response, draws, areas
        As in an `Assessment`.
    lanes
        ``lane_id`` with what the failure of each lane costs buildings of this part.
    crew
        ``(buildings, stretches)`` of the year.
    known
        By ``is_day``, what is known of the buildings, in the order of their ids.
    ids
        Of the buildings, in that order.
    links
        `building_id` and `label` of buildings, own and beside, that a fire links.
    """

    response: pd.DataFrame
    draws: LaneDraws
    areas: gpd.GeoDataFrame
    lanes: pd.DataFrame
    crew: Floats
    known: dict[bool, RiskInputs]
    ids: list[str]
    links: pd.DataFrame


def assessed(town: Town, asked: Asked, *, workers: int = 1) -> Assessment:
    """Return the assessment of a town or part by what is asked for.

    Parameters
    ----------
    town
        The whole, or a part with what lies round it.
    asked
        Scenario, day, draws and horizon.
    workers
        Threads.
    """
    found = assess(
        town,
        scenario=asked.scenario,
        date=asked.date,
        draws=asked.draws,
        seed=asked.seed,
        workers=workers,
    )
    horizon_s = asked.horizon_s or usual_horizon_s(town.rules)
    moment = replace(found.moment, horizon_s=horizon_s, fitted=asked.speeds)
    return replace(found, moment=moment).only(*PARTS)


def seen(part: Part, asked: Asked, *, workers: int = 1) -> Seen:
    """Return what a part computes alone.

    Parameters
    ----------
    part
        With what lies round it.
    asked
        By what it is measured.
    workers
        Threads.
    """
    found = assessed(part.town, asked, workers=workers)
    town, day = found.moment.town, found.moment.day
    year = year_of(town)
    ids = town.buildings[f.BUILDING_ID].astype(str).to_numpy(dtype=str)
    order = np.argsort(ids, kind="stable")
    known = {
        is_day: take(risk_inputs(town, town.buildings, is_day=is_day, day=day), order)
        for is_day in sorted({stretch.now.is_day for stretch in year})
    }
    lost = found.closures.lanes[lost_columns(list(found.tiers))]
    lost = lost.join(found.lane_states[c.BLOCKED_PROBABILITY])
    return Seen(
        found.response,
        found.lane_draws,
        found.areas,
        lost.assign(**{f.LANE_ID: town.lanes[f.LANE_ID].astype(str), OWN: part.lanes}),
        crew_chances(found.moment, year, draws=asked.draws, workers=workers),
        known,
        ids[order].tolist(),
        _links(town),
    )


def drawn(part: Part, asked: Asked, crew: Floats, donated: Mapping[bool, Donors]) -> DrawnRisk:
    """Return the risk of a part's buildings before they are ranked among all.

    Parameters
    ----------
    part, asked
        As for `seen`.
    crew
        Of `Seen`.
    donated
        What classes are known to hold everywhere, from `donors_of_all`.
    """
    found = assessed(part.town, asked)
    moment = found.moment
    return drawn_risk(
        moment.town, year_of(moment.town), crew, day=moment.day, draws=asked.risk_draws,
        seed=asked.seed, donated=donated,
    )  # fmt: skip


def finished(
    part: Part,
    asked: Asked,
    own: Seen,
    risks: tuple[DrawnRisk, Among],
    lost: pd.DataFrame,
    burnt: pd.DataFrame,
) -> Assessment:
    """Return the assessment of a part as it is shown: with its own lanes, stations, communities.

    Parameters
    ----------
    part, asked
        As for `seen`.
    own
        From `seen`.
    risks
        From `drawn`, and where its buildings stand among all.
    lost
        From `merged_losses`, by lane id.
    burnt
        Past fires of communities among all, by community id.
    """
    found = assessed(part.shown(), asked)
    town = found.moment.town
    around = assessed(part.town, asked).moment.town
    risk = risk_among(around, *risks)
    rows = np.flatnonzero(part.communities)
    places = risk.communities.iloc[rows]
    ids = town.lanes[f.LANE_ID].astype(str)
    lanes = lost.reindex(ids).set_axis(town.lanes.index)
    stations = own.areas[f.STATION_ID]
    kept = stations.isna() | stations.isin(town.stations[f.STATION_ID])
    index = burnt.reindex(town.communities[f.COMMUNITY_ID].astype(str))
    return found.replaced(
        response=own.response,
        lane_draws=own.draws,
        closures=Closures(lanes, {}),
        areas=own.areas[kept].reset_index(drop=True),
        risk=replace(risk, communities=places),
        burnt=index.set_axis(town.communities.index),
        busy={},
    )


def _links(town: Town) -> pd.DataFrame:
    shapes, ids = town.buildings.geometry.to_numpy(), town.buildings[f.BUILDING_ID].astype(str)
    if town.beside is not None:
        shapes = np.concatenate([shapes, town.beside.geometry.to_numpy()])
        ids = pd.concat([ids, town.beside[f.BUILDING_ID].astype(str)])
    label: Longs = linked(shapes, within_m=town.rules.risk.consequence.separation_m.value)
    return pd.DataFrame({f.BUILDING_ID: ids.to_numpy(), "label": label})
