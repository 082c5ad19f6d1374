"""A column of a layer or a ledger: what it may hold, and the words by which people call it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal

from ..words import DATES_ALLOWED, VOCABULARIES, label, unit_of

CellKind = Literal["text", "number", "count", "choice", "hours", "date", "moment", "flag"]

NUMBERS: Final = frozenset({"number", "count"})
DATES: Final = frozenset({"date", "moment"})
_COMPLAINTS: Final = {
    "number": "not_a_number",
    "count": "not_a_count",
    "flag": "not_a_flag",
    "hours": "not_hours",
    "date": "not_a_full_date",
    "moment": "not_a_full_date",
    "text": "cell_error",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: what it may hold, and the words by which tables call it.

    Attributes
    ----------
    name
        Ours, with the unit: ``width_m``.
    kind
        ``count`` is a whole number, ``moment`` a date that may have a time, ``flag`` yes or no.
    synonyms
        Headers that mean it, the surest first.
    required
        Whether a row without it is of no use.
    minimum, maximum
        The absurd, not the allowed by a standard: a value beyond them cannot be true.
    vocabulary
        A key of `VOCABULARIES`, for a choice.
    extra
        Kept where somebody tells it and not missed where nobody does.
    ahead
        Whether a date may lie in the future; every other tells of what has happened.
    personal
        Names or reaches a person: left out by every reader that does not ask for it.
    """

    name: str
    kind: CellKind
    synonyms: tuple[str, ...] = ()
    required: bool = False
    minimum: float | None = None
    maximum: float | None = None
    vocabulary: str = ""
    extra: bool = False
    personal: bool = False
    ahead: bool = False

    @property
    def words(self) -> tuple[str, ...]:
        """The name and all synonyms."""
        return (self.name, *self.synonyms)

    @property
    def unit(self) -> str:
        """The unit that the name carries; see `unit_of`."""
        return unit_of(self.name)

    def also(self, *synonyms: str, required: bool | None = None) -> Column:
        """Return the column with further words before the known ones, or needed."""
        words = tuple(dict.fromkeys((*synonyms, *self.synonyms)))
        return replace(
            self, synonyms=words, required=self.required if required is None else required
        )


def allowed_words(column: Column) -> str:
    """Return in words what a column may hold, as users write it."""
    if column.vocabulary:
        return "、".join(
            f"{label(column.vocabulary, code)} ({code})" for code in VOCABULARIES[column.vocabulary]
        )
    if column.kind in DATES:
        return DATES_ALLOWED
    if column.kind == "flag":
        return "是、否"
    if column.kind in NUMBERS:
        low = "-∞" if column.minimum is None else f"{column.minimum:,g}"
        high = "∞" if column.maximum is None else f"{column.maximum:,g}"
        return f"{low} … {high}"
    return ""


def complaint(column: Column) -> str:
    """Return the code of the problem of a cell that its column cannot hold."""
    return "not_in_vocabulary" if column.vocabulary else _COMPLAINTS[column.kind]
