"""Folders and files written whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from .errors import OutputError

TOWN_FILE = "town.toml"  # by which a folder is a town


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
    try:
        handle, name = tempfile.mkstemp(prefix=".", suffix=file.suffix, dir=file.parent)
        try:
            with os.fdopen(handle, "wb") as unfinished:
                unfinished.write(raw)
            Path(name).chmod(file.stat().st_mode if file.exists() else 0o644)
            Path(name).replace(file)
        finally:
            Path(name).unlink(missing_ok=True)
    except OSError as error:
        raise OutputError("error.cannot_write", file=file, why=error.strerror) from error


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
    try:
        if folder.exists() and not folder.is_dir():
            raise OutputError("error.out_is_file", folder=folder)
        strange = sorted(p.name for p in folder.iterdir()) if folder.exists() else []
        strange = [name for name in strange if name not in may_hold and not _is_litter(name)]
        if strange:
            raise OutputError("error.out_holds_other", folder=folder, names=", ".join(strange[:5]))
        folder.parent.mkdir(parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    except OSError as error:
        if isinstance(error, OutputError):
            raise
        raise OutputError("error.cannot_write", file=folder, why=error.strerror) from error
    try:
        yield unfinished
        unfinished.chmod(0o755)
        if folder.exists():
            shutil.rmtree(folder)
        unfinished.replace(folder)
    except OSError as error:
        if isinstance(error, OutputError):
            raise
        raise OutputError("error.cannot_write", file=folder, why=error.strerror) from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _is_litter(name: str) -> bool:
    """Return whether a file is what systems and open workbooks leave in any folder."""
    return name in ("Thumbs.db", "desktop.ini", ".DS_Store") or name.startswith(("~$", ".~lock."))
