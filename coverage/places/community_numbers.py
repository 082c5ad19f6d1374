"""What each community does against fire: people, visits, cases, help, drills, with denominators."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from ...geo.town import Town
from ...geo.words import Duty, YesNo
from ...geo.words import fields as f
from .estates import OLD
from .offices import HAS

TOLD: Final = (f.FIRE_STAFF, f.VOLUNTEERS, f.ENFORCEMENT_CASES, f.PUBLICITY_VISITS,
               f.AWARENESS_PCT)  # fmt: skip
HELP: Final = ("help_households", "helped_households", "help_unknown")
DRILLS: Final = ("drill_units", "drills_held", "drills_overdue", "drills_unknown")
PLACES: Final = ("estates", "old_estates", "old_unknown", "three_none_estates",
                 "three_none_unknown", "offices", "offices_whole")  # fmt: skip
#: Figures of a community, in the order in which they are told.
WORK: Final = ("people", *TOLD, *HELP, *DRILLS, *PLACES)


def community_work(
    town: Town, estates: pd.DataFrame, offices: pd.DataFrame, *, day: dt.date
) -> pd.DataFrame:
    """Return what is told of each community, one row each in the order of the layer.

    Parameters
    ----------
    town
        With communities, units and counts of vulnerable people.
    estates, offices
        From `estate_table` and `office_table`.
    day
        To which drills are due.

    Returns
    -------
    DataFrame
        Columns of `WORK`, by `community_id`. `help_households` are households of vulnerable
        people whose help is told of, `help_unknown` those where nobody said. Missing is unknown:
        helps and drills where no ledger tells any, places where there is no such layer.
    """
    communities = town.communities
    keys = communities[f.COMMUNITY_ID].astype(str)
    told = pd.DataFrame(
        {name: pd.to_numeric(communities[name], errors="coerce") for name in ("people", *TOLD)}
    ).set_axis(pd.Index(keys, name=f.COMMUNITY_ID))
    for table in (_help(town), _drills(town, day), _estates(estates), _offices(offices)):
        for name in table.columns:
            told[name] = table[name].reindex(keys).fillna(0.0) if len(table) else np.nan
    return told[list(WORK)].astype("float64")


def add_community_work(entries: list[dict[str, Any]], work: pd.DataFrame) -> None:
    """Add ``work`` to the summary of each community, None for what is unknown.

    Parameters
    ----------
    entries
        From `weizhan.coverage.reach.community_coverage`; changed in place. What lies in no
        community has no work of its own.
    work
        From `community_work`.
    """
    for entry in entries:
        key = str(entry["community_id"] or "")
        if key in work.index:
            row = work.loc[key]
            entry["work"] = {
                name: None if pd.isna(row[name]) else float(row[name]) for name in WORK
            }


def _help(town: Town) -> pd.DataFrame:
    """Return households of vulnerable people, and how many of them have a helper, by community."""
    rows = town.ledgers.premises[["households", "helper_assigned"]].set_axis(town.buildings.index)
    known = rows["households"].notna()
    both = known & rows["helper_assigned"].notna()
    table = pd.DataFrame(
        {
            HELP[0]: rows["households"].where(both, 0.0),
            HELP[1]: rows["helper_assigned"].where(both, 0.0),
            HELP[2]: rows["households"].where(known & ~both, 0.0),
        }
    )[known]
    return table.groupby(town.buildings[f.COMMUNITY_ID][known]).sum()


def _drills(town: Town, day: dt.date) -> pd.DataFrame:
    """Return the units of each community by their last drill: held in time, overdue, unknown."""
    units, key_days = town.ledgers.units, town.rules.duties.unit[Duty.DRILL].within_days
    last = pd.to_datetime(units["drill_date"], errors="coerce")
    last = last.where(last <= pd.Timestamp(day))
    key = pd.to_numeric(units["key_unit"], errors="coerce") == 1
    days = np.where(key, key_days.value if key_days else np.inf, town.rules.places.drill_days.value)
    since = (pd.Timestamp(day) - last).dt.days
    table = pd.DataFrame(
        {
            DRILLS[0]: 1.0,
            DRILLS[1]: (since <= days).astype(float),
            DRILLS[2]: (since > days).astype(float),
            DRILLS[3]: last.isna().astype(float),
        },
        index=units.index,
    )
    place = town.buildings.set_index(town.buildings[f.BUILDING_ID].astype(str))[f.COMMUNITY_ID]
    return table.groupby(units[f.BUILDING_ID].map(place)).sum()


def _estates(estates: pd.DataFrame) -> pd.DataFrame:
    none = estates[f.THREE_NONE]
    table = pd.DataFrame(
        {
            "estates": 1.0,
            "old_estates": (estates[OLD] == YesNo.YES).astype(float),
            "old_unknown": estates[OLD].isna().astype(float),
            "three_none_estates": (none == YesNo.YES).astype(float),
            "three_none_unknown": none.isna().astype(float),
        },
        index=estates.index,
    )
    return table.groupby(estates[f.COMMUNITY_ID]).sum()


def _offices(offices: gpd.GeoDataFrame) -> pd.DataFrame:
    whole = (offices[HAS] == len(f.OFFICE_ELEMENTS)).astype(float)
    table = pd.DataFrame({"offices": 1.0, "offices_whole": whole}, index=offices.index)
    return table.groupby(offices[f.COMMUNITY_ID]).sum()
