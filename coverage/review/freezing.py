"""What a snapshot keeps of an assessment: enough to tell later what changed, and why."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from ...geo.ledgers import has
from ...geo.town import Town
from ...geo.words import HazardCode
from ...geo.words import fields as f
from ...geo.yardstick import digest_of
from ..assessment import Assessment
from .lists import located_cases, with_community

CASE = ("key", "code", "state", "found", "closed", "due_on", "major", "supervision_level",
        f.BUILDING_ID, "community")  # fmt: skip
FIRE = ("key", f.BUILDING_ID, "community")
#: What ledgers say of the premises of a building: its devices, and what else risk rests on.
DEVICE_FACTS: Final = (
    "smoke_detectors", "smoke_detectors_needed", "household_detectors", "simple_sprinkler", "rcd",
    "remote_monitored", "electrical_monitored", "systems_state",
)  # fmt: skip
FACTS: Final = (
    "beds", "rooms", "stairs", "tenants", "area_m2", "leased", "gas_type", "danger_class",
    *map(has, HazardCode),
)  # fmt: skip
#: Counts of people in need are not frozen by building, only whether they are the same.
IN_NEED: Final = "in_need_digest"
_IN_NEED: Final = (
    "households", "empty_nest_elders", "left_behind_children", "old_weak_ill_disabled",
    "helper_assigned",
)  # fmt: skip


def frozen_layers(
    town: Town, found: Assessment, *, first: dt.date, day: dt.date
) -> dict[str, pd.DataFrame]:
    """Return the layers of an assessment, its cases and the fires of the period, as frozen.

    Parameters
    ----------
    town, found
        A town and its assessment.
    first, day
        First day of the period, and the day of the assessment; fires in between are counted.
    """
    fires = town.ledgers.incidents
    when = pd.to_datetime(fires["started_at"]).dt.normalize()
    inside = fires[when.between(pd.Timestamp(first), pd.Timestamp(day))]
    count = inside[f.BUILDING_ID].dropna().astype(str).value_counts()
    ids = found.buildings[f.BUILDING_ID].astype(str)
    buildings = found.buildings.assign(
        fires_in_period=ids.map(count).fillna(0).astype("int64"), **_premises(town)
    )
    cases = located_cases(town, with_community(found.buildings, found.communities), day=day)
    layers: dict[str, pd.DataFrame] = {
        "buildings": _plain(buildings),
        "communities": _plain(found.communities),
        "lanes": _plain(found.lanes),
        "stations": _plain(found.stations),
        "hazards": _plain(cases[[name for name in CASE if name in cases.columns]]),
        "fires": _plain(inside[list(FIRE)]),
    }
    return layers


def _premises(town: Town) -> dict[str, np.ndarray[Any, Any]]:
    """Return what ledgers say of each building's premises, in the order of the buildings."""
    premises = town.ledgers.premises
    facts = {name: premises[name].to_numpy() for name in (*DEVICE_FACTS, *FACTS)}
    rows = premises[list(_IN_NEED)].itertuples(index=False, name=None)
    facts[IN_NEED] = np.array([digest_of([str(x) for x in row]) for row in rows], dtype=object)
    return facts


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame with plain strings where it held codes, without rows of files."""
    kept = frame.drop(columns=[f.SOURCE_ROW], errors="ignore").reset_index(drop=True)
    for name in kept.columns:
        if kept[name].dtype == object and name != f.GEOMETRY:
            kept[name] = kept[name].map(_word, na_action="ignore").astype(object)
            kept[name] = kept[name].where(kept[name].notna(), None)
    if isinstance(kept, gpd.GeoDataFrame):
        kept = kept.to_crs("EPSG:4326")
    return kept


def _word(value: object) -> object:
    return str(value) if isinstance(value, str) else value
