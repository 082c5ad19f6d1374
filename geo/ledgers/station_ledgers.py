"""What ledgers of stations say of the stations on the map: gaps filled, differences told."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from ..words import Problem, named, normal
from ..words import fields as f
from .archive import latest_versions
from .stores import store_of

SAME_PLACE_M: Final = 30.0  # stations nearer than this, or of one name, are one
#: Columns of the layer of stations that ledgers also tell.
FILLED: Final = (f.TIER, f.HOST_TYPE, f.VEHICLE, f.CREW_DAY, f.CREW_NIGHT, f.TURNOUT_S)
PROVENANCE: Final = ("station_id", "column", "value", "source", "as_of", "source_row", "holds")
UNKNOWN, DOUBTFUL = -1, -2  # in place of a row of the layer


def no_station_provenance() -> pd.DataFrame:
    """Return the provenance of stations of which no ledger says anything."""
    return pd.DataFrame(columns=list(PROVENANCE))


def fill_stations(
    folder: Path, stations: gpd.GeoDataFrame
) -> tuple[gpd.GeoDataFrame, pd.DataFrame, list[Problem]]:
    """Fill what the layer of stations leaves open; where ledgers say otherwise, the layer holds.

    Parameters
    ----------
    folder
        Of the town.
    stations
        The layer, with the columns of its schema, in a metric CRS.

    Returns
    -------
    stations
        With the values filled.
    provenance
        Every value that ledgers say: `station_id`, `column`, `value`, `source`, `as_of`,
        `source_row`, `holds` (whether the layer now has it).
    problems
        Stations of ledgers that the map lacks, or that mean two; columns in which they differ.
    """
    nothing = no_station_provenance()
    if not store_of(folder).exists():
        return stations, nothing, []
    rows = latest_versions(folder, "stations")
    if rows.empty:
        return stations, nothing, []
    rows = rows.assign(_on=rows["as_of"].astype(str)).sort_values("_on", kind="stable")
    at = same_stations(rows, stations)
    problems = [
        named("warning", code, "stations", _called(rows[at == none]), allowed=str(folder),
              file=_sources(rows[at == none]))
        for none, code in ((UNKNOWN, "station_unknown"), (DOUBTFUL, "station_doubtful"))
        if (at == none).any()
    ]  # fmt: skip
    rows, at = rows[at >= 0], at[at >= 0]
    filled, told = stations.copy(), []
    ids = stations[f.STATION_ID].astype(str)
    for column in FILLED:
        said = pd.DataFrame(
            {
                "at": at,
                "station_id": ids.to_numpy()[at],
                "column": column,
                "value": rows[column].to_numpy(dtype=object),
                "source": rows["from_source"].to_numpy(),
                "as_of": rows["as_of"].to_numpy(),
                "source_row": rows["source_row"].to_numpy(),
            }
        ).dropna(subset="value")
        last = ~said.duplicated("at", keep="last")
        new = said[last].set_index("at")["value"].reindex(range(len(stations)))
        new.index = stations.index
        own = stations[column]
        values = np.where(own.isna(), new.astype(object), own.astype(object))
        filled[column] = pd.Series(values, index=own.index, dtype=object).astype(own.dtype)
        told.append(said.assign(holds=last & own.isna().to_numpy()[said["at"]]))
        differs = own.notna() & new.notna() & (own != new)
        if differs.any():
            layer = {"station_id": ids[differs], "value": own[differs].astype(object)}
            told.append(
                pd.DataFrame(layer).assign(column=column, source="layers.stations", holds=True)
            )
            problems.append(
                Problem("warning", "station_differs", "stations", column=column,
                        count=int(differs.sum()), value=str(ids[differs].iloc[0]))
            )  # fmt: skip
    told = [part for part in told if len(part)]
    provenance = pd.concat(told, ignore_index=True)[list(PROVENANCE)] if told else nothing
    return filled, provenance, problems


def same_stations(rows: pd.DataFrame, stations: gpd.GeoDataFrame) -> NDArray[np.int64]:
    """Return which station of the layer each row of ledgers means.

    The id goes before the name, the name before the place; a place decides only where one of both
    has no name. A row whose id is one station's and whose name another's means neither for sure.

    Parameters
    ----------
    rows
        `station_id`, `name`, `lon`, `lat`, as the archive has them.
    stations
        The layer, in a metric CRS.

    Returns
    -------
    array
        ``(rows,)`` positions in the layer, `UNKNOWN` or `DOUBTFUL`.
    """
    by_id = _only(stations[f.STATION_ID])
    by_name = _only(stations[f.NAME])
    bare = stations[f.NAME].isna().to_numpy()
    spots = gpd.GeoSeries(gpd.points_from_xy(rows["lon"], rows["lat"]), crs="EPSG:4326")
    points = spots.to_crs(stations.crs).to_numpy()
    there = rows[["lon", "lat"]].notna().all(axis=1).to_numpy()
    found = np.full(len(rows), UNKNOWN, dtype=np.int64)
    for row, (identity, name) in enumerate(zip(rows[f.STATION_ID], rows[f.NAME], strict=True)):
        numbered = by_id.get(_key(identity), UNKNOWN)
        called = by_name.get(_key(name), UNKNOWN)
        if numbered >= 0:
            found[row] = numbered if called in (UNKNOWN, numbered) else DOUBTFUL
        elif called >= 0:
            found[row] = called
        elif there[row]:
            away = shapely.distance(stations.geometry.to_numpy(), points[row])
            near = np.flatnonzero((away <= SAME_PLACE_M) & (bare | pd.isna(name)))
            found[row] = near[0] if len(near) == 1 else UNKNOWN
    return found


def _only(values: pd.Series) -> dict[str, int]:
    """Return where each value stands that stands once."""
    keys = values.map(_key)
    once = (keys != "") & ~keys.duplicated(keep=False)
    return {str(keys.iloc[at]): int(at) for at in np.flatnonzero(once.to_numpy())}


def _key(value: str | float | None) -> str:
    """Return what is compared of an id or name; empty where there is none, which means none."""
    return "" if pd.isna(value) else normal(value).casefold()


def _called(rows: pd.DataFrame) -> list[str]:
    """Return what each station is called: its id, else its name, else its key."""
    called = rows[f.STATION_ID].fillna(rows[f.NAME]).fillna(rows["key"])
    return list(dict.fromkeys(called.astype(str)))


def _sources(rows: pd.DataFrame) -> str:
    return "、".join(dict.fromkeys(rows["from_source"].astype(str)))
