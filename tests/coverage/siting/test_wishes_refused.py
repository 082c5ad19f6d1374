"""Every wish that cannot be kept is named with what stands against it and what is possible."""

import datetime as dt
import pickle

import pytest
import shapely

from weizhan.coverage.siting.candidates import host_candidates
from weizhan.coverage.siting.instance import make_instance
from weizhan.coverage.siting.request import Request, check_request, make_problem
from weizhan.coverage.siting.solve import best_plan
from weizhan.geo.wishes import Wishes
from weizhan.geo.words.errors import InputError

DAY = dt.date(2026, 11, 25)


def _town(make_town):
    """A street with a station at 0, three committees at 410, 710 and 1,910 m, a shop at 1,000 m.

    A committee in a hut of 16 m² at 1,300 m falls out for want of space.
    """
    hosts = [
        {
            "geometry": shapely.box(x - 10, -25, x + 10, -5),
            "building_id": f"H{x}",
            "use": "community_service",
            "name": f"居{x}",
        }
        for x in (400, 700, 1900)
    ]
    shop = {"geometry": shapely.box(980, -65, 1020, -25), "building_id": "店", "use": "commercial"}
    hut = {
        "geometry": shapely.box(1300, -9, 1304, -5),
        "building_id": "小",
        "use": "community_service",
    }
    houses = [
        {"geometry": shapely.box(x - 5, 5, x + 5, 15), "building_id": f"B{x}", "use": "residential",
         "people_night": 0}
        for x in range(0, 2000, 50)
    ]  # fmt: skip
    street = {"geometry": shapely.LineString([(-20, 0), (2000, 0)]), "width_m": 6}
    station = {"geometry": shapely.Point(0, 3), "station_id": "S1", "tier": "micro_station"}
    area = {"geometry": shapely.box(-99, -99, 2099, 99), "community_id": "C", "name": "村"}
    return make_town(
        buildings=[*hosts, shop | {"floors": 3}, hut, *houses],
        lanes=[street],
        stations=[station],
        communities=[area],
    )


COMMITTEE, KEY_UNIT = 50_000, 30_000


@pytest.mark.parametrize(
    ("ask", "wishes", "said"),
    [
        # budgets: the cheapest candidate is the shop for 30,000
        ({"budget": 0}, {}, {"site_budget": ("预算 0 元", "N-店", "30,000")}),
        ({"budget": 29_999}, {}, {"site_budget": ("29,999", "N-店", "30,000")}),
        ({"budget": 60_000}, {"chosen": ["N-H400", "N-H700"]},
         {"site_budget_chosen": ("60,000", "居400", "居700", "100,000")}),
        ({"budget": 60_000}, {"quota": {"residents_committee": {"least": 2}}},
         {"site_budget_quota": ("60,000", "100,000")}),
        # numbers: four can be used, one fell out for want of space
        ({"stations": 5}, {}, {"site_stations": ("5", "最多 4 个", "面积不足（平方米） 1")}),
        ({"stations": 4}, {"forbidden": ["N-H400"]},
         {"site_stations": ("最多 3 个", "按要求排除 1 个")}),
        ({"stations": 4}, {"spacing_m": 450},
         {"site_stations": ("最多 3 个", "不足间距的 1 个")}),
        ({"stations": 1}, {"chosen": ["N-H400", "N-H700"]},
         {"site_stations_chosen": ("居400", "至少 2 个")}),
        # spacing: the farthest stands 1,900 m from the station
        ({"stations": 3}, {"spacing_m": 5_000},
         {"site_spacing_all": ("5000 米", "全部 4 个", "居1900", "不超过 1910 米")}),
        ({"stations": 1}, {"spacing_m": 450, "chosen": ["N-H400"]},
         {"site_chosen_near": ("居400", "450 米", "不超过 410 米")}),
        ({"stations": 2}, {"spacing_m": 350, "chosen": ["N-H400", "N-H700"]},
         {"site_chosen_pair": ("居400", "居700", "不超过 300 米")}),
        ({"stations": 1}, {"forbidden": ["N-H400", "N-H700", "N-H1900", "N-店"]},
         {"site_none_left": ("按要求排除 4 个",)}),
        # quotas
        ({"stations": 2}, {"quota": {"key_unit": {"least": 2}}},
         {"site_quota_few": ("quota.key_unit", "至少 2 个", "只有 1 个")}),
        ({"stations": 1}, {"quota": {"residents_committee": {"least": 2}}},
         {"site_quota_sum": ("合计 2 个", "新增站点数 1")}),
        ({"stations": 2},
         {"quota": {"residents_committee": {"most": 1}}, "chosen": ["N-H400", "N-H700"]},
         {"site_quota_chosen": ("至多 1 个", "居400", "居700")}),
        # names
        ({"stations": 1}, {"chosen": ["N-小"]}, {"site_dropped": ("N-小", "面积不足")}),
        # several at once
        ({"stations": 1},
         {"quota": {"key_unit": {"least": 2}}, "chosen": ["N-H400", "N-H700"]},
         {"site_stations_chosen": ("至少 2 个",), "site_quota_few": ("只有 1 个",)}),
    ],
)  # fmt: skip
def test_what_stands_against_a_wish_is_named_with_the_nearest_that_is_possible(
    make_town, ask, wishes, said
):
    town = _town(make_town)
    wished = Wishes.model_validate({"weight": "count", **wishes})
    made = make_instance(town, host_candidates(town), wished, scenario="day", day=DAY)
    request = Request(**ask)
    check_request(request)
    with pytest.raises(InputError) as told:
        make_problem(made, made.reaches(), request)
    assert [key for key, _ in told.value.sentences] == [f"error.{key}" for key in said]
    lines = told.value.message("zh").splitlines()
    for line, parts in zip(lines, said.values(), strict=True):
        assert all(part in line for part in parts), line
    english = told.value.message("en")
    assert len(english.splitlines()) == len(said) and "{" not in english
    again = pickle.loads(pickle.dumps(told.value))
    assert again.message("zh") == told.value.message("zh")


def test_wishes_that_only_the_solver_can_contradict_tell_what_would_do(make_town):
    """Two committees at 400 and 700 m are too near each other; with the third they are two."""
    town = _town(make_town)
    wishes = Wishes.model_validate(
        {
            "weight": "count",
            "spacing_m": 350,
            "quota": {"residents_committee": {"least": 3}},
        }
    )
    made = make_instance(town, host_candidates(town), wishes, scenario="day", day=DAY)
    problem, _ = make_problem(made, made.reaches(), Request(stations=3))
    with pytest.raises(InputError) as told:
        best_plan(problem, time_limit_s=20)
    assert [key for key, _ in told.value.sentences] == [
        "error.plan_contradiction", "error.plan_without_spacing", "error.plan_without_quotas",
    ]  # fmt: skip


def test_the_least_number_and_the_least_money_that_do_are_told(make_town):
    """Apart by 350 m, two committees cost 100,000 with the far one; 90,000 do not pay for them."""
    town = _town(make_town)
    wished = {"weight": "count", "spacing_m": 350, "quota": {"residents_committee": {"least": 2}}}
    found = host_candidates(town)
    found.sites.loc[found.sites["building_id"] == "H1900", "cost_yuan"] = 80_000.0
    made = make_instance(town, found, Wishes.model_validate(wished), scenario="day", day=DAY)
    problem, _ = make_problem(made, made.reaches(), Request(budget=110_000))
    with pytest.raises(InputError) as told:
        best_plan(problem, time_limit_s=20)
    assert "预算至少要 130,000 元" in told.value.message("zh")
    assert "130,000 yuan are needed" in told.value.message("en")


@pytest.mark.parametrize("budget", [-1.0, float("nan"), float("inf")])
def test_a_budget_that_is_no_amount_is_refused(budget):
    with pytest.raises(InputError) as told:
        check_request(Request(budget=budget))
    assert told.value.key == "error.siting_budget"
