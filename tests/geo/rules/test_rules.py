import tomllib
from importlib.resources import files

import pytest
from pydantic import ValidationError

from weizhan.geo.rules.rule_set import VehicleProfile, load_rules
from weizhan.geo.words.errors import InputError
from weizhan.geo.words.vocabulary import BarrierKind, LaneClass, Tier, Vehicle


def test_every_number_has_a_source_and_a_confidence():
    tables = tomllib.loads(
        files("weizhan.data").joinpath("rules/china-2026.toml").read_text(encoding="utf-8")
    )

    def numbers(table, path):
        for key, value in table.items():
            if isinstance(value, dict) and "value" not in value:
                yield from numbers(value, f"{path}.{key}")
            elif isinstance(value, dict):
                yield f"{path}.{key}", value
            else:
                bare = isinstance(value, int | float) and not isinstance(value, bool)
                assert not bare, f"{path}.{key} is a bare number"

    found = dict(numbers(tables, ""))
    assert len(found) > 60
    for place, value in found.items():
        assert value["source"].strip(), place
        assert value["confidence"] in {"S", "S2", "GK", "computed", "judgement"}, place


def test_the_standards_are_those_of_the_domain_table():
    rules = load_rules()
    assert rules.tier["micro"].standard_s.value == 180
    assert rules.tier["brigade"].standard_s.value == 300
    assert rules.vehicle[Vehicle.FIRE_ENGINE].width_m.value == 4.0
    assert rules.vehicle[Vehicle.FIRE_ENGINE].slope_max_pct.value == 10
    assert rules.vehicle[Vehicle.MINI_TRUCK].width_m.value == 2.0


def test_every_code_of_the_vocabulary_has_its_rule():
    rules = load_rules()
    assert set(rules.vehicle) == set(Vehicle)
    assert set(rules.lane_width_m) == set(LaneClass)
    assert set(rules.barrier) == set(BarrierKind)
    assert set(rules.default_vehicle) == set(Tier)


def test_the_six_measures_are_left_to_the_user():
    assert load_rules().six_without_exception.measures == ()


def test_a_town_lays_its_own_values_over_the_rules():
    own = {"value": 240, "source": "区大队 2026", "confidence": "S"}
    rules = load_rules(override={"tier": {"micro": {"standard_s": own}}})
    assert rules.tier["micro"].standard_s.value == 240
    assert rules.tier["micro"].turnout_s.value == load_rules().tier["micro"].turnout_s.value
    assert rules.overridden == ("tier.micro.standard_s",)
    assert rules.title.endswith("+1")


@pytest.mark.parametrize(
    "override",
    [
        {"tier": {"micro": {"standard_s": {"value": 240}}}},
        {"tier": {"micro": {"standard_s": 240}}},
        {"tier": {"micro": {"standards": {"value": 240, "source": "x", "confidence": "S"}}}},
        {
            "vehicle": {
                "foot": {"width_m": {"value": 1, "low": 2, "source": "x", "confidence": "S"}}
            }
        },
        {"vehicle": {"hovercraft": {}}},
    ],
)
def test_a_value_without_source_out_of_order_or_unknown_is_refused(override):
    with pytest.raises(InputError, match="china-2026"):
        load_rules(override=override)


def test_an_unknown_rule_set_is_refused_with_those_there_are():
    with pytest.raises(InputError, match="china-2026"):
        load_rules("mars-2099")


@pytest.mark.parametrize(
    ("reading", "more_is", "expected"),
    [
        ("typical", "slower", 60),
        ("slow", "slower", 120),
        ("fast", "slower", 30),
        ("slow", "faster", 30),
        ("fast", "faster", 120),
    ],
)
def test_a_reading_takes_the_right_end(reading, more_is, expected):
    turnout = load_rules().tier["micro"].turnout_s
    assert turnout.read(reading, more_is=more_is) == expected


def test_every_vehicle_has_a_speed_with_its_source_on_every_lane_that_it_can_pass():
    for profile in load_rules().vehicle.values():
        assert set(profile.speed_m_s) == set(LaneClass) - {LaneClass.STEPS}
        assert all(value.source and value.unit == "m/s" for value in profile.speed_m_s.values())


def test_nothing_on_wheels_is_faster_among_people_than_on_a_street():
    for name in ("e_bike", "mini_truck", "fire_engine"):
        speeds = load_rules().vehicle[name].speed_m_s
        for reading in ("value", "low", "high"):
            street = getattr(speeds["residential"], reading)
            for among in ("pedestrian", "footway", "path"):
                assert getattr(speeds[among], reading) < street


def test_a_towns_own_default_speed_serves_what_it_does_not_name():
    own = {"value": 3.0, "source": "测量", "confidence": "S"}
    alley = {"value": 1.0, "source": "测量", "confidence": "S"}
    rules = load_rules(
        override={"vehicle": {"fire_engine": {"speed_m_s": {"default": own, "alley": alley}}}}
    )
    engine = rules.vehicle["fire_engine"]
    assert engine.speed("trunk").value == engine.speed("pedestrian").value == 3.0
    assert engine.speed("alley").value == 1.0
    assert rules.vehicle["e_bike"].speed("trunk").value == 4.9


def test_a_vehicle_without_a_speed_on_a_lane_is_refused():
    tables = load_rules().vehicle["e_bike"].model_dump()
    del tables["speed_m_s"]["track"]
    with pytest.raises(ValidationError, match="track"):
        VehicleProfile.model_validate(tables)
