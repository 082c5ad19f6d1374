"""High-rises against the rule that a ladder must find its place (登高操作场地)."""

from __future__ import annotations

from typing import Final

import pandas as pd

from ...geo.words import fields as f
from .. import columns as c
from ..clauses import Compliance

ROOM: Final = "aerial_room"
ORDER: Final = ("likely_missing", "unknown", "found", "height_unknown")


def aerial_table(compliance: Compliance, buildings: pd.DataFrame) -> pd.DataFrame:
    """Return every high-rise with what is known of its place for a ladder, the doubtful first.

    Parameters
    ----------
    compliance
        Of the town.
    buildings
        Of an assessment, with the name of their community.

    Returns
    -------
    DataFrame
        `Compliance.aerial` with place, floors, height, risk band and rank. ``found`` means that
        such a lane is there; what else stands between it and the wall no layer tells.
    """
    places = compliance.aerial
    told = buildings.set_index(buildings[f.BUILDING_ID].astype(str))
    names = [f.NAME, f.ADDRESS, "community", f.USE, f.FLOORS, f.HEIGHT_M]
    rows = told.reindex(places[f.BUILDING_ID].astype(str))
    table = places.reset_index(drop=True)
    for at, name in enumerate(names, start=1):
        table.insert(at, name, rows[name].to_numpy())
    for name in (c.RISK_BAND, c.RISK_RANK):
        table[name] = rows[name].to_numpy()
    table["_order"] = table[ROOM].map({room: at for at, room in enumerate(ORDER)})
    ranked = table.sort_values(["_order", c.RISK_RANK], kind="stable", ignore_index=True)
    return ranked.drop(columns="_order")
