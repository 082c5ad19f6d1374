"""How texts from files are spelled: compared in one form, printed without what breaks a file."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 32_000  # characters; Excel holds 32,767 a cell


def normal(value: object) -> str:
    """Return text as it compares: NFKC (full-width becomes half-width), no outer blanks."""
    return unicodedata.normalize("NFKC", str(value)).strip()


def printable(said: str) -> str:
    """Return a text that Excel opens: no control characters, not too long."""
    kept = "".join(c for c in said if c in "\n\t" or ord(c) >= 32)
    return kept.encode("utf-8", "replace").decode("utf-8")[:LONGEST]


_UNIT = (
    r"(?:单位[:：]?)?(?:米|m|公里|km|厘米|cm|㎡|m2|m²|平方米|平米|人|户|层|间|处|个|秒|s|分钟|min|"
    r"%|万元|元|吨|t|kg)"
)
_IN_BRACKETS = re.compile(rf"[(\[【]{_UNIT}[)\]】]|(?<=.)/{_UNIT}$")
_BRACKETS = re.compile(r"[(\[【][^)\]】]*[)\]】]")
_POINTS = re.compile(r"[\s_*:：、\"“”'()\[\]【】]")


def plain_header(header: object) -> str:
    """Return a header as it compares: small letters, no units, no punctuation or line breaks."""
    text = normal(header).lower()
    return _POINTS.sub("", _IN_BRACKETS.sub("", text)) or text


def bare_header(header: object) -> str:
    """Return a header without anything in brackets, for where that alone is not unique."""
    text = normal(header).lower()
    return _POINTS.sub("", _BRACKETS.sub("", text)) or text
