"""What changed between two frozen periods, and why, community by community."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from ...geo.snapshots import Snapshot
from ...geo.words import fields as f
from .. import columns as c
from ..cases import OPEN, poisson_interval

FEW: Final = 10  # counts below this move by chance
LATE: Final = ("uncovered", "doubtful")
#: Columns of a lane that say whether vehicles pass it.
PASSABLE: Final = "fire_engine_limit"


@dataclass(frozen=True)
class Comparison:
    """Two periods of one town.

    Attributes
    ----------
    communities
        One row a community and one for the whole town: figures of both periods, `small` True
        where the change may well be chance.
    causes
        What is new or gone: `cause`, `subject`, `name`, `community`, `before`, `after`.
    buildings
        Buildings whose band or cover changed, with the likely cause.
    same_rules
        Whether both periods rest on the same numbers; if not, changes may be theirs.
    """

    communities: pd.DataFrame
    causes: pd.DataFrame
    buildings: pd.DataFrame
    same_rules: bool


def compare(before: Snapshot, after: Snapshot, *, tiers: tuple[str, ...]) -> Comparison:
    """Return what changed from one snapshot to another.

    Parameters
    ----------
    before, after
        Of the same town.
    tiers
        Whose cover is compared.
    """
    causes = pd.DataFrame(
        [*_stations(before, after), *_lanes(before, after), *_hazards(before, after),
         *_rules(before.rules, after.rules), *_calibration(before, after)],
        columns=["cause", "subject", "name", "community", "before", "after"],
    )  # fmt: skip
    return Comparison(
        communities=_communities(before, after, tiers),
        causes=causes,
        buildings=_buildings(before, after, tiers, causes),
        same_rules=not (causes["cause"] == "rule").any(),
    )


def _keyed(snapshot: Snapshot, layer: str, key: str) -> pd.DataFrame:
    frame = snapshot.layers[layer]
    return frame.drop_duplicates(key).set_index(frame[key].drop_duplicates().astype(str))


Cause = tuple[str, str, object, object, object, object]


def _stations(before: Snapshot, after: Snapshot) -> Iterator[Cause]:
    old, new = (_keyed(s, "stations", f.STATION_ID) for s in (before, after))
    for key in sorted(set(new.index) - set(old.index)):
        row = new.loc[key]
        yield "station_new", key, row[f.NAME], row[f.COMMUNITY_ID], None, row[f.TIER]
    for key in sorted(set(old.index) - set(new.index)):
        row = old.loc[key]
        yield "station_gone", key, row[f.NAME], row[f.COMMUNITY_ID], row[f.TIER], None
    for key in sorted(set(old.index) & set(new.index)):
        for name in (f.CREW_DAY, f.CREW_NIGHT, f.VEHICLE, f.TURNOUT_S):
            one, other = old.at[key, name], new.at[key, name]
            if _differ(one, other):
                row = new.loc[key]
                yield f"station_{name}", key, row[f.NAME], row[f.COMMUNITY_ID], one, other


def _lanes(before: Snapshot, after: Snapshot) -> Iterator[Cause]:
    old, new = (_keyed(s, "lanes", f.LANE_ID) for s in (before, after))
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


def _hazards(before: Snapshot, after: Snapshot) -> Iterator[Cause]:
    old, new = (_keyed(s, "hazards", "key") for s in (before, after))
    was = {k for k in old.index if old.at[k, "state"] in OPEN}
    now = {k for k in new.index if new.at[k, "state"] in OPEN}
    for key in sorted(now - was):
        row = new.loc[key]
        cause = "hazard_reopened" if key in old.index else "hazard_new"
        yield cause, key, row[f.BUILDING_ID], row["community"], None, row["code"]
    for key in sorted(was - now):
        row = old.loc[key]
        yield "hazard_closed", key, row[f.BUILDING_ID], row["community"], row["code"], None


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
    told = [s.summary["risk"].get("calibration_fires") for s in (before, after)]
    if told[0] != told[1]:
        yield "calibration", "calibration", None, None, told[0], told[1]


def _communities(before: Snapshot, after: Snapshot, tiers: tuple[str, ...]) -> pd.DataFrame:
    parts = []
    for snapshot, when in ((before, "before"), (after, "after")):
        buildings, hazards = snapshot.layers["buildings"], snapshot.layers["hazards"]
        names = _names(snapshot)
        place = buildings[f.COMMUNITY_ID].map(names, na_action="ignore")
        at = buildings[f.BUILDING_ID].astype(str)
        of_case = hazards[f.BUILDING_ID].map(dict(zip(at, place, strict=True)), na_action="ignore")
        of_case = of_case.where(of_case.notna(), hazards["community"])
        open_ = hazards["state"].isin(OPEN)
        figures: dict[str, Any] = {
            "buildings": place.groupby(place).size(),
            c.HARM_PER_YEAR: buildings[c.HARM_PER_YEAR].groupby(place).sum(),
            c.FIRES_PER_YEAR: buildings[c.FIRES_PER_YEAR].groupby(place).sum(),
            c.OPEN_HAZARDS: open_.groupby(of_case).sum(),
            "red_buildings": (buildings[c.RISK_BAND] == "red").groupby(place).sum(),
            "fires": buildings["fires_in_period"].groupby(place).sum(),
        }
        for tier in tiers:
            late = buildings[c.cover(tier)].isin(LATE)
            figures[f"{tier}_late_buildings"] = late.groupby(place).sum()
        table = pd.DataFrame(figures)
        table.loc[WHOLE] = table.sum()
        table.at[WHOLE, c.OPEN_HAZARDS] = float(open_.sum())
        table.at[WHOLE, "buildings"] = float(len(buildings))
        parts.append(table.add_suffix(f"_{when}"))
    both = pd.concat(parts, axis=1).fillna(0)
    both = both.loc[[*sorted(name for name in both.index if name != WHOLE), WHOLE]]
    for name in (c.OPEN_HAZARDS, "fires"):
        both[f"{name}_small"] = _by_chance(
            both[f"{name}_before"].to_numpy(dtype=float),
            both[f"{name}_after"].to_numpy(dtype=float),
        )
    columns = [column for name in figures for column in (f"{name}_before", f"{name}_after")]
    small = [f"{c.OPEN_HAZARDS}_small", "fires_small"]
    return both[[*columns, *small]].rename_axis("community").reset_index()


WHOLE: Final = "*"  # the row of the whole town


def _names(snapshot: Snapshot) -> dict[str, str]:
    frame = snapshot.layers["communities"]
    ids = frame[f.COMMUNITY_ID].astype(str)
    return dict(zip(ids, frame[f.NAME].where(frame[f.NAME].notna(), ids), strict=True))


def _by_chance(before: np.ndarray[Any, Any], after: np.ndarray[Any, Any]) -> Any:
    """Tell where a change of counts may be chance: few of both, or intervals that meet."""
    low, high = poisson_interval(before)
    low2, high2 = poisson_interval(after)
    meet = (low <= high2) & (low2 <= high)
    return (before != after) & (((before < FEW) & (after < FEW)) | meet)


def _buildings(
    before: Snapshot, after: Snapshot, tiers: tuple[str, ...], causes: pd.DataFrame
) -> pd.DataFrame:
    """Return the buildings that changed their band or their cover, each with its likely cause."""
    old, new = (_keyed(s, "buildings", f.BUILDING_ID) for s in (before, after))
    both = old.index.intersection(new.index)
    old, new = old.loc[both], new.loc[both]
    table = pd.DataFrame(
        {
            f.BUILDING_ID: both,
            f.NAME: new[f.NAME].to_numpy(),
            f.ADDRESS: new[f.ADDRESS].to_numpy(),
            "community": new[f.COMMUNITY_ID].map(_names(after), na_action="ignore").to_numpy(),
            "band_before": old[c.RISK_BAND].to_numpy(),
            "band_after": new[c.RISK_BAND].to_numpy(),
            "harm_before": old[c.HARM_PER_YEAR].to_numpy(),
            "harm_after": new[c.HARM_PER_YEAR].to_numpy(),
        }
    )
    changed = (table["band_before"] != table["band_after"]).to_numpy()
    for tier in tiers:
        one, other = old[c.cover(tier)].to_numpy(), new[c.cover(tier)].to_numpy()
        table[f"{tier}_cover_before"], table[f"{tier}_cover_after"] = one, other
        changed |= one != other
    why = _likely(old, new, tiers, causes)
    table["why"] = why
    return table[changed].sort_values("harm_after", ascending=False, ignore_index=True)


def _likely(
    old: pd.DataFrame, new: pd.DataFrame, tiers: tuple[str, ...], causes: pd.DataFrame
) -> list[str]:
    """Return the nearest cause of each building: its own hazards or data, its crew, else others."""
    cases = causes[causes["cause"].str.startswith("hazard_")]
    own = set(cases["name"].dropna().astype(str))
    rules = bool((causes["cause"].isin(["rule", "calibration"])).any())
    moved = pd.Series(False, index=old.index)
    for tier in tiers:
        time = c.response_time(tier)
        one, other = old[time].to_numpy(dtype=float), new[time].to_numpy(dtype=float)
        moved |= ~((np.abs(one - other) < 0.5) | (np.isnan(one) & np.isnan(other)))
    told = pd.Series(False, index=old.index)
    for name in (f.USE, f.FLOORS, c.PEOPLE, f.ELDERS, c.RISK_COMPLETENESS):
        told |= pd.Series(
            [_differ(a, b) for a, b in zip(old[name], new[name], strict=True)], index=old.index
        )
    return [
        "hazards" if key in own
        else "response" if moved[key]
        else "data" if told[key]
        else "rules" if rules
        else "others"
        for key in old.index
    ]  # fmt: skip


def _differ(one: object, other: object) -> bool:
    missing = [value is None or value != value for value in (one, other)]
    if any(missing):
        return not all(missing)
    return bool(one != other)
