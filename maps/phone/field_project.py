"""``round.gpkg`` with ``round.qgs``: the round for QGIS and QField, side by side in one folder."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree as ET

import geopandas as gpd
import pandas as pd
import shapely

from ...coverage.rounds import Round, RoundKind, Rounds, Stop
from ...geo.words import Lang, label, text
from ...geo.words import fields as f
from ..books import write_geopackage
from ..html import shown
from ..paper import SheetSource, clock, stop_name
from ..qgis import ProjectLayer, options, project
from .stop_rows import checks_at, stop_rows

PACKAGE: Final = "round.gpkg"
PROJECT: Final = "round.qgs"
#: Columns of the stops that are filled in on the way, and how; the others are not edited.
FILLED: Final = {"inspected_on": "DateTime", "hazards_found": "Range", "result": "TextEdit"}
_MARKER: Final = {
    "name": "circle", "color": "168,32,13,255", "outline_color": "255,255,255,255",
    "outline_width": "0.4", "size": "5", "size_unit": "MM",
}  # fmt: skip
_LINE: Final = {"line_color": "11,92,173,255", "line_width": "1", "line_width_unit": "MM"}


def write_field_project(
    folder: Path,
    rounds: Rounds,
    ground: SheetSource,
    *,
    kind: RoundKind,
    round_id: str,
    date: str,
    lang: Lang,
) -> None:
    """Write the layers of some rounds, and the project that shows them.

    Parameters
    ----------
    folder
        Where both are written.
    rounds, ground, kind, round_id
        As for the workbook.
    date
        Carried by the GeoPackage instead of the time of writing.
    lang
        Of what people read.
    """
    layers = {
        "stops": _stops(rounds, ground, kind, round_id, lang),
        "ways": _ways(rounds, ground),
    }
    write_geopackage(folder / PACKAGE, layers, date=date)
    title = f"{shown(ground.found.town)} {label('round_kind', kind, lang)} {round_id}"
    drawn = [
        ProjectLayer(name, name, text(f"form.layer_{name}", lang), shape,
                     _dressed(name, layers[name], lang), editable=name == "stops")
        for name, shape in (("stops", "Point"), ("ways", "Line"))
    ]  # fmt: skip
    said = project(drawn, layers, title=title, package=PACKAGE)
    (folder / PROJECT).write_text(said, encoding="utf-8", newline="\n")


def _stops(
    rounds: Rounds, ground: SheetSource, kind: RoundKind, round_id: str, lang: Lang
) -> gpd.GeoDataFrame:
    rows = []
    for r in rounds.rounds:
        for number, stop in enumerate(r.stops, start=1):
            told = stop_rows(stop, r, rounds, ground, kind=kind, round_id=round_id, lang=lang)
            rows.append(_stop(stop, number, r, told, round_id, ground, lang))
    frame = gpd.GeoDataFrame(rows, geometry=f.GEOMETRY, crs=ground.found.buildings.crs)
    return frame.astype({"hazards_found": "float64"})


def _stop(
    stop: Stop,
    number: int,
    round_: Round,
    told: Mapping[str, Any],
    round_id: str,
    ground: SheetSource,
    lang: Lang,
) -> dict[str, Any]:
    visit, house, town = stop.visit, told["inspections"], ground.found.moment.town
    return {
        "number": number,
        "inspection_id": f"{round_id}/{visit.visit_id}" if house else None,
        f.BUILDING_ID: house[f.BUILDING_ID] if house else None,
        "stop_id": visit.visit_id,
        "team": shown(round_.team.name),
        "planned_on": round_.day.isoformat(),
        "planned_at": clock(stop.begin_s),
        f.NAME: shown(stop_name(visit, ground, lang)),
        f.ADDRESS: shown(visit.address),
        "look_at": "\n".join(said for said, _ in checks_at(visit.kind, town, lang)),
        "open_hazards": "\n".join(hazard["said"] for hazard in told["hazards"]),
        "source": house["source"] if house else None,
        "inspected_on": None,
        "hazards_found": math.nan,
        "result": None,
        "inspector": shown(round_.team.name),
        f.GEOMETRY: shapely.Point(visit.x, visit.y),
    }


def _ways(rounds: Rounds, ground: SheetSource) -> gpd.GeoDataFrame:
    rows = []
    for r in rounds.rounds:
        numbers = itertools.count(1)
        for half in r.halves:
            legs = [(next(numbers), stop.way) for stop in half.stops]
            for to, way in [*legs, (0, half.back)]:
                line = ground.line(way)
                if line is None:
                    continue
                rows.append({"team": shown(r.team.name), "planned_on": r.day.isoformat(),
                             "to_stop": to, "metres": round(line.length),
                             f.GEOMETRY: line})  # fmt: skip
    columns = ["team", "planned_on", "to_stop", "metres", f.GEOMETRY]
    table = pd.DataFrame(rows, columns=columns)
    return gpd.GeoDataFrame(table, geometry=f.GEOMETRY, crs=ground.found.buildings.crs)


def _dressed(name: str, frame: gpd.GeoDataFrame, lang: Lang) -> Callable[[ET.Element], None]:
    """Return what draws a layer and says how its columns are edited."""

    def dress(layer: ET.Element) -> None:
        is_stops = name == "stops"
        _fields(layer, frame, lang)
        drawn = ET.SubElement(layer, "renderer-v2", {"type": "singleSymbol", "forceraster": "0"})
        symbol = ET.SubElement(ET.SubElement(drawn, "symbols"), "symbol", {
            "type": "marker" if is_stops else "line", "name": "0", "alpha": "1",
        })  # fmt: skip
        look = "SimpleMarker" if is_stops else "SimpleLine"
        part = ET.SubElement(symbol, "layer", {"class": look, "enabled": "1", "locked": "0",
                                               "pass": "0"})  # fmt: skip
        options(part, _MARKER if is_stops else _LINE)
        if is_stops:
            labels = ET.SubElement(layer, "labeling", {"type": "simple"})
            style = ET.SubElement(ET.SubElement(labels, "settings"), "text-style", {
                "fieldName": "\"number\" || ' ' || coalesce(\"name\", \"address\", '')",
                "isExpression": "1", "fontSize": "10", "fontSizeUnit": "Point",
                "textColor": "0,0,0,255",
            })  # fmt: skip
            ET.SubElement(style, "text-buffer", {"bufferDraw": "1", "bufferSize": "1",
                                                 "bufferColor": "255,255,255,255"})  # fmt: skip

    return dress


def _fields(layer: ET.Element, frame: gpd.GeoDataFrame, lang: Lang) -> None:
    """Say how each column is called and edited; what is ours is not."""
    names = [str(name) for name in frame.columns.drop(f.GEOMETRY)]
    fields = ET.SubElement(layer, "fieldConfiguration")
    aliases = ET.SubElement(layer, "aliases")
    editable = ET.SubElement(layer, "editable")
    for at, name in enumerate(["fid", *names]):
        widget = "Hidden" if name == "fid" else FILLED.get(name, "TextEdit")
        field = ET.SubElement(fields, "field", {"name": name, "configurationFlags": "None"})
        config = ET.SubElement(ET.SubElement(field, "editWidget", {"type": widget}), "config")
        said = {"DateTime": {"calendar_popup": "true", "display_format": "yyyy-MM-dd",
                             "field_format": "yyyy-MM-dd", "allow_null": "true"},
                "Range": {"AllowNull": "true", "Min": "0", "Max": "999", "Step": "1"},
                }.get(widget, {"IsMultiline": "true"})  # fmt: skip
        options(config, said)
        if name != "fid":
            ET.SubElement(aliases, "alias", {"field": name, "index": str(at),
                                             "name": text(f"form.field_{name}", lang)})  # fmt: skip
        open_ = name in FILLED or name == "inspector"
        ET.SubElement(editable, "field", {"name": name, "editable": "1" if open_ else "0"})
