"""Risk of single buildings, computed by hand from the rule set's typical numbers."""

import numpy as np
import pytest

from weizhan.coverage.risk.draws import Moment
from weizhan.coverage.risk.inputs import known_shares

from ..risk_towns import CLASSES, RULES, inputs, typical, with_hazards

R = RULES.risk
DEATHS = 0.0046 / 2.15  # an ordinary fire at home, nobody old or young


def test_an_ordinary_home_of_three_people():
    fires, harm = typical(inputs())
    assert fires[0] == pytest.approx(0.19 * 3 / 1000)
    assert harm[0] == pytest.approx(DEATHS, rel=1e-5)


def test_hazards_multiply_fires_up_to_the_cap():
    fires, _ = typical(inputs(2, hazards=np.vstack([with_hazards("H5"), with_hazards("H2", "H5")])))
    assert fires == pytest.approx(np.array([1.8, 2.0 * 1.8]) * 0.19 * 3 / 1000)
    many = with_hazards("W1", "W2", "W5", "H2", "H5", "G3")
    capped, _ = typical(inputs(hazards=many))
    assert capped[0] == pytest.approx(6 * 0.19 * 3 / 1000)


def test_three_in_one_and_many_tenants_multiply_too():
    told = inputs(
        kind=np.array([CLASSES.index("three_in_one")]),
        three_in_one=np.array([True]),
        tenants=np.array([4.0]),
    )
    assert typical(told)[0][0] == pytest.approx(2.0 * 1.3 * (4 / 3) ** 0.3 * 0.45 * 3 / 1000)


def test_places_of_work_burn_by_their_floor():
    told = inputs(kind=np.array([CLASSES.index("factory")]), footprint_m2=np.array([2000.0]),
                  floors=np.array([2.0]))  # fmt: skip
    assert typical(told)[0][0] == pytest.approx(0.010 * 4)


def test_devices_prevent_their_share_of_electrical_fires():
    told = inputs(2, rcd=np.array([1.0, 1.0]), monitor=np.array([0.0, 1.0]))
    left = [1 - 0.31 * 0.4, 1 - 0.31 * (1 - 0.6 * 0.7)]
    assert typical(told)[0] == pytest.approx(np.array(left) * 0.19 * 3 / 1000)


def test_harm_grows_with_people_the_old_and_the_young():
    told = inputs(3, present=np.array([12.0, 3, 3]), elders=np.array([0, 1.5, 0.0]),
                  children=np.array([0, 0, 1.5]))  # fmt: skip
    base = typical(inputs())[1][0]
    # a tenth of the 1.5 cannot leave (6.0), the others are old (3.3) or young (2.0)
    old = 1 + 2.3 * 0.5**0.5 + (6.0 - 3.3) * 0.15 / 3**0.5
    young = 1 + 1.0 * 0.5**0.5 + (6.0 - 2.0) * 0.15 / 3**0.5
    assert typical(told)[1] / base == pytest.approx([2.0, old, young])


def test_people_who_live_alone_count_beyond_their_age_and_an_empty_house_is_not_without_harm():
    told = inputs(3, special=np.array([1.5, np.nan, 0]), present=np.array([3, 0.1, 0]))
    ratio = [1 + 3.0 * 0.5**0.5, 0.3 / 3**0.5, 0.3 / 3**0.5]  # 0.3 people at least, of 3
    assert typical(told)[1] / typical(inputs())[1][0] == pytest.approx(ratio)


def test_where_people_are_awake_a_fire_kills_fewer():
    office = inputs(kind=np.array([CLASSES.index("office")]))
    assert typical(office)[1][0] / typical(inputs())[1][0] == pytest.approx(0.19)


def test_harm_rises_with_every_floor_towards_that_of_a_high_rise():
    told = inputs(5, height_m=np.array([3, 15, 27, 99, np.nan]), floors=np.array([1.0, 1, 1, 1, 6]))
    # 63 % of the rise to 2.8 over 30 m; from three floors on the single stair
    rise = [1.0, *(1 + 1.8 * (1 - np.exp(-m / 30)) for m in (12, 24, 96))]
    six = (1 + 1.8 * (1 - np.exp(-15 / 30))) * 1.4
    assert typical(told)[1] / typical(inputs())[1][0] == pytest.approx([*rise, six])


def test_escape_factors_multiply_and_a_battery_indoors_makes_the_fire_fast():
    told = inputs(hazards=with_hazards("H4", "H6"))
    assert typical(told)[1][0] / typical(inputs())[1][0] == pytest.approx(1.8 * 1.5)
    battery = inputs(hazards=with_hazards("H2"))
    assert typical(battery)[1][0] / typical(inputs())[1][0] == pytest.approx(1.3 * 2.0)
    worst = inputs(hazards=with_hazards("W6", "W9", "H4", "H6"))
    assert typical(worst)[1][0] / typical(inputs())[1][0] == pytest.approx(4.0)


def test_a_single_stair_counts_from_three_floors():
    base = typical(inputs(2, floors=np.array([2.0, 3.0])))[1]
    assert base[1] / base[0] == pytest.approx(1.4)


def test_night_and_height_together_are_little_more_than_the_greater():
    night = Moment(fires=0.68, harm_asleep=1.9, is_day=False)
    told = inputs(2, height_m=np.array([3.0, 33.0]))
    fires, harm = typical(told, night)
    assert fires == pytest.approx([0.68 * 0.19 * 3 / 1000] * 2)
    height = 1 + 1.8 * (1 - np.exp(-1))
    both = (height**3 + 1.9**3 - 1) ** (1 / 3)
    assert height < both < height * 1.9
    assert harm / typical(inputs())[1][0] == pytest.approx([1.9, both])


def test_means_take_away_their_share_and_never_more_than_the_cap():
    base = typical(inputs())[1][0]
    told = inputs(3, detector=np.array([1, 0, 1.0]), sprinkler=np.array([0, 1, 1.0]))
    left = [1 - 0.55 * 0.82, 0.5, (1 - 0.55 * 0.82) * 0.5]
    assert typical(told)[1] / base == pytest.approx(left, rel=1e-6)
    all_of_it = inputs(detector=np.ones(1), sprinkler=np.ones(1), systems=np.ones(1),
                       remote=np.ones(1), crew=np.ones(1), water=np.ones(1))  # fmt: skip
    product = (1 - 0.55 * 0.82) * 0.5 * 0.7 * 0.9 * 0.65 * 0.85
    assert typical(all_of_it)[1][0] / base == pytest.approx(max(product, 0.15), rel=1e-5)


def test_a_crew_and_water_of_which_nobody_knows_help_a_little():
    base = typical(inputs())[1][0]
    unknown = inputs(2, crew=np.array([np.nan, 0]), water=np.array([0, np.nan]))
    left = [1 - 0.4 * 0.35, 1 - 0.5 * 0.15]
    assert typical(unknown)[1] / base == pytest.approx(left, rel=1e-5)


def test_systems_switched_off_do_not_count_but_the_crew_does():
    base = typical(inputs())[1][0]
    told = inputs(detector=np.ones(1), systems=np.ones(1), crew=np.ones(1),
                  hazards=with_hazards("W4"))  # fmt: skip
    assert typical(told)[1][0] / base == pytest.approx(0.65, rel=1e-5)


def test_neighbours_and_poor_separation_spread_up_to_a_cap():
    base = typical(inputs())[1][0]
    told = inputs(
        3,
        near=np.array([2, 9, 9]),
        hazards=np.vstack([with_hazards(), with_hazards(), with_hazards("W7", "H3", "W3")]),
    )
    assert typical(told)[1] / base == pytest.approx([1.2, 1.5, 2.5])


def test_what_is_known_of_a_building_is_counted_thing_by_thing():
    nan = np.nan
    told = inputs(
        3,
        kind=np.array([-1, 0, 0]),
        floors=np.array([nan, nan, 2]),
        height_m=np.array([nan, 9.0, nan]),
        present=np.array([nan, 3, 3]),
        elders=np.array([nan, 0.1, nan]),
        special=np.array([nan, nan, 0.1]),
        detector=np.array([nan, nan, 0]),
        sprinkler=np.array([nan, 1, nan]),
        crew=np.array([nan, 0.5, 0]),
        water=np.array([nan, 1, 0]),
    )
    known = known_shares(told)
    assert set(known) == {
        "use", "floors", "people", "vulnerable", "hazards", "devices", "crew", "water",
    }  # fmt: skip
    without_hazards = [known[name].tolist() for name in known if name != "hazards"]
    assert without_hazards == [[False, True, True]] * 7
