"""What a file says, one line a row, each cell with its heading."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pyogrio

from . import said


def output_lines(file: Path) -> list[str]:
    """Return the rows of a table as ``heading=cell | heading=cell``, of all else the lines."""
    reader = {
        ".csv": _csv, ".xlsx": _book, ".gpkg": _layers, ".geojson": _layers, ".json": _json,
    }.get(file.suffix)  # fmt: skip
    if reader is not None:
        return list(reader(file))
    if file.suffix in (".txt", ".toml"):
        return file.read_text(encoding="utf-8").splitlines()
    return said.lines(file)


def _row(pairs: Any) -> str:
    return " | ".join(f"{name}={cell}" for name, cell in pairs if cell not in (None, "", "nan"))


def _csv(file: Path) -> Iterator[str]:
    with file.open(encoding="utf-8-sig", newline="") as opened:
        head, *rows = csv.reader(opened)
    yield from (_row(zip(head, row, strict=False)) for row in rows)


def _book(file: Path) -> Iterator[str]:
    for sheet in openpyxl.load_workbook(file).worksheets:
        head: list[str] = []
        for row in sheet.iter_rows(values_only=True):
            cells = ["" if cell is None else str(cell) for cell in row]
            yield sheet.title + ": " + _row(zip(head or [""] * len(cells), cells, strict=False))
            if sum(map(bool, cells)) > 2:
                head = head or cells
            yield sheet.title + ": " + " | ".join(filter(None, cells))


def _layers(file: Path) -> Iterator[str]:
    for layer, _ in pyogrio.list_layers(file):
        frame = pyogrio.read_dataframe(file, layer=layer, read_geometry=False)
        for row in frame.astype(str).to_dict("records"):
            told = ((name, cell) for name, cell in row.items() if cell not in ("None", "NaT"))
            yield f"{layer}: {_row(told)}"


def _json(file: Path) -> Iterator[str]:
    yield from _leaves(json.loads(file.read_text(encoding="utf-8")), "")


def _leaves(value: Any, path: str) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(inner, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner, path)
    else:
        yield f"{path}={value}"
