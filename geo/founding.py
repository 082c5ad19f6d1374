"""A new town folder from OpenStreetMap, or from files of layers."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely

from .datum_check import check_datum
from .osm import OsmExtract, OsmFeature, layers_from
from .rules import DEFAULT_SCENARIOS, IMPORT_FILE, TOWN_FILE, LayerSource
from .tables import SCHEMAS, columns_found, match_headers, read_layer, readable, write_layers
from .words import Datum, InputError, Problem, normal, whole_folder, write_problems
from .words import fields as f

LAYERS_FILE = "layers.gpkg"
OSM_ATTRIBUTION = "© OpenStreetMap contributors, ODbL"
OSM_KEYS = {"buildings": "building", "lanes": "highway"}


@dataclass(frozen=True, slots=True)
class LayerFile:
    """A file that holds one layer, and what its coordinates refer to if that was declared."""

    file: Path
    datum: Datum | None = None


def found_town(
    folder: Path,
    layers: Mapping[str, gpd.GeoDataFrame],
    *,
    name: str,
    origin: str,
    attribution: str = "",
    terrain: Path | None = None,
    problems: Sequence[Problem] = (),
) -> None:
    """Write a town folder: ``town.toml`` and one GeoPackage with the layers.

    Parameters
    ----------
    folder
        New, or empty.
    layers
        In EPSG:4326, with the columns of their schemas or their own; empty ones are left out.
    name
        Of the town.
    origin
        Said in a comment in ``town.toml``: where the layers come from.
    attribution
        What the owner of the data wants to be said on every page.
    terrain
        A raster of heights, copied into the folder, from which missing slopes are read.
    problems
        What was found on the way; kept in the folder, so that every check tells it again.

    Raises
    ------
    OutputError
        When the folder holds anything, or cannot be written to.
    """
    held = {layer: frame for layer, frame in layers.items() if len(frame)}
    with whole_folder(folder) as unfinished:
        write_layers(
            unfinished / LAYERS_FILE,
            {
                layer: frame.drop(columns=f.SOURCE_ROW, errors="ignore")
                for layer, frame in held.items()
            },
        )
        if terrain is not None:
            readable(terrain)
            shutil.copyfile(terrain, unfinished / terrain.name)
        raster = terrain.name if terrain is not None else ""
        text = _town_toml(name, origin, attribution, raster, tuple(held))
        (unfinished / TOWN_FILE).write_text(text, encoding="utf-8")
        write_problems(unfinished / IMPORT_FILE, problems)


def layers_of_extract(extract: OsmExtract) -> dict[str, gpd.GeoDataFrame]:
    """Return the layers of an OpenStreetMap extract.

    Raises
    ------
    InputError
        When it has no buildings or no lanes; says what it has.
    """
    missing = [layer for layer in OSM_KEYS if extract.layers[layer].empty]
    if missing:
        counts = ", ".join(f"{layer}: {len(frame)}" for layer, frame in extract.layers.items())
        raise InputError("error.extract_lacks", layers=", ".join(missing), counts=counts)
    return dict(extract.layers)


def layers_of_files(
    files: Mapping[str, LayerFile], *, base: Mapping[str, gpd.GeoDataFrame]
) -> tuple[dict[str, gpd.GeoDataFrame], list[Problem]]:
    """Read layers from files, each with its own columns, in EPSG:4326, and lay them over others.

    Files that carry OpenStreetMap tags as columns (``building``, ``highway``) are read as
    such. A file of points whose datum was not declared is held against buildings and lanes: if
    another datum fits, or none can be told and the file declares no coordinate system itself,
    it is refused with a proposal.

    Parameters
    ----------
    files
        By layer.
    base
        Layers that are there already, as those of an OpenStreetMap extract.

    Raises
    ------
    InputError
        When a file cannot be read, or its datum must be declared.
    """
    layers = dict(base)
    problems: list[Problem] = []
    for layer, given in files.items():
        sheet = read_layer(
            given.file, LayerSource(file=given.file.name), datum=given.datum or Datum.WGS84
        )
        frame = sheet.table
        key = OSM_KEYS.get(layer)
        if key in frame.columns:
            found, wrong = layers_from(_osm_features(frame), file=given.file.name)
            frame = found[layer]
            problems += wrong
            for other in ("barriers", "water"):
                if len(found[other]) and other not in files and other not in layers:
                    layers[other] = found[other]
        if layer == "stations" and layer in base and not base[layer].empty:
            frame, told = _joined(frame, base[layer], given)
            problems.append(told)
        layers[layer] = frame
    for layer, given in files.items():
        if given.datum is None and layer not in OSM_KEYS:
            check_datum(given.file, layers[layer], layers)
    return layers, problems


SAME_PLACE_M = 30.0  # stations nearer than this, or of one name, are one


def _joined(
    given: gpd.GeoDataFrame, there: gpd.GeoDataFrame, file: LayerFile
) -> tuple[gpd.GeoDataFrame, Problem]:
    """Add a user's stations to those of the map; of two that are one the user's counts."""
    schema = SCHEMAS["stations"]
    headers = [str(c) for c in given.columns if c not in (f.GEOMETRY, f.SOURCE_ROW)]
    ours = columns_found(match_headers(headers, schema.columns, stated={}))
    own = given.rename(columns={header: name for name, header in ours.items()}).to_crs(4326)
    names = set(own[f.NAME].dropna()) if f.NAME in own else set()
    plane = there.estimate_utm_crs()
    spots = shapely.STRtree(own.geometry[own.geometry.notna()].to_crs(plane).to_numpy())
    near = spots.query(
        there.to_crs(plane).geometry.to_numpy(), predicate="dwithin", distance=SAME_PLACE_M
    )[0]
    same = there[f.NAME].isin(names).to_numpy()
    same[near] = True
    joined = gpd.GeoDataFrame(
        pd.concat([own, there[~same].dropna(axis=1, how="all")], ignore_index=True), crs=4326
    )
    told = Problem(
        "warning", "stations_joined", "stations", file.file.name, count=len(own),
        value=str(int((~same).sum())), allowed=str(int(same.sum())),
    )  # fmt: skip
    return joined, told


def _osm_features(frame: gpd.GeoDataFrame) -> list[OsmFeature]:
    """Return the rows of a file whose columns are OpenStreetMap tags as features."""
    ids = [c for c in ("@id", "osm_id", "osmid", "id") if c in frame.columns]
    kind = next((c for c in ("element", "element_type", "@type") if c in frame.columns), None)
    columns = [c for c in frame.columns if c not in (f.GEOMETRY, f.SOURCE_ROW, kind, *ids)]
    features = []
    for row in frame.to_dict("records"):
        tags = {str(c): normal(row[c]) for c in columns if row[c] is not None and pd.notna(row[c])}
        identity = str(row[ids[0]]) if ids else str(row[f.SOURCE_ROW])
        prefix = str(row[kind])[0] if kind else ""
        features.append(OsmFeature(prefix + identity, tags, row[f.GEOMETRY]))
    return features


def _town_toml(
    name: str,
    origin: str,
    attribution: str,
    terrain: str,
    layers: tuple[str, ...],
) -> str:
    lines = [
        f"# {_one_line(origin)}",
        f"name = {_quoted(name)}",
        f"attribution = {_quoted(attribution)}",
        'rules = "china-2026"',
        'datum = "wgs84"',
        *([f"terrain = {_quoted(terrain)}"] if terrain else []),
        "",
    ]
    for layer in (layer for layer in SCHEMAS if layer in layers):
        lines += [f"[layers.{layer}]", f'file = "{LAYERS_FILE}"', f'layer = "{layer}"', ""]
    for key, scenario in DEFAULT_SCENARIOS.items():
        label = ", ".join(f"{lang} = {_quoted(said)}" for lang, said in scenario.label.items())
        time = scenario.time.strftime("%H:%M:%S")
        lines += [f"[scenarios.{key}]", f"label = {{ {label} }}", f"time = {time}"]
        lines += [f'day = "{scenario.day}"', ""]
    return "\n".join(lines)


def _quoted(text: str) -> str:
    return json.dumps(_one_line(text), ensure_ascii=False)


def _one_line(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)
