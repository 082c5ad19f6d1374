"""Which lists say nothing about a town because nobody imported what they rest on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pandas as pd

from ...geo.town import Town
from ...geo.words import fields as f

#: Lists that are unknown, not empty, where nobody imported the ledger that they rest on.
RESTS_ON: Final[Mapping[str, tuple[str, ...]]] = {
    "hazards": ("overdue", "listed", "look_back", "stock", "exposure", "mending", "mismatches",
                "areas", "area_wide"),
    "inspections": ("rates", "progress"),
    "incidents": ("fires", "investigations", "heat"),
    "units": ("units", "duties"),
    "devices": ("sensors",),
}  # fmt: skip
#: Lists that other ledgers fill too (talks in that of units): unknown only where they are empty.
RESTS_ALSO_ON: Final[Mapping[str, tuple[str, ...]]] = {
    "notices": ("notices",),
    "devices": ("monitored",),
    "inspections": ("tasks",),
}
#: The same of layers.
RESTS_ON_LAYER: Final[Mapping[str, tuple[str, ...]]] = {
    "estates": ("estates", "funding"),
    "offices": ("fire_offices",),
    "communities": ("community_work",),
    "sheds": ("sheds",),
    "water": ("hydrants",),
    "stations": ("busy",),
}
#: Counts within lists that rest on a ledger.
COUNTS: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "offices": {
        "units": ("units", "duties_late"),
        "hazards": ("open_cases", "overdue_cases"),
        "inspections": ("inspections_due",),
    },
    "campaigns": {"hazards": ("cases", "closed", "open_cases", "overdue_cases")},
    "due": {"inspections": ("days_overdue",)},  # since when a visit is due
}


def lists_without_ledger(lists: Mapping[str, pd.DataFrame], town: Town) -> dict[str, str]:
    """Return the lists that rest on a ledger which nobody imported, each with that ledger.

    Parameters
    ----------
    lists
        From `risk_lists` and `duty_lists`, by name.
    town
        With its ledgers.
    """
    resting = [(n, ledger) for ledger, names in RESTS_ON.items() for n in names]
    resting += [(n, ledger) for ledger, names in RESTS_ALSO_ON.items() for n in names
                if n in lists and lists[n].empty]  # fmt: skip
    return {n: ledger for n, ledger in resting if getattr(town.ledgers, ledger).empty}


def lists_without_layer(town: Town) -> dict[str, str]:
    """Return the lists that rest on a layer which the town has not, each with that layer."""
    return {
        name: layer
        for layer, names in RESTS_ON_LAYER.items()
        if getattr(town, layer).empty
        for name in names
    }


def lists_without_use(town: Town) -> tuple[str, ...]:
    """Return the lists that are unknown because no building tells what it is used for."""
    return ("devices", "device_targets") if town.buildings[f.USE].isna().all() else ()


def without_unknown_counts(
    lists: Mapping[str, pd.DataFrame], town: Town
) -> dict[str, pd.DataFrame]:
    """Return lists whose counts are missing, not zero, where their ledger was never imported.

    Parameters
    ----------
    lists
        From `risk_lists` and `duty_lists`, by name.
    town
        With its ledgers.
    """
    known = dict(lists)
    for name in COUNTS.keys() & lists.keys():
        for ledger, columns in COUNTS[name].items():
            if getattr(town.ledgers, ledger).empty:
                known[name] = known[name].assign(**dict.fromkeys(columns))
    return known
