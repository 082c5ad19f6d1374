"""Lists of named places: estates with their need, offices, communities, monitoring, ladders."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from ...geo.town import Town
from ...geo.words import DeviceKind, YesNo
from ...geo.words import fields as f
from .. import columns as c
from ..assessment import Assessment
from ..cases import OPEN
from ..places import (
    WORK,
    aerial_table,
    device_counts,
    monitored_table,
    without_office,
)
from ..siting import near_places

#: Devices that an estate is asked for.
NEEDED: Final = (DeviceKind.SMOKE_DETECTOR, DeviceKind.RCD, DeviceKind.SIMPLE_SPRINKLER)
ESTATE: Final = (
    f.ESTATE_ID, f.NAME, "community", f.YEAR_BUILT, "old_estate", f.PROPERTY_MANAGER, f.THREE_NONE,
    "buildings", "people", "covered", "known", "engine_passes", "engine_stops", "lane_score",
    "red_buildings", c.OPEN_HAZARDS, c.HARM_INDEX,
)  # fmt: skip
#: Rows of this list are of three-none estates: what they lack, in the order of harm.
FUNDING: Final = (
    f.ESTATE_ID, f.NAME, "community", f.YEAR_BUILT, f.THREE_NONE, "buildings", c.HARM_INDEX,
    "red_buildings", c.OPEN_HAZARDS, "cost_est", "cost_untold",
    *(c.device_lacking(kind) for kind in NEEDED), "engine_stops",
)  # fmt: skip


def place_lists(
    found: Assessment, buildings: pd.DataFrame, cases: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """Return the lists of named places.

    Parameters
    ----------
    found
        With risk and cases among its parts.
    buildings
        Of the assessment, with the name of their community.
    cases
        As they stand on its day.

    Returns
    -------
    dict
        ``estates``, ``funding`` (three-none estates, and those of which it is not told),
        ``fire_offices`` (what is missing; communities without one), ``community_work``,
        ``monitored``, ``sensors`` (devices by community and kind), ``aerial``, ``hydrants`` (places
        for further ones, the best first).
    """
    town, places = found.moment.town, found.places
    names = _names(town)
    estates = places.estates.assign(community=places.estates[f.COMMUNITY_ID].map(names))
    estates = pd.DataFrame(estates).sort_values(
        [c.HARM_INDEX, f.ESTATE_ID], ascending=[False, True], ignore_index=True
    )
    return {
        "estates": estates[list(ESTATE)],
        "funding": _funding(found, estates, cases),
        "fire_offices": _offices(town, places.offices, names),
        "community_work": _work(places.work, names),
        "monitored": monitored_table(buildings),
        "sensors": device_counts(town, buildings),
        "aerial": aerial_table(found.compliance, buildings),
        "hydrants": _hydrants(found, names),
    }


def _funding(found: Assessment, estates: pd.DataFrame, cases: pd.DataFrame) -> pd.DataFrame:
    """Return three-none estates with what mending and devices they need; then those not told."""
    buildings = found.buildings.assign(_estate=found.places.estate_of.to_numpy())
    at = buildings.set_index(buildings[f.BUILDING_ID].astype(str))["_estate"]
    own = cases[cases[f.STATE].isin(OPEN)].assign(_estate=cases[f.BUILDING_ID].map(at))
    cost = pd.to_numeric(own["cost_est"], errors="coerce").groupby(own["_estate"])
    keys = estates[f.ESTATE_ID].astype(str)
    lacking = buildings.groupby("_estate")[[c.device_lacking(kind) for kind in NEEDED]].sum()
    table = estates.assign(
        cost_est=keys.map(cost.sum(min_count=1)),
        cost_untold=keys.map(cost.apply(lambda told: int(told.isna().sum()))).fillna(0),
        **{name: keys.map(lacking[name]).round() for name in lacking.columns},
    )
    table["_order"] = table[f.THREE_NONE].map({YesNo.YES.value: 0}).fillna(1)
    asked = table[table[f.THREE_NONE] != YesNo.NO]
    ranked = asked.sort_values("_order", kind="stable", ignore_index=True)
    return ranked[list(FUNDING)]


def _offices(town: Town, offices: pd.DataFrame, names: dict[str, str]) -> pd.DataFrame:
    """Return the offices with what they lack, the most first, then communities without one."""
    table = pd.DataFrame(offices.drop(columns=f.GEOMETRY)).assign(
        community=offices[f.COMMUNITY_ID].map(names)
    )
    table["_lacking"] = [-codes.count("has_") for codes in table["elements_missing"]]
    table = table.sort_values(["_lacking", f.OFFICE_ID], kind="stable")
    columns = [f.OFFICE_ID, f.NAME, "community", *f.OFFICE_ELEMENTS, "elements_there",
               "elements_missing", "elements_unknown"]  # fmt: skip
    none = pd.DataFrame({"community": [names[key] for key in without_office(town, offices)]})
    none["elements_missing"] = "office"
    return pd.concat([table[columns], none], ignore_index=True)[columns]


def _work(work: pd.DataFrame, names: dict[str, str]) -> pd.DataFrame:
    table = work.reset_index(names=f.COMMUNITY_ID)
    table.insert(1, "community", table[f.COMMUNITY_ID].map(names))
    return table[[f.COMMUNITY_ID, "community", *WORK]]


def _hydrants(found: Assessment, names: dict[str, str]) -> pd.DataFrame:
    """Return where further hydrants help most, one after the other, each as people find it."""
    town, places = found.moment.town, found.water_told.places
    near = near_places(town, places.geometry.to_numpy(), places["lane"].to_numpy(dtype=np.intp))
    degrees = places.geometry.to_crs(4326)
    return pd.DataFrame(
        {
            "hydrant_rank": np.arange(len(places)) + 1,
            "community": places[f.COMMUNITY_ID].map(names, na_action="ignore"),
            f.LANE_ID: town.lanes[f.LANE_ID].to_numpy()[places["lane"].to_numpy(dtype=np.intp)],
            "lane": [one.lane or None for one in near],
            "near_house": [one.house or None for one in near],
            "away_m": [round(one.away_m) if one.house else None for one in near],
            "lon": degrees.x,
            "lat": degrees.y,
            **{n: places[n] for n in ("water_gain", "people", "water_untold", "water_alone")},
        }
    )


def _names(town: Town) -> dict[str, str]:
    """Return the name of each community by its id."""
    ids = town.communities[f.COMMUNITY_ID].astype(str)
    named = town.communities[f.NAME]
    return dict(zip(ids, named.where(named.notna(), ids), strict=True))
