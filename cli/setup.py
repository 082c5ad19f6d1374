"""Make a town folder and check it."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence, Sized
from dataclasses import asdict, replace
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import click
import typer

from ..geo.words import (
    Datum,
    InputError,
    OutputError,
    Problem,
    Reference,
    TownError,
    label,
    read_reference,
    text,
    whole_file,
)
from .committee import assess
from .options import LangOption, Language, TownArgument, both
from .screen import by_urgency, say, show_accounts, show_problems, steps

if TYPE_CHECKING:
    from ..geo.founding import LayerFile
    from ..geo.ground import Cross

SHOWN = 20  # of what the ledgers lack, on the screen; the list and --json hold all


class Size(StrEnum):
    """Sizes of the demo town."""

    village = "village"
    town = "town"
    district = "district"
    city = "city"


class Crossing(StrEnum):
    """What holds where lanes cross without a common vertex."""

    APART = "apart"
    JOIN = "join"
    ASK = "ask"


def _file(help_key: str, flag: str) -> object:
    return typer.Option(flag, metavar="FILE", help=both(help_key))


def _layer(help_key: str, flag: str) -> object:
    return typer.Option(flag, metavar="FILE[:LAYER]", help=both(help_key))


Datums = Annotated[
    list[str] | None, typer.Option("--datum", metavar="[LAYER=]DATUM", help=both("cli.datum"))
]
Encoding = Annotated[
    str | None, typer.Option("--encoding", metavar="NAME", help=both("cli.encoding"))
]
Only = Annotated[list[str] | None, typer.Option("--only", metavar="LAYER", help=both("cli.only"))]


def demo(
    folder: Annotated[Path, typer.Argument(metavar="[DIR]", help=both("cli.demo_dir"))] = Path(
        "weizhan-demo"
    ),
    size: Annotated[Size, typer.Option("--size", help=both("cli.size"))] = Size.town,
    seed: Annotated[int, typer.Option("--seed", min=0, help=both("cli.seed"))] = 1,
    no_assess: Annotated[bool, typer.Option("--no-assess", help=both("cli.no_assess"))] = False,
    lang: LangOption = Language.zh,
) -> None:
    """Make the demo town and run the whole job on it."""
    with steps(lang.value) as step:
        step("step.compile")
        from ..data.demo import make_demo
        from ..data.demo_ledgers import AS_OF

        make_demo(folder, size=size.value, seed=seed, with_ledgers=True, progress=step)
    if no_assess:
        say("cli.demo_date", lang.value, date=AS_OF.isoformat())
        return
    out = folder.with_name(f"{folder.name}-out")
    assess(folder, out=out, date=AS_OF.isoformat(), lang=lang)
    say("cli.demo_date", lang.value, date=AS_OF.isoformat())


def new(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help=both("cli.new_dir"))],
    osm: Annotated[Path | None, _file("cli.osm", "--osm")] = None,
    place: Annotated[
        str | None, typer.Option("--place", metavar="NAME", help=both("cli.place"))
    ] = None,
    buildings: Annotated[str | None, _layer("cli.buildings", "--buildings")] = None,
    lanes: Annotated[str | None, _layer("cli.lanes_file", "--lanes")] = None,
    stations: Annotated[str | None, _layer("cli.stations", "--stations")] = None,
    communities: Annotated[str | None, _layer("cli.communities", "--communities")] = None,
    terrain: Annotated[Path | None, _file("cli.terrain", "--terrain")] = None,
    files: Annotated[
        Path | None, typer.Option("--files", metavar="FOLDER", help=both("cli.new_files"))
    ] = None,
    cross: Annotated[Crossing, typer.Option("--cross", help=both("cli.cross"))] = Crossing.APART,
    datum: Datums = None,
    encoding: Encoding = None,
    only: Only = None,
    lang: LangOption = Language.zh,
) -> None:
    """Make a town folder from OpenStreetMap or from files."""
    with steps(lang.value) as step:
        step("step.compile")
        from ..geo.founding import OSM_ATTRIBUTION, found_town, layers_of_extract, layers_of_files
        from ..geo.rules import TOWN_FILE

    given = {"buildings": buildings, "lanes": lanes, "stations": stations,
             "communities": communities}  # fmt: skip
    layer_files = _layer_files(given, datum or [], encoding)
    base = {"buildings", "lanes"} & set(layer_files)
    if (folder / TOWN_FILE).exists():
        raise InputError("error.new_there", folder=folder)
    if files is not None:
        if osm or place or layer_files or terrain:
            raise InputError("error.new_files_alone")
        _new_of_files(folder, files, lang)
        return
    if [osm is not None, place is not None, bool(base)].count(True) != 1 or len(base) == 1:
        raise InputError("error.new_needs")
    with steps(lang.value) as step:
        step("step.read_osm" if not base else "step.read_buildings")
        layers = {}
        problems: list[Problem] = []
        if not base:
            from ..geo.osm import read_osm

            if osm is not None:
                extract = read_osm(osm)
            else:
                from ..geo.osm import read_place

                extract = read_place(str(place))
            layers = layers_of_extract(extract)
            problems += extract.problems
        found = layers_of_files(layer_files, base=layers, only=only or [])
        found = replace(found, problems=(*problems, *found.problems))
    names = ", ".join(file.file.name for file in layer_files.values())
    write = partial(
        found_town,
        folder,
        found,
        name=folder.name,
        origin=str(osm.name if osm else place or names),
        attribution="" if base else OSM_ATTRIBUTION,
        terrain=terrain,
        sound=True,
    )
    try:
        with steps(lang.value) as step:
            step("step.write")
            examined = write(cross=cross.value)
    except TownError as error:
        if {p.code for p in error.problems if p.severity == "error"} != {"lanes_cross_ask"}:
            raise
        if not sys.stdin.isatty():
            raise
        examined = write(cross=_asked(error.problems, lang))
    show_accounts(found.accounts, lang.value)
    if examined is not None:
        show_problems(examined.problems, lang.value)
    say("cli.new_done", lang.value, folder=folder)
    _say_missing(folder, found.layers, lang)
    say("cli.new_next", lang.value, folder=folder)


def _new_of_files(folder: Path, given: Path, lang: Language) -> None:
    """Make a town of whatever lies in a folder, and say what each file was taken for."""
    from ..geo.handed_over import found_from_files

    if not given.is_dir():
        raise InputError("error.folder_missing", folder=given)
    with steps(lang.value) as step:
        found = found_from_files(folder, given, name=folder.name, progress=step)
    for one in found:
        if one.sort in ("layer", "ledger"):
            what = label(f"{one.sort}_name", one.name, lang.value)
        else:
            what = text(f"cli.new_sort_{one.sort}", lang.value)
        said = one.error.message(lang.value) if one.error else what
        say("cli.new_taken", lang.value, file=one.file.name, what=said)
    say("cli.new_done", lang.value, folder=folder)
    say("cli.new_check", lang.value, folder=folder)


def add(
    folder: TownArgument,
    buildings: Annotated[str | None, _layer("cli.buildings", "--buildings")] = None,
    lanes: Annotated[str | None, _layer("cli.lanes_file", "--lanes")] = None,
    stations: Annotated[str | None, _layer("cli.stations", "--stations")] = None,
    communities: Annotated[str | None, _layer("cli.communities", "--communities")] = None,
    water: Annotated[str | None, _layer("cli.water", "--water")] = None,
    layer: Annotated[
        list[str] | None, typer.Option("--layer", metavar="LAYER=FILE", help=both("cli.add_layer"))
    ] = None,
    datum: Datums = None,
    encoding: Encoding = None,
    only: Only = None,
    lang: LangOption = Language.zh,
) -> None:
    """Add a layer to a town, or features to a layer that it has."""
    with steps(lang.value) as step:
        step("step.compile")
        from ..geo.moving import add_to_town
        from ..geo.tables import SCHEMAS

    given = {"buildings": buildings, "lanes": lanes, "stations": stations,
             "communities": communities, "water": water}  # fmt: skip
    for option in layer or []:
        name, equals, file = option.partition("=")
        if not equals or name not in SCHEMAS:
            raise InputError("error.add_layer", value=option, allowed=", ".join(SCHEMAS))
        given[name] = file
    files = _layer_files(given, datum or [], encoding)
    if not files:
        raise InputError("error.add_needs", allowed=", ".join(SCHEMAS))
    with steps(lang.value) as step:
        step("step.read_buildings")
        accounts, examined = add_to_town(folder, files, only=only or [])
    show_accounts(accounts, lang.value)
    show_problems(examined.problems, lang.value)
    say("cli.add_done", lang.value, folder=folder, layers=", ".join(files))


def _asked(problems: Sequence[Problem], lang: Language) -> Cross:
    """Ask what holds where lanes cross."""
    show_problems((p for p in problems if p.code == "lanes_cross_ask"), lang.value)
    choices = click.Choice([Crossing.JOIN.value, Crossing.APART.value])
    answer: Cross = typer.prompt("--cross", type=choices)
    return answer


def _say_missing(folder: Path, layers: Mapping[str, Sized], lang: Language) -> None:
    """Say how layers that the answer needs are added, where they are missing."""
    for layer in ("stations", "communities"):
        if layer not in layers or not len(layers[layer]):
            say(f"cli.new_lacks_{layer}", lang.value, folder=folder)


def check(
    folder: TownArgument,
    as_json: Annotated[bool, typer.Option("--json", help=both("cli.json"))] = False,
    doctor_folder: Annotated[
        Path | None, typer.Option("--doctor", metavar="FOLDER", help=both("cli.check_doctor"))
    ] = None,
    to_complete: Annotated[
        Path | None,
        typer.Option("--to-complete", metavar="FILE", help=both("cli.check_to_complete")),
    ] = None,
    lang: LangOption = Language.zh,
) -> None:
    """Tell all problems of all layers and ledgers; mark them in the user's own workbooks."""
    with steps(lang.value) as step:
        step("step.compile")
        from ..geo.ledgers import open_problems
        from ..geo.tables import doctor_tables
        from ..geo.town import examine_town

        examined = examine_town(folder, progress=step)
        waiting = open_problems(folder)
        problems = (*examined.problems, *waiting)
        marked = []
        if doctor_folder is not None:
            step("step.doctor")
            marked = doctor_tables(folder, problems, doctor_folder, lang=lang.value)
    errors = sum(problem.severity == "error" for problem in problems)
    if as_json:
        record = {
            "errors": errors,
            "files": [asdict(account) for account in examined.accounts],
            "problems": [p.as_record() for p in by_urgency(problems)],
        }
        escaped = (sys.stdout.encoding or "").lower() != "utf-8"  # a GBK pipe loses no letter
        sys.stdout.write(json.dumps(record, ensure_ascii=escaped, indent=1) + "\n")
    else:
        show_accounts(examined.accounts, lang.value)
        show_problems((*examined.problems, *waiting[:SHOWN]), lang.value)
        if len(waiting) > SHOWN:
            say("cli.import_ledger_more", lang.value, count=len(waiting) - SHOWN)
        count = {
            s: sum(p.severity == s for p in problems) for s in ("error", "warning", "repaired")
        }
        for file in marked:
            say("cli.import_ledger_marked", lang.value, file=file)
        if doctor_folder is not None and not marked:
            say("cli.check_healthy", lang.value)
        say("cli.check_done", lang.value, **count)
    if to_complete is not None:
        _write_to_complete(folder, to_complete, lang)
    if errors:
        raise typer.Exit(1)


def _write_to_complete(folder: Path, file: Path, lang: Language) -> None:
    """Write the list of what the ledgers lack; what somebody filled in is never written over."""
    from ..maps.books import completion_book

    if file.exists():
        raise OutputError("error.doctor_exists", file=file)
    book = completion_book(folder, lang=lang.value)
    if book is None:
        say("cli.to_complete_nothing", lang.value)
        return
    whole_file(file, book)
    say("cli.to_complete_written", lang.value, file=file, folder=folder)


def _layer_files(
    given: Mapping[str, str | None], datums: list[str], encoding: str | None
) -> dict[str, LayerFile]:
    """Read ``FILE`` and ``FILE:LAYER`` with their datums."""
    from ..geo.founding import LayerFile

    stated = _references(datums)
    files = {}
    for name, said in given.items():
        if said is None:
            continue
        file, layer = Path(said), None
        head, colon, tail = said.rpartition(":")
        if colon and not file.exists() and Path(head).exists():
            file, layer = Path(head), tail
        reference = stated.get(name)
        datum, plane = (reference.datum, reference.plane) if reference else (None, None)
        files[name] = LayerFile(file, datum, plane, layer, encoding)
    return files


def _references(options: list[str]) -> dict[str, Reference]:
    """Read ``--datum gcj02`` (for every file) and ``--datum stations=cgcs2000:117``."""
    from ..geo.tables import SCHEMAS

    found: dict[str, Reference] = {}
    for option in options:
        layer, _, name = option.rpartition("=")
        reference = read_reference(name)
        if reference is None or (layer and layer not in SCHEMAS):
            raise InputError("error.datum_option", value=option, allowed=", ".join(Datum))
        for target in (layer,) if layer else SCHEMAS:
            if layer or target not in found:
                found[target] = reference
    return found
