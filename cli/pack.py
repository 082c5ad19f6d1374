"""What goes to meetings and to other systems."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..geo.words import InputError, read_period, text, whole_folder
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
from .screen import say, say_differences, say_problems, steps

if TYPE_CHECKING:
    import pandas as pd

    from ..coverage.assessment import Assessment

NAMES = (
    "pack.docx", "pack.pdf", "holiday.docx", "holiday.pdf", "exposure.docx", "exposure.pdf",
    "supervision.docx", "supervision.pdf",
    "tasks.docx", "tasks.pdf", "indicators.xlsx", "ledgers.xlsx",
)  # fmt: skip
PersonalOption = Annotated[bool, typer.Option("--with-personal", help=both("cli.with_personal"))]


def pack(
    folder: TownArgument,
    period: Annotated[str, typer.Option("--period", metavar="PERIOD", help=both("cli.period"))],
    out: OutOption,
    scenario: ScenarioOption = None,
    date: DateOption = None,
    with_personal: PersonalOption = False,
    lang: LangOption = Language.zh,
) -> None:
    """Write the pack of a period."""
    chosen = read_period(period)
    today = day_of(date)
    if chosen.first > today:
        raise InputError("error.period_ahead", value=chosen.name, today=today)
    with steps(lang.value) as step:
        step("step.compile")
        from ..coverage.cases import case_table
        from ..coverage.review import (
            ListSource,
            coming_dates,
            community_counts,
            duty_lists,
            lists_without_ledger,
            next_holiday,
            review,
            without_unknown_counts,
        )
        from ..geo.ledgers import read_events
        from ..geo.town import load_town
        from ..maps.books import indicators, ledger_book
        from ..maps.paper import (
            duty_blocks,
            exposure_list,
            holiday_brief,
            period_pack,
            report_pdf,
            report_word,
            supervision_report,
            task_report,
        )

        with whole_folder(out, may_hold=NAMES) as unfinished:
            town = load_town(folder, progress=step)
            step("step.review")
            told = review(folder, town, chosen, on=today, scenario=scenario)
            last = min(today, chosen.last)
            year = dt.date(chosen.year, 1, 1)
            of_year = community_counts(folder, town, first=year, last=last)
            coming = coming_dates(town, day=last, lang=lang.value)
            holiday = next_holiday(folder, town, told, lang=lang.value)
            step("step.pack")
            source = ListSource(told.found)
            lists = duty_lists(source, start=chosen.first) | {"tasks": source.tasks}
            lists = without_unknown_counts(lists, town)
            unknown = lists_without_ledger(lists, town)
            duties = duty_blocks(lists, unknown=unknown, lang=lang.value)
            reports = {
                "pack": period_pack(told, calendar=coming, duties=duties, lang=lang.value),
                "tasks": task_report(told, lists, lang=lang.value),
                "holiday": holiday_brief(told, holiday, lang=lang.value),
                "exposure": exposure_list(told, lang=lang.value),
                "supervision": supervision_report(told, lists, unknown=unknown, lang=lang.value),
            }
            for name, report in reports.items():
                (unfinished / f"{name}.docx").write_bytes(report_word(report, lang=lang.value))
                (unfinished / f"{name}.pdf").write_bytes(report_pdf(report, lang=lang.value))
            made = indicators(told.found, of_year, year=chosen.year, lang=lang.value)
            (unfinished / "indicators.xlsx").write_bytes(made)
            ledgers = _ledgers(folder, told.found, personal=with_personal)
            ledgers["hazards"] = case_table(ledgers["hazards"], read_events(folder), on=last)
            book = ledger_book(ledgers, on=last, personal=with_personal, lang=lang.value)
            (unfinished / "ledgers.xlsx").write_bytes(book)
    say_differences((*told.differences, *told.published), lang.value)
    say_problems(town.problems, lang.value, folder=folder)
    say("cli.pack_done", lang.value, page=out / "pack.pdf", count=len(NAMES))


def export(
    folder: TownArgument,
    out: OutOption,
    scenario: ScenarioOption = None,
    date: DateOption = None,
    with_personal: PersonalOption = False,
    lang: LangOption = Language.zh,
) -> None:
    """Export layers and ledgers for other systems."""
    with steps(lang.value) as step:
        step("step.compile")
        import pandas as pd

        from ..coverage.assessment import Part, assess
        from ..geo.ledgers import read_events
        from ..geo.tables import KINDS
        from ..geo.town import load_town
        from ..maps.results import names_of, write_export

        every = names_of(dict.fromkeys(KINDS, pd.DataFrame()))
        with whole_folder(out, may_hold=every) as unfinished:
            town = load_town(folder, personal=with_personal, progress=step)
            day = day_of(date).isoformat()
            found = assess(town, scenario=scenario, date=day, progress=step)
            found = found.only(Part.CLOSURES, Part.DRAWS, Part.RISK, Part.CASES)
            _ = found.buildings, found.lanes, found.communities
            step("step.write")
            ledgers = _ledgers(folder, found, personal=with_personal)
            count = write_export(
                found,
                ledgers,
                read_events(folder),
                unfinished,
                personal=with_personal,
                lang=lang.value,
            )
    say_problems(town.problems, lang.value, folder=folder)
    said = text("cli.export_personal", lang.value) if with_personal else ""
    say("cli.export_done", lang.value, out=out, count=count, personal=said)


def _ledgers(folder: Path, found: Assessment, *, personal: bool) -> dict[str, pd.DataFrame]:
    """Return every ledger that holds a row, as it may be shared or with personal columns."""
    import pandas as pd

    from ..coverage.review import with_community
    from ..geo.ledgers import read_records
    from ..geo.tables import KINDS
    from ..maps.books import shared_ledgers

    every = {name: read_records(folder, name, personal=personal) for name in KINDS}
    ledgers = {name: frame for name, frame in every.items() if len(frame) or name == "hazards"}
    if personal:
        return ledgers
    named = with_community(found.buildings, found.moment.town.communities)
    ids = named[f.BUILDING_ID].astype(str)
    return shared_ledgers(ledgers, pd.Series(named["community"].to_numpy(), index=ids))
