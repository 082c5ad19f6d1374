"""What weizhan computes for a town, as one hash a file and column: to tell that a change kept it.

Values are compared, not bytes of files. Write before a change, compare after it::

    uv run python benchmarks/same.py write before.json TOWN [TOWN …]
    uv run python benchmarks/same.py compare before.json TOWN [TOWN …]

Towns are folders as ``weizhan new`` or ``weizhan demo`` make them. ``--commands`` chooses among
those below, ``--keep`` keeps their outputs. Of Word and PDF the text is compared; pages and what
else has no values to compare need only be there, and timings are left out.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import docx
import openpyxl
import pandas as pd
import pyogrio
import pypdf
from docx.document import Document
from docx.table import Table

DAY = "2026-09-30"
COMMANDS = {
    "assess": ["--date", DAY],
    "lanes": ["--date", DAY, "--draws", "50"],
    "site": ["--date", DAY, "--stations", "2", "--draws", "20"],
    "risk": ["--date", DAY],
    "rounds": ["--kind", "due", "--from", DAY, "--date", DAY, "--inspectors", "1"],
    "pack": ["--period", "2026Q3", "--date", DAY],
    "sheets": ["--date", DAY, "--most", "3"],
    "alike": ["--date", DAY, "--hazard", "H2", "--floors", "2-6"],
    "export": ["--date", DAY],
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
        value = steady(json.loads(file.read_text(encoding="utf-8")))
        parts = value if isinstance(value, dict) else {"": value}
        return {name: digest(part) for name, part in parts.items()}
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
    if file.suffix == ".docx":
        return {"text": digest(words_of(docx.Document(str(file))))}
    if file.suffix == ".pdf":
        return {"text": digest([page.extract_text() for page in pypdf.PdfReader(file).pages])}
    return {"": "not compared"}


def words_of(document: Document) -> list[str]:
    """Return the text of a Word document, paragraphs and cells of tables in their order."""
    found = []
    for part in document.iter_inner_content():
        if isinstance(part, Table):
            found += [cell.text for row in part.rows for cell in row.cells]
        else:
            found.append(part.text)
    return found


def computed(town: Path, commands: list[str], *, keep: Path) -> dict[str, str]:
    """Run commands on a town and return all hashes; of one that fails, its code and message."""
    found = {}
    for name in commands:
        out = keep / town.name / name
        call = [sys.executable, "-m", "weizhan.cli", name, str(town), "--out", str(out)]
        run = subprocess.run(
            [*call, *COMMANDS[name]], capture_output=True, text=True, encoding="utf-8"
        )
        if run.returncode:
            said = run.stderr.strip().replace(str(keep), "").replace(str(town), town.name)
            found[f"{town.name}/{name}:exit {run.returncode}"] = said
            continue
        for file in sorted(out.rglob("*")):
            for part, told in hashes(file).items() if file.is_file() else ():
                found[f"{town.name}/{name}/{file.relative_to(out).as_posix()}:{part}"] = told
    return found


def main() -> None:
    """Write or compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["write", "compare"])
    parser.add_argument("file", type=Path)
    parser.add_argument("towns", type=Path, nargs="+")
    parser.add_argument("--commands", default=",".join(COMMANDS))
    parser.add_argument("--keep", type=Path, help="new folder, in which the outputs are kept")
    given = parser.parse_args()
    commands = given.commands.split(",")
    found = {}
    with tempfile.TemporaryDirectory() as passing:
        for town in given.towns:
            found |= computed(town.resolve(), commands, keep=(given.keep or Path(passing)))
    if given.what == "write":
        given.file.write_text(json.dumps(found, ensure_ascii=False, indent=1), encoding="utf-8")
        return
    before = json.loads(given.file.read_text(encoding="utf-8"))
    run = {f"{town.resolve().name}/{name}" for town in given.towns for name in commands}
    before = {k: v for k, v in before.items() if "/".join(k.split(":")[0].split("/")[:2]) in run}
    differing = sorted(k for k in before.keys() | found.keys() if before.get(k) != found.get(k))
    for key in differing:
        print(f"{key}: {before.get(key)} -> {found.get(key)}")
    print(f"{len(before.keys() & found.keys()) - len(differing)} the same, {len(differing)} not")
    sys.exit(bool(differing))


if __name__ == "__main__":
    main()
