"""The answer of a study of measures: what to do for how much, what it gains, how sure that is."""

from __future__ import annotations

import numpy as np

from ...coverage.covering import CLOSE
from ...coverage.measures import TownMeasures
from ...geo.words import Lang, text
from ..html import shown
from .measures_words import (
    costs,
    counted,
    gain_said,
    gained,
    kind_counts,
    known_now,
    level_said,
    measure_names,
    recounted,
    standard_said,
)
from .siting_words import figure, money, tenths

FIRST = 3  # measures named in the headline
SAME = 0.005  # of a gain: the model and the engine agree


def _joined(told: list[str], lang: Lang) -> str:
    return (" " if lang == "en" else "").join(part for part in told if part)


def measures_headline(found: TownMeasures, lang: Lang) -> str:
    """Return the answer in a few sentences: what to do for how much, what it gains, how sure.

    Parameters
    ----------
    found
        Whose answer.
    lang
        Language of the text.
    """
    study = found.study
    if not study.answer.chosen.any():
        return _joined([text("measures.nothing", lang), measures_proof_short(found, lang)], lang)
    once, yearly, whole = costs(found)
    years = study.instance.town.rules.measures.horizon_years.value
    told = [
        text(
            "measures.headline",
            lang,
            count=int(study.answer.chosen.sum()),
            kinds=kind_counts(found, np.flatnonzero(study.answer.chosen).tolist(), lang),
            whole=money(whole),
            years=f"{years:g}",
            once=money(once),
            yearly=money(yearly),
        ),
        _gain(found, lang),
        _first(found, lang),
        measures_proof_short(found, lang),
    ]
    return _joined(told, lang)


def _gain(found: TownMeasures, lang: Lang) -> str:
    study, worth = found.study, found.study.answer.worth
    if counted(found) == "harm":  # by the engine, as an assessment of the plan tells it
        before, less = study.counted[0], recounted(found, study.counted[1])
        share = tenths(less / before if before > 0 else 0.0)
        values = {"gain": gain_said(found, less, lang), "before": f"{before:,.1f}"}
        return text("measures.gain_harm", lang, share=share, **values)
    gain = gain_said(found, gained(found), lang)
    values = {
        "gain": gain,
        "after": level_said(found, worth, lang),
        "standard": standard_said(found, lang),
        "mean": _mean(found, lang),
    }
    if not known_now(found):
        return text(f"measures.gain_{study.request.yardstick}_unknown", lang, **values)
    before_said = level_said(found, study.before, lang)
    return text(f"measures.gain_{study.request.yardstick}", lang, before=before_said, **values)


def _mean(found: TownMeasures, lang: Lang) -> str:
    """Return of which time of day figures are, or of which they are the mean."""
    bands = found.study.instance.bands
    names = [shown(band.moment.scenario.label.get(lang) or band.name) for band in bands]
    return text(
        "measures.mean" if len(bands) > 1 else "measures.at",
        lang,
        bands=text("site.comma", lang).join(names),
    )


def _first(found: TownMeasures, lang: Lang) -> str:
    names = measure_names(found, lang)
    steps = [names[step.measure] for step in found.study.steps]
    key = "measures.first" if len(steps) > FIRST else "measures.these"
    return text(key, lang, names=text("site.comma", lang).join(steps[:FIRST]))


def measures_proof_short(found: TownMeasures, lang: Lang) -> str:
    """Return whether the plan is proven, or how far it may be from the best.

    Parameters
    ----------
    found
        Whose plan.
    lang
        Language of the text.
    """
    study, answer = found.study, found.study.answer
    if study.least_yuan is not None:
        key = "measures.least_proven" if answer.proven else "measures.least_open"
        share = tenths(study.request.target or 0.0)
        target = text(f"measures.target_{study.request.yardstick}", lang, share=share)
        return text(key, lang, target=target, least=money(study.least_yuan))
    if answer.proven:
        return text("site.proven", lang)
    return text(
        "measures.not_proven",
        lang,
        gap=gain_said(found, answer.bound - answer.worth, lang),
        stopped=text(f"site.stopped_{answer.stopped}", lang),
    )


def measures_cautions(found: TownMeasures, lang: Lang) -> list[str]:
    """Return what the headline must not hide: parts cut short, figures that differ, few people.

    Parameters
    ----------
    found
        Whose answer.
    lang
        Language of the text.
    """
    study, told = found.study, []
    if study.unfinished:
        parts = (text(f"measures.part_{name}", lang) for name in study.unfinished)
        told.append(text("measures.unfinished", lang, parts=text("site.comma", lang).join(parts)))
    if study.request.equity == "worst" and study.communities:
        worst, was = study.answer.worst, study.problem.worst(study.problem.flags([]))
        key = "measures.worst" if worst > was + 1e-9 else "measures.worst_same"
        told.append(text(key, lang, share=tenths(worst)))
    if study.draws is not None and study.draws.draws:
        names = measure_names(found, lang)
        first = [step.measure for step in study.steps[:FIRST]]
        weak = [names[m] for m in first if study.draws.share[m] < 0.5]
        if weak:
            said = text("site.comma", lang).join(weak)
            told.append(text("measures.shaky", lang, names=said))
    here = study.instance.town.name
    told += [
        text("measures.other_town", lang, name=one.name, town=one.town)
        for one in study.others
        if one.town and one.town != here
    ]
    told.append(recount_said(found, lang))
    return told


def recount_said(found: TownMeasures, lang: Lang) -> str:
    """Return the engine's count of the gain beside the model's.

    Parameters
    ----------
    found
        Whose plan.
    lang
        Language of the text.
    """
    model, engine = gained(found), recounted(found, found.study.counted[1])
    same = abs(model - engine) <= SAME * max(abs(model), abs(engine)) + 1e-9
    values = {
        "model": gain_said(found, model, lang),
        "engine": gain_said(found, engine, lang),
    }
    if same and values["model"] != values["engine"]:
        return text("measures.recount_close", lang, **values)
    key = "measures.recount_same" if same else f"measures.recount_{found.study.request.yardstick}"
    return text(key, lang, **values)


def slices_said(found: TownMeasures, lang: Lang) -> list[str]:
    """Return what the last 10,000 yuan buy, and what 10,000 more would.

    Parameters
    ----------
    found
        Whose budget.
    lang
        Language of the text.
    """
    told = []
    for name, worth in (("last", found.study.last_slice), ("next", found.study.next_slice)):
        if np.isnan(worth):
            continue
        key = f"measures.{name}_slice" if worth > 0 else f"measures.{name}_slice_none"
        told.append(text(key, lang, gain=gain_said(found, max(worth, 0.0), lang)))
    return told


def kinds_said(found: TownMeasures, lang: Lang) -> str:
    """Return of how many kinds half or twice the cost leaves the plan as it is.

    Parameters
    ----------
    found
        Whose plan.
    lang
        Language of the text.
    """
    same = [one for one in found.study.kinds if not (one.entered or one.left)]
    proven = sum(one.proven for one in same)
    return text(
        "measures.kinds_note", lang, same=len(same), asked=len(found.study.kinds), proven=proven
    )


def draws_said(found: TownMeasures, lang: Lang) -> str:
    """Return how the plan stands in draws of costs; that there were none where there were none.

    Parameters
    ----------
    found
        Whose plan.
    lang
        Language of the text.
    """
    draws = found.study.draws
    if draws is None or not draws.draws:
        return text("measures.no_draws", lang)
    low, high = np.quantile(draws.spent, [0.1, 0.9])
    always = int((draws.share[found.study.answer.chosen] == 1).sum())
    values = {
        "count": draws.draws,
        "always": always,
        "low": money(float(low)),
        "high": money(float(high)),
    }
    return text("measures.draws_note", lang, **values)


def beyond_said(found: TownMeasures, lang: Lang) -> str:
    """Return what ways with three and more openings could be worth at most.

    Parameters
    ----------
    found
        Whose plan.
    lang
        Language of the text.
    """
    study = found.study
    more = study.beyond - max(study.answer.worth, study.answer.bound)
    if more <= CLOSE * abs(study.answer.worth) + 1e-6 * study.unit:
        return text("measures.beyond_none", lang)
    return text("measures.beyond", lang, gain=gain_said(found, more, lang))


def measures_proof(found: TownMeasures, lang: Lang) -> list[str]:
    """Return status, bound, gap and how to add the bound up by hand.

    Parameters
    ----------
    found
        Whose answer is proven.
    lang
        Language of the text.
    """
    study, answer, unit = found.study, found.study.answer, found.study.unit
    told = [
        text(
            "site.proof_said",
            lang,
            stopped=text(f"site.stopped_{answer.stopped}", lang),
            objective=figure(answer.worth / unit),
            bound=figure(answer.bound / unit),
            gap=f"{answer.gap:.3%}",
        )
    ]
    if study.least_yuan is not None:
        least, cost = money(study.least_yuan), money(study.budget)
        return [text("measures.proof_target", lang, least=least, cost=cost)]
    if answer.proof is None:
        return [*told, text("site.proof_none", lang)]
    bound = answer.proof.bound
    told.append(text("site.proof_price", lang, bound=figure(bound / unit)))
    if bound > answer.bound * (1 + 1e-6) + 1e-9:
        told.append(text("site.proof_weaker", lang, bound=figure(answer.bound / unit)))
    told.append(text("measures.proof_sum", lang, unit=f"{unit:g}"))
    return told


def measures_notes(found: TownMeasures, lang: Lang) -> list[str]:
    """Return the yardstick with its weights, and what was assumed.

    Parameters
    ----------
    found
        Whose assumptions.
    lang
        Language of the text.
    """
    study, instance = found.study, found.study.instance
    rule = instance.town.rules.measures
    told = [
        text(
            f"measures.how_{counted(found)}",
            lang,
            standard=standard_said(found, lang),
            longest=f"{rule.waiting_most_s.value / 60:g}",
            step=f"{rule.waiting_step_s.value:g}",
        ),
        text(f"measures.equity_{study.request.equity}", lang, weight=f"{rule.need_weight.value:g}"),
    ]
    if study.request.yardstick == "harm":
        told.append(text("measures.harm_bands", lang))
    else:
        bands = text("site.comma", lang).join(
            f"{shown(band.moment.scenario.label.get(lang) or band.name)} × {band.share}"
            for band in instance.bands
        )
        told.append(text("site.bands", lang, bands=bands))
    told.append(
        text(
            "measures.costs",
            lang,
            years=f"{rule.horizon_years.value:g}",
            rate=f"{rule.discount_rate.value:.0%}",
        )
    )
    listed = sum(measure.source == "own list" for measure in study.measures)
    told.append(text("measures.prices", lang, count=len(study.measures), own=listed))
    if found.measured.assumed:
        told.append(text("site.assumed", lang, count=found.measured.assumed))
    if not known_now(found):
        told.append(text("measures.unknown_now", lang))
    told.append(beyond_said(found, lang))
    return told
