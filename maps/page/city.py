"""A city: too many buildings for one page, so an overview and a page for each community."""

from __future__ import annotations

import gc
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from multiprocessing import get_context
from types import MappingProxyType
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from ...coverage.assessment import Assessment
from ...coverage.scenes import Scene
from ...geo.arrays import Longs
from ...geo.plan import Plan
from ...geo.words import LaneClass, Lang, text
from ...geo.words import fields as f
from ..html import FONT_SHEET, town_font
from ..reports import COMMUNITY_PAGES
from ..voice import community_name
from .committee import committee_page

MOST_BUILDINGS = 150_000  # on one page
MOST_PROCESSES = 61  # that Windows can wait for
AROUND_M = 250.0  # what lies round a community is drawn as far as this
SHOWN = (
    "town", "scenario", "scenario_label", "rules", "simulated", "calibrated", "date", "tiers",
    "hills", "summary", "buildings", "lanes", "stations", "communities", "barriers", "crossings",
    "water", "areas", "places",
)  # fmt: skip
MAIN_LANES = [
    LaneClass.TRUNK.value,
    LaneClass.PRIMARY.value,
    LaneClass.SECONDARY.value,
    LaneClass.TERTIARY.value,
]


def committee_pages(
    assessment: Assessment,
    *,
    scenes: Mapping[str, Scene] = MappingProxyType({}),
    plan: Plan | None = None,
    lang: Lang = "zh",
    most: int = MOST_BUILDINGS,
    workers: int = 1,
) -> Iterator[tuple[str, str]]:
    """Return the committee's page, or an overview and the pages of the communities.

    Parameters
    ----------
    assessment, scenes, plan, lang
        As for `weizhan.maps.page.committee.committee_page`.
    most
        Buildings on one page; with more there is a page for each community.
    workers
        Processes that make the pages of communities.

    Yields
    ------
    name, page
        Names of files in the result folder, ``committee.html`` first; of a city the style sheet
        with the font that the communities' pages share.
    """
    entries = [e for e in assessment.summary.get("communities", ()) if e.get("buildings", 1)]
    if len(assessment.buildings) <= most or len(entries) < 2:
        yield "committee.html", committee_page(assessment, scenes=scenes, plan=plan, lang=lang)
        return
    face = town_font(assessment)
    files = {
        str(entry[f.COMMUNITY_ID]): f"{COMMUNITY_PAGES}/{number:04d}.html"
        for number, entry in enumerate(entries, start=1)
    }
    yield (
        "committee.html",
        committee_page(_overview(assessment, lang), scenes=_no_buildings(scenes), plan=plan,
                       pages=files, font=f"<style>{face}</style>", lang=lang),
    )  # fmt: skip
    yield f"{COMMUNITY_PAGES}/{FONT_SHEET}", face
    link = f'<link rel="stylesheet" href="{FONT_SHEET}">'
    of_community = assessment.buildings[f.COMMUNITY_ID].fillna("").astype(str)
    rows = of_community.groupby(of_community, sort=False).indices
    shared = assessment.areas[f.STATION_ID].isna()
    city = assessment.replaced(areas=assessment.areas[shared].reset_index(drop=True))
    none = np.zeros(0, dtype=np.int64)
    told: dict[str, dict[str, list[dict[str, Any]]]] = {name: {} for name in scenes}
    for name, scene in scenes.items():
        for one in scene.communities:
            told[name].setdefault(str(one[f.COMMUNITY_ID]), []).append(one)
    cut = (
        _community(
            city,
            {n: replace(s, communities=told[n].get(own, [])) for n, s in scenes.items()},
            entry,
            rows.get(own, none),
            lang,
        )
        for own, entry in zip(files, entries, strict=True)
    )
    page = partial(committee_page, plan=plan, home="../committee.html", font=link, lang=lang)
    yield from zip(files.values(), _made(page, cut, workers=workers), strict=True)


def _made(
    page: Callable[..., str],
    cut: Iterable[tuple[Assessment, dict[str, Scene]]],
    *,
    workers: int,
) -> Iterator[str]:
    """Make pages in their order, in so many processes; few communities wait at a time."""
    if workers == 1:
        yield from (page(own, scenes=moments) for own, moments in cut)
        return
    spawn = get_context("spawn")
    processes = min(workers, MOST_PROCESSES)
    with ProcessPoolExecutor(processes, mp_context=spawn, initializer=_uninterrupted) as pool:
        waiting: deque[Future[str]] = deque()
        try:
            for own, moments in cut:
                waiting.append(pool.submit(page, own, scenes=moments))
                if len(waiting) > 2 * workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)


def _uninterrupted() -> None:
    """Leave Ctrl-C to the process that asked; it ends this one. What it imported stays."""
    gc.freeze()
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _overview(assessment: Assessment, lang: Lang) -> Assessment:
    """Return the city without its buildings and small lanes."""
    main = assessment.lanes[f.LANE_CLASS].isin(MAIN_LANES)
    note = {lang: text("tree.city_note", lang)}
    notes = [note, *assessment.summary.get("notes", ())]
    return assessment.replaced(
        buildings=assessment.buildings.iloc[:0],
        lanes=assessment.lanes[main].reset_index(drop=True),
        barriers=assessment.barriers.iloc[:0],
        crossings=assessment.crossings.iloc[:0],
        water=assessment.water.iloc[:0],
        areas=assessment.areas[assessment.areas[f.STATION_ID].isna()].reset_index(drop=True),
        places=replace(assessment.places, devices=assessment.places.devices.iloc[:0]),
        summary={**assessment.summary, "notes": notes},
    )


def _no_buildings(scenes: Mapping[str, Scene]) -> dict[str, Scene]:
    return {n: replace(scene, buildings=scene.buildings.iloc[:0]) for n, scene in scenes.items()}


def _community(
    assessment: Assessment,
    scenes: Mapping[str, Scene],
    entry: Mapping[str, Any],
    inside: Longs,
    lang: Lang,
) -> tuple[Assessment, dict[str, Scene]]:
    """Return one community with what lies round it, and the same at the other moments.

    Parameters
    ----------
    assessment
        Of the whole city; its areas are those of all stations together.
    scenes, lang
        As for `committee_pages`; the scenes tell of this community alone.
    entry
        Of the community in the summary.
    inside
        ``(k,)`` rows of its buildings.
    """
    identity = str(entry[f.COMMUNITY_ID])
    buildings = assessment.buildings.iloc[inside].reset_index(drop=True)
    own = assessment.communities[f.COMMUNITY_ID].astype(str) == identity
    communities = assessment.communities[own].reset_index(drop=True)
    bounds = np.vstack([buildings.total_bounds, communities.total_bounds])
    west, south = np.nanmin(bounds[:, :2], axis=0) - AROUND_M
    east, north = np.nanmax(bounds[:, 2:], axis=0) + AROUND_M
    near = shapely.box(west, south, east, north)

    def cut(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        met = np.sort(frame.sindex.query(near, predicate="intersects"))
        return frame.iloc[met].reset_index(drop=True)

    stations = assessment.stations.geometry.intersects(near).to_numpy()
    whole, places = assessment.summary, assessment.places
    lanes = cut(assessment.lanes)
    counts = {"buildings": len(buildings), "stations": int(stations.sum()), "lanes": len(lanes)}
    areas = cut(assessment.areas)
    if not areas.empty:
        areas = areas.set_geometry(areas.geometry.intersection(near))
    degrees = gpd.GeoSeries([near], crs=assessment.buildings.crs).to_crs("EPSG:4326")
    hills = assessment.hills
    found = _shown(
        assessment,
        hills=None if hills is None else hills.within(*degrees.total_bounds),
        town=f"{assessment.town} · {community_name(entry, lang)}",
        buildings=buildings,
        lanes=lanes,
        stations=assessment.stations[stations].reset_index(drop=True),
        communities=communities,
        barriers=cut(assessment.barriers),
        crossings=cut(assessment.crossings),
        water=cut(assessment.water),
        areas=areas,
        places=replace(
            places.near(near),
            work=places.work[places.work.index.astype(str) == identity],
            estate_of=places.estate_of.iloc[:0],  # of all buildings, and no page reads it
        ),
        summary={
            **whole,
            "coverage": _own_coverage(whole["coverage"], entry),
            "communities": [entry],
            "counts": counts,
            "next": _steps_within(whole.get("next", {}), near, assessment.buildings.crs),
        },
    )
    moments = {}
    for name, scene in scenes.items():
        told = scene.communities
        on_duty = scene.on_duty
        moments[name] = replace(
            scene,
            buildings=scene.buildings.iloc[inside].reset_index(drop=True),
            on_duty=None if on_duty is None else on_duty[stations].reset_index(drop=True),
            coverage=_own_coverage(scene.coverage, told[0] if told else {}),
            communities=told,
        )
    return found, moments


def _shown(assessment: Assessment, **given: Any) -> Assessment:
    """Return what a page reads, some of it given: without the town it is light to send away."""
    known = {name: getattr(assessment, name) for name in SHOWN if name not in given}
    bare = object.__new__(type(assessment))
    bare.__dict__.update(known | given)
    return bare


def _own_coverage(whole: Mapping[str, Any], entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return the coverage of a community; of what the city withholds it is not told either."""
    withheld = {tier: told for tier, told in whole.items() if "withheld" in told}
    own = {
        tier: {**whole.get(tier, {}), **found} for tier, found in entry.get("coverage", {}).items()
    }
    return own | withheld


def _steps_within(told: Mapping[str, Any], near: shapely.Polygon, crs: Any) -> dict[str, Any]:
    """Return the first measures of the town that lie in or round a community."""
    steps = [step for step in told.get("steps", ()) if step.get("lon") is not None]
    xy = [shapely.Point(step["lon"], step["lat"]) for step in steps]
    inside = gpd.GeoSeries(xy, crs="EPSG:4326").to_crs(crs).intersects(near)
    return {**told, "steps": [step for step, here in zip(steps, inside, strict=True) if here]}
