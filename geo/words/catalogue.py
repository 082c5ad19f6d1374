"""Every sentence that users see, in Chinese and English, from ``data/catalogue/*.toml``."""

from __future__ import annotations

import string
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Literal

Lang = Literal["zh", "en"]
LANGS: tuple[Lang, ...] = ("zh", "en")


@cache
def _written() -> dict[str, str]:
    """Return what stands in each file, by its name."""
    folder = files("weizhan.data").joinpath("catalogue")
    entries = sorted(folder.iterdir(), key=lambda entry: entry.name)
    return {e.name: e.read_text(encoding="utf-8") for e in entries if e.name.endswith(".toml")}


@cache
def _read(file: str) -> dict[str, dict[str, dict[str, Any]]]:
    return tomllib.loads(_written()[file])


@cache
def _section(section: str) -> dict[str, dict[str, Any]]:
    """Return the entries of one section, from the files that name it."""
    entries: dict[str, dict[str, Any]] = {}
    for file, said in _written().items():
        if f"[{section}]" not in said:
            continue
        for name, entry in _read(file).get(section, {}).items():
            if name in entries:
                msg = f"{file} defines {section}.{name} a second time"
                raise KeyError(msg)
            entries[name] = entry
    return entries


class _Catalogue(Mapping[str, dict[str, Any]]):
    """All texts by ``section.name``; a file is parsed when somebody asks for a section of it."""

    def __getitem__(self, key: str) -> dict[str, Any]:
        section, _, name = key.partition(".")
        entries = _section(section)
        if name not in entries:
            raise KeyError(key)
        return entries[name]

    def __iter__(self) -> Iterator[str]:
        sections = dict.fromkeys(section for file in _written() for section in _read(file))
        return (f"{section}.{name}" for section in sections for name in _section(section))

    def __len__(self) -> int:
        return sum(1 for _ in self)


_CATALOGUE = _Catalogue()


def catalogue() -> Mapping[str, dict[str, Any]]:
    """Return all texts: ``{"section.name": {"zh": …, "en": …}}``.

    The first words of a command wait for no more than what they need, so that sections are read
    one by one.

    Raises
    ------
    KeyError
        When two files define the same key, and somebody asks for its section.
    """
    return _CATALOGUE


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
