"""Checklists and rule sets that a town loads itself: 自查指南, 检查指引, 管理标准.

Their texts are not ours to write; a file with one item a row says them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pandas as pd

from .rules import TownConfig
from .tables import Column, columns_found, match_headers, read_table
from .words import InputError, Use

ITEM: Final = "item"
BASIS: Final = "basis"
COLUMNS: Final = (
    Column(ITEM, "text", ("检查项目", "检查内容", "检查要点", "项目", "内容", "要求"),
           required=True),
    Column(BASIS, "text", ("依据", "条款", "条款号", "条文", "标准条款")),
)  # fmt: skip


@dataclass(frozen=True)
class LoadedChecklist:
    """A checklist with its items.

    Attributes
    ----------
    name
        As it is cited.
    uses
        Of which premises; none means all.
    items
        What is looked at, in the order of the file, each with its clause in brackets if told.
    """

    name: str
    uses: tuple[Use, ...]
    items: tuple[str, ...]

    def is_for(self, use: object) -> bool:
        """Tell whether it is for premises of a use; of unknown use only what is for all is."""
        return not self.uses or (isinstance(use, str) and use in self.uses)


def read_checklists(folder: Path, config: TownConfig) -> tuple[LoadedChecklist, ...]:
    """Read the checklists that ``[[checklists]]`` of ``town.toml`` names.

    Parameters
    ----------
    folder
        Of the town.
    config
        From its ``town.toml``.

    Raises
    ------
    InputError
        When a file is not there, cannot be read, or has no column of items or no item.
    """
    loaded = []
    for entry in config.checklists:
        file = folder / entry.file
        sheet = read_table(file, what="checklists", sheet=entry.sheet, encoding=entry.encoding)
        found = columns_found(match_headers(sheet.headers, COLUMNS, stated={}))
        if ITEM not in found:
            raise InputError(
                "error.checklist_columns", file=file, columns=", ".join(sheet.headers),
                allowed="、".join(COLUMNS[0].synonyms),
            )  # fmt: skip
        items = _texts(sheet.table[found[ITEM]])
        basis = _texts(sheet.table[found[BASIS]]) if BASIS in found else [""] * len(items)
        said = tuple(
            f"{item}（{clause}）" if clause else item
            for item, clause in zip(items, basis, strict=True)
            if item
        )
        if not said:
            raise InputError("error.checklist_empty", file=file)
        loaded.append(LoadedChecklist(entry.name, entry.uses, said))
    return tuple(loaded)


def _texts(column: pd.Series) -> list[str]:
    return ["" if pd.isna(cell) else str(cell).strip() for cell in column]
