"""Long work as processes of their own: how one is started, what its folder tells, how it ends.

A job lives in ``TOWN/.weizhan/jobs/<id>``, one that founds a town in the folder in which towns lie.
Whoever asks reads its files and looks whether its
process is there, so that a reload, a closed browser or another window all see the same.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import quote

import psutil

from ..geo.words import InputError, Lang, OutputError, whole_file
from .towns import STATE, towns

State = Literal["starting", "running", "cancelling", "done", "failed", "cancelled", "lost"]
ACTIVE: Final = ("starting", "running", "cancelling")
FOUNDING: Final = ("demo", "new")  # commands that make a town, in the folder that towns lie in
FILES: Final = "files"  # beside the jobs: what was uploaded for them
OUT: Final = "{out}"  # in a job's arguments: the folder of its results

REQUEST: Final = "request.json"
PROCESS: Final = "process.json"
PROGRESS: Final = "progress.jsonl"
LOG: Final = "log.txt"
CANCEL: Final = "cancel"
ENDED: Final = "ended.json"
LOCK: Final = "lock"

START_S: Final = 20.0  # within which a job that was asked for has a process
POLITE_S: Final = 8.0  # a cancelled job has to put its things away before it is ended
ARRIVING_S: Final = 60.0  # in which files that came are copied, and a job names them
LIKE: Final = 3  # earlier runs by which time left is estimated


class AlreadyRunningError(InputError):
    """The same work is being done already, perhaps asked for in another window."""

    def __init__(self, job: Job) -> None:
        """Keep the job that does it."""
        super().__init__("error.job_twice", since=job.asked_at.strftime("%H:%M"))
        self.job = job


@dataclass(frozen=True)
class Step:
    """A step that a job began: its key in the catalogue, and seconds since the job began."""

    key: str
    at: float


@dataclass(frozen=True)
class Job:
    """What a folder tells of a job.

    Attributes
    ----------
    folder
        Its name is the job's id.
    command, arguments
        Of weizhan; ``{out}`` stands for the folder of the results.
    values
        What was chosen in the form, by field, for people to read.
    out
        Folder of the results; None where the command writes none.
    asked_at
        When it was asked for, in local time.
    lang
        Of its results.
    """

    folder: Path
    command: str
    arguments: tuple[str, ...]
    values: Mapping[str, Any]
    out: Path | None
    asked_at: dt.datetime
    lang: Lang

    @property
    def id(self) -> str:
        """Its name in addresses."""
        return self.folder.name

    @property
    def place(self) -> Path:
        """The town that it works on; of one that founds a town, the folder in which it will lie."""
        return self.folder.parents[2]

    @property
    def founds(self) -> bool:
        """Whether a town comes out of it."""
        return self.command in FOUNDING

    @property
    def address(self) -> str:
        """Where the window shows it."""
        of = "/founding" if self.founds else f"/town/{quote(self.place.name, safe='')}/work/job"
        return f"{of}/{quote(self.id, safe='')}"

    @property
    def ended(self) -> dict[str, Any]:
        """What the job told at its end; empty while it has not."""
        return _read(self.folder / ENDED)

    @property
    def state(self) -> State:
        """Where it stands; without an end and without a process it is lost."""
        if told := self.ended:
            state: State = told["state"]
            return state
        launched = (self.folder / PROCESS).exists()
        if _process(self.folder) is not None:
            return "cancelling" if (self.folder / CANCEL).exists() else "running"
        if not launched and self.age_s < START_S:
            return "starting"
        if told := self.ended:  # it ended just now
            state = told["state"]
            return state
        return "lost"

    @property
    def active(self) -> bool:
        """Whether it still goes on."""
        return self.state in ACTIVE

    @property
    def age_s(self) -> float:
        """Seconds since it was asked for."""
        return (dt.datetime.now() - self.asked_at).total_seconds()

    @property
    def took_s(self) -> float | None:
        """Seconds it took; None while it goes on, and where nobody knows when it ended."""
        took = self.ended.get("took_s")
        return None if took is None else float(took)

    @property
    def steps(self) -> list[Step]:
        """The steps that it began, in order."""
        return _steps(self.folder / PROGRESS)

    def log(self, *, most: int = 200_000) -> str:
        """Return what it said; of a very long log the end."""
        try:
            raw = (self.folder / LOG).read_bytes()
        except OSError:
            return ""
        cut = raw[-most:] if len(raw) > most else raw
        return cut.decode("utf-8", errors="replace")


def jobs_of(town: Path) -> list[Job]:
    """Return the jobs of a town, the newest first."""
    folder = town / STATE / "jobs"
    if not folder.is_dir():
        return []
    found = (read_job(entry) for entry in folder.iterdir() if entry.is_dir())
    return sorted((j for j in found if j is not None), key=lambda j: j.folder.name, reverse=True)


def read_job(folder: Path) -> Job | None:
    """Read a job's folder; None where it is no job or was left half made."""
    told = _read(folder / REQUEST)
    try:
        return Job(
            folder=folder,
            command=told["command"],
            arguments=tuple(told["arguments"]),
            values=told["values"],
            out=None if told["out"] is None else folder.parents[2] / told["out"],
            asked_at=dt.datetime.fromisoformat(told["asked_at"]),
            lang=told["lang"],
        )
    except (KeyError, TypeError, ValueError):
        return None


def start(
    town: Path,
    command: str,
    arguments: Sequence[str],
    *,
    values: Mapping[str, Any],
    out: Path | None,
    lang: Lang,
) -> Job:
    """Start a command as a process of its own.

    Parameters
    ----------
    town
        Its folder; ``out`` lies in it.
    command, arguments
        Of weizhan, checked already; ``{out}`` stands for the folder of the results.
    values
        What was chosen in the form, by field.
    out
        Folder of the results; another name is taken where this one is.
    lang
        Of the results.

    Raises
    ------
    AlreadyRunningError
        When the same is being done already.
    OutputError
        When the folder of the town cannot be written to.
    """
    jobs = town / STATE / "jobs"
    try:
        jobs.mkdir(parents=True, exist_ok=True)
        with _alone(jobs):
            running = [job for job in jobs_of(town) if job.active]
            for other in running:
                if (other.command, other.arguments) == (command, tuple(arguments)):
                    raise AlreadyRunningError(other)
            out = None if out is None else _free(out, [other.out for other in running])
            now = dt.datetime.now()
            folder = _new(jobs, f"{now:%Y%m%d-%H%M%S}-{command}")
            told = {
                "command": command,
                "arguments": list(arguments),
                "values": dict(values),
                "out": None if out is None else out.relative_to(town).as_posix(),
                "asked_at": now.isoformat(),
                "lang": lang,
            }
            whole_file(folder / REQUEST, json.dumps(told, ensure_ascii=False, indent=1))
            if out is not None:
                out.parent.mkdir(exist_ok=True)
            _launch(folder)
    except OSError as error:
        if isinstance(error, OutputError):
            raise
        raise OutputError("error.cannot_write", file=town, why=error.strerror) from error
    job = read_job(folder)
    assert job is not None
    return job


def again(job: Job) -> Job:
    """Start a job once more, with the same choices and a new folder for the results."""
    return start(
        job.place,
        job.command,
        job.arguments,
        values=job.values,
        out=job.out,
        lang=job.lang,
    )


def cancel(job: Job) -> None:
    """End a job and every process that it started; nothing of its results is left half.

    It is asked first, so that it puts its things away by itself, then ended.
    """
    if not job.active:
        return
    (job.folder / CANCEL).touch()
    process = _process(job.folder)
    if process is not None:
        tree = [process, *_children(process)]
        _, alive = psutil.wait_procs([process], timeout=POLITE_S)
        for one in {*tree, *(_children(process) if alive else ())}:
            with contextlib.suppress(psutil.Error):
                one.kill()
        psutil.wait_procs(tree, timeout=POLITE_S)
    if not job.ended:
        end(job.folder, "cancelled")
    sweep(job)


def remove(job: Job) -> None:
    """Forget a job that has ended; its results stay.

    Raises
    ------
    InputError
        While it goes on.
    """
    if job.active:
        raise InputError("error.job_goes_on")
    sweep(job)
    try:
        shutil.rmtree(job.folder)
    except OSError as error:
        raise OutputError("error.cannot_write", file=job.folder, why=error.strerror) from error


def drop_files(job: Job) -> None:
    """Remove what was uploaded for a job and no other job names."""
    here = " ".join(job.arguments)
    for folder in unnamed_files(job.place, but=job.id):
        if folder.name in here:
            shutil.rmtree(folder, ignore_errors=True)


def unnamed_files(place: Path, *, but: str = "") -> list[Path]:
    """Return the folders of uploads that no job names.

    Parameters
    ----------
    place
        A town, or where towns lie.
    but
        A job that is passed by.
    """
    kept = place / STATE / FILES
    named = " ".join(a for job in jobs_of(place) if job.id != but for a in job.arguments)
    return [f for f in (kept.iterdir() if kept.is_dir() else ()) if f.name not in named]


def sweep_files(home: Path) -> None:
    """Remove what uploads that broke off left behind.

    Parameters
    ----------
    home
        On which a window is about to open; another, on the folder around it, may be taking in
        files right now.
    """
    for place in (home, *(town.folder for town in towns(home))):
        for folder in unnamed_files(place):
            if time.time() - folder.stat().st_mtime > ARRIVING_S:
                shutil.rmtree(folder, ignore_errors=True)


def sweep(job: Job) -> None:
    """Remove what a job that was ended from outside left unfinished beside its results."""
    if job.out is None or job.active:
        return
    for left in job.out.parent.glob(f".{_literal(job.out.name)}-*"):
        shutil.rmtree(left, ignore_errors=True)


def end(folder: Path, state: State, **told: object) -> None:
    """Write down how a job ended."""
    at = dt.datetime.now().isoformat()
    said = json.dumps({"state": state, "at": at, **told}, ensure_ascii=False, indent=1)
    whole_file(folder / ENDED, said)


def left_s(job: Job, earlier: Sequence[Job]) -> float | None:
    """Return the seconds that a running job will still take, by earlier runs; None if unknown.

    Parameters
    ----------
    job
        Which goes on.
    earlier
        Jobs of the same town; those of the same command that were done count, the newest first.
    """
    like = [j for j in earlier if j.command == job.command and j.state == "done" and j.took_s]
    steps = job.steps
    if not like or not steps:
        return None
    now = steps[-1]
    inside = max(0.0, job.age_s - now.at)
    told = []
    for other in like[:LIKE]:
        rest = _rest(other, now.key, sum(step.key == now.key for step in steps))
        if rest is not None:
            here, after = rest
            told.append(max(here - inside, 0.0) + after)
    return statistics.median(told) if told else None


def _rest(done: Job, key: str, time_: int) -> tuple[float, float] | None:
    """Return how long a step of a done job took, and how long all that came after it."""
    steps, took = done.steps, done.took_s or 0.0
    same = [at for at, step in enumerate(steps) if step.key == key]
    if not same:
        return None
    at = same[min(time_, len(same)) - 1]
    ends = steps[at + 1].at if at + 1 < len(steps) else took
    return ends - steps[at].at, took - ends


def _launch(folder: Path) -> None:
    """Start the process of a job so that it lives on when the window ends."""
    detached: dict[str, Any] = {"start_new_session": True}
    if sys.platform == "win32":
        flags = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
        detached = {"creationflags": flags}
    # -P: a file of the user's in the working folder is never taken for one of our modules.
    # -X utf8: the portable Python of Windows takes no PYTHONUTF8.
    called = [sys.executable, "-P", "-X", "utf8", "-m", "weizhan.desk.job", str(folder)]
    with (folder / LOG).open("wb") as log:
        process = subprocess.Popen(
            called,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=os.environ | {"PYTHONUTF8": "1"},
            **detached,
        )
    whole_file(folder / PROCESS, json.dumps({"pid": process.pid}))
    # Somebody must take note of its end, or it stays in the system's list as if it went on.
    threading.Thread(target=process.wait, daemon=True).start()


def _process(folder: Path) -> psutil.Process | None:
    """Return the process of a job if it is there.

    A number that the system gave to another program since is told by how that was called, which
    a clock that was put right does not change.
    """
    pid = _read(folder / PROCESS).get("pid")
    if not isinstance(pid, int):
        return None
    try:
        process = psutil.Process(pid)
        gone = process.status() == psutil.STATUS_ZOMBIE
        called = process.cmdline()
        # One that the system has only just begun to start is called nothing yet.
        other = bool(called) and called[-1] != str(folder)
        return None if gone or other else process
    except (psutil.Error, OSError):
        return None


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return list(process.children(recursive=True))
    except psutil.Error:
        return []


@contextlib.contextmanager
def _alone(jobs: Path) -> Iterator[None]:
    """Let one start of a town's jobs go on at a time, of all windows and programs on it.

    SQLite's lock is the one that every system of ours has.
    """
    with contextlib.closing(sqlite3.connect(jobs / LOCK, timeout=START_S)) as held:
        try:
            held.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            raise OutputError("error.cannot_write", file=jobs / LOCK, why=error) from error
        yield


def _new(jobs: Path, name: str) -> Path:
    """Make a folder that was not there."""
    for number in range(1, 1000):
        folder = jobs / (name if number == 1 else f"{name}-{number}")
        with contextlib.suppress(FileExistsError):
            folder.mkdir()
            return folder
    raise OutputError("error.cannot_write", file=jobs, why=name)


def _free(out: Path, taken: Sequence[Path | None]) -> Path:
    """Return a folder's name that nobody has: ``name``, ``name 2`` and so on."""
    head, _, tail = out.name.rpartition(" ")
    base = head if head and tail.isdigit() and len(tail) < 4 else out.name
    number, free = 1, out
    while free.exists() or free in taken:
        number += 1
        free = out.with_name(f"{base} {number}")
    return free


def _literal(name: str) -> str:
    """Return a name as a pattern that matches nothing else."""
    return "".join(f"[{c}]" if c in "*?[" else c for c in name)


def _steps(file: Path) -> list[Step]:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
    steps = []
    for line in lines:
        with contextlib.suppress(ValueError, KeyError, TypeError):  # a last line may be half
            told = json.loads(line)
            steps.append(Step(told["step"], float(told["at"])))
    return steps


def _read(file: Path) -> dict[str, Any]:
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}
