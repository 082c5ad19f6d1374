"""Fire lanes against the rule set: each finding with clause, measured value, limit, certainty.

Widths, heights, slopes and dead ends are findings about lanes; the distance to the wall, the ring
lane and the operation place are findings about buildings. Not checked, for want of data: spacing
of lanes, bearing strength, turning radius, and what stands between lane and wall.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from ...geo.ground import Network, Passage, Positions
from ...geo.rules import RuleSet
from ...geo.words import fields as f
from .building_checks import building_checks
from .findings import Certainty, Check, Result
from .lane_checks import dead_end_check, lane_checks


@dataclass(frozen=True)
class Compliance:
    """What was found.

    Attributes
    ----------
    findings
        `subject` (``lane`` or ``building``), `id`, `check`, `clause`, `measured` (NaN where
        nothing was measured), `limit`, `unit`, `certainty`; lanes first, in order of the checks.
    counts
        Indexed by check: `judged`, the subjects that the rule concerns; `found`, the findings
        among them, `certain`, `likely` and `unknown`; `unjudged`, subjects of which too little
        is known to say whether the rule concerns them or is kept, and which are not listed.
    aerial
        One row a high-rise, or a building of which that is not known: `building_id`, `measured`
        and `limit` metres of lane along a long side, `aerial_room` (``found``,
        ``likely_missing``, ``unknown``, ``height_unknown``), `clause`.
    """

    findings: pd.DataFrame
    counts: pd.DataFrame
    aerial: pd.DataFrame

    def as_record(self) -> dict[str, dict[str, int]]:
        """Return the counts as plain values, by check."""
        record: dict[str, dict[str, int]] = json.loads(self.counts.to_json(orient="index"))
        return record


def compliance(
    network: Network,
    lanes: gpd.GeoDataFrame,
    buildings: gpd.GeoDataFrame,
    positions: Positions,
    *,
    passage: Passage,
    rules: RuleSet,
    slopes: pd.DataFrame | None = None,
    turning_places: gpd.GeoDataFrame | None = None,
) -> Compliance:
    """Hold fire lanes and the lanes round buildings against the rule set.

    Parameters
    ----------
    network, lanes, buildings, positions
        Of a town; ``positions`` are those of the buildings.
    passage
        Of the fire engine, at typical values.
    rules
        Limits and clauses. Width, height and slope limits are those of the fire engine's
        profile, since GB 55037 asks that the vehicles in use fit while GB 50016 names 4 m.
    slopes
        From `weizhan.geo.ground.terrain.lane_slopes`, for lanes whose slope was not surveyed.
    turning_places
        Points or polygons of a survey of the whole town. Without it no dead end is more than
        ``unknown``, for our layers do not show turning places.

    Returns
    -------
    Compliance
        Where nothing was measured, a finding stands only when the class of the lane, or the
        rule set's other assumptions, do not rule it out.
    """
    results = [
        *lane_checks(lanes, rules, slopes),
        dead_end_check(network, lanes, passage, rules, turning_places),
        *building_checks(lanes, buildings, positions, passage, rules),
    ]
    findings = pd.concat([_table(r, rules) for r in results], ignore_index=True)
    by_certainty = findings.groupby(["check", "certainty"]).size().unstack(fill_value=0)
    counts = pd.DataFrame(
        {
            "judged": [int((r.concerned & ~r.unjudged).sum()) for r in results],
            "unjudged": [int(r.unjudged.sum()) for r in results],
        },
        index=pd.Index([str(r.check) for r in results], name="check"),
    )
    by_certainty = by_certainty.reindex(
        index=counts.index, columns=[str(c) for c in Certainty], fill_value=0
    )
    counts = counts.join(by_certainty.rename_axis(columns=None))
    counts.insert(1, "found", by_certainty.sum(axis=1))
    (operation,) = (r for r in results if r.check == Check.OPERATION_PLACE)
    return Compliance(findings, counts, _aerial(operation, rules))


def _aerial(result: Result, rules: RuleSet) -> pd.DataFrame:
    """Return what is known of the place for a ladder at each high-rise."""
    rows = np.flatnonzero(result.concerned | result.unjudged)
    room = np.select(
        [
            ~result.concerned,
            result.certainty == Certainty.LIKELY,
            result.certainty == Certainty.UNKNOWN,
        ],
        ["height_unknown", "likely_missing", "unknown"],
        default="found",
    )
    return pd.DataFrame(
        {
            f.BUILDING_ID: result.ids[rows],
            "measured": np.where(result.concerned, result.measured, np.nan)[rows],
            "limit": np.where(result.concerned, result.limit, np.nan)[rows],
            "aerial_room": room[rows].astype(object),
            "clause": rules.compliance.clause[result.check],
        }
    )


def _table(result: Result, rules: RuleSet) -> pd.DataFrame:
    rows = np.flatnonzero(result.certainty != "")
    return pd.DataFrame(
        {
            "subject": result.subject,
            "id": result.ids[rows],
            "check": str(result.check),
            "clause": rules.compliance.clause[result.check],
            "measured": result.measured[rows],
            "limit": result.limit[rows],
            "unit": result.unit,
            "certainty": result.certainty[rows].astype(object),
        }
    ).astype({"subject": object, "check": object, "clause": object, "unit": object})
