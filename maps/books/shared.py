"""What is shared by default: no count of vulnerable people at an address, only by community."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeVar

import pandas as pd

from ...geo.words import fields as f
from ..voice import FEWEST_PEOPLE

Frame = TypeVar("Frame", bound=pd.DataFrame)

VULNERABLE: Final = (f.ELDERS, f.CHILDREN)  # columns of buildings that count them
LEDGER: Final = "vulnerable"
_LOST: Final = "_lost_vulnerable"  # ends the columns of lanes that count those cut off
_NO_COUNTS: Final = ("key", "import_id", "source_row", "fid", "lon", "lat", "match_score")


def shared_columns(frame: Frame) -> Frame:
    """Return a table without columns of vulnerable people; few who would be cut off are blank."""
    shown = frame.drop(columns=[name for name in VULNERABLE if name in frame])
    for name in shown.columns:
        if str(name).endswith(_LOST):
            few = (shown[name] > 0) & (shown[name] < FEWEST_PEOPLE)
            shown[name] = shown[name].astype("float64").mask(few)
    return shown


def shared_ledgers(
    ledgers: Mapping[str, pd.DataFrame], communities: pd.Series
) -> dict[str, pd.DataFrame]:
    """Return ledgers as they may be shared: vulnerable people are summed by community.

    Parameters
    ----------
    ledgers
        By kind, from `read_records` without personal columns.
    communities
        Name of the community by building id, for rows that do not say theirs.

    Returns
    -------
    dict
        The ledger of vulnerable people holds one row a community: `community` and sums, blank
        where nobody counted and below `FEWEST_PEOPLE`.
    """
    shown = {name: shared_columns(frame) for name, frame in ledgers.items()}
    if LEDGER in shown:
        shown[LEDGER] = _by_community(shown[LEDGER], communities)
    return shown


def _by_community(rows: pd.DataFrame, communities: pd.Series) -> pd.DataFrame:
    where = rows["community"].fillna(rows[f.BUILDING_ID].map(communities)).fillna("")
    counts = [name for name in rows.select_dtypes("number").columns if name not in _NO_COUNTS]
    sums = rows[counts].groupby(where.to_numpy()).sum(min_count=1)
    sums = sums.mask((sums > 0) & (sums < FEWEST_PEOPLE))
    return sums.rename_axis("community").reset_index()
