"""What a committee asks for: the cheapest thing to do, over all that could be done at once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, get_args

import typer

from ..geo.words import InputError, whole_folder
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
from .siting import candidates_of, declared_datum

if TYPE_CHECKING:
    from ..geo.plan import Plan


def _file(name: str, flag: str) -> object:
    return typer.Option(flag, metavar="FILE", help=both(f"cli.{name}"))


def _ids(name: str, flag: str) -> object:
    return typer.Option(flag, metavar="ID", help=both(f"cli.{name}"))


def measures(
    folder: TownArgument,
    out: OutOption,
    budget: Annotated[
        float | None, typer.Option("--budget", metavar="YUAN", help=both("cli.measures_budget"))
    ] = None,
    target: Annotated[
        float | None, typer.Option("--target", metavar="SHARE", help=both("cli.measures_target"))
    ] = None,
    yardstick: Annotated[
        str,
        typer.Option(
            "--yardstick", metavar="late|minutes|harm", help=both("cli.measures_yardstick")
        ),
    ] = "late",
    equity: Annotated[
        str,
        typer.Option("--equity", metavar="equal|worst|need", help=both("cli.measures_equity")),
    ] = "equal",
    listed: Annotated[Path | None, _file("measures_listed", "--measures")] = None,
    only_listed: Annotated[
        bool, typer.Option("--only-listed", help=both("cli.measures_only"))
    ] = False,
    candidates: Annotated[Path | None, _file("site_candidates", "--candidates")] = None,
    datum: Annotated[
        str | None, typer.Option("--datum", metavar="DATUM", help=both("cli.site_datum"))
    ] = None,
    grid: Annotated[
        float | None, typer.Option("--grid", metavar="METRES", help=both("cli.site_grid"))
    ] = None,
    must: Annotated[list[str] | None, _ids("measures_must", "--must")] = None,
    forbid: Annotated[list[str] | None, _ids("measures_forbid", "--forbid")] = None,
    plan: Annotated[list[Path] | None, _file("measures_others", "--plan")] = None,
    scenario: ScenarioOption = None,
    draws: Annotated[int, typer.Option("--draws", min=0, help=both("cli.measures_draws"))] = 20,
    seed: Annotated[int, typer.Option("--seed", min=0, help=both("cli.site_seed"))] = 1,
    time_limit: Annotated[
        float, typer.Option("--time-limit", min=1, metavar="SECONDS", help=both("cli.site_time"))
    ] = 180.0,
    date: DateOption = None,
    lang: LangOption = Language.zh,
) -> None:
    """Find the best plan of measures; write the page, the workbook, the sheet and its proof."""
    day = day_of(date)
    with steps(lang.value) as step:
        step("step.compile")
        from ..coverage.measures import (
            Equity,
            MeasuresRequest,
            Offer,
            Yardstick,
            check_request,
            study_town_measures,
        )
        from ..geo.measure_list import read_measures
        from ..geo.town import load_town
        from ..maps.results import MEASURES_NAMES, write_measures
        from ..maps.voice import measures_cautions, measures_headline

        _one_of("yardstick", yardstick, get_args(Yardstick))
        _one_of("equity", equity, get_args(Equity))
        if only_listed and listed is None:
            raise InputError("error.measures_only_listed")
        if only_listed and (candidates is not None or grid is not None):
            raise InputError("error.measures_only_alone")
        request = MeasuresRequest(
            budget=budget,
            target=target,
            yardstick=yardstick,  # type: ignore[arg-type]  # one of them
            equity=equity,  # type: ignore[arg-type]
            must=tuple(must or ()),
            forbidden=tuple(forbid or ()),
            draws=draws,
            seed=seed,
            time_limit_s=time_limit,
        )
        check_request(request)
        declared = declared_datum(datum)
        if candidates is not None and grid is not None:
            raise InputError("error.site_one_list")
        plans = _plans(plan or [])
        with whole_folder(out, may_hold=MEASURES_NAMES) as unfinished:
            town = load_town(folder, progress=step)
            own = () if listed is None else read_measures(listed, town)
            places = None if only_listed else candidates_of(town, candidates, grid, declared)
            offer = Offer(places, own, only_listed, plans)
            found = study_town_measures(
                town, offer, request, scenario=scenario, day=day, progress=step
            )
            write_measures(found, unfinished, lang=lang.value, progress=step)
    headline = measures_headline(found, lang.value)
    for said in (headline, *measures_cautions(found, lang.value)):
        say("cli.measures_found", lang.value, headline=said)
    say_problems(town.problems, lang.value, folder=folder)
    say(
        "cli.measures_done",
        lang.value,
        page=out / "measures.html",
        sheet=out / "measures.pdf",
        plan=out / "measures.plan.json",
    )


def _one_of(what: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise InputError(f"error.measures_{what}", value=value, allowed=", ".join(allowed))


def _plans(files: list[Path]) -> dict[str, Plan]:
    """Read plans of others; files of one name in two folders keep their folders."""
    from ..geo.plan import PLAN_ENDING, read_plan

    short = [file.name.removesuffix(PLAN_ENDING) for file in files]
    names = [
        one if short.count(one) == 1 else str(file) for one, file in zip(short, files, strict=True)
    ]
    return {name: read_plan(file) for name, file in zip(names, files, strict=True)}
