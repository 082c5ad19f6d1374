"""A QGIS project: its layers by a path beside it, in groups, each with how it is drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from xml.etree import ElementTree as ET

import geopandas as gpd
import numpy as np

MADE_FOR: Final = "3.22.16"  # opened in it; later ones read it, too
ID: Final = "weizhan_"  # an id of fewer than ten letters is replaced, and the tree loses its layer
_STORED: Final = {
    "proj4": "+proj=longlat +datum=WGS84 +no_defs", "srsid": "3452", "srid": "4326",
    "authid": "EPSG:4326", "description": "WGS 84", "projectionacronym": "longlat",
    "ellipsoidacronym": "EPSG:7030", "geographicflag": "true",
}  # fmt: skip
#: What the map is drawn in: degrees would squeeze a town from north to south.
_DRAWN: Final = {
    "proj4": "+proj=merc +a=6378137 +b=6378137 +lat_ts=0 +lon_0=0 +x_0=0 +y_0=0 +k=1"
             " +units=m +nadgrids=@null +wktext +no_defs",
    "srsid": "3857", "srid": "3857", "authid": "EPSG:3857",
    "description": "WGS 84 / Pseudo-Mercator", "projectionacronym": "merc",
    "ellipsoidacronym": "EPSG:7030", "geographicflag": "false",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ProjectLayer:
    """One layer of a project.

    Attributes
    ----------
    name
        Its id in the project, after `ID`.
    stored
        Name of the layer in the GeoPackage.
    called
        What people read.
    shape
        ``Point``, ``Line`` or ``Polygon``.
    dress
        Adds to its element how it is drawn and edited.
    shown, editable
        Whether it is switched on, and whether it can be edited.
    group
        What people read above it and others, of which one is shown at a time; none if empty.
    """

    name: str
    stored: str
    called: str
    shape: str
    dress: Callable[[ET.Element], None]
    shown: bool = True
    editable: bool = False
    group: str = ""


def project(
    layers: Sequence[ProjectLayer],
    frames: Mapping[str, gpd.GeoDataFrame],
    *,
    title: str,
    package: str,
) -> str:
    """Return a project as XML; the first layer is drawn on top.

    Parameters
    ----------
    layers
        Its layers.
    frames
        What is stored, by which the map opens on all of it.
    title
        What people read above the map.
    package
        Name of the GeoPackage beside the project.
    """
    root = ET.Element("qgis", {"projectname": title, "version": MADE_FOR})
    ET.SubElement(root, "title").text = title
    _crs(ET.SubElement(root, "projectCrs"), _DRAWN)
    tree = ET.SubElement(root, "layer-tree-group")
    canvas = ET.SubElement(root, "mapcanvas", {"name": "theMapCanvas"})
    ET.SubElement(canvas, "units").text = "meters"
    extent = ET.SubElement(canvas, "extent")
    for side, metres in zip(("xmin", "ymin", "xmax", "ymax"), _bounds(frames), strict=True):
        ET.SubElement(extent, side).text = f"{metres:.2f}"
    ET.SubElement(canvas, "rotation").text = "0"
    _crs(ET.SubElement(canvas, "destinationsrs"), _DRAWN)
    inside = ET.SubElement(root, "projectlayers")
    order = ET.SubElement(root, "layerorder")
    groups = {"": tree}
    for layer in layers:
        if layer.group not in groups:
            groups[layer.group] = ET.SubElement(tree, "layer-tree-group", {
                "name": layer.group, "checked": "Qt::Checked", "expanded": "1",
                "mutually-exclusive": "1", "mutually-exclusive-child": "0",
            })  # fmt: skip
        source = f"./{package}|layername={layer.stored}"
        ET.SubElement(groups[layer.group], "layer-tree-layer", {
            "id": ID + layer.name, "name": layer.called, "source": source, "providerKey": "ogr",
            "checked": "Qt::Checked" if layer.shown else "Qt::Unchecked",
            "expanded": "1" if layer.shown else "0",
        })  # fmt: skip
        ET.SubElement(order, "layer", {"id": ID + layer.name})
        element = ET.SubElement(inside, "maplayer", {
            "type": "vector", "geometry": layer.shape, "readOnly": "0" if layer.editable else "1",
            "labelsEnabled": "1" if layer.shape == "Point" and layer.editable else "0",
        })  # fmt: skip
        for tag, value in (
            ("id", ID + layer.name),
            ("datasource", source),
            ("layername", layer.called),
        ):
            ET.SubElement(element, tag).text = value
        _crs(ET.SubElement(element, "srs"), _STORED)
        ET.SubElement(element, "provider", {"encoding": "UTF-8"}).text = "ogr"
        layer.dress(element)
    told = ET.SubElement(root, "properties")
    ET.SubElement(ET.SubElement(told, "Paths"), "Absolute", {"type": "bool"}).text = "false"
    drawn = ET.SubElement(told, "SpatialRefSys")
    ET.SubElement(drawn, "ProjectionsEnabled", {"type": "int"}).text = "1"
    ET.indent(root)
    head = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
    return head + ET.tostring(root, encoding="unicode") + "\n"


def options(parent: ET.Element, values: Mapping[str, str]) -> None:
    """Add settings to an element as QGIS keeps them.

    Parameters
    ----------
    parent
        Of a symbol or an editor.
    values
        By the name of the setting; ``true`` and ``false`` are yes and no.
    """
    inside = ET.SubElement(parent, "Option", {"type": "Map"})
    for name, value in values.items():
        kind = "bool" if value in ("true", "false") else "QString"
        ET.SubElement(inside, "Option", {"name": name, "value": value, "type": kind})


def _bounds(frames: Mapping[str, gpd.GeoDataFrame]) -> list[float]:
    boxes = np.array([frame.to_crs(_DRAWN["authid"]).total_bounds for frame in frames.values()])
    boxes = boxes[~np.isnan(boxes).any(axis=1)]
    return [*(boxes[:, :2].min(axis=0) - 100), *(boxes[:, 2:].max(axis=0) + 100)]


def _crs(parent: ET.Element, told: Mapping[str, str]) -> None:
    system = ET.SubElement(parent, "spatialrefsys", {"nativeFormat": "Wkt"})
    for tag, value in told.items():
        ET.SubElement(system, tag).text = value
