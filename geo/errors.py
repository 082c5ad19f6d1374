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

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .catalogue import Lang, text

if TYPE_CHECKING:
    from .problems import Problem


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


class OfflineError(WeizhanError, OSError):
    """A service on the internet was needed and did not answer."""
