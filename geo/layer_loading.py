"""One layer of a town as its folder holds it: read, corrected, filled from tables beside it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import geopandas as gpd

from .rules import LedgerSource, TownConfig
from .tables import (
    SCHEMAS,
    Account,
    Schema,
    corrected,
    load_sheet,
    read_corrections,
    read_layer,
    read_table,
    validate,
)
from .words import InputError, Problem, TownError, told_error
from .words import fields as f


def load_layer(
    folder: Path,
    config: TownConfig,
    schema: Schema,
    problems: list[Problem],
    accounts: list[Account],
) -> gpd.GeoDataFrame | None:
    """Return one layer of a town folder in EPSG:4326; None where something stopped it.

    Parameters
    ----------
    folder, config
        Of the town.
    schema
        What the layer holds.
    problems, accounts
        What was found, and what became of each file, are added there.
    """
    if schema.layer not in config.layers:
        if schema.required:
            problems.append(Problem("error", "layer_missing", schema.layer))
            return None
        return empty_layer(schema)
    source = config.source(schema.layer)
    name = source.origin or source.file
    try:
        raw = read_layer(
            folder / source.file,
            source,
            schema=schema,
            name=name,
            corrections=read_corrections(folder),
        )
        frame, account, told = load_sheet(raw, schema, stated=source.columns, file=name)
        accounts.append(account)
        problems += told
        for ledger in source.ledgers:
            frame = _join_ledger(folder, ledger, frame, schema, problems, accounts)
    except InputError as error:
        problems.append(told_error(error, schema.layer, name))
        return None
    return frame


def layer_of(folder: Path, config: TownConfig, layer: str) -> gpd.GeoDataFrame:
    """Return one layer of a town folder in EPSG:4326, with the columns of its schema.

    Raises
    ------
    TownError
        When something in it must be mended.
    """
    problems: list[Problem] = []
    frame = load_layer(folder, config, SCHEMAS[layer], problems, [])
    if frame is None or any(problem.severity == "error" for problem in problems):
        raise TownError(problems)
    return frame


def _join_ledger(
    folder: Path,
    ledger: LedgerSource,
    frame: gpd.GeoDataFrame,
    schema: Schema,
    problems: list[Problem],
    accounts: list[Account],
) -> gpd.GeoDataFrame:
    """Fill what a layer leaves open from a ledger; where both speak and differ, say so."""
    sheet = read_table(
        folder / ledger.file,
        what=schema.layer,
        sheet=ledger.sheet,
        header_rows=ledger.header_rows,
        encoding=ledger.encoding,
    )
    sheet = corrected(sheet, read_corrections(folder), ledger, schema=schema)
    values, account, told = load_sheet(sheet, schema, stated=ledger.columns, file=ledger.file)
    accounts.append(account)
    problems += told
    found = {match.column for match in account.headers if match.how != "unmatched"}
    strangers = ~values[schema.identity].isin(frame[schema.identity])
    for _, row in values[strangers].iterrows():
        problems.append(
            Problem(
                "warning",
                "ledger_unmatched",
                schema.layer,
                ledger.file,
                int(row[f.SOURCE_ROW]),
                str(row[schema.identity]),
            )
        )
    values = values[~strangers].drop_duplicates(schema.identity).set_index(schema.identity)
    frame = frame.set_index(schema.identity)
    for name in (name for name in schema.names if name in found and name != schema.identity):
        told = values[name].dropna()
        before = frame[name].reindex(told.index)
        for identity in told.index[before.notna() & (before != told)]:
            problems.append(
                Problem(
                    "warning",
                    "ledger_conflict",
                    schema.layer,
                    ledger.file,
                    int(values.at[identity, f.SOURCE_ROW]),
                    str(identity),
                    name,
                    str(told[identity]),
                    str(before[identity]),
                )
            )
        fresh = told[before.isna()]
        frame.loc[fresh.index, name] = fresh
    return frame.reset_index()


def empty_layer(schema: Schema) -> gpd.GeoDataFrame:
    """Return a layer without rows, with all columns of its schema, in EPSG:4326."""
    return _blank(schema.layer).copy()


@cache
def _blank(layer: str) -> gpd.GeoDataFrame:
    schema = SCHEMAS[layer]
    names = [*schema.names, f.SOURCE_ROW]
    frame = gpd.GeoDataFrame({name: [] for name in names}, geometry=[], crs="EPSG:4326")
    blank, _ = validate(frame, schema, columns={name: name for name in schema.names}, file="")
    return blank
