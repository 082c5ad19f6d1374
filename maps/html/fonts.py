"""Chinese on a machine without Chinese fonts: the characters of a page as a font inside it.

The font is the last that a page asks for, so a machine with fonts of its own never unpacks it.
Making one takes seconds, and a thousand of its characters are those of our own texts, which all
pages may show: they are made once a process, the few that a town's names add are a font beside.
"""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pylopdf_fonts_zh_cn

from ...coverage.assessment import Assessment
from ...geo.words import LANGS, catalogue
from ...geo.words import fields as f

FAMILY = "weizhan"
FONT_SHEET = "font.css"  # beside pages that share one font
FIRST_WIDE = 0x2E80  # characters from here on are what a bare machine lacks
_FILE = Path(pylopdf_fonts_zh_cn.__file__).parent / "NotoSansSC-Regular.otf"


def town_font(assessment: Assessment, *further: str) -> str:
    """Return `font_face` for all pages of an assessment: one font, so it is made once.

    Parameters
    ----------
    assessment
        Whose names the pages show.
    further
        What else they show.
    """
    return font_face([*town_letters(assessment), *further])


def town_letters(assessment: Assessment) -> list[str]:
    """Return the wide characters that pages of an assessment show, each once.

    Parameters
    ----------
    assessment
        Whose names the pages show, beside the texts of the catalogue.
    """
    frames = (
        assessment.buildings, assessment.lanes, assessment.stations, assessment.communities,
        assessment.barriers, assessment.water, assessment.places.estates,
        assessment.places.offices, assessment.places.grids,
    )  # fmt: skip
    names = {
        str(value)
        for frame in frames
        for column in frame.columns.intersection([f.NAME, f.ADDRESS])
        for value in frame[column].dropna().unique()
    }
    told = [assessment.town, assessment.rules, *assessment.scenario_label.values()]
    summary = json.dumps(assessment.summary, default=str, ensure_ascii=False)
    return sorted(
        letter
        for letter in _said_anywhere().union(*names, *told, summary)
        if ord(letter) >= FIRST_WIDE
    )


@cache
def _said_anywhere() -> frozenset[str]:
    """Return the wide characters of our own texts, in both languages, by-names among them."""
    texts = (
        text
        for entry in catalogue().values()
        for text in (*(entry[lang] for lang in LANGS), *entry.get("also", ()))
    )
    return frozenset(letter for text in texts for letter in text if ord(letter) >= FIRST_WIDE)


def font_face(texts: Iterable[str]) -> str:
    """Return a style sheet with a font that has the Chinese characters of some texts.

    Parameters
    ----------
    texts
        All that a page may show.

    Returns
    -------
    str
        A ``@font-face`` rule of the family ``weizhan``, and another for what goes beyond our own
        texts; empty when nothing needs it.
    """
    letters = frozenset(
        letter for text in texts for letter in set(text) if ord(letter) >= FIRST_WIDE
    )
    common = _said_anywhere()
    if not common <= letters:
        return _rule(_woff2(letters))
    return _rule(_woff2(common)) + _further(letters - common)


def _further(letters: frozenset[str]) -> str:
    """Return the rule of a font that is asked for these letters and no others."""
    codes = ",".join(f"U+{ord(letter):X}" for letter in sorted(letters))
    return _rule(_woff2(letters), f";unicode-range:{codes}")


def _rule(data: bytes, codes: str = "") -> str:
    if not data:
        return ""
    said = base64.b64encode(data).decode("ascii")
    source = f"url(data:font/woff2;base64,{said})"
    face = f"font-family:{FAMILY};src:{source} format('woff2');font-display:swap{codes}"
    return f"@font-face{{{face}}}\n"


@cache
def _woff2(letters: frozenset[str]) -> bytes:
    """Return the font with those of the letters that it has; nothing if it has none."""
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont

    options = Options(
        hinting=False,
        layout_features=[],
        name_IDs=[],
        notdef_outline=True,
        recalc_bounds=False,
        drop_tables=[
            *Options().drop_tables,
            "vhea",
            "vmtx",
            "VORG",
            "BASE",
            "GPOS",
            "GSUB",
            "GDEF",
        ],
    )
    with TTFont(_FILE, lazy=True, recalcBBoxes=False, recalcTimestamp=False) as font:
        known = {ord(letter) for letter in letters} & set(font.getBestCmap())
        if not known:
            return b""
        subsetter = Subsetter(options)
        subsetter.populate(unicodes=known)
        subsetter.subset(font)
        font.flavor = "woff2"
        out = io.BytesIO()
        font.save(out)
    return out.getvalue()
