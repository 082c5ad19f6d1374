"""What was seen of lanes: patrol reports, and the lanes that open hazards block."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

import geopandas as gpd
import pandas as pd

from ..words import HazardCode, HazardState, LaneState
from ..words import fields as f
from .archive import no_versions, range_ends, read_records
from .archive_tables import RANGES
from .history import read_events

#: Hazards that stand on a lane: 占用消防车道, “生命通道”突出问题.
LANE_HAZARDS: Final = (HazardCode.W8, HazardCode.G2)
OBSERVATION_COLUMNS: Final = (
    f.LANE_ID, "x", "y", "state", "remaining_width_m", "remaining_width_m_low",
    "remaining_width_m_high", "observed_at", "expires_at", "source",
    "kind", "key",
)  # fmt: skip
_WIDTH_ENDS: Final = ("remaining_width_m_low", "remaining_width_m_high")
NEVER: Final = pd.Timestamp("NaT")
CRS: Final = "EPSG:4326"  # of x and y


def lane_observations(folder: Path) -> pd.DataFrame:
    """Return every observation of a lane in a town's ledgers, the oldest first.

    Parameters
    ----------
    folder
        Of the town; without ledgers the table is empty.

    Returns
    -------
    DataFrame
        `lane_id` (as drawn by the user, missing where only a place is known), `x` and `y`
        (degrees in WGS-84, missing where only the lane is known), `state` (`LaneState`),
        `remaining_width_m` with its ends ``_low`` and ``_high`` where it is told as a range,
        `observed_at`, `expires_at` (missing when it does not end by
        itself), `source` (the ledger), `kind` (``lane-reports`` or ``hazards``) and `key`.

        A hazard W8 or G2 blocks its lane from the day it was found or reopened until it was
        closed, when the lane was seen clear; with a remaining width it narrows it. What stands
        at neither a lane nor a place is left out: it is listed as unmatched.
    """
    parts = [part for part in (_reports(folder), _hazards(folder)) if len(part)]
    if not parts:
        return _none().copy()
    table = pd.concat(parts, ignore_index=True)
    placed = table[f.LANE_ID].notna() | (table["x"].notna() & table["y"].notna())
    seen = table[placed & table["state"].notna() & table["observed_at"].notna()]
    return seen.sort_values(["observed_at", "key"], kind="stable", ignore_index=True)


def ledger_reports(folder: Path, lanes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return what the town's ledgers saw of lanes, as rows of the layer ``lane_reports``.

    What names a lane and no place stands in the middle of the lane as it was drawn.

    Parameters
    ----------
    folder
        Of the town.
    lanes
        As they were cut, in a metric CRS.
    """
    seen = lane_observations(folder)
    places = gpd.GeoSeries(gpd.points_from_xy(seen["x"], seen["y"]), crs="EPSG:4326")
    places = places.to_crs(lanes.crs).array
    middle = lanes.geometry.interpolate(0.5, normalized=True)
    by_lane = dict(zip(lanes[f.DRAWN_LANE_ID], middle, strict=True))
    named = [by_lane.get(lane) for lane in seen[f.LANE_ID]]
    shapes = [lane or place for lane, place in zip(named, places, strict=True)]
    table = {
        f.REPORT_ID: seen["kind"] + ":" + seen["key"].astype(str),
        f.STATE: seen["state"],
        f.REMAINING_WIDTH_M: seen["remaining_width_m"],
        **{name: seen[name] for name in _WIDTH_ENDS if seen[name].notna().any()},
        f.OBSERVED_ON: seen["observed_at"].dt.date.astype(str),
        f.EXPIRES_ON: seen["expires_at"].dt.date.astype(object).map(str, na_action="ignore"),
        f.SOURCE: seen["source"],
        f.SOURCE_ROW: -1,
    }
    return gpd.GeoDataFrame(table, geometry=shapes, crs=lanes.crs)


def _reports(folder: Path) -> pd.DataFrame:
    reports = read_records(folder, "lane-reports")
    return _none() if reports.empty else _told(reports)


def _told(reports: pd.DataFrame) -> pd.DataFrame:
    return _observations(
        reports,
        state=reports["state"],
        observed_at=reports["observed_at"],
        expires_at=reports["expires_at"],
        kind="lane-reports",
    )


def _hazards(folder: Path) -> pd.DataFrame:
    hazards = read_records(folder, "hazards")
    hazards = hazards[hazards["code"].isin(LANE_HAZARDS)]
    if hazards.empty:
        return _none()
    events = read_events(folder)
    events = events[events["key"].isin(hazards["key"])]
    begins = events[events["state"].isin((HazardState.FOUND, HazardState.REOPENED))]
    ends = events[events["state"] == HazardState.CLOSED]
    begins = begins.assign(until=pd.Series(_next(begins, ends), index=begins.index))
    at = hazards.set_index("key", drop=False)
    blocked, cleared = at.loc[begins["key"]], at.loc[ends["key"]]
    narrowed = blocked["remaining_width_m"].to_numpy(dtype=float) > 0
    state = pd.Series(narrowed).map({True: LaneState.NARROWED, False: LaneState.BLOCKED})
    parts = [
        _observations(
            blocked.reset_index(drop=True),
            state=state,
            observed_at=begins["happened_on"].reset_index(drop=True),
            expires_at=begins["until"].reset_index(drop=True),
            kind="hazards",
        ),
        _observations(
            cleared.reset_index(drop=True).assign(remaining_width_m=float("nan"), ranges=None),
            state=pd.Series([LaneState.CLEAR] * len(ends), dtype=object),
            observed_at=ends["happened_on"].reset_index(drop=True),
            expires_at=pd.Series(pd.NaT, index=range(len(ends))),
            kind="hazards",
        ),
    ]
    return pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)


def _next(begins: pd.DataFrame, ends: pd.DataFrame) -> list[pd.Timestamp]:
    """Return the day of the first closing after each beginning, NaT while there is none."""
    closings: dict[str, list[tuple[int, pd.Timestamp]]] = {}
    for key, fid, day in zip(ends["key"], ends["fid"], ends["happened_on"], strict=True):
        closings.setdefault(key, []).append((fid, day))
    return [
        next((day for later, day in closings.get(key, ()) if later > fid), NEVER)
        for key, fid in zip(begins["key"], begins["fid"], strict=True)
    ]


@cache
def _none() -> pd.DataFrame:
    """Return the observations of a town of which nobody saw anything; not to be changed."""
    return _told(no_versions("lane-reports"))


def _observations(
    records: pd.DataFrame,
    *,
    state: pd.Series,
    observed_at: pd.Series,
    expires_at: pd.Series,
    kind: str,
) -> pd.DataFrame:
    ends = range_ends(records[RANGES], f.REMAINING_WIDTH_M)
    columns = {
        f.LANE_ID: records[f.LANE_ID].astype(object),
        "x": records["lon"].astype("float64"),
        "y": records["lat"].astype("float64"),
        "state": state.astype(object).map(lambda code: code and str(code)),
        "remaining_width_m": records["remaining_width_m"].astype("float64"),
        "remaining_width_m_low": ends["low"],
        "remaining_width_m_high": ends["high"],
        "observed_at": pd.to_datetime(observed_at),
        "expires_at": pd.to_datetime(expires_at),
        "source": records["from_source"].astype(object),
        "kind": pd.Series([kind] * len(records), dtype=object, index=records.index),
        "key": records["key"].astype(object),
    }
    return pd.DataFrame(columns, columns=list(OBSERVATION_COLUMNS))
