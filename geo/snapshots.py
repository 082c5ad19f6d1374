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
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import pandas as pd

from .postgis import send_files
from .words import InputError, OutputError, read_period, whole_folder
from .yardstick import Yardstick, yardstick_in

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
        Its one name (``2026Q3``), and the day of its assessment.
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

    @cached_property
    def yardstick(self) -> Yardstick:
        """By what it was measured; what an older snapshot did not keep is unknown."""
        return yardstick_in(self.summary)


def frozen_periods(folder: Path) -> dict[str, Path]:
    """Return the folders of the frozen periods of a town by their one name, the earliest first.

    However a folder is spelled (``2026q3``, ``2026年第三季度``), its period is one.

    Raises
    ------
    InputError
        When two folders hold the same period.
    """
    root = folder / SNAPSHOTS
    found: dict[str, Path] = {}
    for place in sorted(root.iterdir()) if root.is_dir() else ():
        if not (place / MANIFEST).exists():
            continue
        try:
            name = read_period(place.name).name
        except InputError:
            continue  # no period: a copy that somebody put aside
        if name in found:
            raise InputError("error.snapshot_twice", value=name, one=found[name], other=place)
        found[name] = place
    return dict(sorted(found.items(), key=lambda entry: read_period(entry[0]).last))


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
    called = read_period(period).name
    target = folder / SNAPSHOTS / called
    frozen = frozen_periods(folder).get(called, target)
    if frozen.exists():
        raise OutputError("error.snapshot_exists", folder=frozen)
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
            "format": FORMAT, "version": VERSION, "period": called, "date": date.isoformat(),
            "files": files,
        }  # fmt: skip
        (unfinished / MANIFEST).write_text(_json(manifest), encoding="utf-8")
        for file in unfinished.iterdir():
            file.chmod(0o444)
        place = f"{SNAPSHOTS}/{called}"
        send_files(folder, {f"{place}/{f.name}": f.read_bytes() for f in unfinished.iterdir()})
    return target


def read_snapshot(folder: Path, period: str) -> Snapshot:
    """Read a frozen period, and refuse one that was changed.

    Parameters
    ----------
    folder
        Of the town.
    period
        In any spelling.

    Raises
    ------
    InputError
        When the period is written wrongly, there is none (says which there are), or a file does
        not fit the manifest.
    """
    name, there = read_period(period).name, frozen_periods(folder)
    if name not in there:
        raise InputError("error.snapshot_none", value=period, allowed=", ".join(there) or "—")
    place = there[name]
    try:
        manifest = json.loads((place / MANIFEST).read_text(encoding="utf-8"))
        files: dict[str, str] = manifest["files"]
        date = dt.date.fromisoformat(manifest["date"])
        right = manifest["format"] == FORMAT and manifest["version"] == VERSION
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError("error.snapshot_broken", folder=place, file=MANIFEST) from error
    if not right:
        raise InputError("error.snapshot_broken", folder=place, file=MANIFEST)
    for part, digest in files.items():
        file = place / part
        if Path(part).name != part or not file.is_file() or (
            hashlib.sha256(file.read_bytes()).hexdigest() != digest
        ):  # fmt: skip
            raise InputError("error.snapshot_broken", folder=place, file=part)
    layers = {}
    for part in files:
        if part.endswith(".parquet"):
            layers[part.removesuffix(".parquet")] = _read(place / part)
    found = Snapshot(
        period=name,
        date=date,
        summary=json.loads((place / "summary.json").read_text(encoding="utf-8")),
        rules=json.loads((place / "rules.json").read_text(encoding="utf-8")),
        layers=layers,
    )
    try:
        _ = found.yardstick
    except (ValueError, AttributeError) as error:
        raise InputError("error.snapshot_broken", folder=place, file="summary.json") from error
    return found


def _read(file: Path) -> pd.DataFrame:
    table: pd.DataFrame
    try:
        table = gpd.read_parquet(file)
    except ValueError:  # a table without geometry
        table = pd.read_parquet(file)
    return table


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False) + "\n"
