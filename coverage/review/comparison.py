"""What changed between two frozen periods, and why, community by community."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pandas as pd

from ...geo.arrays import Flags
from ...geo.snapshots import Snapshot
from ...geo.words import Period, read_period
from ...geo.words import fields as f
from ...geo.yardstick import Difference, IncomparableError, differences, incomparable
from .. import columns as c
from ..cases import OPEN, poisson_interval
from .causes import BUILDING_FACTS, causes_of, differing, keyed, place_of_rows
from .freezing import DEVICE_FACTS

FEW: Final = 10  # counts below this move by chance
LATE: Final = ("uncovered", "doubtful")
HARM_CHANGED: Final = 0.1  # share of its harm from which a building is listed
SLOWER_S: Final = 10.0  # of arrival, from which it is
ANSWERED_S: Final = 0.5  # below this two arrivals are the same
WHOLE: Final = "*"  # the row of the whole town
OUTSIDE: Final = ""  # the row of what lies in no community


@dataclass(frozen=True)
class Comparison:
    """Two periods of one town.

    Attributes
    ----------
    communities
        One row a community by its id, one for what lies in none (`OUTSIDE`) where anything does,
        and one for the whole town (`WHOLE`), which is the sum of the others: figures of both
        periods, missing where a community was not there; `small` True where the change may well
        be chance; `community` its name, `name_before` where it had another.
    causes
        What is new, gone or otherwise: `cause`, `subject`, `name`, `community`, `before`,
        `after`, and `buildings`: how many of the list below changed with it, missing where that
        cannot be told.
    buildings
        Buildings that changed their band, their cover, their harm or their arrival, each with
        `why` and the `subject` of the cause.
    differences
        How the two were not measured alike.
    withheld
        Figures of `communities` that must not be compared, and the key of the sentence that says
        why, of the catalogue's ``compare``.
    notes
        Keys of the same section: what an older snapshot did not keep, and so nobody can tell.
    """

    communities: pd.DataFrame
    causes: pd.DataFrame
    buildings: pd.DataFrame
    differences: tuple[Difference, ...]
    withheld: dict[str, str]
    notes: tuple[str, ...]

    @property
    def same_rules(self) -> bool:
        """Whether both rest on the same numbers; if not, changes may be theirs."""
        return not (self.causes["cause"] == "rule").any()


def compare(before: Snapshot, after: Snapshot, *, tiers: tuple[str, ...]) -> Comparison:
    """Return what changed from one snapshot to another.

    Parameters
    ----------
    before, after
        Of the same town.
    tiers
        Whose cover is compared, as far as it was measured alike.

    Raises
    ------
    IncomparableError
        When one of them is of a plan.
    """
    told = differences(before.yardstick, after.yardstick)
    if any(difference.part in ("plan_before", "plan_after") for difference in told):
        raise IncomparableError("error.compare_plan", told, one=before.period, other=after.period)
    before, after = _of_year(before), _of_year(after)
    left_out = incomparable(told, tiers)
    withheld = {late(tier): "standard" for tier in tiers if tier in left_out} | _fires(
        before, after
    )
    kept = tuple(tier for tier in tiers if tier not in left_out)
    causes = causes_of(before, after)
    buildings = _buildings(before, after, kept, causes)
    return Comparison(
        communities=_communities(before, after, tiers, withheld),
        causes=causes.assign(buildings=_counted(causes, buildings)),
        buildings=buildings,
        differences=told,
        withheld=withheld,
        notes=tuple(_notes(before, after)),
    )


def _of_year(snapshot: Snapshot) -> Snapshot:
    """Return a snapshot in which the indices of risk are missing if they are not of a year yet."""
    buildings = snapshot.layers["buildings"]
    untold = {n: np.nan for n in (c.HARM_INDEX, c.FIRES_INDEX) if n not in buildings}
    return replace(snapshot, layers={**snapshot.layers, "buildings": buildings.assign(**untold)})


def _notes(before: Snapshot, after: Snapshot) -> Iterator[str]:
    if any("fires" not in snapshot.layers for snapshot in (before, after)):
        yield "fires_located"
    if any(DEVICE_FACTS[0] not in snapshot.layers["buildings"] for snapshot in (before, after)):
        yield "no_facts"
    if any(one.layers["buildings"][c.HARM_INDEX].isna().all() for one in (before, after)):
        yield "no_year"


def late(tier: str) -> str:
    """Return the figure that counts the buildings which a tier reaches too late."""
    return f"{tier}_late_buildings"


def _fires(before: Snapshot, after: Snapshot) -> dict[str, str]:
    """Return why fires must not be compared: of periods of other lengths, or not over."""
    one, other = (read_period(snapshot.period) for snapshot in (before, after))
    if one.months != other.months:
        return {"fires": "fires_lengths"}
    over = [_over(snapshot, period) for snapshot, period in ((before, one), (after, other))]
    return {} if all(over) else {"fires": "fires_unfinished"}


def _over(snapshot: Snapshot, period: Period) -> bool:
    return snapshot.date >= period.last


def _communities(
    before: Snapshot, after: Snapshot, tiers: tuple[str, ...], withheld: Collection[str]
) -> pd.DataFrame:
    whole = all("fires" in snapshot.layers for snapshot in (before, after))
    parts = [
        _figures(one, tiers, whole=whole, other=other)
        for one, other in ((before, after), (after, before))
    ]
    names = [_names(snapshot) for snapshot in (before, after)]
    there = sorted({*names[0], *names[1]}, key=lambda key: (names[1].get(key, ""), key))
    ids = [*there, OUTSIDE]
    rows = []
    for part, known in zip(parts, names, strict=True):
        table = part.reindex(ids)
        bare = [key not in part.index and (key in known or key == OUTSIDE) for key in ids]
        table.loc[bare] = np.where(part.isna().all(), np.nan, 0.0)  # there, and nothing in it
        rows.append(table)
    empty = not any(part.loc[OUTSIDE].any() for part in rows)
    both = pd.concat(
        [part.add_suffix(f"_{when}") for part, when in zip(rows, ("before", "after"), strict=True)],
        axis=1,
    )
    both.loc[WHOLE] = both.sum(min_count=1)
    if empty:
        both = both.drop(index=OUTSIDE)
    for name in withheld:
        both[[f"{name}_before", f"{name}_after"]] = np.nan
    small = (c.OPEN_HAZARDS, "fires")
    for name in small:
        both[f"{name}_small"] = _by_chance(both[f"{name}_before"], both[f"{name}_after"])
    ends = [f"{name}_{when}" for name in parts[0].columns for when in ("before", "after")]
    both = both[[*ends, *(f"{name}_small" for name in small)]].rename_axis(f.COMMUNITY_ID)
    told = [names[1].get(key, names[0].get(key)) for key in both.index]
    was = [names[0].get(key) for key in both.index]
    renamed = [a if a is not None and a != b else None for a, b in zip(was, told, strict=True)]
    both.insert(0, "community", told)
    both.insert(1, "name_before", renamed)
    return both.reset_index()


def _figures(
    snapshot: Snapshot, tiers: tuple[str, ...], *, whole: bool, other: Snapshot
) -> pd.DataFrame:
    """Return the figures of a period by the id of the community, `OUTSIDE` for none.

    Fires at no building count where the `whole` ledger of fires is frozen.
    """
    buildings, hazards = snapshot.layers["buildings"], snapshot.layers["hazards"]
    communities = keyed(snapshot, "communities", f.COMMUNITY_ID)
    place = buildings[f.COMMUNITY_ID].astype(object).map(str, na_action="ignore")
    place = place.where(place.isin(communities.index), OUTSIDE)
    at_case = place_of_rows(snapshot, hazards, other=other)
    figures: dict[str, Any] = {
        "buildings": place.groupby(place).size(),
        c.HARM_INDEX: buildings[c.HARM_INDEX].groupby(place).sum(min_count=1),
        c.FIRES_INDEX: buildings[c.FIRES_INDEX].groupby(place).sum(min_count=1),
        c.OPEN_HAZARDS: hazards["state"].isin(OPEN).groupby(at_case).sum(),
        "red_buildings": (buildings[c.RISK_BAND] == "red").groupby(place).sum(),
    }
    if whole:
        fires = snapshot.layers["fires"]
        figures["fires"] = fires.groupby(place_of_rows(snapshot, fires, other=other)).size()
    else:
        figures["fires"] = buildings["fires_in_period"].groupby(place).sum()
    for tier in tiers:
        figures[late(tier)] = buildings[c.cover(tier)].isin(LATE).groupby(place).sum()
    table = pd.DataFrame(figures).astype(float)
    counts = table.columns.drop([c.HARM_INDEX, c.FIRES_INDEX])
    table[counts] = table[counts].fillna(0.0)
    table = table.where(table["buildings"] > 0, table.fillna(0.0))
    for name, column in ((c.OPEN_HAZARDS, c.OPEN_HAZARDS), ("fires", c.PAST_FIRES)):
        if column in buildings and buildings[column].isna().all():
            table[name] = np.nan  # nobody gave the ledger
    for tier in tiers:
        if (buildings[c.cover(tier)] == c.Cover.UNKNOWN).all():
            table[late(tier)] = np.nan
    return table


def _names(snapshot: Snapshot) -> dict[str, str]:
    """Return the names of the communities by id; one without a name is called by its id."""
    frame = snapshot.layers["communities"]
    ids = frame[f.COMMUNITY_ID].astype(str)
    return dict(zip(ids, frame[f.NAME].where(frame[f.NAME].notna(), ids), strict=True))


def _by_chance(before: pd.Series[float], after: pd.Series[float]) -> Any:
    """Tell where a change of counts may be chance: few of both, or intervals that meet."""
    known = (before.notna() & after.notna()).to_numpy()
    one, other = (np.asarray(part.fillna(0), dtype=np.float64) for part in (before, after))
    low, high = poisson_interval(one)
    low2, high2 = poisson_interval(other)
    meet = (low <= high2) & (low2 <= high)
    return known & (one != other) & (((one < FEW) & (other < FEW)) | meet)


def _buildings(
    before: Snapshot, after: Snapshot, tiers: tuple[str, ...], causes: pd.DataFrame
) -> pd.DataFrame:
    """Return the buildings that changed, each with its likely cause."""
    old, new = (keyed(s, "buildings", f.BUILDING_ID) for s in (before, after))
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
            "harm_before": old[c.HARM_INDEX].to_numpy(),
            "harm_after": new[c.HARM_INDEX].to_numpy(),
        }
    )
    ranked = (table["band_before"] != table["band_after"]).to_numpy()
    own = causes[causes["cause"].str.startswith("hazard_") | (causes["cause"] == "device")]
    worse = _beyond(table["harm_before"], table["harm_after"])
    changed = ranked | worse | both.isin(_at(own))
    for tier in tiers:
        one, other = old[c.cover(tier)].to_numpy(), new[c.cover(tier)].to_numpy()
        table[f"{tier}_cover_before"], table[f"{tier}_cover_after"] = one, other
        changed |= (one != other) | _moved(old, new, tier, SLOWER_S)
    likely = _likely(old, new, tiers, causes)
    table["why"] = [
        "unexplained" if why == "others" and far else why
        for (why, _), far in zip(likely, worse, strict=True)
    ]
    table["subject"] = [subject or None for _, subject in likely]
    return table[changed].sort_values("harm_after", ascending=False, ignore_index=True)


def _at(causes: pd.DataFrame) -> list[str]:
    """Return the buildings of causes that lie at one: hazards name it, facts have it as subject."""
    cases = causes["cause"].str.startswith("hazard_")
    return causes[f.NAME].where(cases, causes["subject"]).dropna().astype(str).tolist()


def _beyond(before: pd.Series[float], after: pd.Series[float]) -> Flags:
    """Tell where harm changed by more than `HARM_CHANGED`, or is known in one period only."""
    one, other = before.to_numpy(dtype=float), after.to_numpy(dtype=float)
    far = np.abs(other - one) > HARM_CHANGED * np.maximum(np.abs(one), np.abs(other))
    return np.where(np.isnan(one) | np.isnan(other), np.isnan(one) != np.isnan(other), far)


def _moved(old: pd.DataFrame, new: pd.DataFrame, tier: str, by_s: float) -> Flags:
    """Tell where the first crew of a tier comes sooner or later by so many seconds, or not now."""
    name = c.response_time(tier)
    one, other = old[name].to_numpy(dtype=float), new[name].to_numpy(dtype=float)
    still = (np.abs(one - other) < by_s) | (np.isnan(one) & np.isnan(other))
    return np.asarray(~still)


def _likely(
    old: pd.DataFrame, new: pd.DataFrame, tiers: tuple[str, ...], causes: pd.DataFrame
) -> list[tuple[str, str]]:
    """Return the nearest cause of each building and its subject.

    Its own hazards, its devices, a station that comes first or came first, the way there, its
    data, rules; what remains comes through others.
    """
    told = [
        (
            "hazards",
            _subjects(causes[causes["cause"].str.startswith("hazard_")], f.NAME, "subject"),
        ),
        ("devices", _subjects(causes[causes["cause"] == "device"], "subject", f.NAME)),
        ("station", _stations(old, new, tiers, causes)),
    ]
    rules = bool(causes["cause"].isin(["rule", "calibration"]).any())
    moved = dict.fromkeys(old.index, False)
    for tier in tiers:
        moved |= dict.fromkeys(old.index[_moved(old, new, tier, ANSWERED_S)], True)
    data = pd.Series(False, index=old.index)
    for name in (*BUILDING_FACTS, c.PEOPLE, c.RISK_COMPLETENESS):
        data |= differing(old, new, name)
    found = []
    for key in old.index:
        named = next(((why, of[key]) for why, of in told if key in of), None)
        rest = "response" if moved[key] else "data" if data[key] else "rules" if rules else "others"
        found.append(named or (rest, ""))
    return found


def _subjects(causes: pd.DataFrame, at: str, of: str) -> dict[str, str]:
    """Return what changed at each building, joined."""
    rows = causes.dropna(subset=[at]).astype({at: str, of: str})
    return {str(key): "; ".join(sorted(set(part[of]))) for key, part in rows.groupby(at)}


def _stations(
    old: pd.DataFrame, new: pd.DataFrame, tiers: tuple[str, ...], causes: pd.DataFrame
) -> dict[str, str]:
    """Return the changed station by which each building's arrival moved, if one is first there."""
    changed = causes.loc[causes["cause"].str.startswith("station_"), ["cause", "subject"]]
    ids = set(changed.loc[changed["cause"] != f"station_{f.NAME}", "subject"])
    found: dict[str, set[str]] = {}
    for tier in tiers:
        name = c.station(tier)
        if name not in old or name not in new:
            continue
        for key in old.index[_moved(old, new, tier, ANSWERED_S)]:
            by = {str(old.at[key, name]), str(new.at[key, name])} & ids
            if by:
                found.setdefault(key, set()).update(by)
    return {key: "; ".join(sorted(by)) for key, by in found.items()}


def _counted(causes: pd.DataFrame, buildings: pd.DataFrame) -> list[float]:
    """Return how many of the listed buildings changed with each cause; missing if not told."""
    by_station = buildings.loc[buildings["why"] == "station", "subject"]
    subjects = [set(said.split("; ")) for said in by_station]
    listed = set(buildings[f.BUILDING_ID].astype(str))
    counts = []
    for cause, subject, name in zip(
        causes["cause"], causes["subject"], causes[f.NAME], strict=True
    ):
        at = name if cause.startswith("hazard_") else subject
        if cause.startswith("station_"):
            counts.append(float(sum(subject in of for of in subjects)))
        elif (cause.startswith("hazard_") or cause in ("device", "data")) and isinstance(at, str):
            counts.append(float(at in listed))
        else:
            counts.append(np.nan)
    return counts
