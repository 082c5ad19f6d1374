"""Factors against towns whose true speeds are known, and paths against networkx."""

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from weizhan.coverage.reach.path_seconds import CLASSES, class_seconds
from weizhan.coverage.reach.speed_calibration import SpeedFit, fit_speeds
from weizhan.geo.ground.network import Network, build_network
from weizhan.geo.ground.passability import IMPASSABLE, Passage
from weizhan.geo.ground.snapping import Positions
from weizhan.geo.rules.rule_set import load_rules
from weizhan.geo.words.catalogue import label
from weizhan.geo.words.errors import InputError

RULE = load_rules().speed_calibration
TRUE = {"secondary": 1.5, "residential": 2.5, "alley": 3.5, "service": 0.8}
SEEDS = 40


def _observed(seed: int, n: int = 200, log_sd: float = 0.3) -> tuple[pd.DataFrame, csr_array]:
    """Arrivals of a town whose true factors are known, with a log-normal spread."""
    rng = np.random.default_rng(seed)
    seconds = np.zeros((n, len(CLASSES)))
    for code in TRUE:
        seconds[:, CLASSES.index(code)] = rng.exponential(60, n) * (rng.random(n) < 0.7)
    seconds[:, CLASSES.index("secondary")] += 5
    factor = np.ones(len(CLASSES))
    factor[[CLASSES.index(code) for code in TRUE]] = list(TRUE.values())
    travel = seconds @ factor * np.exp(rng.normal(0, log_sd, n))
    return pd.DataFrame({"travel_s": travel}), csr_array(seconds)


def _fit(seed: int, **options) -> SpeedFit:
    return fit_speeds(*_observed(seed, **options), rule=RULE, seed=seed)


def test_true_factors_lie_within_the_bounds_in_nine_of_ten_towns():
    true = pd.Series(TRUE)
    inside = pd.DataFrame(
        [
            true.between(t["low"], t["high"])
            for t in (_fit(s).table.loc[true.index] for s in range(SEEDS))
        ]
    )
    assert inside.mean(axis=None) >= 0.9
    assert inside.mean().min() >= 0.85


def test_without_spread_the_factors_are_found_exactly():
    fit = _fit(1, log_sd=0.0)
    for code, factor in TRUE.items():
        assert fit.table.loc[code, "factor"] == pytest.approx(factor, rel=1e-3)
    assert fit.r2 == pytest.approx(1, abs=1e-4)
    assert fit.held_out_mae_s < 0.5


def test_the_fit_beats_the_assumed_speeds_on_held_out_records():
    fit = _fit(2)
    assert fit.n == 200
    assert fit.held_out_mae_s < 0.6 * fit.baseline_mae_s
    assert 0.5 < fit.r2 < 1
    assert fit.log_sd == pytest.approx(0.3, abs=0.05)


def test_classes_without_records_stay_assumed():
    fit = _fit(3)
    assert set(fit.table.index[fit.table["fitted"]]) == set(TRUE)
    rest = fit.table[~fit.table["fitted"]]
    assert (rest["factor"] == 1).all()
    assert rest[["low", "high"]].isna().all(axis=None)
    assert fit.table.loc["alley", "records"] > 50
    for lang in ("zh", "en"):
        assert label("lane_class", "alley", lang) in fit.summary(lang)
        assert "200" in fit.summary(lang)


@pytest.mark.parametrize("n", [0, 1, 5])
def test_with_few_records_speeds_are_assumed_and_the_summary_says_so(n):
    fit = _fit(4, n=n)
    assert not fit.fitted
    assert (fit.table["factor"] == 1).all()
    assert np.isnan(fit.r2) and np.isnan(fit.held_out_mae_s)
    assert "假定" in fit.summary("zh")
    assert "assumed" in fit.summary("en")


def test_few_records_are_pulled_towards_one_and_bounded_widely():
    few, many = _fit(5, n=12, log_sd=0.6).table, _fit(5, n=400, log_sd=0.6).table
    both = few["fitted"] & many["fitted"]
    assert both.any()
    width = {name: np.log(t["high"] / t["low"])[both] for name, t in (("f", few), ("m", many))}
    assert (width["f"] > width["m"]).all()


def test_the_same_seed_gives_the_same_fit():
    pd.testing.assert_frame_equal(_fit(6).table, _fit(6).table)


def test_records_without_time_or_path_are_left_out_and_wrong_ones_refused():
    observed, seconds = _observed(7)
    observed.loc[:9, "travel_s"] = np.nan
    assert fit_speeds(observed, seconds, rule=RULE, seed=1).n == 190
    nowhere = seconds.toarray()
    nowhere[10:15] = 0  # from the station's own door
    assert fit_speeds(observed, csr_array(nowhere), rule=RULE, seed=1).n == 185
    observed.loc[20, "travel_s"] = 0
    with pytest.raises(InputError, match="20"):
        fit_speeds(observed, seconds, rule=RULE, seed=1)
    with pytest.raises(InputError, match="199"):
        fit_speeds(observed.iloc[1:], seconds, rule=RULE, seed=1)


def test_a_street_taken_apart_by_hand(make_layer):
    rows = [
        {"geometry": shapely.LineString([(0, 0), (100, 0)]), "lane_class": "secondary"},
        {"geometry": shapely.LineString([(100, 0), (200, 0)]), "lane_class": "alley"},
        {"geometry": shapely.LineString([(200, 0), (300, 0)])},
    ]
    network, lanes, _ = build_network(
        make_layer("lanes", rows), make_layer("barriers", []), join_m=0.5, barrier_m=5
    )
    forward = np.array([10_000, 20_000, 30_000], np.int32)
    order = [int(i[1:]) - 1 for i in lanes["lane_id"]]
    leave = np.where(network.node_xy[:, 0] == network.node_xy[:, 0].min() + 100, 7_000, 0)
    passage = Passage(
        forward[order],
        forward[order],
        leave.astype(np.int32),
        np.full(3, ""),
        np.ones(3, dtype=bool),
    )
    row = {code: order.index(i) for i, code in enumerate("abc")}

    def at(*places):
        lane = [row.get(code, -1) for code, _ in places]
        return Positions(
            np.array(lane, np.int32), np.array([x for _, x in places]), np.zeros(len(places))
        )

    along = {c: shapely.get_point(lanes.geometry[row[c]], 0).x for c in "abc"}
    start = min(along.values())
    turned = {c: along[c] != start + 100 * i for i, c in enumerate("abc")}

    def x(code, part):
        return (code, 1 - part if turned[code] else part)

    found = class_seconds(
        network,
        passage,
        at(x("a", 0.5), x("a", 0.5), x("b", 0.9), ("nowhere", np.nan)),
        at(x("c", 0.5), x("a", 0.9), x("a", 1.0), x("c", 0.5)),
        lanes,
    )
    table = pd.DataFrame(found.by_class.toarray(), columns=CLASSES)
    assert table.loc[0, ["secondary", "alley", "service"]].tolist() == pytest.approx([5, 20, 15])
    assert table.loc[1, "secondary"] == pytest.approx(4)
    assert table.loc[2, "alley"] == pytest.approx(18)
    assert found.delay_s.tolist() == pytest.approx([7, 0, 7, 0])
    assert found.reached.tolist() == [True, True, True, False]
    assert np.isnan(found.total_s[3])


@given(st.integers(0, 2**32 - 1), st.integers(3, 8), st.integers(2, 20))
@settings(max_examples=60, deadline=None)
def test_path_times_equal_networkx_with_parallel_lanes_and_closed_ones(seed, nodes, count):
    rng = np.random.default_rng(seed)
    lane_from, lane_to = rng.integers(0, nodes, (2, count)).astype(np.int32)
    tail, head = np.concatenate([lane_from, lane_to]), np.concatenate([lane_to, lane_from])
    order = np.argsort(tail, kind="stable")
    indptr = np.searchsorted(tail[order], np.arange(nodes + 1)).astype(np.int32)
    nothing = np.empty(0, np.int32)
    network = Network(
        np.zeros((nodes, 2)),
        lane_from,
        lane_to,
        np.ones(count),
        indptr,
        head[order],
        np.tile(np.arange(count, dtype=np.int32), 2)[order],
        order < count,
        nothing,
        nothing,
    )

    def costs(size):
        drawn = rng.integers(1, 10 ** rng.integers(3, 8), size)  # near and far goals
        return np.where(rng.random(size) < 0.15, IMPASSABLE, drawn).astype(np.int32)

    passage = Passage(costs(count), costs(count), costs(nodes), np.full(count, ""), nothing == 1)
    lanes = gpd.GeoDataFrame({"lane_class": rng.choice(CLASSES, count)})
    paths = 12
    ends = [
        Positions(
            rng.integers(0, count, paths).astype(np.int32), rng.random(paths), np.zeros(paths)
        )
        for _ in range(2)
    ]
    found = class_seconds(network, passage, *ends, lanes)

    def cheap(graph, u, v, ms):
        if ms < IMPASSABLE and ms < graph.get_edge_data(u, v, {"ms": np.inf})["ms"]:
            graph.add_edge(u, v, ms=ms)

    for i in range(paths):
        graph = nx.DiGraph()
        graph.add_nodes_from(["a", "b"])
        (on, to), (at, into) = ((p.lane[i] for p in ends), (p.fraction[i] for p in ends))
        for lane in range(count):
            u, v = int(lane_from[lane]), int(lane_to[lane])
            for s, t, ms in (
                (u, v, int(passage.forward_ms[lane])),
                (v, u, int(passage.backward_ms[lane])),
            ):
                cheap(graph, s, t, ms + int(passage.leave_ms[s]))
        for lane, part, place in ((on, at, "a"), (to, into, "b")):
            ahead, back = int(passage.forward_ms[lane]), int(passage.backward_ms[lane])
            u, v = int(lane_from[lane]), int(lane_to[lane])
            if place == "a":
                cheap(graph, "a", v, (1 - part) * ahead if ahead < IMPASSABLE else IMPASSABLE)
                cheap(graph, "a", u, part * back if back < IMPASSABLE else IMPASSABLE)
            else:
                if ahead < IMPASSABLE:
                    cheap(graph, u, "b", part * ahead + int(passage.leave_ms[u]))
                if back < IMPASSABLE:
                    cheap(graph, v, "b", (1 - part) * back + int(passage.leave_ms[v]))
        if on == to:
            ms = passage.forward_ms[on] if into >= at else passage.backward_ms[on]
            if ms < IMPASSABLE:
                cheap(graph, "a", "b", abs(into - at) * int(ms))
        lengths = nx.single_source_dijkstra_path_length(graph, "a", weight="ms")
        assert found.reached[i] == ("b" in lengths)
        if found.reached[i]:
            assert found.total_s[i] == pytest.approx(lengths["b"] / 1000, abs=1e-4)
