"""Measures in plain words: their names, what they are worth, by which yardstick."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

import numpy as np
import pandas as pd

from ...coverage.measures import TownMeasures
from ...coverage.siting import Beside
from ...geo.measure import Measure
from ...geo.words import Lang, MeasureKind, catalogue, label, text
from ...geo.words import fields as f
from ..html import shown
from .figures import FEWEST_PEOPLE
from .siting_words import beside_said, figure, tenths

AT_BUILDINGS = (
    MeasureKind.SMOKE_DETECTOR,
    MeasureKind.RCD,
    MeasureKind.SIMPLE_SPRINKLER,
    MeasureKind.MENDING,
    MeasureKind.INSPECTION,
)


@lru_cache(maxsize=2)  # asked for in every row
def measure_names(found: TownMeasures, lang: Lang) -> list[str]:
    """Return what people call each measure: what is done, and where; no two alike.

    Parameters
    ----------
    found
        Whose measures.
    lang
        Language of the words.
    """
    return named_measures(
        found.study.measures, found.beside, found.study.instance.town.buildings, lang
    )


def named_measures(
    measures: Sequence[Measure],
    beside: Mapping[int, Beside],
    buildings: pd.DataFrame,
    lang: Lang,
) -> list[str]:
    """Return what people call each of some measures; no two alike.

    Parameters
    ----------
    measures
        Of one town.
    beside
        What is near a new station without a name, by number of the measure.
    buildings
        The town's, with `building_id` and `address`.
    lang
        Language of the words.
    """
    ids = buildings[f.BUILDING_ID].astype(str)
    addresses = dict(zip(ids, buildings[f.ADDRESS], strict=True))
    names = []
    for number, measure in enumerate(measures):
        where = shown(measure.name) if measure.name else ""
        if not where and number in beside:
            where = beside_said(beside[number], lang)
        address = addresses.get(measure.target)
        if not where and measure.kind in AT_BUILDINGS and isinstance(address, str):
            where = shown(address)
        kind = label("measure_kind", measure.kind, lang)
        where = where or shown(measure.target)
        for mended in measure.plan.mended:
            what = label("hazard_code", mended.code, lang)
            kind = text("measures.kind_of", lang, kind=kind, what=what)
        names.append(text("measures.named", lang, kind=kind, where=where) if where else kind)
    often = Counter(names)
    return [
        name
        if often[name] == 1 or name.endswith(shown(measure.target))
        else text("measures.named_id", lang, name=name, id=shown(measure.target))
        for name, measure in zip(names, measures, strict=True)
    ]


def listed_names(found: TownMeasures, numbers: Iterable[int], lang: Lang, *, most: int = 5) -> str:
    """Return some measures in one line; of more than are named, how many of each kind.

    Parameters
    ----------
    found
        Whose measures.
    numbers
        Which of them.
    lang
        Language of the text.
    most
        How many are named.
    """
    some = list(numbers)
    if len(some) > most:
        return kind_counts(found, some, lang)
    names = measure_names(found, lang)
    return text("site.comma", lang).join(names[number] for number in some)


def decider(measure: Measure, lang: Lang) -> str:
    """Return who decides a measure: a known word, or the town's own.

    Parameters
    ----------
    measure
        Which.
    lang
        Language of the words.
    """
    if not measure.decided_by:
        return text("popup.unknown", lang)
    if f"decider.{measure.decided_by}" in catalogue():
        return label("decider", measure.decided_by, lang)
    return shown(measure.decided_by)


def source_said(measure: Measure, lang: Lang) -> str:
    """Return where the price of a measure comes from.

    Parameters
    ----------
    measure
        Which.
    lang
        Language of the words.
    """
    if measure.source == "own list":
        return text("measures.source_own", lang)
    key = "judged" if measure.source.endswith("(judgement)") else "ruled"
    return text(f"measures.source_{key}", lang)


def counted(found: TownMeasures) -> str:
    """Return what is counted: ``late_people``, ``late_count``, ``minutes_people``, … ``harm``.

    Parameters
    ----------
    found
        Whose yardstick.
    """
    yardstick = found.study.request.yardstick
    if yardstick == "harm":
        return yardstick
    people = "people" if found.measured.weight == "people" else "count"
    return f"{yardstick}_{people}"


def unit_said(found: TownMeasures, lang: Lang) -> str:
    """Return in what gains are told.

    Parameters
    ----------
    found
        Which tells what is counted.
    lang
        Language of the word.
    """
    return text(f"measures.unit_{counted(found)}", lang)


def few(found: TownMeasures, amount: float) -> bool:
    """Tell whether an amount would tell of fewer people than may be told.

    Parameters
    ----------
    found
        Which tells what is counted.
    amount
        As `MeasuresStudy.amount`.
    """
    return counted(found).endswith("people") and 0 < abs(amount) < FEWEST_PEOPLE - 1e-9


def plain(found: TownMeasures, worth: float) -> str:
    """Return a worth as a bare number; of few people only that they are few.

    Parameters
    ----------
    found
        Which tells what is counted.
    worth
        As its problem counts it.
    """
    amount = found.study.amount(worth)
    if few(found, amount):
        return f"<{FEWEST_PEOPLE}"
    return figure(amount) if counted(found) == "harm" else f"{amount:,.0f}"


def gain_said(found: TownMeasures, worth: float, lang: Lang) -> str:
    """Return a worth with its unit.

    Parameters
    ----------
    found
        Which tells what is counted.
    worth
        As its problem counts it.
    lang
        Language of the text.
    """
    return text(f"measures.amount_{counted(found)}", lang, amount=plain(found, worth))


def level_said(found: TownMeasures, worth: float, lang: Lang) -> str:
    """Return how the town stands: the share in time, or how long people wait on average.

    Parameters
    ----------
    found
        Which tells what is counted.
    worth
        As its problem counts it.
    lang
        Language of the text.
    """
    study = found.study
    share = worth / max(float(study.problem.total.sum()), 1e-300)
    if study.request.yardstick == "late":
        return tenths(share)
    longest = study.instance.town.rules.measures.waiting_most_s.value / 60
    return text("measures.minutes", lang, minutes=f"{longest * (1 - share):.1f}")


def standard_said(found: TownMeasures, lang: Lang) -> str:
    """Return the time within which somebody must be there.

    Parameters
    ----------
    found
        Which tells the tiers that count.
    lang
        Language of the text.
    """
    instance = found.study.instance
    if len(instance.tiers) > 1:
        return text("site.within_many", lang)
    seconds = instance.town.rules.tier[next(iter(instance.tiers))].standard_s.value
    return text("site.within", lang, minutes=f"{seconds / 60:g}")


def known_now(found: TownMeasures) -> bool:
    """Tell whether anything is known of the town before; without stations nothing is.

    Parameters
    ----------
    found
        Whose town.
    """
    coverage = found.assessed[0].coverage
    return any(coverage[tier]["share_buildings"] is not None for tier in found.study.instance.tiers)


def kind_counts(found: TownMeasures, numbers: Iterable[int], lang: Lang) -> str:
    """Return how many of some measures are of each kind.

    Parameters
    ----------
    found
        Whose measures.
    numbers
        Which of them.
    lang
        Language of the text.
    """
    often = Counter(found.study.measures[number].kind for number in numbers)
    told = [
        text("measures.kind_count", lang, kind=label("measure_kind", kind, lang), count=often[kind])
        for kind in MeasureKind
        if often[kind]
    ]
    return text("site.comma", lang).join(told)


def gained(found: TownMeasures) -> float:
    """Return what the plan gains, as its problem counts it.

    Parameters
    ----------
    found
        Whose plan.
    """
    return found.study.answer.worth - found.study.before


def recounted(found: TownMeasures, worth: float) -> float:
    """Return what a plan gains by the engine's count; of harm less is better.

    Parameters
    ----------
    found
        Which holds the engine's count of the town before.
    worth
        The engine's count under the plan.
    """
    before = found.study.counted[0]
    return before - worth if found.study.request.yardstick == "harm" else worth - before


def costs(found: TownMeasures) -> tuple[float, float, float]:
    """Return what the plan costs once, each year, and over the years.

    Parameters
    ----------
    found
        Whose plan.
    """
    chosen = found.study.answer.chosen
    some = [found.study.measures[number] for number in np.flatnonzero(chosen)]
    once, yearly = sum(m.cost_yuan for m in some), sum(m.upkeep_yuan for m in some)
    return float(once), float(yearly), found.study.problem.spent(chosen)
