"""A town moves between a folder and a PostgreSQL server, the same to the value, whole or not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pyogrio
import tomlkit

from .founding import LayerFile, add_layers, copied_layer
from .ledgers import pull_archive, push_archive
from .postgis import (
    LAYERS_FILE,
    ServerAddress,
    fetch_files,
    file_on_server,
    files_on_server,
    inside,
    keep_file,
    lock,
    make_files,
    make_layers,
    make_schema,
    open_to,
    read_stored_layer,
    server_of,
    session,
    stored_layers,
    write_stored_layer,
)
from .rules import CALIBRATION_FILE, IMPORT_FILE, LayerSource, TownConfig, load_rules, read_config
from .snapshots import SNAPSHOTS
from .tables import (
    SCHEMAS,
    Account,
    columns_found,
    load_sheet,
    read_corrections,
    read_layer,
    write_layers,
)
from .town import Examined
from .words import (
    TOWN_FILE,
    Datum,
    InputError,
    OutputError,
    Problem,
    problems_text,
    read_problems,
    whole_file,
    whole_folder,
)

if TYPE_CHECKING:
    from sqlalchemy import Connection


def push_town(
    folder: Path,
    address: ServerAddress,
    *,
    readers: Sequence[str] = (),
    writers: Sequence[str] = (),
    at: dt.datetime | None = None,
) -> dict[str, int]:
    """Copy a town from its folder to a server: layers, ledgers, rules, what it keeps beside them.

    Layers become tables of PostGIS in EPSG:4326, with the columns and rows of the user's files;
    those that were in other files than ``layers.gpkg`` are named anew in the town's settings.

    Parameters
    ----------
    folder
        Of the town; it stays as it is.
    address
        Where no town is yet.
    readers, writers
        Roles of the server that may read it, or also import.
    at
        When this is done; now if not given.

    Returns
    -------
    dict
        How many features each layer has, and under ``ledgers`` how many rows they hold.

    Raises
    ------
    InputError
        When a layer cannot be read, a file lies outside the folder, there is a town already, or
        the folder's town stands on a server itself.
    OutputError
        When the server does not allow it; then nothing of it is there.
    """
    if server_of(folder) is not None:
        raise InputError("error.push_shared", folder=folder)
    config = read_config(folder)
    layers, settings, problems = stored_form(folder, config)
    files = {name: (folder / name).read_bytes() for name in _kept(folder, config)}
    files[TOWN_FILE] = settings
    if problems:
        told = [*read_problems(folder / IMPORT_FILE), *problems]
        files[IMPORT_FILE] = problems_text(told).encode()
    with session(address) as connection:
        make_schema(connection, address)
        make_files(connection, files)
        make_layers(connection)
        for layer, frame in layers.items():
            write_stored_layer(connection, address.schema, layer, frame)
        now = at or dt.datetime.now(dt.UTC).replace(tzinfo=None)
        rows = push_archive(folder, connection, address.schema, at=now)
        open_to(connection, address.schema, readers=readers, writers=writers)
    return {**{layer: len(frame) for layer, frame in layers.items()}, "ledgers": rows}


def push_settings(folder: Path, address: ServerAddress) -> list[str]:
    """Change the settings of a town on a server to those of a folder.

    Where its layers come from and how ledgers were read stays as the server says it, since others
    may have added to it meanwhile; all else of ``town.toml``, and the files that it names, are
    taken from the folder.

    Parameters
    ----------
    folder
        Of the town, as `pull_town` made it, with what was changed in it.
    address
        Of the town.

    Returns
    -------
    list of str
        The files that were sent.

    Raises
    ------
    InputError, TownError
        When the settings are not allowed; the server's stay.
    OutputError
        When the server does not allow it.
    """
    if server_of(folder) is not None:
        raise InputError("error.push_shared", folder=folder)
    own: Any = tomlkit.parse((folder / TOWN_FILE).read_text(encoding="utf-8-sig"))
    with session(address) as connection, TemporaryDirectory() as tried:
        lock(connection, "town_files")
        before = file_on_server(connection, TOWN_FILE)
        if before is None:
            raise InputError("error.database_no_town", address=address)
        there: Any = tomlkit.parse(before.decode("utf-8-sig"))
        for part in ("layers", "imports"):
            own.pop(part, None)
            if part in there:
                own[part] = there[part]
        settings = tomlkit.dumps(own).encode()
        (Path(tried) / TOWN_FILE).write_bytes(settings)
        config = read_config(Path(tried))
        load_rules(config.rules, override=config.override)
        kept = [n for n in _kept(folder, config) if n not in (IMPORT_FILE, CALIBRATION_FILE)]
        sent = [name for name in kept if not name.startswith(f"{SNAPSHOTS}/")]
        for name in sent:
            keep_file(connection, name, (folder / name).read_bytes())
        keep_file(connection, TOWN_FILE, settings)
    return [TOWN_FILE, *sent]


def pull_town(address: ServerAddress, folder: Path, *, shared: bool = False) -> dict[str, int]:
    """Copy a town from a server into a new folder, or make a folder that works on the server.

    Parameters
    ----------
    address
        Of the town.
    folder
        New, or empty.
    shared
        Whether the town stays on the server: ``town.toml`` then only names it, and every command
        reads from there and writes there.

    Returns
    -------
    dict
        As `push_town`; empty for a town that stays where it is.

    Raises
    ------
    InputError
        When there is no town.
    OutputError
        When the folder holds anything, or the server does not answer; nothing is left behind.
    """
    with whole_folder(folder) as unfinished:
        if shared:
            named = f"database = {tomlkit.item(str(address)).as_string()}\n"
            whole_file(unfinished / TOWN_FILE, named)
            fetch_files(unfinished, address)
            return {}
        with session(address, reads=True) as connection:
            return _pulled(connection, address, unfinished)


def _pulled(connection: Connection, address: ServerAddress, folder: Path) -> dict[str, int]:
    if file_on_server(connection, TOWN_FILE) is None:
        raise InputError("error.database_no_town", address=address)
    for name, content in files_on_server(connection).items():
        file = folder / inside(name)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    config = read_config(folder)
    named = [s.layer or layer for layer, s in config.layers.items() if s.file == LAYERS_FILE]
    names = dict.fromkeys([*named, *stored_layers(connection, address.schema)])
    layers = {name: read_stored_layer(connection, address.schema, name) for name in names}
    write_layers(folder / LAYERS_FILE, layers)
    rows = pull_archive(connection, address.schema, folder)
    return {**{name: len(frame) for name, frame in layers.items()}, "ledgers": rows}


def add_to_town(
    folder: Path, files: Mapping[str, LayerFile], *, only: Collection[str] = ()
) -> tuple[tuple[Account, ...], Examined]:
    """Add layers to a town, in its folder or on its server; the town is sound, or as it was.

    On a server the layers are tried on a copy, and become tables beside those that are there. Who
    changed the town's settings meanwhile is not written over.

    Parameters
    ----------
    folder, files, only
        As in `weizhan.geo.founding.add_layers`.

    Returns
    -------
    accounts, examined
        As there.

    Raises
    ------
    InputError, TownError
        As there.
    OutputError
        When the server does not allow it, or somebody else changed the settings meanwhile.
    """
    address = server_of(folder)
    if address is None:
        return add_layers(folder, files, only=only)
    with TemporaryDirectory() as name:
        copy = Path(name) / folder.absolute().name
        pull_town(address, copy)
        before = (copy / TOWN_FILE).read_bytes()
        accounts, examined = add_layers(copy, files, only=only)
        told = (copy / IMPORT_FILE).read_bytes()
        config = read_config(copy)
        with session(address) as connection:
            lock(connection, "town_files")
            if file_on_server(connection, TOWN_FILE) != before:
                raise OutputError("error.database_changed", address=address)
            taken = set(stored_layers(connection, address.schema))
            entries = {}
            for layer in files:
                source = config.layers[layer]
                stored = next(n for n in _numbered(layer) if n not in taken)
                frame = pyogrio.read_dataframe(copy / source.file, layer=source.layer)
                write_stored_layer(connection, address.schema, stored, frame)
                entries[layer] = source.model_copy(update={"file": LAYERS_FILE, "layer": stored})
            keep_file(connection, TOWN_FILE, _renamed(before, entries))
            keep_file(connection, IMPORT_FILE, told)
    return accounts, examined


def _numbered(layer: str) -> Iterator[str]:
    yield layer
    yield from (f"{layer}_{number}" for number in count(2))


def stored_form(
    folder: Path, config: TownConfig
) -> tuple[dict[str, gpd.GeoDataFrame], bytes, list[Problem]]:
    """Return a town as if all its layers had come into ``layers.gpkg``.

    Parameters
    ----------
    folder
        Of the town.
    config
        Its settings.

    Returns
    -------
    layers
        By name in ``layers.gpkg``, each in a coordinate system with an EPSG code.
    settings
        ``town.toml`` that names them so; the same bytes where it did already.
    problems
        What was found when other files were read.
    """
    settings = (folder / TOWN_FILE).read_bytes()
    corrections = read_corrections(folder)
    layers: dict[str, gpd.GeoDataFrame] = {}
    problems: list[Problem] = []
    entries: dict[str, LayerSource] = {}
    # Those of layers.gpkg keep their names, and no other takes one of them.
    taken = {s.layer or layer for layer, s in config.layers.items() if s.file == LAYERS_FILE}
    for layer in config.layers:
        source = config.source(layer)
        mended = any(one.layer == layer and not one.undone for one in corrections)
        raw = _as_it_is(folder / LAYERS_FILE, source.layer or layer, source)
        if raw is not None and not mended:
            layers[source.layer or layer] = raw
            continue
        name = source.origin or source.file
        sheet = read_layer(  # what was corrected by hand travels as the value that counts
            folder / source.file, source, schema=SCHEMAS[layer], name=name, corrections=corrections
        )
        _, account, _ = load_sheet(sheet, SCHEMAS[layer], stated=source.columns, file=name)
        problems += sheet.problems
        columns = columns_found(account.headers)
        columns.pop("geometry", None)  # the copy has a geometry of its own
        stored = next(n for n in _numbered(layer) if n not in taken)
        layers[stored] = copied_layer(sheet.table.drop(columns=[*sheet.placed]), is_copy=True)
        declared = source.datum is not None or source.plane is not None
        entries[layer] = LayerSource(
            file=LAYERS_FILE, layer=stored, origin=name, columns=columns,
            datum=Datum.WGS84 if declared else None, ledgers=source.ledgers,
        )  # fmt: skip
    return layers, _renamed(settings, entries), problems


def _as_it_is(file: Path, layer: str, source: LayerSource) -> gpd.GeoDataFrame | None:
    """Return a layer of ``layers.gpkg`` as it is; None where it must be brought over."""
    if source.file != LAYERS_FILE or not file.exists():
        return None
    if layer not in pyogrio.list_layers(file)[:, 0]:
        return None
    frame = pyogrio.read_dataframe(file, layer=layer)
    known = isinstance(frame, gpd.GeoDataFrame) and frame.crs is not None
    return frame if known and frame.crs.to_epsg() is not None else None


def _renamed(settings: bytes, entries: dict[str, LayerSource]) -> bytes:
    """Return ``town.toml`` with layers named anew; all else keeps its place and its comments."""
    if not entries:
        return settings
    document: Any = tomlkit.parse(settings.decode("utf-8-sig"))
    tables = document.setdefault("layers", tomlkit.table(is_super_table=True))
    for layer, source in entries.items():
        said = source.model_dump(mode="json", exclude_defaults=True, exclude_none=True)
        tables[layer] = tomlkit.item(said)
    return tomlkit.dumps(document).encode()


def _kept(folder: Path, config: TownConfig) -> list[str]:
    """Return the files that travel with a town beside its layers and ledgers, if they are there."""
    named = [config.terrain, config.arrivals, *(entry.file for entry in config.checklists)]
    named += [ledger.file for source in config.layers.values() for ledger in source.ledgers]
    named += [IMPORT_FILE, CALIBRATION_FILE]
    frozen = sorted(p for p in (folder / SNAPSHOTS).rglob("*") if p.is_file())
    named += [p.relative_to(folder).as_posix() for p in frozen]
    return [n for n in dict.fromkeys(filter(None, named)) if (folder / inside(n)).is_file()]
