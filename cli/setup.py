"""Make a town folder and check it."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ..geo.founding import (
    OSM_ATTRIBUTION,
    LayerFile,
    found_town,
    layers_of_extract,
    layers_of_files,
)
from ..geo.tables import SCHEMAS, doctor_tables
from ..geo.town import examine_town
from ..geo.words import Datum, InputError, Problem
from .committee import assess
from .options import LangOption, Language, TownArgument, both
from .screen import by_urgency, say, show_accounts, show_problems, steps


class Size(StrEnum):
    """Sizes of the demo town."""

    village = "village"
    town = "town"
    district = "district"


def _file(help_key: str, flag: str) -> object:
    return typer.Option(flag, metavar="FILE", help=both(help_key))


def demo(
    folder: Annotated[Path, typer.Argument(metavar="[DIR]", help=both("cli.demo_dir"))] = Path(
        "weizhan-demo"
    ),
    size: Annotated[Size, typer.Option("--size", help=both("cli.size"))] = Size.town,
    seed: Annotated[int, typer.Option("--seed", min=0, help=both("cli.seed"))] = 1,
    lang: LangOption = Language.zh,
) -> None:
    """Make the demo town and run the whole job on it."""
    from ..data.demo import make_demo
    from ..data.demo_ledgers import AS_OF, import_demo_ledgers

    with steps(lang.value) as step:
        step("step.demo")
        make_demo(folder, size=size.value, seed=seed)
        step("step.demo_ledgers")
        import_demo_ledgers(folder)
    out = folder.with_name(f"{folder.name}-out")
    assess(folder, out=out, date=AS_OF.isoformat(), lang=lang)
    say("cli.demo_date", lang.value, date=AS_OF.isoformat())


def new(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help=both("cli.new_dir"))],
    osm: Annotated[Path | None, _file("cli.osm", "--osm")] = None,
    place: Annotated[
        str | None, typer.Option("--place", metavar="NAME", help=both("cli.place"))
    ] = None,
    buildings: Annotated[Path | None, _file("cli.buildings", "--buildings")] = None,
    lanes: Annotated[Path | None, _file("cli.lanes_file", "--lanes")] = None,
    stations: Annotated[Path | None, _file("cli.stations", "--stations")] = None,
    communities: Annotated[Path | None, _file("cli.communities", "--communities")] = None,
    terrain: Annotated[Path | None, _file("cli.terrain", "--terrain")] = None,
    datum: Annotated[
        list[str] | None, typer.Option("--datum", metavar="[LAYER=]DATUM", help=both("cli.datum"))
    ] = None,
    lang: LangOption = Language.zh,
) -> None:
    """Make a town folder from OpenStreetMap or from files."""
    given = {
        layer: file
        for layer, file in {
            "buildings": buildings,
            "lanes": lanes,
            "stations": stations,
            "communities": communities,
        }.items()
        if file is not None
    }
    base = {"buildings", "lanes"} & set(given)
    if [osm is not None, place is not None, bool(base)].count(True) != 1 or len(base) == 1:
        raise InputError("error.new_needs")
    datums = _datums(datum or [])
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
        files = {layer: LayerFile(file, datums.get(layer)) for layer, file in given.items()}
        read, found = layers_of_files(files, base=layers)
        problems += found
        step("step.write")
        origin = osm.name if osm else place or ", ".join(file.name for file in given.values())
        found_town(
            folder,
            {**layers, **read},
            name=folder.name,
            origin=str(origin),
            attribution="" if base else OSM_ATTRIBUTION,
            terrain=terrain,
            problems=problems,
        )
    say("cli.new_done", lang.value, folder=folder)
    examined = examine_town(folder)
    show_accounts(examined.accounts, lang.value)
    show_problems(examined.problems, lang.value)
    if any(problem.severity == "error" for problem in examined.problems):
        raise typer.Exit(1)
    say("cli.new_next", lang.value, folder=folder)


def check(
    folder: TownArgument,
    as_json: Annotated[bool, typer.Option("--json", help=both("cli.json"))] = False,
    doctor_folder: Annotated[
        Path | None, typer.Option("--doctor", metavar="FOLDER", help=both("cli.check_doctor"))
    ] = None,
    lang: LangOption = Language.zh,
) -> None:
    """Tell all problems of all layers at once; mark them in the user's own workbooks."""
    with steps(lang.value) as step:
        examined = examine_town(folder, progress=step)
        problems = examined.problems
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
        sys.stdout.write(json.dumps(record, ensure_ascii=False, indent=1) + "\n")
    else:
        show_accounts(examined.accounts, lang.value)
        show_problems(problems, lang.value)
        count = {
            s: sum(p.severity == s for p in problems) for s in ("error", "warning", "repaired")
        }
        for file in marked:
            say("cli.import_ledger_marked", lang.value, file=file)
        if doctor_folder is not None and not marked:
            say("cli.check_healthy", lang.value)
        say("cli.check_done", lang.value, **count)
    if errors:
        raise typer.Exit(1)


def _datums(options: list[str]) -> dict[str, Datum]:
    """Read ``--datum gcj02`` (for every file) and ``--datum stations=gcj02``."""
    found: dict[str, Datum] = {}
    for option in options:
        layer, _, name = option.rpartition("=")
        if name not in list(Datum) or (layer and layer not in SCHEMAS):
            raise InputError("error.datum_option", value=option, allowed=", ".join(Datum))
        for target in (layer,) if layer else SCHEMAS:
            if layer or target not in found:
                found[target] = Datum(name)
    return found
