"""Folders and files written whole or not at all, under names that every system takes."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import signal
import stat
import tempfile
import threading
import time
import unicodedata
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from .errors import OutputError

TOWN_FILE = "town.toml"  # by which a folder is a town

# What Windows says when another program has a file open: ERROR_ACCESS_DENIED, SHARING_VIOLATION,
# LOCK_VIOLATION. It refuses to replace, rename or remove such a file, and folders that hold one.
_IN_USE: Final = (5, 32, 33)
_ENDINGS: Final = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")  # some systems lack some
_WAITS_S: Final = (0.05, 0.2, 0.5, 1.0)  # a virus scanner lets go within a second, WPS does not

_UNSAFE: Final = re.compile(r"[^\w\-]+")
_DEVICES: Final = {  # of Windows, in any folder and with any ending
    *("CON", "PRN", "AUX", "NUL"),
    *(f"{port}{number}" for port in ("COM", "LPT") for number in "0123456789¹²³"),
}
_LONGEST: Final = 60  # characters; a path on Windows has room for 259 in all


def file_name(said: str) -> str:
    """Return a name from data as the name of a file, without ending, on any system.

    Parameters
    ----------
    said
        Of a person, a team, a district: anything.

    Examples
    --------
    >>> file_name("一组: 王/李?"), file_name("con"), file_name("../..")
    ('一组_王_李_', '_con', '_')
    """
    name = _UNSAFE.sub("_", unicodedata.normalize("NFC", said))[:_LONGEST]
    return f"_{name}" if name.upper() in _DEVICES or not name else name


def whole_file(file: Path, content: str | bytes) -> None:
    """Write a file whole or not at all.

    Parameters
    ----------
    file
        Replaced when all is written.
    content
        All of it; a text is written in UTF-8.

    Raises
    ------
    OutputError
        When it cannot be written.
    """
    raw = content.encode() if isinstance(content, str) else content
    with writing(file):
        handle, name = tempfile.mkstemp(prefix=".", suffix=file.suffix, dir=file.parent)
        try:
            with os.fdopen(handle, "wb") as unfinished:
                unfinished.write(raw)
            Path(name).chmod(file.stat().st_mode if file.exists() else 0o644)
            take_place(Path(name), file)
        finally:
            Path(name).unlink(missing_ok=True)


@contextmanager
def whole_folder(folder: Path, *, may_hold: Collection[str] = ()) -> Iterator[Path]:
    """Give a temporary folder that takes its place when the block ends without an error.

    Parameters
    ----------
    folder
        Where the result goes.
    may_hold
        Names that an earlier run left there and that may be replaced. A folder that holds
        anything else is refused, so nothing of the user's is ever written over.

    Raises
    ------
    OutputError
        When the folder holds something else, is a file, or cannot be written to.
    """
    folder = folder.absolute()
    with writing(folder):
        if folder.exists() and not folder.is_dir():
            raise OutputError("error.out_is_file", folder=folder)
        strange = sorted(p.name for p in folder.iterdir()) if folder.exists() else []
        strange = [name for name in strange if name not in may_hold and not _is_litter(name)]
        if strange:
            raise OutputError("error.out_holds_other", folder=folder, names=", ".join(strange[:5]))
        folder.parent.mkdir(parents=True, exist_ok=True)
        # mkdtemp() would keep colleagues out on Windows, whatever the folder is called later.
        unfinished = folder.with_name(f".{folder.name}-{secrets.token_hex(4)}")
        unfinished.mkdir()
        try:
            yield unfinished
            unfinished.chmod(0o755)
            with _undisturbed():
                if folder.exists():
                    _exchange(unfinished, folder)
                else:
                    take_place(unfinished, folder)
        finally:
            with _undisturbed():
                _remove(unfinished)


@contextmanager
def writing(file: Path) -> Iterator[None]:
    """Say in a sentence what the system says when a file or folder cannot be written.

    Parameters
    ----------
    file
        As the user knows it, not the temporary one.

    Raises
    ------
    OutputError
        Instead of the error of the system.
    """
    try:
        yield
    except OutputError:
        raise
    except OSError as error:
        if getattr(error, "winerror", None) in _IN_USE:
            raise OutputError("error.file_in_use", file=file) from error
        raise OutputError("error.cannot_write", file=file, why=error.strerror or error) from error


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Let nothing break off what puts a result in its place, or takes an unfinished one away.

    Who presses Ctrl-C twice, or ends a program and the one that started it, sends several signals.
    """
    held = {}
    if threading.current_thread() is threading.main_thread():
        for name in _ENDINGS:
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) is not None:
                held[number] = signal.signal(number, signal.SIG_IGN)
    try:
        yield
    finally:
        for number, handler in held.items():
            signal.signal(number, handler)


def take_place(unfinished: Path, place: Path) -> None:
    """Move a finished file or folder to its name, over an earlier file of that name.

    Parameters
    ----------
    unfinished
        On the same disk as `place`.
    place
        Its name from now on. On Windows another program may keep the earlier file open; a virus
        scanner is waited for.
    """
    _patiently(lambda: unfinished.replace(place))


def _exchange(unfinished: Path, folder: Path) -> None:
    """Put a folder in the place of an earlier one, which stays whole when that fails."""
    earlier = unfinished.with_name(f"{unfinished.name}~")
    _patiently(lambda: folder.replace(earlier))  # fails before anything is lost
    try:
        take_place(unfinished, folder)
    except BaseException:
        earlier.replace(folder)
        raise
    _remove(earlier)


def _patiently(act: Callable[[], object]) -> None:
    for wait in _WAITS_S:
        try:
            act()
            return
        except OSError as error:
            if getattr(error, "winerror", None) not in _IN_USE:
                raise
        time.sleep(wait)
    act()


def _remove(folder: Path) -> None:
    """Remove a folder of ours, if it is there, with all that it holds."""
    shutil.rmtree(folder, ignore_errors=True)
    for file in folder.rglob("*"):  # on Windows a file that may not be written stays
        file.chmod(stat.S_IWRITE | stat.S_IREAD | stat.S_IEXEC)
    shutil.rmtree(folder, ignore_errors=True)


def _is_litter(name: str) -> bool:
    """Return whether a file is what systems and open workbooks leave in any folder."""
    return name in ("Thumbs.db", "desktop.ini", ".DS_Store") or name.startswith(("~$", ".~lock."))
