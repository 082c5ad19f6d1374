"""The error of wishes that no plan keeps: a sentence each, in both languages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...geo.words import InputError, Lang, text

Sentence = tuple[str, Mapping[str, Any]]


class WishesError(InputError):
    """Wishes that no plan keeps.

    Parameters
    ----------
    sentences
        Key and values of each: what cannot be, why, and the nearest that can. A value that is a
        mapping counts candidates by the reason for which they cannot be used.
    """

    def __init__(self, sentences: Sequence[Sentence]) -> None:
        """Keep the sentences; the first gives the key."""
        self.sentences = tuple(sentences)
        key, values = self.sentences[0]
        super().__init__(key, **values)

    def message(self, lang: Lang = "zh") -> str:
        """Return one line a wish."""
        return "\n".join(
            text(key, lang, **{name: _said(value, lang) for name, value in values.items()})
            for key, values in self.sentences
        )


def _said(value: object, lang: Lang) -> object:
    return reason_counts(value, lang) if isinstance(value, Mapping) else value


def reason_counts(reasons: Mapping[str, int], lang: Lang) -> str:
    """Return why candidates cannot be used, with how many there are of each reason.

    Parameters
    ----------
    reasons
        Codes of ``candidate_drop`` with their numbers.
    lang
        Language of the text.
    """
    told = (
        text("site.reason_count", lang, reason=text(f"candidate_drop.{code}", lang), count=count)
        for code, count in reasons.items()
    )
    return text("site.semicolon", lang).join(told) or text("site.none", lang)
