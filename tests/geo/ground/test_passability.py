import numpy as np
import pytest
import shapely

from weizhan.geo.ground.network import build_network
from weizhan.geo.ground.passability import IMPASSABLE, Limit, passage
from weizhan.geo.rules.rule_set import load_rules
from weizhan.geo.words.vocabulary import Vehicle

RULES = load_rules()


@pytest.fixture
def pass_lane(make_layer):
    """How a vehicle passes one lane of 100 m."""

    def run(vehicle: Vehicle, reading="typical", **columns):
        row = {"geometry": shapely.LineString([(0, 0), (100, 0)]), **columns}
        network, lanes, _ = build_network(
            make_layer("lanes", [row]), make_layer("barriers", []), join_m=0.5, barrier_m=5
        )
        found = passage(
            network,
            lanes,
            make_layer("barriers", []),
            rules=RULES,
            vehicle=vehicle,
            reading=reading,
        )
        along = network.node_xy[network.lane_from[0], 0] == 0
        ms = (found.forward_ms[0], found.backward_ms[0])
        return (ms if along else ms[::-1]), found.limit[0], bool(found.certain[0])

    return run


@pytest.mark.parametrize(
    ("vehicle", "columns", "limit"),
    [
        ("fire_engine", {"width_m": 3.9}, Limit.WIDTH),
        ("fire_engine", {"width_m": 4.0}, Limit.NONE),
        ("fire_engine", {"width_m": 6, "height_limit_m": 3.5}, Limit.HEIGHT),
        ("fire_engine", {"width_m": 6, "slope_pct": -12}, Limit.SLOPE),
        ("fire_engine", {"width_m": 3, "slope_pct": 15}, Limit.WIDTH),
        ("mini_truck", {"width_m": 2.0, "lane_class": "alley"}, Limit.NONE),
        ("mini_truck", {"width_m": 3, "lane_class": "steps"}, Limit.STEPS),
        ("e_bike", {"lane_class": "steps"}, Limit.STEPS),
        ("e_bike", {"width_m": 2, "access": "no"}, Limit.ACCESS),
        ("foot", {"width_m": 2, "access": "no"}, Limit.NONE),
        ("foot", {"lane_class": "steps"}, Limit.NONE),
    ],
)
def test_the_limit_that_stops_a_vehicle_is_named(pass_lane, vehicle, columns, limit):
    ms, found, _ = pass_lane(Vehicle(vehicle), **columns)
    assert found == limit
    assert (ms[0] == IMPASSABLE) == (limit != Limit.NONE)


def test_speeds_are_those_of_the_rules_by_class(pass_lane):
    ms, _, _ = pass_lane(Vehicle.FOOT, lane_class="alley")
    assert ms == (40_000, 40_000)  # 100 m at 2.5 m/s
    ms, _, _ = pass_lane(Vehicle.FOOT, lane_class="steps")
    assert ms == (153_846, 153_846)  # 100 m at 0.65 m/s
    ms, _, _ = pass_lane(Vehicle.E_BIKE, lane_class="footway")
    assert ms == (28_571, 28_571)  # 100 m at 3.5 m/s


def test_people_walk_uphill_slower_than_downhill_as_tobler_says(pass_lane):
    (up, down), _, _ = pass_lane(Vehicle.FOOT, slope_pct=10)
    assert up == round(40_000 / np.exp(-3.5 * 0.10))
    assert down == round(40_000 / np.exp(-3.5 * (0.05 - 0.05)))
    assert (down, up) == pass_lane(Vehicle.FOOT, slope_pct=-10)[0]


def test_an_unknown_width_is_read_by_class_and_widens_the_answer(pass_lane):
    alley = {"lane_class": "alley"}
    assert pass_lane(Vehicle.MINI_TRUCK, "slow", **alley)[1:] == (Limit.WIDTH, False)
    assert pass_lane(Vehicle.MINI_TRUCK, "typical", **alley)[1:] == (Limit.NONE, False)
    assert pass_lane(Vehicle.MINI_TRUCK, "fast", **alley)[1:] == (Limit.NONE, False)
    assert pass_lane(Vehicle.MINI_TRUCK, "slow", lane_class="primary")[1:] == (Limit.NONE, True)
    assert pass_lane(Vehicle.MINI_TRUCK, "slow", **alley, width_m=2.5)[1:] == (Limit.NONE, True)


@pytest.mark.parametrize("vehicle", list(Vehicle))
def test_slow_is_never_faster_than_typical_nor_typical_than_fast(pass_lane, vehicle):
    for lane_class in ("service", "alley", "steps", "footway", None):
        slow, typical, fast = (
            pass_lane(vehicle, reading, lane_class=lane_class, slope_pct=4)[0]
            for reading in ("slow", "typical", "fast")
        )
        assert all(s >= t >= q for s, t, q in zip(slow, typical, fast, strict=True))


def test_one_way_binds_vehicles_with_the_traffic_and_not_people(pass_lane):
    wide = {"width_m": 6.0}
    (with_it, against), _, _ = pass_lane(Vehicle.FIRE_ENGINE, oneway="forward", **wide)
    assert with_it < IMPASSABLE == against
    (against, with_it), _, _ = pass_lane(Vehicle.FIRE_ENGINE, oneway="backward", **wide)
    assert with_it < IMPASSABLE == against
    assert max(pass_lane(Vehicle.FOOT, oneway="forward", **wide)[0]) < IMPASSABLE


def test_a_bollard_stops_a_truck_and_a_gate_costs_its_delay(make_layer):
    rows = [{"geometry": shapely.LineString([(0, 0), (100, 0), (200, 0)]), "width_m": 6}]
    barriers = make_layer(
        "barriers",
        [
            {"geometry": shapely.Point(50, 0), "kind": "bollard"},
            {"geometry": shapely.Point(150, 0), "kind": "gate", "width_m": 3.0},
        ],
    )
    network, lanes, _ = build_network(make_layer("lanes", rows), barriers, join_m=0.5, barrier_m=5)
    truck = passage(network, lanes, barriers, rules=RULES, vehicle=Vehicle.MINI_TRUCK)
    foot = passage(network, lanes, barriers, rules=RULES, vehicle=Vehicle.FOOT)
    assert truck.leave_ms[network.barrier_node].tolist() == [IMPASSABLE, 10_000]
    assert foot.leave_ms[network.barrier_node].tolist() == [0, 10_000]


@pytest.mark.parametrize(
    ("slope_pct", "limits"),
    [
        (14, ["slope", "slope", ""]),  # 14 slowly, 11 typically, 8 at best, of 10 allowed
        (12, ["slope", "", ""]),
        (13, ["slope", "", ""]),  # 10 typically: at the limit it still passes
        (-12, ["slope", "", ""]),
    ],
)
def test_a_slope_from_terrain_stops_a_vehicle_only_as_far_as_it_is_sure(
    make_layer, slope_pct, limits
):
    line = shapely.LineString([(0, 0), (100, 0)])
    row = {"geometry": line, "width_m": 6, "slope_pct": slope_pct}
    none = make_layer("barriers", [])
    network, lanes, _ = build_network(make_layer("lanes", [row]), none, join_m=0.5, barrier_m=5)
    lanes = lanes.assign(slope_uncertainty_pct=3.0)
    found = [
        passage(
            network, lanes, none, rules=RULES, vehicle=Vehicle.FIRE_ENGINE, reading=reading
        ).limit[0]
        for reading in ("slow", "typical", "fast")
    ]
    assert found == limits


def test_a_width_is_certain_when_even_the_narrow_end_of_its_class_is_enough(pass_lane):
    """A track is 2 to 4 m wide: enough for a small truck of 2.0, perhaps for an engine of 4.0."""
    assert pass_lane(Vehicle.MINI_TRUCK, lane_class="track")[1:] == (Limit.NONE, True)
    assert pass_lane(Vehicle.FIRE_ENGINE, lane_class="track")[1:] == (Limit.WIDTH, False)
    assert pass_lane(Vehicle.FIRE_ENGINE, lane_class="alley")[1:] == (Limit.WIDTH, True)
