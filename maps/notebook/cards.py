"""Cards of towns, assessments and studies, as a notebook shows them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import singledispatch
from typing import Any, Final

from ...coverage.assessment import Assessment
from ...coverage.measures import TownMeasures
from ...coverage.siting import Study
from ...geo.tables import SCHEMAS
from ...geo.town import Town
from ...geo.words import LANGS, Lang, label, text
from ..html import escape, paragraph, table
from ..voice import headline, measures_headline, no_answer, tiers_told

MISSING_TOLD: Final = 12  # columns with most missing values; a card is no report


@singledispatch
def card(shown: Any) -> str:
    """Return a town, an assessment or a study as a short piece of HTML, in both languages.

    Parameters
    ----------
    shown
        A `Town`, an `Assessment`, a siting `Study` or `TownMeasures`.

    Raises
    ------
    TypeError
        For anything else.
    """
    raise TypeError(f"no card for {type(shown).__name__}")


@card.register
def _(shown: Town) -> str:
    missing = sorted(shown.unknown().items(), key=lambda one: -one[1])[:MISSING_TOLD]
    untold: dict[str, list[str]] = {}
    for name, count in missing:
        layer, _, column = name.partition(".")
        untold.setdefault(layer, []).append(f"{column} {count}")
    rows = [
        (*_both("layer_name", layer), str(len(getattr(shown, layer))),
         ", ".join(untold.get(layer, ())))
        for layer in SCHEMAS
        if len(getattr(shown, layer))
    ]  # fmt: skip
    heads = (
        "",
        "",
        *(" ".join(text(f"card.{key}", lang) for lang in LANGS) for key in ("rows", "missing")),
    )
    km = float(shown.network.length_m.sum()) / 1000
    under = [f"{text('card.lanes_km', lang, km=f'{km:.1f}')}" for lang in LANGS]
    under += [_problems(shown, lang) for lang in LANGS]
    return _card(shown.name, shown.rules.title, table(heads, rows, numeric=(2,)), under)


@card.register
def _(shown: Assessment) -> str:
    said = [
        _covered(shown, tier, standard_s, lang)
        for tier, standard_s in tiers_told(shown).items()
        for lang in LANGS
    ]
    label_of = shown.scenario_label
    moment = " / ".join(dict.fromkeys(label_of.get(lang, shown.scenario) for lang in LANGS))
    return _card(shown.town, f"{moment} · {shown.date} · {shown.rules}", "", said)


@card.register
def _(shown: Study) -> str:
    return _card(shown.instance.town.name, "", "", [headline(shown, lang) for lang in LANGS])


@card.register
def _(shown: TownMeasures) -> str:
    before, _ = shown.assessed
    return _card(before.town, "", "", [measures_headline(shown, lang) for lang in LANGS])


def _covered(found: Assessment, tier: str, standard_s: float, lang: Lang) -> str:
    figures = found.coverage[tier]
    known = figures["share_buildings"] is not None
    return text(
        "cli.covered" if known else "cli.covered_unknown",
        lang,
        why=no_answer(figures, lang),
        tier=label("map_tier", tier, lang),
        minutes=f"{standard_s / 60:g}",
        **figures,
    )


def _problems(town: Town, lang: Lang) -> str:
    told = [problem.severity for problem in town.problems]
    return text("card.problems", lang, doubtful=told.count("warning"),
                repaired=told.count("repaired"))  # fmt: skip


def _both(field: str, code: str) -> tuple[str, str]:
    return label(field, code, "zh"), label(field, code, "en")


def _card(name: str, moment: str, inside: str, said: Sequence[str]) -> str:
    head = f"<strong>{escape(name)}</strong>"
    under = f" <small>{escape(moment)}</small>" if moment else ""
    told = "".join(paragraph(sentence) for sentence in said)
    return f'<div class="weizhan-card"><p>{head}{under}</p>{inside}{told}</div>'
