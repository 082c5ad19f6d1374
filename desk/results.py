"""What jobs made: folders in ``TOWN/结果``, looked at, packed, thrown away and taken back."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from starlette.exceptions import HTTPException

from ..geo.words import OutputError, read_date
from ..geo.yardstick import Yardstick, yardstick_in
from .jobs import Job, jobs_of
from .towns import STATE
from .works import WORKS

RESULTS: Final = "结果"
TRASH: Final = "trash"
CHUNK: Final = 1 << 20
#: Files in which a result tells by what it was measured.
MEASURED: Final = ("summary.json", "siting.json", "measures.json", "rounds.json")
FIRST_SEEN: Final = (".pdf", ".html", ".xlsx", ".docx")  # endings of what people open, in order


@dataclass(frozen=True)
class Result:
    """A folder of results.

    Attributes
    ----------
    folder
        In ``结果``.
    job
        That made it; None where nobody knows any more.
    made_at
        When it was finished.
    pages
        Files to open, the main one first.
    files
        How many there are.
    size
        Of all, in bytes.
    yardstick
        By which it was measured; None where it tells none.
    day
        As of which it tells; None where it is of no day.
    """

    folder: Path
    job: Job | None
    made_at: dt.datetime
    pages: tuple[str, ...]
    files: int
    size: int
    yardstick: Yardstick | None
    day: dt.date | None

    @property
    def name(self) -> str:
        """Of its folder."""
        return self.folder.name


@dataclass(frozen=True)
class Thrown:
    """A result that was thrown away and can be taken back."""

    id: str
    name: str
    at: dt.datetime


def results_of(town: Path) -> list[Result]:
    """Return the results of a town, the newest first."""
    root = town / RESULTS
    if not root.is_dir():
        return []
    by_name = {job.out.name: job for job in reversed(jobs_of(town)) if job.out is not None}
    found = []
    for folder in root.iterdir():
        if folder.name.startswith(".") or not folder.is_dir():
            continue
        job = by_name.get(folder.name)
        if job is None or not job.active:
            found.append(_result(folder, job))
    return sorted(found, key=lambda r: (r.made_at, r.name), reverse=True)


def result_folder(town: Path, name: str) -> Path:
    """Return the folder of a result by its name, which comes from an address."""
    root = town / RESULTS
    known = {f.name: f for f in root.iterdir()} if root.is_dir() else {}
    folder = known.get(name)
    if folder is None or name.startswith(".") or not folder.is_dir():
        raise HTTPException(404)
    return folder


def result_file(town: Path, name: str, path: str) -> Path:
    """Return a file of a result by its path, which comes from an address; nothing outside of it."""
    folder = result_folder(town, name).resolve()
    file = (folder / path).resolve()
    inside = file.is_relative_to(folder) and file.is_file()
    if not inside or any(part.startswith(".") for part in file.relative_to(folder).parts):
        raise HTTPException(404)
    return file


def names_of(folder: Path) -> list[str]:
    """Return the files of a result by their paths in it."""
    return [file.relative_to(folder).as_posix() for file in _files(folder)]


def packed(folder: Path) -> Iterator[bytes]:
    """Yield a zip of a folder piece by piece; it never stands in memory or on the disk."""
    sink: Any = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packing:
        for file in _files(folder):
            inside = f"{folder.name}/{file.relative_to(folder).as_posix()}"
            with file.open("rb") as source, packing.open(inside, "w", force_zip64=True) as target:
                while piece := source.read(CHUNK):
                    target.write(piece)
                    yield sink.taken()
    yield sink.taken()


def throw_away(town: Path, name: str) -> str:
    """Move a result out of sight; return the id by which it is taken back."""
    folder = result_folder(town, name)
    place = _free(town / STATE / TRASH / f"{dt.datetime.now():%Y%m%d-%H%M%S}")
    _move(folder, place / name)
    return place.name


def thrown(town: Path) -> list[Thrown]:
    """Return what was thrown away, the last first."""
    trash = town / STATE / TRASH
    found = []
    for place in trash.iterdir() if trash.is_dir() else ():
        inside = [f for f in place.iterdir() if f.is_dir()] if place.is_dir() else []
        if len(inside) == 1:
            at = dt.datetime.fromtimestamp(place.stat().st_mtime)
            found.append(Thrown(place.name, inside[0].name, at))
    return sorted(found, key=lambda t: t.id, reverse=True)


def take_back(town: Path, identity: str) -> str:
    """Move a result that was thrown away back; return its name, another where that is taken."""
    one = _thrown(town, identity)
    place = town / STATE / TRASH / one.id
    target = _free(town / RESULTS / one.name)
    _move(place / one.name, target)
    place.rmdir()
    return target.name


def destroy(town: Path, identity: str) -> None:
    """Remove for good what was thrown away."""
    place = town / STATE / TRASH / _thrown(town, identity).id
    try:
        shutil.rmtree(place)
    except OSError as error:
        raise OutputError("error.cannot_write", file=place, why=error.strerror) from error


def _thrown(town: Path, identity: str) -> Thrown:
    found = next((one for one in thrown(town) if one.id == identity), None)
    if found is None:
        raise HTTPException(404)
    return found


def _result(folder: Path, job: Job | None) -> Result:
    files = list(_files(folder))
    ended = None if job is None else job.ended.get("at")
    when = folder.stat().st_mtime
    yardstick = _yardstick(folder)
    return Result(
        folder=folder,
        job=job,
        made_at=dt.datetime.fromisoformat(ended) if ended else dt.datetime.fromtimestamp(when),
        pages=_pages(names_of(folder), () if job is None else WORKS[job.command].opens),
        files=len(files),
        size=sum(file.stat().st_size for file in files),
        yardstick=yardstick,
        day=_day(job, yardstick),
    )


def _pages(names: Sequence[str], first: Sequence[str]) -> tuple[str, ...]:
    """Return what people open, those that a command names first."""
    rest = [n for ending in FIRST_SEEN for n in names if n.endswith(ending) and "/" not in n]
    return tuple(dict.fromkeys([*(n for n in first if n in names), *rest]))


def _yardstick(folder: Path) -> Yardstick | None:
    file = next((folder / name for name in MEASURED if (folder / name).is_file()), None)
    if file is None:
        return None
    try:
        told: Any = json.loads(file.read_text(encoding="utf-8"))
        return yardstick_in(told) if "yardstick" in told else None
    except (OSError, ValueError, TypeError):
        return None


def _day(job: Job | None, yardstick: Yardstick | None) -> dt.date | None:
    """Return the day of a result: as it says, as it was asked for, or the day on which it was."""
    if yardstick is not None and yardstick.date is not None:
        return yardstick.date
    if job is None or "date" not in (*WORKS[job.command].shown, *WORKS[job.command].folded):
        return None
    asked = read_date(next(iter(job.values.get("date", ())), ""))
    return job.asked_at.date() if asked is None else asked.date()


def _files(folder: Path) -> Iterator[Path]:
    """Yield the files of a folder in the order of their names, hidden ones and links left out."""
    for entry in sorted(folder.iterdir()):
        if entry.name.startswith(".") or entry.is_symlink():
            continue
        if entry.is_dir():
            yield from _files(entry)
        elif entry.is_file():
            yield entry


def _free(folder: Path) -> Path:
    tried = (folder if n == 1 else folder.with_name(f"{folder.name} {n}") for n in range(1, 10_000))
    return next(one for one in tried if not one.exists())


def _move(source: Path, target: Path) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        source.rename(target)
    except OSError as error:  # on Windows, a file in it that somebody has open
        raise OutputError("error.result_in_use", name=source.name, why=error.strerror) from error


class _Sink:
    """Where a zip is written piece by piece; it cannot be sought in."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []

    def write(self, piece: bytes) -> int:
        self.pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Do nothing: what is written waits to be taken."""

    def taken(self) -> bytes:
        taken, self.pieces = b"".join(self.pieces), []
        return taken
