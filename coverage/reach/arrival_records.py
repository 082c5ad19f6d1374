"""Arrivals that were recorded: in the town's file of arrivals, and at the fires of its ledger."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd

from ...geo.arrays import Flags, Indices, Ints
from ...geo.ground import Positions, snap
from ...geo.ledgers import LAT, LON, SECONDS
from ...geo.town import Town
from ...geo.words import When
from ...geo.words import fields as f
from .lane_states import band_at

SOURCE: Final = "source"
STATION: Final = "station"
BAND: Final = "band"
NO_BAND: Final = ""  # of a record whose hour nobody knows: vehicles go as at all hours
_SAME: Final = np.timedelta64(30, "m")  # one building, two records: of one arrival


@dataclass(frozen=True)
class ArrivalRecords:
    """Recorded arrivals that say how long a crew took, and where to.

    Attributes
    ----------
    table
        One row a record: `arrival_id`, `source` (``arrivals`` or ``incidents``), `time`,
        `seconds` after the alarm, `building_id`, `station` (row of the station that came, -1
        where the record names none), `vehicle` where told, `band` of the day.
    place
        Where each ended: its building, else the lane nearest to its point.
    left_out
        Records that tell nothing, by reason: ``no_clock`` (a day without an hour), ``not_after``
        (arrived before the alarm), ``too_long``, ``unknown_station``, ``no_place``, ``twice``.
    """

    table: pd.DataFrame
    place: Positions
    left_out: dict[str, int]

    def some(self, rows: Indices | Flags) -> ArrivalRecords:
        """Return some of the records; what was left out stays told."""
        table = self.table.iloc[rows].reset_index(drop=True)
        return ArrivalRecords(table, self.place.take(rows), self.left_out)


def arrival_records(town: Town) -> ArrivalRecords:
    """Gather the recorded arrivals of a town.

    Parameters
    ----------
    town
        With `arrivals`, and the fires of its ledger: of each fire the seconds from the call (from
        its beginning where no call is told) to the arrival of the first crew.
    """
    seen, fires = _of_file(town), _of_fires(town)
    both = pd.concat([seen, fires], ignore_index=True) if len(fires) else seen
    reason = _reasons(town, both, len(seen))
    places = _places(town, both)
    reason[(reason == "") & ~places.attached] = "no_place"
    names, counts = np.unique(reason[reason != ""], return_counts=True)
    left_out = {str(name): int(count) for name, count in zip(names, counts, strict=True)}
    records = ArrivalRecords(both, places, left_out).some(reason == "")
    table = records.table
    table[BAND] = [
        NO_BAND if pd.isna(time) else band_at(town.rules, When(time.to_pydatetime(), town.workdays))
        for time in table["time"]
    ]
    return records


def _of_file(town: Town) -> pd.DataFrame:
    told = town.arrivals
    return pd.DataFrame(
        {
            "arrival_id": told["arrival_id"].astype(object), SOURCE: "arrivals",
            "time": pd.to_datetime(told["time"]), SECONDS: told[SECONDS].astype(float),
            f.BUILDING_ID: told[f.BUILDING_ID], LON: told[LON], LAT: told[LAT],
            f.STATION_ID: told[f.STATION_ID], f.VEHICLE: told[f.VEHICLE],
        }
    )  # fmt: skip


def _of_fires(town: Town) -> pd.DataFrame:
    """Return the fires at which an arrival is told, the seconds missing where no hour is told."""
    fires = town.ledgers.incidents
    fires = fires[fires["arrived_at"].notna() & fires["started_at"].notna()]
    began, arrived = pd.to_datetime(fires["started_at"]), pd.to_datetime(fires["arrived_at"])
    began = pd.to_datetime(fires["called_at"]).fillna(began)
    hours = (began != began.dt.normalize()) & (arrived != arrived.dt.normalize())
    seconds = (arrived - began).dt.total_seconds().where(hours)
    return pd.DataFrame(
        {
            "arrival_id": fires["key"].astype(object), SOURCE: "incidents", "time": began,
            SECONDS: seconds, f.BUILDING_ID: fires[f.BUILDING_ID], LON: np.nan, LAT: np.nan,
            f.STATION_ID: fires["first_station"], f.VEHICLE: None,
        }
    )  # fmt: skip


def _reasons(town: Town, table: pd.DataFrame, seen: int) -> np.ndarray:
    """Return why each record tells nothing, "" where it does; lays `station` beside the records."""
    names = table[f.STATION_ID]
    stations = town.stations
    row = pd.Index(stations[f.STATION_ID]).get_indexer(names)
    by_name = stations[f.NAME].where(~stations[f.NAME].duplicated(keep=False))
    row = np.where(row < 0, _first(by_name, names), row)
    table[STATION] = row
    seconds = table[SECONDS].to_numpy(dtype=float)
    longest = town.rules.speed_calibration.longest_s.value
    return np.select(
        [np.isnan(seconds), seconds <= 0, seconds > longest,
         names.notna().to_numpy() & (row < 0), _twice(table, seen)],
        ["no_clock", "not_after", "too_long", "unknown_station", "twice"], "",
    ).astype(object)  # fmt: skip


def _first(known: pd.Series, wanted: pd.Series) -> Ints:
    rows = pd.Series(np.arange(len(known)), index=known)
    rows = rows[rows.index.notna()]
    return wanted.map(rows).fillna(-1).to_numpy(dtype=np.int64)


def _twice(table: pd.DataFrame, seen: int) -> Flags:
    """Return which fires are told in the file of arrivals, too."""
    same = np.zeros(len(table), dtype=bool)
    file, fires = table.iloc[:seen], table.iloc[seen:]
    told = set(file["arrival_id"].dropna())
    moments = file["time"].to_numpy(dtype="datetime64[ns]")
    for row in range(len(fires)):
        there = (file[f.BUILDING_ID] == fires[f.BUILDING_ID].iloc[row]).to_numpy()
        when = fires["time"].to_numpy(dtype="datetime64[ns]")[row]
        near = np.abs(moments[there] - when) <= _SAME
        same[seen + row] = fires["arrival_id"].iloc[row] in told or bool(near.any())
    return same


def _places(town: Town, records: pd.DataFrame) -> Positions:
    """Return where each record ended: its building, else the lane nearest to its point."""
    building = pd.Index(town.buildings[f.BUILDING_ID]).get_indexer(records[f.BUILDING_ID])
    points = gpd.GeoSeries(gpd.points_from_xy(records[LON], records[LAT]), crs="EPSG:4326")
    placed = (records[LON].notna() & records[LAT].notna()).to_numpy()
    found = snap(
        points[placed].to_crs(town.lanes.crs).to_numpy(),
        town.lanes,
        allowed=np.ones(len(town.lanes), dtype=bool),
        within_m=town.rules.network.attach_m.value,
    )
    near = Positions(
        np.full(len(records), -1, dtype=np.int32),
        np.full(len(records), np.nan),
        np.full(len(records), np.nan),
    )
    near.lane[placed], near.fraction[placed] = found.lane, found.fraction
    near.access_m[placed] = found.access_m
    known = building >= 0
    at = town.building_positions
    return Positions(
        np.where(known, at.lane[building], near.lane).astype(np.int32),
        np.where(known, at.fraction[building], near.fraction),
        np.where(known, at.access_m[building], near.access_m),
    )
