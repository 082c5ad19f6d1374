"""What planners ask for: where the next stations go, what they buy, and how sure that is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..geo.words import Datum, InputError, whole_folder
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
    from ..coverage.siting import Candidates
    from ..geo.town import Town
    from ..geo.wishes import Wishes


def _file(name: str, flag: str) -> object:
    return typer.Option(flag, metavar="FILE", help=both(f"cli.site_{name}"))


def site(
    folder: TownArgument,
    out: OutOption,
    stations: Annotated[
        int | None, typer.Option("--stations", min=0, help=both("cli.site_stations"))
    ] = None,
    budget: Annotated[
        float | None, typer.Option("--budget", metavar="YUAN", help=both("cli.site_budget"))
    ] = None,
    target: Annotated[
        float | None, typer.Option("--target", metavar="SHARE", help=both("cli.site_target"))
    ] = None,
    scenario: ScenarioOption = None,
    must: Annotated[Path | None, _file("must", "--must")] = None,
    plan: Annotated[Path | None, _file("own", "--plan")] = None,
    candidates: Annotated[Path | None, _file("candidates", "--candidates")] = None,
    datum: Annotated[
        str | None, typer.Option("--datum", metavar="DATUM", help=both("cli.site_datum"))
    ] = None,
    grid: Annotated[
        float | None, typer.Option("--grid", metavar="METRES", help=both("cli.site_grid"))
    ] = None,
    weight: Annotated[
        str | None, typer.Option("--weight", metavar="WHAT", help=both("cli.site_weight"))
    ] = None,
    wishes: Annotated[Path | None, _file("wishes", "--wishes")] = None,
    after: Annotated[Path | None, _file("after", "--after")] = None,
    draws: Annotated[int, typer.Option("--draws", min=0, help=both("cli.site_draws"))] = 200,
    seed: Annotated[int, typer.Option("--seed", min=0, help=both("cli.site_seed"))] = 1,
    time_limit: Annotated[
        float, typer.Option("--time-limit", min=1, metavar="SECONDS", help=both("cli.site_time"))
    ] = 180.0,
    date: DateOption = None,
    lang: LangOption = Language.zh,
) -> None:
    """Find the best plan; write the page, the workbook, the layers, the plan and its proof."""
    declared = declared_datum(datum)
    if candidates is not None and grid is not None:
        raise InputError("error.site_one_list")
    day = day_of(date)
    with steps(lang.value) as step:
        step("step.compile")
        from ..coverage.siting import Request, check_request, study_sites
        from ..geo.candidate_list import read_identities
        from ..geo.plan import merged, planned, read_plan, write_plan
        from ..geo.town import load_town
        from ..maps.results import SITING_NAMES, write_siting
        from ..maps.voice import cautions, headline

        wished = _wishes(wishes, weight)
        check_request(Request(stations=stations, budget=budget, target=target))
        own = None if plan is None else read_plan(plan)
        base = None if after is None else read_plan(after)
        with whole_folder(out, may_hold=SITING_NAMES) as unfinished:
            town = load_town(folder, progress=step)
            if base is not None:
                town = planned(town, base)
                scenario = scenario or base.scenario
            found = candidates_of(town, candidates, grid, declared)
            ids = town.buildings[f.BUILDING_ID]
            request = Request(
                stations=stations,
                budget=budget,
                target=target,
                must=() if must is None else tuple(read_identities(must, "buildings", ids)),
                own=own,
                draws=draws,
                seed=seed,
                time_limit_s=time_limit,
            )
            answer = study_sites(
                town, found, request, wishes=wished, scenario=scenario, day=day, progress=step
            )
            write_siting(answer, unfinished, lang=lang.value, progress=step)
            if base is not None:  # the plan of a page is one file: what was given and what is new
                write_plan(merged([base, answer.plan]), unfinished / "best.plan.json")
    for said in (headline(answer, lang.value), *cautions(answer, lang.value)):
        say("cli.site_found", lang.value, headline=said)
    say_problems(town.problems, lang.value, folder=folder)
    say("cli.site_done", lang.value, page=out / "siting.html", plan=out / "best.plan.json")


def _wishes(file: Path | None, weight: str | None) -> Wishes:
    from ..geo.wishes import Wishes, read_wishes

    wished = Wishes() if file is None else read_wishes(file)
    if weight is None:
        return wished
    if weight not in ("risk", "people", "count"):
        raise InputError("error.site_weight", value=weight)
    return wished.model_copy(update={"weight": weight})


def declared_datum(datum: str | None) -> Datum | None:
    """Return the datum that an option names."""
    if datum is not None and datum not in list(Datum):
        raise InputError("error.datum_unknown", value=datum, allowed=", ".join(Datum))
    return None if datum is None else Datum(datum)


def candidates_of(
    town: Town, file: Path | None, grid: float | None, datum: Datum | None
) -> Candidates:
    """Return where a station could go: a list, places on lanes, or the hosts of the layers."""
    from ..coverage.siting import candidates as places
    from ..geo.candidate_list import read_candidates

    if file is not None:
        layers = {"buildings": town.buildings, "lanes": town.lanes}
        listed = read_candidates(file, layers, datum=datum)
        return places.listed_candidates(town, listed, file=file.name)
    if grid is not None:
        return places.lane_candidates(town, spacing_m=grid)
    return places.host_candidates(town)
