"""Paper for walls and folders: stations, communities, lanes, key buildings."""

from __future__ import annotations

from typing import Annotated

import typer

from ..geo.town import load_town
from ..geo.words import InputError, text, whole_folder
from ..geo.words import fields as f
from .options import (
    DateOption,
    LangOption,
    Language,
    OutOption,
    ScenarioOption,
    TownArgument,
    both,
    day_of,
)
from .screen import say, say_problems, steps

NAMES = {
    "stations": "stations.pdf",
    "wall": "wall-maps.pdf",
    "passages": "passages.pdf",
    "pre_plans": "pre-plans.pdf",
    "cases": "cases.pdf",
}
# What each shows of an assessment beyond response; see `weizhan.coverage.assessment.Part`.
PARTS = {
    "stations": ("closures",),
    "wall": ("closures", "risk"),
    "passages": ("closures",),
    "pre_plans": ("risk",),
    "cases": ("risk",),
}


def sheets(
    folder: TownArgument,
    out: OutOption,
    only: Annotated[
        str | None, typer.Option("--only", metavar="NAMES", help=both("cli.sheets_only"))
    ] = None,
    building: Annotated[
        list[str] | None,
        typer.Option("--building", metavar="ID", help=both("cli.sheets_building")),
    ] = None,
    most: Annotated[int, typer.Option("--most", min=1, max=500, help=both("cli.sheets_most"))] = 50,
    scenario: ScenarioOption = None,
    date: DateOption = None,
    lang: LangOption = Language.zh,
) -> None:
    """Print the papers of a town."""
    wanted = list(NAMES) if only is None else [name.strip() for name in only.split(",")]
    strange = [name for name in wanted if name not in NAMES]
    if strange:
        raise InputError("error.sheets_unknown", value=", ".join(strange), allowed=", ".join(NAMES))
    with steps(lang.value) as step:
        step("step.compile")
        from ..coverage.assessment import Part, assess
        from ..coverage.review import located_cases, with_community
        from ..coverage.rounds import Landmarks, read_facts
        from ..coverage.time_bands import response_by_band
        from ..maps.paper import (
            SheetSource,
            case_sheets,
            key_buildings,
            passage_report,
            pre_plans,
            report_pdf,
            station_sheets,
            wall_maps,
        )

        with whole_folder(out, may_hold=list(NAMES.values())) as unfinished:
            town = load_town(folder, progress=step)
            today = day_of(date)
            ids = town.buildings[f.BUILDING_ID]
            lost = [key for key in building or () if key not in set(ids)]
            if lost:
                raise InputError("error.building_unknown", value=", ".join(lost))
            shown = {Part(part) for name in wanted for part in PARTS[name]}
            found = assess(town, scenario=scenario, date=today.isoformat(), progress=step)
            found = found.only(*shown)
            cases = read_facts(folder, found, town.rules, on=today).cases
            ground = SheetSource(found, cases, Landmarks.of(town))
            step("step.sheets")
            made = {}
            if "stations" in wanted and len(found.stations):
                made["stations"] = station_sheets(ground, lang=lang.value)
            if "wall" in wanted and len(found.communities):
                made["wall"] = wall_maps(ground, lang=lang.value)
            if "passages" in wanted:
                made["passages"] = passage_report(ground, lang=lang.value)
            rows = ids.index[ids.isin(building)] if building else key_buildings(found, most=most)
            if "pre_plans" in wanted and len(rows):
                bands = response_by_band(town, on=today)
                made["pre_plans"] = pre_plans(ground, rows, bands, town.scenarios, lang=lang.value)
            if "cases" in wanted:
                named = with_community(found.buildings, found.communities)
                placed = SheetSource(found, located_cases(town, named, day=today), ground.landmarks)
                report = case_sheets(placed, town.ledgers.events, lang=lang.value)
                if report is not None:
                    made["cases"] = report_pdf(report, lang=lang.value)
            empty = [name for name in wanted if name not in made]
            for name, content in made.items():
                (unfinished / NAMES[name]).write_bytes(content)
    say_problems(town.problems, lang.value, folder=folder)
    for name in empty:
        say(
            "cli.sheets_none",
            lang.value,
            file=NAMES[name],
            why=text(f"sheets_none.{name}", lang.value),
        )
    say("cli.sheets_done", lang.value, files="、".join(str(out / NAMES[name]) for name in made))
