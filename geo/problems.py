"""What is wrong with a town's data: found all at once, told with file, row, column and value."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from .catalogue import Lang, text

Severity = Literal["error", "warning", "repaired"]
SHOWN_CHARACTERS = 80  # of a value that came from data


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, or was repaired, in one layer.

    ``code`` names the sentence ``problem.<code>`` in the catalogue. ``row`` is the row as the
    user sees it in the file (a spreadsheet's first row is 1), ``count`` how many features share
    the problem when it is told once for many.
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

    def message(self, lang: Lang = "zh") -> str:
        """Return one line: where it is, what is wrong, what is allowed."""
        where = [text(f"problem.severity_{self.severity}", lang), self.file, self.layer]
        if self.row is not None:
            where.append(text("problem.row", lang, row=self.row))
        if self.feature:
            where.append(text("problem.feature", lang, feature=_shorten(self.feature)))
        if self.column:
            where.append(text("problem.column", lang, column=_shorten(self.column)))
        said = text(
            f"problem.{self.code}",
            lang,
            value=_shorten(self.value),
            allowed=self.allowed,
            count=self.count,
            column=self.column,
        )
        return " · ".join(part for part in where if part) + ": " + said

    def as_record(self) -> dict[str, object]:
        """Return the problem as a plain record, with its sentence in both languages."""
        return {**asdict(self), "zh": self.message("zh"), "en": self.message("en")}


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
