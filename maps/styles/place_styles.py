"""Classes of named places: estates by age and manager, offices by their elements, devices."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ...geo.arrays import Longs
from ...geo.words import DeviceKind, Lang, YesNo, label, text
from ...geo.words import fields as f
from .style import UNKNOWN_FILL, Class, Style

ESTATES = (  # class, fill, line, pattern
    ("three_none", "#b5341f2b", "#8a1f10", ""),
    ("old", "#d9822b2b", "#9a5310", ""),
    ("other", "#56a3b822", "#2f6f80", ""),
    ("unknown", "#8a8a8a1c", "#777777", ""),
)
MONITORED = (("yes", "#1f6fb2", ""), ("no", "#e6b8a0", "dots"))
OFFICE_FILLS = (("whole", "#2f6f4f"), ("lacking", "#b5541f"), ("unknown", "#77797c"))
DEVICE_FILL, FAILING_FILL = "#4a3f8f", "#b5341f"


def estate_style(lang: Lang) -> Style:
    """Return the estates: three-none, old, neither, not known."""
    classes = (
        Class(text(f"legend.estate_{name}", lang), fill, line, pattern, pixels=2)
        for name, fill, line, pattern in ESTATES
    )
    return Style(text("legend.estates", lang), tuple(classes), text("legend.estates_note", lang))


def estate_classes(estates: pd.DataFrame) -> Longs:
    """Return the class of each estate in `estate_style`: three-none before old."""
    none, old = estates[f.THREE_NONE], estates["old_estate"]
    known = (none == YesNo.NO) & (old == YesNo.NO)
    return np.select([none == YesNo.YES, old == YesNo.YES, known], [0, 1, 2], default=3)


def hazard_area_style(lang: Lang) -> Style:
    """Return the areas of area-wide hazards."""
    area = Class(text("legend.hazard_areas", lang), "#6a2c9126", "#6a2c91", pixels=2, dash=(7, 3))
    return Style(text("legend.hazard_areas", lang), (area,))


def grid_style(lang: Lang) -> Style:
    """Return the outline of grids."""
    outline = Class(text("legend.grids", lang), "", "#7a5aa0", pixels=1, dash=(4, 3))
    return Style(text("legend.grids", lang), (outline,))


def office_style(lang: Lang) -> Style:
    """Return the symbols of offices: all six elements, some missing, some not told."""
    classes = (
        Class(text(f"legend.office_{name}", lang), fill, "#ffffff", pixels=18, symbol="square",
              letter=text("legend.symbol_office", lang))
        for name, fill in OFFICE_FILLS
    )  # fmt: skip
    return Style(text("legend.offices", lang), tuple(classes), text("legend.offices_note", lang))


def office_classes(offices: pd.DataFrame) -> Longs:
    """Return the class of each office in `office_style`."""
    missing, unknown = offices["elements_missing"] != "", offices["elements_unknown"] != ""
    return np.select([missing, unknown], [1, 2], default=0).astype(np.int64)


def point_style(lang: Lang) -> Style:
    """Return the symbols of devices: each kind, working or not known, then each kind failing."""
    letters = {kind: text(f"legend.symbol_{kind.value}", lang) for kind in DeviceKind}
    names = {kind: label("device_kind", kind.value, lang) for kind in DeviceKind}
    good = (
        Class(names[kind], DEVICE_FILL, "#ffffff", pixels=16, symbol="round", letter=letters[kind])
        for kind in DeviceKind
    )
    failing = (
        Class(text("legend.device_failing", lang, device=names[kind]), FAILING_FILL, "#ffffff",
              pixels=16, symbol="round", letter=letters[kind])
        for kind in DeviceKind
    )  # fmt: skip
    return Style(text("legend.points", lang), (*good, *failing))


def point_classes(devices: pd.DataFrame) -> Longs:
    """Return the class of each device in `point_style`."""
    order = {kind.value: at for at, kind in enumerate(DeviceKind)}
    at = devices["device"].astype(str).map(order).to_numpy(dtype=np.int64)
    failing = pd.to_numeric(devices["failing"]).to_numpy(dtype=float) > 0
    return at + failing * len(order)


def monitored_style(lang: Lang) -> Style:
    """Return the buildings by whether they are monitored from afar: yes, no, not told."""
    classes = [
        Class(text(f"legend.monitored_{name}", lang), fill, pattern=pattern)
        for name, fill, pattern in MONITORED
    ]
    unknown = Class(text("legend.unknown", lang), UNKNOWN_FILL, line="#8a8a8a", pattern="hatch")
    return Style(text("legend.monitored", lang), (*classes, unknown))


def monitored_classes(flags: pd.Series) -> Longs:
    """Return the class of each building in `monitored_style`."""
    told = pd.to_numeric(flags, errors="coerce").to_numpy(dtype=float)
    return np.select([told == 1, told == 0], [0, 1], default=2).astype(np.int64)
