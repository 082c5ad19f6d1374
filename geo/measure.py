"""Measures: a fragment of a plan file with a price.

What a town could do is one list, whatever it is: merging the fragments of the measures chosen
(`weizhan.geo.plan.merged`) gives the plan that an assessment is made of.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import pandas as pd

from .plan import NewStation, Plan, StationChanges
from .rules import MeasuresRule, Value
from .tables import WGS84
from .town import Town
from .words import MeasureKind, Vehicle
from .words import fields as f

DEGREES: Final = 7  # decimals of coordinates in plan files


@dataclass(frozen=True)
class Measure:
    """Something that a town can do.

    Attributes
    ----------
    measure_id
        Stable and readable: kind and target, ``lane_open:L012``.
    kind
        Of measure.
    target
        Id of the lane as drawn, barrier, station or building that it is done to; empty where it
        is done to nothing that is there.
    name
        What people read, such as the name of the lane; may be empty.
    cost_yuan
        Once.
    upkeep_yuan
        A year.
    years
        How long it lasts; then the cost falls due again.
    decided_by
        Code of ``decider`` in the catalogue, or the town's own words.
    source
        ``own list``, or the source of the price with its confidence.
    plan
        What it changes.
    excludes
        Ids of measures that are not done together with it.
    must
        Whether the town's own list has it in every plan.
    """

    measure_id: str
    kind: MeasureKind
    target: str
    name: str
    cost_yuan: float
    upkeep_yuan: float
    years: float
    decided_by: str
    source: str
    plan: Plan
    excludes: tuple[str, ...] = ()
    must: bool = False


@dataclass(frozen=True)
class Price:
    """What a measure of a kind costs by the rules.

    Attributes
    ----------
    cost_yuan, upkeep_yuan, years, decided_by, source
        As in `Measure`.
    """

    cost_yuan: float
    upkeep_yuan: float
    years: float
    decided_by: str
    source: str


def price(rules: MeasuresRule, kind: MeasureKind, *, pieces: float = 0.0) -> Price:
    """Return what the rules say that a measure costs, in whole yuan.

    Parameters
    ----------
    rules
        ``measures`` of a rule set.
    kind
        Of measure.
    pieces
        Metres, detectors, heads: what the unit of the price by piece counts.
    """
    rule = rules.kind[kind]
    told: list[Value] = [rule.cost_yuan]
    cost = rule.cost_yuan.value
    if rule.per_piece_yuan is not None:
        told = [rule.per_piece_yuan]
        cost += pieces * rule.per_piece_yuan.value
    source = "; ".join(f"{value.source} ({value.confidence})" for value in told)
    return Price(round(cost), rule.upkeep_yuan.value, rule.years.value, rule.decided_by, source)


def riders(town: Town, station_id: str, vehicle: Vehicle = Vehicle.E_BIKE) -> Plan:
    """Return the plan by which a part of a station's crew rides, while the others go as before.

    So a better vehicle never makes anybody later: who rides leaves it behind where it cannot
    pass, which takes those who walk no time.

    Parameters
    ----------
    town
        With the station.
    station_id
        Whose crew.
    vehicle
        On which they ride.

    Raises
    ------
    KeyError
        When there is no such station.
    """
    stations = town.stations.set_index(town.stations[f.STATION_ID].astype(str))
    row = stations.loc[station_id]
    place = gpd.GeoSeries([row[f.GEOMETRY]], crs=stations.crs).to_crs(WGS84).iloc[0]
    numbers = {
        name: row[name] if pd.notna(row[name]) else None
        for name in (f.CREW_DAY, f.CREW_NIGHT, f.TURNOUT_S)
    }
    station = NewStation(
        station_id=f"{station_id}-{vehicle}",
        name=row[f.NAME] if pd.notna(row[f.NAME]) else None,
        lon=round(place.x, DEGREES),
        lat=round(place.y, DEGREES),
        tier=row[f.TIER],
        vehicle=vehicle,
        **numbers,
    )
    return Plan(stations=StationChanges(add=(station,)))


def whole_cost(measure: Measure, *, horizon_years: float, rate: float) -> float:
    """Return the present value of all that a measure costs over some years, in yuan.

    Paid at once, again whenever it has served its years and the horizon has not ended, and each
    year's upkeep at the end of that year (a last, broken year in proportion). What still stands
    at the end of the horizon is given no value, so that long-lived measures are never favoured
    by a sale that nobody makes.

    This is the present value of costs (费用现值法) of 《建设项目经济评价方法与参数》, third
    edition, whose 社会折现率 the rules hold.

    Parameters
    ----------
    measure
        With its cost, upkeep and years.
    horizon_years
        Years that are looked at.
    rate
        Discount rate a year, 0.08 for 8 %.

    Raises
    ------
    ValueError
        When the horizon or the life of the measure is not above zero, or the rate not above -1.

    Examples
    --------
    >>> lamp = Measure("x", MeasureKind.E_BIKE, "", "", 100.0, 10.0, 5.0, "", "", Plan())
    >>> whole_cost(lamp, horizon_years=10, rate=0.0)
    300.0
    """
    if not (horizon_years > 0 and measure.years > 0 and rate > -1):
        msg = f"horizon {horizon_years}, years {measure.years}, rate {rate}"
        raise ValueError(msg)
    times = math.ceil(horizon_years / measure.years - 1e-9)
    once = sum(math.pow(1 + rate, -n * measure.years) for n in range(times))
    whole = math.floor(horizon_years + 1e-9)
    yearly = sum(math.pow(1 + rate, -year) for year in range(1, whole + 1))
    yearly += max(horizon_years - whole, 0.0) * math.pow(1 + rate, -horizon_years)
    return measure.cost_yuan * once + measure.upkeep_yuan * yearly
