"""Where the rows of a ledger stand: which building or lane each of them means."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from ..arrays import Floats, Longs, Objects
from ..ground import HYPOTHESES, DatumGuess, from_wgs84, judged, metric_crs, to_wgs84
from ..rules import LedgerRule, TownConfig
from ..tables import (
    SCHEMAS,
    WGS84,
    LedgerKind,
    Schema,
    load_sheet,
    read_corrections,
    read_layer,
)
from ..words import Datum, normal
from ..words import fields as f
from .addresses import AddressBook, Found

BY_ID, BY_POINT, BY_ADDRESS, BY_NAME, UNMATCHED = (
    "id", "point", "address", "name", "unmatched",
)  # fmt: skip
HOW = "match_how"
SCORE = "match_score"
GUESSES = "guesses"
TOLD_ID = "told_building_id"
OFF_M = "point_off_m"
EXACT = 100.0  # score of an address that is spelled as the building's own


@dataclass(frozen=True)
class Places:
    """The buildings and lanes of a town, as far as ledgers name them.

    Attributes
    ----------
    buildings
        `building_id`, `name`, `address` and the footprint in one metric CRS.
    lanes
        `lane_id` and `name`.
    lon, lat
        A point in each building, degrees in WGS-84.
    community
        Name of the community around each building, None outside.
    region
        What the town is called.
    """

    buildings: gpd.GeoDataFrame
    lanes: pd.DataFrame
    lon: Floats
    lat: Floats
    community: Objects
    region: str = ""


def told_place(row: Mapping[Any, Any]) -> str:
    """Return how a row of a ledger calls its place: name and address, else the building's id."""
    said = " ".join(str(row[name]) for name in (f.NAME, f.ADDRESS) if row.get(name))
    return said or str(row.get(TOLD_ID) or "")


def read_places(folder: Path, config: TownConfig) -> Places:
    """Read what ledgers may name from a town folder.

    Parameters
    ----------
    folder
        Of the town.
    config
        Its ``town.toml``.

    Raises
    ------
    InputError
        When a layer cannot be read.
    """
    buildings = _read(folder, config, "buildings", (f.BUILDING_ID, f.NAME, f.ADDRESS))
    lanes = _read(folder, config, "lanes", (f.LANE_ID, f.NAME))
    points = shapely.point_on_surface(buildings.geometry.to_numpy())
    metric = buildings.to_crs(metric_crs(tuple(lanes.total_bounds)))
    community = np.full(len(buildings), None, dtype=object)
    if "communities" in config.layers:
        areas = _read(folder, config, "communities", (f.COMMUNITY_ID, f.NAME))
        which, area = shapely.STRtree(areas.geometry.to_numpy()).query(points, "intersects")
        community[which] = areas[f.NAME].to_numpy(dtype=object)[area]
    lon, lat = shapely.get_x(points), shapely.get_y(points)
    return Places(metric, pd.DataFrame(lanes), lon, lat, community, config.name)


def locate(
    table: pd.DataFrame, kind: LedgerKind, places: Places, rules: LedgerRule, *, spelled: Spelled
) -> None:
    """Say of each row of a ledger which building or lane it means; nothing is guessed.

    Identity goes before position, position before address, address before name; of several
    buildings at one number the community told decides. Position and address are two witnesses:
    where a row's point is not at the building whose address it spells, the address holds and
    `point_off_m` says how far away the point is. The table gets
    `match_how`, `match_score` (how alike the roads are, from 0 to 100) and `guesses`, the ids of
    the buildings that come nearest where none is sure. `building_id` (for lane reports also
    `lane_id`) is what was found, `told_building_id` what the ledger says, and `lon` and `lat` of
    rows without a position are those of the building.

    Parameters
    ----------
    table
        Columns of the kind, as read; changed in place.
    kind
        Whose rows they are.
    places
        Of the town.
    rules
        How near a point must be.
    spelled
        What the addresses of the rows mean, from `spelled_addresses`.
    """
    count = len(table)
    row = np.full(count, -1, dtype=np.int64)
    how = np.full(count, UNMATCHED, dtype=object)
    score = np.zeros(count)
    guesses: Objects = np.full(count, None, dtype=object)

    def settle(found: Longs, name: str, sure: Floats | float) -> None:
        fresh = (row < 0) & (found >= 0)
        row[fresh], how[fresh] = found[fresh], name
        score[fresh] = np.broadcast_to(sure, count)[fresh]

    if f.BUILDING_ID not in table:
        table[f.BUILDING_ID] = None
    table[TOLD_ID] = table[f.BUILDING_ID]
    settle(_unique(table[TOLD_ID], places.buildings[f.BUILDING_ID], str), BY_ID, 100.0)
    exact = np.where(spelled.score == EXACT, spelled.row, -1)
    off_m = _metres_off(table, exact, places)
    elsewhere = (row < 0) & (off_m > rules.near_m.value)
    table.loc[elsewhere, ["lon", "lat"]] = None
    table[OFF_M] = np.where(elsewhere, np.round(off_m), np.nan)
    settle(np.where(off_m <= rules.near_m.value, exact, -1), BY_POINT, 100.0)
    settle(_at_points(table, places, rules.near_m.value), BY_POINT, 100.0)
    settle(spelled.row, BY_ADDRESS, spelled.score)
    lost = (row < 0) & table[f.ADDRESS].notna().to_numpy()
    guesses[lost], score[lost] = spelled.guesses[lost], spelled.score[lost]
    if kind.place == "building":
        settle(_unique(table[f.NAME], places.buildings[f.NAME], _plain_name), BY_NAME, 100.0)
    _write(table, row, how, score, guesses, places)
    if f.LANE_ID in table:
        _lanes(table, places, named=kind.place == "lane")


@dataclass(frozen=True)
class Spelled:
    """What the addresses of a ledger mean: ``(rows,)`` building row or -1, likeness, guesses."""

    row: Longs
    score: Floats
    guesses: Objects


def spelled_addresses(table: pd.DataFrame, places: Places, rules: LedgerRule) -> Spelled:
    """Return what the addresses of a ledger's rows mean, whatever its coordinates say."""
    count = len(table)
    row, score = np.full(count, -1, dtype=np.int64), np.zeros(count)
    guesses: Objects = np.full(count, None, dtype=object)
    told = np.flatnonzero(table[f.ADDRESS].notna().to_numpy())
    if not len(told):
        return Spelled(row, score, guesses)
    book = AddressBook(
        places.buildings[f.ADDRESS].tolist(),
        rules,
        names=places.buildings[f.NAME].tolist(),
        communities=places.community.tolist(),
        region=places.region,
    )
    texts = table[f.ADDRESS].to_numpy()[told].tolist()
    known = book.find(texts)
    inside = table["community"].to_numpy()[told].tolist()
    plain = {name: _community_name(name) for name in {*inside, *places.community}}
    around = [plain[name] for name in places.community]
    named = frozenset(around)
    row[told] = [
        _in_community(known[text], plain[community], around, named=named)
        for text, community in zip(texts, inside, strict=True)
    ]
    score[told] = [known[text].score for text in texts]
    ids = places.buildings[f.BUILDING_ID].to_numpy()
    guesses[told] = ["、".join(str(ids[k]) for k in known[t].guesses) or None for t in texts]
    return Spelled(row, score, guesses)


def _metres_off(table: pd.DataFrame, row: Longs, places: Places) -> Floats:
    """Return how far each row's point lies from a building, NaN without a point or a building."""
    lon, lat = (table[axis].to_numpy(dtype=float, na_value=np.nan) for axis in ("lon", "lat"))
    off = np.full(len(table), np.nan)
    at = np.flatnonzero(~np.isnan(lon) & ~np.isnan(lat) & (row >= 0))
    if len(at):
        points = gpd.GeoSeries(gpd.points_from_xy(lon[at], lat[at]), crs=WGS84)
        walls = places.buildings.geometry.to_numpy()[row[at]]
        off[at] = shapely.distance(points.to_crs(places.buildings.crs).to_numpy(), walls)
    return off


def fitting_datum(
    table: pd.DataFrame, places: Places, rules: LedgerRule, *, spelled: Spelled, taken: Datum
) -> DatumGuess:
    """Hold the points of a ledger against the buildings whose addresses its rows spell.

    Parameters
    ----------
    table
        As read, with ``lon`` and ``lat`` in WGS-84 if they are in the datum ``taken``.
    places, rules
        Of the town.
    spelled
        What the addresses of the rows mean.
    taken
        The datum by which the table was read.

    Returns
    -------
    DatumGuess
        The share of points at their building under each datum; ``best`` only where it is clear.
    """
    lon, lat = (table[axis].to_numpy(dtype=float, na_value=np.nan) for axis in ("lon", "lat"))
    sure = (spelled.row >= 0) & (spelled.score == EXACT) & ~np.isnan(lon) & ~np.isnan(lat)
    lon, lat = from_wgs84(lon[sure], lat[sure], taken)
    scores = {}
    for datum in HYPOTHESES:
        moved = pd.DataFrame(dict(zip(("lon", "lat"), to_wgs84(lon, lat, datum), strict=True)))
        off = _metres_off(moved, spelled.row[sure], places)
        scores[datum] = float((off <= rules.near_m.value).mean()) if len(off) else 0.0
    return judged(scores, len(lon))


def _write(
    table: pd.DataFrame,
    row: Longs,
    how: Objects,
    score: Floats,
    guesses: Objects,
    places: Places,
) -> None:
    there = row >= 0
    guesses[there] = None
    ids = places.buildings[f.BUILDING_ID].to_numpy(dtype=object)
    found = np.full(len(table), None, dtype=object)
    found[there] = ids[row[there]]
    table[f.BUILDING_ID] = found
    for axis, values in (("lon", places.lon), ("lat", places.lat)):
        own = table[axis].to_numpy(dtype=float, na_value=np.nan)
        own = np.where(np.isnan(own) & there, values[row], own)
        table[axis] = own
    table[HOW], table[SCORE], table[GUESSES] = how, np.round(score, 1), guesses


def _lanes(table: pd.DataFrame, places: Places, *, named: bool) -> None:
    """Settle which lane a row means: by its id, or by a name that only one lane bears."""
    found = _unique(table[f.LANE_ID], places.lanes[f.LANE_ID], str)
    if named:
        by_name = _unique(table[f.NAME], places.lanes[f.NAME], _plain_name)
        fresh = (found < 0) & (by_name >= 0)
        open_row = (table[HOW] == UNMATCHED).to_numpy() & table["lon"].isna().to_numpy()
        table.loc[fresh & open_row, HOW] = BY_NAME
        table.loc[found >= 0, HOW] = BY_ID
        located = (table[HOW] == UNMATCHED) & table["lon"].notna()
        table.loc[located, HOW] = BY_POINT
        found = np.where(fresh & open_row, by_name, found)
    ids = places.lanes[f.LANE_ID].to_numpy(dtype=object)
    lane = np.full(len(table), None, dtype=object)
    lane[found >= 0] = ids[found[found >= 0]]
    table[f.LANE_ID] = lane


def _unique(told: pd.Series, known: pd.Series, plain: Callable[[object], str]) -> Longs:
    """Return the row of the only thing of that name, -1 where there is none or more than one."""
    words = known.dropna().map(plain)
    words = words[(words != "") & ~words.duplicated(keep=False)]
    row = dict(zip(words, words.index, strict=True))
    return np.array([-1 if t is None else row.get(plain(t), -1) for t in told], dtype=np.int64)


def _in_community(found: Found, told: str, around: Sequence[str], *, named: frozenset[str]) -> int:
    """Return the row that was found if it may lie in the community told.

    Of several buildings at one number the only one there. A community that the town does not
    have says nothing.

    Parameters
    ----------
    found
        What the address means.
    told
        The community of the row; empty if nobody told it.
    around
        The community of each building, empty where it lies in none.
    named
        All of them.
    """
    if not told or told not in named:
        return found.row
    near = (found.row,) if found.row >= 0 else found.tied
    inside = [k for k in near if around[k] in (told, "")]
    return inside[0] if len(inside) == 1 else -1


def _community_name(name: object) -> str:
    return "" if name is None else _plain_name(name).removesuffix("社区").removesuffix("村委会")


def _at_points(table: pd.DataFrame, places: Places, near_m: float) -> Longs:
    """Return the building in which, or nearest to which, each row's point lies."""
    row = np.full(len(table), -1, dtype=np.int64)
    lon = table["lon"].to_numpy(dtype=float, na_value=np.nan)
    lat = table["lat"].to_numpy(dtype=float, na_value=np.nan)
    at = np.flatnonzero(~np.isnan(lon) & ~np.isnan(lat))
    if not len(at) or places.buildings.empty:
        return row
    points = gpd.GeoSeries(gpd.points_from_xy(lon[at], lat[at]), crs=WGS84)
    metric = points.to_crs(places.buildings.crs).to_numpy()
    walls = places.buildings.geometry.to_numpy()
    which, near = shapely.STRtree(walls).query_nearest(
        metric, max_distance=near_m, all_matches=False
    )
    row[at[which]] = near
    return row


def _plain_name(name: object) -> str:
    return "".join(c for c in normal(name).lower() if c.isalnum())


def _read(folder: Path, config: TownConfig, layer: str, names: tuple[str, ...]) -> gpd.GeoDataFrame:
    source, schema = config.source(layer), SCHEMAS[layer]
    few = Schema(layer, schema.identity, schema.shape, tuple(map(schema.column, names)))
    raw = read_layer(folder / source.file, source, schema=few, corrections=read_corrections(folder))
    stated = {name: header for name, header in source.columns.items() if name in names}
    frame, _, _ = load_sheet(raw, few, stated=stated, file=source.file)
    there = frame.geometry.notna() & ~frame.geometry.is_empty
    return frame[there].reset_index(drop=True)
