"""The lists a committee works from: what is due, overdue, lacking, crowded, and what changed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from ...geo.arrays import Floats
from ...geo.inside import area_of
from ...geo.rules import RuleSet
from ...geo.town import Town
from ...geo.words import RiskBand, Use
from ...geo.words import fields as f
from .. import columns as c
from ..assessment import Assessment
from ..cases import (
    area_candidates,
    case_table,
    check_mismatches,
    happened_by,
    hazard_rates,
    inspections_due,
    listed,
    look_back_due,
    overdue,
    place_cases,
    stock_by_group,
    task_table,
    worry_table,
)
from ..clauses import high_rise
from ..duties import duty_table, office_of
from ..places import hazard_areas
from ..risk import BUILDING, DEVICES, fire_points, heat_by_community
from .place_lists import place_lists
from .victims import victims

PLACE = (f.BUILDING_ID, f.NAME, f.ADDRESS, "community", f.USE)
CASE = ("key", "code", "state", "found", "due_on", "age_days", "owner", "owner_from", "description")
CHECKS = ("self_check", "self_checked_on", "territorial_check", "territorial_checked_on",
          "office_check", "office_checked_on")  # fmt: skip


@dataclass(frozen=True, eq=False)
class ListSource:
    """An assessment, and what its lists are drawn from, each computed once when it is read.

    Attributes
    ----------
    found
        With risk and cases among its parts.
    """

    found: Assessment

    @property
    def town(self) -> Town:
        """The town."""
        return self.found.moment.town

    @property
    def day(self) -> dt.date:
        """On which everything is told."""
        return self.found.moment.day

    @cached_property
    def buildings(self) -> gpd.GeoDataFrame:
        """Buildings with the name of their community."""
        return with_community(self.found.buildings, self.town.communities)

    @cached_property
    def cases(self) -> pd.DataFrame:
        """Cases with the name, address, use and community of their building."""
        return located_cases(self.town, self.buildings, day=self.day)

    @cached_property
    def fires(self) -> Floats:
        """Points of the fires up to the day."""
        return fire_points(past_fires(self.town, day=self.day), self.found.buildings)

    @cached_property
    def units(self) -> pd.DataFrame:
        """Units with name, address, use and community of their building."""
        return at_buildings(self.town.ledgers.units, self.buildings)

    @cached_property
    def duties(self) -> pd.DataFrame:
        """Every duty of every unit; see `duty_table`."""
        town = self.town
        return duty_table(self.units, rules=town.rules.duties, on=self.day,
                          workdays=town.workdays)  # fmt: skip

    @cached_property
    def due(self) -> pd.DataFrame:
        """When each building is due for inspection, with its place and office."""
        buildings, rules = self.buildings, self.town.rules
        ids = buildings[f.BUILDING_ID].astype(str)
        due = inspections_due(
            pd.Series(buildings[c.RISK_BAND].to_numpy(), index=ids),
            self.town.ledgers.inspections,
            rules=rules.supervision,
            alert=self.found.alert,
            on=self.day,
            workdays=self.town.workdays,
            harm=pd.Series(buildings[c.HARM_INDEX].to_numpy(dtype=float), index=ids),
        ).merge(buildings[list(PLACE)].astype({f.BUILDING_ID: str}), on=f.BUILDING_ID, how="left")
        nobody = pd.Series(None, index=due.index, dtype=object)
        return due.join(office_of(nobody, due[f.USE], rules.duties.offices))

    @cached_property
    def tasks(self) -> pd.DataFrame:
        """What is to be done by whom and when; see `task_table`."""
        return task_table(
            self.cases,
            self.due.iloc[:0] if self.town.ledgers.inspections.empty else self.due,
            on=self.day,
            look_back_days=self.town.rules.supervision.look_back_days.value,
            workdays=self.town.workdays,
            duties=self.duties,
        )

    @cached_property
    def task_places(self) -> gpd.GeoDataFrame:
        """The tasks that stand at a building, each at a point inside it."""
        at = self.buildings.drop_duplicates(f.BUILDING_ID).set_index(f.BUILDING_ID)
        there = self.tasks[self.tasks[f.BUILDING_ID].isin(at.index)]
        shapes = at.geometry.loc[there[f.BUILDING_ID]].to_numpy()
        return gpd.GeoDataFrame(
            there, geometry=shapely.point_on_surface(shapes), crs=self.buildings.crs
        )

    @cached_property
    def clusters(self) -> gpd.GeoDataFrame:
        """Clusters through which a fire could spread; see `cluster_areas`."""
        return cluster_areas(self.buildings)

    @cached_property
    def areas(self) -> gpd.GeoDataFrame:
        """Candidates of area-wide hazards, from the places of open cases."""
        placed = place_cases(self.cases, self.buildings)
        return area_candidates(placed, rules=self.town.rules.risk.finding)

    @cached_property
    def area_wide(self) -> gpd.GeoDataFrame:
        """Open hazards that somebody called area-wide, each as an area."""
        return hazard_areas(self.town, self.cases, self.buildings)


def risk_lists(source: ListSource, *, start: dt.date) -> dict[str, pd.DataFrame]:
    """Return every list of risk and of the closed loop.

    Parameters
    ----------
    source
        The assessment on the last day of the period, under its fire-alert level.
    start
        First day of the period of flows and rates.

    Returns
    -------
    dict
        ``risk``, ``devices``, ``device_targets`` (of buildings that the plans name), ``due``,
        ``overdue``, ``listed``, ``look_back``, ``mismatches``, ``stock`` (by community, kind and
        office), ``rates`` (by community and use), ``fires`` (by use), ``clusters``, ``areas``,
        ``sheds``, ``progress`` (checks by community and grid), ``busy`` (stations by how many
        buildings hang on them alone), and those of `place_lists`.
    """
    town, day, buildings, cases = source.town, source.day, source.buildings, source.cases
    rules, rest, due = town.rules, town.workdays, source.due
    devices = device_table(buildings, rules)
    back = rules.supervision.look_back_days.value
    return {
        "risk": risk_table(buildings),
        "devices": devices,
        "device_targets": devices[devices["device_target"].notna()].reset_index(drop=True),
        "due": due.loc[due["due"]].drop(columns=["due", "urgency"]).reset_index(drop=True),
        "overdue": _cases(overdue(cases, on=day, workdays=rest), "days_overdue"),
        "listed": _cases(listed(cases, on=day, workdays=rest), "status", "supervision_level",
                         "listed_on", "listed_due_on", "lifted_on"),
        "look_back": _cases(look_back_due(cases, on=day, after_days=back, workdays=rest), "closed",
                            "look_back_on"),
        "mismatches": _cases(check_mismatches(cases), *CHECKS),
        "stock": stock_table(town, cases, start=start, end=day),
        "rates": rate_table(town, buildings, start=start, end=day),
        "fires": fire_table(town, buildings, start=start, end=day),
        "clusters": pd.DataFrame(source.clusters.drop(columns=f.GEOMETRY)),
        "areas": pd.DataFrame(source.areas.drop(columns=f.GEOMETRY)),
        "area_wide": pd.DataFrame(source.area_wide.drop(columns=f.GEOMETRY)),
        "sheds": shed_table(buildings),
        "heat": heat_by_community(
            source.fires, buildings, town.communities,
            few=rules.risk.calibration.few.value),
        "worry": worry_table(buildings, source.areas, source.clusters, source.area_wide),
        "tasks": source.tasks,
        "progress": progress_table(town, buildings, due, start=start, end=day),
        "busy": busy_table(source.found),
        **place_lists(source.found, buildings, cases),
    }  # fmt: skip


def with_community(buildings: gpd.GeoDataFrame, communities: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return buildings with the name of their community.

    Parameters
    ----------
    buildings
        With `community_id`.
    communities
        Layer; one without a name is called by its id.
    """
    ids = communities[f.COMMUNITY_ID].astype(str)
    names = communities[f.NAME].where(communities[f.NAME].notna(), ids)
    by_id = dict(zip(ids, names, strict=True))
    return buildings.assign(community=buildings[f.COMMUNITY_ID].map(by_id, na_action="ignore"))


def located_cases(town: Town, buildings: pd.DataFrame, *, day: dt.date) -> pd.DataFrame:
    """Return the cases on a day with name, address, use, community and office.

    What the ledger itself says of the place stands where no building was matched.

    Parameters
    ----------
    town
        With its ledgers, and which office sees to which use.
    buildings
        From `with_community`, with their risk band.
    day
        On which the cases stand so.
    """
    cases = case_table(town.ledgers.hazards, town.ledgers.events, on=day)
    at = buildings.drop_duplicates(f.BUILDING_ID).set_index(f.BUILDING_ID)
    for name in (f.NAME, f.ADDRESS, "community"):
        told = cases[f.BUILDING_ID].map(at[name], na_action="ignore")
        cases[name] = told.where(told.notna(), cases[name])
    cases[f.USE] = cases[f.BUILDING_ID].map(at[f.USE], na_action="ignore")
    cases = cases.join(office_of(cases["lead_dept"], cases[f.USE], town.rules.duties.offices))
    cases[c.RISK_BAND] = cases[f.BUILDING_ID].map(at[c.RISK_BAND], na_action="ignore")
    return cases


def at_buildings(rows: pd.DataFrame, buildings: pd.DataFrame) -> pd.DataFrame:
    """Return rows of a ledger with name, address, use and community of their building.

    What a row says itself of its name and use stands; where it has no building, of its community
    too.
    """
    at = buildings.drop_duplicates(f.BUILDING_ID).set_index(f.BUILDING_ID)
    placed = rows.copy()
    for name in (f.NAME, f.ADDRESS, f.USE, "community", c.RISK_BAND):
        told = placed[f.BUILDING_ID].map(at[name], na_action="ignore").astype(object)
        own = placed[name].astype(object) if name in placed else told
        first, second = (told, own) if name == "community" else (own, told)
        placed[name] = first.where(first.notna(), second)
    return placed


def risk_table(buildings: pd.DataFrame) -> pd.DataFrame:
    """Return the buildings by risk of the year, the highest first, each with its reasons.

    `fires_ratio` and `harm_ratio` are against the mean of the town's buildings; fires and deaths a
    year stand there only where the town's own fires say how many there are.
    """
    told = {
        end(ratio): buildings[end(index)] / buildings[index].mean()
        for ratio, index in (("fires_ratio", c.FIRES_INDEX), ("harm_ratio", c.HARM_INDEX))
        for end in (str, c.low, c.high)
    }
    absolute = [end(n) for n in (c.FIRES_PER_YEAR, c.HARM_PER_YEAR) for end in (str, c.low, c.high)]
    ends = [*told, *(name for name in absolute if name in buildings)]
    reasons = [name for k in range(1, c.REASONS + 1) for name in (c.reason(k), c.reason_factor(k))]
    columns = [c.RISK_RANK, c.RISK_RANK_LOW, c.RISK_RANK_HIGH, c.RISK_BAND, c.RISK_BAND_SHARE,
               c.FREQUENT_BAND, c.SEVERE_BAND, c.RISK_MOMENT, c.RISK_MOMENT_SHARE, *PLACE,
               *reasons, *ends, c.RISK_COMPLETENESS,
               c.OPEN_HAZARDS, c.OVERDUE_HAZARDS, c.INSPECTED_ON, c.INSPECTION_DUE_ON]  # fmt: skip
    return buildings.assign(**told).sort_values(c.RISK_RANK)[columns].reset_index(drop=True)


def device_table(buildings: gpd.GeoDataFrame, rules: RuleSet) -> pd.DataFrame:
    """Return where a device removes most risk: one row a building and device that serves it.

    Device by device, where a piece takes away most first. `gain` is the index of harm that it would
    take away there, `gain_per_piece` the same for each piece, `share` how much of the building's
    harm it is; `lacking` counts the `unit` without it. `device_target` marks the buildings that
    the plans name for it: high-rise, super-tall, large complexes.
    """
    place = buildings[[*PLACE, c.RISK_BAND]].assign(device_target=device_targets(buildings, rules))
    parts = []
    for order, kind in enumerate(DEVICES):
        gain, pieces = buildings[c.device_gain(kind)], buildings[c.device_pieces(kind)]
        whole = rules.risk.device[kind].lacks == BUILDING
        parts.append(
            place.assign(
                _order=order,
                device=str(kind),
                lacking=buildings[c.device_lacking(kind)],
                unit=BUILDING if whole else buildings[c.DEVICE_UNIT],
                pieces=pieces,
                gain=gain,
                gain_per_piece=gain / pieces.where(pieces > 0),
                share=gain / buildings[c.HARM_INDEX],
            )
        )
    table = pd.concat(parts, ignore_index=True)
    table = table[(table["gain"] > 0) & (table["lacking"] > 0)]
    by = ["_order", "gain_per_piece", f.BUILDING_ID]
    ordered = table.sort_values(by, ascending=[True, False, True], ignore_index=True)
    told: pd.DataFrame = ordered[[name for name in ordered.columns if name != "_order"]]
    return told


def device_targets(buildings: gpd.GeoDataFrame, rules: RuleSet) -> pd.Series:
    """Return why the plans name a building for devices: its use or its height; None if not.

    Uses are the complexes, the super-tall, and the new business forms (新兴业态) of the rules.
    """
    tall, _ = high_rise(buildings, rules)
    forms = rules.use_groups.new_business_forms
    named = [str(use) for use in (Use.COMMERCIAL_COMPLEX, Use.SUPER_TALL, *forms)]
    use = buildings[f.USE].astype(object)
    found = np.full(len(buildings), None, dtype=object)
    found[tall] = str(Use.HIGH_RISE)
    known = use.isin(named).to_numpy()
    found[known] = use[known]
    return pd.Series(found, index=buildings.index, dtype=object)


def stock_table(town: Town, cases: pd.DataFrame, *, start: dt.date, end: dt.date) -> pd.DataFrame:
    """Return 存量、增量、反弹 of a period by community, by kind of hazard, and by office."""
    by_key = cases.set_index("key")
    parts = []
    for kind in ("community", "code", "lead_dept"):
        table = stock_by_group(town.ledgers.events, by_key[kind], start=start, end=end)
        parts.append(table.reset_index().assign(kind=kind))
    return pd.concat(parts, ignore_index=True)[["kind", "group", *parts[0].columns[1:-1]]]


def rate_table(
    town: Town, buildings: pd.DataFrame, *, start: dt.date, end: dt.date
) -> pd.DataFrame:
    """Return hazards per inspected premises, by community and by use."""
    index = buildings[f.BUILDING_ID].astype(str)
    parts = []
    for kind in ("community", f.USE):
        groups = pd.Series(buildings[kind].to_numpy(), index=index)
        table = hazard_rates(
            town.ledgers.inspections, town.ledgers.hazards, groups, start=start, end=end
        )
        parts.append(table.reset_index().assign(kind=kind))
    whole = pd.concat(parts, ignore_index=True)
    return whole[["kind", *[name for name in whole.columns if name != "kind"]]]


def fire_table(
    town: Town, buildings: pd.DataFrame, *, start: dt.date, end: dt.date
) -> pd.DataFrame:
    """Return the fires of a period by use, with the same days of the year before.

    `fires_undated` are those of which nobody knows the day: they may belong to either. What is
    not told of victims is as in `victims`.
    """
    fires = town.ledgers.incidents
    by_id = pd.Series(buildings[f.USE].to_numpy(), index=buildings[f.BUILDING_ID].astype(str))
    use = fires[f.USE].where(fires[f.USE].notna(), fires[f.BUILDING_ID].map(by_id))
    day = pd.to_datetime(fires["started_at"]).dt.normalize()
    year = pd.DateOffset(years=1)
    now = day.between(pd.Timestamp(start), pd.Timestamp(end))
    before = day.between(pd.Timestamp(start) - year, pd.Timestamp(end) - year)
    rows = []
    for name in [*sorted(use.dropna().unique()), None]:
        own = use.isna() if name is None else use == name
        rows.append({
            f.USE: name, "fires": int((own & now).sum()),
            "fires_year_before": int((own & before).sum()), **victims(fires[own & now]),
            "fires_undated": int((own & day.isna()).sum()),
        })  # fmt: skip
    table = pd.DataFrame(rows)
    counted = table[["fires", "fires_year_before", "fires_undated"]].sum(axis=1)
    return table[counted > 0].reset_index(drop=True)


def cluster_areas(buildings: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the clusters through which a fire could spread, with their outlines.

    `buildings`, `people` (of those counted), `harm_index`, `red_buildings`; the most
    buildings first.
    """
    inside = buildings[buildings[c.SPREAD_CLUSTER] > 0]
    rows = []
    for number, own in inside.groupby(c.SPREAD_CLUSTER):
        rows.append(
            {
                c.SPREAD_CLUSTER: int(number),
                "community": own["community"].mode().iloc[0] if own["community"].notna().any()
                else None,
                "buildings": len(own),
                "people": own[c.PEOPLE].sum(min_count=1),
                c.HARM_INDEX: own[c.HARM_INDEX].sum(),
                "red_buildings": int((own[c.RISK_BAND] == RiskBand.RED).sum()),
                "geometry": shapely.concave_hull(
                    shapely.union_all(own.geometry.to_numpy()), ratio=0.3, allow_holes=False
                ),
            }
        )  # fmt: skip
    columns = [c.SPREAD_CLUSTER, "community", "buildings", "people", c.HARM_INDEX,
               "red_buildings"]  # fmt: skip
    if not rows:
        return gpd.GeoDataFrame({n: [] for n in columns}, geometry=[], crs=buildings.crs)
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=buildings.crs)


def shed_table(buildings: pd.DataFrame) -> pd.DataFrame:
    """Return the buildings whose households are beyond reach of a charging shed, most first."""
    away = buildings[buildings[c.SHED_GAP] > 0]
    columns = [*PLACE, c.SHED_GAP, c.SHED_M, c.RISK_BAND]
    return away.sort_values([c.SHED_GAP, f.BUILDING_ID], ascending=[False, True])[
        columns
    ].reset_index(drop=True)


def progress_table(
    town: Town, buildings: pd.DataFrame, due: pd.DataFrame, *, start: dt.date, end: dt.date
) -> pd.DataFrame:
    """Return checks done in a period and checks due at its end, by community and by grid.

    `checks_overdue` counts visits that are late, `checks_never` buildings without any.
    """
    visits = town.ledgers.inspections
    done = visits[pd.to_datetime(visits["inspected_on"]).between(pd.Timestamp(start),
                                                                 pd.Timestamp(end))]  # fmt: skip
    index = buildings[f.BUILDING_ID].astype(str)
    late = due.loc[due["days_overdue"] > 0, f.BUILDING_ID]
    never = due.loc[due["inspected_on"].isna(), f.BUILDING_ID]
    parts = []
    for kind, groups in (("community", buildings["community"]),
                         ("grid", area_of(buildings, town.grids, f.GRID_ID))):  # fmt: skip
        of = pd.Series(groups.to_numpy(), index=index)
        table = pd.DataFrame(
            {
                "buildings": of.value_counts(),
                "checks_done": done[f.BUILDING_ID].map(of).value_counts(),
                "premises_seen": done.drop_duplicates(f.BUILDING_ID)[f.BUILDING_ID]
                .map(of).value_counts(),
                "checks_overdue": late.map(of).value_counts(),
                "checks_never": never.map(of).value_counts(),
            }
        )  # fmt: skip
        table = table.fillna(0).astype("int64").sort_index()
        parts.append(table.rename_axis("group").reset_index().assign(kind=kind))
    whole = pd.concat(parts, ignore_index=True)
    return whole[["kind", *[name for name in whole.columns if name != "kind"]]]


def busy_table(found: Assessment) -> pd.DataFrame:
    """Return the stations on duty by tier, those first that most buildings hang on alone.

    `people` are those in the buildings that hang on the station alone.
    """
    parts = [one.stations.assign(station_tier=tier) for tier, one in found.busy.items()]
    bands = [f"chance_out_{band}" for band in found.moment.town.rules.risk.time]
    columns = ["station_tier", f.STATION_ID, f.NAME, "only", "people", "first_of",
               "calls_a_year", "calls_a_year_low", "calls_a_year_high", "chance_out",
               "chance_out_low", "chance_out_high", *bands]  # fmt: skip
    whole = pd.concat(parts, ignore_index=True)
    order = {tier: number for number, tier in enumerate(found.busy)}
    whole["_tier"] = whole["station_tier"].map(order)
    by = ["_tier", "only", "first_of", f.STATION_ID]
    ranked = whole.sort_values(by, ascending=[False, False, False, True], ignore_index=True)
    return ranked[columns]


def past_fires(town: Town, *, day: dt.date) -> pd.DataFrame:
    """Return the fires up to a day."""
    fires = town.ledgers.incidents
    return fires[happened_by(fires["started_at"], day)]


def _cases(cases: pd.DataFrame, *more: str) -> pd.DataFrame:
    columns = [*CASE, *more, *PLACE, c.RISK_BAND]
    return cases[[name for name in dict.fromkeys(columns) if name in cases.columns]].reset_index(
        drop=True
    )
