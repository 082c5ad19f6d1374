import collections
from collections.abc import Callable

import geopandas as gpd
import networkx as nx
import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st

from weizhan.geo.ground.network import build_network, from_networkx, to_networkx
from weizhan.geo.ground.snapping import attachable, snap

MakeLayer = Callable[..., gpd.GeoDataFrame]
Line = shapely.LineString


def _build(make_layer: MakeLayer, lines: list[Line], *, barriers=(), join_m=0.5, **columns):
    rows = [
        {"geometry": line, "lane_id": chr(ord("a") + i), **{k: v[i] for k, v in columns.items()}}
        for i, line in enumerate(lines)
    ]
    return build_network(
        make_layer("lanes", rows), make_layer("barriers", barriers), join_m=join_m, barrier_m=5
    )


def _codes(problems):
    return {problem.code: problem.count for problem in problems}


def test_lanes_are_cut_where_they_share_a_vertex_and_keep_their_identity(make_layer):
    through = Line([(0, 0), (50, 0), (100, 0)])
    side = Line([(50, 0), (50, 80)])
    network, lanes, problems = _build(make_layer, [through, side])
    assert sorted(lanes["lane_id"]) == ["a.1", "a.2", "b"]
    assert sorted(lanes["drawn_lane_id"]) == ["a", "a", "b"]
    assert network.nodes == 4
    assert sorted(network.length_m) == [50, 50, 80]
    assert not problems


def test_row_i_of_the_lanes_is_edge_i_and_runs_from_node_to_node(make_layer):
    network, lanes, _ = _build(
        make_layer, [Line([(0, 0), (9, 3), (40, 0)]), Line([(40, 0), (9, 9)])]
    )
    for i, line in enumerate(lanes.geometry):
        assert tuple(network.node_xy[network.lane_from[i]]) == line.coords[0]
        assert tuple(network.node_xy[network.lane_to[i]]) == line.coords[-1]


def test_every_lane_has_an_arc_each_way(make_layer):
    network, _, _ = _build(make_layer, [Line([(0, 0), (50, 0)]), Line([(50, 0), (90, 10)])])
    tail = np.repeat(np.arange(network.nodes), np.diff(network.indptr))
    arcs = {
        (int(a), int(b), int(lane), bool(along))
        for a, b, lane, along in zip(
            tail, network.head, network.arc_lane, network.arc_forward, strict=True
        )
    }
    ends = zip(network.lane_from.tolist(), network.lane_to.tolist(), strict=True)
    expected = {x for i, (u, v) in enumerate(ends) for x in ((u, v, i, True), (v, u, i, False))}
    assert arcs == expected


def test_an_end_close_to_another_lane_is_joined_and_said(make_layer):
    network, lanes, problems = _build(
        make_layer, [Line([(0, 0), (100, 0)]), Line([(40, 0.3), (40, 60)])]
    )
    assert len(lanes) == 3
    assert len(network.component_length_m) == 1
    assert _codes(problems) == {"lanes_joined": 1}


def test_a_bridge_is_not_joined_to_the_street_below(make_layer):
    lines = [Line([(0, 0), (100, 0)]), Line([(40, 0.3), (40, 60)])]
    network, _, problems = _build(make_layer, lines, level=[0, 1])
    assert len(network.component_length_m) == 2
    assert "lanes_joined" not in _codes(problems)


def test_lanes_that_cross_without_a_vertex_are_not_connected_and_said(make_layer):
    cross = [Line([(0, 0), (100, 0)]), Line([(50, -50), (50, 50)])]
    network, _, problems = _build(make_layer, cross)
    assert len(network.component_length_m) == 2
    assert _codes(problems) == {"lanes_cross": 1, "lanes_parts": 2}
    _, _, bridged = _build(make_layer, cross, level=[0, 1])
    assert "lanes_cross" not in _codes(bridged)


def test_two_ends_that_nearly_meet_become_one_node(make_layer):
    lines = [Line([(0, 0), (100, 0)]), Line([(100.05, 0.02), (200, 0)])]
    network, _, problems = _build(make_layer, lines)
    assert network.nodes == 3
    assert len(network.component_length_m) == 1
    assert _codes(problems) == {"lanes_joined": 1}


def test_an_end_follows_the_end_that_it_is_joined_to(make_layer):
    # a's end is nearest to b's, b's to c's: all three are one node
    lines = [
        Line([(-50, 0), (0, 0)]), Line([(0.4, 0), (0.4, 60)]), Line([(0.7, 0), (60, 0)]),
    ]  # fmt: skip
    network, _, problems = _build(make_layer, lines)
    assert network.nodes == 4
    assert len(network.component_length_m) == 1
    assert _codes(problems) == {"lanes_joined": 2}


@given(
    st.lists(
        st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(0, 5), st.integers(0, 5)),
        min_size=2,
        max_size=8,
        unique=True,
    ),
    st.randoms(use_true_random=False),
)
def test_lanes_drawn_carelessly_are_connected_as_meant_in_any_order(make_layer, ends, chance):
    """Ends drawn up to 0.12 m off their corners meet as they would if drawn exactly."""
    meant = [((a * 50, b * 50), (c * 50, d * 50)) for a, b, c, d in ends if (a, b) != (c, d)]
    if not meant:
        return

    def off(xy):
        return (xy[0] + chance.uniform(-0.12, 0.12), xy[1] + chance.uniform(-0.12, 0.12))

    drawn = [Line([off(a), off(b)]) for a, b in meant]
    shuffled = drawn.copy()
    chance.shuffle(shuffled)
    parts = set()
    for lines in (drawn, shuffled):
        rows = [{"geometry": line, "lane_id": str(i)} for i, line in enumerate(lines)]
        network, _, problems = build_network(
            make_layer("lanes", rows), make_layer("barriers", []), join_m=0.5, barrier_m=5
        )
        assert "lanes_not_joined" not in _codes(problems)
        at = collections.defaultdict(set)
        for node, corner in zip(network.component, np.rint(network.node_xy / 50), strict=True):
            at[tuple(corner)].add(int(node))
        assert all(len(at[xy[0] / 50, xy[1] / 50]) == 1 for pair in meant for xy in pair)
        parts.add(len(network.component_length_m))
    assert len(parts) == 1


def test_lanes_that_cross_are_connected_on_request_but_for_bridges(make_layer):
    cross = [Line([(0, 0), (100, 0)]), Line([(50, -50), (50, 50)]), Line([(20, -50), (20, 50)])]
    rows = [
        {"geometry": line, "lane_id": name, "level": level}
        for line, name, level in zip(cross, "abc", (0, 0, 1), strict=True)
    ]
    layers = (make_layer("lanes", rows), make_layer("barriers", []))
    network, lanes, problems = build_network(*layers, join_m=0.5, barrier_m=5, cross="join")
    assert _codes(problems) == {"lanes_crossed": 1, "lanes_parts": 2}
    assert sorted(lanes["lane_id"]) == ["a.1", "a.2", "b.1", "b.2", "c"]
    assert len(network.crossing) == 0
    network, _, problems = build_network(*layers, join_m=0.5, barrier_m=5, cross="ask")
    told = {p.code: p for p in problems}["lanes_cross_ask"]
    assert (told.severity, told.count, told.value) == ("error", 1, "66.7%")
    assert told.details["where"].startswith("a×b (")


def test_a_crossing_at_a_corner_of_one_lane_alone_is_no_junction(make_layer):
    lines = [Line([(0, 0), (50, 0), (100, 0)]), Line([(50, -50), (50, 50)])]
    network, _, problems = _build(make_layer, lines)
    assert _codes(problems) == {"lanes_cross": 1, "lanes_parts": 2}
    assert len(network.crossing) == 1


def test_a_ring_lane_and_a_figure_of_eight_survive(make_layer):
    ring = Line([(0, 0), (50, 0), (50, 50), (0, 50), (0, 0)])
    eight = Line(
        [(200, 0), (210, 10), (220, 0), (210, -10), (200, 0), (190, 10), (180, 0), (200, 0)]
    )
    network, lanes, _ = _build(make_layer, [ring, eight])
    assert lanes.length.sum() == ring.length + eight.length
    assert (network.lane_from == network.lane_to).sum() == 3


def test_a_barrier_becomes_a_node_of_its_own_and_far_ones_are_said(make_layer):
    barriers = [
        {"geometry": shapely.Point(30, 2), "barrier_id": "near"},
        {"geometry": shapely.Point(30, 20), "barrier_id": "far"},
    ]
    network, lanes, problems = _build(make_layer, [Line([(0, 0), (100, 0)])], barriers=barriers)
    assert tuple(network.node_xy[network.barrier_node[0]]) == (30, 0)
    assert network.barrier_node[1] == -1
    assert sorted(lanes.length) == [30, 70]
    assert [p.feature for p in problems if p.code == "barrier_off_lane"] == ["far"]


def test_the_longest_part_comes_first(make_layer):
    network, lanes, _ = _build(make_layer, [Line([(0, 0), (10, 0)]), Line([(0, 50), (90, 50)])])
    assert network.component_length_m.tolist() == [90, 10]
    assert lanes.set_index("lane_id")["component"].to_dict() == {"a": 1, "b": 0}


def test_a_graph_such_as_osmnx_makes_comes_back_as_the_same_lanes(make_layer):
    lines = [Line([(0, 0), (20, 5), (50, 0)]), Line([(50, 0), (50, 80)]), Line([(50, 0), (90, 0)])]
    network, lanes, _ = _build(
        make_layer, lines, oneway=[None, "forward", None], name=["一", "二", "三"]
    )
    graph = to_networkx(network, lanes)
    assert isinstance(graph, nx.MultiDiGraph)
    assert graph.number_of_edges() == 5
    again = from_networkx(graph)
    assert {shapely.normalize(g).wkt for g in again.geometry} == {
        shapely.normalize(g).wkt for g in lanes.geometry
    }
    assert again.set_index("name")["oneway"].to_dict() == {
        "一": "both",
        "二": "forward",
        "三": "both",
    }
    rebuilt = build_network(
        make_layer("lanes", again.to_dict("records")),
        make_layer("barriers", []),
        join_m=0,
        barrier_m=0,
    )[0]
    assert np.array_equal(rebuilt.node_xy, network.node_xy)


@given(st.permutations(range(5)))
def test_the_order_of_the_file_does_not_matter(order):
    lines = [Line([(i * 10, 0), (i * 10 + 10, 0)]) for i in range(5)]
    frame = gpd.GeoDataFrame(
        {"lane_id": [str(i) for i in order], "level": np.nan, "step_count": np.nan},
        geometry=[lines[i] for i in order],
        crs="EPSG:4543",
    )
    none = gpd.GeoDataFrame({"barrier_id": []}, geometry=[], crs="EPSG:4543")
    network, lanes, _ = build_network(frame, none, join_m=0.5, barrier_m=5)
    assert lanes["lane_id"].tolist() == ["0", "1", "2", "3", "4"]
    assert network.node_xy[:, 0].tolist() == [0, 10, 20, 30, 40, 50]


# --- positions -----------------------------------------------------------------------------


def test_a_footprint_sits_on_the_lane_nearest_to_its_wall(make_layer):
    network, lanes, _ = _build(make_layer, [Line([(0, 0), (400, 0)]), Line([(0, 30), (400, 30)])])
    allowed = attachable(network, lanes, fragment_m=200)
    house = shapely.box(100, 10, 120, 27)
    far = shapely.box(100, 200, 120, 210)
    at = snap(np.array([house, far], dtype=object), lanes, allowed=allowed, within_m=100)
    assert lanes["lane_id"][at.lane[0]] == "b"
    assert 0.25 <= at.fraction[0] <= 0.30 + 1e-6
    assert at.access_m[0] == 3
    assert at.attached.tolist() == [True, False]
    assert np.isnan(at.access_m[1])


def test_nothing_attaches_to_tunnels_or_to_leftovers_of_drawing(make_layer):
    lines = [Line([(0, 0), (400, 0)]), Line([(0, 30), (20, 30)]), Line([(400, 0), (400, 300)])]
    network, lanes, _ = _build(make_layer, lines, level=[0, 0, -1])
    allowed = attachable(network, lanes, fragment_m=200)
    assert dict(zip(lanes["lane_id"], allowed, strict=True)) == {"a": True, "b": False, "c": False}


def test_of_two_lanes_equally_near_the_first_is_taken(make_layer):
    _, lanes, _ = _build(make_layer, [Line([(0, 0), (50, 0)]), Line([(50, 0), (100, 0)])])
    point = np.array([shapely.Point(50, 10)], dtype=object)
    at = snap(point, lanes, allowed=np.ones(2, dtype=bool), within_m=100)
    assert (at.lane[0], at.access_m[0]) == (0, 10)


def test_of_lanes_equally_near_the_wider_class_counts(make_layer):
    lines = [Line([(0, 10.004), (100, 10.004)]), Line([(0, -10), (100, -10)])]
    lines.append(Line([(0, 10.004), (0, -10)]))
    house = np.array([shapely.box(40, -2, 50, 2)])
    for first, second in (("alley", "residential"), ("residential", "alley")):
        network, lanes, _ = _build(make_layer, lines, lane_class=[first, second, "path"])
        found = snap(house, lanes, allowed=attachable(network, lanes, fragment_m=0), within_m=50)
        assert lanes["lane_class"].iloc[found.lane[0]] == "residential"
    assert found.access_m.tolist() == [8.004]  # the wall is 4 mm nearer to the alley


def test_a_lane_that_is_nearer_by_more_than_a_centimetre_is_the_nearest(make_layer):
    lines = [Line([(0, 10.02), (100, 10.02)]), Line([(0, -10), (100, -10)])]
    _, lanes, _ = _build(make_layer, lines, lane_class=["primary", "path"])
    found = snap(
        np.array([shapely.box(40, -2, 50, 2)]), lanes, allowed=np.ones(2, bool), within_m=50
    )
    assert lanes["lane_class"].iloc[found.lane[0]] == "path"


@given(st.randoms(use_true_random=False))
def test_where_features_attach_does_not_depend_on_the_order_of_the_lanes(make_layer, chance):
    """A grid of streets with houses in the middle of its blocks: four lanes equally near."""
    lines = [Line([(x, 0), (x, 60)]) for x in range(0, 80, 20)]
    lines += [Line([(0, y), (60, y)]) for y in range(0, 80, 20)]
    rows = [
        {"geometry": line, "lane_id": str(i), "width_m": chance.choice([None, 3.0])}
        for i, line in enumerate(lines)
    ]
    houses = np.array([shapely.box(x + 5, y + 5, x + 15, y + 15)
                       for x in range(0, 60, 20) for y in range(0, 60, 20)])  # fmt: skip

    def attached(rows):
        network, lanes, _ = build_network(
            make_layer("lanes", rows), make_layer("barriers", []), join_m=0.5, barrier_m=5,
            cross="join",
        )  # fmt: skip
        found = snap(houses, lanes, allowed=np.ones(network.lanes, bool), within_m=50)
        spots = [
            lanes.geometry.iloc[lane].interpolate(part, normalized=True)
            for lane, part in zip(found.lane, found.fraction, strict=True)
        ]
        return [(round(spot.x, 3), round(spot.y, 3)) for spot in spots]

    shuffled = rows.copy()
    chance.shuffle(shuffled)
    assert attached(rows) == attached(shuffled)
