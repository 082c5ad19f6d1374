"""Ledgers as everybody may read them: free text names nobody, and who blew a whistle stays unknown.

Columns of persons are left out before; here are the words of the other columns.
"""

from __future__ import annotations

from collections.abc import Callable, Set
from functools import partial
from typing import Final

import numpy as np
import pandas as pd

from ..tables import LedgerKind
from ..words import HazardSource, anonymous, screened
from ..words import fields as f

PLACE: Final = (f.NAME, f.ADDRESS, "community")  # texts that name a place, often after people
EVENT_TEXTS: Final = ("who", "evidence", "note")


def without_people(frame: pd.DataFrame, kind: LedgerKind, *, known: Set[str]) -> pd.DataFrame:
    """Return rows of a ledger with names and numbers of people hidden in their texts.

    Of what a whistle-blower told (`source` is ``whistle``) whole sentences are left out that
    name anybody or tell of who reported.

    Parameters
    ----------
    frame
        Rows of a kind; not changed.
    kind
        Whose rows they are.
    known
        Names that stand in columns of persons of the town's ledgers.
    """
    told = [column.name for column in kind.stored if column.kind == "text"]
    shown = frame.copy(deep=False)
    for name in told:
        if name not in frame or name.endswith("_id"):
            continue
        place = name in PLACE
        shown[name] = _each(frame[name], partial(screened, known=known, place=place))
        if "source" in frame and not place:
            whistle = (frame["source"] == HazardSource.WHISTLE).to_numpy()
            if whistle.any():
                own = _each(frame[name][whistle], partial(anonymous, known=known))
                shown[name] = shown[name].where(~whistle, own)
    return shown


def steps_without_people(events: pd.DataFrame, *, known: Set[str]) -> pd.DataFrame:
    """Return the steps of cases with names and numbers of people hidden in their texts."""
    shown = events.copy(deep=False)
    for name in EVENT_TEXTS:
        shown[name] = _each(events[name], lambda said: screened(said, known=known))
    return shown


def _each(column: pd.Series, change: Callable[[str], str]) -> pd.Series:
    """Return a column with its texts changed, each distinct one once."""
    which, distinct = pd.factorize(column.to_numpy(dtype=object))
    read = [change(text) if isinstance(text, str) else text for text in distinct]
    values = np.array([*read, None], dtype=object)
    return pd.Series(values[which], index=column.index, dtype=object)


def places_without_people(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a layer with people hidden in its names, addresses and sources."""
    shown = frame.copy(deep=False)
    for name in (f.NAME, f.ADDRESS, f.SOURCE):
        if name in frame and frame[name].dtype == object:
            shown[name] = _each(frame[name], lambda said: screened(said, place=True))
    return shown
