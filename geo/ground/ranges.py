"""Numbers that people told as ranges: which end a reading takes."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from ..arrays import Floats
from ..rules import Reading


def column_read(
    frame: pd.DataFrame,
    column: str,
    reading: Reading,
    *,
    more_is: Literal["faster", "slower"],
    beyond: Floats | float = np.nan,
) -> Floats:
    """Return the numbers of a column under a reading.

    Parameters
    ----------
    frame
        With the column, and with ``<column>_low`` and ``<column>_high`` where some row tells a
        range: both ends, or one where the other is open; neither for an exact number.
    column
        Of numbers; NaN where nobody told one.
    reading
        The typical value, or the end that is slow or fast.
    more_is
        What a larger number means for a crew.
    beyond
        How far an open end reaches, ``(rows,)`` or one number; if not known it stays at the end
        that is told.

    Returns
    -------
    ndarray
        ``(rows,)`` float64.

    Examples
    --------
    >>> import pandas as pd
    >>> nan = float("nan")
    >>> lanes = pd.DataFrame({"w": [3.5, 4.0], "w_low": [3, nan], "w_high": [4, nan]})
    >>> column_read(lanes, "w", "slow", more_is="faster").tolist()
    [3.0, 4.0]
    """
    values = np.asarray(pd.to_numeric(frame[column], errors="coerce"), dtype=np.float64)
    names = [f"{column}_{end}" for end in ("low", "high")]
    if reading == "typical" or not all(name in frame for name in names):
        return values
    low, high = (np.asarray(frame[name], dtype=np.float64) for name in names)
    told = ~np.isnan(low) | ~np.isnan(high)
    if (reading == "fast") == (more_is == "faster"):
        end = np.where(np.isnan(high), np.fmax(values, beyond), high)
    else:
        end = np.where(np.isnan(low), np.fmin(values, beyond), low)
    return np.where(told, end, values)
