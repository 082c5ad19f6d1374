"""Frozen periods of a town: assessment and rule set as files that never change, with their hashes.

``DIR/snapshots/2026Q3/`` holds GeoParquet layers, the rule set, the summary, and ``manifest.json``
with the SHA-256 of each. A snapshot that was written is never written again; one whose files do
not fit its manifest is not read.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import pandas as pd

from .words import InputError, OutputError, read_period, whole_folder

SNAPSHOTS: Final = "snapshots"
MANIFEST: Final = "manifest.json"
FORMAT: Final = "weizhan-snapshot"
VERSION: Final = 1


@dataclass(frozen=True)
class Snapshot:
    """One frozen period.

    Attributes
    ----------
    period, date
        What it is called, and the day of its assessment.
    summary, rules
        Summary of the assessment, and all numbers behind it.
    layers
        ``buildings``, ``communities``, ``lanes``, ``stations``, and the table ``hazards``.
    """

    period: str
    date: dt.date
    summary: Mapping[str, Any]
    rules: Mapping[str, Any]
    layers: Mapping[str, pd.DataFrame]


def write_snapshot(
    folder: Path,
    period: str,
    *,
    date: dt.date,
    summary: Mapping[str, Any],
    rules: Mapping[str, Any],
    layers: Mapping[str, pd.DataFrame],
) -> Path:
    """Freeze a period of a town; the same input gives the same hashes.

    Parameters
    ----------
    folder
        Of the town.
    period
        As in `weizhan.geo.words.periods.read_period`.
    date
        Of the assessment.
    summary, rules
        As plain values.
    layers
        With geometry or without.

    Returns
    -------
    Path
        The folder of the snapshot.

    Raises
    ------
    InputError
        When the period is written wrongly.
    OutputError
        When the period is frozen already, or cannot be written.
    """
    target = folder / SNAPSHOTS / read_period(period).name
    if target.exists():
        raise OutputError("error.snapshot_exists", folder=target)
    with whole_folder(target) as unfinished:
        for name, text in (("summary.json", summary), ("rules.json", rules)):
            (unfinished / name).write_text(_json(text), encoding="utf-8")
        for name, frame in layers.items():
            frame.to_parquet(unfinished / f"{name}.parquet", index=False, compression="zstd")
        files = {
            file.name: hashlib.sha256(file.read_bytes()).hexdigest()
            for file in sorted(unfinished.iterdir())
        }
        manifest = {
            "format": FORMAT, "version": VERSION, "period": period, "date": date.isoformat(),
            "files": files,
        }  # fmt: skip
        (unfinished / MANIFEST).write_text(_json(manifest), encoding="utf-8")
        for file in unfinished.iterdir():
            file.chmod(0o444)
    return target


def read_snapshot(folder: Path, period: str) -> Snapshot:
    """Read a frozen period, and refuse one that was changed.

    Raises
    ------
    InputError
        When there is none (says which there are), or a file does not fit the manifest.
    """
    place = folder / SNAPSHOTS / period
    if not (place / MANIFEST).exists():
        root = folder / SNAPSHOTS
        there = sorted(p.name for p in root.iterdir() if (p / MANIFEST).exists()) if (
            root.is_dir()) else []  # fmt: skip
        raise InputError("error.snapshot_none", value=period, allowed=", ".join(there) or "—")
    try:
        manifest = json.loads((place / MANIFEST).read_text(encoding="utf-8"))
        files: dict[str, str] = manifest["files"]
        date = dt.date.fromisoformat(manifest["date"])
        right = manifest["format"] == FORMAT and manifest["version"] == VERSION
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError("error.snapshot_broken", folder=place, file=MANIFEST) from error
    if not right:
        raise InputError("error.snapshot_broken", folder=place, file=MANIFEST)
    for name, digest in files.items():
        file = place / name
        if Path(name).name != name or not file.is_file() or (
            hashlib.sha256(file.read_bytes()).hexdigest() != digest
        ):  # fmt: skip
            raise InputError("error.snapshot_broken", folder=place, file=name)
    layers = {}
    for name in files:
        if name.endswith(".parquet"):
            layers[name.removesuffix(".parquet")] = _read(place / name)
    return Snapshot(
        period=str(manifest["period"]),
        date=date,
        summary=json.loads((place / "summary.json").read_text(encoding="utf-8")),
        rules=json.loads((place / "rules.json").read_text(encoding="utf-8")),
        layers=layers,
    )


def _read(file: Path) -> pd.DataFrame:
    table: pd.DataFrame
    try:
        table = gpd.read_parquet(file)
    except ValueError:  # a table without geometry
        table = pd.read_parquet(file)
    return table


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False) + "\n"
