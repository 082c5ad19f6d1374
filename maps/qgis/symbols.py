"""Symbols of QGIS for the classes of a style: fills, lines and signs in the same colours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from xml.etree import ElementTree as ET

from ..styles import Style, style
from .project import options

KINDS: Final = {"Point": "marker", "Line": "line", "Polygon": "fill"}
MM: Final = 25.4 / 96  # of a pixel of the page
_SIGNS: Final = {"round": "circle", "cross": "cross_fill"}  # others are called alike


def drawn_by_class(layer: ET.Element, look: Style, *, expression: str, shape: str) -> None:
    """Add to a layer a symbol for each class of a style.

    Parameters
    ----------
    layer
        Of the project.
    look
        Its classes.
    expression
        Gives the place of a feature's class in the style.
    shape
        ``Point``, ``Line`` or ``Polygon``.
    """
    drawn = ET.SubElement(layer, "renderer-v2", {
        "type": "categorizedSymbol", "attr": expression, "forceraster": "0",
        "enableorderby": "0", "symbollevels": "1" if shape == "Line" else "0",
    })  # fmt: skip
    kinds = ET.SubElement(drawn, "categories")
    symbols = ET.SubElement(drawn, "symbols")
    for place, one in enumerate(look.classes):
        said = f"{one.label} · {one.ends_standard}" if one.ends_standard else one.label
        ET.SubElement(kinds, "category", {
            "value": str(place), "type": "integer", "symbol": str(place), "label": said,
            "render": "true",
        })  # fmt: skip
        symbol = _symbol(symbols, KINDS[shape], str(place))
        {"Point": _sign, "Line": _line, "Polygon": _fill}[shape](symbol, one)


def _symbol(parent: ET.Element, kind: str, name: str) -> ET.Element:
    return ET.SubElement(parent, "symbol", {"type": kind, "name": name, "alpha": "1",
                                            "force_rhr": "0", "clip_to_extent": "1"})  # fmt: skip


def _part(symbol: ET.Element, drawn: str, values: Mapping[str, str], *, level: int = 0) -> None:
    part = ET.SubElement(symbol, "layer", {"class": drawn, "enabled": "1", "locked": "0",
                                           "pass": str(level)})  # fmt: skip
    options(part, values)


def _colour(told: str) -> str:
    """Return ``#rrggbb`` or ``#rrggbbaa`` as QGIS writes a colour; nothing is clear."""
    parts = [int(told[at : at + 2], 16) for at in range(1, len(told), 2)] or [0, 0, 0, 0]
    return ",".join(map(str, parts if len(parts) == 4 else [*parts, 255]))


def _fill(symbol: ET.Element, one: style.Class) -> None:
    outlined = {
        "outline_color": _colour(one.line),
        "outline_width": f"{one.pixels * MM or 0.1:.2f}",
    }
    dash = {"outline_style": "dash"} if one.dash else {}
    _part(symbol, "SimpleFill", {"color": _colour(one.fill), **outlined, **dash,
                                 "style": "solid" if one.fill else "no"})  # fmt: skip
    if one.pattern == "dots":
        _part(symbol, "PointPatternFill", {"distance_x": "1.6", "distance_y": "1.6"})
        inner = _symbol(symbol[-1], "marker", f"@{symbol.get('name')}@1")
        _part(
            inner,
            "SimpleMarker",
            {"name": "circle", "size": "0.6", "color": _colour(one.line), "outline_style": "no"},
        )
    for angle in {"hatch": (45,), "cross": (45, 135)}.get(one.pattern, ()):
        _part(symbol, "LinePatternFill", {"angle": str(angle), "distance": "1.6"})
        inner = _symbol(symbol[-1], "line", f"@{symbol.get('name')}@{len(symbol) - 1}")
        _part(inner, "SimpleLine", {"line_color": _colour(one.line), "line_width": "0.25"})


def _line(symbol: ET.Element, one: style.Class) -> None:
    width = max(one.pixels, 1.0) * MM
    if one.casing:
        _part(symbol, "SimpleLine", {"line_color": _colour(one.casing), "capstyle": "round",
                                     "line_width": f"{width + 2 * MM:.2f}"})  # fmt: skip
    dash = ";".join(f"{length * MM:.2f}" for length in one.dash)
    dashed = {"use_custom_dash": "1", "customdash": dash, "customdash_unit": "MM"} if dash else {}
    _part(symbol, "SimpleLine", {"line_color": _colour(one.fill), "line_width": f"{width:.2f}",
                                 "capstyle": "flat" if dash else "round", **dashed},
          level=1)  # fmt: skip


def _sign(symbol: ET.Element, one: style.Class) -> None:
    size = one.pixels * MM
    _part(symbol, "SimpleMarker", {
        "name": _SIGNS.get(one.symbol, one.symbol), "size": f"{size:.2f}",
        "color": _colour(one.fill), "outline_color": _colour(one.line), "outline_width": "0.4",
    })  # fmt: skip
    if one.letter:
        _part(symbol, "FontMarker", {
            "chr": one.letter, "size": f"{size * 0.62:.2f}", "color": _colour(one.line),
            "font": "Microsoft YaHei",
        })  # fmt: skip
