"""What is new, gone or otherwise between two frozen periods of a town, each with its subject."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import geopandas as gpd
import pandas as pd
from pyproj import Geod

from ...geo.snapshots import Snapshot
from ...geo.words import fields as f
from .. import columns as c
from ..cases import OPEN
from .freezing import DEVICE_FACTS, FACTS, IN_NEED
from .row_places import community_of_rows, ids_by_name

COLUMNS: Final = ("cause", "subject", "name", "community", "before", "after")
PEOPLE: Final = (f.PEOPLE_DAY, f.PEOPLE_NIGHT, f.ELDERS, f.CHILDREN)
STATION_FACTS: Final = (f.TIER, f.CREW_DAY, f.CREW_NIGHT, f.VEHICLE, f.TURNOUT_S, f.NAME)
#: Facts of a building by which risk or arrivals may change, beside its devices.
BUILDING_FACTS: Final = (
    f.USE, f.FLOORS, f.HEIGHT_M, *PEOPLE, *FACTS, IN_NEED,
)  # fmt: skip
#: Counts of people, of which only is told that they changed.
_UNTOLD: Final = frozenset({*PEOPLE, "tenants", IN_NEED})
MOVED_M: Final = 1.0  # below this a place is the same, written otherwise
#: Columns of a lane that say whether vehicles pass it.
PASSABLE: Final = "fire_engine_limit"
_EARTH: Final = Geod(ellps="WGS84")  # snapshots are in WGS-84

Cause = tuple[str, str, object, object, object, object]


def causes_of(before: Snapshot, after: Snapshot) -> pd.DataFrame:
    """Return everything that changed between two snapshots and may have moved their figures.

    Parameters
    ----------
    before, after
        Of the same town.

    Returns
    -------
    DataFrame
        `cause`, `subject` (an id), `name`, `community` (an id), `before`, `after`.
    """
    rows = [
        *_communities(before, after), *_stations(before, after), *_lanes(before, after),
        *_buildings(before, after), *_hazards(before, after), *_rules(before.rules, after.rules),
        *_calibration(before, after),
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS))


def keyed(snapshot: Snapshot, layer: str, key: str) -> pd.DataFrame:
    """Return a layer by the ids of its features, as text.

    Parameters
    ----------
    snapshot
        Whose layer.
    layer, key
        Its name, and the column of ids.
    """
    frame = snapshot.layers[layer]
    return frame.drop_duplicates(key).set_index(frame[key].drop_duplicates().astype(str))


def differ(one: object, other: object) -> bool:
    """Tell whether two values differ; two missing ones do not.

    Parameters
    ----------
    one, other
        Values of one column.
    """
    missing = [value is None or value != value for value in (one, other)]
    return not all(missing) if any(missing) else bool(one != other)


def differing(old: pd.DataFrame, new: pd.DataFrame, name: str) -> pd.Series[bool]:
    """Return where a column differs; nowhere if one of the periods did not keep it.

    Parameters
    ----------
    old, new
        With the same index.
    name
        Of the column.
    """
    if name not in old or name not in new:
        return pd.Series(False, index=old.index)
    pairs = zip(old[name], new[name], strict=True)
    return pd.Series([differ(one, other) for one, other in pairs], index=old.index)


def _communities(before: Snapshot, after: Snapshot) -> Iterator[Cause]:
    old, new = (keyed(s, "communities", f.COMMUNITY_ID) for s in (before, after))
    for key in sorted(set(new.index) - set(old.index)):
        yield "community_new", key, new.at[key, f.NAME], key, None, None
    for key in sorted(set(old.index) - set(new.index)):
        yield "community_gone", key, old.at[key, f.NAME], key, None, None
    for key in sorted(set(old.index) & set(new.index)):
        one, other = old.at[key, f.NAME], new.at[key, f.NAME]
        if differ(one, other):
            yield "community_renamed", key, other, key, one, other
        if _shifted(old, new, key):
            yield "community_border", key, other, key, None, None


def _shifted(old: pd.DataFrame, new: pd.DataFrame, key: str) -> bool:
    if not all(isinstance(frame, gpd.GeoDataFrame) for frame in (old, new)):
        return False
    one, other = (frame.geometry[key].normalize() for frame in (old, new))
    return not one.equals_exact(other, 1e-6)


def _stations(before: Snapshot, after: Snapshot) -> Iterator[Cause]:
    old, new = (keyed(s, "stations", f.STATION_ID) for s in (before, after))
    for key in sorted(set(new.index) - set(old.index)):
        row = new.loc[key]
        yield "station_new", key, row[f.NAME], row[f.COMMUNITY_ID], None, row[f.TIER]
    for key in sorted(set(old.index) - set(new.index)):
        row = old.loc[key]
        yield "station_gone", key, row[f.NAME], row[f.COMMUNITY_ID], row[f.TIER], None
    for key in sorted(set(old.index) & set(new.index)):
        row = new.loc[key]
        for name in STATION_FACTS:
            one, other = old.at[key, name], new.at[key, name]
            if differ(one, other):
                yield f"station_{name}", key, row[f.NAME], row[f.COMMUNITY_ID], one, other
        metres = _metres(old, new, key)
        if metres >= MOVED_M:
            yield "station_moved", key, row[f.NAME], row[f.COMMUNITY_ID], None, round(metres)


def _metres(old: pd.DataFrame, new: pd.DataFrame, key: str) -> float:
    if not all(isinstance(frame, gpd.GeoDataFrame) for frame in (old, new)):
        return 0.0
    one, other = old.geometry[key], new.geometry[key]
    return float(_EARTH.inv(one.x, one.y, other.x, other.y)[2])


def _lanes(before: Snapshot, after: Snapshot) -> Iterator[Cause]:
    old, new = (keyed(s, "lanes", f.LANE_ID) for s in (before, after))
    for key in sorted(set(old.index) & set(new.index)):
        one, other = str(old.at[key, c.STATE]), str(new.at[key, c.STATE])
        if one != other and "blocked" in (one, other):
            ended = "lane_cleared" if other == "clear" else "lane_lapsed"
            cause = "lane_blocked" if other == "blocked" else ended
            yield cause, key, new.at[key, f.NAME], None, one, other
        if PASSABLE in old and PASSABLE in new:
            one, other = (_limit(table.at[key, PASSABLE]) for table in (old, new))
            if one and not other:
                yield "lane_opened", key, new.at[key, f.NAME], None, one, None
            elif other and not one:
                yield "lane_shut", key, new.at[key, f.NAME], None, None, other
    for key in sorted(set(new.index) - set(old.index)):
        yield "lane_new", key, new.at[key, f.NAME], None, None, None
    for key in sorted(set(old.index) - set(new.index)):
        yield "lane_gone", key, old.at[key, f.NAME], None, None, None


def _limit(code: object) -> str:
    """Return what stops engines for good; a blockage is told by the state of the lane."""
    return str(code) if isinstance(code, str) and code != "blockage" else ""


def _buildings(before: Snapshot, after: Snapshot) -> Iterator[Cause]:
    old, new = (keyed(s, "buildings", f.BUILDING_ID) for s in (before, after))
    for key in sorted(set(new.index) - set(old.index)):
        yield "building_new", key, new.at[key, f.NAME], new.at[key, f.COMMUNITY_ID], None, None
    for key in sorted(set(old.index) - set(new.index)):
        yield "building_gone", key, old.at[key, f.NAME], old.at[key, f.COMMUNITY_ID], None, None
    both = old.index.intersection(new.index).sort_values()
    old, new = old.loc[both], new.loc[both]
    for kind, names in (("device", DEVICE_FACTS), ("data", BUILDING_FACTS)):
        for name in names:
            for key in both[differing(old, new, name).to_numpy()]:
                told = (
                    (old.at[key, name], new.at[key, name]) if name not in _UNTOLD else (None,) * 2
                )
                yield kind, key, name, new.at[key, f.COMMUNITY_ID], *told


def _hazards(before: Snapshot, after: Snapshot) -> Iterator[Cause]:
    old, new = (keyed(s, "hazards", "key") for s in (before, after))
    was = {k for k in old.index if old.at[k, "state"] in OPEN}
    now = {k for k in new.index if new.at[k, "state"] in OPEN}
    places = [
        place_of_rows(before, old, other=after),
        place_of_rows(after, new, other=before),
    ]
    for key in sorted(now - was):
        row = new.loc[key]
        cause = "hazard_reopened" if key in old.index else "hazard_new"
        yield cause, key, row[f.BUILDING_ID], places[1][key] or None, None, row["code"]
    for key in sorted(was - now):
        row = old.loc[key]
        yield "hazard_closed", key, row[f.BUILDING_ID], places[0][key] or None, row["code"], None


def place_of_rows(snapshot: Snapshot, rows: pd.DataFrame, *, other: Snapshot) -> pd.Series[str]:
    """Return the id of the community of rows of a ledger; empty where they lie in none.

    A row at no building lies where the ledger says by name; a community that has another name in
    the other period is known by that, too.

    Parameters
    ----------
    snapshot
        With the buildings that rows stand at.
    rows
        With `building_id`, and `community` by name.
    other
        The period it is set beside.
    """
    at = keyed(snapshot, "buildings", f.BUILDING_ID)[f.COMMUNITY_ID]
    there, then = (
        keyed(told, "communities", f.COMMUNITY_ID).rename_axis(f.COMMUNITY_ID)[[f.NAME]]
        .reset_index() for told in (snapshot, other)
    )  # fmt: skip
    place = community_of_rows(rows, at, ids_by_name(then) | ids_by_name(there))
    return place.where(place.isin(there[f.COMMUNITY_ID].astype(str)), "")


def _rules(old: Any, new: Any, place: str = "") -> Iterator[Cause]:
    """Return every number of the rule sets that differs, by its place."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for name in sorted({*old, *new}):
            if name in ("overridden", "source", "confidence", "unit"):
                continue
            yield from _rules(old.get(name), new.get(name), f"{place}.{name}" if place else name)
    elif old != new:
        yield "rule", place, None, None, str(old), str(new)


def _calibration(before: Snapshot, after: Snapshot) -> Iterator[Cause]:
    told = [s.yardstick.calibration for s in (before, after)]
    if None in told:  # an older snapshot told only how many fires
        told = [s.summary["risk"].get("calibration_fires") for s in (before, after)]
    if told[0] != told[1]:
        yield "calibration", "calibration", None, None, told[0] or None, told[1] or None
