"""Lists as CSV in the reader's language."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from ...geo.words import Lang
from ..voice import list_cells, list_head
from .csv_tables import sheet


def write_lists(folder: Path, lists: dict[str, pd.DataFrame], *, lang: Lang) -> None:
    """Write each list as ``<name>.csv``; UTF-8 with a mark, so that Excel reads it.

    Parameters
    ----------
    folder
        Where to; it must exist.
    lists
        Tables by name of the file, without ending.
    lang
        Language of headings and words.
    """
    for name, table in lists.items():
        file = folder / f"{name}.csv"
        file.write_text(list_csv(table, lang=lang), encoding="utf-8-sig", newline="")


def list_csv(table: pd.DataFrame, *, lang: Lang) -> str:
    """Return one list as CSV."""
    heads = [list_head(str(name), lang) for name in table.columns]
    columns = [list_cells(str(name), table, lang) for name in table.columns]
    return sheet(heads, zip(*columns, strict=True) if len(table) else ())
