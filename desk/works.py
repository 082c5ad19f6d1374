"""What the window offers to do: commands of ours, each with the fields of its form.

A field is made from the command's own signature: its type, its default, its limits, its help.
Here stands only what a signature cannot say: in which order people meet the fields, which are
folded away, and where the choices come from.
"""

from __future__ import annotations

import datetime as dt
import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from importlib import import_module
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin, get_type_hints

import typer

from ..cli.overview import COMMANDS
from ..geo.words import DATES_ALLOWED, InputError, Lang, catalogue, label, read_date, text
from .jobs import OUT

Kind = Literal["text", "choice", "choices", "number", "whole", "date", "file", "files", "flag",
               "ids", "range"]  # fmt: skip
Choices = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Work:
    """A command as the window offers it.

    Attributes
    ----------
    command
        Of weizhan.
    shown, folded
        Fields in the order in which people meet them; the rest keep their defaults.
    opens
        Pages of its results, the one that opens first.
    one_of, some_of
        Fields of which exactly one, or at least one, must be filled in.
    result
        The option that takes the folder of the results; None where nothing is written there.
    """

    command: str
    shown: tuple[str, ...]
    folded: tuple[str, ...] = ()
    opens: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()
    some_of: tuple[str, ...] = ()
    result: str | None = "--out"


_STUDY = ("draws", "seed", "time_limit")
GROUPS: Final[Mapping[str, tuple[Work, ...]]] = {
    "see": (
        Work("assess", ("scenario", "date", "plan", "before"), ("also",),
             ("index.html", "committee.html", "planner.html", "public.html")),
        Work("lanes", ("scenario", "date"), ("draws", "seed"), ("lanes.html",)),
        Work("risk", ("start", "date", "alert"), ("scenario", "funds")),
    ),
    "decide": (
        Work("site", ("stations", "budget", "target", "scenario"),
             ("after", "weight", "plan", "must", "grid", "candidates", "datum", "wishes", "date",
              *_STUDY),
             ("siting.html",), ("stations", "budget", "target")),
        Work("measures", ("budget", "target", "yardstick", "equity", "scenario"),
             ("listed", "only_listed", "plan", "candidates", "datum", "grid", "must", "forbid",
              "date", *_STUDY), ("measures.html", "measures.pdf"), ("budget", "target")),
    ),
    "visit": (
        Work("rounds", ("kind", "first", "days", "inspectors", "vehicle", "community", "grid"),
             ("teams", "scenario", "date", "sites", "seed", "alert", "keep", "paper", "large",
              "list_left_out", "xlsform", "qfield"), ()),
        Work("step", ("case", "by", "to", "look_back", "listed", "due", "lift", "on"),
             ("evidence", "note"), (), ("to", "look_back", "listed", "lift"), result=None),
        Work("alike", ("fire", "use", "hazard", "floors", "height"), ("scenario", "date"),
             some_of=("fire", "use", "hazard", "floors", "height")),
    ),
    "paper": (
        Work("sheets", ("only", "building", "most"), ("scenario", "date")),
        Work("pack", ("period", "date"), ("scenario", "with_personal"), ("pack.pdf",)),
        Work("export", ("with_personal",), ("scenario", "date")),
    ),
    "periods": (
        Work("snapshot", ("period",), ("scenario", "date"), result=None),
        Work("compare", ("before", "after"), (), ("compare.html",)),
    ),
    "trust": (
        Work("check", (), (), (), result="--doctor"),
        Work("calibrate", (), ("date",), ("calibration.html",)),
        Work("validate", (), ("seed",), ("validation.html",)),
    ),
}  # fmt: skip
WORKS: Final = {work.command: work for group in GROUPS.values() for work in group}

DATES: Final = ("date", "start", "first", "on", "due")
IDS: Final = (("measures", "must"), ("measures", "forbid"), ("sheets", "building"))
TICKED: Final = (("sheets", "only"), ("alike", "use"), ("alike", "hazard"), ("assess", "also"))
RANGES: Final = (("alike", "floors"), ("alike", "height"))  # a number, or from-to
LIMITS: Final[Mapping[tuple[str, str], tuple[float | None, float | None]]] = {
    # refused by the commands in both languages; a limit of typer's would be told in English alone
    ("site", "stations"): (1, None), ("site", "budget"): (0, None), ("site", "target"): (0.01, 1),
    ("measures", "budget"): (0, None), ("measures", "target"): (0.01, 1),
    ("rounds", "days"): (1, 31), ("risk", "funds"): (0, None),
}  # fmt: skip
TODAY: Final = (("rounds", "first"), ("step", "on"))  # dates that are filled in with today
OWN_HELP: Final = ("file", "files", "number", "whole")  # others would name codes and options
VOCABULARY: Final = {  # of the words for a choice that the signature or the town gives as a code
    ("risk", "alert"): "alert_level", ("rounds", "alert"): "alert_level",
    ("rounds", "kind"): "round_kind", ("rounds", "vehicle"): "vehicle",
    ("step", "to"): "hazard_state", ("step", "listed"): "supervision_level",
    ("alike", "use"): "use", ("alike", "hazard"): "hazard_code",
}  # fmt: skip


@dataclass(frozen=True)
class Offered:
    """What a town offers to choose from, by the name of a list.

    Attributes
    ----------
    lists
        ``scenarios``, ``communities``, ``grids``, ``frozen`` periods, ``periods`` that can be
        told, ``results`` of assessments, ``plans`` in results, ``cases``.
    lang
        Of the words.
    """

    lists: Mapping[str, Choices]
    lang: Lang


@dataclass(frozen=True)
class Field:
    """One field of a form.

    Attributes
    ----------
    name
        Of the command's parameter.
    kind
        How it is filled in.
    flag
        Of the option; empty for an argument.
    default
        What stands there at first.
    choices
        Values and words; for a file, those that lie in the town's results.
    required
        Whether it must be filled in.
    least, most
        Limits of a number.
    label, help
        What people read.
    """

    name: str
    kind: Kind
    flag: str
    default: str
    required: bool
    label: str
    help: str
    least: float | None = None
    most: float | None = None
    choices: Choices = field(default_factory=tuple)


@dataclass(frozen=True)
class Given:
    """A form that was sent: texts by field, several for ticked ones, and the files that came."""

    values: Mapping[str, Sequence[str]]
    files: Mapping[str, Sequence[Path]]


def fields_of(work: Work, offered: Offered) -> tuple[list[Field], list[Field]]:
    """Return the fields of a form, those that are shown and those that are folded.

    A choice of which the town has nothing to offer is left away.

    Parameters
    ----------
    work
        From `WORKS`.
    offered
        By the town.
    """
    shown, folded = (
        [one for one in (_field(work, name, offered) for name in names) if one is not None]
        for names in (work.shown, work.folded)
    )
    return shown, folded


def arguments_of(work: Work, given: Given, offered: Offered) -> list[str]:
    """Return the arguments of a command for a form that was sent.

    Parameters
    ----------
    work
        From `WORKS`.
    given
        What was filled in.
    offered
        By the town, for whatever is chosen must be among it.

    Raises
    ------
    WrongFormError
        With a sentence for each field that is wrong.
    """
    arguments: list[str] = []
    wrong: dict[str, InputError] = {}
    filled = set()
    shown, folded = fields_of(work, offered)
    for one in (*shown, *folded):
        try:
            said = _said(one, given)
        except InputError as error:
            wrong[one.name] = error
            continue
        if not said:
            if one.required:
                wrong[one.name] = InputError("desk_wrong.missing", field=one.label)
            continue
        filled.add(one.name)
        for value in said:
            arguments += [one.flag] if one.kind == "flag" else _told(one.flag, value)
    if work.one_of and not wrong:
        names = [one for one in (*shown, *folded) if one.name in work.one_of]
        if sum(one.name in filled for one in names) != 1:
            told = " / ".join(one.label for one in names)
            wrong[names[0].name] = InputError("desk_wrong.one_of", fields=told)
    if work.some_of and not wrong and not filled.intersection(work.some_of):
        names = [one for one in (*shown, *folded) if one.name in work.some_of]
        told = " / ".join(one.label for one in names)
        wrong[names[0].name] = InputError("desk_wrong.some_of", fields=told)
    if wrong:
        raise WrongFormError(wrong)
    if work.result is not None:
        arguments += [work.result, OUT]
    return [*arguments, "--lang", offered.lang]


class WrongFormError(InputError):
    """A form with fields that are wrong, each with its sentence."""

    def __init__(self, wrong: Mapping[str, InputError]) -> None:
        """Keep the sentences by field."""
        super().__init__("desk_wrong.form", count=len(wrong))
        self.wrong = dict(wrong)


def words_for(field_name: str, lang: Lang, *, command: str) -> str:
    """Return how a field is called, the command's own word before that of all."""
    for key in (f"desk_field.{command}_{field_name}", f"desk_field.{field_name}"):
        if key in catalogue():
            return text(key, lang)
    return field_name


def _told(flag: str, value: str) -> list[str]:
    """Return an option with its value as one word, so that a value never is taken for an option."""
    return [f"{flag}={value}"] if flag else [value]


def _said(one: Field, given: Given) -> list[str]:
    """Return the values of a field as the command takes them; nothing where it is empty."""
    files = given.files.get(one.name, ())
    told = [v.strip() for v in given.values.get(one.name, ()) if v.strip()]
    if one.kind in ("file", "files"):
        known = {value for value, _ in one.choices}
        if strange := [v for v in told if v not in known]:
            raise InputError("desk_wrong.choice", field=one.label, value=strange[0])
        every = [*map(str, files), *told]
        return every[:1] if one.kind == "file" else every
    if not told:
        return []
    if one.kind == "flag":
        return ["on"]
    if one.kind in ("choice", "choices"):
        known = {value for value, _ in one.choices}
        if strange := [v for v in told if v not in known]:
            raise InputError("desk_wrong.choice", field=one.label, value=strange[0])
        return [",".join(told)] if one.name == "only" else told
    if one.kind == "ids":
        parts = ",".join(told).replace("，", ",").replace("、", ",").split(",")
        return [part.strip() for part in parts if part.strip()]
    value = told[0]
    if one.kind == "range":
        found = re.fullmatch(r"(\d+(?:\.\d+)?)(?:\s*[-–—~～至到]\s*(\d+(?:\.\d+)?))?", value)
        if found is None:
            raise InputError("desk_wrong.range", field=one.label, value=value)
        return ["-".join(part for part in found.groups() if part)]
    if one.kind == "date":
        day = read_date(value)
        if day is None:
            raise InputError("desk_wrong.date", field=one.label, value=value,
                             allowed=DATES_ALLOWED)  # fmt: skip
        return [day.date().isoformat()]
    if one.kind in ("number", "whole"):
        return [_number(one, value)]
    if not one.flag and value.startswith("-"):
        raise InputError("desk_wrong.choice", field=one.label, value=value)
    return [value]


def _number(one: Field, value: str) -> str:
    plain = value.replace(",", "").replace("，", "").removesuffix("元").strip()
    share = one.name == "target"
    times = 10_000 if plain.endswith("万") else 1  # as offices write money
    try:
        number = float(plain.rstrip("%％万")) * times
    except ValueError:
        raise InputError("desk_wrong.number", field=one.label, value=value) from None
    if share and (plain.endswith(("%", "％")) or 1 < number <= 100):
        number /= 100
    whole = one.kind == "whole"
    if number != number or abs(number) == float("inf") or (whole and number != int(number)):
        key = "desk_wrong.whole" if whole else "desk_wrong.number"
        raise InputError(key, field=one.label, value=value)
    style = ".0%" if share else "g"
    if one.least is not None and number < one.least:
        raise InputError("desk_wrong.least", field=one.label, value=value,
                         least=format(one.least, style))  # fmt: skip
    if one.most is not None and number > one.most:
        raise InputError("desk_wrong.most", field=one.label, value=value,
                         most=format(one.most, style))  # fmt: skip
    return str(int(number)) if whole else repr(number)


def in_words_of_forms(said: str, lang: Lang, *, command: str) -> str:
    """Return a sentence of a command with its options called as the forms call them.

    Parameters
    ----------
    said
        Such as ``--days must lie between 1 and 31``.
    lang
        Of the sentence.
    command
        Whose options they are.
    """

    def called(found: re.Match[str]) -> str:
        name = found[1].replace("-", "_")
        words = words_for(name, lang, command=command)
        return found[0] if words == name else f"“{words}”"

    return re.sub(r"--([a-z]+(?:-[a-z]+)*)", called, said)


@cache
def _signature(command: str) -> Mapping[str, tuple[Any, Any, Any]]:
    """Return type, option and default of every parameter of a command."""
    module, function = COMMANDS[command]
    call: Callable[..., None] = getattr(import_module(f"weizhan.cli.{module}"), function)
    hints = get_type_hints(call, include_extras=True)
    found = {}
    for name, parameter in inspect.signature(call).parameters.items():
        kind, told = hints[name], None
        if get_origin(kind) is Annotated:
            kind, told = get_args(kind)
        found[name] = (kind, told, parameter.default)
    return found


def _field(work: Work, name: str, offered: Offered) -> Field | None:
    told, option, default = _signature(work.command)[name]
    command = work.command
    several, sort = _bare(told)
    required = default is inspect.Parameter.empty
    kind: Kind = "text"
    choices = _choices(command, name, sort, offered)
    if sort is Path and name != "before" and name != "also":
        kind = "files" if several else "file"
    elif (command, name) in TICKED:
        kind = "choices"
    elif choices is not None:
        kind = "choice"
    elif name in DATES:
        kind = "date"
    elif (command, name) in IDS:
        kind = "ids"
    elif (command, name) in RANGES:
        kind = "range"
    elif sort is bool:
        kind = "flag"
    elif sort in (int, float):
        kind = "whole" if sort is int else "number"
    if kind in ("choice", "choices") and not choices:
        if not required:
            return None
        choices = ()
    shown = "" if required or default is None or default is False else str(default)
    if kind == "number" and shown:
        shown = f"{default:g}"
    if (command, name) in TODAY:
        shown = dt.date.today().isoformat()
    if (command, name) == ("compare", "before") and choices and len(choices) > 1:
        shown = choices[1][0]  # the newest stands first, and is the later one
    if kind == "choice" and not required and default is None and choices:
        choices = (("", _unchosen(command, name, choices, offered.lang)), *choices)
    least, most = LIMITS.get((command, name), (option.min, option.max))
    return Field(
        name=name,
        kind=kind,
        flag=_flag(option),
        default=shown,
        required=required,
        label=words_for(name, offered.lang, command=command),
        help=_help(command, name, kind, option.help or "", offered.lang),
        least=least,
        most=most,
        choices=choices or (),
    )


def _unchosen(command: str, name: str, choices: Choices, lang: Lang) -> str:
    """Return what it means to choose nothing."""
    if name != "scenario":
        return text("desk_form.none", lang)
    if command == "site":
        return text("desk_form.every_scenario", lang)
    return text("desk_form.first_scenario", lang, scenario=choices[0][1])


def _bare(told: Any) -> tuple[bool, Any]:
    """Return whether a type takes several values, and the type of one."""
    if get_origin(told) in (Union, UnionType):
        told = next(part for part in get_args(told) if part is not type(None))
    if get_origin(told) is list:
        return True, get_args(told)[0]
    return False, told


def _flag(option: Any) -> str:
    if isinstance(option, typer.models.ArgumentInfo):
        return ""
    # Where the first name stands in the place of the default, it still is one.
    names = (option.default, *(option.param_decls or ()))
    return next(n for n in names if isinstance(n, str) and n.startswith("--"))


def _help(command: str, name: str, kind: Kind, both: str, lang: Lang) -> str:
    """Return a sentence for those who type no commands; the command's own where that is one."""
    for key in (f"desk_help.{command}_{name}", f"desk_help.{name}"):
        if key in catalogue():
            return text(key, lang)
    if kind not in OWN_HELP:
        return ""
    zh, _, en = both.partition("\n\n")
    return zh if lang == "zh" else (en or zh)


FROM_TOWN: Final = {
    "scenario": "scenarios", "community": "communities", "before": "results", "also": "results",
    "plan": "plans", "after": "plans", "case": "cases",
}  # fmt: skip
FROM_TOWN_HERE: Final = {
    ("rounds", "grid"): "grids", ("compare", "before"): "frozen", ("compare", "after"): "frozen",
    ("pack", "period"): "periods", ("snapshot", "period"): "periods",
    ("rounds", "keep"): "promises", ("alike", "fire"): "fires",
}  # fmt: skip


def _choices(command: str, name: str, sort: Any, offered: Offered) -> Choices | None:
    """Return what can be chosen; None where something is to be written."""
    listed = FROM_TOWN_HERE.get((command, name)) or FROM_TOWN.get(name)
    if listed is not None:
        found = offered.lists.get(listed, ())
        return found or (None if name == "case" else ())
    codes = _codes(command, name)
    if codes is None and isinstance(sort, type) and issubclass(sort, Enum):
        codes = [str(member.value) for member in sort]
    if codes is None:
        return None
    words = VOCABULARY.get((command, name))
    if words is not None:
        return [(code, label(words, code, offered.lang)) for code in codes]
    return [(code, text(f"desk_choice.{name}_{code}", offered.lang)) for code in codes]


def _codes(command: str, name: str) -> list[str] | None:
    """Return the codes that a command takes where its signature only says that it is a text."""
    if command == "rounds" and name in ("kind", "vehicle", "paper", "alert"):
        from ..coverage.rounds import RoundKind
        from ..geo.teams import WORKING
        from ..geo.words import AlertLevel

        every: dict[str, Sequence[object]] = {
            "kind": list(RoundKind), "vehicle": WORKING, "paper": ("a4", "a3"),
            "alert": list(AlertLevel),
        }  # fmt: skip
        return [str(code) for code in every[name]]
    if command == "measures" and name in ("yardstick", "equity"):
        from ..coverage.measures import Equity, Yardstick

        return list(get_args(Yardstick if name == "yardstick" else Equity))
    if command == "site" and name == "weight":
        return ["risk", "people", "count"]
    if name == "datum":
        from ..geo.words import Datum

        return [str(code) for code in Datum]
    if command == "sheets" and name == "only":
        from ..cli.sheets import NAMES

        return list(NAMES)
    if command == "alike" and name in ("use", "hazard"):
        from ..geo.words import HazardCode, Use

        return [str(code) for code in (Use if name == "use" else HazardCode)]
    return None
