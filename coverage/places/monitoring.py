"""Technical means: buildings monitored from afar, and which device stands where in which state."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from ...geo.town import Town
from ...geo.words import SystemState, YesNo
from ...geo.words import fields as f
from .. import columns as c


def monitored_table(buildings: pd.DataFrame) -> pd.DataFrame:
    """Return the buildings of which it is told whether they are monitored from afar, yes first.

    Parameters
    ----------
    buildings
        Of an assessment with cases, with the name of their community.
    """
    told = buildings[buildings[c.REMOTE_MONITORED].notna()]
    columns = [f.BUILDING_ID, f.NAME, f.ADDRESS, "community", f.USE, c.RISK_BAND, c.RISK_RANK]
    words = told[c.REMOTE_MONITORED].map({1.0: YesNo.YES.value, 0.0: YesNo.NO.value})
    table = told[columns].assign(**{c.REMOTE_MONITORED: words})
    return table.sort_values(
        [c.REMOTE_MONITORED, c.RISK_RANK], ascending=[False, True], ignore_index=True
    )


def device_counts(town: Town, buildings: pd.DataFrame) -> pd.DataFrame:
    """Return how many devices of each kind stand in each community, by their state.

    Parameters
    ----------
    town
        With its list of devices.
    buildings
        With the name of their community.

    Returns
    -------
    DataFrame
        `community`, `device`, `buildings`, `installed`, `working`, `failing` (at fault, off or
        none), `state_unknown`, each of the last four in devices; a row that tells no number is
        one device.
    """
    columns = ["community", "device", "buildings", "installed", "working", "failing",
               "state_unknown"]  # fmt: skip
    listed = _numbered(town)
    place = buildings.set_index(buildings[f.BUILDING_ID].astype(str))["community"]
    listed = listed.assign(community=listed[f.BUILDING_ID].map(place))
    by = listed.groupby(["community", "device"], dropna=False, sort=True)
    table = by.agg(
        buildings=(f.BUILDING_ID, "nunique"),
        installed=("installed", "sum"),
        working=("working", "sum"),
        state_unknown=("untold", "sum"),
    )
    table["failing"] = table["installed"] - table["working"] - table["state_unknown"]
    return table.reset_index()[columns]


def device_points(town: Town) -> gpd.GeoDataFrame:
    """Return devices as points in their buildings: `device`, `installed`, `failing`, one a kind.

    Parameters
    ----------
    town
        With its list of devices.
    """
    listed = _numbered(town)
    listed = listed.assign(failing=listed["installed"] - listed["working"] - listed["untold"])
    by = listed.groupby([f.BUILDING_ID, "device"], sort=True)[["installed", "failing"]].sum()
    table = by.reset_index()
    places = town.buildings.geometry.representative_point()
    places.index = town.buildings[f.BUILDING_ID].astype(str)
    at = places.reindex(table[f.BUILDING_ID])
    return gpd.GeoDataFrame(table, geometry=at.to_numpy(), crs=town.buildings.crs)


def _numbered(town: Town) -> pd.DataFrame:
    """Return the list with numbers: installed, and of these working and of state unknown."""
    listed = town.ledgers.devices
    listed = listed[listed[f.BUILDING_ID].isin(town.buildings[f.BUILDING_ID])]
    installed = pd.to_numeric(listed["installed"], errors="coerce").fillna(1.0)
    return listed.assign(
        installed=installed,
        working=installed.where(listed[f.STATE] == SystemState.GOOD, 0.0),
        untold=installed.where(listed[f.STATE].isna(), 0.0),
    )
