"""Observed arrivals: when a crew reached a place, and after how many seconds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from ..tables import Column, Schema, columns_found, load_sheet, match_headers, read_table
from ..words import InputError, Problem, TownError
from ..words import fields as f

ARRIVAL_ID = "arrival_id"
TIME = "time"
SECONDS = "seconds"
LON, LAT = "lon", "lat"
OFFSET = r"(?:Z|(?<=:\d\d)[+-]\d\d:?\d\d)$"  # of a time zone: local time is meant

ARRIVALS = Schema(
    "arrivals",
    ARRIVAL_ID,
    "point",
    (
        Column(ARRIVAL_ID, "text", ("编号", "警情编号", "出警编号", "id")),
        Column(TIME, "text", ("时间", "日期", "接警时间", "到场时间点", "date")),
        Column(
            SECONDS,
            "number",
            ("秒", "秒数", "到场秒数", "到场用时", "到场用时(秒)", "用时(秒)", "duration_s"),
            required=True,
            minimum=1,
            maximum=86_400,
        ),
        Column(f.BUILDING_ID, "text", ("建筑编号", "楼栋编号")),
        Column(LON, "number", ("经度", "longitude", "x"), minimum=-180, maximum=180),
        Column(LAT, "number", ("纬度", "latitude", "y"), minimum=-90, maximum=90),
        Column(f.STATION_ID, "text", ("站点编号", "微站编号", "出动站点")),
        Column(f.VEHICLE, "choice", ("车辆", "出动方式", "交通工具"), vocabulary="vehicle"),
    ),
)


def no_arrivals() -> pd.DataFrame:
    """Return the table of `read_arrivals` without a row."""
    texts = (ARRIVAL_ID, f.BUILDING_ID, f.STATION_ID, f.VEHICLE)
    columns = {name: pd.Series(dtype=object) for name in texts}
    numbers = {name: pd.Series(dtype="float64") for name in (SECONDS, LON, LAT)}
    return pd.DataFrame({**columns, **numbers, TIME: pd.Series(dtype="datetime64[ns]")})


def read_arrivals(file: Path) -> pd.DataFrame:
    """Read observed arrivals from a CSV or Excel table.

    Parameters
    ----------
    file
        With the seconds from the alarm to the arrival, and the place: a building of the town, or
        longitude and latitude. Time, station and vehicle may be missing.

    Returns
    -------
    DataFrame
        `arrival_id` (the row number where none is given), `time` (local; NaT where not read),
        `seconds`, `building_id`, `lon`, `lat`, `station_id`, `vehicle`, and `source_row`.

    Raises
    ------
    InputError
        When the file cannot be read, has no seconds, or no place.
    TownError
        When rows are wrong; carries every problem.
    """
    sheet = read_table(file, what=ARRIVALS.layer)
    headers = sheet.headers
    names = set(columns_found(match_headers(headers, ARRIVALS.columns, stated={})))
    placed = f.BUILDING_ID in names or {LON, LAT} <= names
    if SECONDS not in names or not placed:
        raise InputError("error.arrivals_columns", file=file, columns=", ".join(headers))
    if ARRIVAL_ID not in names:
        numbered = sheet.table.assign(**{ARRIVAL_ID: sheet.table[f.SOURCE_ROW].astype(str)})
        sheet = replace(sheet, table=numbered)
    frame, _, problems = load_sheet(sheet, ARRIVALS, stated={}, file=file.name)
    arrivals = pd.DataFrame(frame.drop(columns=f.GEOMETRY))
    nowhere = arrivals[f.BUILDING_ID].isna() & arrivals[[LON, LAT]].isna().any(axis=1)
    problems += [
        Problem(
            "error",
            "arrival_nowhere",
            ARRIVALS.layer,
            file.name,
            int(arrivals[f.SOURCE_ROW].iloc[at]),
            str(arrivals[ARRIVAL_ID].iloc[at]),
        )
        for at in np.flatnonzero(nowhere)
    ]
    if any(problem.severity == "error" for problem in problems):
        raise TownError(problems)
    local = arrivals[TIME].astype("string").str.replace(OFFSET, "", regex=True)
    arrivals[TIME] = pd.to_datetime(local, errors="coerce", format="ISO8601")
    return arrivals
