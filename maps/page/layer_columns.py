"""What a packed layer is made of: ways to colour it, columns of numbers and of words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from ...geo.arrays import Longs
from ...geo.words import Lang, label
from ..styles import style

Styles = dict[str, tuple[style.Style, Longs]]
Numbers = dict[str, tuple[pd.Series, int]]


def labels(codes: pd.Series, vocabulary: str, lang: Lang) -> pd.Series:
    """Return what people read for each code."""
    return by_value(codes, lambda code: label(vocabulary, code, lang) if str(code) else None)


def by_value(column: pd.Series, said: Callable[[Any], object]) -> pd.Series:
    """Return what is said of each value of a column, asking once for each that differs.

    Parameters
    ----------
    column
        Of few different values; missing ones stay missing.
    said
        Asked for every other value.
    """
    return column.map({value: said(value) for value in column.dropna().unique()})
