"""In which community a row of a ledger lies: where its building stands, else where it says."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from ...geo.words import fields as f


def ids_by_name(communities: pd.DataFrame) -> dict[str, str]:
    """Return the ids of communities by their names and ids; a name that two bear tells neither.

    Parameters
    ----------
    communities
        With `community_id` and `name`, which may be missing.
    """
    ids, names = communities[f.COMMUNITY_ID].astype(str), communities[f.NAME]
    told = names.where(~names.duplicated(keep=False))
    shared = dict.fromkeys(names.dropna().astype(str), "")
    own = {str(name): key for name, key in zip(told, ids, strict=True) if not pd.isna(name)}
    return shared | own | {key: key for key in ids}


def community_of_rows(
    rows: pd.DataFrame, at: pd.Series, by_name: Mapping[str, str]
) -> pd.Series[str]:
    """Return the id of the community of rows of a ledger; empty where they lie in none.

    Parameters
    ----------
    rows
        With `building_id`, and `community` by name.
    at
        Community by building id; a row at no building of these lies where it says by name.
    by_name
        From `ids_by_name`.

    Examples
    --------
    >>> rows = pd.DataFrame({"building_id": ["B1", None], "community": ["西", "西"]})
    >>> community_of_rows(rows, pd.Series({"B1": "C1"}), {"西": "C2"}).tolist()
    ['C1', 'C2']
    """
    own = rows[f.BUILDING_ID].map(at, na_action="ignore").astype(object)
    said = rows["community"].map(by_name, na_action="ignore").astype(object)
    place = own.where(rows[f.BUILDING_ID].isin(at.index), said)
    return place.where(place.notna(), "").astype(str)
