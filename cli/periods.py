"""Freeze a period of a town, and tell what changed between two."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..geo.words import LANGS, InputError, Period, read_period, text, whole_folder
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
from .screen import say, say_differences, steps

if TYPE_CHECKING:
    from ..geo.snapshots import Snapshot

COMPARE_NAMES = ("compare.html", "communities.csv", "causes.csv", "buildings.csv", "summary.json")


def snapshot(
    folder: TownArgument,
    period: Annotated[
        str, typer.Option("--period", metavar="2026Q3", help=both("cli.snapshot_period"))
    ],
    scenario: ScenarioOption = None,
    date: DateOption = None,
    lang: LangOption = Language.zh,
) -> None:
    """Freeze an assessment of a town under the name of a period."""
    chosen = read_period(period)
    first, last = chosen.first, chosen.last
    day = day_of(date) if date is not None else min(last, dt.date.today())
    if not first <= day <= last:
        raise InputError("error.snapshot_day", day=day, period=period, first=first, last=last)
    with steps(lang.value) as step:
        step("step.compile")
        from ..coverage.assessment import Part, assess
        from ..coverage.review import frozen_layers
        from ..geo.snapshots import write_snapshot
        from ..geo.town import load_town
        from ..geo.yardstick import differences

        past = _last_frozen(folder, chosen)
        town = load_town(folder, progress=step)
        found = assess(town, scenario=scenario, date=day.isoformat(), progress=step)
        found = found.only(*set(Part) - {Part.AREAS, Part.OPENINGS}).complete()
        step("step.write")
        told = {k: v for k, v in found.summary.items() if k != "timings_s"}
        target = write_snapshot(
            folder, period, date=day, summary=told, rules=town.rules.model_dump(mode="json"),
            layers=frozen_layers(town, found, first=first, day=day),
        )  # fmt: skip
    if past is not None:
        say("cli.snapshot_against", lang.value, period=past.period)
        say_differences(differences(past.yardstick, found.yardstick), lang.value)
    say("cli.snapshot_done", lang.value, folder=target, period=chosen.name, date=day.isoformat())


def _last_frozen(folder: Path, period: Period) -> Snapshot | None:
    """Return the frozen period that ended last before another one began."""
    from ..geo.snapshots import frozen_periods, read_snapshot

    ended = [name for name in frozen_periods(folder) if read_period(name).last < period.first]
    return read_snapshot(folder, ended[-1]) if ended else None


def compare(
    folder: TownArgument,
    before: Annotated[str, typer.Argument(metavar="A", help=both("cli.compare_before"))],
    after: Annotated[str, typer.Argument(metavar="B", help=both("cli.compare_after"))],
    out: OutOption,
    lang: LangOption = Language.zh,
) -> None:
    """Tell what changed between two frozen periods, and why."""
    with steps(lang.value) as step:
        step("step.compare")
        from ..coverage.review import compare as set_beside
        from ..geo.snapshots import read_snapshot
        from ..maps.books import write_lists
        from ..maps.reports import compare_page
        from ..maps.voice import compared_causes, compared_communities

        first, last = read_period(before), read_period(after)
        if first == last:
            raise InputError("error.compare_same", one=before, other=after, value=first.name)
        one, other = read_snapshot(folder, before), read_snapshot(folder, after)
        if one.date > other.date:
            raise InputError(
                "error.compare_reversed", one=before, other=after, first=one.date, last=other.date
            )
        tiers = tuple(
            t for t in one.summary["coverage"] if t in other.summary["coverage"] and t != "own"
        )
        found = set_beside(one, other, tiers=tiers)
        with whole_folder(out, may_hold=COMPARE_NAMES) as unfinished:
            page = compare_page(one, other, found, tiers=tiers, lang=lang.value)
            (unfinished / "compare.html").write_text(page, encoding="utf-8")
            lists = {"communities": compared_communities(found, lang.value),
                     "causes": compared_causes(found, lang.value),
                     "buildings": found.buildings}  # fmt: skip
            write_lists(unfinished, lists, lang=lang.value)
            causes = {str(k): int(n) for k, n in found.causes["cause"].value_counts().items()}
            told = {
                "before": one.period, "after": other.period, "same_rules": found.same_rules,
                "yardstick": other.yardstick.as_record(),
                "causes": causes, "buildings_changed": len(found.buildings),
                "not_compared": sorted(found.withheld),
                "differences": [{g: d.said(g) for g in LANGS} for d in found.differences],
            }  # fmt: skip
            said = json.dumps(told, ensure_ascii=False, indent=1)
            (unfinished / "summary.json").write_text(said + "\n", encoding="utf-8")
    say_differences(found.differences, lang.value)
    for why in dict.fromkeys((*found.withheld.values(), *found.notes)):
        say(f"compare.{why}", lang.value)
    for cause, number in causes.items():
        say("cli.compare_cause", lang.value, count=number,
            cause=text(f"compare_cause.{cause}", lang.value))  # fmt: skip
    say("cli.compare_done", lang.value, count=len(found.buildings), page=out / "compare.html")
