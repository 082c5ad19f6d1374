"""What a packed layer is made of: ways to colour it, columns of numbers and of words."""

from __future__ import annotations

import pandas as pd

from ...geo.arrays import Longs
from ...geo.words import Lang, label
from ..styles import style

Styles = dict[str, tuple[style.Style, Longs]]
Numbers = dict[str, tuple[pd.Series, int]]


def labels(codes: pd.Series, vocabulary: str, lang: Lang) -> pd.Series:
    """Return what people read for each code."""
    return style.by_value(codes, lambda code: label(vocabulary, code, lang) if str(code) else None)
