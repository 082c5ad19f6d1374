"""``round.gpkg`` with ``round.qgs``: the round for QGIS and QField, side by side in one folder."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree as ET

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from ...coverage.rounds import Round, RoundKind, Rounds, Stop
from ...geo.words import Lang, label, text
from ...geo.words import fields as f
from ..books import write_geopackage
from ..html import shown
from ..paper import SheetSource, clock, stop_name
from .stop_rows import checks_at, stop_rows

PACKAGE: Final = "round.gpkg"
PROJECT: Final = "round.qgs"
MADE_FOR: Final = "3.28.0"  # later ones read it, too
#: Columns of the stops that are filled in on the way, and how; the others are not edited.
FILLED: Final = {"inspected_on": "DateTime", "hazards_found": "Range", "result": "TextEdit"}
_WORLD: Final = {
    "proj4": "+proj=longlat +datum=WGS84 +no_defs", "srsid": "3452", "srid": "4326",
    "authid": "EPSG:4326", "description": "WGS 84", "projectionacronym": "longlat",
    "ellipsoidacronym": "EPSG:7030", "geographicflag": "true",
}  # fmt: skip
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
    (folder / PROJECT).write_text(_project(layers, title, lang), encoding="utf-8", newline="\n")


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


def _project(layers: Mapping[str, gpd.GeoDataFrame], title: str, lang: Lang) -> str:
    """Return the project: ways under stops, both by a path beside it."""
    root = ET.Element("qgis", {"projectname": title, "version": MADE_FOR})
    ET.SubElement(root, "title").text = title
    _crs(ET.SubElement(root, "projectCrs"))
    tree = ET.SubElement(root, "layer-tree-group")
    boxes = np.array([frame.to_crs("EPSG:4326").total_bounds for frame in layers.values()])
    boxes = boxes[~np.isnan(boxes).any(axis=1)]
    west, south = boxes[:, :2].min(axis=0) - 0.001
    east, north = boxes[:, 2:].max(axis=0) + 0.001
    canvas = ET.SubElement(root, "mapcanvas", {"name": "theMapCanvas"})
    ET.SubElement(canvas, "units").text = "degrees"
    extent = ET.SubElement(canvas, "extent")
    for name, value in (("xmin", west), ("ymin", south), ("xmax", east), ("ymax", north)):
        ET.SubElement(extent, name).text = f"{value:.6f}"
    ET.SubElement(canvas, "rotation").text = "0"
    _crs(ET.SubElement(canvas, "destinationsrs"))
    inside = ET.SubElement(root, "projectlayers")
    order = ET.SubElement(root, "layerorder")
    for name, frame in layers.items():
        called, source = text(f"form.layer_{name}", lang), f"./{PACKAGE}|layername={name}"
        ET.SubElement(tree, "layer-tree-layer", {
            "id": name, "name": called, "source": source, "providerKey": "ogr",
            "checked": "Qt::Checked", "expanded": "1",
        })  # fmt: skip
        ET.SubElement(order, "layer", {"id": name})
        _layer(inside, name, called, source, frame, lang)
    paths = ET.SubElement(ET.SubElement(root, "properties"), "Paths")
    ET.SubElement(paths, "Absolute", {"type": "bool"}).text = "false"
    ET.indent(root)
    head = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
    return head + ET.tostring(root, encoding="unicode") + "\n"


def _layer(
    inside: ET.Element, name: str, called: str, source: str, frame: gpd.GeoDataFrame, lang: Lang
) -> None:
    is_stops = name == "stops"
    layer = ET.SubElement(inside, "maplayer", {
        "type": "vector", "geometry": "Point" if is_stops else "Line",
        "readOnly": "0" if is_stops else "1", "labelsEnabled": "1" if is_stops else "0",
    })  # fmt: skip
    for tag, value in (("id", name), ("datasource", source), ("layername", called)):
        ET.SubElement(layer, tag).text = value
    _crs(ET.SubElement(layer, "srs"))
    ET.SubElement(layer, "provider", {"encoding": "UTF-8"}).text = "ogr"
    _fields(layer, frame, lang)
    drawn = ET.SubElement(layer, "renderer-v2", {"type": "singleSymbol", "forceraster": "0"})
    symbol = ET.SubElement(ET.SubElement(drawn, "symbols"), "symbol", {
        "type": "marker" if is_stops else "line", "name": "0", "alpha": "1",
    })  # fmt: skip
    look = "SimpleMarker" if is_stops else "SimpleLine"
    part = ET.SubElement(symbol, "layer", {"class": look, "enabled": "1", "locked": "0",
                                           "pass": "0"})  # fmt: skip
    _options(part, _MARKER if is_stops else _LINE)
    if is_stops:
        settings = ET.SubElement(ET.SubElement(layer, "labeling", {"type": "simple"}), "settings")
        style = ET.SubElement(settings, "text-style", {
            "fieldName": "\"number\" || ' ' || coalesce(\"name\", \"address\", '')",
            "isExpression": "1", "fontSize": "10", "fontSizeUnit": "Point",
            "textColor": "0,0,0,255",
        })  # fmt: skip
        ET.SubElement(style, "text-buffer", {"bufferDraw": "1", "bufferSize": "1",
                                             "bufferColor": "255,255,255,255"})  # fmt: skip


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
        _options(config, said)
        if name != "fid":
            ET.SubElement(aliases, "alias", {"field": name, "index": str(at),
                                             "name": text(f"form.field_{name}", lang)})  # fmt: skip
        open_ = name in FILLED or name == "inspector"
        ET.SubElement(editable, "field", {"name": name, "editable": "1" if open_ else "0"})


def _options(parent: ET.Element, values: Mapping[str, str]) -> None:
    inside = ET.SubElement(parent, "Option", {"type": "Map"})
    for name, value in values.items():
        kind = "bool" if value in ("true", "false") else "QString"
        ET.SubElement(inside, "Option", {"name": name, "value": value, "type": kind})


def _crs(parent: ET.Element) -> None:
    system = ET.SubElement(parent, "spatialrefsys", {"nativeFormat": "Wkt"})
    for tag, value in _WORLD.items():
        ET.SubElement(system, tag).text = value
