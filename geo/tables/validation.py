"""Columns found by name, values read as what they are, every problem told with its row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from ..words import (
    VOCABULARIES,
    InputError,
    Problem,
    bare_header,
    codes,
    label,
    normal,
    plain_header,
    read_date,
    read_number,
    understood,
    unit_of,
)
from ..words import fields as f
from .schemas import Column, Schema
from .sheets import MISSING

AXES = frozenset({"lon", "lat", "x", "y", "经度", "纬度", "fid", "ogc_fid"})
NEAR = 50  # of 100: a header less like any column is named without a guess
NUMBER_KINDS = frozenset({"number", "count"})


def match_columns(
    headers: Sequence[str], schema: Schema, *, stated: Mapping[str, str], file: str
) -> dict[str, str]:
    """Find which header holds which column: as stated, else by exact name or synonym.

    Parameters
    ----------
    headers
        Of the file.
    schema
        Whose columns are looked for.
    stated
        ``{our name: header}`` from ``town.toml``.
    file
        Named in messages.

    Returns
    -------
    dict
        ``{header: our name}``. Of several synonyms in one file the earlier one in the schema's
        list is taken.

    Raises
    ------
    InputError
        When a stated column or header does not exist.
    """
    unknown = sorted(set(stated) - set(schema.names))
    absent = sorted(set(stated.values()) - set(headers))
    if unknown or absent:
        raise InputError(
            "error.stated_columns",
            file=file,
            layer=schema.layer,
            unknown=", ".join(unknown + absent),
            allowed=", ".join(schema.names),
            headers=", ".join(headers),
        )
    found = {header: name for name, header in stated.items()}
    by_name = {plain_header(header.rsplit("/", 1)[-1]): header for header in reversed(headers)}
    bare = [bare_header(header) for header in headers]
    by_name |= {b: h for b, h in zip(bare, headers, strict=True) if bare.count(b) == 1}
    by_name |= {plain_header(header): header for header in reversed(headers)}
    for column in schema.columns:
        if column.name in stated:
            continue
        for word in (column.name, *column.synonyms):
            header = by_name.get(plain_header(word))
            if header is not None and header not in found:
                found[header] = column.name
                break
    return found


def unread_columns(
    headers: Sequence[str], schema: Schema, *, columns: Mapping[str, str], file: str
) -> list[Problem]:
    """Tell which headers of a file mean nothing to us, each with the column it comes nearest to.

    Parameters
    ----------
    headers, schema, file
        As for `match_columns`.
    columns
        ``{header: our name}``, what it found.
    """
    rest = [header for header in headers if header not in columns and header.lower() not in AXES]
    words = {word: c.name for c in schema.columns for word in (c.name, *c.synonyms)}
    told = []
    for header in rest:
        nearest = process.extractOne(bare_header(header), list(words), scorer=fuzz.ratio)
        guess = f"{nearest[0]} ({words[nearest[0]]})" if nearest and nearest[1] >= NEAR else ""
        told.append(f"“{header}”" + (f"≈{guess}?" if guess else ""))
    if not told:
        return []
    return [
        Problem(
            "warning", "columns_unread", schema.layer, file, value="、".join(told), count=len(told)
        )
    ]


def validate(
    frame: gpd.GeoDataFrame, schema: Schema, *, columns: Mapping[str, str], file: str
) -> tuple[gpd.GeoDataFrame, list[Problem]]:
    """Read a layer's columns as what they are.

    Parameters
    ----------
    frame
        The layer as it is in the file, with `source_row`.
    schema
        What the layer holds.
    columns
        ``{header: our name}``, from `match_columns`.
    file
        Named in messages.

    Returns
    -------
    frame
        All columns of the schema, then `source_row`, then `geometry`: text and codes as
        strings, numbers as float64, None or NaN where missing. Other columns are left out.
    problems
        One for every value that cannot be what its column says, every double identity, every
        required value that is missing; the value itself is then missing in the frame.
    """
    problems: list[Problem] = []
    rows = frame[f.SOURCE_ROW].to_numpy()
    by_name = {name: frame[header] for header, name in columns.items()}
    identity = _identities(frame, schema, by_name, file, problems)
    known: dict[str, pd.Series[Any]] = {schema.identity: identity}
    for column in schema.columns:
        if column.name == schema.identity:
            continue
        raw = by_name.get(column.name)
        if raw is None:
            known[column.name] = _nothing(column, frame.index)
            if column.required:
                problems.append(
                    Problem(
                        "error",
                        "column_missing",
                        schema.layer,
                        file,
                        column=column.name,
                        allowed=", ".join((column.name, *column.synonyms)),
                    )
                )
            continue
        known[column.name], wrong = read_column(raw, column)
        blank = known[column.name].isna() & column.required
        for at in np.flatnonzero(wrong | blank.to_numpy()):
            unread_hours = column.kind == "hours" and wrong[at]  # kept: open or not is unknown
            problems.append(
                Problem(
                    "warning" if unread_hours else "error",
                    _complaint(column, bool(wrong[at])),
                    schema.layer,
                    file,
                    int(rows[at]),
                    str(identity.iloc[at]),
                    column.name,
                    str(raw.iloc[at]) if wrong[at] else "",
                    allowed(column),
                )
            )
    known[f.SOURCE_ROW] = frame[f.SOURCE_ROW]
    table = pd.DataFrame({name: known[name] for name in (*schema.names, f.SOURCE_ROW)})
    return gpd.GeoDataFrame(table, geometry=frame.geometry, crs=frame.crs), problems


def allowed(column: Column) -> str:
    """Return in words what a column may hold."""
    if column.vocabulary:
        members = VOCABULARIES[column.vocabulary]
        return ", ".join(f"{label(column.vocabulary, m.value)} ({m.value})" for m in members)
    if column.kind in NUMBER_KINDS:
        low = "-∞" if column.minimum is None else f"{column.minimum:g}"
        high = "∞" if column.maximum is None else f"{column.maximum:g}"
        return f"{low} … {high}"
    return ""


def read_column(raw: pd.Series[Any], column: Column) -> tuple[pd.Series[Any], NDArray[np.bool_]]:
    """Read raw cells as what the column says.

    Returns
    -------
    values
        As `validate` describes them, missing where a cell is blank or wrong.
    wrong
        ``(rows,)`` bool, cells that say something which the column cannot hold.
    """
    if column.kind in NUMBER_KINDS and pd.api.types.is_numeric_dtype(raw.dtype):
        return _within(raw.astype("float64"), raw.notna(), column)
    cells = raw.astype(object)
    plain = cells[cells.notna()].map(_plain)
    blank = plain.isin(MISSING)
    if column.vocabulary:
        lower = {spelling.lower(): code for spelling, code in codes(column.vocabulary).items()}
        values = plain.map(lower)  # first, as the word for nothing may be a code
        wrong = values.isna() & ~blank
        return _full(values, cells.index), _full(wrong, cells.index, False)
    said = plain.index[~blank]
    if column.kind in NUMBER_KINDS:
        unit = unit_of(column.name)
        numbers = cells[said].map(lambda cell: read_number(cell, unit=unit)).astype("float64")
        told = pd.Series(cells.index.isin(said), index=cells.index)
        return _within(numbers.reindex(cells.index), told, column)
    texts = cells[said].map(_iso_day if column.kind == "date" else _text)
    wrong = texts.isna()
    if column.kind == "hours":
        wrong = ~texts.map(understood).astype(bool)
    return _full(texts, cells.index), _full(wrong, cells.index, False)


def _within(
    numbers: pd.Series[float], said: pd.Series[bool], column: Column
) -> tuple[pd.Series[float], NDArray[np.bool_]]:
    """Keep the numbers that a column can hold; what was said and is none of them is wrong."""
    low = -np.inf if column.minimum is None else column.minimum
    high = np.inf if column.maximum is None else column.maximum
    fits = numbers.between(low, high)
    if column.kind == "count":
        fits &= numbers == np.floor(numbers)
    return numbers.where(fits), (said & ~fits).to_numpy(dtype=bool)


def _full(values: pd.Series[Any], index: pd.Index[Any], missing: object = None) -> Any:
    """Spread values over all rows; as an array when what is missing is not None."""
    found = np.full(len(index), missing, dtype=object if missing is None else bool)
    found[index.get_indexer(values.index)] = values.where(values.notna(), None)
    return pd.Series(found, index=index, dtype=object) if missing is None else found


def _complaint(column: Column, wrong: bool) -> str:
    if not wrong:
        return "value_missing"
    if column.vocabulary:
        return "not_in_vocabulary"
    return {"number": "not_a_number", "count": "not_a_count", "date": "not_a_date"}.get(
        column.kind, "not_hours"
    )


def _identities(
    frame: gpd.GeoDataFrame,
    schema: Schema,
    by_name: Mapping[str, pd.Series[Any]],
    file: str,
    problems: list[Problem],
) -> pd.Series[Any]:
    rows = frame[f.SOURCE_ROW]
    raw = by_name.get(schema.identity)
    if raw is None:
        problems.append(
            Problem("warning", "identity_made", schema.layer, file, column=schema.identity)
        )
        made: pd.Series[Any] = rows.astype(str)
        return made
    found, _ = read_column(raw, schema.column(schema.identity))
    where = found.isna()
    identity: pd.Series[Any] = found.where(~where, "#" + rows.astype(str))
    double = identity.duplicated(keep=False)
    for at in np.flatnonzero(where | double):
        problems.append(
            Problem(
                "error",
                "value_missing" if where.iloc[at] else "identity_double",
                schema.layer,
                file,
                int(rows.iloc[at]),
                str(identity.iloc[at]),
                schema.identity,
                "" if where.iloc[at] else str(identity.iloc[at]),
            )
        )
    return identity


def _nothing(column: Column, index: pd.Index[Any]) -> pd.Series[Any]:
    if column.kind in NUMBER_KINDS:
        return pd.Series(np.nan, index=index, dtype="float64")
    return pd.Series(None, index=index, dtype=object)


def _plain(cell: object) -> str:
    return _text(cell).lower()


def _text(cell: object) -> str:
    """Return a cell as text; spreadsheets deliver whole numbers as 12.0."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return normal(cell)


def _iso_day(cell: object) -> str | None:
    moment = read_date(cell)
    return moment.date().isoformat() if moment else None
