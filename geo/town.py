"""Load a town folder, tell every problem at once, freeze what is right."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import CRS

from .care import PlannedCare
from .checklists import LoadedChecklist, read_checklists
from .datum_check import misfits
from .ground import (
    Hillshade,
    Network,
    Positions,
    attachable,
    between,
    build_network,
    hillshade,
    metric_crs,
    read_terrain,
    repair_lines,
    repair_points,
    repair_polygons,
    snap,
    with_slopes,
)
from .inside import in_communities
from .layer_loading import load_layer
from .ledgers import (
    TownLedgers,
    fill_buildings,
    fill_stations,
    ledger_reports,
    no_arrivals,
    places_without_people,
    read_arrivals,
    read_town_ledgers,
)
from .named_in_town import unknown_called, unknown_event_lanes
from .rules import (
    IMPORT_FILE,
    Calibration,
    Campaign,
    Gathering,
    Goal,
    KeyDates,
    LaneEvent,
    RuleSet,
    Scenario,
    TownConfig,
    load_rules,
    read_calibration,
    read_config,
)
from .tables import SCHEMAS, Account, Schema
from .venues import venues_elsewhere
from .words import (
    Explorable,
    InputError,
    Problem,
    TownError,
    Workdays,
    named,
    read_problems,
    told_error,
)
from .words import fields as f

Progress = Callable[[str], None]


@dataclass(frozen=True, eq=False)
class Town(Explorable):
    """The validated layers of a town, its lane network, rules and scenarios.

    Once it exists, nobody validates again. Layers are in one metric CRS, all columns of their
    schemas are there, and what is missing is missing.

    Attributes
    ----------
    name, simulated, attribution
        From ``town.toml``.
    rules
        The rule set with the town's own values.
    workdays
        Days on which offices work.
    scenarios, calendar, events
        Times of day by name, the key dates on which one of them holds, and lanes that are
        closed together.
    communities, grids, buildings, stations, lanes, barriers, water, sheds, estates, offices,
    lane_reports
        One row a feature. ``buildings`` and ``stations`` carry `community_id`; ``lanes`` is cut
        where lanes meet, row *i* being edge *i* of the network.
    arrivals
        Observed arrivals of crews, by which speeds are fitted.
    network
        The lanes as arrays.
    building_positions, station_positions, report_positions
        Where on the network buildings and stations sit, and which lane each report is about.
    problems
        What was repaired, and what is doubtful; nothing that must be mended.
    ledgers
        What the town's ledgers say of its buildings, hazards, fires and inspections.
    calibration
        Rates fitted to the town's own fires, None while they are not.
    campaigns, goals, checklists
        What the town has set itself, and what it looks at on a visit.
    had_stations
        Tiers with stations on lanes before a plan: if it takes the last, nobody comes, known.
    gatherings
        Large events with their venues.
    plan
        Empty for the town as it is, else a digest of what a plan changes in it.
    care
        What a plan does at buildings.
    hills
        For maps; None without terrain.
    present
        The town as it was loaded, without a plan and with the uses of all days; None for itself.
    report_to
        To whom residents report a danger, in the town's own words; empty where it says nothing.
    middle, beside
        Of the town of which this is a part: latitude and longitude, and buildings of other parts
        that stand near, to which a fire could spread; None for a whole town.
    """

    name: str
    simulated: bool
    attribution: str
    rules: RuleSet
    scenarios: Mapping[str, Scenario]
    calendar: tuple[KeyDates, ...]
    events: Mapping[str, LaneEvent]
    communities: gpd.GeoDataFrame
    grids: gpd.GeoDataFrame
    buildings: gpd.GeoDataFrame
    stations: gpd.GeoDataFrame
    lanes: gpd.GeoDataFrame
    barriers: gpd.GeoDataFrame
    water: gpd.GeoDataFrame
    sheds: gpd.GeoDataFrame
    estates: gpd.GeoDataFrame
    offices: gpd.GeoDataFrame
    lane_reports: gpd.GeoDataFrame
    arrivals: pd.DataFrame
    network: Network
    building_positions: Positions
    station_positions: Positions
    report_positions: Positions
    problems: tuple[Problem, ...]
    ledgers: TownLedgers
    calibration: Calibration | None
    workdays: Workdays = field(default_factory=Workdays)
    campaigns: tuple[Campaign, ...] = ()
    goals: tuple[Goal, ...] = ()
    checklists: tuple[LoadedChecklist, ...] = ()
    had_stations: frozenset[str] = frozenset()
    gatherings: tuple[Gathering, ...] = ()
    report_to: str = ""
    plan: str = ""
    present: Town | None = None
    care: PlannedCare = field(default_factory=PlannedCare)
    hills: Hillshade | None = None
    middle: tuple[float, float] | None = None
    beside: gpd.GeoDataFrame | None = None

    @cached_property
    def place(self) -> tuple[float, float]:
        """Latitude and longitude of the middle of the lanes, for hours by the sun."""
        if self.middle is not None:
            return self.middle
        west, south, east, north = self.lanes.total_bounds
        degrees = between(self.lanes.crs, CRS(4326))
        lon, lat = degrees.transform((west + east) / 2, (south + north) / 2)
        return float(lat), float(lon)

    @cached_property
    def joined(self) -> Town | None:
        """The same town with lanes connected where they cross; None where none do.

        What would be reached sooner is in the range of every answer.
        """
        if not len(self.network.crossing):
            return None
        limits = self.rules.network
        network, lanes, _ = build_network(
            self.lanes,
            self.barriers,
            join_m=limits.join_m.value,
            barrier_m=limits.barrier_m.value,
            cross="join",
        )
        allowed = attachable(network, lanes, fragment_m=limits.fragment_m.value)
        frames = (self.buildings, self.stations, self.lane_reports)
        near_m = (limits.attach_m.value,) * 2 + (self.rules.lane_state.report_m.value,)
        buildings, stations, reports = (
            snap(
                frame.geometry.to_numpy(),
                lanes,
                allowed=np.ones(len(lanes), dtype=bool) if frame is self.lane_reports else allowed,
                within_m=within_m,
            )
            for frame, within_m in zip(frames, near_m, strict=True)
        )
        return replace(
            self,
            lanes=lanes,
            network=network,
            building_positions=buildings,
            station_positions=stations,
            report_positions=reports,
        )

    def unknown(self) -> dict[str, int]:
        """Return how many values are missing, by ``layer.column``; complete columns left out."""
        counts = {}
        for layer, schema in SCHEMAS.items():
            frame: gpd.GeoDataFrame = getattr(self, layer)
            for column in schema.columns:
                missing = int(frame[column.name].isna().sum())
                if missing and column.name != schema.identity and not column.extra:
                    counts[f"{layer}.{column.name}"] = missing
        return counts


def load_town(
    folder: Path, *, personal: bool = False, progress: Progress = lambda step: None
) -> Town:
    """Read a town folder.

    Parameters
    ----------
    folder
        With ``town.toml`` and the layers it names.
    personal
        Whether names and addresses stay as they were written where they name or reach persons.
        Never for what is shared.
    progress
        Called with the catalogue key of each step as it begins.

    Raises
    ------
    TownError
        When something must be mended; carries every problem of every layer.
    InputError
        When ``town.toml`` cannot be read, or the rule set is wrong.
    """
    examined = examine_town(folder, personal=personal, progress=progress)
    if examined.town is None:
        raise TownError(examined.problems)
    return examined.town


class Examined(NamedTuple):
    """What can be made of a town folder.

    Attributes
    ----------
    town
        None when something must be mended.
    problems
        Of every layer: errors, warnings, repairs.
    accounts
        What became of every header and row of every file.
    """

    town: Town | None
    problems: tuple[Problem, ...]
    accounts: tuple[Account, ...]


def examine_town(
    folder: Path, *, personal: bool = False, progress: Progress = lambda step: None
) -> Examined:
    """Read a town folder and return what can be made of it, with every problem found.

    Parameters are those of `load_town`.
    """
    config = read_config(folder)
    rules = load_rules(config.rules, override=config.override)
    problems = read_problems(folder / IMPORT_FILE)
    layers: dict[str, gpd.GeoDataFrame] = {}
    accounts: list[Account] = []
    for layer, schema in SCHEMAS.items():
        progress(f"step.read_{layer}")
        frame = load_layer(folder, config, schema, problems, accounts)
        if frame is not None:
            layers[layer] = frame if personal else places_without_people(frame)
    if not any(problem.severity == "error" for problem in problems):
        problems += misfits(layers, config)
    if any(problem.severity == "error" for problem in problems):
        return Examined(None, tuple(problems), tuple(accounts))

    progress("step.repair")
    crs = metric_crs(tuple(layers["lanes"].total_bounds))
    for layer, schema in SCHEMAS.items():
        layers[layer] = _repaired(layers[layer].to_crs(crs), schema, rules, problems, config)
    for layer, schema in SCHEMAS.items():
        if schema.required and layers[layer].empty:
            problems.append(Problem("error", "layer_empty", layer, _file(config, layer)))
    if any(problem.severity == "error" for problem in problems):
        return Examined(None, tuple(problems), tuple(accounts))
    town = _freeze(folder, config, rules, layers, problems, progress)
    if any(problem.severity == "error" for problem in problems):
        return Examined(None, tuple(problems), tuple(accounts))
    return Examined(town, tuple(problems), tuple(accounts))


def _repaired(
    frame: gpd.GeoDataFrame,
    schema: Schema,
    rules: RuleSet,
    problems: list[Problem],
    config: TownConfig,
) -> gpd.GeoDataFrame:
    layer, file, identity = schema.layer, _file(config, schema.layer), schema.identity
    if frame.empty:
        marked = frame.assign(**{f.REPAIR: pd.Series(dtype=object)})
        return marked[[name for name in marked if name != f.GEOMETRY] + [f.GEOMETRY]]
    if schema.shape == "polygon":
        radius = rules.network.point_building_radius_m.value
        frame, found = repair_polygons(
            frame, layer=layer, file=file, identity=identity, point_radius_m=radius
        )
    else:
        repair = repair_lines if schema.shape == "line" else repair_points
        frame, found = repair(frame, layer=layer, file=file, identity=identity)
    problems += found
    return frame.reset_index(drop=True)


def _file(config: TownConfig, layer: str) -> str:
    source = config.layers.get(layer)
    return (source.origin or source.file) if source else ""


def _freeze(
    folder: Path,
    config: TownConfig,
    rules: RuleSet,
    layers: dict[str, gpd.GeoDataFrame],
    problems: list[Problem],
    progress: Progress,
) -> Town:
    progress("step.network")
    limits = rules.network
    network, lanes, found = build_network(
        layers["lanes"],
        layers["barriers"],
        join_m=limits.join_m.value,
        barrier_m=limits.barrier_m.value,
        cross=config.cross,
        file=_file(config, "lanes"),
    )
    problems += found
    ledgers = read_town_ledgers(folder, layers["buildings"])
    layers["buildings"], ledgers, found = fill_buildings(layers["buildings"], ledgers)
    problems += found
    layers["stations"], told, found = fill_stations(folder, layers["stations"])
    ledgers = replace(ledgers, station_provenance=told)
    problems += found
    layers["lane_reports"] = pd.concat(
        [layers["lane_reports"], ledger_reports(folder, lanes)], ignore_index=True
    )
    hills = None
    if config.terrain:
        lanes, hills = _with_terrain(lanes, folder / config.terrain, rules, problems)
    progress("step.attach")
    allowed = attachable(network, lanes, fragment_m=limits.fragment_m.value)
    positions = {}
    anywhere = np.ones(len(lanes), dtype=bool)
    near_m = {"lane_reports": rules.lane_state.report_m.value}
    for layer in ("buildings", "stations", "lane_reports"):
        frame = layers[layer]
        positions[layer] = snap(
            frame.geometry.to_numpy(),
            lanes,
            allowed=anywhere if layer in near_m else allowed,
            within_m=near_m.get(layer, limits.attach_m.value),
        )
        loose = ~positions[layer].attached
        if loose.any():
            problems.append(
                named(
                    "error" if loose.all() and layer not in near_m else "warning",
                    "all_unattached" if loose.all() else "unattached",
                    layer,
                    frame[SCHEMAS[layer].identity][loose].tolist(),
                    file=_file(config, layer),
                    allowed=f"{near_m.get(layer, limits.attach_m.value):,.0f}",
                )
            )
        if layer not in near_m:
            layers[layer] = in_communities(frame, layers["communities"])
    problems += unknown_event_lanes(config, lanes)
    problems += unknown_called(rules, layers["stations"])
    problems += venues_elsewhere(config, layers["buildings"])
    if layers["stations"].empty:
        problems.append(Problem("warning", "no_station", "stations", _file(config, "stations")))
    return Town(
        name=config.name,
        simulated=config.simulated,
        attribution=config.attribution,
        rules=rules,
        scenarios=config.scenarios,
        calendar=config.calendar,
        workdays=Workdays(rest=config.rest_days, work=config.work_days),
        events=config.events,
        campaigns=config.campaigns,
        goals=config.goals,
        checklists=read_checklists(folder, config),
        communities=layers["communities"],
        grids=layers["grids"],
        buildings=layers["buildings"],
        stations=layers["stations"],
        lanes=lanes,
        barriers=layers["barriers"],
        water=layers["water"],
        sheds=layers["sheds"],
        estates=layers["estates"],
        offices=layers["offices"],
        lane_reports=layers["lane_reports"],
        arrivals=_arrivals(folder, config, problems),
        network=network,
        building_positions=positions["buildings"],
        station_positions=positions["stations"],
        report_positions=positions["lane_reports"],
        problems=tuple(problems),
        ledgers=ledgers,
        calibration=read_calibration(folder),
        gatherings=config.gatherings,
        report_to=config.report_to,
        hills=hills,
    )


def _arrivals(folder: Path, config: TownConfig, problems: list[Problem]) -> pd.DataFrame:
    """Return the town's observed arrivals, none where it names no file of them."""
    if config.arrivals:
        try:
            return read_arrivals(folder / config.arrivals)
        except TownError as error:
            problems += error.problems
        except InputError as error:
            problems.append(told_error(error, "arrivals", config.arrivals))
    return no_arrivals()


def _with_terrain(
    lanes: gpd.GeoDataFrame, file: Path, rules: RuleSet, problems: list[Problem]
) -> tuple[gpd.GeoDataFrame, Hillshade | None]:
    """Return the lanes with the slopes of a terrain raster, and the shade of its hills."""
    try:
        terrain = read_terrain(file, rule=rules.terrain)
        return with_slopes(terrain, lanes, rule=rules.terrain), hillshade(terrain, lanes)
    except InputError as error:
        problems.append(told_error(error, "lanes", file.name))
        return lanes, None


def uses_on(town: Town, day: dt.date) -> Town:
    """Return the town with the uses of a day: one that has ended is no longer known.

    Parameters
    ----------
    town
        As loaded.
    day
        On which its buildings are looked at; the last day of a use still counts.
    """
    over = pd.to_datetime(town.buildings[f.USE_UNTIL]) < pd.Timestamp(day)
    if not over.any():
        return town
    use = town.buildings[f.USE].astype(object).mask(over, None)
    return replace(town, buildings=town.buildings.assign(use=use), present=town.present or town)
