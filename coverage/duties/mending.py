"""整改经费: open cases by the harm that mending takes away for the money, and what funds buy."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from scipy import sparse

from ...geo.words import fields as f
from ..cases import OPEN

COLUMNS: Final = ("mending_rank", f.BUILDING_ID, f.NAME, f.ADDRESS, "community", "code",
                  "open_cases", "keys", "cost_yuan", "gain", "gain_per_10k_yuan", "within_funds",
                  "owner")  # fmt: skip


def mending_table(
    cases: pd.DataFrame, gains: pd.DataFrame, *, funds: float | None = None
) -> pd.DataFrame:
    """Return what there is to mend, the most harm for a yuan first.

    Parameters
    ----------
    cases
        With state, place, office and `cost_est` (yuan); those that are open count.
    gains
        Deaths a year by building id and kind of hazard, from
        `weizhan.coverage.risk.mending_gains`.
    funds
        Yuan that there are; told which rows they pay for, if given.

    Returns
    -------
    DataFrame
        One row a building and kind of hazard, since harm goes only when all of a kind are mended:
        `cost_yuan` is missing where a case of it has no estimate; such rows stand last, by gain,
        and are in no budget. `within_funds` is the choice of rows with the greatest sum of gains
        that the funds pay for, proven by HiGHS; gains of several kinds at one
        building do not quite add up, so the sum is an upper bound there.
    """
    own = cases[cases["state"].isin(OPEN) & cases[f.BUILDING_ID].notna()]
    first = {name: "first" for name in (f.NAME, f.ADDRESS, "community", "owner")}
    by = own.groupby([f.BUILDING_ID, "code"], sort=True)
    table = by.agg({**first, "key": ["size", ";".join], "cost_est": _all}) if len(own) else None
    if table is None:
        return pd.DataFrame(columns=list(COLUMNS))
    table.columns = pd.Index([*first, "open_cases", "keys", "cost_yuan"])
    table = table.reset_index()
    told = gains.stack()
    at = pd.MultiIndex.from_frame(table[[f.BUILDING_ID, "code"]].astype(str))
    table["gain"] = told.reindex(at).to_numpy(dtype=float)
    known = table["cost_yuan"].notna() & table["gain"].notna()
    per = 1e4 * table["gain"] / table["cost_yuan"].where(known)
    table["gain_per_10k_yuan"] = per.where(table["cost_yuan"] > 0)
    free = known & (table["cost_yuan"] == 0)
    order = np.lexsort((table["keys"], -table["gain"].fillna(-1), -per.fillna(-1), ~free))
    table = table.iloc[order].reset_index(drop=True)
    table["mending_rank"] = np.arange(1, len(table) + 1)
    table["within_funds"] = None if funds is None else within_funds(table, funds=funds)
    return table[list(COLUMNS)]


def within_funds(table: pd.DataFrame, *, funds: float) -> pd.Series:
    """Return which rows some funds pay for, so that the most harm goes; missing without a cost.

    Parameters
    ----------
    table
        With `cost_yuan` and `gain`.
    funds
        In yuan.

    Examples
    --------
    >>> rows = pd.DataFrame({"cost_yuan": [60.0, 50, 50, None], "gain": [7.0, 5, 5, 9]})
    >>> within_funds(rows, funds=100).tolist()
    [False, True, True, None]
    """
    chosen = np.full(len(table), None, dtype=object)
    chosen[table["cost_yuan"].notna()] = False
    at = np.flatnonzero(table["cost_yuan"].notna() & (table["gain"] > 0))
    rows = table.iloc[at]
    if rows.empty:
        return pd.Series(chosen, index=table.index, dtype=object)
    from ..covering import Clock, Model, solve  # only where there are funds

    gain, cost = rows["gain"].to_numpy(dtype=float), rows["cost_yuan"].to_numpy(dtype=float)
    model = Model(
        costs=-gain / gain.max(),
        binary=len(rows),
        matrix=sparse.csr_array(cost[None, :]),
        low=np.array([-np.inf]),
        high=np.array([funds], dtype=float),
    )
    found = solve(model, clock=Clock())
    assert found.values is not None  # nothing costs nothing, so there always is a choice
    chosen[at] = (found.values > 0.5).tolist()
    return pd.Series(chosen, index=table.index, dtype=object)


def _all(costs: pd.Series) -> float:
    return float(costs.sum(min_count=len(costs)))
