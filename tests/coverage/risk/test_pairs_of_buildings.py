"""Twenty pairs of buildings whose order a fire officer would sign, and what each field does."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weizhan.coverage.risk.draws import Moment, logs_of
from weizhan.coverage.risk.inputs import CODES, GASES
from weizhan.coverage.risk.missing import donors
from weizhan.coverage.risk.numbers import drawn_numbers

from ..risk_towns import CLASSES, RULES, inputs, typical, with_hazards

NIGHT = Moment(fires=0.68, harm_asleep=1.9, is_day=False)
DAY = Moment(fires=1.23, harm_asleep=0.66, is_day=True)
NUMBERS = drawn_numbers(RULES.risk, draws=60, seed=5)
NONE = donors(inputs(), RULES.risk, is_day=False)
NAN = np.nan


def building(use, people=60, *, m2=300.0, floors=4, height=NAN, **told):
    """A building of so many people, with what its class is usually told to hold."""
    row = list(RULES.risk.classes).index(use)
    usual = list(RULES.risk.classes.values())[row]
    values = {
        "kind": row, "footprint_m2": m2, "floors": floors, "height_m": height,
        "residents": people, "present": people, "heads": people, "stairs": 2,
        "elders": usual.elders.value * people, "children": usual.children.value * people,
    } | told  # fmt: skip
    values["gas"] = GASES.index(values["gas"]) if "gas" in values else -1
    arrays = {name: np.atleast_1d(value) for name, value in values.items()}
    whole = ("kind", "gas", "three_in_one", "hazards", "near", "danger")
    return inputs(**{n: v if n in whole else v.astype(float) for n, v in arrays.items()})


def harm(told, now):
    fires, deaths = typical(told, now)
    return (fires * deaths)[0]


B = building
#: Worse, better, when, why.
PAIRS = [
    (B("elder_care"), B("medical"), NIGHT,
     "the old cannot leave alone, few staff at night; a hospital has nurses and patients who walk"),
    (B("elder_care"), B("group_rental"), NIGHT,
     "tenants run, the bedridden do not, with the same number of people"),
    (B("elder_care"), B("group_rental"), DAY, "the same by day: the old are in"),
    (B("childcare", m2=200, floors=2), B("office", m2=200, floors=2), DAY,
     "sixty small children must be carried, sixty clerks walk"),
    (B("childcare", m2=200, floors=2), B("school", m2=200, floors=2), DAY,
     "pupils walk out in line, small children do not"),
    (B("childcare", 41, m2=200, floors=2), B("home", 20, m2=120, floors=6), DAY,
     "the smallest centre against an ordinary block"),
    (B("childcare", 41, m2=200, floors=2, children=0, elders=0), B("home", 20, m2=120, floors=6),
     DAY, "the same where a census counts no child that lives there"),
    (B("group_rental"), B("home"), NIGHT, "crowded rooms and batteries"),
    (B("group_rental", 20, sleepers=60, stayers=60), B("group_rental", 20), NIGHT,
     "sixty beds are slept in, whoever was counted"),
    (B("group_rental", rooms=30), B("group_rental", rooms=8), NIGHT, "thirty let rooms"),
    (B("self_built", 10, leased=1), B("self_built", 10, leased=0), NIGHT, "let out"),
    (B("self_built", 10, gas="bottled"), B("self_built", 10, gas="pipe"), NIGHT,
     "bottles leak and burst"),
    (B("self_built", 10, gas="pipe"), B("self_built", 10, gas="none"), NIGHT, "gas or none"),
    (B("self_built", 10, floors=5), B("self_built", 10, floors=3), NIGHT, "two floors more to go"),
    (B("high_rise", 60, floors=33), B("high_rise", 60, floors=9), NIGHT,
     "beyond every ladder, a stair of a hundred metres"),
    (B("self_built", 10, stairs=1), B("self_built", 10, stairs=2), NIGHT, "a single stair"),
    (B("self_built", 10, special=4), B("self_built", 10), NIGHT, "four left-behind children"),
    (B("three_in_one", 10, three_in_one=True), B("self_built_business", 10), NIGHT,
     "people sleep above the store"),
    (B("factory", 30, hazards=with_hazards("W6")), B("factory", 30), NIGHT, "people live in it"),
    (B("self_built", 10, hazards=with_hazards("H2")), B("self_built", 10), NIGHT,
     "e-bikes charge on the stair"),
    (B("warehouse", 5, danger=2), B("warehouse", 5, danger=1), DAY, "goods that burn (丙)"),
    (B("factory", 30, danger=3), B("factory", 30), DAY, "gases and solvents (甲)"),
    (B("factory", 30, tenants=12), B("factory", 30, tenants=3), DAY,
     "twelve tenants, nobody's rules"),
    (B("self_built", 10, hazards=with_hazards("W8")), B("self_built", 10), NIGHT,
     "the lane is blocked: the crew comes on foot"),
]  # fmt: skip


@pytest.mark.parametrize(("worse", "better", "now", "why"), PAIRS, ids=[p[3][:30] for p in PAIRS])
def test_the_worse_of_two_buildings(worse, better, now, why):
    assert harm(worse, now) > harm(better, now) * 1.02, why


def test_elder_care_is_the_most_vulnerable_of_all_uses():
    """Deaths a fire with the same people, grown alike: of who is there, not of what burns."""
    numbers = {name: B(name) for name in CLASSES}
    growth = {"slow": 0.5, "medium": 1, "fast": 2, "ultra": 4}
    for now in (NIGHT, DAY):
        deaths = {name: typical(told, now)[1][0] / growth[RULES.risk.classes[name].growth]
                  for name, told in numbers.items()}  # fmt: skip
        top = sorted(deaths, key=deaths.get, reverse=True)
        assert top[0] in ("elder_care", "childcare") and "elder_care" in top[:2], top
    assert deaths["elder_care"] > deaths["medical"]


#: Every field of the inputs: what more of it does (1 worse, -1 better), and from what to what.
FIELDS = {
    "floors": (1, 1.0, 40.0), "height_m": (1, 2.0, 120.0), "area_m2": (1, 0.0, 9e3),
    "residents": (1, 0.0, 300.0), "present": (1, 0.0, 300.0), "elders": (1, 0.0, 80.0),
    "children": (1, 0.0, 80.0), "special": (1, 0.0, 60.0), "helped": (-1, 0.0, 1.0),
    "sleepers": (1, 0.0, 200.0), "stayers": (1, 0.0, 200.0), "tenants": (1, 0.0, 40.0),
    "rooms": (1, 0.0, 60.0), "leased": (1, 0.0, 1.0), "detector": (-1, 0.0, 1.0),
    "sprinkler": (-1, 0.0, 1.0), "systems": (-1, 0.0, 1.0), "remote": (-1, 0.0, 1.0),
    "rcd": (-1, 0.0, 1.0), "monitor": (-1, 0.0, 1.0), "crew": (-1, 0.0, 1.0),
    "water": (-1, 0.0, 1.0), "stairs": (-1, 1.0, 3.0), "near": (1, 0, 5), "danger": (1, 0, 3),
    "footprint_m2": (1, 20.0, 3e3),
}  # fmt: skip


@st.composite
def any_building(draw):
    """Any use, any numbers; each of them known or not."""
    changes = {"kind": np.array([draw(st.integers(0, len(CLASSES) - 1))])}
    for name, (_, low, high) in FIELDS.items():
        if isinstance(low, int):
            changes[name] = np.array([draw(st.integers(low, high))])
        elif name == "footprint_m2" or draw(st.booleans()):
            changes[name] = np.array([draw(st.floats(low, high))])
        else:
            changes[name] = np.array([NAN])
    if changes["floors"] == changes["floors"]:
        changes["floors"] = np.floor(changes["floors"])
    heads = np.fmax(changes["residents"], changes["present"])
    hazards = np.array([draw(st.lists(st.sampled_from([0.0, 1.0]), min_size=len(CODES),
                                      max_size=len(CODES)))])  # fmt: skip
    return inputs(**changes, heads=heads, hazards=hazards)


@settings(max_examples=400, deadline=None)
@given(told=any_building(), name=st.sampled_from(sorted(FIELDS)), part=st.tuples(
    st.floats(0, 1), st.floats(0, 1)), now=st.sampled_from([NIGHT, DAY]))  # fmt: skip
def test_risk_is_monotone_in_every_field_in_every_draw(told, name, part, now):
    sign, low, high = FIELDS[name]
    ends = [low + p * (high - low) for p in sorted(part)]
    ends = [round(end) for end in ends] if isinstance(low, int) or name == "floors" else ends
    less, more = (replace(told, **{name: np.array([end])}) for end in ends)
    totals = []
    for one in (less, more):
        one = replace(one, heads=np.fmax(one.residents, one.present))
        logs = logs_of(one, NONE, NUMBERS, RULES, now, 1)
        totals.append(logs.fires + logs.harm)
    assert (sign * (totals[1] - totals[0]) >= -1e-9).all()


def test_uses_of_the_town_are_shrunk_toward_those_of_the_rules():
    held = donors(inputs(3), RULES.risk, is_day=False).use
    usual = np.array([one.share.value for one in RULES.risk.classes.values()])
    few = RULES.risk.draw.donors.value * usual / usual.sum()
    there = np.arange(len(few)) == CLASSES.index("home")
    assert held == pytest.approx(few + 3 * there)
