"""Columns of numbers and texts as one compressed block of text in a page.

A pack is a sequence of streams. Longs are stored as planes of bytes: the lowest byte of every
value, then the next byte of every value, and so on, as many planes as the largest needs; signed
ones are zigzag-coded first (0, -1, 1, -2 … as 0, 1, 2, 3 …). Texts share the beginning of the text
before them: a stream of how many characters, and the rests, one a line, as UTF-8. All streams
together are compressed (raw deflate) and written with 85 characters that mean nothing in HTML,
five for every four bytes; the page has its own inflate, so any browser reads it.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...geo.arrays import Floats, Longs
from .escape import escape, shown

Reference = list[int]  # where a stream begins, how many values, bytes each, whether signed

LARGEST = 2**52  # a browser holds these exactly, with room for sums of two
LAST_OF_ONE_UNIT = 0xFFFF  # of UTF-16
BLOCK = 4096  # texts compared at once
LETTERS = "".join(chr(c) for c in range(33, 127) if chr(c) not in "<>&\"'`\\{$")


class Pack:
    """Streams of bytes under construction.

    Attributes
    ----------
    size
        Bytes so far.
    """

    def __init__(self) -> None:
        """Begin with nothing."""
        self._streams: list[bytes] = []
        self._known: dict[bytes, int] = {}
        self.size = 0

    def integers(self, values: npt.ArrayLike) -> Reference:
        """Add integers below `LARGEST` in size and return where they are."""
        whole = np.asarray(values, dtype=np.int64).ravel()
        signed = bool((whole < 0).any())
        coded = (whole << 1) ^ (whole >> 63) if signed else whole
        width = max(1, (int(coded.max(initial=0)).bit_length() + 7) // 8)
        planes = coded.astype("<i8").view(np.uint8).reshape(-1, 8)[:, :width].T
        return [*self._add(planes.tobytes(), len(whole)), width, int(signed)]

    def numbers(
        self, values: Sequence[Any] | pd.Series[Any] | Floats, decimals: int = 0
    ) -> dict[str, Any]:
        """Add numbers and return what the page reads them by.

        Parameters
        ----------
        values
            Numbers, or anything missing; infinities are missing too.
        decimals
            How many decimals to keep.

        Returns
        -------
        dict
            Values are stored as ``value × scale − base + 1``, and 0 where missing.
        """
        scaled = floats(values) * 10**decimals
        known = np.isfinite(scaled)
        whole = np.rint(np.where(known, scaled, 0)).astype(np.int64)
        base = int(whole[known].min()) if known.any() else 0
        stored = np.where(known, whole - base + 1, 0)
        return {"base": base, "scale": 10**decimals, "values": self.integers(stored)}

    def texts(self, values: Sequence[Any] | pd.Series[Any]) -> dict[str, Any]:
        """Add texts as people may see them, and return what the page reads them by.

        Missing and blank texts stay missing. Different texts are stored once.
        """
        codes, table = pd.factorize(pd.Series(values, dtype=object))
        place: dict[str, int] = {}
        again = [place.setdefault(said, len(place)) if (said := shown(entry)) else -1
                 for entry in table]  # fmt: skip
        codes = np.array([*again, -1])[codes] + 1
        return {"codes": self.integers(codes), "table": self.table(list(place))}

    def table(self, texts: Sequence[Any]) -> list[Reference]:
        """Add texts without line breaks, and return where their beginnings and rests are."""
        said = [str(text) for text in texts]
        shared = _shared(said)
        rests = [text[same:] for text, same in zip(said, shared.tolist(), strict=True)]
        data = "\n".join(rests).encode()
        return [self.integers(shared), [*self._add(data, len(said)), len(data), 0]]

    def _add(self, data: bytes, count: int) -> list[int]:
        """Add a stream, or find the same one, and return where it begins."""
        key = hashlib.sha256(data).digest()
        if key not in self._known:
            self._known[key] = self.size
            self._streams.append(data)
            self.size += len(data)
        return [self._known[key], count]

    def block(self, identity: str) -> str:
        """Return all streams as an element that never runs, named for the page's scripts."""
        data = b"".join(self._streams)
        press = zlib.compressobj(6, zlib.DEFLATED, -15)
        pressed = press.compress(data) + press.flush()
        said = f"{self.size} {len(pressed)} {to_letters(pressed)}"
        return f'<script type="text/plain" id="{escape(identity)}">{said}</script>\n'


def floats(values: Sequence[Any] | pd.Series[Any] | Floats) -> Floats:
    """Return values as numbers, NaN for what is none."""
    if isinstance(values, pd.Series) and pd.api.types.is_numeric_dtype(values):
        return np.asarray(values.to_numpy(dtype=np.float64, na_value=np.nan))
    known = pd.to_numeric(pd.Series(values, dtype=object), errors="coerce")
    return np.asarray(known.astype("float64"))


def _shared(texts: Sequence[str]) -> Longs:
    """Return how many characters each text begins with in common with the one before it.

    Counted are those before any that needs two units: a browser counts in units of UTF-16.
    """
    found = np.zeros(len(texts), dtype=np.int64)
    for first in range(1, len(texts), BLOCK):  # a block is as wide as the longest text in it
        block = np.array(texts[first - 1 : first + BLOCK], dtype=np.str_)
        wide = block.dtype.itemsize // 4
        signs = block.view(np.uint32).reshape(len(block), wide)
        differ = (signs[1:] != signs[:-1]) | (signs[1:] > LAST_OF_ONE_UNIT)
        shortest = np.char.str_len(block)
        same = np.where(differ.any(axis=1), differ.argmax(axis=1), wide)
        found[first : first + BLOCK] = np.minimum(same, np.minimum(shortest[1:], shortest[:-1]))
    return found


def to_letters(data: bytes) -> str:
    """Return bytes as text, five of `LETTERS` for every four bytes, the last ones padded."""
    words = np.frombuffer(data + bytes(-len(data) % 4), dtype=">u4").astype(np.int64)
    digits = np.stack([words // 85**power % 85 for power in range(4, -1, -1)], axis=1)
    letters = np.frombuffer(LETTERS.encode("ascii"), dtype=np.uint8)
    return str(letters[digits].tobytes(), "ascii")
