"""What inspectors ask for: rounds, route sheets, the workbook to hand out."""

from __future__ import annotations

import datetime as dt
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..geo.words import (
    AlertLevel,
    InputError,
    Vehicle,
    is_announced,
    label,
    passed_over,
    text,
    whole_folder,
)
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
    import pandas as pd

    from ..coverage.assessment import Assessment
    from ..coverage.rounds import RoundKind
    from ..geo.town import Town

MOST_DAYS = 31
MOST_SITES = 400  # more than any team visits in a month; keeps the search short


def _option(name: str, flag: str, metavar: str) -> object:
    return typer.Option(flag, metavar=metavar, help=both(f"cli.{name}"))


def rounds(
    folder: TownArgument,
    kind: Annotated[str, _option("round_kind", "--kind", "KIND")],
    out: OutOption,
    scenario: ScenarioOption = None,
    date: DateOption = None,
    first: Annotated[str | None, _option("round_from", "--from", "YYYY-MM-DD")] = None,
    days: Annotated[int, _option("round_days", "--days", "N")] = 1,
    teams: Annotated[Path | None, _option("round_teams", "--teams", "FILE")] = None,
    inspectors: Annotated[
        int, typer.Option("--inspectors", min=1, max=50, help=both("cli.round_inspectors"))
    ] = 1,
    vehicle: Annotated[str, _option("round_vehicle", "--vehicle", "NAME")] = "foot",
    community: Annotated[str | None, _option("round_community", "--community", "NAME")] = None,
    grid: Annotated[str | None, _option("round_grid", "--grid", "NAME")] = None,
    sites: Annotated[
        int | None, typer.Option("--sites", min=1, max=MOST_SITES, help=both("cli.round_sites"))
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help=both("cli.round_seed"))] = 1,
    alert: Annotated[str, _option("round_alert", "--alert", "LEVEL")] = "normal",
    keep: Annotated[Path | None, _option("round_keep", "--keep", "FILE")] = None,
    paper: Annotated[str, _option("round_paper", "--paper", "SIZE")] = "a4",
    large: Annotated[bool, typer.Option("--large", help=both("cli.round_large"))] = False,
    list_left_out: Annotated[
        bool, typer.Option("--list-left-out", help=both("cli.round_list_left_out"))
    ] = False,
    xlsform: Annotated[bool, typer.Option("--xlsform", help=both("cli.round_xlsform"))] = False,
    qfield: Annotated[bool, typer.Option("--qfield", help=both("cli.round_qfield"))] = False,
    lang: LangOption = Language.zh,
) -> None:
    """Plan rounds; write route sheets, the workbook to hand out, and what is left out."""
    with steps(lang.value) as step:
        step("step.compile")
        from ..coverage.assessment import Part, assess
        from ..coverage.rounds import Landmarks, default_teams, plan_drawn, plan_rounds, visits_for
        from ..coverage.rounds import reasons_to_visit as why
        from ..geo.teams import WORKING, read_teams
        from ..geo.town import load_town
        from ..maps.paper import SIZES, Paper, SheetSource
        from ..maps.results import names_in, read_promises, write_forms, write_rounds

        _among(kind, list(why.RoundKind), "error.round_kind")
        _among(alert, list(AlertLevel), "error.round_kind")
        _among(paper, list(SIZES), "error.paper_size")
        _among(vehicle, list(WORKING), "error.vehicle_working")
        if not 1 <= days <= MOST_DAYS:
            raise InputError("error.days_wrong", most=MOST_DAYS)
        chosen = why.RoundKind(kind)
        if chosen == why.RoundKind.COMMUNITY and community is None and grid is None:
            raise InputError("error.round_needs_place")
        promised = None if keep is None else read_promises(keep)
        with whole_folder(out, may_hold=names_in(out)) as unfinished:
            town = load_town(folder, progress=step)
            rule = town.rules.rounds
            named = text("paper.team_numbered", lang.value, number="{number}")
            skills = tuple(dict.fromkeys(s for wanted in rule.skills.values() for s in wanted))
            resting = chosen is why.RoundKind.HOLIDAY
            hours = rule.holiday_hours if resting else rule.hours
            crew = (
                default_teams(inspectors, Vehicle(vehicle), hours=hours, named=named)
                if teams is None
                else read_teams(teams, hours=hours, skills=skills)
            )
            inside = None if community is None else _community(town, community)
            houses = None if grid is None else _grid(town, grid)
            today = day_of(date or first)  # what is due is told as of the first day
            begin = today if first is None else day_of(first)
            found = assess(town, scenario=scenario, date=today.isoformat(), progress=step)
            listed = {Part.CLOSURES} if chosen is why.RoundKind.LANES else set()
            found = found.only(Part.RISK, *listed)
            _ = found.buildings, found.lanes
            step("step.reasons")
            facts = why.read_facts(
                folder,
                found,
                town.rules,
                on=today,
                alert=AlertLevel(alert),
                workdays=town.workdays,
            )
            going = (
                [begin + dt.timedelta(days=k) for k in range(days)]
                if resting
                else town.workdays.first(days, start=begin)
            )
            where: dict[str, Any] = {"community": inside, "grid": houses, "seed": seed}
            plan = partial(
                plan_rounds, conditions=found.moment.conditions(), promised=promised, seed=seed
            )
            if chosen is why.RoundKind.OPEN_SECRET and sites is None:

                def drawn(size: int) -> pd.DataFrame:
                    return why.reasons_to_visit(chosen, facts, sample=size, **where)

                if drawn(1).empty:
                    raise _empty(chosen, found)
                step("step.rounds")
                reasons, planned = plan_drawn(
                    drawn, town, facts.cases, crew, going, most=MOST_SITES, plan=plan
                )
            else:
                reasons = why.reasons_to_visit(chosen, facts, sample=sites, **where)
                visits = visits_for(reasons, town, facts.cases)[: sites or MOST_SITES]
                if not visits:
                    raise _empty(chosen, found)
                step("step.rounds")
                planned = plan(town, visits, crew, going)
            step("step.sheets")
            ground = SheetSource(found, facts.cases, Landmarks.of(town))
            write_rounds(
                planned, ground, unfinished, kind=chosen, first=begin,
                paper=Paper(paper, large=large, left_out=list_left_out), reasons=reasons,
                lang=lang.value,
            )  # fmt: skip
            write_forms(
                planned, ground, unfinished, kind=chosen, first=begin, xlsform=xlsform,
                qfield=qfield, lang=lang.value,
            )  # fmt: skip
    say_problems(town.problems, lang.value, folder=folder)
    if rest := passed_over(going, start=begin):
        say("cli.rounds_rest", lang.value, days=", ".join(day.isoformat() for day in rest))
    if planned.idle:
        idle = ", ".join(day.isoformat() for day in planned.idle)
        say("cli.rounds_idle", lang.value, days=idle)
    if not all(map(is_announced, going)):
        say("cli.rounds_unannounced", lang.value, year=going[-1].year)
    say("cli.rounds_done", lang.value, rounds=len(planned.rounds),
        stops=sum(len(r.stops) for r in planned.rounds), left=len(planned.left_out),
        book=out / "round.xlsx")  # fmt: skip


def _empty(kind: RoundKind, found: Assessment) -> InputError:
    named = f"{label('round_kind', kind)}/{kind}"
    return InputError(_why_empty(kind, found), kind=named)


def _why_empty(kind: RoundKind, found: Assessment) -> str:
    """Return what is said of a round with nowhere to go: what it goes by may not be known."""
    from ..maps.voice import lanes_unknown

    if kind == "lanes" and lanes_unknown(found, "zh"):
        return "error.round_lanes_unknown"
    by_cases = kind in ("look_back", "joint", "listed")
    if by_cases and found.moment.town.ledgers.hazards.empty:
        return "error.round_no_ledger"
    return "error.round_empty"


def _among(value: str, allowed: list[str], key: str) -> None:
    if value not in allowed:
        raise InputError(key, value=value, allowed=", ".join(allowed))


def _community(town: Town, told: str) -> str:
    frame = town.communities
    same = frame[(frame[f.COMMUNITY_ID] == told) | (frame[f.NAME] == told)]
    if same.empty:
        names = "、".join(frame[f.NAME].fillna(frame[f.COMMUNITY_ID]))
        raise InputError("error.round_place", what="社区/community", value=told, allowed=names)
    return str(same[f.COMMUNITY_ID].iloc[0])


def _grid(town: Town, told: str) -> pd.Index:
    import pandas as pd

    frame = town.grids
    same = frame[(frame[f.GRID_ID] == told) | (frame[f.NAME] == told)]
    if same.empty:
        names = "、".join(frame[f.NAME].fillna(frame[f.GRID_ID]).astype(str)[:20])
        raise InputError("error.round_place", what="网格/grid", value=told, allowed=names)
    middle = town.buildings.geometry.centroid
    houses: pd.Index = pd.Index(
        town.buildings.loc[middle.within(same.geometry.iloc[0]), f.BUILDING_ID]
    )
    return houses
