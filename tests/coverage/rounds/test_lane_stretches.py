"""Roads by hand: which pieces are one stop, in which order, and how long it takes."""

import numpy as np
import pandas as pd
import pytest
import shapely

from weizhan.coverage.rounds.lane_stretches import stretches, walked
from weizhan.coverage.rounds.reasons_to_visit import REASON_COLUMNS
from weizhan.coverage.rounds.visits import visits_for
from weizhan.geo.words import fields as f

WALK_M_S = 1.2
EAST, NORTH = 500_000, 3_200_000  # where the town of the fixture lies


@pytest.fixture
def town(make_town):
    """平街 of 30 m pieces with a gap of 90 m and one of 150 m; unnamed yards; 横街 across."""
    street = [(0, 30), (30, 60), (150, 180), (330, 360)]
    lanes = [{"geometry": shapely.LineString([(a, 0), (b, 0)]), "name": "平街"} for a, b in street]
    lanes += [
        {"geometry": shapely.LineString([(60, 0), (60, 40)]), "name": "横街"},
        {"geometry": shapely.LineString([(60, 40), (60, 80)]), "name": None},
        {"geometry": shapely.LineString([(60, 80), (90, 80)]), "name": None},
        {"geometry": shapely.LineString([(90, 80), (90, 120)]), "name": None},
        {"geometry": shapely.LineString([(90, 80), (120, 80)]), "name": None},
    ]
    return make_town(
        lanes=[{"lane_class": "residential", "width_m": 5, **lane} for lane in lanes],
        buildings=[{"geometry": shapely.box(0, 5, 5, 9), "use": "residential"}],
        stations=[{"geometry": shapely.Point(0, 0), "tier": "micro_station"}],
    )


def _row(town, x, y):
    """Return the row of the lane whose middle lies at a place."""
    middle = shapely.line_interpolate_point(town.lanes.geometry.to_numpy(), 0.5, normalized=True)
    return int(np.argmin(shapely.distance(middle, shapely.Point(EAST + x, NORTH + y))))


def _parts(town, places):
    part = stretches(town, np.array([_row(town, *place) for place in places]))
    return [sorted(np.flatnonzero(part == k).tolist()) for k in dict.fromkeys(part.tolist())]


@pytest.mark.parametrize(
    ("places", "parts"),
    [
        ([(15, 0), (45, 0)], [[0, 1]]),  # pieces that follow each other
        ([(15, 0), (165, 0)], [[0], [1]]),  # 120 m apart: too far
        ([(15, 0), (165, 0), (45, 0)], [[0, 1, 2]]),  # with the piece between, 90 m
        ([(165, 0), (345, 0)], [[0], [1]]),  # the same road, 150 m apart
        ([(45, 0), (60, 20)], [[0], [1]]),  # another name begins at the corner
        ([(60, 60), (75, 80)], [[0, 1]]),  # unnamed, nothing else joins there
        ([(75, 80), (90, 100), (105, 80)], [[0], [1], [2]]),  # unnamed at a junction
        ([(60, 20), (60, 60)], [[0], [1]]),  # a name ends where nothing else joins
    ],
)
def test_which_pieces_are_one_stop(town, places, parts):
    assert _parts(town, places) == parts


def test_the_order_of_rows_does_not_matter(town):
    rows = np.array([_row(town, x, 0) for x in (165, 15, 45)])
    for turned in (rows, rows[::-1], np.sort(rows)):
        assert walked(town, turned).tolist() == rows.tolist()[:1] + rows.tolist()[:0:-1]


def test_a_road_is_one_visit_with_all_its_pieces_and_the_walk_between(town):
    rows = [_row(town, x, 0) for x in (15, 45, 165)]
    reasons = pd.DataFrame(
        {
            f.BUILDING_ID: None, "lane_row": [float(row) for row in rows], "case": None,
            "why": "lane_listed", "values": [{"rank": k, "lane": str(k)} for k in (1, 2, 3)],
            "weight": [3.0, 2.0, 1.0], "due_on": pd.NaT,
        },
        columns=list(REASON_COLUMNS),
    )  # fmt: skip
    cases = pd.DataFrame({"state": [], f.BUILDING_ID: [], "key": [], "code": []}, dtype=object)
    (visit,) = visits_for(reasons, town, cases)
    assert set(visit.lanes) == set(rows)
    assert visit.name == "平街"
    assert (visit.x, visit.y) == (EAST + 45, NORTH)
    base = town.rules.rounds.visit_min["lane"].value
    assert visit.minutes == pytest.approx(base + 2 * (30 + 30 + 90 + 30) / WALK_M_S / 60)
    assert visit.weight == 3
    (alone,) = visits_for(reasons[:1], town, cases)
    assert alone.minutes == base
