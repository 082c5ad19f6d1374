"""Stage files: what a part computed, kept whole or not at all under the digest of its inputs."""

from __future__ import annotations

import os
import pickle
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

import numpy as np

from ..geo.words import take_place


def put(file: Path, value: Any) -> None:
    """Write a value, whole or not at all.

    Parameters
    ----------
    file
        Replaced when all is written; earlier ones of its kind, under another digest, go.
    value
        Ours alone: these files are never shared or read from others.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".", suffix=file.suffix, dir=file.parent)
    try:
        with os.fdopen(handle, "wb") as unfinished:
            if isinstance(value, np.ndarray):
                np.save(unfinished, value)
            else:
                pickle.dump(value, unfinished, protocol=pickle.HIGHEST_PROTOCOL)
        take_place(Path(name), file)
    finally:
        Path(name).unlink(missing_ok=True)
    kind = file.name.partition("-")[0]
    for other in file.parent.glob(f"{kind}-*"):
        if other != file:
            with suppress(OSError):  # Windows keeps what a reader has mapped; the next run takes it
                other.unlink(missing_ok=True)


def get(file: Path) -> Any:
    """Return a value that `put` wrote."""
    return pickle.loads(file.read_bytes())


def mapped(file: Path, mode: Literal["r", "r+"] = "r") -> Any:
    """Return an array that `put` wrote as ``.npy``, mapped to memory."""
    return np.load(file, mmap_mode=mode)
