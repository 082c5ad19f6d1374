"""Options that several commands share."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ..geo.words import DATES_ALLOWED, InputError, read_date, text


def both(key: str) -> str:
    """Return a help text in Chinese and English, as commands do not know the language yet."""
    return f"{text(key, 'zh')}\n\n{text(key, 'en')}"


class Language(StrEnum):
    """Languages of pages and messages."""

    zh = "zh"
    en = "en"


LangOption = Annotated[Language, typer.Option("--lang", help=both("cli.lang"))]
TownArgument = Annotated[Path, typer.Argument(metavar="DIR", help=both("cli.town"))]
OutOption = Annotated[Path, typer.Option("--out", metavar="OUT", help=both("cli.out"))]
ScenarioOption = Annotated[
    str | None, typer.Option("--scenario", metavar="NAME", help=both("cli.scenario"))
]
DateOption = Annotated[
    str | None, typer.Option("--date", metavar="YYYY-MM-DD", help=both("cli.date"))
]
PlanOption = Annotated[Path | None, typer.Option("--plan", metavar="FILE", help=both("cli.plan"))]

BeforeOption = Annotated[
    Path | None, typer.Option("--before", metavar="OUT", help=both("cli.before"))
]


AlsoOption = Annotated[
    list[Path] | None, typer.Option("--also", metavar="FOLDER", help=both("cli.also"))
]


def day_of(date: str | None) -> dt.date:
    """Return the day that an option names, today without one."""
    if date is None:
        return dt.date.today()
    moment = read_date(date)
    if moment is None:
        raise InputError("error.date_option", value=date, allowed=DATES_ALLOWED)
    return moment.date()
