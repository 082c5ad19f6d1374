"""How texts from files are spelled: compared in one form, printed without what breaks a file."""

from __future__ import annotations

import unicodedata

LONGEST = 32_000  # characters; Excel holds 32,767 a cell


def normal(value: object) -> str:
    """Return text as it compares: NFKC (full-width becomes half-width), no outer blanks."""
    return unicodedata.normalize("NFKC", str(value)).strip()


def printable(said: str) -> str:
    """Return a text that Excel opens: no control characters, not too long."""
    kept = "".join(c for c in said if c in "\n\t" or ord(c) >= 32)
    return kept.encode("utf-8", "replace").decode("utf-8")[:LONGEST]
