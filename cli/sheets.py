"""Paper for walls and folders: stations, communities, lanes, key buildings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

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

if TYPE_CHECKING:
    from ..geo.town import Town
    from ..maps.paper import Event

NAMES = {
    "stations": "stations.pdf",
    "wall": "wall-maps.pdf",
    "communities": "communities.pdf",
    "passages": "passages.pdf",
    "pre_plans": "pre-plans.pdf",
    "cases": "cases.pdf",
    "gatherings": "gatherings.pdf",
}
# the same as Word files, for offices to edit
WORD = {"cases": "cases.docx", "gatherings": "gatherings.docx"}
# What each shows of an assessment beyond response; see `weizhan.coverage.assessment.Part`.
PARTS = {
    "stations": ("closures",),
    "wall": ("closures", "risk"),
    "communities": ("risk", "cases"),
    "passages": ("closures",),
    "pre_plans": ("risk",),
    "cases": ("risk",),
    "gatherings": (),  # each event is assessed on its own day
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
        from ..geo.town import load_town
        from ..maps.paper import (
            SheetSource,
            case_sheets,
            community_sheets,
            gathering_sheets,
            key_buildings,
            passage_report,
            pre_plans,
            report_pdf,
            report_word,
            station_sheets,
            wall_maps,
        )

        with whole_folder(out, may_hold=[*NAMES.values(), *WORD.values()]) as unfinished:
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
            made, word, left = {}, {}, 0
            if "stations" in wanted and len(found.stations):
                made["stations"] = station_sheets(ground, lang=lang.value)
            if "wall" in wanted and len(found.communities):
                made["wall"] = wall_maps(ground, lang=lang.value)
            if "communities" in wanted and len(found.communities):
                made["communities"] = community_sheets(ground, lang=lang.value)
            if "passages" in wanted:
                made["passages"] = passage_report(ground, lang=lang.value)
            if "pre_plans" in wanted:
                asked = ids.index[ids.isin(building or ())]
                chosen = asked if building else key_buildings(found)
                rows = chosen if building else chosen[:most]
                left = len(chosen) - len(rows)
                if len(rows):
                    bands = response_by_band(town, on=today)
                    made["pre_plans"] = pre_plans(
                        ground, rows, bands, town.scenarios, lang=lang.value
                    )
            if "cases" in wanted:
                named = with_community(found.buildings, found.communities)
                placed = SheetSource(found, located_cases(town, named, day=today), ground.landmarks)
                told = town.ledgers
                report = case_sheets(placed, told.events, told.notices, lang=lang.value)
                if report is not None:
                    made["cases"] = report_pdf(report, lang=lang.value)
                    word["cases"] = report_word(report, lang=lang.value)
            if "gatherings" in wanted and (events := _events(folder, town, today, step)):
                report = gathering_sheets(events, on=today, lang=lang.value)
                made["gatherings"] = report_pdf(report, lang=lang.value)
                word["gatherings"] = report_word(report, lang=lang.value)
            empty = [name for name in wanted if name not in made]
            for name, content in made.items():
                (unfinished / NAMES[name]).write_bytes(content)
            for name, content in word.items():
                (unfinished / WORD[name]).write_bytes(content)
    say_problems(town.problems, lang.value, folder=folder)
    for name in empty:
        say(
            "cli.sheets_none",
            lang.value,
            file=NAMES[name],
            why=text(f"sheets_none.{name}", lang.value),
        )
    if left:
        say("cli.sheets_cut", lang.value, shown=most, left=left)
    say("cli.sheets_done", lang.value, files="、".join(str(out / NAMES[name]) for name in made))


def _events(folder: Path, town: Town, today: dt.date, step: Callable[[str], None]) -> list[Event]:
    """Return the events that are not over, each assessed on its first day, or today if later."""
    from ..coverage.assessment import Part, assess
    from ..coverage.cases import overdue
    from ..coverage.places import surrounding
    from ..coverage.rounds import read_facts
    from ..maps.paper import Event

    events = []
    ahead = [event for event in town.gatherings if event.last >= today]
    for event in sorted(ahead, key=lambda event: (event.first, event.name)):
        day = max(event.first, today)
        found = assess(town, scenario=event.scenario, date=day.isoformat(), progress=step)
        found = found.only(Part.CLOSURES, Part.RISK, Part.CASES)
        near = surrounding(event, town, found.buildings, found.lanes)
        cases = read_facts(folder, found, town.rules, on=day).cases
        late = overdue(cases, on=day, workdays=town.workdays).set_index("key")["days_overdue"]
        cases = cases.assign(days_overdue=cases["key"].map(late))
        events.append(Event(near, found, cases))
    return events
