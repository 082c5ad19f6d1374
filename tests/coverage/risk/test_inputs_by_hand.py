"""What risk is computed from, read off a town by hand: crews, water, devices, shares, classes."""

import numpy as np
import pandas as pd
import pytest

from weizhan.coverage import columns as c
from weizhan.coverage.risk.inputs import (
    GASES,
    _danger,
    _detectors,
    _gas,
    _share,
    _special,
    _stay,
    _systems,
    class_rows,
    crew_in_time,
)
from weizhan.geo.ledgers.town_ledgers import no_premises

from ..risk_towns import CLASSES, RULES

NAN = np.nan


def premises(**told):
    table = no_premises(len(next(iter(told.values()))))
    return table.assign(**told)


@pytest.mark.parametrize(
    ("arrival", "lanes", "cover", "chance"),
    [
        ((0.8, 0.5), (NAN, NAN), (100, 200), 0.8),  # the likelier of the two crews
        ((0.8, 0.5), (0.5, 1.0), (100, 200), 0.5),  # 0.4 by the lanes, against 0.5
        ((0.8, NAN), (0.5, NAN), (100, NAN), 0.4),
        ((0.8, NAN), (0.0, NAN), (100, NAN), 0.8),  # typical times hold under no state of lanes
        ((0.8, NAN), (0.5, NAN), (NAN, NAN), 0.8),  # nobody comes typically: arrival alone
        ((NAN, 0.3), (NAN, 0.5), (NAN, 90), 0.15),
        ((NAN, NAN), (NAN, NAN), (NAN, NAN), NAN),
    ],
)
def test_the_chance_of_a_crew_is_the_best_of_the_tiers_that_help(arrival, lanes, cover, chance):
    table = {}
    for tier, a, share, time in zip(("micro", "brigade"), arrival, lanes, cover, strict=True):
        table |= {c.arrival_probability(tier): [a], c.lane_probability(tier): [share],
                  c.response_time(tier): [time]}  # fmt: skip
    assert crew_in_time(pd.DataFrame(table))[0] == pytest.approx(chance, nan_ok=True)


def test_a_town_without_columns_of_response_knows_no_crew():
    assert np.isnan(crew_in_time(pd.DataFrame({"x": [1, 2]}))).all()


@pytest.mark.parametrize(
    ("there", "needed", "asked", "households", "people", "share"),
    [
        (4, 8, NAN, NAN, 10, 0.5),
        (12, 8, NAN, NAN, 10, 1.0),  # never more than all
        (4, NAN, NAN, NAN, 10, 1.0),  # what says no need needs what it has
        (0, NAN, NAN, NAN, 10, 0.0),
        (0, 0, NAN, NAN, 10, NAN),  # none needed: there is no share
        (NAN, NAN, 3, 6, 10, 0.3),  # six were asked, four others have none
        (NAN, NAN, 3, 12, 10, 0.25),
        (NAN, NAN, 3, NAN, NAN, NAN),
        (4, 8, 8, 8, 10, 0.5),  # the building's own count holds
        (NAN, 8, NAN, NAN, 10, NAN),
    ],
)
def test_the_share_of_detectors(there, needed, asked, households, people, share):
    table = premises(smoke_detectors=[there], smoke_detectors_needed=[needed],
                     household_detectors=[asked], households=[households])  # fmt: skip
    found = _detectors(table, np.array([float(people)]))
    assert found[0] == pytest.approx(share, nan_ok=True)


def test_those_in_need_are_added_and_unknown_where_nobody_told():
    table = premises(empty_nest_elders=[2.0, NAN, NAN], left_behind_children=[1.0, 4, NAN],
                     old_weak_ill_disabled=[3.0, NAN, NAN])  # fmt: skip
    assert _special(table).tolist() == pytest.approx([6, 4, NAN], nan_ok=True)


def test_shares_lie_between_none_and_all_and_nobody_has_none():
    found = _share(np.array([1.0, 9, -1, 1, NAN]), np.array([4.0, 4, 4, 0, 4]))
    assert found.tolist() == pytest.approx([0.25, 1, 0, NAN, NAN], nan_ok=True)


def test_codes_of_systems_danger_and_gas():
    states = pd.Series(["good", "fault", "off", "none", None])
    assert _systems(states).tolist() == pytest.approx([1, 0, 0, 0, NAN], nan_ok=True)
    danger = pd.Series(["a", "b", "c", "d", "e", None])
    assert _danger(danger, RULES.risk).tolist() == [3, 3, 2, 1, 0, -1]
    gas = pd.Series(["bottled", "瓶装液化气", "管道天然气", "全电", None, "柴火"])
    rows = {name: GASES.index(name) for name in ("bottled", "pipe", "none")}
    assert _gas(gas).tolist() == [rows["bottled"], rows["bottled"], rows["pipe"], rows["none"], -1,
                                  -1]  # fmt: skip


def test_every_use_of_the_plans_has_a_class_of_its_own_kind():
    uses = pd.Series(["elder_care", "medical", "childcare", "school", "high_rise", "residential",
                      "super_tall", "office", "hotel", None, "palace"], dtype=object)  # fmt: skip
    names = [CLASSES[row] if row >= 0 else None for row in class_rows(uses, RULES.risk)]
    assert names == ["elder_care", "medical", "childcare", "school", "high_rise", "home",
                     "super_tall", "office", "leisure", None, None]  # fmt: skip


def test_sleepers_who_stay_by_day_by_class():
    kind = np.array([CLASSES.index(name) for name in ("home", "elder_care", "leisure")] + [-1])
    assert _stay(kind, RULES.risk).tolist() == pytest.approx([1 / 2.7, 1, 1.5 / 2.8, 1 / 2.7])
