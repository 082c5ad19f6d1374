"""Typst to PDF and PNG: the same bytes on every machine, without a font of the system.

Data goes in as JSON and is only ever shown as text, so nothing in it is read as markup.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pylopdf_fonts_zh_cn
import typst

FONT = "Noto Sans SC"


def pdf(template: str, data: Mapping[str, Any], *, date: str, **drawings: str) -> bytes:
    """Return a PDF.

    Parameters
    ----------
    template
        Name in ``maps/templates/`` without its ending.
    data
        What the template reads as ``data``.
    date
        ISO 8601; the PDF carries it instead of the time of writing.
    **drawings
        SVG by the name under which ``data`` speaks of it, without its ending.
    """
    day = dt.datetime.combine(dt.date.fromisoformat(date), dt.time(), dt.UTC)
    sources: Any = _sources(template, data, drawings)  # its stubs know only single files
    return bytes(
        typst.compile(
            sources,
            font_paths=_fonts(),
            timestamp=day,
            format="pdf",
        )
    )


def png(drawing: str, *, width_mm: float, height_mm: float, ppi: float = 160) -> bytes:
    """Return a drawing as pixels, for documents that take no vectors."""
    source = (
        f"#set page(width: {width_mm:g}mm, height: {height_mm:g}mm, margin: 0mm)\n"
        f'#set text(font: "{FONT}")\n'
        '#image("drawing.svg", width: 100%, height: 100%, fit: "contain")\n'
    )
    sources: Any = {"main.typ": source.encode(), "drawing.svg": drawing.encode()}
    return bytes(
        typst.compile(
            sources,
            font_paths=_fonts(),
            format="png",
            ppi=ppi,
        )
    )


def _sources(
    template: str, data: Mapping[str, Any], drawings: Mapping[str, str]
) -> dict[str, bytes]:
    said = json.dumps(data, ensure_ascii=False, allow_nan=False)
    writable = said.encode("utf-8", "replace")
    return {
        "main.typ": _template(template),
        "paper.typ": _template("paper"),
        "data.json": writable,
        **{f"{name}.svg": drawing.encode("utf-8", "replace") for name, drawing in drawings.items()},
    }


@cache
def _template(name: str) -> bytes:
    return files("weizhan.maps").joinpath("templates", f"{name}.typ").read_bytes()


@cache
def _fonts() -> typst.Fonts:
    """Return the fonts of the installed package, and none of the system's."""
    folder = str(Path(pylopdf_fonts_zh_cn.__file__).parent)
    return typst.Fonts(include_system_fonts=False, font_paths=[folder])
