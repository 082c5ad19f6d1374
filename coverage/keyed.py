"""Random numbers by name: what is drawn for one field of one building hangs on nothing else.

A draw is a hash of seed, field, name and number of the draw, so that a row that is moved, added
or removed changes no draw of any other row.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import gammaincinv, ndtri

from ..geo.arrays import Floats

Keys = npt.NDArray[np.uint64]

#: SplitMix64 (Steele, Lea and Flood 2014): a counter in steps of the golden ratio, well mixed.
_STEP: Final = np.uint64(0x9E3779B97F4A7C15)
_MIX: Final = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))


def keys_of(names: Iterable[object]) -> Keys:
    """Return a key for each name, ``(names,)`` uint64; equal names have equal keys."""
    digests = [blake2b(str(name).encode(), digest_size=8).digest() for name in names]
    return np.frombuffer(b"".join(digests), dtype="<u8").astype(np.uint64)


def uniforms(keys: Keys, field: str, *, seed: int, draws: int, first: int = 0) -> Floats:
    """Return numbers strictly between 0 and 1, ``(keys, draws)``.

    Parameters
    ----------
    keys
        From `keys_of`.
    field
        What is drawn: every field has its own stream.
    seed, draws
        Of all of them.
    first
        How many draws are passed over; what comes after them is what it would be with them.
    """
    stream = keys_of([f"{seed}:{field}"])
    count = np.arange(first + 1, first + draws + 1, dtype=np.uint64) * _STEP
    mixed = _mixed(_mixed(keys ^ stream)[:, None] + count)
    return (mixed >> np.uint64(11)).astype(np.float64) * 2.0**-53 + 2.0**-54


def normals(keys: Keys, field: str, *, seed: int, draws: int, first: int = 0) -> Floats:
    """Return standard normal numbers, ``(keys, draws)``.

    Parameters
    ----------
    keys, field, seed, draws, first
        As for `uniforms`.
    """
    return np.asarray(ndtri(uniforms(keys, field, seed=seed, draws=draws, first=first)))


def shares(weight: Floats, names: Iterable[object], field: str, *, seed: int, draws: int) -> Floats:
    """Return Dirichlet shares of names with these weights, ``(draws, names)``.

    A weight that changes a little changes all shares a little.

    Parameters
    ----------
    weight
        ``(names,)`` greater than 0.
    names
        Whose shares.
    field, seed, draws
        As for `uniforms`.
    """
    part = gammaincinv(
        weight[:, None], uniforms(keys_of(names), field, seed=seed, draws=draws)
    )  # fmt: skip
    return np.asarray((part / part.sum(axis=0)).T)


def _mixed(x: Keys) -> Keys:
    x = (x ^ (x >> np.uint64(30))) * _MIX[0]
    x = (x ^ (x >> np.uint64(27))) * _MIX[1]
    return np.asarray(x ^ (x >> np.uint64(31)))
