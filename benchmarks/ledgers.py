"""100,000 ledger rows into a town of 100,000 buildings: ``python benchmarks/ledgers.py``."""

from __future__ import annotations

import datetime as dt
import tempfile
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from weizhan.data.demo import make_demo
from weizhan.geo.ledgers.intake import LedgerFile, import_ledger

ROWS = 100_000
LIMIT_S = 15.0


def hazards(address: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    """Return a ledger as offices write it, one address in fifty being nowhere."""
    day = np.datetime64("2026-09-30") - rng.integers(60, 1000, ROWS).astype("timedelta64[D]")
    at = rng.integers(0, len(address), ROWS)
    told = address[at]
    told[rng.random(ROWS) < 0.02] = "老粮站后面7号"
    return pd.DataFrame(
        {
            "隐患编号": [f"YH{k:06d}" for k in range(ROWS)],
            "详细地址": told,
            "隐患类别": rng.choice(["违规住人", "占用消防车道", "H2", "违规用电用气"], ROWS),
            "发现日期": day.astype(str),
            "整改期限": (day + 30).astype(str),
            "整改完成日期": (day + 20).astype(str),
            "整改状态": "已整改",
            "隐患描述": [f"第{k}号" for k in range(ROWS)],
        }
    )


def main() -> None:
    rng = np.random.default_rng(1)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "district"
        make_demo(folder, size="district")
        address = gpd.read_file(folder / "地图.gpkg", layer="buildings")["地址"].to_numpy(object)
        table = hazards(address, rng)
        alike = table.assign(详细地址=table["详细地址"].str.replace("路", "", n=1))
        for name, rows in (("exact", table), ("second source", table), ("alike", alike)):
            file = Path(place) / f"{name}.csv"
            rows.to_csv(file, index=False)
            for round_ in ("first", "again"):
                began, busy = time.perf_counter(), time.process_time()
                taken = import_ledger(
                    folder, LedgerFile(file, "hazards", as_of=dt.date(2026, 9, 30))
                )
                took, used = time.perf_counter() - began, time.process_time() - busy
                print(
                    f"{name} {round_}: {took:.1f} s of {LIMIT_S:g}, {used:.1f} s of CPU "
                    f"({taken.added} added, {taken.unchanged} as before, {taken.matched})"
                )


if __name__ == "__main__":
    main()
