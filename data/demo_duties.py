"""Units with duties, talks and campaigns of the demo town: what offices write down of them."""

from __future__ import annotations

import datetime as dt
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from ..geo.arrays import Flags, Shapes, Words
from ..geo.words import NoticeKind, OwnerType, Use
from .demo_buildings import Buildings
from .demo_cases import Cases
from .demo_cells import dates_before, numbered, words

#: Premises that are kept as units besides factories and warehouses.
KEPT: Final = (
    Use.COMMERCIAL_COMPLEX, Use.SUPER_TALL, Use.HOTEL, Use.ESPORTS_HOTEL, Use.ESCAPE_ROOM,
    Use.MEDICAL, Use.ELDER_CARE, Use.SCHOOL, Use.CHILDCARE, Use.ASSEMBLY,
)  # fmt: skip
BEDDED: Final = (Use.MEDICAL, Use.ELDER_CARE, Use.CHILDCARE, Use.SCHOOL)
ROOMED: Final = (Use.HOTEL, Use.ESPORTS_HOTEL)
HIGH_RISK: Final = (Use.COMMERCIAL_COMPLEX, Use.SUPER_TALL)
TALKS: Final = 6
CAMPAIGN: Final = "厂房库房“回头看”"
JUDGED: Final = "GB 35181-2025"


def unit_rows(buildings: Buildings, names: Shapes, address: Shapes, as_of: dt.date) -> pd.DataFrame:
    """Return the ledger of units.

    Parameters
    ----------
    buildings
        The town as it is.
    names, address
        Of every building, as delivered.
    as_of
        The day on which the ledger is written.
    """
    at = np.flatnonzero(np.isin(buildings.use, KEPT))
    use, count = buildings.use[at], len(at)
    rng = np.random.default_rng(count)

    def days(longest: int, known: float) -> Shapes:
        told = dates_before(as_of, rng.integers(0, longest, count)).astype(object)
        return _only(rng.random(count) < known, told)

    sleeping = np.maximum(buildings.people_night[at], 1)
    high_risk = np.isin(use, HIGH_RISK)
    said_not = _only(rng.random(count) < 0.7, "否")
    engineer = np.where(rng.random(count) < 0.5, "有", "无")
    insured = np.datetime64(as_of) + rng.integers(-90, 300, count).astype("timedelta64[D]")
    return pd.DataFrame(
        {
            "单位编号": numbered("DW", count),
            "单位名称": names[at],
            "地址": address[at],
            "使用性质": words("use", use),
            "业主类型": words("owner_type", rng.choice([str(o) for o in OwnerType], count)),
            "床位数": _only(np.isin(use, BEDDED), sleeping),
            "客房数": _only(np.isin(use, ROOMED), np.maximum(sleeping // 2, 1)),
            "消防安全重点单位": _only(rng.random(count) < 0.4, "是"),
            "火灾高危单位": np.where(high_risk, "是", said_not),
            "注册消防工程师": _only(high_risk, engineer),
            "自查日期": days(150, 0.8),
            "公示承诺": rng.choice(["是", "否", ""], count, p=[0.6, 0.2, 0.2]),
            "消防安全评估日期": _only(high_risk, days(500, 0.8)),
            "火灾公众责任保险到期日": _only(high_risk, insured.astype(str)),
            "演练日期": days(300, 0.6),
        }
    )  # fmt: skip


def _only(there: Flags, told: ArrayLike) -> Shapes:
    """Return what is told where it is, and nothing elsewhere."""
    whole = np.full(len(there), None, dtype=object)
    whole[there] = np.broadcast_to(np.asarray(told, dtype=object), len(there))[there]
    return whole


def notice_rows(cases: Cases, address: Shapes, community: Shapes) -> pd.DataFrame:
    """Return the ledger of talks and exposures: of the latest listed cases."""
    at = np.flatnonzero(cases.level != "")[-TALKS:]
    kinds = [NoticeKind.TALK, NoticeKind.COPIED, NoticeKind.CIRCULAR]
    return pd.DataFrame(
        {
            "通报编号": numbered("TB", len(at)),
            "方式": words("notice_kind", np.array([str(kinds[k % 3]) for k in range(len(at))])),
            "日期": cases.found[at],
            "地址": address[cases.building[at]],
            "所属社区": community[cases.building[at]],
            "隐患编号": [f"YH{k + 1:06d}" for k in at],
            "事由": "挂牌隐患整改推进缓慢",
            "实施单位": "街道消安委办公室",
        }
    )


def campaign_columns(cases: Cases) -> dict[str, Words]:
    """Return what the ledger of hazards says of campaigns, judgement and money.

    A major hazard is one of the listed; it was judged on the day it was found.
    """
    count = len(cases.code)
    rng = np.random.default_rng(count + 1)
    industrial = np.char.startswith(cases.code, "W") & (cases.found >= "2026-01-01")
    judged = (cases.level != "") & (rng.random(count) < 0.5)
    cost = np.round(rng.lognormal(8.5, 1.0, count), -2).astype(int).astype(str)
    return {
        "专项行动": np.where(industrial, CAMPAIGN, ""),
        "重大火灾隐患": np.where(judged, "是", ""),
        "重大火灾隐患判定日期": np.where(judged, cases.found, ""),
        "判定单位": np.where(judged, "区消防救援大队", ""),
        "判定依据": np.where(judged, JUDGED, ""),
        "整改经费(元)": np.where(rng.random(count) < 0.5, cost, ""),
    }
