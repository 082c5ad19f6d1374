"""Every page that a command writes, of small towns; made once a process."""

from __future__ import annotations

import datetime as dt

import geopandas as gpd
import shapely

from weizhan.coverage.assessment import assess
from weizhan.coverage.measures import MeasuresRequest, Offer, study_town_measures
from weizhan.coverage.siting.candidates import host_candidates
from weizhan.coverage.siting.request import Request
from weizhan.coverage.siting.study import study_sites
from weizhan.coverage.what_if import moments
from weizhan.geo.measure import Measure
from weizhan.geo.plan import NewStation, Plan, StationChanges
from weizhan.geo.wishes import Wishes
from weizhan.geo.words import MeasureKind, Vehicle
from weizhan.maps.page import lanes_page, measures_page, planner_page, siting_page

DAY = dt.date(2026, 11, 25)


def street(make_town):
    """A street with a station at its one end, houses along it and three places for more."""
    houses = [
        {"geometry": shapely.box(x - 10, 5, x + 10, 25), "building_id": f"B{x}",
         "use": "residential", "people_day": 10 + x // 100, "people_night": 20}
        for x in range(0, 2001, 100)
    ]  # fmt: skip
    hosts = [
        {"geometry": shapely.box(x - 10, -25, x + 10, -5), "building_id": f"H{x}",
         "use": "community_service", "name": f"服务站{x}"}
        for x in (200, 1000, 1700)
    ]  # fmt: skip
    lane = {"geometry": shapely.LineString([(-20, 0), (2020, 0)]), "lane_class": "residential",
            "width_m": 6}  # fmt: skip
    station = {"geometry": shapely.Point(0, -2), "station_id": "S1", "tier": "micro_station",
               "name": "东头微站", "vehicle": "foot", "turnout_s": 60, "crew_day": 6,
               "crew_night": 3}  # fmt: skip
    areas = [
        {"geometry": shapely.box(x, -99, x + 1050, 99), "community_id": f"C{x}", "name": name}
        for x, name in ((-50, "东街"), (1000, "西街"))
    ]
    return make_town(buildings=houses + hosts, lanes=[lane], communities=areas, stations=[station])


def street_pages(town, lang="zh"):
    """The planner, the lanes, a siting study and a study of measures of that street."""
    found = assess(town, date=DAY.isoformat(), scenario="day", draws=2)
    wished = Wishes.model_validate({"weight": "people"})
    sites = study_sites(town, host_candidates(town), Request(stations=1, draws=2), wishes=wished,
                        scenario="day", day=DAY)  # fmt: skip
    ends = gpd.GeoSeries(town.buildings.geometry.centroid, crs=town.buildings.crs).to_crs(4326)
    at = dict(zip(town.buildings["building_id"], ends, strict=True))["B1700"]
    post = NewStation(station_id="N1", name="西头", lon=at.x, lat=at.y, vehicle=Vehicle.FOOT,
                      crew_day=6, crew_night=3, turnout_s=60)  # fmt: skip
    measure = Measure("station:N1", MeasureKind.STATION, "N1", "西头", 10_000.0, 1_000.0, 10.0,
                      "town", "own list", Plan(stations=StationChanges(add=(post,))))  # fmt: skip
    offer = Offer(listed=(measure,), only_listed=True, plans={})
    request = MeasuresRequest(budget=20_000.0, draws=2, time_limit_s=30.0)
    measures = study_town_measures(town, offer, request, scenario="day", day=DAY)
    return {
        "planner": planner_page(town, found, moments(town, day=DAY), lang=lang),
        "lanes": lanes_page(found, lang=lang),
        "siting": siting_page(sites, lang=lang),
        "measures": measures_page(measures, lang=lang),
    }
