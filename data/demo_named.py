"""Estates, offices of fire work and the numbers of communities of the demo town, with their gaps.

Each has a stream of random numbers of its own, so that nothing else of the town hangs on it.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd
import shapely

from ..geo.arrays import Longs, Shapes
from .demo_buildings import Buildings
from .demo_places import Places

SHRINK_DEGREES: Final = 0.00004  # the wall stands a few metres behind the road
HOUSES: Final = 3  # fewer make no estate
RURAL_ESTATES: Final = 3  # of the fullest blocks, where no block was laid out as one
ELEMENTS: Final = ("场地", "办公", "人员", "经费", "考核", "指导")
STREAM: Final = 41


def draw_estates(
    zones: list[str], places: Places, buildings: Buildings
) -> tuple[dict[str, Any], Shapes]:
    """Return the columns and outlines of the estates: one a block that was laid out as one.

    Parameters
    ----------
    zones
        Of each block.
    places
        Outlines and names of blocks.
    buildings
        Where houses stand.
    """
    rng = np.random.default_rng([STREAM, len(zones)])
    houses = np.bincount(buildings.block, minlength=len(zones))
    laid = np.array([zone == "estate" for zone in zones])
    if not laid.any():
        laid[np.argsort(-houses, kind="stable")[:RURAL_ESTATES]] = True
    blocks = np.flatnonzero(laid & (houses >= HOUSES))
    count = len(blocks)
    year = rng.integers(1979, 2022, count)
    old = year <= 2000
    managed = np.where(old, rng.random(count) < 0.35, rng.random(count) < 0.9)
    none = old & ~managed & (rng.random(count) < 0.7)
    told = rng.random((3, count)) < 0.85
    if count:  # of one everything is known: the oldest has no manager
        oldest = int(year.argmin())
        year[oldest] = min(year[oldest], 1994)
        managed[oldest], none[oldest], told[:, oldest] = False, True, True

    def words(yes: np.ndarray, known: np.ndarray) -> list[str | None]:
        return [("是" if y else "否") if k else None for y, k in zip(yes, known, strict=True)]

    columns = {
        "小区编号": [f"Q{k:03d}" for k in range(1, count + 1)],
        "小区名称": [places.block_name[block] for block in blocks],
        "建成年份": np.where(told[0], year, np.nan),
        "有无物业": words(managed, told[1]),
        "三无小区": words(none, told[2]),
    }
    outline = shapely.buffer(places.grid_geometry[blocks], -SHRINK_DEGREES, join_style="mitre")
    return columns, np.asarray(outline, dtype=object)


def draw_offices(places: Places) -> pd.DataFrame:
    """Return the list of offices: most communities have one, with some of the six elements.

    Parameters
    ----------
    places
        Communities and their names.
    """
    rng = np.random.default_rng([STREAM, len(places.community_name)])
    middle = shapely.get_coordinates(shapely.point_on_surface(places.community_geometry))
    own = np.flatnonzero(rng.random(len(middle)) < 0.8)
    own = own if len(own) else np.arange(1)
    there = rng.choice(["有", "无", ""], (len(own), len(ELEMENTS)), p=[0.7, 0.2, 0.1])
    table = pd.DataFrame(
        {
            "工作站编号": [f"G{k:03d}" for k in range(1, len(own) + 1)],
            "工作站名称": [f"{places.community_name[k]}消防工作站" for k in own],
        }
    )
    for at, name in enumerate(ELEMENTS):
        table[name] = there[:, at]
    table["经度"] = [f"{x:.6f}" for x in middle[own, 0]]
    table["纬度"] = [f"{y:.6f}" for y in middle[own, 1]]
    return table


def community_work(people: Longs) -> dict[str, Any]:
    """Return what communities report: staff, volunteers, cases, visits, awareness; some do not.

    Parameters
    ----------
    people
        Of each community.
    """
    rng = np.random.default_rng([STREAM, 2, len(people)])
    count = len(people)
    drawn = {
        "专兼职消防人员": rng.integers(1, 5, count),
        "消防志愿者": np.maximum(people // 120 + rng.integers(-3, 6, count), 2),
        "执法案件数": rng.integers(0, 4, count),
        "宣传次数": rng.integers(4, 30, count),
        "消防知晓率": np.round(rng.uniform(62, 96, count), 1),
    }
    return {
        name: np.where(rng.random(count) < 0.9, values.astype(float), np.nan)
        for name, values in drawn.items()
    }
