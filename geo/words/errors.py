"""The errors of weizhan.

::

    WeizhanError                    everything we raise on purpose
    ├── InputError (ValueError)     something given to us is wrong: a file, a value, an option
    │   └── TownError               a town with problems that must be mended; carries them all
    ├── OutputError (OSError)       we could not, or must not, write there
    └── OfflineError (OSError)      a service on the internet was needed and did not answer

A message is a key of the text catalogue with its values, so that each error can be told in
Chinese and in English; ``str(error)`` gives both.
"""

from __future__ import annotations

import errno
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from .catalogue import Lang, label, text

if TYPE_CHECKING:
    from pydantic import ValidationError


class WeizhanError(Exception):
    """Base of all errors raised on purpose.

    Parameters
    ----------
    key
        Key of the message in the text catalogue, for example ``"error.file_missing"``.
    **values
        What the message names: file, row, column, value, allowed.
    """

    def __init__(self, key: str, /, **values: object) -> None:
        """Keep the key and the values; the sentence is made when it is asked for."""
        super().__init__(key, values)
        self.key = key
        self.values = values

    def message(self, lang: Lang = "zh") -> str:
        """Return the sentence in one language."""
        return text(self.key, lang, **self.values)

    def __str__(self) -> str:
        """Return the sentence in Chinese, then in English."""
        return f"{self.message('zh')}\n{self.message('en')}"

    def __reduce__(self) -> tuple[Any, ...]:
        """Return how the error is made again in another process."""
        return _again, (type(self), self.args), self.__dict__


def _again(kind: type[WeizhanError], args: tuple[Any, ...]) -> WeizhanError:
    error = kind.__new__(kind)
    error.args = args
    return error


class InputError(WeizhanError, ValueError):
    """A file, a value or an option given to us is wrong."""


class TownError(InputError):
    """A town has problems that must be mended first.

    Parameters
    ----------
    problems
        Every problem found, not only the first; also those that are only warnings.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        """Count the problems that must be mended and keep all of them."""
        self.problems = tuple(problems)
        errors = [problem for problem in self.problems if problem.severity == "error"]
        super().__init__("error.town", count=len(errors))

    def message(self, lang: Lang = "zh") -> str:
        """Return the headline, then one line a problem that must be mended."""
        errors = [p.message(lang) for p in self.problems if p.severity == "error"]
        return "\n".join([super().message(lang), *(f"  {line}" for line in errors)])


class OutputError(WeizhanError, OSError):
    """We could not, or must not, write to a place."""

    errno = errno.EIO


class OfflineError(WeizhanError, OSError):
    """A service on the internet was needed and did not answer."""

    errno = errno.ENETUNREACH


Severity = Literal["error", "warning", "repaired"]
SHOWN_CHARACTERS = 80  # of a value that came from data


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, or was repaired, in one layer.

    ``code`` names the sentence ``problem.<code>`` in the catalogue. ``row`` is the row as the
    user sees it in the file (a spreadsheet's first row is 1) and ``sheet`` the sheet where several
    were read, ``count`` how many features share the problem when it is told once for many;
    ``details["header"]`` is what the file calls the column. A problem made from an error has the
    error's key as its code, and its values as ``details``.
    """

    severity: Severity
    code: str
    layer: str
    file: str = ""
    row: int | None = None
    feature: str = ""
    column: str = ""
    value: str = ""
    allowed: str = ""
    count: int = 1
    details: Mapping[str, str] = field(default_factory=dict)
    sheet: str = ""

    def message(self, lang: Lang = "zh") -> str:
        """Return one line: where it is, what is wrong, what is allowed."""
        layer = label("layer_name", self.layer, lang)
        if layer == self.layer:
            layer = label("ledger_name", self.layer, lang)
        where = [text(f"problem.severity_{self.severity}", lang), self.file, self.sheet, layer]
        if self.row is not None:
            where.append(text("problem.row", lang, row=self.row))
        if self.feature:
            where.append(text("problem.feature", lang, feature=_shorten(self.feature)))
        if self.column:
            header = self.details.get("header", self.column)  # as the user's file calls it
            shown = header if header == self.column else f"{header} ({self.column})"
            where.append(text("problem.column", lang, column=_shorten(shown)))
        values: dict[str, object] = {
            "value": _shorten(self.value),
            "allowed": self.allowed,
            "count": self.count,
            "column": self.column,
            **self.details,
        }
        key = self.code if "." in self.code else f"problem.{self.code}"
        said = text(key, lang, **values)
        return " · ".join(part for part in where if part) + ": " + said

    def as_record(self) -> dict[str, object]:
        """Return the problem as a plain record, with its sentence in both languages."""
        return {**asdict(self), "zh": self.message("zh"), "en": self.message("en")}


def named(
    severity: Severity,
    code: str,
    layer: str,
    refs: Sequence[object],
    *,
    file: str = "",
    row: int | None = None,
    allowed: str = "",
    shown: int = 5,
) -> Problem:
    """Return one problem for many features, naming the first few.

    Parameters
    ----------
    severity, code, layer, file, row, allowed
        As in `Problem`.
    refs
        Identities of all the features.
    shown
        How many of them are named.
    """
    feature = ", ".join(str(ref) for ref in refs[:shown]) + ("…" if len(refs) > shown else "")
    return Problem(severity, code, layer, file, row, feature, allowed=allowed, count=len(refs))


def grouped(problems: Sequence[Problem]) -> list[list[Problem]]:
    """Return problems by kind: how grave, what is wrong, in which column; the gravest first."""
    groups: dict[tuple[str, str, str], list[Problem]] = {}
    for problem in problems:
        groups.setdefault((problem.severity, problem.code, problem.column), []).append(problem)
    rank = ("error", "warning", "repaired")
    return sorted(groups.values(), key=lambda group: (rank.index(group[0].severity), -len(group)))


def told_values(error: ValidationError, layer: str, file: str) -> list[Problem]:
    """Return what a model refuses in a file, one problem a value.

    Parameters
    ----------
    error
        What pydantic refused.
    layer, file
        Where it stands.
    """
    problems = []
    for e in error.errors():
        code, allowed = _refusal(e["type"], e.get("ctx", {}), e["msg"])
        problems.append(
            Problem(
                "error",
                code,
                layer,
                file,
                column=_path(e["loc"]),
                value="" if isinstance(e["input"], dict | list) else str(e["input"]),
                allowed=allowed,
            )
        )
    return problems


def _path(parts: Sequence[int | str]) -> str:
    """Return where a value stands; entries of a list are counted from one, as people do."""
    said = ""
    for part in parts:
        if isinstance(part, int):
            said += f"[{part + 1}]"
        elif part != "[key]":  # pydantic's mark of a key that is refused, named just before
            said += f".{part}" if said else part
    return said


_BOUNDS = {"greater_than": ("gt", ">"), "greater_than_equal": ("ge", "≥"),
           "less_than": ("lt", "<"), "less_than_equal": ("le", "≤")}  # fmt: skip
_SORTS = {
    "string": "text", "float": "number", "finite": "number", "int": "whole", "bool": "flag",
    "date": "date", "time": "time", "list": "list", "tuple": "list", "set": "list",
    "frozen": "list", "dict": "table", "model": "table",
}  # fmt: skip


def _refusal(sort: str, context: Mapping[str, Any], said: str) -> tuple[str, str]:
    """Return the code of what pydantic calls an error of a sort, and what is allowed instead."""
    if sort in _BOUNDS:
        name, sign = _BOUNDS[sort]
        return "refused_among", f"{sign} {context[name]:g}"
    if sort in ("literal_error", "enum"):
        return "refused_among", str(context["expected"]).replace(" or ", ", ").replace("'", "")
    if sort == "missing":
        return "refused_missing", ""
    if sort == "extra_forbidden":
        return "refused_extra", ""
    if sort in ("string_too_short", "too_short"):
        return "refused_empty", ""
    if sort == "value_error":
        return "refused_whole", said.removeprefix("Value error, ")
    kind = _SORTS.get(sort.partition("_")[0])
    return ("value_refused", said) if kind is None else (f"refused_not_{kind}", "")


def told_error(error: WeizhanError, layer: str, file: str) -> Problem:
    """Return an error that stopped one layer as a problem of that layer.

    Parameters
    ----------
    error
        With a key of the catalogue.
    layer, file
        Where it stands.
    """
    details = {name: str(value) for name, value in error.values.items()}
    return Problem("error", error.key, layer, file, details=details)


def write_problems(file: Path, problems: Sequence[Problem]) -> None:
    """Write problems as JSON, to be read again by `read_problems`.

    Parameters
    ----------
    file
        Written over.
    problems
        In the order in which they are told again.
    """
    file.write_text(problems_text(problems), encoding="utf-8")


def problems_text(problems: Sequence[Problem]) -> str:
    """Return problems as the JSON that `read_problems` reads."""
    records = [asdict(problem) for problem in problems]
    return json.dumps(records, ensure_ascii=False, indent=1) + "\n"


def read_problems(file: Path) -> list[Problem]:
    """Read what `write_problems` wrote; no file means no problems."""
    if not file.exists():
        return []
    return [Problem(**record) for record in json.loads(file.read_text(encoding="utf-8"))]


def _shorten(value: str) -> str:
    """Cut a value from data to a length that fits a line, without control characters."""
    shown = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in value)
    return shown if len(shown) <= SHOWN_CHARACTERS else shown[:SHOWN_CHARACTERS] + "…"
