"""What weizhan computes for a town, as one hash a file and column: to tell that a change kept it.

Values are compared, not bytes of files. Write before a change, compare after it::

    uv run python benchmarks/same.py write before.json TOWN [TOWN …]
    uv run python benchmarks/same.py compare before.json TOWN [TOWN …]

Towns are folders as ``weizhan new`` or ``weizhan demo`` make them. ``--commands`` chooses among
those below; pages, PDFs and timings are left out.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import openpyxl
import pandas as pd
import pyogrio

DAY = "2026-09-30"
COMMANDS = {
    "assess": ["--date", DAY],
    "lanes": ["--date", DAY, "--draws", "50"],
    "site": ["--stations", "2"],
    "risk": ["--date", DAY],
    "rounds": ["--kind", "due", "--from", DAY, "--date", DAY, "--inspectors", "1"],
    "pack": ["--period", "2026Q3"],
}
UNSTEADY = {"timings_s", "seconds", "certificate.json", "version"}


def digest(values: object) -> str:
    """Return a short hash of values."""
    return hashlib.sha256(repr(values).encode()).hexdigest()[:16]


def steady(value: object) -> object:
    """Return a value of JSON without what differs from run to run."""
    if isinstance(value, dict):
        return {k: steady(v) for k, v in sorted(value.items()) if k not in UNSTEADY}
    return [steady(v) for v in value] if isinstance(value, list) else value


def hashes(file: Path) -> dict[str, str]:
    """Return hashes of the values of one file, by layer and column where it has such."""
    if file.suffix == ".json" and file.name not in UNSTEADY:
        return {"": digest(steady(json.loads(file.read_text(encoding="utf-8"))))}
    if file.suffix == ".csv":
        frame = pd.read_csv(file, dtype=str, encoding="utf-8-sig")
        return {str(name): digest(frame[name].tolist()) for name in frame}
    if file.suffix == ".gpkg":
        found = {}
        for layer in pyogrio.list_layers(file)[:, 0]:
            table = pyogrio.read_dataframe(file, layer=str(layer))
            for name in table:
                cells = table[name].to_wkt() if name == "geometry" else table[name].astype(str)
                found[f"{layer}.{name}"] = digest(cells.tolist())
        return found
    if file.suffix == ".xlsx":
        book = openpyxl.load_workbook(file, read_only=True)
        return {s.title: digest([list(r) for r in s.iter_rows(values_only=True)]) for s in book}
    return {}


def computed(town: Path, commands: list[str]) -> dict[str, str]:
    """Run commands on a town and return all hashes; of a command that fails, what it says."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in commands:
            out = Path(folder) / name
            call = [sys.executable, "-m", "weizhan.cli", name, str(town), "--out", str(out)]
            run = subprocess.run([*call, *COMMANDS[name]], capture_output=True, text=True)
            if run.returncode:
                found[f"{town.name}/{name}"] = run.stderr.strip().splitlines()[-1]
                continue
            for file in sorted(out.rglob("*")):
                for part, told in hashes(file).items() if file.is_file() else ():
                    found[f"{town.name}/{name}/{file.relative_to(out)}:{part}"] = told
    return found


def main() -> None:
    """Write or compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["write", "compare"])
    parser.add_argument("file", type=Path)
    parser.add_argument("towns", type=Path, nargs="+")
    parser.add_argument("--commands", default=",".join(COMMANDS))
    given = parser.parse_args()
    found = {}
    for town in given.towns:
        found |= computed(town, given.commands.split(","))
    if given.what == "write":
        given.file.write_text(json.dumps(found, ensure_ascii=False, indent=1), encoding="utf-8")
        return
    before = json.loads(given.file.read_text(encoding="utf-8"))
    differing = sorted(k for k in before.keys() | found.keys() if before.get(k) != found.get(k))
    for key in differing:
        print(f"{key}: {before.get(key)} -> {found.get(key)}")
    print(f"{len(before.keys() & found.keys()) - len(differing)} the same, {len(differing)} not")
    sys.exit(bool(differing))


if __name__ == "__main__":
    main()
