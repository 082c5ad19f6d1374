"""Why somebody should go where: due inspections, look-backs, samples, doors, lanes, listed cases.

Each kind of round is a function from what is known to rows of one shape: a place, a reason with
its values, and a weight. Weights order visits when time is short; they are risk times urgency, a
working rule and no measurement.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from ...geo.ledgers import read_events, read_records
from ...geo.rules import RuleSet
from ...geo.words import AlertLevel, HazardState, RiskBand, Use, Workdays
from ...geo.words import fields as f
from .. import columns as c
from ..assessment import Assessment
from ..cases import case_table, inspections_due, listed, look_back_due, overdue

HOMES: Final = (Use.RESIDENTIAL, Use.HIGH_RISE, Use.SELF_BUILT, Use.RURAL_SELF_BUILT)
LANE_ROW: Final = "lane_row"
CASE: Final = "case"
WHY: Final = "why"
VALUES: Final = "values"
WEIGHT: Final = "weight"
DUE_ON: Final = "due_on"
REASON_COLUMNS: Final = (f.BUILDING_ID, LANE_ROW, CASE, WHY, VALUES, WEIGHT, DUE_ON)
MOST: Final = 20.0  # times the mean: one building never outweighs a whole round
LEAST: Final = 0.05


class RoundKind(StrEnum):
    """The rounds that the work plans expect."""

    DUE = "due"
    COMMUNITY = "community"
    LOOK_BACK = "look_back"
    JOINT = "joint"
    OPEN_SECRET = "open_secret"
    HOLIDAY = "holiday"
    DOORS = "doors"
    LANES = "lanes"
    LISTED = "listed"


@dataclass(frozen=True)
class RoundFacts:
    """What rounds are made from.

    Attributes
    ----------
    found
        The assessment: risk, arrival, lanes.
    rules
        Of the town.
    cases, inspections, vulnerable
        The ledgers as they stand on the day.
    on
        The day.
    alert
        Fire-alert level of the period.
    workdays
        The calendar by which due days are put off.
    """

    found: Assessment
    rules: RuleSet
    cases: pd.DataFrame
    inspections: pd.DataFrame
    vulnerable: pd.DataFrame
    on: dt.date
    alert: AlertLevel
    workdays: Workdays | None = None


def read_facts(
    folder: Path,
    found: Assessment,
    rules: RuleSet,
    *,
    on: dt.date,
    alert: AlertLevel = AlertLevel.NORMAL,
    workdays: Workdays | None = None,
) -> RoundFacts:
    """Read a town's ledgers as they stand on a day.

    Parameters
    ----------
    folder
        Of the town, for its ledgers.
    found
        The assessment of the day.
    rules
        Of the town.
    on
        The day; later inspections do not count.
    alert
        Fire-alert level of the period.
    workdays
        The calendar by which due days are put off.
    """
    cases = case_table(read_records(folder, "hazards"), read_events(folder), on=on)
    inspections = read_records(folder, "inspections")
    past = pd.to_datetime(inspections["inspected_on"]) <= pd.Timestamp(on)
    return RoundFacts(
        found,
        rules,
        cases,
        inspections[past],
        read_records(folder, "vulnerable"),
        on,
        alert,
        workdays,
    )


def reasons_to_visit(
    kind: RoundKind,
    facts: RoundFacts,
    *,
    community: str | None = None,
    grid: pd.Index | None = None,
    sample: int | None = None,
    seed: int = 1,
) -> pd.DataFrame:
    """Return what a round of one kind would visit, the weightiest first.

    Parameters
    ----------
    kind
        Of round.
    facts
        From `read_facts`.
    community
        Only buildings of this community; needed for a community's turn unless a grid is given.
    grid
        Ids of the buildings of a grid; only these.
    sample, seed
        How many premises an open and secret check draws, and the seed that makes the draw
        reproducible.

    Returns
    -------
    DataFrame
        `building_id` or `lane_row`, `case` (key of a hazard, missing where the visit is about
        none), `why` (a code whose text is ``why.<code>``), `values` for that text, `weight`,
        `due_on`.
    """
    rows = _KINDS[kind](facts)
    buildings = facts.found.buildings
    if community is not None:
        inside = buildings.loc[buildings[f.COMMUNITY_ID] == community, f.BUILDING_ID]
        lanes = _lanes_of(facts.found, inside)
        rows = rows[rows[f.BUILDING_ID].isin(inside) | rows[LANE_ROW].isin(lanes)]
    if grid is not None:
        lanes = _lanes_of(facts.found, grid)
        rows = rows[rows[f.BUILDING_ID].isin(grid) | rows[LANE_ROW].isin(lanes)]
    if kind == RoundKind.OPEN_SECRET:
        rows = draw(rows, size=sample, seed=seed, floor=facts.rules.rounds.sample_floor.value)
    return rows.sort_values(
        [WEIGHT, f.BUILDING_ID, LANE_ROW], ascending=[False, True, True], ignore_index=True
    )


def draw(rows: pd.DataFrame, *, size: int | None, seed: int, floor: float) -> pd.DataFrame:
    """Draw premises without replacement, with chances that grow with their weight.

    The method is that of Efraimidis & Spirakis (2006, Information Processing Letters 97:181): each
    premises gets u^(1/w) from a uniform number u of the seeded generator, in the order of their
    ids, and the largest are taken. ``floor`` of the chance is shared out equally, so that every
    premises can be drawn.

    Returns
    -------
    DataFrame
        The rows drawn, with `draw_key`, `chance_weight` and the size of the population in
        `values`, so that the draw can be repeated by anybody.
    """
    ordered = rows.sort_values(f.BUILDING_ID, kind="stable", ignore_index=True)
    if ordered.empty:
        return ordered
    weight = ordered[WEIGHT].to_numpy(dtype=float)
    chance = (1 - floor) * weight / weight.sum() + floor / len(weight)
    key = np.random.default_rng(seed).random(len(chance)) ** (1 / chance)
    taken = np.argsort(-key, kind="stable")[: len(key) if size is None else size]
    drawn = ordered.iloc[np.sort(taken)].copy()
    drawn["draw_key"], drawn["chance_weight"] = key[np.sort(taken)], chance[np.sort(taken)]
    values_drawn: list[Any] = [
        {**values, "seed": seed, "population": len(ordered), "size": len(taken)}
        for values in drawn[VALUES]
    ]
    drawn[VALUES] = values_drawn
    return drawn.reset_index(drop=True)


def risk_weight(found: Assessment) -> pd.Series[float]:
    """Return the weight of each building by id: its risk against the mean, at most `MOST`.

    Unknown risk counts as the mean.
    """
    harm = found.buildings.set_index(f.BUILDING_ID)[c.HARM_INDEX].astype(float)
    mean = harm.mean()
    share = harm / mean if mean > 0 else harm * np.nan
    weight: pd.Series[float] = share.fillna(1.0).clip(LEAST, MOST)
    return weight


def _due(facts: RoundFacts) -> pd.DataFrame:
    due = inspections_due(
        _bands(facts.found), facts.inspections,
        rules=facts.rules.supervision, alert=facts.alert, on=facts.on, workdays=facts.workdays,
    )  # fmt: skip
    due = due[due["due"]]
    never = due["inspected_on"].isna()
    return _rows(
        due[f.BUILDING_ID],
        why=np.where(never, "never", "due"),
        values=[
            {"band": band, "days": int(days), "late": int(over)}
            for band, days, over in zip(
                due["band"], due["interval_days"], due["days_overdue"].fillna(0), strict=True
            )
        ],
        weight=due[f.BUILDING_ID].map(risk_weight(facts.found)) * due["urgency"],
        due_on=due["due_on"],
    )


def _turn(facts: RoundFacts) -> pd.DataFrame:
    ids = facts.found.buildings[f.BUILDING_ID]
    last = pd.to_datetime(ids.map(_last_inspected(facts)))
    days = (pd.Timestamp(facts.on) - last).dt.days
    return _rows(
        ids,
        why=np.where(last.isna(), "turn_never", "turn"),
        values=[{"days": None if np.isnan(d) else int(d)} for d in days.to_numpy(dtype=float)],
        weight=ids.map(risk_weight(facts.found)) * (1 + days.fillna(730).clip(0, 730) / 365),
    )


def _look_back(facts: RoundFacts) -> pd.DataFrame:
    after = facts.rules.supervision.look_back_days.value
    due = look_back_due(facts.cases, on=facts.on, after_days=after, workdays=facts.workdays)
    return _of_cases(facts, due, "look_back", due["look_back_on"])


def _joint(facts: RoundFacts) -> pd.DataFrame:
    still = facts.cases[facts.cases["state"] != HazardState.CLOSED]
    shared = still[still["partner_dept"].notna()]
    return _of_cases(facts, shared, "joint", shared["due_on"], "partner_dept")


def _premises(facts: RoundFacts) -> pd.DataFrame:
    buildings = facts.found.buildings
    ids = buildings.loc[buildings[f.USE].notna() & ~buildings[f.USE].isin(HOMES), f.BUILDING_ID]
    weight = ids.map(risk_weight(facts.found))
    return _rows(ids, why="drawn", values=[{} for _ in ids], weight=weight)


def _holiday(facts: RoundFacts) -> pd.DataFrame:
    """Worrying premises and objects: high risk, overdue or listed cases, new business forms."""
    buildings = facts.found.buildings
    red = buildings.loc[buildings[c.RISK_BAND] == RiskBand.RED, f.BUILDING_ID]
    new = buildings.loc[
        buildings[f.USE].isin(facts.rules.use_groups.new_business_forms), f.BUILDING_ID
    ]
    soon = facts.on + dt.timedelta(days=facts.rules.rounds.holiday_ahead_days.value)
    late = overdue(facts.cases, on=soon, workdays=facts.workdays)
    risk = risk_weight(facts.found)
    return pd.concat(
        [
            _rows(red, why="red", values=[{} for _ in red], weight=red.map(risk)),
            _rows(new, why="new_form", values=[{} for _ in new], weight=new.map(risk)),
            _of_cases(facts, late, "case_late", late["due_on"]),
            _listed(facts),
        ],
        ignore_index=True,
    )


def _doors(facts: RoundFacts) -> pd.DataFrame:
    """Vulnerable households x no detector x slow arrival; what nobody counted is lacking."""
    counts = facts.vulnerable.dropna(subset=[f.BUILDING_ID])
    homes = counts.groupby(f.BUILDING_ID)[["households", "smoke_detectors"]].sum(min_count=1)
    without = (homes["households"] - homes["smoke_detectors"].fillna(0)).clip(lower=0)
    without = without[without > 0]
    buildings = facts.found.buildings.set_index(f.BUILDING_ID)
    name = c.arrival_probability("micro")
    on_time = buildings[name].astype(float) if name in buildings else pd.Series(dtype=float)
    late = (1 - without.index.to_series().map(on_time)).fillna(0.5)
    return _rows(
        without.index,
        why="door",
        values=[
            {"households": int(n), "late": round(100 * p)}
            for n, p in zip(without, late, strict=True)
        ],
        weight=without.to_numpy() * (0.5 + late.to_numpy()),
    )


def _lanes(facts: RoundFacts) -> pd.DataFrame:
    lanes = facts.found.lanes.reset_index(drop=True)
    rank = lanes[c.KEEP_CLEAR_RANK].astype(float)
    listed_ = rank <= facts.rules.rounds.lanes_listed.value
    blocked = lanes[c.STATE].isin(("blocked", "narrowed"))
    taken = lanes[listed_ | blocked]
    return pd.DataFrame(
        {
            f.BUILDING_ID: None,
            LANE_ROW: taken.index.to_numpy(dtype=float),
            CASE: None,
            WHY: np.where(blocked[taken.index], "lane_blocked", "lane_listed"),
            VALUES: [
                {"rank": None if np.isnan(r) else int(r), "lane": str(i)}
                for r, i in zip(rank[taken.index], taken[f.LANE_ID], strict=True)
            ],
            WEIGHT: taken[c.KEEP_CLEAR_SCORE].astype(float).fillna(0).to_numpy() + 0.1,
            DUE_ON: pd.NaT,
        },
        columns=list(REASON_COLUMNS),
    )


def _listed(facts: RoundFacts) -> pd.DataFrame:
    under = listed(facts.cases, on=facts.on, workdays=facts.workdays)
    under = under[under["status"] != "lifted"]
    return _of_cases(facts, under, "listed", under["listed_due_on"], "supervision_level")


def _of_cases(
    facts: RoundFacts, cases: pd.DataFrame, why: str, due_on: pd.Series, named: str = "code"
) -> pd.DataFrame:
    """Return one reason a case; cases that stand at no known building are left to the ledgers."""
    placed = cases[f.BUILDING_ID].notna().to_numpy()
    cases, due = cases[placed], pd.to_datetime(due_on)[placed]
    days = (pd.Timestamp(facts.on) - due).dt.days.fillna(0)
    risk = cases[f.BUILDING_ID].map(risk_weight(facts.found)).fillna(1.0)
    return _rows(
        cases[f.BUILDING_ID],
        why=why,
        values=[
            {"code": code, "case": key, "named": told_as, "late": int(late)}
            for code, key, told_as, late in zip(
                cases["code"], cases["key"], cases[named], days, strict=True
            )
        ],
        weight=risk * (1 + days.clip(0, 365) / 30),
        due_on=due,
        case=cases["key"],
    )


def _rows(
    ids: Any,
    *,
    why: Any,
    values: list[dict[str, Any]],
    weight: Any,
    due_on: Any = pd.NaT,
    case: Any = None,
) -> pd.DataFrame:
    count = len(values)
    table = {
        f.BUILDING_ID: np.asarray(ids, dtype=object),
        LANE_ROW: np.full(count, np.nan),
        CASE: np.asarray(case, dtype=object) if case is not None else np.full(count, None),
        WHY: np.broadcast_to(np.asarray(why, dtype=object), (count,)),
        VALUES: pd.Series(values, dtype=object).to_numpy(),
        WEIGHT: np.asarray(weight, dtype=float),
        DUE_ON: pd.to_datetime(np.asarray(due_on))
        if np.ndim(due_on)
        else pd.DatetimeIndex([due_on] * count),
    }
    return pd.DataFrame(table, columns=list(REASON_COLUMNS))


def _bands(found: Assessment) -> pd.Series:
    bands: pd.Series = found.buildings.set_index(f.BUILDING_ID)[c.RISK_BAND]
    return bands


def _last_inspected(facts: RoundFacts) -> pd.Series:
    placed = facts.inspections.dropna(subset=[f.BUILDING_ID])
    return placed.groupby(f.BUILDING_ID)["inspected_on"].max()


def _lanes_of(found: Assessment, buildings: pd.Index | pd.Series) -> pd.Index:
    """Return the rows of the lanes on which some buildings stand."""
    inside = found.buildings[f.BUILDING_ID].isin(buildings)
    on = found.buildings.loc[inside, c.ATTACHED_LANE_ID].dropna().unique()
    ids = found.lanes.reset_index(drop=True)[f.LANE_ID]
    rows: pd.Index = ids[ids.isin(on)].index
    return rows


_KINDS: Final[Mapping[RoundKind, Callable[[RoundFacts], pd.DataFrame]]] = {
    RoundKind.DUE: _due,
    RoundKind.COMMUNITY: _turn,
    RoundKind.LOOK_BACK: _look_back,
    RoundKind.JOINT: _joint,
    RoundKind.OPEN_SECRET: _premises,
    RoundKind.HOLIDAY: _holiday,
    RoundKind.DOORS: _doors,
    RoundKind.LANES: _lanes,
    RoundKind.LISTED: _listed,
}
