"""Every sentence that users see, in Chinese and English, from ``data/catalogue/*.toml``."""

from __future__ import annotations

import string
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any, Literal

Lang = Literal["zh", "en"]
LANGS: tuple[Lang, ...] = ("zh", "en")


@cache
def catalogue() -> dict[str, dict[str, Any]]:
    """Return all texts: ``{"section.name": {"zh": …, "en": …}}``.

    Raises
    ------
    KeyError
        When two files define the same key.
    """
    texts: dict[str, dict[str, Any]] = {}
    folder = files("weizhan.data").joinpath("catalogue")
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if not file.name.endswith(".toml"):
            continue
        for section, entries in tomllib.loads(file.read_text(encoding="utf-8")).items():
            for name, entry in entries.items():
                key = f"{section}.{name}"
                if key in texts:
                    msg = f"{file.name} defines {key} a second time"
                    raise KeyError(msg)
                texts[key] = entry
    return texts


class _Counting(string.Formatter):
    """What stands in ``{count:row|rows}``: the number, and the word for one or for more."""

    def format_field(self, value: Any, format_spec: str) -> str:
        one, several, more = format_spec.partition("|")
        if not several:
            return str(super().format_field(value, format_spec))
        return f"{value} {one if str(value) == '1' else more}"


_FORMATTER = _Counting()


def text(key: str, lang: Lang = "zh", /, **values: object) -> str:
    """Return one sentence in one language, with its values put in.

    ``{count:row|rows}`` stands for the number and the word that fits it.

    Parameters
    ----------
    key
        ``section.name`` in ``data/catalogue/*.toml``.
    lang
        ``"zh"`` or ``"en"``.
    **values
        What stands in the braces of the sentence. Values come from data and are only ever
        inserted, never formatted again.
    """
    return _FORMATTER.vformat(str(catalogue()[key][lang]), (), values)


def label(vocabulary: str, code: object, lang: Lang = "zh") -> str:
    """Return what users read for one code of a vocabulary, or the code itself if unknown.

    Parameters
    ----------
    vocabulary
        Such as ``use``, a part of the catalogue.
    code
        A member of the vocabulary, or its text.
    lang
        Of the words.
    """
    entry = catalogue().get(f"{vocabulary}.{code}")
    return str(entry[lang]) if entry else str(code)
