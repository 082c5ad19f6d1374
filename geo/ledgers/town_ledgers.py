"""What a town's ledgers say: of its buildings, its hazards, its fires and its inspections."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd

from ..words import DangerClass, DeviceKind, HazardCode, Problem, SystemState
from ..words import fields as f
from .archive import latest_versions, range_ends, read_records
from .archive_tables import RANGES
from .history import read_events
from .station_ledgers import no_station_provenance
from .stores import store_of

#: Columns of the layer of buildings that ledgers also tell.
LAYER_COLUMNS: Final = (
    f.USE, f.FLOORS, f.PEOPLE_DAY, f.PEOPLE_NIGHT, f.ELDERS, f.CHILDREN,
)  # fmt: skip
#: How several units of one building make one value: of people and floors all, of states the worst.
ADDED: Final = ("tenants", "area_m2", f.PEOPLE_DAY, f.PEOPLE_NIGHT)
COUNTS: Final = ("beds", "rooms", "stairs", "smoke_detectors", "smoke_detectors_needed")
FLAGS: Final = (
    "leased", "rcd", "simple_sprinkler", "remote_monitored", "electrical_monitored", "key_unit",
    "high_risk_unit",
)  # fmt: skip
VULNERABLE: Final = (
    "households", "empty_nest_elders", "left_behind_children", "old_weak_ill_disabled",
    "helper_assigned", "household_detectors",
)  # fmt: skip
#: A device's kind, and the flag that says the building has it working.
DEVICE_FLAGS: Final = {
    DeviceKind.RCD: "rcd",
    DeviceKind.SIMPLE_SPRINKLER: "simple_sprinkler",
    DeviceKind.REMOTE_MONITORING: "remote_monitored",
    DeviceKind.IOT: "remote_monitored",
    DeviceKind.ELECTRICAL_MONITORING: "electrical_monitored",
}
ENDS: Final = ("low", "high")  # of a number that a ledger tells as a range
DEVICE_COLUMNS: Final = [f.BUILDING_ID, "device", "installed", f.STATE]
PROVENANCE: Final = ("building_id", "column", "value", "source", "as_of", "source_row", "holds")


@dataclass(frozen=True)
class TownLedgers:
    """The ledgers of a town, as far as an assessment reads them; nothing in them names a person.

    Attributes
    ----------
    premises
        One row a building, in the order of the layer: what ledgers say beyond the layer's own
        columns, missing where they say nothing. Checklists stand in ``has_<code>``.
    provenance
        Every value that ledgers say of a column of the layer: `building_id`, `column`, `value`,
        `source`, `as_of`, `source_row`, `holds` (whether the layer now has it). Where the layer
        itself said otherwise, its value holds and stands here too.
    hazards, events
        The cases and their steps, as `weizhan.geo.ledgers.archive` gives them.
    incidents, inspections
        Past fires, and visits.
    units
        Organisations with their premises, and what they say of their duties.
    notices
        Talks, circulars and exposures.
    devices
        Technical means as listed: `building_id`, `device`, `installed`, `state`.
    station_provenance
        As `provenance`, of stations: what ledgers say of columns of their layer.
    """

    premises: pd.DataFrame
    provenance: pd.DataFrame
    hazards: pd.DataFrame
    events: pd.DataFrame
    incidents: pd.DataFrame
    inspections: pd.DataFrame
    units: pd.DataFrame
    notices: pd.DataFrame
    devices: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=DEVICE_COLUMNS))
    station_provenance: pd.DataFrame = field(default_factory=no_station_provenance)


def no_premises(count: int) -> pd.DataFrame:
    """Return premises of which nothing is known."""
    numbers = [*COUNTS, "tenants", "area_m2", *FLAGS, *VULNERABLE, *map(has, HazardCode)]
    table: dict[str, object] = {name: np.full(count, np.nan) for name in numbers}
    for name in ("danger_class", "systems_state", "gas_type", "checked_on"):
        table[name] = np.full(count, None, dtype=object)
    return pd.DataFrame(table)


def has(code: HazardCode | str) -> str:
    """Return the checklist column of a kind of hazard."""
    return f"has_{str(code).lower()}"


def read_town_ledgers(folder: Path, buildings: gpd.GeoDataFrame) -> TownLedgers:
    """Read what the ledgers of a town folder say.

    Parameters
    ----------
    folder
        Of the town; without an archive all tables are empty.
    buildings
        The layer, whose `building_id` the rows of ledgers were matched to.
    """
    ids = pd.Index(buildings[f.BUILDING_ID].astype(str))
    premises = no_premises(len(ids))
    told = pd.DataFrame(columns=[*PROVENANCE, *ENDS])
    if store_of(folder).exists():
        told = _told(folder, ids)
        _lay(premises, ids, _self_built(folder))
        _lay(premises, ids, _units(folder))
        _lay(premises, ids, _devices(folder))
        _lay(premises, ids, _vulnerable(folder))
    records = {
        name: read_records(folder, name)
        for name in ("hazards", "incidents", "inspections", "units", "notices")
    }
    return TownLedgers(
        premises,
        told,
        events=read_events(folder),
        devices=_placed(read_records(folder, "devices"))[DEVICE_COLUMNS],
        **records,
    )


def fill_buildings(
    buildings: gpd.GeoDataFrame, ledgers: TownLedgers
) -> tuple[gpd.GeoDataFrame, TownLedgers, list[Problem]]:
    """Fill what the layer of buildings leaves open; where it says otherwise, say so.

    Parameters
    ----------
    buildings
        The layer, with the columns of its schema.
    ledgers
        As `read_town_ledgers` gives them.

    Returns
    -------
    buildings, ledgers
        With the values filled, and the provenance completed by what the layer itself said.
    problems
        One a column: how many buildings ledgers filled, and how many they contradict.
    """
    told = ledgers.provenance
    if told.empty:
        return buildings, ledgers, []
    ids = pd.Index(buildings[f.BUILDING_ID].astype(str))
    filled, rows, problems = buildings.copy(), [], []
    for column, said in told.groupby("column", sort=True):
        last = said.drop_duplicates(f.BUILDING_ID, keep="last").set_index(f.BUILDING_ID)["value"]
        own = filled[column]
        new = pd.Series(ids.map(last), index=filled.index)
        if column != f.USE:
            new = pd.to_numeric(new, errors="coerce")
        fills = own.isna() & new.notna()
        for end in ENDS if column != f.USE else ():
            ends = said.drop_duplicates(f.BUILDING_ID, keep="last").set_index(f.BUILDING_ID)[end]
            told_end = pd.to_numeric(pd.Series(ids.map(ends), index=filled.index)).where(fills)
            if told_end.notna().any():
                name = f"{column}_{end}"
                filled[name] = told_end.fillna(filled.get(name, np.nan))
        differs = own.notna() & new.notna() & (own != new)
        filled[column] = own.where(~fills, new.astype(own.dtype) if own.dtype != object else new)
        settled = set(ids[own.notna()])
        holds = ~said[f.BUILDING_ID].isin(settled)
        holds &= ~said.duplicated(f.BUILDING_ID, keep="last")
        rows.append(said.assign(holds=holds))
        if differs.any():
            layer = pd.DataFrame({f.BUILDING_ID: ids[differs], "value": own[differs].to_numpy()})
            rows.append(layer.assign(column=column, source="layers.buildings", holds=True))
            problems.append(
                Problem("warning", "ledgers_differ", "buildings", column=str(column),
                        count=int(differs.sum()), value=str(ids[differs][0]))
            )  # fmt: skip
    whole = pd.concat(rows, ignore_index=True)[list(PROVENANCE)]
    return filled, replace(ledgers, provenance=whole), problems


def _told(folder: Path, ids: pd.Index) -> pd.DataFrame:
    """Return every value of a column of the layer that a ledger says, the latest last."""
    parts = []
    for kind in ("self-built", "warehouses"):
        rows = latest_versions(folder, kind)
        rows = rows[rows[f.BUILDING_ID].isin(ids)]
        columns = [name for name in LAYER_COLUMNS if name in rows.columns]
        if rows.empty:
            continue
        rows = rows.rename(columns={"from_source": "source"})
        origin = [f.BUILDING_ID, "source", "as_of", "source_row"]
        rows = _with_ends(rows, columns)
        ends = [f"{name}_{end}" for name in columns if name != f.USE for end in ENDS]
        if kind == "warehouses":  # several units of one building
            rows = _one_building(rows, origin, [*columns, *ends])
        for name in columns:
            own = ["value", *(end for end in ENDS if name != f.USE)]
            named = {name: "value"} | {f"{name}_{end}": end for end in own[1:]}
            one = rows[[*origin, *named]].rename(columns=named).dropna(subset="value")
            parts.append(one.assign(column=name, _order=one["as_of"].astype(str)))
    if not parts:
        return pd.DataFrame(columns=[*PROVENANCE, *ENDS])
    told = pd.concat([part.astype({"value": object}) for part in parts], ignore_index=True)
    told = told.sort_values(["_order"], kind="stable", ignore_index=True)
    # What is told exactly has no range, and an open end is not known.
    exact = told["low"].astype(float) == told["high"].astype(float)
    for end in ENDS:
        told[end] = told[end].astype(float).replace([np.inf, -np.inf], np.nan).mask(exact)
    return told.assign(holds=False)[[*PROVENANCE, *ENDS]]


def _with_ends(rows: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Add the ends of ranges to rows; an exact number is both, an open end is infinite."""
    added: dict[str, pd.Series] = {}
    for name in columns:
        if name == f.USE:
            continue
        ends = range_ends(rows[RANGES], name)
        told = ends.notna().any(axis=1)
        value = rows[name].astype(float)
        added[f"{name}_low"] = ends["low"].fillna(-np.inf).where(told, value)
        added[f"{name}_high"] = ends["high"].fillna(np.inf).where(told, value)
    return rows.assign(**added)


def _one_building(
    rows: pd.DataFrame, origin: Sequence[str], columns: Sequence[str]
) -> pd.DataFrame:
    """Return one row a building and source: people of all units, else what the last unit says."""
    by = rows.groupby([f.BUILDING_ID, "source"], sort=False)
    one = by[["as_of", "source_row", *columns]].last()
    for name in columns:
        if name.removesuffix("_low").removesuffix("_high") in ADDED:
            one[name] = by[name].sum(min_count=1)
    return one.reset_index()[[*origin, *columns]]


def _self_built(folder: Path) -> pd.DataFrame:
    rows = _placed(read_records(folder, "self-built"))
    names = [n for n in rows.columns if n in (*COUNTS, *FLAGS, "gas_type", "checked_on")]
    names += [n for n in rows.columns if n.startswith("has_")]
    return rows.groupby(f.BUILDING_ID)[names].last()


def _units(folder: Path) -> pd.DataFrame:
    """Return the units of each building as one: sums of counts, the worst of states."""
    rows = _placed(read_records(folder, "warehouses"))
    by = rows.groupby(f.BUILDING_ID)
    flags = [n for n in rows.columns if n.startswith("has_")] + ["key_unit", "high_risk_unit"]
    means = [n for n in rows.columns if n in FLAGS and n not in flags]
    parts = [
        by[flags].max(),
        by[means].min(),
        by[["tenants", "area_m2"]].sum(min_count=1),
        by[["checked_on"]].last(),
    ]
    for name, order in (("danger_class", DangerClass), ("systems_state", _WORST_FIRST)):
        rank = {str(code): at for at, code in enumerate(order)}
        worst = rows[name].map(rank).groupby(rows[f.BUILDING_ID]).min()
        parts.append(worst.map({at: code for code, at in rank.items()}).rename(name).to_frame())
    return pd.concat(parts, axis=1)


_WORST_FIRST: Final = (SystemState.NONE, SystemState.OFF, SystemState.FAULT, SystemState.GOOD)


def _devices(folder: Path) -> pd.DataFrame:
    """Return devices by building; those at fault or switched off count as installed for nothing."""
    rows = _placed(read_records(folder, "devices"))
    works = rows["state"].isna() | (rows["state"] == SystemState.GOOD)
    installed = rows["installed"].fillna(1.0)
    working = installed.where(works, 0.0)
    table = pd.DataFrame(index=pd.Index(rows[f.BUILDING_ID].unique(), name=f.BUILDING_ID))
    smoke = rows["device"] == DeviceKind.SMOKE_DETECTOR
    at = rows[f.BUILDING_ID]
    table["smoke_detectors"] = working[smoke].groupby(at[smoke]).sum()
    needed = rows["needed"].fillna(installed)
    table["smoke_detectors_needed"] = needed[smoke].groupby(at[smoke]).sum()
    for kind, flag in DEVICE_FLAGS.items():
        own = rows["device"] == kind
        there = (working[own] > 0).astype(float).groupby(at[own]).max()
        table[flag] = there.combine_first(table[flag]) if flag in table else there
    return table


def _vulnerable(folder: Path) -> pd.DataFrame:
    rows = _placed(read_records(folder, "vulnerable"))
    rows = rows.rename(columns={"smoke_detectors": "household_detectors"})
    return rows.groupby(f.BUILDING_ID)[list(VULNERABLE)].sum(min_count=1)


def _placed(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[rows[f.BUILDING_ID].notna()]


def _lay(premises: pd.DataFrame, ids: pd.Index, told: pd.DataFrame) -> None:
    """Lay a table by building over the premises; what it does not say stays."""
    if told.empty:
        return
    found = told.reindex(ids)
    for name in told.columns:
        values = found[name].reset_index(drop=True)
        if premises[name].dtype != object:
            values = values.astype("float64")
        premises[name] = values.where(values.notna(), premises[name])
