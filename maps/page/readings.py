"""How the characters of a page are read: what its search knows of pinyin and of other words."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import cache

import pandas as pd
from pypinyin import Style, pinyin

from ...coverage.assessment import Assessment
from ...geo.words import LANGS, Lang, catalogue, label
from ...geo.words import fields as f

_SAID = (f.NAME, f.ADDRESS)  # columns whose texts are searched


def readings(texts: Iterable[str]) -> dict[str, str]:
    """Return how each character is read, all its readings, without tones and with ``v`` for ü.

    A table of characters is far smaller than the pinyin of every name, and knows all readings of
    a character that has several; the page puts them together.

    Parameters
    ----------
    texts
        Whose characters.
    """
    found = {}
    for sign in sorted(set().union(*texts)):
        if unicodedata.category(sign) != "Lo" or sign > "\uffff":
            continue
        read = pinyin(sign, style=Style.NORMAL, heteronym=True, errors="ignore")
        if read and read[0]:
            found[sign] = " ".join(dict.fromkeys(r.replace("ü", "v").lower() for r in read[0]))
    return found


def searched(assessment: Assessment) -> set[str]:
    """Return the different names, addresses and uses that a page's search goes through.

    Parameters
    ----------
    assessment
        What is shown.
    """
    frames = [assessment.buildings, assessment.lanes, assessment.stations, assessment.communities,
              assessment.water, assessment.places.estates, assessment.places.offices,
              assessment.places.grids]  # fmt: skip
    texts = {
        str(text)
        for frame in frames
        for name in _SAID
        if name in frame.columns
        for text in pd.unique(frame[name].dropna())
    }
    return texts | {word for words in use_words("zh").values() for word in words}


@cache
def use_words(lang: Lang) -> dict[str, list[str]]:
    """Return what else each use of buildings is called, by its label: both languages, by-names.

    Parameters
    ----------
    lang
        Language of the labels.
    """
    words: dict[str, list[str]] = {}
    for key, entry in catalogue().items():
        vocabulary, _, code = key.partition(".")
        if vocabulary == "use":
            said = [*(entry[g] for g in LANGS), *entry.get("also", ())]
            words[label("use", code, lang)] = list(dict.fromkeys(said))
    return words
