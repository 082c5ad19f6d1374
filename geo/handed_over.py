"""A town made of the files that were handed over, whatever they are.

The files lie in the town's folder as they came, and ``town.toml`` names them: what a file was
taken for is changed there, by whoever looks, and every check reads them anew.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import tomlkit

from .founding import OSM_ATTRIBUTION, layers_of_extract, town_toml
from .osm import features_of_table, is_osm_table, layers_from, read_osm
from .postgis import server_of
from .rules import IMPORT_FILE, LayerSource, read_config
from .sorting import SortedFile, sort_files
from .tables import SCHEMAS, read_geodata, write_layers
from .words import (
    TOWN_FILE,
    Datum,
    InputError,
    Problem,
    read_problems,
    told_error,
    whole_file,
    whole_folder,
    write_problems,
)

GIVEN: Final = "数据"  # the folder of a town in which the files lie
FROM_OSM: Final = "地图.gpkg"  # in it: the layers of files with tags of OpenStreetMap


def found_from_files(
    folder: Path, given: Path, *, name: str, progress: Callable[[str], None] = lambda step: None
) -> list[SortedFile]:
    """Make a town folder of files; what cannot be told or read is kept and not used.

    Parameters
    ----------
    folder
        New, or empty.
    given
        A folder with the files, which are copied; archives are unpacked already.
    name
        Of the town.
    progress
        Called with the catalogue key of each step as it begins.

    Returns
    -------
    list
        What each file was taken for; files as they lie in the town.

    Raises
    ------
    InputError
        When there is no file.
    OutputError
        When the folder holds anything, or cannot be written to.
    """
    if not _files(given):
        raise InputError("error.handed_nothing")
    with whole_folder(folder) as unfinished:
        progress("step.copy")
        shutil.copytree(given, unfinished / GIVEN)
        (unfinished / TOWN_FILE).write_text(town_toml(name, name, "", "", "apart", {}) +
                                            "\n[layers]\n", encoding="utf-8")  # fmt: skip
        found = _taken(unfinished, _files(unfinished / GIVEN), progress)
    return [replace(one, file=folder / one.file.relative_to(unfinished)) for one in found]


def take_files(folder: Path, given: Path) -> list[SortedFile]:
    """Add files to a town: layers that it lacks are taken from them, the rest is for somebody.

    Parameters
    ----------
    folder
        Of the town.
    given
        A folder with the files, which are copied.

    Returns
    -------
    list
        What each new file was taken for.

    Raises
    ------
    InputError
        When there is no file, or one of that name lies there already.
    OutputError
        When the folder cannot be written to.
    """
    fresh = _files(given)
    if not fresh:
        raise InputError("error.handed_nothing")
    _not_shared(folder)
    targets = [folder / GIVEN / file.relative_to(given) for file in fresh]
    for target in targets:
        if target.exists():
            raise InputError("error.handed_twice", name=target.name)
    made: list[Path] = []
    try:
        for file, target in zip(fresh, targets, strict=True):
            target.parent.mkdir(parents=True, exist_ok=True)
            made.append(target)
            shutil.copyfile(file, target)
    except BaseException:
        for target in made:
            target.unlink(missing_ok=True)
        raise
    return _taken(folder, targets, lambda step: None)


def source_of(folder: Path, given: SortedFile) -> LayerSource:
    """Return a file as ``town.toml`` names it."""
    several = given.file.suffix.lower() == ".gpkg"
    return LayerSource(
        file=given.file.relative_to(folder).as_posix(), layer=given.layer if several else None
    )


def use_file(folder: Path, layer: str, source: LayerSource | None) -> None:
    """Let a layer of a town come from a file, or from none, see `use_files`."""
    use_files(folder, {layer: source})


def use_files(folder: Path, sources: Mapping[str, LayerSource | None]) -> None:
    """Let layers of a town come from files, all at once or not at all.

    Parameters
    ----------
    folder
        Of the town.
    sources
        By a key of `SCHEMAS` the file, and what is said of it; None takes the layer out.

    Raises
    ------
    InputError
        When there is no such layer or file.
    OutputError
        When the folder cannot be written to.
    """
    _not_shared(folder)
    document = _document(folder)
    tables = document.setdefault("layers", tomlkit.table())
    for layer, source in sources.items():
        if layer not in SCHEMAS:
            raise InputError("error.add_layer", value=layer, allowed=", ".join(SCHEMAS))
        if source is None:
            tables.pop(layer, None)
            continue
        file = folder / source.file
        if not file.is_file() or folder.resolve() not in file.resolve().parents:
            raise InputError("error.file_not_of_town", file=source.file)
        said = source.model_dump(mode="json", exclude_defaults=True, exclude_none=True)
        tables[layer] = tomlkit.item(said)
    whole_file(folder / TOWN_FILE, tomlkit.dumps(document))


def use_terrain(folder: Path, file: Path | None) -> None:
    """Let slopes be read from a raster of heights in the town's folder, or from none."""
    document = _document(folder)
    document.pop("terrain", None)
    if file is not None:
        said = file.relative_to(folder).as_posix()
        whole = {"name": document["name"], "terrain": said}
        document = tomlkit.parse(
            tomlkit.dumps(whole) + tomlkit.dumps({k: v for k, v in document.items() if k != "name"})
        )
    whole_file(folder / TOWN_FILE, tomlkit.dumps(document))


def _taken(
    folder: Path, files: Sequence[Path], progress: Callable[[str], None]
) -> list[SortedFile]:
    """Sort new files and use each for a layer that nothing else is used for."""
    progress("step.sort")
    found = sort_files(files)
    told: list[Problem] = []
    for one in found:
        if one.sort == "osm":
            progress("step.read_osm")
            try:
                extract = read_osm(one.file)
                _use_osm(folder, layers_of_extract(extract), one.file.name)
                told += extract.problems
            except InputError as error:
                told.append(told_error(error, "", one.file.name))
        elif one.sort == "terrain" and read_config(folder).terrain is None:
            use_terrain(folder, one.file)
    for one in sorted(found, key=lambda one: -one.rows):
        if one.sort != "layer" or one.name in read_config(folder).layers:
            continue
        osm = _osm_layers(one)
        if osm is not None:
            layers, problems = osm
            _use_osm(folder, {one.name: layers[one.name]}, one.file.name)
            told += problems
        else:
            use_file(folder, one.name, source_of(folder, one))
    if told:
        write_problems(folder / IMPORT_FILE, [*read_problems(folder / IMPORT_FILE), *told])
    return found


def _osm_layers(one: SortedFile) -> Any:
    """Return the layers of a file that carries tags as columns; None for any other."""
    if one.name not in ("buildings", "lanes") or one.layer is None:
        return None
    frame: Any = read_geodata(one.file, layer=one.layer)[0]
    if not is_osm_table(frame, one.name):
        return None
    return layers_from(features_of_table(frame.to_crs(4326), one.name), file=one.file.name)


def _use_osm(folder: Path, layers: dict[str, Any], origin: str) -> None:
    """Keep the layers of an extract as a GeoPackage, and use those that the town lacks."""
    config = read_config(folder)
    lacking = {k: v for k, v in layers.items() if k not in config.layers and len(v)}
    stem, ending = FROM_OSM.split(".")
    names = (FROM_OSM if n == 1 else f"{stem}{n}.{ending}" for n in range(1, 1000))
    target = next(folder / GIVEN / one for one in names if not (folder / GIVEN / one).exists())
    if not lacking:
        return
    write_layers(
        target, {k: v.drop(columns="source_row", errors="ignore") for k, v in lacking.items()}
    )
    for layer in lacking:
        use_file(
            folder,
            layer,
            LayerSource(
                file=target.relative_to(folder).as_posix(),
                layer=layer,
                origin=origin,
                datum=Datum.WGS84,
            ),
        )
    document = _document(folder)
    if not document.get("attribution"):
        document["attribution"] = OSM_ATTRIBUTION
        whole_file(folder / TOWN_FILE, tomlkit.dumps(document))


def _document(folder: Path) -> Any:
    return tomlkit.parse((folder / TOWN_FILE).read_text(encoding="utf-8-sig"))


def _files(given: Path) -> list[Path]:
    return sorted(p for p in given.rglob("*") if p.is_file()) if given.is_dir() else []


def _not_shared(folder: Path) -> None:
    if server_of(folder) is not None:
        raise InputError("error.handed_shared", folder=folder)
