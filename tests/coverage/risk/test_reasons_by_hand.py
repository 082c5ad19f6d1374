"""Every reason with its factor, computed by hand."""

import numpy as np
import pytest

from weizhan.coverage import columns as c
from weizhan.coverage.risk.draws import Moment, logs_of
from weizhan.coverage.risk.inputs import GASES
from weizhan.coverage.risk.missing import donors
from weizhan.coverage.risk.numbers import typical_numbers
from weizhan.coverage.risk.reasons import _factors, risk_reasons
from weizhan.geo.words import catalogue

from ..risk_towns import ALL_YEAR, CLASSES, RULES, inputs, with_hazards

NIGHT = Moment(fires=0.68, harm_asleep=1.9, is_day=False)
DAY = Moment(fires=1.23, harm_asleep=0.66, is_day=True)
TYPICAL = typical_numbers(RULES.risk)
#: What an ordinary home of three without any means of help lacks.
LACKS = {"no_detector": 1 / (1 - 0.55 * 0.82), "no_crew": 1 / 0.65, "no_water": 1 / 0.85}


def factors(told, now=ALL_YEAR):
    """Return the factors that are not 1 of one building."""
    given = donors(told, RULES.risk, is_day=False)
    logs = logs_of(told, given, TYPICAL, RULES, now, None)
    names, table = _factors(told, logs, TYPICAL, RULES, now)
    return {n: np.exp(v) for n, v in zip(names, table[0], strict=True) if abs(v) > 1e-9}


def one(**told):
    return inputs(**{name: np.array([value]) for name, value in told.items()})


GROUND = 1 + 1.8 * (1 - np.exp(-30 / 30))  # 33 m high
BOTH = (GROUND**3 + 1.9**3 - 1) ** (1 / 3)
ROOT = 0.5**0.5


@pytest.mark.parametrize(
    ("told", "now", "expected"),
    [
        ({}, ALL_YEAR, {}),
        ({"three_in_one": True}, ALL_YEAR, {"three_in_one": 2.0}),
        ({"tenants": 2.0}, ALL_YEAR, {}),
        ({"tenants": 9.0}, ALL_YEAR, {"sublet": 1.3 * 3**0.3}),
        ({"rooms": 12.0}, ALL_YEAR, {"rooms": 2**0.3}),
        ({"rooms": 6.0}, ALL_YEAR, {}),
        ({"leased": 1.0}, ALL_YEAR, {"leased": 1.2}),
        ({"leased": 0.0}, ALL_YEAR, {}),
        ({"gas": GASES.index("bottled")}, ALL_YEAR, {"gas": 1.3 * 1.3}),
        ({"gas": GASES.index("pipe")}, ALL_YEAR, {"gas": 1.05}),
        ({"gas": GASES.index("none")}, ALL_YEAR, {"gas": 0.95}),
        ({"present": 12.0}, ALL_YEAR, {"people": 2.0}),
        ({"present": 0.0}, ALL_YEAR, {"people": 0.3 / 3**0.5}),
        ({"special": 1.5}, ALL_YEAR, {"special": 1 + 3 * ROOT}),
        ({"danger": 3}, ALL_YEAR, {"growth": 4.0}),
        ({"floors": 3.0, "stairs": 1.0}, ALL_YEAR, {"single_stair": 1.4}),
        ({"floors": 3.0, "stairs": 2.0}, ALL_YEAR, {}),
        ({"floors": 2.0, "stairs": 1.0}, ALL_YEAR, {}),
        ({"floors": 3.0, "stairs": np.nan}, ALL_YEAR, {}),
        ({"height_m": 33.0}, ALL_YEAR, {"height": GROUND}),
        ({"height_m": 33.0}, DAY, {"height": GROUND}),
        ({}, NIGHT, {"night": 1.9}),
        ({"height_m": 33.0}, NIGHT, {"height": BOTH, "night": BOTH / GROUND}),
        ({"near": 2}, ALL_YEAR, {"neighbours": 1.2}),
        ({"near": 9}, ALL_YEAR, {"neighbours": 1.5}),
    ],
)
def test_each_factor_against_an_ordinary_home(told, now, expected):
    found = factors(one(**told), now)
    assert found == pytest.approx(expected | LACKS, rel=1e-5)


def test_the_old_and_the_young_with_those_who_cannot_leave():
    """Half are old, a tenth of them dependent: with the old against without, the rest as it is."""
    found = factors(one(elders=1.5))
    whole = 1 + 2.3 * ROOT + 2.7 * 0.15 / 3**0.5
    assert found["elders"] == pytest.approx(whole / (1 + 5 * 0.15 / 3**0.5))
    assert found["dependent"] == pytest.approx(whole / (1 + 2.3 * ROOT))
    young = factors(one(children=1.5))
    whole = 1 + 1.0 * ROOT + 4.0 * 0.15 / 3**0.5
    assert young["children"] == pytest.approx(whole / (1 + 5 * 0.15 / 3**0.5))
    assert young["dependent"] == pytest.approx(whole / (1 + ROOT))


def test_places_of_work_burn_against_the_floor_of_a_home():
    found = factors(one(kind=CLASSES.index("factory")))
    assert found["use"] == pytest.approx(0.01 / (0.19 * 2.7 / 100))
    assert found["growth"] == pytest.approx(2.0)
    assert factors(one(kind=CLASSES.index("self_built")))["use"] == pytest.approx(0.3 / 0.19)


@pytest.mark.parametrize(
    ("code", "factor"),
    [("H2", 2.0 * 1.3), ("H5", 1.8), ("W9", 2.0), ("W7", 1.5), ("W8", 1.2), ("G2", 1.2)],
)
def test_each_hazard_with_all_it_does(code, factor):
    found = factors(inputs(hazards=with_hazards(code)))
    assert found[f"hazard_{code}".lower()] == pytest.approx(factor)
    assert ("growth" in found) == (code == "H2")


def test_systems_that_are_off_are_a_reason_only_where_somebody_found_it():
    found = factors(inputs(hazards=with_hazards("W4")))
    assert found["systems_off"] == pytest.approx(1 / 0.7)
    assert "systems_off" not in factors(inputs())


def test_what_is_lacking_is_a_reason_by_what_it_would_take_away():
    half = factors(one(detector=0.5))
    m = 0.55 * 0.82
    assert half["no_detector"] == pytest.approx((1 - m / 2) / (1 - m))
    assert "no_detector" not in factors(one(detector=np.nan))
    assert factors(one(crew=1.0))["no_crew"] == pytest.approx(1)
    # beside all other means only as far as the cap
    best = {name: 1.0 for name in ("detector", "sprinkler", "systems", "remote")}
    now = (1 - m) * 0.5 * 0.7 * 0.9
    assert now * 0.65 < 0.15 < now
    assert factors(one(**best))["no_crew"] == pytest.approx(now / 0.15, rel=1e-5)


def test_three_strongest_are_told_and_none_below_a_twentieth():
    told = inputs(2, tenants=np.array([9.0, np.nan]), detector=np.array([0.0, 1.0]),
                  crew=np.ones(2), water=np.ones(2), gas=np.array([1, -1]),
                  present=np.array([12.0, 3.0]))  # fmt: skip
    given = donors(told, RULES.risk, is_day=False)
    table = risk_reasons(told, given, TYPICAL, RULES, ALL_YEAR, logs_of)
    codes = [[table[c.reason(k)][row] for k in (1, 2, 3)] for row in (0, 1)]
    assert codes == [["people", "no_detector", "sublet"], [None, None, None]]
    left = 1 - 0.55 * 0.82
    assert [table[c.reason_factor(k)][0] for k in (1, 2, 3)] == pytest.approx(
        [2.0, round(1 / left, 3), round(1.3 * 3**0.3, 3)]
    )
    assert np.isnan(table[c.reason_factor(1)][1])


def test_every_reason_has_its_words():
    told = inputs()
    logs = logs_of(told, donors(told, RULES.risk, is_day=False), TYPICAL, RULES, NIGHT, None)
    names, _ = _factors(told, logs, TYPICAL, RULES, NIGHT)
    assert not [name for name in names if f"risk_reason.{name}" not in catalogue()]
    assert not [name for name in CLASSES if f"risk_class.{name}" not in catalogue()]
