"""Two periods side by side in words: communities, causes and the buildings that changed."""

from __future__ import annotations

from typing import Any

import pandas as pd

from ...coverage.review import OUTSIDE, WHOLE, Comparison
from ...geo.tables import is_missing
from ...geo.words import Lang, label, text
from ...geo.words import fields as f

_VOCABULARY = {
    "lane_blocked": "lane_word", "lane_cleared": "lane_word", "lane_lapsed": "lane_word",
    "lane_opened": "limit_name", "lane_shut": "limit_name", "station_new": "tier",
    "station_gone": "tier", "station_tier": "tier", "station_vehicle": "vehicle",
}  # fmt: skip
_FIELD_WORDS = {f.USE: "use", "gas_type": "gas_type", "systems_state": "system_state"}
_FLAGS = ("leased", "rcd", "simple_sprinkler", "remote_monitored", "electrical_monitored")


def compared_communities(found: Comparison, lang: Lang) -> pd.DataFrame:
    """Return the table of communities with the rows of the town and of what lies outside named.

    Parameters
    ----------
    found
        Two periods.
    lang
        Of the names.
    """
    named = {WHOLE: text("compare.whole", lang), OUTSIDE: text("compare.outside", lang)}
    table = found.communities.copy()
    ids = table[f.COMMUNITY_ID]
    table["community"] = ids.map(named).fillna(table["community"])
    table[f.COMMUNITY_ID] = ids.where(~ids.isin(list(named)), None)
    return table


def compared_causes(found: Comparison, lang: Lang) -> pd.DataFrame:
    """Return the causes with what was and what is in words, and communities by name.

    Parameters
    ----------
    found
        Two periods.
    lang
        Of the words.
    """
    table = found.causes.copy()
    names = dict(
        zip(found.communities[f.COMMUNITY_ID], found.communities["community"], strict=True)
    )
    rows = table.to_dict("records")
    table[f.NAME] = pd.Series([_name(row, lang) for row in rows], dtype=object)
    table["community"] = table["community"].map(names, na_action="ignore")
    for end in ("before", "after"):
        table[end] = pd.Series([_told(row, end, lang) for row in rows], dtype=object)
    return table


def _name(row: dict[Any, Any], lang: Lang) -> object:
    if row["cause"] not in ("device", "data"):
        return row[f.NAME]
    name = str(row[f.NAME])
    if name.startswith("has_"):
        return label("hazard_code", name.removeprefix("has_").upper(), lang)
    return label("column_name", name, lang)


def _told(row: dict[Any, Any], end: str, lang: Lang) -> object:
    value, cause = row[end], str(row["cause"])
    if is_missing(value):
        return text("popup.unknown", lang) if _one_known(row, cause) else None
    if cause == "station_moved":
        return text("compare.moved", lang, metres=f"{value:,.0f}")
    if cause.startswith("hazard_"):
        return label("hazard_code", value, lang)
    if cause in ("device", "data"):
        name = str(row[f.NAME])
        if name in _FLAGS or name.startswith("has_"):
            return text("list_word.yes" if value else "list_word.no", lang)
        return label(_FIELD_WORDS[name], value, lang) if name in _FIELD_WORDS else _plain(value)
    vocabulary = _VOCABULARY.get(cause)
    return label(vocabulary, value, lang) if vocabulary else _plain(value)


def _one_known(row: dict[Any, Any], cause: str) -> bool:
    """Tell whether a value is missing at one end only, so that it was or is unknown."""
    known = [not is_missing(row[end]) for end in ("before", "after")]
    fact = cause in ("device", "data") or (
        cause.startswith("station_") and cause not in ("station_new", "station_gone",
                                                       "station_moved")
    )  # fmt: skip
    return fact and any(known)


def _plain(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value
