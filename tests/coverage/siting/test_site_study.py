"""A whole siting study on a street to compute by hand, and its wishes and contradictions."""

import datetime as dt
import importlib
from itertools import combinations

import numpy as np
import pytest
import shapely

from weizhan.coverage.assessment import assess
from weizhan.coverage.covering import Clock
from weizhan.coverage.siting.candidates import host_candidates, lane_candidates
from weizhan.coverage.siting.instance import make_instance, whole_numbers
from weizhan.coverage.siting.mip import Formed
from weizhan.coverage.siting.reach import with_candidates
from weizhan.coverage.siting.request import Request, make_problem
from weizhan.coverage.siting.sensitivity import sites_beyond_doubt
from weizhan.coverage.siting.solve import best_plan
from weizhan.coverage.siting.study import study_sites
from weizhan.geo.plan import Plan, planned
from weizhan.geo.wishes import Wishes, read_wishes
from weizhan.geo.words.errors import InputError

DAY = dt.date(2026, 11, 25)


def _street(make_town, **scale):
    """A street of 3 km, a house every 100 m with ten people, committees at 0.5, 1.5 and 2.5 km.

    A station at the west end reaches to about 580 m within 180 s (60 s turnout, 4.9 m/s).
    """
    houses = [
        {
            "geometry": shapely.box(x - 10, 5, x + 10, 25),
            "building_id": f"B{x}",
            "use": "residential",
            "people_day": 10,
            "people_night": 10,
        }
        for x in range(0, 3001, 100)
    ]
    hosts = [
        {
            "geometry": shapely.box(x - 10, -25, x + 10, -5),
            "building_id": f"居{x}",
            "use": "community_service",
            "people_day": 10,
            "people_night": 10,
        }
        for x in (500, 1500, 2500)
    ]
    street = {
        "geometry": shapely.LineString([(-20, 0), (1500, 0), (3020, 0)]),
        "lane_class": "residential",
        "width_m": 6,
    }
    station = {
        "geometry": shapely.Point(0, 3),
        "station_id": "S1",
        "tier": "micro_station",
        "vehicle": "e_bike",
        "crew_day": 6,
        "crew_night": 3,
    }
    areas = [
        {"geometry": shapely.box(-50, -100, 1000, 100), "community_id": "西", "name": "西村"},
        {"geometry": shapely.box(1000, -100, 3100, 100), "community_id": "东", "name": "东村"},
    ]
    return make_town(
        buildings=houses + hosts, lanes=[street], stations=[station], communities=areas
    )


def _study(town, ask, **wishes):
    wished = Wishes.model_validate({"weight": "people", **wishes})
    return study_sites(town, host_candidates(town), ask, wishes=wished, scenario="day", day=DAY)


def _new(found):
    return [name.removeprefix("N-") for name in found.names(found.new)]


def _covered(town, plan):
    found = assess(planned(town, plan), scenario="day", date=DAY.isoformat(), draws=1)
    return found.summary["coverage"]["micro"]["covered_people"]


def test_the_best_plan_is_proven_and_its_numbers_are_those_of_the_assessment(make_town):
    town = _street(make_town)
    found = _study(town, Request(stations=2, draws=3))
    assert found.solution.answer.proven and found.unfinished == ()
    assert _new(found) == ["居1500", "居2500"]
    worth = found.problem.rows.worth(found.solution.answer.chosen)
    assert found.amount(worth) == _covered(town, found.plan)
    assert found.before * found.total == _covered(town, Plan())
    assert found.assessed[1].summary["coverage"]["micro"]["covered_people"] == found.amount(worth)
    # Neither closures nor areas nor clauses were computed for what nobody asked.
    needed = {"lane_state", "response", "summary"}
    assert [set(side.timings_s) for side in found.assessed] == [needed | {"risk"}, needed]
    people = next(one for one in found.counts if one.weight == "people")
    chosen = found.solution.answer.chosen
    assert people.share(chosen) == people.amount(chosen) / people.total == found.share(worth)
    # Both sides stand on the day that was asked for.
    assert [side.summary["date"] for side in found.assessed] == [DAY.isoformat()] * 2
    assert {band.moment.day for band in found.instance.bands} == {DAY}
    # The frontier holds the plan; each further station covers no less, and all are proven.
    shares = [found.share(p.answer.objective) for p in found.by_stations]
    assert [p.stations for p in found.by_stations] == [0, 1, 2, 3]
    assert shares == sorted(shares) and shares[2] == found.share(found.solution.answer.objective)
    assert all(p.answer.proven for p in [*found.by_stations, *found.by_budget])
    assert (found.order.worth[-1], found.order.best[-1]) == (worth, worth)


def test_each_site_knows_what_only_it_covers_and_what_is_lost_without_it(make_town):
    town = _street(make_town)
    found = _study(town, Request(stations=2, draws=0))
    rows, chosen = found.problem.rows, found.solution.answer.chosen
    for site, alone, other, price in zip(
        found.sensitivity.sites,
        found.sensitivity.alone,
        found.sensitivity.replacement,
        found.sensitivity.price,
        strict=True,
    ):
        without = chosen.copy()
        without[site] = False
        assert alone == rows.worth(chosen) - rows.worth(without)
        without[other] = True
        assert price == rows.worth(chosen) - rows.worth(without)
    for site, refused in zip(found.sensitivity.sites, found.sensitivity.refused, strict=True):
        assert not refused.answer.chosen[site] and refused.answer.proven
    # Three candidates, two to choose: the best, the two others, then one that builds less.
    plans = [found.solution, *found.alternatives]
    worths = [rows.worth(p.answer.chosen) for p in plans]
    assert worths == sorted(worths, reverse=True)
    sizes = [int((p.answer.chosen & ~found.instance.existing).sum()) for p in plans]
    assert sizes == [2, 2, 2, 1]
    assert len({tuple(p.answer.chosen) for p in plans}) == 4


@pytest.mark.parametrize("wishes", [{}, {"quota": {"residents_committee": {"most": 2}}}])
@pytest.mark.parametrize("size", [1, 2])
def test_sites_beyond_doubt_are_in_all_plans_as_good_and_others_in_none(make_town, size, wishes):
    town = _street(make_town)
    wished = Wishes.model_validate({"weight": "people", **wishes})
    made = make_instance(town, host_candidates(town), wished, scenario="day", day=DAY)
    problem, _ = make_problem(made, made.reaches(), Request(stations=size))
    solution = best_plan(problem, time_limit_s=20, certify=True)
    found = sites_beyond_doubt(problem, solution, within=0.005, clock=Clock(20))
    new = np.flatnonzero(~made.existing)
    plans = [problem.flags([0, *some]) for n in range(size + 1) for some in combinations(new, n)]
    worth = np.array([problem.rows.worth(plan) for plan in plans])
    good = [plan for plan, w in zip(plans, worth, strict=True) if w >= 0.995 * worth.max()]
    every, some = np.logical_and.reduce(good)[new], np.logical_or.reduce(good)[new]
    told = [found.always, found.never, found.sometimes, found.unknown]
    assert sorted(set(np.concatenate(told)) - {0}) == new.tolist()
    assert sum(map(len, told)) == len(set(np.concatenate(told)))
    assert set(found.always) - {0} <= set(new[every])
    assert set(found.never) <= set(new[~some])
    assert set(found.sometimes) <= set(new[some & ~every])
    assert len(found.unknown) < len(new)


def test_a_budget_and_a_target_are_kept(make_town):
    town = _street(make_town)
    cost = town.rules.siting.host["residents_committee"].build_yuan.value
    by_money = _study(town, Request(budget=2 * cost + 1, draws=0))
    assert _new(by_money) == ["居1500", "居2500"]
    goal = by_money.share(by_money.solution.answer.objective)
    by_goal = _study(town, Request(target=goal, draws=0))
    assert len(by_goal.new) == 2
    assert len(_study(town, Request(target=goal + 0.001, draws=0)).new) == 3


def test_what_must_be_covered_pulls_a_station_and_what_cannot_be_is_named(make_town):
    town = _street(make_town)
    found = _study(town, Request(stations=1, must=("B500", "B900", "B2900"), draws=0))
    must = found.must.set_index("building_id")
    assert must["met"].sum() == 2 and found.solution.answer.unmet_bound == 1
    lost = must.index[~must["met"].astype(bool)].item()
    assert must.loc[lost, "takes"] in (["N-居2500"], ["N-居500"])


def test_a_floor_for_every_community_moves_the_plan(make_town):
    town = _street(make_town)
    free = _study(town, Request(stations=1, draws=0))
    assert _new(free) in (["居1500"], ["居2500"])
    floored = _study(town, Request(stations=1, draws=0), community_floor=0.9)
    west = floored.communities.set_index("community_id")["after"]["西"]
    short = floored.solution.answer.shortfall
    assert floored.solution.answer.proven
    assert west >= free.communities.set_index("community_id")["after"]["西"]
    assert short.sum() <= floored.problem.shortfall(free.solution.answer.chosen).sum() + 1e-9


def test_bands_and_tiers_count_by_their_weights():
    assert whole_numbers({"a": 0.6, "b": 0.4}) == {"a": 3, "b": 2}
    assert whole_numbers({"a": 1, "b": 1, "c": 1}) == {"a": 1, "b": 1, "c": 1}


def test_the_probability_of_arrival_and_absence_count_less_than_yes(make_town):
    town = _street(make_town)
    yes = _study(town, Request(stations=1, draws=0))
    for aim in ("arrival", "absence"):
        found = _study(town, Request(stations=1, draws=0), aim=aim)
        assert found.solution.answer.proven
        assert 0 < found.share(found.solution.answer.objective) < 1
    absent = found.share(found.solution.answer.objective)
    assert absent < yes.share(yes.solution.answer.objective)


def test_a_movable_station_is_given_up_for_a_better_place(make_town):
    town = _street(make_town)
    found = _study(town, Request(stations=0, draws=0), movable=["S1"])
    assert found.plan.stations.remove == ("S1",)
    assert len(found.plan.stations.add) == 1
    assert _covered(town, found.plan) > _covered(town, Plan())


def test_lanes_blocked_at_random_are_planned_for_and_priced(make_town):
    town = _street(make_town)
    found = _study(town, Request(stations=1, draws=2), robust="cvar", lane_draws=4, tail=0.5)
    assert found.solution.answer.proven
    table = found.robust.table
    assert set(table.index) == {"none", "expected", "cvar", "worst"}
    assert table.loc["cvar", "tail"] >= table["tail"].max() - 1e-9
    assert table.loc["expected", "mean"] >= table["mean"].max() - 1e-9
    assert table.loc["worst", "worst"] >= table["worst"].max() - 1e-9


def test_the_users_plan_is_scored_by_the_same_engine(make_town):
    town = _street(make_town)
    best = _study(town, Request(stations=2, draws=0))
    same = _study(town, Request(stations=2, draws=0, own=best.plan)).own
    assert same["worth"] == same["best"]
    bad = Plan.model_validate(
        {"stations": {"add": [s.model_dump() for s in best.plan.stations.add][:1] * 1}}
    )
    moved = bad.stations.add[0].model_copy(update={"station_id": "Z"})
    first = best.instance.town.stations.to_crs("EPSG:4326").geometry.iloc[0]
    moved = moved.model_copy(update={"lon": first.x, "lat": first.y})
    own = Plan.model_validate({"stations": {"add": [moved.model_dump()]}})
    scored = _study(town, Request(stations=2, draws=0, own=own)).own
    assert scored["stations"] == 1
    assert scored["worth"] < scored["best"]
    assert scored["worth"] == _covered(town, own)


def test_draws_are_the_same_for_the_same_seed_and_move_with_it(make_town):
    town = _street(make_town)
    first, again = (_study(town, Request(stations=1, draws=6, seed=4)).stability for _ in range(2))
    np.testing.assert_array_equal(first.share, again.share)
    np.testing.assert_array_equal(first.chosen, again.chosen)
    other = _study(town, Request(stations=1, draws=6, seed=5)).stability
    assert (first.share != other.share).any()
    assert first.chosen.sum() == pytest.approx(2)  # the standing one, and one new, in each draw


@pytest.mark.parametrize(
    ("ask", "wishes", "key", "named"),
    [
        (Request(), {}, "error.site_no_size", ""),
        (Request(stations=1, budget=5), {}, "error.site_one_size", ""),
        (Request(stations=9), {}, "error.site_stations", "3"),
        (Request(budget=10), {}, "error.site_budget", "50,000"),
        (Request(target=1.5), {}, "error.site_target", "1.5"),
        (Request(target=1.0), {"forbidden": ["N-居2500"]}, "error.site_target_far", "2"),
        (Request(stations=1), {"forbidden": ["X"]}, "error.site_unknown", "X"),
        (Request(stations=1, must=("Q",)), {}, "error.site_unknown", "Q"),
        (
            Request(stations=1, must=("B2900",)),
            {"forbidden": ["N-居2500"]},
            "error.site_must_forbidden",
            "B2900",
        ),
        (
            Request(stations=1),
            {"forbidden": ["N-居500"], "chosen": ["N-居500"]},
            "error.site_both",
            "N-居500",
        ),
        (Request(stations=1), {"bands": {"noon": 1}}, "error.scenario_unknown", "noon"),
        (Request(stations=1), {"tiers": {"boat": 1}}, "error.tier_unknown", "boat"),
    ],
)
def test_what_cannot_be_is_refused_with_its_name(make_town, ask, wishes, key, named):
    town = _street(make_town)
    wished = Wishes.model_validate({"weight": "people", **wishes})
    with pytest.raises(InputError) as told:
        study_sites(town, host_candidates(town), ask, wishes=wished, day=DAY)
    assert told.value.key == key
    assert named in str(told.value)


def test_no_candidates_and_none_in_reach_are_told(make_town):
    house = {"geometry": shapely.box(0, 5, 10, 15), "building_id": "B", "use": "school"}
    street = {"geometry": shapely.LineString([(0, 0), (400, 0)]), "lane_class": "residential"}
    bare = make_town(buildings=[house], lanes=[street])
    with pytest.raises(InputError) as told:
        _study(bare, Request(stations=1))
    assert told.value.key == "error.no_candidates"
    with pytest.raises(InputError) as unknown:
        study_sites(bare, lane_candidates(bare, spacing_m=50), Request(stations=1),
                    wishes=Wishes(weight="people"), scenario="day", day=DAY)  # fmt: skip
    assert unknown.value.key == "error.weight_unknown"


@pytest.mark.parametrize("where", ["frontiers", "site_sensitivity", "robustness", "stability"])
def test_ctrl_c_ends_the_study_with_the_best_plan(make_town, monkeypatch, where):
    def interrupted(*_args, **_options):
        raise KeyboardInterrupt

    site_study = importlib.import_module("weizhan.coverage.siting.study")
    monkeypatch.setattr(site_study, where, interrupted)
    found = _study(_street(make_town), Request(stations=2, draws=2))
    assert found.solution.answer.proven
    assert found.unfinished[0] in ("frontier", "trust", "robust", "draws")
    assert len(found.plan.stations.add) == 2


def test_quota_and_spacing_bind(make_town):
    town = _street(make_town)
    # 500 m is too near the station that stands, 1,500 and 2,500 m are too near each other.
    found = _study(town, Request(stations=2, draws=0), spacing_m=1_400)
    assert Formed(found.problem).keeps(found.solution.answer.chosen)
    assert _new(found) in (["居1500"], ["居2500"])
    none = {"residents_committee": {"most": 0}}
    assert _new(_study(town, Request(stations=2, draws=0), quota=none)) == []


def test_sites_just_as_far_apart_as_wished_may_both_be_chosen(make_town):
    town = _street(make_town)
    every = host_candidates(town)

    def bound(spacing_m):
        wished = Wishes(weight="people", spacing_m=spacing_m)
        made = make_instance(town, every, wished, scenario="day", day=DAY)
        problem, _ = make_problem(made, made.reaches(), Request(stations=2))
        ids = made.town.stations["station_id"].to_numpy()
        cliques = [set(ids[clique]) for clique in problem.cliques]
        return set(ids[problem.forbidden]), {"N-居1500", "N-居2500"} in cliques

    at = with_candidates(town, every).stations.set_index("station_id").geometry
    apart = at["N-居1500"].distance(at["N-居2500"])
    from_station = at["S1"].distance(at["N-居500"])
    more = 1 + 1e-6
    assert bound(from_station) == (set(), False)
    assert bound(from_station * more) == ({"N-居500"}, False)
    assert bound(apart) == ({"N-居500"}, False)
    assert bound(apart * more) == ({"N-居500"}, True)


def test_wishes_are_read_and_all_that_is_wrong_is_told(tmp_path):
    file = tmp_path / "w.toml"
    file.write_text('aim = "arrival"\n[quota.key_unit]\nmost = 2\n', encoding="utf-8")
    assert read_wishes(file).quota["key_unit"].most == 2
    file.write_text('aim = "maybe"\nspacing_m = -1\nstrange = 1\n', encoding="utf-8")
    with pytest.raises(InputError) as told:
        read_wishes(file)
    assert {p.column for p in told.value.problems} == {"aim", "spacing_m", "strange"}
    file.write_text('aim = "arrival"\ndouble_uses = ["school"]\n', encoding="utf-8")
    with pytest.raises(InputError):
        read_wishes(file)
