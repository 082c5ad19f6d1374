"""What a file or a value is, in one short text: equal contents, equal digests, in any process."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd

LENGTH: Final = 24
MAKERS: Final = ("weizhan", "numpy", "scipy", "numba", "geopandas", "shapely")
FLOORS: Final = ("geo", "coverage", "maps", "runs", "data")
CODE: Final = (".py", ".toml", ".js", ".css", ".html")
BLOCK: Final = 1 << 20


def file_digest(file: Path) -> str:
    """Return the SHA-256 of a file.

    Raises
    ------
    OSError
        When it cannot be read.
    """
    told = hashlib.sha256()
    with file.open("rb") as opened:
        while block := opened.read(BLOCK):
            told.update(block)
    return told.hexdigest()


def folder_digests(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file of a folder by its path in it, hidden ones left out."""
    files = (p for p in folder.rglob("*") if p.is_file())
    named = {p.relative_to(folder).as_posix(): p for p in files}
    told = {n: p for n, p in named.items() if not any(x.startswith(".") for x in n.split("/"))}
    return {name: file_digest(told[name]) for name in sorted(told)}


@cache
def made_by() -> dict[str, str]:
    """Return by what results are made: versions, and the digest of our own code and rules."""
    root = Path(__file__).resolve().parents[1]
    files = [p for floor in FLOORS for p in sorted((root / floor).rglob("*"))]
    code = digest([file_digest(p) for p in files if p.suffix in CODE and p.is_file()])
    return {name: version(name) for name in MAKERS} | {"code": code}


def digest(*values: Any) -> str:
    """Return the digest of values: numbers, texts, arrays, tables, and what holds them.

    Tables count by their values, arrays by shape and bytes, mappings in the order of their keys.
    """
    told = hashlib.sha256()
    for value in values:
        _add(told, value)
    return told.hexdigest()[:LENGTH]


def _add(told: Any, value: Any) -> None:
    told.update(type(value).__name__.encode())
    if isinstance(value, gpd.GeoDataFrame):
        shapes = value.geometry.to_wkb().to_numpy()
        _add(told, pd.DataFrame(value.drop(columns=value.geometry.name)))
        told.update(b"".join(bytes(shape or b"") for shape in shapes))
    elif isinstance(value, pd.DataFrame):
        _add(told, [str(name) for name in value.columns])
        for name in value.columns:
            _add(told, value[name])
    elif isinstance(value, pd.Series):
        _add(told, value.to_numpy())
        _add(told, value.index.to_numpy())
    elif isinstance(value, np.ndarray) and value.dtype != object:
        told.update(f"{value.dtype.str}{value.shape}".encode())
        told.update(np.ascontiguousarray(value).tobytes())
    elif isinstance(value, np.ndarray | list | tuple):
        for one in value:
            _add(told, one)
    elif isinstance(value, Mapping):
        for key in sorted(value, key=str):
            _add(told, key)
            _add(told, value[key])
    elif is_dataclass(value) and not isinstance(value, type):
        for one in fields(value):
            _add(told, one.name)
            _add(told, getattr(value, one.name))
    else:
        told.update(repr(value).encode())
