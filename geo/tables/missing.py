"""Whether a cell says nothing."""

from __future__ import annotations

import pandas as pd


def is_missing(value: object) -> bool:
    """Tell whether a scalar is None, NaN or NA.

    Examples
    --------
    >>> [is_missing(value) for value in (None, float("nan"), pd.NaT, "", 0)]
    [True, True, True, False, False]
    """
    return value is None or bool(pd.isna(value))  # type: ignore[call-overload]
