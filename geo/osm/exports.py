"""Tables of OpenStreetMap features as the usual programs write them, back to tags.

QuickOSM, overpass turbo and plain QGIS write one column a tag; ogr2ogr puts most tags into
``other_tags``; osmnx joins ways and writes lists; Geofabrik has its own classes in ``fclass``.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Mapping
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from ..words import fields as f
from ..words import normal
from .layers import OsmFeature

#: The tag that makes a feature one of a layer.
LAYER_TAGS: Final = {"buildings": "building", "lanes": "highway"}
_IDS: Final = ("@id", "full_id", "osm_id", "osm_way_id", "osmid", "id")
_KINDS: Final = ("osm_type", "element", "element_type", "@type")
_PAIR: Final = re.compile(r'"((?:[^"\\]|\\.)*)"\s*=>\s*"((?:[^"\\]|\\.)*)"')
_FLAGS: Final = {"T": "yes", "F": "no", "True": "yes", "False": "no"}
#: Geofabrik tells the direction of a lane against its drawing.
_ONEWAY: Final = {"F": "yes", "T": "-1", "B": "no"}


def is_osm_table(frame: pd.DataFrame, layer: str) -> bool:
    """Return whether a table holds features of a layer as OpenStreetMap tags.

    Parameters
    ----------
    frame
        As it is in the file.
    layer
        ``buildings`` or ``lanes``; other layers have no such tables.
    """
    key = LAYER_TAGS.get(layer)
    return key is not None and (key in frame or {"fclass", "osm_id"} <= set(frame.columns))


def features_of_table(frame: gpd.GeoDataFrame, layer: str) -> list[OsmFeature]:
    """Return the rows of a table as features.

    Parameters
    ----------
    frame
        With geometry and `source_row`, for which `is_osm_table` holds.
    layer
        ``buildings`` or ``lanes``.
    """
    ids = [name for name in _IDS if name in frame]
    kinds = [name for name in _KINDS if name in frame]
    aside = {f.GEOMETRY, f.SOURCE_ROW, "@relations", "@geometry", *ids, *kinds}
    columns = [str(name) for name in frame.columns if name not in aside]
    shapes = frame.geometry.geom_type.str[:1].map({"P": "n", "L": "w", "M": "r"})
    areas = frame.geometry.geom_type == "Polygon"
    seen: dict[str, int] = {}
    features = []
    for row, shape, area in zip(frame.to_dict("records"), shapes, areas, strict=True):
        tags = _tags({name: row[name] for name in columns}, layer)
        kind = normal(row[kinds[0]])[:1] if kinds and row[kinds[0]] else "w" if area else shape
        ref = _ref(row, ids, str(kind or "w"))
        seen[ref] = seen.get(ref, 0) + 1
        ref = ref if seen[ref] == 1 else f"{ref}-{seen[ref]}"
        features.append(OsmFeature(ref, tags, row[f.GEOMETRY]))
    return features


def _ref(row: Mapping[str, Any], ids: list[str], kind: str) -> str:
    for name in ids:
        told = _values(row[name])
        if told:
            found = re.fullmatch(r"(?:(node|way|relation|[nwr])/?)?(-?\d+)", told[0])
            if found:
                return f"{(found[1] or kind)[0]}{found[2]}"
    return f"{kind}{row[f.SOURCE_ROW]}"


def _tags(cells: Mapping[str, Any], layer: str) -> dict[str, str]:
    tags: dict[str, str] = {}
    for name, cell in cells.items():
        told = _values(cell)
        if not told:
            continue
        if name in ("other_tags", "all_tags"):
            pairs = _PAIR.findall(told[0])
            tags |= {_plain(key): _plain(value) for key, value in pairs}
        elif name == LAYER_TAGS[layer]:
            tags[name] = told[0]  # of ways that a program joined, the first one's
        else:
            tags[name] = ";".join(told)
    if "fclass" in tags:
        tags = _of_geofabrik(tags, layer)
    return {key: _FLAGS.get(value, value) for key, value in tags.items()}


def _of_geofabrik(tags: dict[str, str], layer: str) -> dict[str, str]:
    """Return tags from the columns of a Geofabrik shapefile."""
    kind = tags.pop("fclass")
    kept = {key: value for key, value in tags.items() if key not in ("code", "type")}
    if layer == "buildings":
        return {**kept, "building": tags.get("type", "yes")}
    grade = re.fullmatch(r"track_(grade\d)", kind)
    kept |= {"highway": "track", "tracktype": grade[1]} if grade else {"highway": kind}
    kept["oneway"] = _ONEWAY.get(tags.get("oneway", ""), tags.get("oneway", ""))
    if kept.get("maxspeed") in ("0", "0.0"):
        del kept["maxspeed"]
    return {key: value for key, value in kept.items() if value}


def _values(cell: Any) -> list[str]:
    """Return what a cell tells; programs that join ways write lists, some of them as text."""
    if isinstance(cell, list | tuple | np.ndarray):
        return [told for one in cell for told in _values(one)]
    if cell is None or (isinstance(cell, float) and np.isnan(cell)) or cell is pd.NaT:
        return []
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    text = normal(cell)
    if text.startswith("[") and text.endswith("]"):
        for read in (json.loads, ast.literal_eval):
            try:
                return _values(read(text))
            except (ValueError, SyntaxError):
                continue
    return [text] if text else []


def _plain(text: str) -> str:
    return text.replace('\\"', '"').replace("\\\\", "\\")
