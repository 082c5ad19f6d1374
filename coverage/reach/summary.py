"""Shares covered, each with its denominator and how much of it is unknown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from ...geo.words import fields as f
from .. import columns as c


def coverage_of(buildings: pd.DataFrame, tier: str, *, standard_s: float) -> dict[str, Any]:
    """Return the coverage of some buildings by one tier.

    Parameters
    ----------
    buildings
        With the cover column of the tier and `people`.
    tier
        Name of the tier.
    standard_s
        Its standard in seconds.

    Returns
    -------
    dict
        ``buildings`` all, ``known_buildings`` whose cover could be computed;
        ``covered_buildings`` at typical values and ``…_low``, ``…_high`` at the slow and fast
        ones; ``share_buildings`` of the known ones, while its low and high ends count the
        unknown ones as uncovered and as covered. ``people`` of all buildings that tell them and
        ``people_unknown_buildings`` that do not; ``known_people`` of these in buildings with an
        answer, ``covered_people`` and ``share_people`` of them, ``late_people`` the rest;
        ``late_people_low`` are those whom even fast crews reach too late, ``late_people_high``
        all whom slow ones do or of whose building nothing is known. What is counted over nothing is
        None: not known, and not zero.
    """
    cover = buildings[c.cover(tier)].to_numpy(dtype=object)
    total = len(buildings)
    known = np.asarray(cover != c.Cover.UNKNOWN, dtype=bool)
    sure = np.asarray(cover == c.Cover.COVERED, dtype=bool)
    typical = sure | np.asarray(cover == c.Cover.LIKELY, dtype=bool)
    hopeful = typical | np.asarray(cover == c.Cover.DOUBTFUL, dtype=bool)
    unknown = int((~known).sum())
    answered = bool(known.any()) or not total
    people = buildings[c.PEOPLE].to_numpy(dtype=float, na_value=np.nan)
    given = ~np.isnan(people)
    counted = known & given
    told = bool(counted.any()) or not total
    return {
        "standard_s": standard_s,
        "buildings": total,
        "known_buildings": int(known.sum()),
        "covered_buildings": int(typical.sum()) if answered else None,
        "covered_buildings_low": int(sure.sum()) if answered else None,
        "covered_buildings_high": int(hopeful.sum()) + unknown if answered else None,
        "share_buildings": _share(typical.sum(), known.sum()),
        "share_buildings_low": _share(sure.sum(), total) if known.any() else None,
        "share_buildings_high": _share(hopeful.sum() + unknown, total) if known.any() else None,
        "people": int(people[given].sum()) if given.any() or not total else None,
        "known_people": int(people[counted].sum()) if told else None,
        "covered_people": int(people[counted & typical].sum()) if told else None,
        "share_people": _share(people[counted & typical].sum(), people[counted].sum()),
        "late_people": int(people[counted & ~typical].sum()) if told else None,
        "late_people_low": int(people[counted & ~hopeful].sum()) if told else None,
        "late_people_high": int(people[given & ~sure].sum()) if told else None,
        "people_unknown_buildings": int((~given).sum()),
    }


def coverage_by_use(
    buildings: pd.DataFrame, tier: str, *, standard_s: float
) -> dict[str, dict[str, Any]]:
    """Return `coverage_of` for each use; buildings of unknown use under ``"unknown"``.

    Parameters
    ----------
    buildings
        With `use`, the cover column of the tier and `people`.
    tier
        Name of the tier.
    standard_s
        Its standard in seconds.
    """
    use = buildings[f.USE].fillna("unknown")
    return {
        str(code): coverage_of(group, tier, standard_s=standard_s)
        for code, group in buildings.groupby(use, sort=True)
    }


def community_coverage(
    communities: gpd.GeoDataFrame, buildings: pd.DataFrame, tiers: Mapping[str, float]
) -> list[dict[str, Any]]:
    """Return the coverage of each community, and of the buildings that lie in none.

    Parameters
    ----------
    communities
        With `community_id` and `name`; the order of the answer.
    buildings
        With `community_id`, cover columns and `people`.
    tiers
        Standard in seconds by name.
    """
    found = []
    needed = [c.PEOPLE, *(c.cover(tier) for tier in tiers)]
    own = buildings[f.COMMUNITY_ID].fillna("")
    groups = dict(list(pd.DataFrame(buildings)[needed].groupby(own, sort=True)))
    none = buildings.iloc[:0]
    named = list(zip(communities[f.COMMUNITY_ID], communities[f.NAME], strict=True))
    if "" in groups and named:
        named.append(("", None))
    for identity, name in named:
        group = groups.get(identity, none)
        found.append(
            {
                "community_id": identity,
                "name": name if pd.notna(name) else None,
                "buildings": len(group),
                "coverage": {
                    tier: coverage_of(group, tier, standard_s=standard_s)
                    for tier, standard_s in tiers.items()
                },
            }
        )
    return found


def lane_state_counts(states: pd.DataFrame) -> dict[str, int]:
    """Return how many lanes are in each state."""
    count = states[c.STATE].value_counts().sort_index()
    return {str(state): int(number) for state, number in count.items()}


def _share(part: float, whole: float) -> float | None:
    return round(float(part) / float(whole), 4) if whole else None


def late_against(
    found: Mapping[str, Any] | None, whole: Mapping[str, Any] | None
) -> tuple[float, float, float] | None:
    """Return the share of people reached too late against that of all: value, low, high.

    Parameters
    ----------
    found
        Of a community, as `coverage_of` returns it.
    whole
        Of the whole town at the same time, alike.

    Returns
    -------
    tuple or None
        None where either is not known, or where nobody in the town is late.
    """
    if not found or not whole or not whole.get("late_people") or not whole.get("known_people"):
        return None
    if found.get("late_people") is None or not found.get("known_people"):
        return None
    town = whole["late_people"] / whole["known_people"]
    return (
        found["late_people"] / found["known_people"] / town,
        found["late_people_low"] / found["known_people"] / town,
        found["late_people_high"] / found["people"] / town,
    )
