"""The generated demo town: invented, but with the gaps and the formats of real ones."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import shapely

from ..geo.arrays import Longs
from ..geo.words import InputError, OutputError, Use
from .demo_blocks import Sketch
from .demo_buildings import Buildings, Footprints, build, inhabit
from .demo_files import write_files, write_ledgers
from .demo_layouts import DRAW
from .demo_ledgers import import_demo_ledgers, keep_ledgers
from .demo_places import Places, divide
from .demo_plan import PLANS, Frame, Plan, Size, frame, lines, river_row
from .demo_stations import Stations, place_stations, place_water
from .demo_streets import bend, join_lines, survey_streets
from .demo_tables import Delivery, tabulate
from .demo_terrain import Relief, Terrain

LEDGER_STREAM = 9  # of random numbers, after those of the town itself
#: Where a residents' committee has its rooms, the likeliest first.
SERVICE_ROOMS = (Use.COMMERCIAL, Use.SMALL_PREMISES, Use.OFFICE, Use.RESIDENTIAL)


def make_demo(
    folder: Path,
    *,
    size: Size = "town",
    seed: int = 1,
    with_ledgers: bool = False,
    progress: Callable[[str], None] | None = None,
) -> None:
    """Write a generated town into a folder; the same seed gives the same bytes.

    Parameters
    ----------
    folder
        Where to write; must not exist or be empty. It appears only once it is complete.
    size
        ``"village"``: a township of scattered houses; ``"town"``: a hilly sub-district of some
        thousand buildings; ``"district"``: about 100,000 buildings; ``"city"``: about a million.
    seed
        Not negative. Another seed gives another town.
    with_ledgers
        Whether its ledgers are imported too; without, they only lie beside the layers.
    progress
        Called with the catalogue key of each step as it begins.

    Raises
    ------
    InputError
        When there is no such size, or the seed is negative.
    OutputError
        When the folder is not empty or cannot be written.
    """
    if size not in PLANS:
        raise InputError("error.demo_size_unknown", value=size, allowed=", ".join(PLANS))
    if seed < 0:
        raise InputError("error.demo_seed_negative", value=seed)
    folder = Path(folder)
    tell = progress or (lambda _: None)
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise OutputError("error.demo_folder_not_empty", folder=folder)
        folder.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as workshop:
            unfinished = Path(workshop) / folder.name
            unfinished.mkdir()
            delivery, buildings, stations, terrain = _generate(PLANS[size], seed, tell)
            tell("demo.step_files")
            write_files(unfinished, PLANS[size], delivery, terrain)
            rng = np.random.default_rng([seed, LEDGER_STREAM])
            write_ledgers(unfinished, keep_ledgers(delivery, buildings, stations, rng))
            if with_ledgers:
                tell("step.demo_ledgers")
                import_demo_ledgers(unfinished)
            if folder.exists():
                folder.rmdir()
            unfinished.rename(folder)
    except OutputError:
        raise
    except OSError as error:
        raise OutputError("error.demo_not_writable", folder=folder, reason=error) from error


def _generate(
    plan: Plan, seed: int, tell: Callable[[str], None]
) -> tuple[Delivery, Buildings, Stations, Terrain]:
    """Generate a town, each step from its own stream of random numbers."""
    streams = iter([np.random.default_rng([seed, step]) for step in range(9)])
    tell("demo.step_terrain")
    east, north = lines(plan, next(streams))
    river = river_row(plan)
    river_v = float("nan") if river < 0 else float((north[river] + north[river + 1]) / 2)
    relief = Relief.draw(next(streams), river_v=river_v)

    tell("demo.step_streets")
    roads = frame(plan, relief, east, north, next(streams))
    sketches = _sketch(roads, next(streams))
    joined = join_lines(roads, sketches)
    xy, first = bend(joined, relief)
    outline = relief.warp(roads.corners).reshape(-1, 2)
    terrain = Terrain.survey(relief, np.concatenate([xy, outline]), cell_m=plan.cell_m)
    streets = survey_streets(joined, xy, first, terrain, next(streams))

    tell("demo.step_buildings")
    footprints = build(roads, sketches, relief, streets)
    places = divide(plan, roads, relief, footprints, next(streams))
    buildings = inhabit(footprints, _service_rooms(footprints, places), next(streams))

    tell("demo.step_stations")
    rng = next(streams)
    stations = place_stations(plan, buildings, streets, rng)
    water = place_water(streets, rng, rural=plan.rural)
    delivery = tabulate(roads, streets, places, buildings, stations, water, next(streams))
    return delivery, buildings, stations, terrain


def _sketch(roads: Frame, rng: np.random.Generator) -> dict[tuple[int, int], Sketch]:
    """Draw every block that has a road on some side and is no river."""
    sketches = {}
    for i, j in product(*(range(n) for n in roads.zones.shape)):
        block, zone = roads.block(i, j), roads.zones[i, j]
        if block.sides and zone != "river":
            sketches[i, j] = DRAW[zone](block, rng)
    return sketches


def _service_rooms(footprints: Footprints, places: Places) -> Longs:
    """Choose one building a community for its service rooms: the best fit nearest its middle."""
    rank = np.full(len(footprints.use), len(SERVICE_ROOMS), dtype=float)
    for k, use in enumerate(SERVICE_ROOMS):
        rank[footprints.use == use] = k
    community = places.community[footprints.block]
    centre = shapely.get_coordinates(shapely.centroid(footprints.geometry))
    rooms = []
    for one in np.unique(community):
        own = np.flatnonzero(community == one)
        away = np.hypot(*(centre[own] - np.median(centre[own], axis=0)).T)
        rooms.append(own[np.lexsort((away, rank[own]))[0]])
    return np.array(rooms, dtype=np.int64)
