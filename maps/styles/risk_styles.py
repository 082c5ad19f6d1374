"""Classes of risk: bands, and how sure they are; completeness, gaps of devices, open hazards."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ...coverage import columns as c
from ...geo.arrays import Longs
from ...geo.words import DeviceKind, Lang, RiskBand, label, text
from .style import UNKNOWN_FILL, Class, Style, codes_to_classes

#: Worse is darker, so that a grey print keeps the order.
BAND_COLOURS = {
    RiskBand.RED: ("#9c1c14", "#f3d5d0"),
    RiskBand.ORANGE: ("#d9702a", "#7a3208"),
    RiskBand.YELLOW: ("#efcf6b", "#8a6a12"),
    RiskBand.BLUE: ("#d4e4f2", "#5f7f93"),
}
COMPLETE = (0.9, 0.7, 0.5)  # least share known of each class but the last
COMPLETE_FILLS = ("#e3ecd8", "#b5cc98", "#7d9a5b", "#46592e")
DEVICE_FILLS = {
    DeviceKind.SMOKE_DETECTOR: "#7b2d8b",
    DeviceKind.SIMPLE_SPRINKLER: "#1f6fb2",
    DeviceKind.RCD: "#c98a1b",
    DeviceKind.ELECTRICAL_MONITORING: "#2f8f6b",
    DeviceKind.REMOTE_MONITORING: "#5c6b7a",
}
#: Least factor on harm below which a device is not worth a colour.
HAZARD_FILLS = ("#f3e3d3", "#e0a05e", "#9c4a14", "#5c0f0f")


def band_style(kind: str, lang: Lang, *, hatched: bool) -> Style:
    """Return the bands, the highest first; unsure ones follow in the same order, hatched.

    Parameters
    ----------
    kind
        ``risk``, ``frequent`` or ``severe``.
    lang
        Language of the labels.
    hatched
        Whether there are classes for bands that the draws do not agree on.
    """
    sure = [
        Class(label("risk_band", str(band), lang), fill, line="#5a5048")
        for band, (fill, _) in BAND_COLOURS.items()
    ]
    unsure = [
        Class(
            text("legend.band_unsure", lang, band=label("risk_band", str(band), lang)),
            fill,
            line=line,
            pattern="hatch",
        )
        for band, (fill, line) in BAND_COLOURS.items()
    ]
    classes = (*sure, *(unsure if hatched else ()), _unknown(lang))
    note = text(f"legend.{kind}_note", lang)
    return Style(text(f"legend.{kind}", lang), classes, note)


def band_classes(bands: pd.Series, shares: pd.Series | None = None, *, sure: float = 0) -> Longs:
    """Return the class of each band in `band_style`; unsure where its share is below ``sure``."""
    order = tuple(str(band) for band in RiskBand)
    classes = codes_to_classes(bands, order)
    if shares is None:
        return classes
    share = pd.to_numeric(shares, errors="coerce").to_numpy(dtype=float)
    unsure = (classes < len(order)) & ~(share >= sure)
    unknown = classes == len(order)
    return np.where(unknown, 2 * len(order), classes + unsure * len(order)).astype(np.int64)


def complete_style(lang: Lang) -> Style:
    """Return the classes of completeness, the best known first."""
    labels = [text("legend.known_from", lang, share=f"{least:.0%}") for least in COMPLETE]
    labels.append(text("legend.known_below", lang, share=f"{COMPLETE[-1]:.0%}"))
    classes = (Class(said, fill) for said, fill in zip(labels, COMPLETE_FILLS, strict=True))
    title = text("legend.completeness", lang)
    return Style(title, (*classes, _unknown(lang)), text("legend.completeness_note", lang))


def complete_classes(shares: pd.Series) -> Longs:
    """Return the class of each share in `complete_style`."""
    known = pd.to_numeric(shares, errors="coerce").to_numpy(dtype=float)
    classes = np.searchsorted(-np.array(COMPLETE), -known, side="left")
    return np.where(np.isnan(known), len(COMPLETE_FILLS), classes).astype(np.int64)


def device_style(lang: Lang) -> Style:
    """Return the devices that would take away most, and none."""
    classes = (
        Class(label("device_kind", str(kind), lang), fill) for kind, fill in DEVICE_FILLS.items()
    )
    none = Class(text("legend.device_none", lang), "#eeeeea")
    return Style(text("legend.device", lang), (*classes, none), text("legend.device_note", lang))


def device_classes(gaps: pd.Series, bands: pd.Series) -> Longs:
    """Return the class of each building in `device_style`: only of the two highest bands."""
    classes = codes_to_classes(gaps, tuple(str(kind) for kind in DEVICE_FILLS))
    high = bands.isin([str(RiskBand.RED), str(RiskBand.ORANGE)]).to_numpy()
    return np.where(high, classes, len(DEVICE_FILLS)).astype(np.int64)


def hazard_style(lang: Lang) -> Style:
    """Return: none open, open, overdue, under listed supervision."""
    names = ("none", "open", "overdue", "listed")
    classes = tuple(
        Class(text(f"legend.hazard_{name}", lang), fill, pattern="dots" if name == "listed" else "",
              line="#f1d9b8" if name == "listed" else "#6d7780")
        for name, fill in zip(names, HAZARD_FILLS, strict=True)
    )  # fmt: skip
    return Style(text("legend.hazards", lang), classes, text("legend.hazards_note", lang))


def hazard_classes(frame: pd.DataFrame) -> Longs:
    """Return the class of each building in `hazard_style`."""
    classes = np.zeros(len(frame), dtype=np.int64)
    for at, name in enumerate((c.OPEN_HAZARDS, c.OVERDUE_HAZARDS, c.LISTED_HAZARDS), start=1):
        there = pd.to_numeric(frame[name], errors="coerce").fillna(0).to_numpy() > 0
        classes[there] = at
    return classes


def _unknown(lang: Lang) -> Class:
    return Class(text("legend.unknown", lang), UNKNOWN_FILL, line="#8a8a8a", pattern="hatch")
