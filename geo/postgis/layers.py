"""Layers as tables of PostGIS, the same to the value: names, order, kinds, missing values.

A header of the user's is no safe name of a column: it may be longer than PostgreSQL keeps, or one
of ours. So ``layer_columns`` says what each column is called in the town, and of which kind it is.
Who works on a table with QGIS may add features and columns; they are read as they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from ..words import InputError, OutputError
from ..words import fields as f
from .address import MOST_BYTES, ServerAddress
from .sessions import quoted, readers_of, session

if TYPE_CHECKING:
    from sqlalchemy import Connection

LAYERS_FILE: Final = "layers.gpkg"  # as which the configuration knows them, there and here
PREFIX: Final = "layer_"
ROW: Final = "fid"
ROWS_AT_ONCE: Final = 20_000
_NAMES: Final = """
CREATE TABLE layer_columns (
  layer TEXT NOT NULL, stored TEXT NOT NULL, name TEXT NOT NULL, dtype TEXT NOT NULL,
  PRIMARY KEY (layer, stored))
"""


def make_layers(connection: Connection) -> None:
    """Make the table of column names in a new town."""
    connection.exec_driver_sql(_NAMES)


def write_stored_layer(
    connection: Connection, schema: str, layer: str, frame: gpd.GeoDataFrame
) -> None:
    """Make a table and write one layer into it.

    Parameters
    ----------
    connection
        An open transaction.
    schema
        Of the town.
    layer
        A name that is not there yet.
    frame
        In a coordinate system with an EPSG code; cells are of one kind a column, or texts.

    Raises
    ------
    OutputError
        When a text holds a character that PostgreSQL cannot store.
    """
    import sqlalchemy as sa
    from geoalchemy2 import Geometry, WKBElement

    srid = frame.crs.to_epsg()
    names = [name for name in frame.columns if name != frame.geometry.name]
    stored = _stored_names([str(name) for name in names])
    kinds = [_kind(frame[name]) for name in names]
    columns = [
        sa.Column(column, kind, key=f"c{at}")  # a header is no name of a parameter either
        for at, (column, kind) in enumerate(zip(stored, kinds, strict=True))
    ]
    shape = Geometry("GEOMETRY", srid=srid, dimension=2)
    table = sa.Table(
        PREFIX + layer, sa.MetaData(), sa.Column(ROW, sa.BigInteger, sa.Identity(),
        primary_key=True), *columns, sa.Column(f.GEOMETRY, shape, key="shape"), schema=schema,
    )  # fmt: skip
    table.create(connection)
    for role in readers_of(connection, "layer_columns"):
        told = quoted(table.name).replace("%", "%%")
        connection.exec_driver_sql(f"GRANT SELECT ON {told} TO {quoted(role).replace('%', '%%')}")
    if names:
        connection.exec_driver_sql(
            "INSERT INTO layer_columns (layer, stored, name, dtype) VALUES (%s, %s, %s, %s)",
            [
                (layer, column, str(name), str(frame[name].dtype))
                for name, column in zip(names, stored, strict=True)
            ],
        )
    shapes = [
        None if wkb is None else WKBElement(wkb, srid=srid)
        for wkb in shapely.to_wkb(shapely.force_2d(frame.geometry.to_numpy()))
    ]
    cells = [_cells(frame[name], layer) for name in names]
    keys = [f"c{at}" for at in range(len(names))] + ["shape"]
    for start in range(0, len(frame), ROWS_AT_ONCE):
        part = slice(start, start + ROWS_AT_ONCE)
        rows = zip(*(column[part] for column in cells), shapes[part], strict=True)
        connection.execute(table.insert(), [dict(zip(keys, row, strict=True)) for row in rows])


def stored_layers(connection: Connection, schema: str) -> list[str]:
    """Return the names of the layers of a town, in the order of the alphabet.

    Parameters
    ----------
    connection
        An open transaction.
    schema
        Of the town.
    """
    rows = connection.exec_driver_sql(
        "SELECT table_name FROM information_schema.columns WHERE table_schema = %s "
        "AND column_name = %s AND udt_name = 'geometry'", (schema, f.GEOMETRY),
    )  # fmt: skip
    names = [str(name) for (name,) in rows]
    return sorted(name.removeprefix(PREFIX) for name in names if name.startswith(PREFIX))


def read_stored_layer(connection: Connection, schema: str, layer: str) -> gpd.GeoDataFrame:
    """Return one layer as it was written, and what was changed in its table since.

    Parameters
    ----------
    connection
        An open transaction.
    schema
        Of the town.
    layer
        As it is called in ``layers.gpkg``.

    Raises
    ------
    InputError
        When the town has no such layer; names those it has.
    """
    import sqlalchemy as sa

    known = {
        str(stored): (str(name), str(dtype))
        for stored, name, dtype in connection.exec_driver_sql(
            "SELECT stored, name, dtype FROM layer_columns WHERE layer = %s", (layer,)
        )
    }
    there = connection.exec_driver_sql(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = %s "
        "AND table_name = %s ORDER BY ordinal_position", (schema, PREFIX + layer),
    ).scalars().all()  # fmt: skip
    if f.GEOMETRY not in there:
        have = stored_layers(connection, schema)
        raise InputError("error.database_no_layer", layer=layer, allowed=", ".join(have))
    columns = [str(name) for name in there if name not in (ROW, f.GEOMETRY)]
    table = sa.table(
        PREFIX + layer, *(sa.column(name) for name in (ROW, *columns, f.GEOMETRY)), schema=schema
    )
    asked = [sa.cast(table.c[f.GEOMETRY], sa.LargeBinary).label("s"), table.c[ROW].label("r")]
    asked += [table.c[name].label(f"c{at}") for at, name in enumerate(columns)]
    rows = connection.execute(sa.select(*asked).order_by(table.c[ROW])).fetchall()
    parts = list(zip(*rows, strict=True)) if rows else [()] * len(asked)
    told = {}
    for column, cells in zip(columns, parts[2:], strict=True):
        name, dtype = known.get(column, (column, ""))
        told[name] = _restored(list(cells), dtype)
    if f.ORIGIN_ROW in told and told[f.ORIGIN_ROW].isna().any():  # drawn on the server
        told[f.ORIGIN_ROW] = told[f.ORIGIN_ROW].fillna(pd.Series(parts[1])).astype("int64")
    shapes = shapely.from_wkb([None if cell is None else bytes(cell) for cell in parts[0]])
    frame = gpd.GeoDataFrame(told, geometry=np.asarray(shapes, dtype=object))
    srid = connection.exec_driver_sql(
        "SELECT srid FROM geometry_columns WHERE f_table_schema = %s AND f_table_name = %s "
        "AND f_geometry_column = %s", (schema, PREFIX + layer, f.GEOMETRY),
    ).scalar()  # fmt: skip
    return frame.set_crs(f"EPSG:{srid}") if srid else frame


def layer_of_server(address: ServerAddress, layer: str) -> gpd.GeoDataFrame:
    """Return one layer of a shared town as it stands on the server.

    Parameters
    ----------
    address
        Of the town.
    layer
        As it is called in ``layers.gpkg``.
    """
    with session(address, reads=True) as connection:
        return read_stored_layer(connection, address.schema, layer)


def _stored_names(names: list[str]) -> list[str]:
    """Return a name that PostgreSQL keeps for each header, no two the same."""
    stored: list[str] = []
    taken = {ROW, f.GEOMETRY}
    for at, name in enumerate(names, start=1):
        fits = 0 < len(name.encode()) <= MOST_BYTES and "\0" not in name and name not in taken
        column = name if fits else f"column_{at}"
        while column in taken or (not fits and column in names):
            column += "_"
        taken.add(column)
        stored.append(column)
    return stored


def _kind(column: pd.Series) -> Any:
    import sqlalchemy as sa

    dtype = column.dtype
    if pd.api.types.is_bool_dtype(dtype):
        return sa.Boolean()
    if pd.api.types.is_integer_dtype(dtype):
        return sa.BigInteger()
    if pd.api.types.is_float_dtype(dtype):
        return sa.Double()
    if pd.api.types.is_datetime64_any_dtype(dtype):
        return sa.DateTime(timezone=isinstance(dtype, pd.DatetimeTZDtype))
    return sa.Text()


def _cells(column: pd.Series, layer: str) -> list[Any]:
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return [None if pd.isna(cell) else cell.to_pydatetime() for cell in column]
    cells = column.astype(object).where(column.notna(), None).tolist()
    if column.dtype != object and not pd.api.types.is_string_dtype(column.dtype):
        return cells
    texts = [None if cell is None else str(cell) for cell in cells]
    for at, cell in enumerate(texts, start=1):
        if cell is not None and not _can_be_stored(cell):
            raise OutputError("error.database_text", layer=layer, row=at, column=column.name)
    return texts


def _can_be_stored(text: str) -> bool:
    """Return whether a text is without the two things that PostgreSQL refuses."""
    return "\0" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


def _restored(cells: list[Any], dtype: str) -> pd.Series:
    """Return a column of the kind that it had, as far as its cells still are of it."""
    column = pd.Series(cells, dtype=object)
    if dtype in ("", "object"):
        kept: pd.Series = column if dtype else column.infer_objects()
        return kept
    if column.isna().any() and dtype.startswith(("int", "uint")):
        dtype = "float64"
    if column.isna().any() and dtype == "bool":
        return column
    if dtype.startswith("datetime64"):
        zoned = "," in dtype
        column = pd.to_datetime(column, utc=zoned)
    kind: Any = pd.api.types.pandas_dtype(dtype)
    typed: pd.Series = column.astype(kind)
    return typed
