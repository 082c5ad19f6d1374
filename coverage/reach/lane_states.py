"""What is known of each lane at a moment: its state from dated reports, and how sure that is.

A report weighs as much as it can be trusted and loses half of that in a stated time; what it no
longer weighs goes back to what is usual for the class of lane and the time of day. No report is
no sign that a lane is clear.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from ...geo.arrays import Floats
from ...geo.ground import CLASS_WHEN_UNKNOWN, Conditions, column_read
from ...geo.rules import LaneStateRule, Reading, RuleSet, Scenario, TimeBand
from ...geo.town import Town
from ...geo.words import LaneClass, LaneState, When, parse_hours
from ...geo.words import fields as f
from .. import columns as c
from .speed_calibration import SpeedFit


def time_band(rules: RuleSet, scenario: Scenario, when: When | None = None) -> TimeBand:
    """Return the first time band of the rules whose hours hold the moment of a scenario."""
    return rules.time_band[time_band_name(rules, scenario, when)]


def time_band_name(rules: RuleSet, scenario: Scenario, when: When | None = None) -> str:
    """Return the name of the first time band whose hours hold the moment of a scenario.

    Parameters
    ----------
    rules
        With time bands.
    scenario
        A time of day on a day of the week.
    when
        The moment that is meant; without it an ordinary week.
    """
    if when is not None:
        return band_at(rules, when)
    for name, band in rules.time_band.items():
        if parse_hours(band.hours).open_at(scenario.weekday, scenario.time):
            return name
    return list(rules.time_band)[-1]


def band_at(rules: RuleSet, when: When) -> str:
    """Return the name of the first time band whose hours hold a moment, else of the last."""
    held = (name for name, band in rules.time_band.items() if when.holds(band.hours))
    return next(held, list(rules.time_band)[-1])


def lived_at(town: Town, scenario: Scenario, day: dt.date) -> When:
    """Return the moment by which hours are judged when a scenario is lived about a day.

    Parameters
    ----------
    town
        Whose calendar and place.
    scenario
        A time of day on a kind of day.
    day
        Of the assessment.
    """
    lived = scenario.lived_on(day, workdays=town.workdays)
    return When(dt.datetime.combine(lived, scenario.time), town.workdays, town.place)


def lane_states(town: Town, scenario: Scenario, *, day: dt.date) -> pd.DataFrame:
    """Return what is known of each lane on a day.

    Parameters
    ----------
    town
        With its lane reports. Of several reports about a lane the latest that is not later than
        the day, and has not expired by then, counts.
    scenario
        Its time of day says how often lanes of a class are occupied; those that a plan keeps
        clear never are unless somebody reports it.
    day
        The day of the assessment.

    Returns
    -------
    DataFrame
        One row a lane: `state` (`LaneState`, or ``"unknown"`` when no report weighs enough),
        `state_observed_on`, `remaining_width_m` left by the obstacle of the latest report, and
        `blocked_probability` that an obstacle narrows the lane.
    """
    rule = town.rules.lane_state
    band = time_band(town.rules, scenario, lived_at(town, scenario, day))
    lane_class = town.lanes[f.LANE_CLASS].fillna(CLASS_WHEN_UNKNOWN)
    prior = {code: band.blocked_on(LaneClass(code)).value for code in lane_class.unique()}
    usual = lane_class.map(prior).to_numpy(dtype=float)
    if f.KEPT_CLEAR in town.lanes:
        usual[town.lanes[f.KEPT_CLEAR].to_numpy(dtype=bool)] = 0.0
    latest = _latest(town, day)
    weight = np.zeros(len(town.lanes))
    weight[latest.index] = _weight(latest["age_days"].to_numpy(dtype=float), rule)
    occupied = np.zeros(len(town.lanes))
    occupied[latest.index] = latest[f.STATE] != LaneState.CLEAR
    state = np.full(len(town.lanes), c.UNKNOWN_STATE, dtype=object)
    fresh = latest.index[weight[latest.index] >= rule.believed.value]
    state[fresh] = latest.loc[fresh, f.STATE]
    table = pd.DataFrame(
        {
            c.STATE: state,
            c.STATE_OBSERVED_ON: None,
            c.REMAINING_WIDTH_M: np.nan,
            c.BLOCKED_PROBABILITY: weight * occupied + (1 - weight) * usual,
        },
        index=town.lanes.index,
    ).astype({c.STATE_OBSERVED_ON: object})
    table.loc[latest.index, c.STATE_OBSERVED_ON] = latest[f.OBSERVED_ON]
    for name in latest.columns:  # with the ends of a width that is told as a range
        if name.startswith(f.REMAINING_WIDTH_M):
            table.loc[latest.index, name] = latest[name]
    return table


def left_m(states: pd.DataFrame, rules: RuleSet, reading: Reading = "typical") -> Floats:
    """Return the clear width that an obstacle leaves on each lane, ``(lanes,)`` metres.

    As reported; where nobody measured, the rule set's value under the reading.

    Parameters
    ----------
    states
        From `lane_states`.
    rules
        The width that an obstacle leaves where nobody measured it.
    reading
        Which end of that width.
    """
    assumed = rules.lane_state.left_m.read(reading, more_is="faster")
    told = column_read(states, c.REMAINING_WIDTH_M, reading, more_is="faster", beyond=assumed)
    return np.where(np.isnan(told), assumed, told)


def conditions(
    town: Town,
    scenario: Scenario,
    states: pd.DataFrame,
    reading: Reading = "typical",
    *,
    day: dt.date,
    speeds: SpeedFit | None = None,
) -> Conditions:
    """Return what holds on the lanes at the moment of a scenario, about a day.

    Lanes whose latest report is believed and says so are occupied; under the fast reading they
    are not, as the obstacle may have gone. Hours that cannot be read keep nothing shut, except
    that under the slow reading a gate with hours nobody understands is locked. Vehicles are
    slower by the time of day and, where ``speeds`` were fitted to observed arrivals, by those.
    """
    reported = states[c.STATE].isin([LaneState.BLOCKED, LaneState.NARROWED]).to_numpy()
    occupied = reported & (reading != "fast")
    when = lived_at(town, scenario, day)
    band = time_band(town.rules, scenario, when)
    held = _holds(town.lanes[f.CLOSED_HOURS], when)
    open_ = _holds(town.barriers[f.OPEN_HOURS], when)
    locked = open_.eq(False).to_numpy(dtype=bool)
    if reading == "slow":
        locked |= (open_.isna() & town.barriers[f.OPEN_HOURS].notna()).to_numpy(dtype=bool)
    return Conditions(
        left_m=np.where(occupied, left_m(states, town.rules, reading), np.nan),
        shut=held.eq(True).to_numpy(dtype=bool),
        slowdown=slowdown(town, band, reading, speeds),
        locked=locked,
        when=when,
    )


def slowdown(
    town: Town, band: TimeBand | None, reading: Reading, speeds: SpeedFit | None = None
) -> Floats:
    """Return how many times longer vehicles take on each lane, ``(lanes,)``.

    Parameters
    ----------
    town
        With its lanes.
    band
        The time of day; without it as at all hours together.
    reading
        Of the slowdown by the time of day and of fitted speeds.
    speeds
        Fitted to observed arrivals.
    """
    lane_class = town.lanes[f.LANE_CLASS].fillna(CLASS_WHEN_UNKNOWN)
    by_hour = {} if band is None else band.slowdown
    factor = {
        code: by_hour[LaneClass(code)].read(reading, more_is="slower")
        for code in lane_class.unique()
        if code in by_hour
    }
    by_time: Floats = lane_class.map(factor).fillna(1.0).to_numpy(dtype=float)
    by_fit: Floats = lane_class.map(_fitted(speeds, reading)).fillna(1.0).to_numpy(dtype=float)
    return by_time * by_fit


def _fitted(speeds: SpeedFit | None, reading: Reading) -> dict[str, float]:
    """Return the fitted factors on travel time by class of lane, under a reading."""
    if speeds is None or not speeds.fitted:
        return {}
    table = speeds.table[speeds.table["fitted"]]
    column = {"typical": "factor", "fast": "low", "slow": "high"}[reading]
    return {str(code): float(value) for code, value in table[column].items()}


def _holds(hours: pd.Series[str], when: When) -> pd.Series[bool]:
    """Return whether the moment lies within each place's hours, None where that is not known."""
    known = {text: when.holds(text) for text in hours.dropna().unique()}
    return hours.map(known).astype(object)


def _latest(town: Town, day: dt.date) -> pd.DataFrame:
    """Return the latest valid report about each lane, by row of the lane."""
    reports = town.lane_reports
    told = pd.DataFrame(reports.drop(columns=f.GEOMETRY)).assign(lane=town.report_positions.lane)
    told["age_days"] = (pd.Timestamp(day) - pd.to_datetime(told[f.OBSERVED_ON])).dt.days
    gone = pd.to_datetime(told[f.EXPIRES_ON]) < pd.Timestamp(day)
    told = told[(told["lane"] >= 0) & (told["age_days"] >= 0) & ~gone]
    told = told.sort_values([f.OBSERVED_ON, f.REPORT_ID], kind="stable")
    return told.drop_duplicates("lane", keep="last").set_index("lane")


def _weight(age_days: Floats, rule: LaneStateRule) -> Floats:
    return rule.trust.value * 0.5 ** (age_days / rule.half_life_days.value)
