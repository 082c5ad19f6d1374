"""Lists in the reader's words: heads from the catalogue, codes in words, few people hidden."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from ...geo.words import Lang, catalogue, label, text
from .figures import FEWEST_PEOPLE

#: Columns that hold codes, and the vocabulary that says them in words.
WORDS: Final = {
    "use": "use", "code": "hazard_code", "main_code": "hazard_code", "state": "hazard_state",
    "lead_dept": "office", "risk_band": "risk_band", "frequent_band": "risk_band",
    "severe_band": "risk_band", "risk_moment": "risk_moment", "band": "risk_band",
    "device": "device_kind",
    "unit": "device_unit", "device_target": "use",
    "supervision_level": "supervision_level", "status": "listed_status",
    "risk_reason_1": "risk_reason", "risk_reason_2": "risk_reason",
    "risk_reason_3": "risk_reason", "kind": "list_kind", "lane_state": "lane_word",
    "why": "list_why", "task": "task", "owner": "office", "worry": "worry",
    "cause": "compare_cause",
    "owner_from": "owner_from", "area_kind": "area_kind", "owner_type": "owner_type",
    "duty": "duty",
    "duty_state": "duty_state", "notice": "notice_kind", "told_in": "ledger_name",
    "exposure": "exposure", "figure": "figure",
    "goal_state": "goal_state", "fire_state": "fire_state", "grade": "fire_grade",
    "fire_cause": "fire_cause", "band_before": "risk_band",
    "band_after": "risk_band", "old_estate": "yes_no", "property_manager": "yes_no",
    "three_none": "yes_no", "has_site": "yes_no", "has_rooms": "yes_no", "has_people": "yes_no",
    "has_funds": "yes_no", "has_appraisal": "yes_no", "has_guidance": "yes_no",
    "remote_monitored": "yes_no", "aerial_room": "aerial_room",
    "station_tier": "map_tier",
}  # fmt: skip
#: Columns of people, of which small numbers are not told.
PEOPLE: Final = frozenset({"people"})
#: Households of vulnerable people, of which small numbers are not told either.
FEW_HOUSEHOLDS: Final = frozenset({"help_households", "helped_households", "help_unknown"})
#: Columns that hold several codes of `office_element`, joined by ";".
ELEMENTS: Final = frozenset({"elements_missing", "elements_unknown"})
#: Yes, no, or nobody told.
FLAGS: Final = frozenset({"key_unit", "key_unit_by_rule", "assembly", "high_risk_unit",
                         "registered_engineer", "pledge", "target_met"})  # fmt: skip
#: Degrees, of which a few figures say nothing; the sixth decimal is a tenth of a metre.
DEGREES: Final = frozenset({"lon", "lat"})
SIGNIFICANT: Final = 4


def list_head(column: str, lang: Lang) -> str:
    """Return what readers call a column; of a tier with its name in front.

    Parameters
    ----------
    column
        Its name in a list.
    lang
        Of the answer.
    """
    tier, _, rest = column.partition("_")
    if f"list_head.{column}" in catalogue():
        return text(f"list_head.{column}", lang)
    for end in ("before", "after", "small", "low", "high"):
        if column.endswith(f"_{end}"):
            return list_head(column.removesuffix(f"_{end}"), lang) + text(f"list_end.{end}", lang)
    return f"{label('map_tier', tier, lang)} {text(f'list_head.{rest}', lang)}"


def list_cells(name: str, table: pd.DataFrame, lang: Lang) -> list[object]:
    """Return the cells of a column of a list as readers see them; None where nothing is known.

    Parameters
    ----------
    name
        Of the column.
    table
        The list.
    lang
        Of words.
    """
    column = table[name]
    if name in PEOPLE:
        column = column.astype(object).where(~(column < FEWEST_PEOPLE), f"<{FEWEST_PEOPLE}")
    if name == "group":
        return [_group(kind, cell, lang) for kind, cell in zip(table["kind"], column, strict=True)]
    if name in ELEMENTS:
        return [_elements(cell, lang) for cell in column]
    if name in FEW_HOUSEHOLDS:
        few = (column > 0) & (column < FEWEST_PEOPLE)
        column = column.astype(object).where(~few, f"<{FEWEST_PEOPLE}")
    if name in FLAGS:
        return [_flag(cell, lang) for cell in column]
    if name in ("unknown", "key_unit_why"):
        return [_unknown(cell, lang) for cell in column]
    if name == "shows_why":
        return [_why(str(cell), lang) for cell in column]
    if "_cover" in name:
        return [_word("cover_word", cell, lang) for cell in column]
    if name.endswith("_main_limit"):
        return [_word("limit_name", cell, lang) for cell in column]
    if name in DEGREES:
        return [None if pd.isna(cell) else round(float(cell), 6) for cell in column]
    if name == "inspected_on":
        never = text("list_word.not_inspected", lang)
        return [never if pd.isna(day) else str(day)[:10] for day in column]
    if name in WORDS:
        return [_word(WORDS[name], cell, lang) for cell in column]
    if pd.api.types.is_datetime64_any_dtype(column):
        return [None if pd.isna(day) else f"{day:%Y-%m-%d}" for day in column]
    return [_plain(cell, lang) for cell in column]


def _plain(cell: object, lang: Lang) -> object:
    if isinstance(cell, bool | np.bool_):
        return text("list_word.yes" if cell else "list_word.no", lang)
    if cell is None or cell != cell or cell is pd.NaT:
        return None
    if isinstance(cell, float) and not cell.is_integer():
        return float(f"{cell:.{SIGNIFICANT}g}")
    return cell


def _word(vocabulary: str, cell: object, lang: Lang) -> object:
    if cell is None or cell != cell or cell == "":
        return None
    return label(vocabulary, cell, lang)


def _flag(cell: object, lang: Lang) -> str:
    if cell is None or cell != cell:
        return text("popup.unknown", lang)
    return text("list_word.yes" if cell else "list_word.no", lang)


def _group(kind: object, cell: object, lang: Lang) -> object:
    if cell is None or cell != cell:
        return text("list_word.none", lang)
    return _word(WORDS.get(str(kind), ""), cell, lang)


def _why(cell: str, lang: Lang) -> str:
    said = []
    for part in cell.split(";"):
        code, *numbers = part.split(":")
        counts = dict(zip(("count", "red"), numbers, strict=False))
        said.append(text(f"worry.{code}", lang, **counts))
    return "、".join(said)


def _elements(cell: object, lang: Lang) -> str:
    codes = [code for code in str(cell or "").split(";") if code] if cell == cell else []
    return "、".join(label("office_element", code, lang) for code in codes)


def _unknown(cell: object, lang: Lang) -> str:
    parts = [part for part in str(cell or "").split(";") if part]
    said = [
        label("hazard_code", part, lang) if f"hazard_code.{part}" in catalogue()
        else list_head(part, lang)
        for part in parts
    ]  # fmt: skip
    return "、".join(said)
