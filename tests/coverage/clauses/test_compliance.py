"""Findings about fire lanes: tiny towns by hand, brute force for dead ends, and a large one."""

import time
from collections.abc import Callable

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from weizhan.coverage.clauses.building_checks import high_rise
from weizhan.coverage.clauses.checks import Compliance, compliance
from weizhan.coverage.clauses.dead_ends import dead_ends
from weizhan.coverage.clauses.sides import alongside_m, sides_of
from weizhan.geo.ground.network import Network, build_network
from weizhan.geo.ground.passability import passage
from weizhan.geo.ground.snapping import snap
from weizhan.geo.rules.rule_set import load_rules
from weizhan.geo.words.vocabulary import Vehicle

MakeLayer = Callable[..., gpd.GeoDataFrame]
RULES = load_rules()


def _line(*xy: tuple[float, float]) -> shapely.LineString:
    return shapely.LineString(xy)


def _ring(low: float, high: float) -> list[shapely.LineString]:
    a, b, c, d = (low, low), (high, low), (high, high), (low, high)
    return [_line(a, b), _line(b, c), _line(c, d), _line(d, a)]


@pytest.fixture
def judge(make_layer: MakeLayer) -> Callable[..., Compliance]:
    """Judge lanes and buildings given as rows."""

    def found(lanes, buildings=(), barriers=(), **options) -> Compliance:
        network, frame, _ = build_network(
            make_layer("lanes", lanes), make_layer("barriers", barriers), join_m=0.5, barrier_m=5
        )
        houses = make_layer("buildings", buildings)
        positions = snap(
            houses.geometry.to_numpy(),
            frame,
            allowed=np.ones(len(frame), dtype=bool),
            within_m=100,
        )
        engine = passage(
            network,
            frame,
            make_layer("barriers", barriers),
            rules=RULES,
            vehicle=Vehicle.FIRE_ENGINE,
        )
        return compliance(network, frame, houses, positions, passage=engine, rules=RULES, **options)

    return found


def _of(found: Compliance, check: str) -> list[tuple[str, float, str]]:
    rows = found.findings[found.findings["check"] == check]
    return [
        (i, None if np.isnan(m) else round(m, 3), c)
        for i, m, c in rows[["id", "measured", "certainty"]].itertuples(index=False)
    ]


def _row(x: float, **columns):
    """A lane of 30 m apart from all others."""
    return {"geometry": _line((x, 0), (x, 30)), "lane_class": "service", **columns}


def test_widths_and_heights_by_what_is_known(judge):
    found = judge(
        [
            _row(0, width_m=3.5),
            _row(100, width_m=4.0),
            _row(200),  # 2.8-6, typically 4
            _row(300, lane_class="alley"),  # typically 2.2
            _row(400, lane_class="primary"),  # at least 7
            _row(500, lane_class="footway", width_m=1.0),  # no fire lane
            _row(600, width_m=9, height_limit_m=3.2),
            _row(700, width_m=9, level=-1),
        ]
    )
    ids = sorted(found.findings["id"].unique())
    assert _of(found, "width") == [
        ("L1", 3.5, "certain"),
        ("L3", None, "unknown"),
        ("L4", None, "likely"),
    ]
    assert _of(found, "height") == [("L7", 3.2, "certain"), ("L8", None, "unknown")]
    assert "L5" not in ids
    assert found.counts.loc["width", ["judged", "found", "certain"]].tolist() == [7, 3, 1]


def test_slopes_surveyed_and_from_the_ground(judge):
    lanes = [_row(0, slope_pct=-12), _row(100, slope_pct=9), _row(200), _row(300), _row(400)]
    slopes = pd.DataFrame(
        {"slope_pct": [0, 0, 15.0, -11.0, np.nan], "uncertainty_pct": [3.0, 3, 3, 3, np.nan]}
    )
    found = judge(lanes, slopes=slopes)
    assert sorted(_of(found, "slope")) == [
        ("L1", 12, "certain"),
        ("L3", 15, "likely"),
        ("L4", 11, "unknown"),
    ]
    assert _of(found, "slope_advised") == [("L2", 9, "certain")]
    assert found.counts.loc["slope", ["judged", "unjudged"]].tolist() == [4, 1]
    assert judge(lanes).counts.loc["slope", "unjudged"] == 3


def _cul_de_sac(**columns):
    """A ring of 200 m by 200 m with a dead end of 30 m + 30 m and one of 35 m inside it."""
    wide = {"lane_class": "service", "width_m": 6.0}
    return [
        *({"geometry": line, **wide} for line in _ring(0, 200)),
        {"geometry": _line((100, 0), (100, 30)), **wide},
        {"geometry": _line((100, 30), (100, 60)), **wide, **columns},
        {"geometry": _line((0, 100), (35, 100)), **wide},
    ]


def _places(*geometries) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=list(geometries), crs="EPSG:4543")


def test_a_dead_end_is_unknown_until_turning_places_are_surveyed(judge):
    assert _of(judge(_cul_de_sac()), "dead_end") == [("L6", 60, "unknown")]
    nowhere = _places(shapely.Point(5000, 5000))
    assert _of(judge(_cul_de_sac(), turning_places=nowhere), "dead_end") == [("L6", 60, "certain")]
    unmeasured = _cul_de_sac(width_m=None)
    assert _of(judge(unmeasured, turning_places=nowhere), "dead_end") == [("L6", 60, "likely")]
    for place in (shapely.Point(100, 50), shapely.box(94, 40, 106, 52)):
        assert not _of(judge(_cul_de_sac(), turning_places=_places(place)), "dead_end")
    small = _places(shapely.box(96, 40, 104, 52))
    assert _of(judge(_cul_de_sac(), turning_places=small), "dead_end") == [("L6", 60, "certain")]
    none = _places()
    assert _of(judge(_cul_de_sac(), turning_places=none), "dead_end") == [("L6", 60, "certain")]


def test_what_stops_the_engine_makes_the_end(judge):
    wide = {"lane_class": "service", "width_m": 6.0}
    through = [
        *({"geometry": line, **wide} for line in _ring(0, 300)),
        {"geometry": _line((150, 0), (150, 100)), **wide},
        {"geometry": _line((150, 100), (150, 300)), **wide},
    ]
    assert not _of(judge(through), "dead_end")
    bollard = [{"geometry": shapely.Point(150, 100), "kind": "bollard", "width_m": 1.4}]
    ends = sorted(m for _, m, _ in _of(judge(through, barriers=bollard), "dead_end"))
    assert ends == [100, 200]
    through[-1] = {**through[-1], "width_m": 2.0}
    assert _of(judge(through), "dead_end") == [("L5", 100, "unknown")]


def test_a_lane_that_ends_at_the_rim_may_go_on(judge):
    lanes = [
        *_cul_de_sac()[:4],
        {"geometry": _line((200, 100), (280, 100)), "lane_class": "service", "width_m": 6.0},
    ]
    for surveyed in (_places(shapely.Point(5000, 5000)), None):
        found = judge(lanes, turning_places=surveyed)
        assert _of(found, "dead_end") == []
        assert found.counts.loc["dead_end", ["found", "unjudged"]].tolist() == [0, 1]


def test_a_bridge_is_no_dead_end(judge):
    assert _of(judge(_cul_de_sac()), "dead_end") == [("L6", 60, "unknown")]
    bridge = judge(_cul_de_sac(level=1))
    assert _of(bridge, "dead_end") == []
    assert bridge.counts.loc["dead_end", "unjudged"] == 0


def test_the_wall_is_measured_from_the_inner_edge(judge):
    def house(x, gap):
        return {"geometry": shapely.box(x + gap, 10, x + gap + 8, 20)}

    lanes = [
        _row(0, width_m=6),
        _row(200, width_m=6),
        _row(400),
        _row(600),
        _row(800, width_m=2),
    ]
    houses = [house(0, 7), house(200, 8), house(400, 6), house(600, 7.5), house(800, 3)]
    found = judge(lanes, houses)
    assert _of(found, "wall_gap") == [
        ("B1", 4, "certain"),
        ("B3", None, "likely"),  # 6 - 4/2
        ("B4", None, "unknown"),  # 7.5 - 6/2
    ]


def test_ring_lanes_along_both_long_sides(judge):
    def block(y, **columns):
        return {"geometry": shapely.box(0, y, 60, y + 20), **columns}

    def lane(y, **columns):
        return {
            "geometry": _line((-10, y), (70, y)),
            "lane_class": "service",
            "width_m": 6.0,
            **columns,
        }

    lanes = [
        *(lane(y) for y in (-10, 30)),
        lane(190),
        lane(390),
        lane(430, width_m=None),
        lane(590),
    ]
    houses = [
        block(0, use="high_rise"),
        block(200, use="residential", height_m=40),
        block(400, use="office", floors=9),
        block(600, use="residential", height_m=20),
        block(800),
    ]
    found = judge(lanes, houses)
    assert _of(found, "ring_lane") == [("B2", 1, "likely"), ("B3", 1, "unknown")]
    assert found.counts.loc["ring_lane", ["judged", "unjudged"]].tolist() == [3, 1]
    # The lanes lie 10 m from the wall: just within the strip for the operation place.
    assert not _of(found, "operation_place")


@pytest.mark.parametrize(
    ("use", "side", "needed"),
    [
        ("factory", 50, False),
        ("factory", 60, True),
        ("warehouse", 40, True),
        ("logistics", 30, False),
        ("commercial", 60, True),
        ("school", 100, False),
    ],
)
def test_large_buildings_need_a_ring_lane(judge, use, side, needed):
    house = {"geometry": shapely.box(10, 10, 10 + side, 11 + side), "use": use, "height_m": 8.0}
    found = judge([_row(0, width_m=6.0)], [house])
    assert bool(_of(found, "ring_lane")) == needed


@pytest.mark.parametrize(
    ("y", "height", "run", "expected"),
    [
        (-7, 40, 60, None),
        (-12, 40, 60, (0, "likely")),
        (-3, 40, 60, (0, "likely")),
        (-7, 40, 12, (12, "likely")),
        (-7, 40, 18, None),
        (-7, 60, 18, (18, "likely")),
    ],
)
def test_operation_place_in_length_and_distance(judge, y, height, run, expected):
    house = {"geometry": shapely.box(0, 0, 60, 20), "use": "residential", "height_m": height}
    lane = {"geometry": _line((0, y), (run, y)), "lane_class": "service", "width_m": 6.0}
    found = _of(judge([lane], [house]), "operation_place")
    assert found == ([] if expected is None else [("B1", *expected)])


def test_every_finding_has_its_clause_and_limit(judge):
    houses = [{"geometry": shapely.box(3, 5, 63, 25), "use": "high_rise"}]
    found = judge([_row(0, width_m=3.5, slope_pct=14, height_limit_m=3), *_cul_de_sac()], houses)
    assert not found.findings.isna()[["subject", "id", "check", "clause", "limit"]].any().any()
    width = found.findings[found.findings["check"] == "width"].iloc[0]
    assert "55037" in width["clause"]
    assert (width["measured"], width["limit"], width["unit"]) == (3.5, 4.0, "m")


def test_a_town_without_lanes_that_pass_and_without_buildings(judge):
    found = judge([_row(0, lane_class="steps")])
    assert found.findings.empty
    assert list(found.findings.columns) == [
        "subject",
        "id",
        "check",
        "clause",
        "measured",
        "limit",
        "unit",
        "certainty",
    ]


def _network(ends: np.ndarray, nodes: int, length: np.ndarray) -> Network:
    nothing = np.empty(0, np.int32)
    xy = np.zeros((nodes, 2))
    lane_from, lane_to = ends.astype(np.int32).T
    return Network(
        xy, lane_from, lane_to, length, nothing, nothing, nothing, nothing == 1, nothing, nothing
    )


@given(st.integers(0, 2**32 - 1), st.integers(2, 12), st.integers(1, 20))
@settings(max_examples=150, deadline=None)
def test_dead_ends_are_those_found_by_walking_back(seed, nodes, lanes):
    rng = np.random.default_rng(seed)
    network = _network(
        rng.integers(0, nodes, (lanes, 2)), nodes, rng.integers(1, 50, lanes).astype(float)
    )
    passes = rng.random(lanes) < 0.8
    stopped = rng.random(nodes) < 0.15
    found = dead_ends(network, passes=passes, stopped=stopped)
    graph = nx.MultiGraph()
    for lane in np.flatnonzero(passes):
        ends = [
            (n, lane, side) if stopped[n] else n
            for side, n in enumerate((int(network.lane_from[lane]), int(network.lane_to[lane])))
        ]
        graph.add_edge(*ends, key=int(lane), length=network.length_m[lane])
    expected = set()
    for leaf in [n for n in graph if graph.degree(n) == 1]:
        walked, at, last = [], leaf, None
        while not walked or graph.degree(at) == 2:
            u, v, key = next(e for e in graph.edges(at, keys=True) if e[2] != last)
            walked.append(key)
            at, last = (v if u == at else u), key
        expected.add((frozenset(walked), float(network.length_m[walked].sum())))
    chains = {
        (frozenset(np.flatnonzero(found.lane_chain == c).tolist()), float(m))
        for c, m in zip(found.chain, found.length_m, strict=True)
    }
    assert chains == expected
    assert len(found.lane) == len(expected)


@given(st.floats(5, 80), st.floats(5, 80), st.floats(0, 3.1), st.floats(1, 14), st.floats(-40, 40))
def test_a_lane_beside_a_turned_block_runs_along_one_side(long, wide, turn, gap, shift):
    block = shapely.box(0, 0, long, wide)
    lane = _line((shift, -gap), (shift + 30, -gap))
    if abs(long - wide) < 0.1:
        return
    both = [
        shapely.affinity.rotate(g, turn, origin=(0, 0), use_radians=True) for g in (block, lane)
    ]
    found = alongside_m(sides_of(np.array(both[:1])), np.array(both[1:]), near_m=0, far_m=15)[0]
    expected = max(0.0, min(long, shift + 30) - max(0.0, shift))
    assert found.sum() == pytest.approx(expected, abs=1e-4)
    side = found[::2] if long > wide else found[1::2]
    assert side.max() == pytest.approx(expected, abs=1e-4)


def test_a_hundred_thousand_buildings_take_seconds(judge, make_layer):
    rng = np.random.default_rng(4)
    side = 317
    x, y = (np.stack(np.meshgrid(np.arange(side), np.arange(side))).reshape(2, -1) * 25.0)[
        :, :100_000
    ]
    houses = make_layer("buildings", [])
    houses = gpd.GeoDataFrame(
        {c: [None] * len(x) for c in houses.columns if c != "geometry"},
        geometry=shapely.box(x + 5, y + 5, x + 20, y + rng.uniform(12, 20, len(x))),
        crs="EPSG:4543",
    )
    houses["building_id"] = np.arange(len(x)).astype(str)
    houses["height_m"] = rng.choice([9.0, 18.0, 33.0], len(x), p=[0.6, 0.35, 0.05])
    houses["floors"] = np.nan
    lines = [_line((0, v), (8000, v)) for v in np.arange(0, 8000, 25.0)]
    lanes = make_layer(
        "lanes", [{"geometry": s, "lane_class": "service", "width_m": 5.0} for s in lines]
    )
    network, frame, _ = build_network(lanes, make_layer("barriers", []), join_m=0.5, barrier_m=5)
    positions = snap(
        houses.geometry.to_numpy(), frame, allowed=np.ones(len(frame), dtype=bool), within_m=100
    )
    engine = passage(
        network, frame, make_layer("barriers", []), rules=RULES, vehicle=Vehicle.FIRE_ENGINE
    )
    start = time.process_time()
    found = compliance(network, frame, houses, positions, passage=engine, rules=RULES)
    print(
        f"{len(x)} buildings, {len(found.findings)} findings: {time.process_time() - start:.2f} s"
    )
    assert time.process_time() - start < 15


@pytest.mark.parametrize(
    ("use", "floors", "low", "high", "tall", "unsure"),
    [  # a floor is 3 m; homes are tall above 27 m, others above 24 m
        ("residential", 10, None, None, True, False),
        ("residential", 9, None, None, False, False),
        ("residential", 10, 8, 12, False, True),
        ("residential", 9, 8, 10, False, True),
        ("residential", 12, 10, 14, True, False),
        ("residential", 7, 6, 9, False, False),
        ("residential", 8, 7, None, False, True),  # more than seven: no end is told
        ("residential", 11, 10, None, True, False),
        ("residential", None, None, None, False, True),
        ("high_rise", 10, 8, 12, True, False),
        (None, 9, None, None, False, True),
    ],
)
def test_a_range_of_floors_across_the_limit_leaves_it_open(use, floors, low, high, tall, unsure):
    told = {"use": [use], "floors": [floors], "floors_low": [low], "floors_high": [high]}
    numbers = {name: pd.Series(value, dtype=float) for name, value in told.items() if name != "use"}
    house = pd.DataFrame(numbers).assign(use=[use], height_m=np.nan)
    found = high_rise(house, load_rules())
    assert [flag.tolist() for flag in found] == [[tall], [unsure]]
