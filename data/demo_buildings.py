"""The buildings of the demo town: where they stand, what they hold, and what is not known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from ..geo.arrays import Flags, Floats, Longs, Shapes, Words
from ..geo.words import Use
from .demo_blocks import Sketch
from .demo_plan import Frame
from .demo_streets import Streets
from .demo_terrain import Relief

CLEAR_OF_LANES_M = 0.6
NEAR_A_LANE_M = 38.0  # a house farther off than this is not built

USE_MISSING, FLOORS_MISSING, PEOPLE_MISSING, HEIGHT_KNOWN = 0.05, 0.10, 0.15, 0.6

#: Uses whose houses are kept in the ledger of self-built houses and known only from there.
LEDGER_USES = (Use.SELF_BUILT, Use.SELF_BUILT_BUSINESS, Use.GROUP_RENTAL, Use.RURAL_SELF_BUILT)
PACKED_USES = (*LEDGER_USES, Use.THREE_IN_ONE)  # plots keep their crooked corners

#: People on 100 m² of floor by day and by night; then metres a floor.
HOLDS: dict[Use, tuple[float, float, float]] = {
    Use.RESIDENTIAL: (1.0, 2.7, 3.0),
    Use.HIGH_RISE: (0.9, 2.5, 3.0),
    Use.SELF_BUILT: (0.8, 2.2, 3.1),
    Use.SELF_BUILT_BUSINESS: (2.0, 2.6, 3.3),
    Use.RURAL_SELF_BUILT: (0.5, 1.0, 3.2),
    Use.GROUP_RENTAL: (2.0, 5.5, 3.0),
    Use.THREE_IN_ONE: (4.0, 3.0, 3.6),
    Use.FACTORY: (1.2, 0.1, 5.2),
    Use.WAREHOUSE: (0.3, 0.02, 6.5),
    Use.LOGISTICS: (0.6, 0.1, 7.0),
    Use.RECYCLING: (0.8, 0.1, 4.5),
    Use.ENERGY_STORAGE: (0.1, 0.0, 4.0),
    Use.COMMERCIAL_COMPLEX: (8.0, 0.2, 5.0),
    Use.COMMERCIAL: (5.0, 0.2, 4.2),
    Use.SMALL_PREMISES: (4.0, 0.9, 3.6),
    Use.HOTEL: (1.2, 2.8, 3.4),
    Use.LIVE_STREAMING: (4.0, 0.5, 3.8),
    Use.MEDICAL: (6.0, 3.0, 3.9),
    Use.ELDER_CARE: (4.0, 4.5, 3.4),
    Use.SCHOOL: (14.0, 0.3, 3.8),
    Use.CHILDCARE: (12.0, 0.0, 3.6),
    Use.ASSEMBLY: (9.0, 0.1, 5.5),
    Use.OFFICE: (5.5, 0.1, 3.7),
    Use.COMMUNITY_SERVICE: (4.0, 0.1, 3.6),
}
ELDERS, CHILDREN = 0.17, 0.12  # shares of those who sleep in a home
ELDERS_BY_USE = {Use.ELDER_CARE: 0.92, Use.RURAL_SELF_BUILT: 0.42, Use.MEDICAL: 0.4}
CHILDREN_BY_USE = {Use.ELDER_CARE: 0.0, Use.MEDICAL: 0.08, Use.GROUP_RENTAL: 0.04}


@dataclass(frozen=True, slots=True)
class Buildings:
    """The buildings as they truly are; what is known of each is told by the ``knows_`` masks.

    ``block`` is column times rows plus row of the plan, ``lane`` the nearest lane.
    """

    geometry: Shapes
    use: Words
    floors: Longs
    height_m: Floats
    people_day: Longs
    people_night: Longs
    elders: Longs
    children: Longs
    block: Longs
    lane: Longs
    in_ledger: Flags
    knows_use: Flags
    knows_floors: Flags
    knows_height: Flags
    knows_people: Flags


@dataclass(frozen=True, slots=True)
class Footprints:
    """Walls, uses and floors of all houses that found room."""

    geometry: Shapes
    use: Words
    floors: Longs
    block: Longs
    lane: Longs


def build(
    frame: Frame, sketches: dict[tuple[int, int], Sketch], relief: Relief, streets: Streets
) -> Footprints:
    """Build the houses of all blocks; those that would stand on a lane or in another are not."""
    rows = frame.zones.shape[1]
    quads, uses, floors, blocks = [], [], [], []
    for (i, j), sketch in sketches.items():
        drawn = np.concatenate(sketch.quads)
        quads.append(frame.block(i, j).at(drawn))
        uses += sketch.uses
        floors += sketch.floors
        blocks.append(np.full(len(drawn), i * rows + j))
    use, floor, block = np.concatenate(uses), np.concatenate(floors), np.concatenate(blocks)
    walls = relief.warp(np.concatenate(quads))
    packed = np.isin(use, PACKED_USES)
    walls[~packed] = _squared(walls[~packed])
    polygons = np.asarray(shapely.polygons(walls))

    lanes = shapely.STRtree(streets.geometry)
    on_lane = lanes.query(polygons, predicate="dwithin", distance=CLEAR_OF_LANES_M)[0]
    near = lanes.query(polygons, predicate="dwithin", distance=NEAR_A_LANE_M)[0]
    stands = np.zeros(len(polygons), dtype=bool)
    stands[near] = True
    stands[on_lane] = False
    stands &= shapely.is_valid(polygons)
    first, second = shapely.STRtree(polygons[stands]).query(polygons[stands], "intersects")
    stands[np.flatnonzero(stands)[second[second > first]]] = False

    kept = polygons[stands]
    of, nearest = lanes.query_nearest(kept, all_matches=False)
    lane = np.empty(len(kept), dtype=np.int64)
    lane[of] = nearest
    return Footprints(kept, use[stands], floor[stands], block[stands], lane)


def inhabit(footprints: Footprints, service: Longs, rng: np.random.Generator) -> Buildings:
    """Give people and heights to the houses, and decide what of it is known.

    Parameters
    ----------
    footprints
        The houses.
    service
        Which of them hold the service rooms of a community.
    rng
        Random generator.
    """
    use = footprints.use.astype("<U24")
    use[service] = Use.COMMUNITY_SERVICE
    floors = footprints.floors.copy()
    floors[service] = np.minimum(floors[service], 3)
    count = len(use)
    table = {code: HOLDS[Use(code)] for code in np.unique(use).tolist()}
    day, night, storey = np.array([table[code] for code in use]).T
    space = shapely.area(footprints.geometry) * floors / 100
    fullness = rng.lognormal(-0.05, 0.3, count)
    people_day = rng.poisson(day * space * fullness)
    people_night = rng.poisson(night * space * fullness)
    shares = {
        code: (
            ELDERS_BY_USE.get(Use(code), ELDERS),
            CHILDREN_BY_USE.get(Use(code), CHILDREN),
        )
        for code in table
    }
    old, young = np.array([shares[code] for code in use]).T
    in_ledger = np.isin(use, LEDGER_USES)
    return Buildings(
        geometry=footprints.geometry,
        use=use,
        floors=floors,
        height_m=np.round(floors * storey + rng.uniform(0.3, 1.8, count), 1),
        people_day=people_day,
        people_night=people_night,
        elders=rng.binomial(people_night, old * rng.uniform(0.5, 1.08, count)),
        children=rng.binomial(people_night, young * rng.uniform(0.5, 1.5, count)),
        block=footprints.block,
        lane=footprints.lane,
        in_ledger=in_ledger,
        knows_use=rng.random(count) >= USE_MISSING,
        knows_floors=rng.random(count) >= FLOORS_MISSING,
        knows_height=(rng.random(count) < HEIGHT_KNOWN) & ~in_ledger,
        knows_people=rng.random(count) >= PEOPLE_MISSING,
    )


def _squared(walls: Floats) -> Floats:
    """Return rectangles in place of four-cornered walls that were bent with the land."""
    centre = walls.mean(axis=1)
    ahead = (walls[:, 1] + walls[:, 2] - walls[:, 0] - walls[:, 3]) / 4
    aside = (walls[:, 2] + walls[:, 3] - walls[:, 0] - walls[:, 1]) / 4
    unit = ahead / np.linalg.norm(ahead, axis=1, keepdims=True)
    aside = aside - unit * (aside * unit).sum(axis=1, keepdims=True)
    return np.asarray(
        np.stack(
            [centre - ahead - aside, centre + ahead - aside, centre + ahead + aside,
             centre - ahead + aside],
            axis=1,
        )
    )  # fmt: skip
