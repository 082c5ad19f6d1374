"""What the planner's page needs to answer for an area: names of areas, candidate sites, prices."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from ...coverage.siting import candidates
from ...geo.candidate_list import CANDIDATE_ID, COST_YUAN, YEARLY_YUAN
from ...geo.inside import area_of
from ...geo.measure import Measure, price, whole_cost
from ...geo.plan import Plan
from ...geo.rules import MeasuresRule
from ...geo.town import Town
from ...geo.venues import venue
from ...geo.words import Lang, MeasureKind, text
from ...geo.words import fields as f
from ..html import Pack, shown
from .planner_pack import whole

DEGREES = 6  # a tenth of a metre, for an outline
SIMPLER_M = 1.0
#: What takes away what stops a vehicle on a lane, in the order of `coverage.what_if.OPENING`.
OPENING_KINDS = (MeasureKind.LANE_OPEN, MeasureKind.NO_PARKING)
A_KILOMETRE = 1000.0


def area_data(town: Town, pack: Pack, *, lang: Lang) -> dict[str, Any]:
    """Return areas by name with their buildings, sites for stations, and what measures cost.

    Parameters
    ----------
    town
        With its grids and large events.
    pack
        Where the grid of each building goes.
    lang
        Language of the names.
    """
    rules = town.rules.measures
    return {
        "areas": [*_grids(town, lang), *_venues(town, lang)],
        "grid": pack.integers(_grid_of(town)),
        "sites": _sites(town, rules),
        "opening_yuan": [_by_metre(rules, kind) for kind in OPENING_KINDS],
        "years": rules.horizon_years.value,
    }


def _grid_of(town: Town) -> np.ndarray:
    """Return one more than the row of the grid of each building, 0 outside all."""
    rows = town.grids.assign(_row=np.arange(len(town.grids)) + 1)
    at = area_of(town.buildings, rows, "_row")
    return at.where(at.notna(), 0).to_numpy(dtype=np.int64)


def _grids(town: Town, lang: Lang) -> list[dict[str, Any]]:
    rings = _rings(town.grids.geometry)
    return [
        {
            "kind": text("planner.area_grid", lang),
            "label": shown(identity if pd.isna(name) else name),
            "rings": ring,
        }
        for identity, name, ring in zip(
            town.grids[f.GRID_ID], town.grids[f.NAME], rings, strict=True
        )
    ]


def _venues(town: Town, lang: Lang) -> list[dict[str, Any]]:
    found = []
    for gathering in town.gatherings:
        place = venue(gathering, town.buildings)
        if place is None:
            continue
        area = shapely.buffer(place, gathering.buffer_m or town.rules.places.gathering_m.value)
        inside = np.flatnonzero(town.buildings.geometry.intersects(area).to_numpy())
        rings = _rings(gpd.GeoSeries([area], crs=town.buildings.crs))[0]
        found.append(
            {
                "kind": text("planner.area_venue", lang),
                "label": shown(gathering.name),
                "rings": rings,
                "buildings": inside.tolist(),
            }
        )
    return found


def _rings(shapes: gpd.GeoSeries) -> list[list[list[list[float]]]]:
    """Return the outer rings of areas, each as latitude and longitude."""
    plain = shapes.simplify(SIMPLER_M).to_crs(4326)
    return [
        [
            np.round(shapely.get_coordinates(part.exterior)[:, ::-1], DEGREES).tolist()
            for part in shapely.get_parts(shape)
            if part.geom_type == "Polygon"
        ]
        for shape in plain
    ]


def _sites(town: Town, rules: MeasuresRule) -> list[dict[str, Any]]:
    """Return the hosts at which a station could go, with what each costs over the years."""
    found = candidates.host_candidates(town).sites
    years = rules.kind[MeasureKind.STATION].years.value
    return [
        {
            "id": whole(row[CANDIDATE_ID]),
            "name": whole(row[CANDIDATE_ID] if pd.isna(row[f.NAME]) else row[f.NAME]),
            "lon": float(row["lon"]),
            "lat": float(row["lat"]),
            "tier": str(row[f.TIER]),
            "vehicle": None if pd.isna(row[f.VEHICLE]) else str(row[f.VEHICLE]),
            "host_type": None if pd.isna(row[f.HOST_TYPE]) else str(row[f.HOST_TYPE]),
            **{
                name: None if pd.isna(row[name]) else float(row[name])
                for name in (f.CREW_DAY, f.CREW_NIGHT, f.TURNOUT_S)
            },
            "yuan": _whole_yuan(rules, row[COST_YUAN], row[YEARLY_YUAN], years),
        }
        for row in found.to_dict("records")
    ]


def _by_metre(rules: MeasuresRule, kind: MeasureKind) -> dict[str, float]:
    """Return what a measure at a lane costs over the years: at all, and each metre."""
    none, far = (price(rules, kind, pieces=metres) for metres in (0.0, A_KILOMETRE))
    base, long = (
        _whole_yuan(rules, one.cost_yuan, one.upkeep_yuan, one.years) for one in (none, far)
    )
    return {"base": base, "metre": (long - base) / A_KILOMETRE}


def _whole_yuan(rules: MeasuresRule, cost: float, upkeep: float, years: float) -> float:
    measure = Measure(
        "", MeasureKind.STATION, "", "", float(cost), float(upkeep), float(years), "", "", Plan()
    )
    return whole_cost(
        measure, horizon_years=rules.horizon_years.value, rate=rules.discount_rate.value
    )
