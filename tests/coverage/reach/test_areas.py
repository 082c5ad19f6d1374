"""Service areas of several crews on one street, by hand."""

import datetime as dt

import pytest

from weizhan.coverage.reach.areas import service_areas
from weizhan.coverage.reach.moment import Moment

from ..streets import house, lanes, station


@pytest.fixture
def areas(street):
    """How far along the street each station's area goes, and that of all of them."""

    def make(*stations, on=()):
        town = street(houses=[house(500)], stations=stations, lanes=on)
        found = service_areas(Moment(town, town.scenarios["day"], dt.date(2026, 11, 21)))
        found = found[found["tier"] == "micro"]
        left = town.lanes.total_bounds[0]
        pad = town.rules.service_area.reach_m.value
        reach = {
            who: [(part.bounds[0] - left + pad, part.bounds[2] - left - pad)
                  for part in sorted(area.geoms, key=lambda part: part.bounds[0])]
            for who, area in zip(found["station_id"], found.geometry, strict=True)
        }  # fmt: skip
        return {who: [pytest.approx(part, abs=2) for part in parts] for who, parts in reach.items()}

    return make


def test_each_station_has_its_own_area_and_the_tier_has_all_of_them(areas):
    """On foot 120 s at 2.5 m/s are 300 m; an e-bike at 4.9 m/s comes 588 m from the other end."""
    found = areas(station(0), station(1000, vehicle="e_bike", turnout_s=60))
    assert found == {None: [(0, 300), (412, 1000)], "S1": [(0, 300)], "S2": [(412, 1000)]}


def test_a_crew_goes_on_on_foot_where_its_vehicle_does_not_pass(areas):
    """A small truck 100 m at 4.2 m/s in an alley, 10 s to leave it, then 215 m at 2.5 m/s."""
    on = lanes(0, 600, lane_class="alley", width_m=3) + lanes(600, 1000, lane_class="alley",
                                                              width_m=1.5)  # fmt: skip
    found = areas(station(500, vehicle="mini_truck", turnout_s=60), on=on)
    far = 600 + (120 - 100 / 4.2 - 10) * 2.5
    assert found == {None: [(0, far)], "S1": [(0, far)]}
    # Who starts where the vehicle does not pass walks all the way, 10 s later.
    found = areas(station(900, vehicle="mini_truck", turnout_s=60), on=on)
    assert found["S1"] == [(900 - 110 * 2.5, 1000)]


def test_a_station_that_is_too_late_at_its_own_door_has_no_area(areas):
    assert areas(station(0, turnout_s=200)) == {}
    assert areas(station(0, turnout_s=200), station(1000)) == {
        None: [(700, 1000)], "S2": [(700, 1000)],
    }  # fmt: skip
