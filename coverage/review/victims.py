"""How many died or were hurt in some fires, as far as the ledger tells."""

from __future__ import annotations

import pandas as pd


def victims(fires: pd.DataFrame) -> dict[str, float]:
    """Count victims; a fire of which the ledger does not tell them is no fire without any.

    Parameters
    ----------
    fires
        Rows of the ledger of fires.

    Returns
    -------
    dict
        ``deaths`` and ``injured`` in the fires that tell them, missing where none does;
        ``deaths_untold`` and ``injured_untold`` are the fires that do not.

    Examples
    --------
    >>> victims(pd.DataFrame({"deaths": [1.0, None], "injured": [None, None]}))
    {'deaths': 1.0, 'deaths_untold': 1, 'injured': nan, 'injured_untold': 2}
    """
    told: dict[str, float] = {}
    for name in ("deaths", "injured"):
        known = pd.to_numeric(fires[name])
        told[name] = float(known.sum(min_count=min(len(known), 1)))
        told[f"{name}_untold"] = int(known.isna().sum())
    return told
