"""Predicted arrivals against recorded ones that the prediction has not seen.

Speeds are fitted without the records that are then predicted: once the last part of the time is
predicted from what came before, once either half of the communities from the other. What is
predicted is what pages say: the first crew, its typical time, the range between the fast and the
slow reading, and the chance to come within the standard.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import betaincinv

from ...geo.arrays import Flags, Floats
from ...geo.ledgers import SECONDS
from ...geo.town import Town
from ...geo.words import fields as f
from ..keyed import keys_of, uniforms
from .arrival_records import SOURCE, STATION, ArrivalRecords, arrival_records
from .observed import (
    FIRST_TIER,
    SpeedEvidence,
    crew_seconds,
    first_station,
    speed_evidence,
    station_turnout_s,
)
from .probability import arrival_probability
from .response import READINGS, access_s
from .speed_calibration import SpeedFit

SPLITS: Final = ("later", "elsewhere")
SURE: Final = 0.95  # of the intervals of what was counted


@dataclass(frozen=True)
class Validation:
    """How predictions hold against recorded arrivals.

    Attributes
    ----------
    records
        One row a record and split: `arrival_id`, `source`, `split`, `tier`, `observed_s`,
        `predicted_s`, `low_s`, `high_s`, `standard_s`, `in_time_probability`, `inside`.
    scores
        One row a split and tier, and `all` tiers; see `score`.
    left_out
        Records that say nothing, by reason.
    found, predicted
        How many records there are that say something, and how many of them were predicted.
    speeds
        Fitted to all records, as every other command uses them.
    """

    records: pd.DataFrame
    scores: pd.DataFrame
    left_out: dict[str, int]
    found: int
    predicted: int
    speeds: SpeedFit

    @property
    def told(self) -> dict[str, Any]:
        """The figures as plain values, without the records."""
        scores = self.scores.astype(object).where(self.scores.notna(), None)
        return {
            "found": self.found,
            "predicted": self.predicted,
            "left_out": self.left_out,
            "speeds_fitted": self.speeds.fitted,
            "scores": scores.to_dict("records"),
        }


def validate(town: Town, *, seed: int = 1) -> Validation:
    """Predict every recorded arrival from others, and say how well that holds.

    Parameters
    ----------
    town
        With recorded arrivals.
    seed
        Of the halves of the communities, and of the fits.
    """
    records = arrival_records(town)
    evidence = speed_evidence(town, records)
    parts = [
        _predicted(town, records, evidence, (split, seen, asked), seed=seed)
        for split in SPLITS
        for seen, asked in _parts(town, records, split, seed)
        if asked.any()
    ]
    table = pd.concat(parts, ignore_index=True) if parts else _nothing()
    return Validation(
        table,
        _scores(town, table),
        records.left_out,
        len(records.table),
        table.loc[table["predicted_s"].notna(), "arrival_id"].nunique(),
        evidence.fit(np.ones(len(records.table), dtype=bool), town, seed=seed),
    )


def score(observed: Floats, table: pd.DataFrame) -> dict[str, Any]:
    """Return how predictions hold against what was recorded.

    Parameters
    ----------
    observed
        ``(n,)`` seconds, all known.
    table
        ``(n,)`` rows with `predicted_s`, `low_s`, `high_s` (NaN where the slow reading finds no
        way), `standard_s` and `in_time_probability`.

    Returns
    -------
    dict
        `n`; `observed_median_s`, `predicted_median_s`, `median_error` (predicted by observed, less
        1); `mae_s`, mean absolute error; `inside`, share between low and high, with its interval;
        `in_time_observed`, share within the standard, with its interval; `in_time_predicted`, the
        mean probability. Intervals are Jeffreys' of 95 %.
    """
    predicted = table["predicted_s"].to_numpy(dtype=float)
    inside = within(observed, table)
    in_time = observed <= table["standard_s"].to_numpy(dtype=float)
    low, high = jeffreys(int(inside.sum()), len(inside))
    least, most = jeffreys(int(in_time.sum()), len(in_time))
    middle, told = float(np.median(observed)), float(np.median(predicted))
    return {
        "n": len(observed),
        "observed_median_s": middle,
        "predicted_median_s": told,
        "median_error": told / middle - 1,
        "mae_s": float(np.abs(predicted - observed).mean()),
        "inside": float(inside.mean()),
        "inside_low": low,
        "inside_high": high,
        "in_time_observed": float(in_time.mean()),
        "in_time_low": least,
        "in_time_high": most,
        "in_time_predicted": float(table["in_time_probability"].mean()),
    }


def within(observed: Floats, table: pd.DataFrame) -> Flags:
    """Return which times lie between the fast and the slow reading; parameters as for `score`."""
    slow = table["high_s"].fillna(np.inf).to_numpy(dtype=float)
    return np.asarray((observed >= table["low_s"].to_numpy(dtype=float)) & (observed <= slow))


def jeffreys(hits: int, n: int) -> tuple[float, float]:
    """Return Jeffreys' interval of a share (Brown, Cai and DasGupta 2001).

    Parameters
    ----------
    hits, n
        How many of how many.

    Examples
    --------
    >>> [round(x, 3) for x in jeffreys(8, 10)]
    [0.497, 0.956]
    >>> jeffreys(0, 0)
    (0.0, 1.0)
    """
    tail = (1 - SURE) / 2
    low = 0.0 if hits == 0 else float(betaincinv(hits + 0.5, n - hits + 0.5, tail))
    high = 1.0 if hits == n else float(betaincinv(hits + 0.5, n - hits + 0.5, 1 - tail))
    return low, high


def _parts(town: Town, records: ArrivalRecords, split: str, seed: int) -> list[tuple[Flags, Flags]]:
    """Return pairs of records that are fitted and records that are predicted."""
    if split == "later":
        when = records.table["time"]
        share = town.rules.validation.later_share.value
        first = when.quantile(1 - share) if when.notna().any() else pd.NaT
        later = (when > first).to_numpy()
        return [((when <= first).to_numpy(), later)]
    area = _communities(town, records)
    names = sorted(set(area) - {""})
    drawn = uniforms(keys_of(names), "half", seed=seed, draws=1)[:, 0]
    half = {names[k] for k in drawn.argsort()[: len(names) // 2]}
    one = np.array([name in half for name in area], dtype=bool)
    placed = area != ""
    return [(one & placed, ~one & placed), (~one & placed, one & placed)]


def _communities(town: Town, records: ArrivalRecords) -> npt.NDArray[np.object_]:
    """Return the community of each record's lane or building, "" where there is none."""
    building = pd.Index(town.buildings[f.BUILDING_ID]).get_indexer(records.table[f.BUILDING_ID])
    own = town.buildings[f.COMMUNITY_ID].fillna("").astype(str).to_numpy(dtype=object)
    return np.where(building >= 0, own[building], "")


def _predicted(
    town: Town,
    records: ArrivalRecords,
    evidence: SpeedEvidence,
    part: tuple[str, Flags, Flags],
    *,
    seed: int,
) -> pd.DataFrame:
    """Return the predictions of some records by speeds fitted to others."""
    split, seen, asked = part
    speeds = evidence.fit(seen, town, seed=seed)
    some = records.some(asked)
    times = {
        reading: crew_seconds(town, some, reading=reading, speeds=speeds) for reading in READINGS
    }
    station = first_station(town, some, times["typical"])
    named = some.table[STATION].to_numpy() >= 0
    rows = np.arange(len(station))

    def told(seconds: Floats, first: npt.NDArray[np.intp]) -> Floats:
        return np.where(first >= 0, seconds[first, rows], np.nan)

    bounds = {
        reading: told(times[reading], first_station(town, some, times[reading]))
        for reading in ("fast", "slow")
    }
    typical = told(times["typical"], station)
    tier = _tiers(town)[station]
    standard = np.array([town.rules.tier[name].standard_s.value for name in tier])
    return pd.DataFrame(
        {
            "arrival_id": some.table["arrival_id"],
            SOURCE: some.table[SOURCE],
            "split": split,
            "tier": tier,
            "station_named": named,
            "observed_s": some.table[SECONDS].to_numpy(dtype=float),
            "predicted_s": typical,
            "low_s": bounds["fast"],
            "high_s": bounds["slow"],
            "standard_s": standard,
            "in_time_probability": _in_time(town, some, station, typical, standard),
        }
    )


def _tiers(town: Town) -> npt.NDArray[np.object_]:
    """Return the tier of each station whose turnout it has: the farthest that it serves."""
    tier = {kind: name for name, rule in town.rules.tier.items() for kind in rule.station_tiers}
    return np.array([*town.stations[f.TIER].map(tier), FIRST_TIER], dtype=object)


def _in_time(
    town: Town,
    records: ArrivalRecords,
    station: npt.NDArray[np.intp],
    typical: Floats,
    standard: Floats,
) -> Floats:
    """Return the chance of each arrival to be within the standard, as pages say it."""
    turnout = [
        station_turnout_s(town, reading=reading)[station] for reading in ("fast", "typical", "slow")
    ]
    walk = np.nan_to_num(access_s(town.rules, records.place.access_m, "typical"))
    walk = walk + np.nan_to_num(
        access_s(town.rules, town.station_positions.access_m[station], "typical")
    )
    return arrival_probability(
        np.maximum(typical - turnout[1] - walk, 0),
        walk,
        (turnout[0], turnout[1], turnout[2]),
        standard_s=standard,
        cv=town.rules.response.travel_cv.value,
    )


def _scores(town: Town, table: pd.DataFrame) -> pd.DataFrame:
    rows = []
    known = table[table["predicted_s"].notna()]
    for split in SPLITS:
        own = known[known["split"] == split]
        tiers = [name for name in town.rules.tier if (own["tier"] == name).any()]
        for name in ("all", *tiers) if len(tiers) > 1 else tiers:
            part = own if name == "all" else own[own["tier"] == name]
            observed = part["observed_s"].to_numpy(dtype=float)
            rows.append({"split": split, "tier": name, **score(observed, part)})
    return pd.DataFrame(rows)


def _nothing() -> pd.DataFrame:
    names = ("arrival_id", SOURCE, "split", "tier", "station_named", "observed_s", "predicted_s",
             "low_s", "high_s", "standard_s", "in_time_probability")  # fmt: skip
    return pd.DataFrame({name: pd.Series(dtype=object) for name in names})
