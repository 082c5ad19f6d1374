"""A new town folder from OpenStreetMap, or from files of layers."""

from __future__ import annotations

import json
import shutil
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import tomlkit

from .datum_check import check_datum
from .ground import Cross
from .layer_loading import layer_of
from .ledgers import SAME_PLACE_M
from .osm import LAYER_TAGS, OsmExtract, features_of_table, is_osm_table, layers_from
from .postgis import LAYERS_FILE
from .rules import DEFAULT_SCENARIOS, IMPORT_FILE, TOWN_FILE, LayerSource, read_config
from .tables import SCHEMAS, Account, columns_found, load_sheet, read_layer, readable, write_layers
from .town import Examined, examine_town
from .words import (
    Datum,
    InputError,
    Problem,
    TownError,
    read_problems,
    whole_file,
    whole_folder,
    write_problems,
)
from .words import fields as f

OSM_ATTRIBUTION = "© OpenStreetMap contributors, ODbL"


@dataclass(frozen=True, slots=True)
class LayerFile:
    """A file that holds one layer, and what its coordinates refer to if that was declared.

    ``layer`` is chosen from a file with several; ``encoding`` is that of its texts.
    """

    file: Path
    datum: Datum | None = None
    plane: int | None = None
    layer: str | None = None
    encoding: str | None = None

    @property
    def source(self) -> LayerSource:
        """The same as ``town.toml`` says it."""
        return LayerSource(
            file=self.file.name,
            datum=self.datum,
            plane=self.plane,
            layer=self.layer,
            encoding=self.encoding,
        )


@dataclass(frozen=True)
class Founding:
    """What a new town is made of.

    Attributes
    ----------
    layers
        In EPSG:4326: as they are in the user's files, or with the columns of their schemas.
    sources
        Of layers from the user's own files: how they were called there, for messages.
    accounts
        What became of every header and row of those files.
    problems
        What was found on the way.
    """

    layers: Mapping[str, gpd.GeoDataFrame]
    sources: Mapping[str, LayerSource] = field(default_factory=dict)
    accounts: tuple[Account, ...] = ()
    problems: tuple[Problem, ...] = ()


def found_town(
    folder: Path,
    founding: Founding,
    *,
    name: str,
    origin: str,
    attribution: str = "",
    terrain: Path | None = None,
    cross: Cross = "apart",
    sound: bool = False,
) -> Examined | None:
    """Write a town folder: ``town.toml`` and one GeoPackage with the layers.

    Parameters
    ----------
    folder
        New, or empty.
    founding
        The layers; empty ones are left out. What was found on the way is kept in the folder, so
        that every check tells it again.
    name
        Of the town.
    origin
        Where the layers come from: said in ``town.toml``, and in messages about layers that
        ``founding.sources`` does not name.
    attribution
        What the owner of the data wants to be said on every page.
    terrain
        A raster of heights, copied into the folder, from which missing slopes are read.
    cross
        Whether lanes that cross without a common vertex meet; see `weizhan.geo.ground.network`.
    sound
        Whether only a town that can be assessed is left behind.

    Returns
    -------
    Examined
        The town as it was read back, if it was to be sound.

    Raises
    ------
    OutputError
        When the folder holds anything, or cannot be written to.
    TownError
        When the town was to be sound and something must be mended; nothing is left behind.
    """
    held = {layer: frame for layer, frame in founding.layers.items() if len(frame)}
    examined = None
    with whole_folder(folder) as unfinished:
        write_layers(
            unfinished / LAYERS_FILE,
            {
                layer: copied_layer(frame, layer in founding.sources)
                for layer, frame in held.items()
            },
        )
        if terrain is not None:
            readable(terrain)
            shutil.copyfile(terrain, unfinished / terrain.name)
        raster = terrain.name if terrain is not None else ""
        sources = {
            layer: founding.sources.get(
                layer, LayerSource(file="", origin=origin, datum=Datum.WGS84)
            )
            for layer in SCHEMAS
            if layer in held
        }
        text = town_toml(name, origin, attribution, raster, cross, sources)
        (unfinished / TOWN_FILE).write_text(text, encoding="utf-8")
        write_problems(unfinished / IMPORT_FILE, founding.problems)
        if sound:
            examined = examine_town(unfinished)
            if examined.town is None:
                raise TownError(examined.problems)
    return examined


def copied_layer(frame: gpd.GeoDataFrame, is_copy: bool) -> gpd.GeoDataFrame:
    """Return a layer as it is written; a copy of the user's file keeps its row numbers."""
    rows = frame.get(f.SOURCE_ROW)
    frame = frame.drop(columns=f.SOURCE_ROW, errors="ignore")
    if not is_copy or rows is None:
        return frame
    mixed = {
        name: frame[name].map(_cell_text, na_action="ignore")
        for name in frame.columns
        if name != f.GEOMETRY and frame[name].dtype == object
    }
    return frame.assign(**mixed, **{f.ORIGIN_ROW: rows})


def _cell_text(cell: object) -> str:
    """Return a cell of a spreadsheet as text, since a column of a GeoPackage holds one kind."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def layers_of_extract(extract: OsmExtract) -> dict[str, gpd.GeoDataFrame]:
    """Return the layers of an OpenStreetMap extract.

    Raises
    ------
    InputError
        When it has no buildings or no lanes; says what it has.
    """
    missing = [layer for layer in LAYER_TAGS if extract.layers[layer].empty]
    if missing:
        counts = ", ".join(f"{layer}: {len(frame)}" for layer, frame in extract.layers.items())
        raise InputError("error.extract_lacks", layers=", ".join(missing), counts=counts)
    return dict(extract.layers)


def layers_of_files(
    files: Mapping[str, LayerFile],
    *,
    base: Mapping[str, gpd.GeoDataFrame],
    only: Collection[str] = (),
) -> Founding:
    """Read layers from files, each with its own columns, in EPSG:4326, and lay them over others.

    Files that carry OpenStreetMap tags as columns, as QuickOSM, overpass turbo, ogr2ogr, osmnx
    and Geofabrik write them, are read as such. A file of points whose datum was not declared is
    held against buildings and lanes: if another datum fits, or none can be told and the file
    declares no coordinate system itself, it is refused with a proposal.

    Parameters
    ----------
    files
        By layer.
    base
        Layers that are there already, as those of an OpenStreetMap extract or of a town.
    only
        Layers of which the file replaces what is there; stations otherwise add to it.

    Raises
    ------
    InputError
        When a file cannot be read, or its datum must be declared.
    TownError
        When rows or values must be mended; carries every problem of every file.
    """
    layers = dict(base)
    problems: list[Problem] = []
    errors: list[Problem] = []
    accounts: list[Account] = []
    sources: dict[str, LayerSource] = {}
    for layer, given in files.items():
        sheet = read_layer(given.file, given.source, schema=SCHEMAS[layer])
        if is_osm_table(sheet.table, layer):
            read, wrong = layers_from(features_of_table(sheet.table, layer), file=given.file.name)
            layers[layer] = read[layer]
            problems += [*sheet.problems, *wrong]
            if read[layer].empty:
                errors.append(Problem("error", "layer_empty", layer, given.file.name))
            for other in ("barriers", "water"):
                if len(read[other]) and other not in files and other not in layers:
                    layers[other] = read[other]
            continue
        _, account, wrong = load_sheet(sheet, SCHEMAS[layer], stated={}, file=given.file.name)
        problems += sheet.problems  # what is wrong in cells is found again when the copy is read
        errors += [p for p in wrong if p.severity == "error" and p not in sheet.problems]
        accounts.append(account)
        columns = columns_found(account.headers)
        columns.pop(f.GEOMETRY, None)  # the copy has a geometry of its own
        frame = sheet.table
        there = base.get(layer)
        if layer in ADDED and there is not None and len(there) and layer not in only:
            frame, told = _joined(layer, frame, there, columns, given)
            problems.append(told)
            columns = {}
        layers[layer] = frame
        stated = given.datum is not None or given.plane is not None
        sources[layer] = LayerSource(
            file=LAYERS_FILE,
            layer=layer,
            origin=given.file.name,
            columns=columns,
            datum=Datum.WGS84 if stated else None,  # to which the file was brought
        )
    errors += [problem for problem in problems if problem.severity == "error"]
    if errors:
        raise TownError(errors)
    for layer, given in files.items():
        if given.datum is None and given.plane is None and layer not in LAYER_TAGS:
            check_datum(given.file, layers[layer], layers)
    return Founding(layers, sources, tuple(accounts), tuple(problems))


def add_layers(
    folder: Path, files: Mapping[str, LayerFile], *, only: Collection[str] = ()
) -> tuple[tuple[Account, ...], Examined]:
    """Add layers to a town folder, or features to layers that it has.

    Each layer becomes a GeoPackage of its own beside what is there, and ``town.toml`` names it;
    what it named before is left as it is.

    Parameters
    ----------
    folder
        Of the town.
    files
        By layer.
    only
        Layers of which the file replaces what is there; stations and water otherwise add to it.

    Returns
    -------
    accounts
        What became of every header and row of the files.
    examined
        The town with the layers.

    Raises
    ------
    InputError
        When a file cannot be read, or its datum must be declared.
    TownError
        When something must be mended, in the files or in the town with them; the town is then as
        it was.
    """
    config = read_config(folder)
    there = {layer: layer_of(folder, config, layer) for layer in config.layers}
    found = layers_of_files(files, base=there, only=only)
    settings = folder / TOWN_FILE
    before = settings.read_bytes()
    fresh: list[Path] = []
    try:
        document = tomlkit.parse(before.decode("utf-8-sig"))
        tables = document.setdefault("layers", tomlkit.table(is_super_table=True))
        for layer in files:
            target = _free(folder, layer)
            fresh.append(target)
            source = found.sources.get(layer, LayerSource(file="", datum=Datum.WGS84))
            write_layers(target, {layer: copied_layer(found.layers[layer], layer in found.sources)})
            named = source.model_copy(update={"file": target.name, "layer": layer})
            said = named.model_dump(mode="json", exclude_defaults=True, exclude_none=True)
            tables[layer] = tomlkit.item(said)
        whole_file(settings, tomlkit.dumps(document))
        examined = examine_town(folder)
        if examined.town is None:
            raise TownError(examined.problems)
    except BaseException:
        settings.write_bytes(before)
        for file in fresh:
            file.unlink(missing_ok=True)
        raise
    told = [*read_problems(folder / IMPORT_FILE), *found.problems]
    write_problems(folder / IMPORT_FILE, told)
    return found.accounts, examined


def _free(folder: Path, layer: str) -> Path:
    """Return a file of a town folder that is not there yet: ``stations.gpkg``."""
    names = (f"{layer}{number}.gpkg" for number in ("", *range(2, 10_000)))
    return next(folder / name for name in names if not (folder / name).exists())


ADDED = frozenset({"stations", "water"})  # layers to which a file adds


def _joined(
    layer: str,
    given: gpd.GeoDataFrame,
    there: gpd.GeoDataFrame,
    columns: Mapping[str, str],
    file: LayerFile,
) -> tuple[gpd.GeoDataFrame, Problem]:
    """Add a user's features to those of the map; of two that are one the user's counts."""
    own = given.rename(columns={header: name for name, header in columns.items()}).to_crs(4326)
    there = there.drop(columns=f.SOURCE_ROW, errors="ignore").to_crs(4326)
    identity = SCHEMAS[layer].identity
    if identity not in own:  # numbered by its rows, and never like one that is there
        taken = set(there[identity].astype(str))
        numbers = own[f.SOURCE_ROW].astype(str)
        own[identity] = [f"{file.file.stem}-{n}" if n in taken else n for n in numbers]
    names = set(own[f.NAME].dropna()) if f.NAME in own else set()
    plane = there.estimate_utm_crs()
    spots = shapely.STRtree(own.geometry[own.geometry.notna()].to_crs(plane).to_numpy())
    near = spots.query(
        there.to_crs(plane).geometry.to_numpy(), predicate="dwithin", distance=SAME_PLACE_M
    )[0]
    same = there[f.NAME].isin(names).to_numpy()
    same[near] = True
    rest = there[~same].dropna(axis=1, how="all")
    last = int(own[f.SOURCE_ROW].max())
    rest = rest.assign(**{f.SOURCE_ROW: np.arange(last + 1, last + 1 + len(rest))})
    joined = gpd.GeoDataFrame(pd.concat([own, rest], ignore_index=True), crs=4326)
    told = Problem(
        "warning", "stations_joined", layer, file.file.name, count=len(own),
        value=str(int((~same).sum())), allowed=str(int(same.sum())),
    )  # fmt: skip
    return joined, told


def town_toml(
    name: str,
    origin: str,
    attribution: str,
    terrain: str,
    cross: Cross,
    sources: Mapping[str, LayerSource],
) -> str:
    """Return the settings of a new town.

    Parameters
    ----------
    name, origin, attribution, cross
        As for `found_town`.
    terrain
        Name of the raster in the folder, empty without one.
    sources
        Of the layers in ``layers.gpkg``.
    """
    lines = [
        f"# {_one_line(origin)}",
        f"name = {_quoted(name)}",
        f"attribution = {_quoted(attribution)}",
        'rules = "china-2026"',
        *([f"terrain = {_quoted(terrain)}"] if terrain else []),
        *([f'cross = "{cross}"'] if cross != "apart" else []),
        "",
    ]
    for layer, source in sources.items():
        lines += [f"[layers.{layer}]", f'file = "{LAYERS_FILE}"', f'layer = "{layer}"']
        if source.datum is not None:
            lines.append(f'datum = "{source.datum}"')
        if source.origin:
            lines.append(f"origin = {_quoted(source.origin)}")
        told = [f"{name} = {_quoted(header)}" for name, header in source.columns.items()]
        lines += [f"columns = {{ {', '.join(told)} }}", ""] if told else [""]
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
