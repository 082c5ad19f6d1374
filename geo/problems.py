"""What is wrong with a town's data: found all at once, told with file, row, column and value."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from .catalogue import Lang, text
from .errors import WeizhanError

Severity = Literal["error", "warning", "repaired"]
SHOWN_CHARACTERS = 80  # of a value that came from data


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, or was repaired, in one layer.

    ``code`` names the sentence ``problem.<code>`` in the catalogue. ``row`` is the row as the
    user sees it in the file (a spreadsheet's first row is 1), ``count`` how many features share
    the problem when it is told once for many. A problem made from an error has the error's key
    as its code, and its values as ``details``.
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

    def message(self, lang: Lang = "zh") -> str:
        """Return one line: where it is, what is wrong, what is allowed."""
        where = [text(f"problem.severity_{self.severity}", lang), self.file, self.layer]
        if self.row is not None:
            where.append(text("problem.row", lang, row=self.row))
        if self.feature:
            where.append(text("problem.feature", lang, feature=_shorten(self.feature)))
        if self.column:
            where.append(text("problem.column", lang, column=_shorten(self.column)))
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


def told_values(error: ValidationError, layer: str, file: str) -> list[Problem]:
    """Return what a model refuses in a file, one problem a value."""
    return [
        Problem(
            "error",
            "value_refused",
            layer,
            file,
            column=".".join(str(part) for part in e["loc"]),
            value="" if isinstance(e["input"], dict | list) else str(e["input"]),
            allowed=e["msg"],
        )
        for e in error.errors()
    ]


def told_error(error: WeizhanError, layer: str, file: str) -> Problem:
    """Return an error that stopped one layer as a problem of that layer."""
    details = {name: str(value) for name, value in error.values.items()}
    return Problem("error", error.key, layer, file, details=details)


def write_problems(file: Path, problems: Sequence[Problem]) -> None:
    """Write problems as JSON, to be read again by `read_problems`."""
    records = [asdict(problem) for problem in problems]
    file.write_text(json.dumps(records, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def read_problems(file: Path) -> list[Problem]:
    """Read what `write_problems` wrote; no file means no problems."""
    if not file.exists():
        return []
    return [Problem(**record) for record in json.loads(file.read_text(encoding="utf-8"))]


def _shorten(value: str) -> str:
    """Cut a value from data to a length that fits a line, without control characters."""
    shown = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in value)
    return shown if len(shown) <= SHOWN_CHARACTERS else shown[:SHOWN_CHARACTERS] + "…"
