"""What is known of a town's files: what each was taken for, and what a check found in them.

Both are kept in the town's hidden folder until a file changes, since a check reads everything.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from ..geo.datum_check import datum_fits
from ..geo.handed_over import GIVEN
from ..geo.ledgers import open_problems
from ..geo.rules import read_config
from ..geo.sorting import PARTS, SortedFile, sort_files
from ..geo.tables import Account, HeaderMatch
from ..geo.town import Progress, examine_town
from ..geo.words import OutputError, Problem, TownError, WeizhanError, told_error, whole_file
from .small_map import datum_map
from .towns import STATE

FILES: Final = "files.json"
CHECK: Final = "check.json"


@dataclass(frozen=True)
class Fit:
    """How a layer lies under each datum, as the page shows it."""

    layer: str
    file: str
    stated: bool
    taken: str
    best: str
    scores: Mapping[str, float]
    points: int
    drawn: str  # SVG of ours


@dataclass(frozen=True)
class Check:
    """What a check of a town found.

    Attributes
    ----------
    stamp
        Of the files that were read, see `stamp_of`.
    took_s
        Seconds.
    sound
        Whether the town can be assessed.
    problems, accounts, fits
        What is wrong, what became of each file, how each layer lies.
    """

    stamp: str
    took_s: float
    sound: bool
    problems: tuple[Problem, ...]
    accounts: tuple[Account, ...]
    fits: tuple[Fit, ...]

    @property
    def errors(self) -> int:
        """How many problems must be mended."""
        return sum(problem.severity == "error" for problem in self.problems)

    @property
    def undeclared(self) -> list[Fit]:
        """The layers of which nobody said what their coordinates refer to."""
        return [fit for fit in self.fits if not fit.stated]


def check_town(folder: Path, *, progress: Progress = lambda step: None) -> Check:
    """Check a town and keep what was found.

    Parameters
    ----------
    folder
        Of the town.
    progress
        Is told each step as it begins.
    """
    began = time.monotonic()
    said: dict[str, Any] = {"stamp": stamp_of(folder), "sound": False, "accounts": [], "fits": []}
    try:
        examined = examine_town(folder, progress=progress)
        problems = [*examined.problems, *open_problems(folder)]
        progress("step.datum")
        said |= {
            "sound": examined.town is not None,
            "accounts": [asdict(account) for account in examined.accounts],
            "fits": [asdict(fit) for fit in _fits(folder)],
        }
    except TownError as error:
        problems = list(error.problems)
    except WeizhanError as error:
        problems = [told_error(error, "", folder.name)]
    said["problems"] = [asdict(problem) for problem in problems]
    said["took_s"] = round(time.monotonic() - began, 3)
    _keep(folder, CHECK, said)
    return _check(json.loads(json.dumps(said)))


def last_check(folder: Path) -> Check | None:
    """Return what the last check found, perhaps in files that have changed since."""
    kept = _kept(folder, CHECK)
    try:
        return _check(kept) if isinstance(kept, dict) else None
    except (KeyError, TypeError):
        return None  # of another version


def files_of(folder: Path) -> list[SortedFile]:
    """Say what each file of a town was taken for; only new ones are looked into."""
    given = folder / GIVEN
    files = sorted(p for p in given.rglob("*") if p.is_file()) if given.is_dir() else []
    kept = _kept(folder, FILES)
    known = kept if isinstance(kept, dict) else {}
    fresh = [f for f in files if known.get(_name(folder, f), {}).get("mark") != _mark(f)]
    # A shapefile whose other parts came later is looked into again.
    parts = {file.with_suffix("") for file in fresh if file.suffix.lower() in PARTS}
    fresh += [f for f in files if f not in fresh and f.with_suffix("") in parts]
    now = {_name(folder, f): known[_name(folder, f)] for f in files if f not in fresh}
    for file in fresh:
        now[_name(folder, file)] = {"mark": _mark(file), "found": []}
    for one in sort_files(fresh):
        now[_name(folder, one.file)]["found"].append(_record(one))
    if fresh or now.keys() != known.keys():
        _keep(folder, FILES, now)
    return [
        SortedFile(folder / name, r["layer"], r["sort"], r["name"], r["sure"], r["rows"],
                   tuple(r["headers"]), _error(r["error"]))
        for name, entry in sorted(now.items()) for r in entry["found"]
    ]  # fmt: skip


def choose_sort(folder: Path, file: str, layer: str | None, sort: str, name: str) -> None:
    """Keep what somebody took a file for, instead of what it was taken for."""
    files_of(folder)
    kept = _kept(folder, FILES)
    for record in kept.get(file, {}).get("found", []) if isinstance(kept, dict) else []:
        if record["layer"] == layer:
            record |= {"sort": sort, "name": name, "sure": True}
    _keep(folder, FILES, kept)


def _fits(folder: Path) -> list[Fit]:
    config = read_config(folder)
    fits, base = datum_fits(folder, config)
    told = []
    for fit in fits:
        guess = fit.guess
        doubt = not fit.stated or (guess is not None and guess.best not in (None, fit.taken))
        said = f"{fit.layer} · {fit.file}"
        told.append(
            Fit(
                fit.layer,
                fit.file,
                fit.stated,
                str(fit.taken),
                str(guess.best or "") if guess else "",
                {str(k): v for k, v in guess.scores.items()} if guess else {},
                guess.points if guess else 0,
                str(datum_map(base, {str(k): v for k, v in fit.places.items()}, said=said))
                if doubt
                else "",
            )
        )
    return told


def _check(said: dict[str, Any]) -> Check:
    accounts = [
        Account(**{**one, "headers": tuple(HeaderMatch(**match) for match in one["headers"])})
        for one in said["accounts"]
    ]
    return Check(
        said["stamp"],
        said["took_s"],
        said["sound"],
        tuple(Problem(**one) for one in said["problems"]),
        tuple(accounts),
        tuple(Fit(**one) for one in said["fits"]),
    )


def stamp_of(folder: Path) -> str:
    """Return a digest that changes when a file of a town does."""
    files = [p for p in folder.iterdir() if p.is_file() and not p.name.startswith(".")]
    files += [p for p in (folder / GIVEN).rglob("*") if p.is_file()]
    said = [version("weizhan"), *sorted(f"{_name(folder, p)} {_mark(p)}" for p in files)]
    return hashlib.sha256("\n".join(said).encode()).hexdigest()


def _name(folder: Path, file: Path) -> str:
    return file.relative_to(folder).as_posix()


def _mark(file: Path) -> str:
    held = file.stat()
    return f"{held.st_size} {held.st_mtime_ns}"


def _record(one: SortedFile) -> dict[str, Any]:
    error = None
    if one.error is not None:
        error = {"key": one.error.key, "values": {k: str(v) for k, v in one.error.values.items()}}
    return {"layer": one.layer, "sort": one.sort, "name": one.name, "sure": one.sure,
            "rows": one.rows, "headers": list(one.headers), "error": error}  # fmt: skip


def _error(said: dict[str, Any] | None) -> WeizhanError | None:
    return None if said is None else WeizhanError(said["key"], **said["values"])


def _kept(folder: Path, name: str) -> Any:
    try:
        return json.loads((folder / STATE / name).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _keep(folder: Path, name: str, said: Any) -> None:
    """Keep what was found; a folder that cannot be written to is looked into every time."""
    try:
        (folder / STATE).mkdir(exist_ok=True)
        whole_file(folder / STATE / name, json.dumps(said, ensure_ascii=False))
    except (OSError, OutputError):
        return
