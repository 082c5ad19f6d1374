"""The user's own lists: places where a station could go, buildings that must be covered."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import pandas as pd

from .datum_check import check_datum
from .rules import LayerSource
from .tables import (
    MISSING,
    SCHEMAS,
    Column,
    Schema,
    columns_found,
    load_sheet,
    match_headers,
    read_layer,
    read_table,
)
from .words import Datum, InputError, Problem, TownError, normal, told_error
from .words import fields as f

LAYER = "candidates"
CANDIDATE_ID = "candidate_id"
COST_YUAN = "cost_yuan"
YEARLY_YUAN = "yearly_yuan"
SPACE_M2 = "space_m2"
ABSENT_DAY = "absent_day"
ABSENT_NIGHT = "absent_night"
LEAVES_PREMISES = "leaves_premises"

_STATIONS = SCHEMAS["stations"]
CANDIDATES = Schema(
    LAYER,
    CANDIDATE_ID,
    "point",
    (
        Column(CANDIDATE_ID, "text", ("候选点编号", "编号", "代码", "id", "fid")),
        _STATIONS.column(f.NAME),
        Column(
            f.TIER,
            "choice",
            _STATIONS.column(f.TIER).synonyms,
            vocabulary="tier",
        ),
        *(_STATIONS.column(name) for name in (f.HOST_TYPE, f.VEHICLE)),
        *(_STATIONS.column(name) for name in (f.CREW_DAY, f.CREW_NIGHT, f.TURNOUT_S)),
        Column(
            COST_YUAN,
            "number",
            ("建设费用", "建站费用", "造价", "费用", "费用(元)", "费用（元）", "cost"),
            minimum=0,
            maximum=1e9,
        ),
        Column(
            YEARLY_YUAN, "number", ("年运行费用", "每年费用", "运行费用"), minimum=0, maximum=1e9
        ),
        Column(
            SPACE_M2,
            "number",
            ("面积", "可用面积", "房屋面积", "面积(平方米)", "面积（平方米）"),
            minimum=0,
            maximum=1e6,
        ),
        Column(ABSENT_DAY, "number", ("白天缺勤概率",), minimum=0, maximum=1),
        Column(ABSENT_NIGHT, "number", ("夜间缺勤概率",), minimum=0, maximum=1),
        Column(
            LEAVES_PREMISES, "choice", ("可否出院门", "可外出", "可否外出"), vocabulary="yes_no"
        ),
    ),
)


def read_candidates(
    file: Path, layers: Mapping[str, gpd.GeoDataFrame], *, datum: Datum | None = None
) -> gpd.GeoDataFrame:
    """Read a list of places where a station could go.

    Parameters
    ----------
    file
        Geodata with points, or a table with coordinates in two columns.
    layers
        ``buildings`` and ``lanes`` of the town, against which an undeclared datum is held.
    datum
        What the coordinates refer to, if that is declared.

    Returns
    -------
    GeoDataFrame
        The columns of `CANDIDATES`, `source_row`, points in EPSG:4326.

    Raises
    ------
    InputError
        When the file cannot be read, is empty, or its datum must be declared.
    TownError
        When values are wrong; carries every problem with its row.
    """
    source = LayerSource(file=file.name, datum=datum)
    sheet = read_layer(file, source, schema=CANDIDATES)
    found, _, problems = load_sheet(sheet, CANDIDATES, stated={}, file=file.name)
    gone = found.geometry.isna() | found.geometry.is_empty
    problems += [
        Problem("error", "candidate_no_place", LAYER, file.name, int(row), str(identity))
        for row, identity in zip(
            found.loc[gone, f.SOURCE_ROW], found.loc[gone, CANDIDATE_ID], strict=True
        )
    ]
    if any(problem.severity == "error" for problem in problems):
        raise TownError(problems)
    if datum is None:
        plain = {name: layer.to_crs("EPSG:4326") for name, layer in layers.items()}
        check_datum(file, found, plain)
    found.geometry = found.geometry.representative_point()
    return found


def read_identities(file: Path, layer: str, known: pd.Series[str]) -> list[str]:
    """Read a table that names features of a layer, such as buildings that must be covered.

    Parameters
    ----------
    file
        Excel or CSV with a column of identities; a table of one column may call it as it likes.
    layer
        Of the town.
    known
        Identities that the layer has.

    Raises
    ------
    InputError
        When the file cannot be read or has no such column.
    TownError
        When it names features that are not there; carries each with its row.
    """
    schema = SCHEMAS[layer]
    sheet = read_table(file, what=layer)
    table, headers = sheet.table, sheet.headers
    by_name = columns_found(match_headers(headers, schema.columns, stated={}))
    header = by_name.get(schema.identity, headers[0] if len(headers) == 1 else None)
    if header is None:
        allowed = ", ".join((schema.identity, *schema.column(schema.identity).synonyms))
        raise InputError("error.no_identity_column", file=file, allowed=allowed)
    said = table[header].map(lambda cell: "" if cell is None else _plain(cell))
    rows = table[f.SOURCE_ROW]
    filled = ~said.str.lower().isin(MISSING)
    strange = filled & ~said.isin(set(known.astype(str)))
    if strange.any() or not filled.any():
        problems = [
            Problem("error", "identity_unknown", layer, file.name, int(row), value=value)
            for row, value in zip(rows[strange], said[strange], strict=True)
        ]
        if not filled.any():
            problems.append(
                told_error(InputError("error.no_identities", file=file), layer, file.name)
            )
        raise TownError(problems)
    return list(dict.fromkeys(said[filled]))


def _plain(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return normal(cell)
