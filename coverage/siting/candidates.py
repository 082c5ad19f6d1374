"""Where a station could go: the three hosts that the plans name, a list, or places on lanes.

The plans name residents' committees, key fire-safety units and residential estates (S1-12). What
they cost, who is on duty and whether they may leave their own premises comes from the rule set,
or from the user's own list, which goes before it.
"""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from ...geo.arrays import Floats, Indices
from ...geo.candidate_list import (
    ABSENT_DAY,
    ABSENT_NIGHT,
    CANDIDATE_ID,
    COST_YUAN,
    LEAVES_PREMISES,
    SPACE_M2,
    YEARLY_YUAN,
)
from ...geo.ground import attachable, snap
from ...geo.inside import area_of, in_communities
from ...geo.plan import NewStation
from ...geo.tables import WGS84
from ...geo.town import Town
from ...geo.words import HostType, InputError, Problem, Tier, TownError, Use, YesNo
from ...geo.words import fields as f
from .candidate_checks import DROPPED, dropped_reasons

DEGREES = 7  # decimals of coordinates: what a plan file holds, so that its numbers are the same
HOMES = (Use.RESIDENTIAL, Use.HIGH_RISE)
ORIGIN = "origin"
NUMBERS = (f.CREW_DAY, f.CREW_NIGHT, COST_YUAN, YEARLY_YUAN, ABSENT_DAY, ABSENT_NIGHT)


@dataclass(frozen=True)
class Candidates:
    """Places where a station could go.

    Attributes
    ----------
    sites
        One row a place: `candidate_id`, `name`, `host_type` (None where not known), `origin`
        (``host``, ``list`` or ``lane``), `building_id`, `tier`, `vehicle`, crews, `turnout_s`,
        `cost_yuan`, `yearly_yuan`, probabilities of absence, `community_id`, `lon`, `lat`;
        points in the CRS of the town.
    dropped
        The same columns, and `reason` (``candidate_drop.<reason>`` in the catalogue) with
        `detail`.
    """

    sites: gpd.GeoDataFrame
    dropped: gpd.GeoDataFrame

    def stations(self) -> tuple[NewStation, ...]:
        """Return the candidates as stations of a plan."""
        return tuple(new_station(row) for _, row in self.sites.iterrows())


def host_candidates(town: Town, *, tier: Tier = Tier.MICRO_STATION) -> Candidates:
    """Return the hosts that the layers know: committees, key units, estates.

    A residents' committee is a building used for community service; a key unit a building whose
    floor area reaches the rule set's for its use; an estate one of the layer's, or where the town
    has no such layer the homes in a square of the rule set's side in one community; its place is
    the house nearest to the middle. The place is the wall nearest to the lane.
    """
    area = floor_area_m2(town)
    estates = _guessed_estates(town) if town.estates.empty else _estates(town)
    found = [_committees(town), _key_units(town, area), estates]
    rows = pd.concat(found, ignore_index=True)
    rows[SPACE_M2] = area[rows["row"].to_numpy(dtype=np.intp)]
    return _checked(town, rows.assign(**{f.TIER: tier.value, ORIGIN: "host"}))


def listed_candidates(town: Town, listed: gpd.GeoDataFrame, *, file: str) -> Candidates:
    """Return the user's own list, what it leaves open filled in from the rule set.

    Parameters
    ----------
    town
        Where the places are.
    listed
        From `weizhan.geo.candidate_list.read_candidates`.
    file
        Named in messages.

    Raises
    ------
    TownError
        When places lie outside the town or have the id of a station; carries every row.
    """
    frame = listed.to_crs(town.lanes.crs)
    limits = town.rules.network
    allowed = attachable(town.network, town.lanes, fragment_m=limits.fragment_m.value)
    at = snap(
        frame.geometry.to_numpy(), town.lanes, allowed=allowed, within_m=limits.attach_m.value
    )
    known = frame[CANDIDATE_ID].isin(town.stations[f.STATION_ID]).to_numpy()
    problems = [
        Problem("error", code, "candidates", file, int(row), str(identity), allowed=limit)
        for code, wrong, limit in (
            ("candidate_outside", ~at.attached, f"{limits.attach_m.value:,.0f}"),
            ("candidate_known", known, ""),
        )
        for row, identity in zip(
            frame.loc[wrong, f.SOURCE_ROW], frame.loc[wrong, CANDIDATE_ID], strict=True
        )
    ]
    if problems:
        raise TownError(problems)
    rows = pd.DataFrame(frame.drop(columns=[f.SOURCE_ROW, f.GEOMETRY]))
    rows["place"] = frame.geometry.to_numpy()
    rows[f.TIER] = rows[f.TIER].fillna(Tier.MICRO_STATION.value)
    rows[f.BUILDING_ID] = None
    rows[ORIGIN] = "list"
    return _checked(town, rows)


def lane_candidates(town: Town, *, spacing_m: float, tier: Tier = Tier.MICRO_STATION) -> Candidates:
    """Return places on lanes, about one in each square of a side of ``spacing_m``.

    Raises
    ------
    InputError
        When the spacing is not positive.
    """
    if not spacing_m > 0:
        raise InputError("error.spacing", value=spacing_m)
    limits = town.rules.network
    open_ = attachable(town.network, town.lanes, fragment_m=limits.fragment_m.value)
    lines = shapely.segmentize(town.lanes.geometry.to_numpy()[open_], max(spacing_m / 4, 1.0))
    marks = np.unique(shapely.get_coordinates(lines).round(2), axis=0)
    cell = np.floor(marks / spacing_m)
    off = np.hypot(*(marks - (cell + 0.5) * spacing_m).T)
    order = np.lexsort((off, cell[:, 1], cell[:, 0]))
    first = order[np.unique(cell[order], axis=0, return_index=True)[1]]
    places = shapely.points(marks[np.sort(first)])
    rows = pd.DataFrame({"place": places})
    width = len(str(len(rows)))
    rows[CANDIDATE_ID] = [f"L{number:0{width}d}" for number in range(1, len(rows) + 1)]
    return _checked(town, rows.assign(**{f.TIER: tier.value, ORIGIN: "lane"}))


def new_station(row: pd.Series) -> NewStation:
    """Return one candidate as a station of a plan."""
    names = (f.NAME, f.TIER, f.HOST_TYPE, f.VEHICLE, f.CREW_DAY, f.CREW_NIGHT, f.TURNOUT_S)
    told = {name: None if pd.isna(row[name]) else row[name] for name in names}
    place = {"lon": float(row["lon"]), "lat": float(row["lat"])}
    return NewStation.model_validate({"station_id": str(row[CANDIDATE_ID]), **place, **told})


def floor_area_m2(town: Town) -> Floats:
    """Return the floor area of each building; one floor where the number is not known."""
    floors = town.buildings[f.FLOORS].to_numpy(dtype=float)
    footprint = shapely.area(town.buildings.geometry.to_numpy())
    return np.asarray(footprint * np.fmax(np.nan_to_num(floors, nan=1.0), 1.0))


def _committees(town: Town) -> pd.DataFrame:
    rows = np.flatnonzero(town.buildings[f.USE] == Use.COMMUNITY_SERVICE)
    return _hosts(town, rows, HostType.RESIDENTS_COMMITTEE)


def _key_units(town: Town, area: Floats) -> pd.DataFrame:
    least = {use.value: v.value for use, v in town.rules.siting.key_unit_m2.items()}
    need = town.buildings[f.USE].map(least).to_numpy(dtype=float)
    return _hosts(town, np.flatnonzero(area >= need), HostType.KEY_UNIT)


def _estates(town: Town) -> pd.DataFrame:
    """Return the estates of the layer, each at the house nearest to the middle of its houses."""
    at = area_of(town.buildings, town.estates, f.ESTATE_ID)
    middle = shapely.get_coordinates(shapely.centroid(town.buildings.geometry.to_numpy()))
    homes = pd.DataFrame({"estate": at.to_numpy(), "x": middle[:, 0], "y": middle[:, 1]})
    homes = homes[homes["estate"].notna()]
    off = homes[["x", "y"]] - homes.groupby("estate")[["x", "y"]].transform("mean")
    away = pd.Series(np.hypot(off["x"].to_numpy(), off["y"].to_numpy()), homes.index)
    nearest = away.groupby(homes["estate"]).idxmin().sort_values()
    hosts = _hosts(town, nearest.to_numpy(dtype=np.intp), HostType.RESIDENTIAL_ESTATE)
    named = town.estates.set_index(f.ESTATE_ID)[f.NAME].reindex(nearest.index)
    hosts[f.NAME] = named.where(named.notna(), nearest.index.to_series()).to_numpy(dtype=object)
    hosts[CANDIDATE_ID] = [f"N-{estate}" for estate in nearest.index]
    return hosts


def _guessed_estates(town: Town) -> pd.DataFrame:
    rule = town.rules.siting
    rows = np.flatnonzero(town.buildings[f.USE].isin(HOMES))
    if not len(rows):
        return _hosts(town, rows, HostType.RESIDENTIAL_ESTATE)
    middle = shapely.get_coordinates(shapely.centroid(town.buildings.geometry.to_numpy()[rows]))
    cell = np.floor(middle / rule.estate_m.value)
    people = town.buildings[f.PEOPLE_NIGHT].to_numpy(dtype=float)[rows]
    table = pd.DataFrame(
        {
            "row": rows,
            "x": middle[:, 0],
            "y": middle[:, 1],
            "people": people,
            "key": [
                (str(community), *square)
                for community, square in zip(
                    town.buildings[f.COMMUNITY_ID].iloc[rows], cell.tolist(), strict=True
                )
            ],
        }
    )
    chosen = []
    for _, homes in table.groupby("key", sort=True):
        # Unknown people are not none: an estate of which nobody knows is kept.
        if homes["people"].notna().all() and homes["people"].sum() < rule.estate_people.value:
            continue
        off = np.hypot(homes["x"] - homes["x"].mean(), homes["y"] - homes["y"].mean())
        chosen.append(int(homes["row"].iloc[int(np.argmin(off))]))
    return _hosts(town, np.array(chosen, dtype=np.intp), HostType.RESIDENTIAL_ESTATE)


def _hosts(town: Town, rows: Indices, host: HostType) -> pd.DataFrame:
    """Return buildings as hosts, each at the wall nearest to its lane."""
    at = town.building_positions
    shapes = town.buildings.geometry.to_numpy()[rows]
    lane = np.maximum(at.lane[rows], 0)
    foot = shapely.line_interpolate_point(
        town.lanes.geometry.to_numpy()[lane], np.nan_to_num(at.fraction[rows]), normalized=True
    )
    wall = shapely.get_point(shapely.shortest_line(shapes, foot), 0) if len(rows) else shapes
    named = town.buildings[f.NAME].iloc[rows]
    address = town.buildings[f.ADDRESS].iloc[rows]
    identity = town.buildings[f.BUILDING_ID].iloc[rows].astype(str).to_numpy(dtype=object)
    return pd.DataFrame(
        {
            "row": rows,
            "place": np.asarray(wall, dtype=object),
            CANDIDATE_ID: [f"N-{i}" for i in identity],
            f.NAME: named.where(named.notna(), address).to_numpy(dtype=object),
            f.HOST_TYPE: host.value,
            f.BUILDING_ID: identity,
        }
    )


def _checked(town: Town, rows: pd.DataFrame) -> Candidates:
    """Fill in what the rule set says, put the places on the map, and drop what cannot be."""
    for name in (f.NAME, f.HOST_TYPE, f.BUILDING_ID, f.VEHICLE, LEAVES_PREMISES):
        rows[name] = rows[name].astype(object) if name in rows else None
    for name in (*NUMBERS, f.TURNOUT_S, SPACE_M2):
        rows[name] = pd.to_numeric(rows[name]) if name in rows else np.nan
    rules = [
        town.rules.siting.host_rule(None if pd.isna(host) else str(host))
        for host in rows[f.HOST_TYPE]
    ]
    for name, values in (
        (f.CREW_DAY, [r.crew_day.value for r in rules]),
        (f.CREW_NIGHT, [r.crew_night.value for r in rules]),
        (COST_YUAN, [r.build_yuan.value for r in rules]),
        (YEARLY_YUAN, [r.yearly_yuan.value for r in rules]),
        (ABSENT_DAY, [r.absent_day.value for r in rules]),
        (ABSENT_NIGHT, [r.absent_night.value for r in rules]),
    ):
        rows[name] = rows[name].fillna(pd.Series(values, index=rows.index, dtype=float))
    vehicles = [
        (r.vehicle if tier == Tier.MICRO_STATION else town.rules.default_vehicle[Tier(tier)]).value
        for r, tier in zip(rules, rows[f.TIER], strict=True)
    ]
    rows[f.VEHICLE] = rows[f.VEHICLE].where(
        rows[f.VEHICLE].notna(), pd.Series(vehicles, rows.index)
    )
    usual = [YesNo.YES if r.leaves_premises.value else YesNo.NO for r in rules]
    rows[LEAVES_PREMISES] = rows[LEAVES_PREMISES].where(
        rows[LEAVES_PREMISES].notna(), pd.Series([u.value for u in usual], rows.index, dtype=object)
    )
    sites = gpd.GeoDataFrame(
        rows.drop(columns=["place", "row"], errors="ignore"),
        geometry=rows["place"].to_numpy(dtype=object),
        crs=town.lanes.crs,
    )
    plain = sites.geometry.to_crs(WGS84)
    sites["lon"], sites["lat"] = plain.x.round(DEGREES), plain.y.round(DEGREES)
    sites.geometry = gpd.points_from_xy(sites["lon"], sites["lat"], crs=WGS84).to_crs(sites.crs)
    sites = in_communities(sites, town.communities)
    why = dropped_reasons(town, sites)
    gone = why["reason"].notna()
    dropped = sites[gone].assign(**{name: why.loc[gone, name] for name in DROPPED})
    return Candidates(sites[~gone].reset_index(drop=True), dropped.reset_index(drop=True))
