"""What the committee asks for beyond the map: lists, look-alikes, single steps of a case."""

from __future__ import annotations

import datetime as dt
import json
from typing import Annotated, Any

import typer

from ..geo.words import (
    AlertLevel,
    HazardCode,
    HazardState,
    InputError,
    SupervisionLevel,
    Use,
    codes,
    label,
    whole_folder,
)
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

AlertOption = Annotated[AlertLevel, typer.Option("--alert", help=both("cli.alert"))]

PERIOD_DAYS = 91  # a quarter, where no first day is given


def risk(
    folder: TownArgument,
    out: OutOption,
    scenario: ScenarioOption = None,
    date: DateOption = None,
    start: Annotated[
        str | None, typer.Option("--start", metavar="YYYY-MM-DD", help=both("cli.start"))
    ] = None,
    alert: AlertOption = AlertLevel.NORMAL,
    funds: Annotated[
        float | None, typer.Option("--funds", min=0, metavar="YUAN", help=both("cli.risk_funds"))
    ] = None,
    lang: LangOption = Language.zh,
) -> None:
    """Write the lists of risk and of the closed loop."""
    with steps(lang.value) as step:
        step("step.compile")
        from ..coverage.assessment import Part, assess
        from ..coverage.cases import undated
        from ..coverage.review import (
            ListSource,
            duty_lists,
            lists_without_layer,
            lists_without_ledger,
            lists_without_use,
            mending_list,
            risk_lists,
            without_unknown_counts,
        )
        from ..coverage.risk import contours, heat
        from ..geo.town import load_town
        from ..maps.books import write_geopackage, write_lists
        from ..maps.voice import at_least

        day = day_of(date)
        first = day_of(start) if start else day - dt.timedelta(days=PERIOD_DAYS)
        if first > day:
            raise InputError("error.period_reversed", start=first, end=day)
        with whole_folder(out, may_hold=RISK_NAMES) as unfinished:
            town = load_town(folder, progress=step)
            found = assess(
                town, scenario=scenario, date=day.isoformat(), alert=alert, progress=step
            )
            found = found.only(Part.DRAWS, Part.RISK, Part.CASES).complete()
            step("step.lists")
            source = ListSource(found)
            lists = risk_lists(source, start=first)
            lists |= duty_lists(source, start=first)
            without_day = undated(source.cases)
            lists["mending"] = mending_list(source, funds=funds)
            unknown = lists_without_ledger(lists, town)
            bare = lists_without_layer(town)
            lists |= {name: lists[name].iloc[:0] for name in (*unknown, *bare)}
            lists = without_unknown_counts(lists, town)
            write_lists(unfinished, lists, lang=lang.value)
            layers = {
                "buildings": found.buildings,
                "clusters": source.clusters,
                "areas": source.areas,
                "area_wide": source.area_wide,
                "tasks": source.task_places,
            }
            warm = heat(source.fires, found.buildings, rules=town.rules.risk.heat)
            for kind in ("density", "ratio"):
                layers[f"heat_{kind}"] = contours(getattr(warm, kind), warm, found.buildings.crs)
            write_geopackage(unfinished / "risk.gpkg", layers, date=found.date)
            told = {
                "town": found.town, "simulated": found.simulated, "date": found.date,
                "start": first.isoformat(), "scenario": found.scenario, "rules": found.rules,
                "yardstick": found.yardstick.as_record(),
                "risk": found.summary["risk"], "notes": found.summary["notes"],
                "heat": {"bandwidth_m": warm.bandwidth_m, "how": warm.how, "cell_m": warm.cell_m,
                         "fires": warm.fires, "unit_density": "fires/km2",
                         "unit_ratio": "fires/building"},
                "rows": {name: len(table) for name, table in lists.items()},
            }  # fmt: skip
            said = json.dumps(told, ensure_ascii=False, indent=1, allow_nan=False)
            (unfinished / "summary.json").write_text(said + "\n", encoding="utf-8")
    for name in LISTS:
        told = {"file": f"{name}.csv", "count": len(lists[name]),
                "what": label("list_title", name, lang.value)}  # fmt: skip
        if name in unknown:
            ledger = label("ledger_name", unknown[name], lang.value)
            say("cli.risk_list_unknown", lang.value, ledger=ledger, **told)
        elif name in lists_without_use(town):
            say("cli.risk_list_no_use", lang.value, **told)
        elif name in bare:
            layer = label("layer_name", bare[name], lang.value)
            say("cli.risk_list_no_layer", lang.value, layer=layer, **told)
        elif name == "overdue" and len(without_day):
            rows = at_least(told["count"], len(without_day), str(told["count"]), lang.value)
            say("cli.risk_list_undated", lang.value, rows=rows, undated=len(without_day), **told)
        else:
            say("cli.risk_list", lang.value, **told)
    _calibrated(found.summary["risk"], lang)
    say_problems(town.problems, lang.value, folder=folder)
    say("cli.risk_done", lang.value, folder=out)


LISTS = ("risk", "devices", "device_targets", "due", "overdue", "listed", "look_back",
         "mismatches", "stock", "rates", "fires", "clusters", "areas", "sheds", "heat", "worry",
         "tasks", "progress", "units", "duties", "offices", "campaigns", "goals", "notices",
         "exposure", "investigations", "area_wide", "estates", "funding", "fire_offices",
         "community_work", "monitored", "sensors", "aerial", "hydrants", "busy",
         "mending")  # fmt: skip
RISK_NAMES = (*(f"{name}.csv" for name in LISTS), "risk.gpkg", "summary.json")


def _calibrated(figures: dict[str, Any], lang: Language) -> None:
    scaled = "uncalibrated" if figures["level_fires"] is None else "scaled"
    key = f"cli.risk_{'calibrated' if figures['calibrated'] else scaled}"
    say(key, lang.value, fires=figures["level_fires"])


def alike(
    folder: TownArgument,
    out: OutOption,
    fire: Annotated[
        str | None, typer.Option("--fire", metavar="ID", help=both("cli.alike_fire"))
    ] = None,
    use: Annotated[
        list[str] | None, typer.Option("--use", metavar="USE", help=both("cli.alike_use"))
    ] = None,
    hazard: Annotated[
        list[str] | None, typer.Option("--hazard", metavar="CODE", help=both("cli.alike_hazard"))
    ] = None,
    floors: Annotated[
        str | None, typer.Option("--floors", metavar="LOW-HIGH", help=both("cli.alike_floors"))
    ] = None,
    height: Annotated[
        str | None, typer.Option("--height", metavar="LOW-HIGH", help=both("cli.alike_height"))
    ] = None,
    scenario: ScenarioOption = None,
    date: DateOption = None,
    lang: LangOption = Language.zh,
) -> None:
    """List the buildings that are like the scene of a fire."""
    asked = {
        "uses": tuple(Use(_code("use", word)) for word in use or ()),
        "hazards": tuple(HazardCode(_code("hazard_code", word)) for word in hazard or ()),
        "floors": _between("--floors", floors),
        "height_m": _between("--height", height),
    }
    with steps(lang.value) as step:
        step("step.compile")
        from ..coverage.assessment import Part, assess
        from ..coverage.review import Case, case_of_fire, look_alikes
        from ..coverage.risk import hazard_matrix
        from ..geo.town import load_town
        from ..maps.books import write_lists

        case = Case(**asked)  # type: ignore[arg-type]
        if not case.asked and fire is None:
            raise InputError("error.case_bare")
        with whole_folder(out, may_hold=("alike.csv",)) as unfinished:
            day = day_of(date)
            town = load_town(folder, progress=step)
            found = assess(town, scenario=scenario, date=day.isoformat(), progress=step)
            found = found.only(Part.RISK)
            hazards = hazard_matrix(town, found.buildings, town.rules.risk, day=day)
            if fire is not None:
                case = case_of_fire(town.ledgers, found.buildings, hazards, fire)
            table = look_alikes(case, found.buildings, found.lanes, hazards, list(found.tiers))
            write_lists(unfinished, {"alike": table}, lang=lang.value)
    say("cli.alike_case", lang.value, case=_said(case, lang))
    say("cli.alike_done", lang.value, sure=int(table["sure"].sum()), count=len(table),
        file=out / "alike.csv")  # fmt: skip


def step(
    folder: TownArgument,
    case: Annotated[str, typer.Argument(metavar="CASE", help=both("cli.step_case"))],
    by: Annotated[str, typer.Option("--by", metavar="WHO", help=both("cli.step_by"))],
    to: Annotated[HazardState | None, typer.Option("--to", help=both("cli.step_to"))] = None,
    on: Annotated[
        str | None, typer.Option("--on", metavar="YYYY-MM-DD", help=both("cli.step_on"))
    ] = None,
    look_back: Annotated[
        str | None, typer.Option("--look-back", metavar="RESULT", help=both("cli.step_look_back"))
    ] = None,
    listed: Annotated[
        SupervisionLevel | None, typer.Option("--list", help=both("cli.step_list"))
    ] = None,
    due: Annotated[
        str | None, typer.Option("--due", metavar="YYYY-MM-DD", help=both("cli.step_due"))
    ] = None,
    lift: Annotated[bool, typer.Option("--lift", help=both("cli.step_lift"))] = False,
    evidence: Annotated[
        str, typer.Option("--evidence", metavar="REF", help=both("cli.step_evidence"))
    ] = "",
    note: Annotated[str, typer.Option("--note", help=both("cli.step_note"))] = "",
    lang: LangOption = Language.zh,
) -> None:
    """Record one step of a case: its state, a look-back, a listing or its lifting."""
    with steps(lang.value) as told:
        told("step.compile")
        from ..coverage.cases import Lifting, Listing, LookBack, move, supervise

    chosen = [to is not None, look_back is not None, listed is not None, lift]
    if sum(chosen) != 1:
        raise InputError("error.step_one")
    day = day_of(on)
    if to is not None:
        move(folder, case, to=to, on=day, by=by, evidence=evidence, note=note)
        done = label("hazard_state", to, lang.value)
    else:
        act: LookBack | Listing | Lifting = Lifting()
        if look_back is not None:
            act = LookBack(look_back)
        elif listed is not None:
            act = Listing(listed, None if due is None else day_of(due))
        done = supervise(folder, case, act, on=day, by=by, evidence=evidence, note=note)
        done = label("supervision_step", done, lang.value)
    say("cli.step_done", lang.value, case=case, done=done, on=day.isoformat(), by=by)


def _code(vocabulary: str, word: str) -> str:
    known = codes(vocabulary)
    if word not in known and word.lower() not in known:
        allowed = ", ".join(sorted(set(known.values())))
        raise InputError("error.word_unknown", value=word, allowed=allowed)
    return known.get(word) or known[word.lower()]


def _between(option: str, told: str | None) -> tuple[float, float] | None:
    if told is None:
        return None
    low, dash, high = told.partition("-")
    try:
        bounds = float(low), float(high if dash else low)
    except ValueError:
        raise InputError("error.between", option=option, value=told) from None
    if bounds[0] > bounds[1]:
        raise InputError("error.between", option=option, value=told)
    return bounds


def _said(case: object, lang: Language) -> str:
    uses = [label("use", u, lang.value) for u in case.uses]  # type: ignore[attr-defined]
    found = [label("hazard_code", h, lang.value) for h in case.hazards]  # type: ignore[attr-defined]
    spans = [
        f"{low:g}–{high:g} {label('list_head', name, lang.value)}"
        for name, span in (("floors", case.floors), ("height_m", case.height_m))  # type: ignore[attr-defined]
        if span is not None
        for low, high in (span,)
    ]
    return "、".join([*uses, *found, *spans])
