"""The demo town's own list of measures: what its offices have asked prices for."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd

from ..geo.words import LaneClass, MeasureKind, label
from .demo_tables import Delivery

COLUMNS: Final = (
    "编号", "措施类型", "对象编号", "名称", "费用(元)", "每年费用", "使用年限", "决策单位", "必做",
)  # fmt: skip


def own_measures(delivery: Delivery) -> pd.DataFrame:
    """Return a few measures of things that the town has; the prices are made up.

    Parameters
    ----------
    delivery
        Its lanes, barriers and stations as its offices write them.
    """
    lanes, gates, stations = delivery.lanes, delivery.barriers, delivery.stations
    alleys = lanes[(lanes["道路等级"] == _lane(LaneClass.ALLEY)) & lanes["道路名称"].notna()]
    steps = lanes[lanes["道路等级"] == _lane(LaneClass.STEPS)]
    locked = gates[gates["开放时间"].notna() & (gates["开放时间"] != "00:00-24:00")]
    unmanned = stations[stations["夜班人数"] == 0]
    rows: list[tuple[Any, ...]] = []
    for kind, table, identity, name, price in (
        (MeasureKind.LANE_OPEN, alleys, "道路编号", "道路名称",
         (180_000, 500, 20, "街道（镇）", None)),
        (MeasureKind.RAMP, steps, "道路编号", "道路名称", (46_000, 200, 20, "街道（镇）", None)),
        (MeasureKind.KEY_BOX, locked, "障碍编号", "名称", (600, 50, 10, "物业公司", "是")),
        (MeasureKind.GATE_HOURS, locked.iloc[1:], "障碍编号", "名称",
         (300, 9_600, 10, "物业公司", None)),
        (MeasureKind.NIGHT_CREW, unmanned, "站点编号", "站点名称",
         (4_000, 54_000, 10, "社区（村）", None)),
    ):  # fmt: skip
        if len(table):
            first = table.iloc[0]
            rows.append((label("measure_kind", kind), first[identity], first[name], *price))
    numbered = [(f"C{number:02d}", *row) for number, row in enumerate(rows, 1)]
    return pd.DataFrame(numbered, columns=list(COLUMNS))


def _lane(kind: LaneClass) -> str:
    return label("lane_class", kind)
