"""A siting study in plain sentences: the answer, each site, the proof, what was assumed."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd

from ...coverage.covering import Certificate
from ...coverage.siting import Beside, PriceCertificate, Study
from ...geo.arrays import Flags, Indices
from ...geo.candidate_list import ABSENT_DAY, ABSENT_NIGHT, COST_YUAN, YEARLY_YUAN
from ...geo.words import Lang, label, text
from ...geo.words import fields as f
from ..html import shown
from .figures import FEWEST_PEOPLE


def tenths(share: float) -> str:
    """Return a share with one decimal; never 0 or 100 % unless it is."""
    if 0 < share < 0.0005:
        return "<0.1%"
    if 0.9995 <= share < 1:
        return ">99.9%"
    return f"{share:.1%}"


def money(yuan: float) -> str:
    """Return yuan with separators."""
    return f"{yuan:,.0f}"


def figure(value: float) -> str:
    """Return a sum of what counts with as many digits as tell something."""
    return f"{value:,.1f}" if abs(value) >= 100 else f"{value:.4g}"


def whole(amount: float, weight: str) -> str:
    """Return a number of people or buildings; of few people only that they are few.

    Parameters
    ----------
    amount
        How many, not negative.
    weight
        ``people``, ``count`` or ``risk``, which has no whole number.
    """
    if weight == "people" and 0 < amount < FEWEST_PEOPLE:
        return f"<{FEWEST_PEOPLE}"
    return figure(amount) if weight == "risk" else f"{amount:,.0f}"


def amount(study: Study, worth: float, lang: Lang) -> str:
    """Return a sum of rows as people, buildings, or a share of the risk.

    Parameters
    ----------
    study
        Which tells what counts.
    worth
        Of rows, as its problem sums them.
    lang
        Language of the text.
    """
    weight = study.instance.bands[0].demand.weight
    told = {"amount": f"{study.amount(worth):,.0f}", "share": tenths(study.share(worth))}
    return text(f"site.amount_{weight}", lang, **told)


def site_names(study: Study, lang: Lang) -> list[str]:
    """Return what people call each site: its name, else what it is beside; no two alike.

    Parameters
    ----------
    study
        Whose sites, standing ones first.
    lang
        Language of the words.
    """
    stations = study.instance.town.stations
    ids = [shown(identity) for identity in stations[f.STATION_ID]]
    names = [
        shown(name) if pd.notna(name) else _beside(study, site, lang) or ids[site]
        for site, name in enumerate(stations[f.NAME])
    ]
    often = Counter(names)
    return [
        name if often[name] == 1 or name == identity else f"{name}（{identity}）"
        for name, identity in zip(names, ids, strict=True)
    ]


def _beside(study: Study, site: int, lang: Lang) -> str:
    near = study.beside.get(site)
    return "" if near is None else beside_said(near, lang)


def beside_said(near: Beside, lang: Lang) -> str:
    """Return where a place without a name is; empty where nothing near has one.

    Parameters
    ----------
    near
        What is near it.
    lang
        Language of the words.
    """
    lane = shown(near.lane) if near.lane else ""
    if not near.house:
        return lane
    metres = round(near.away_m, -1)
    key = "site.beside" if metres < 10 else "site.beside_at"
    values = {"house": shown(near.house), "metres": f"{metres:.0f}"}
    told = text(key, lang, compass=text(f"compass.{near.compass}", lang), **values)
    return text("site.beside_lane", lang, lane=lane, near=told) if lane else told


def named(study: Study, sites: Flags | Indices, lang: Lang) -> list[str]:
    """Return what people call some sites.

    Parameters
    ----------
    study
        Whose sites.
    sites
        Which of them.
    lang
        Language of the words.
    """
    names = site_names(study, lang)
    which = np.flatnonzero(sites) if sites.dtype == bool else sites
    return [names[site] for site in which.tolist()]


def host_said(host: object, lang: Lang) -> str:
    """Return the kind of a host.

    Parameters
    ----------
    host
        Code of the kind; unknown where it is missing or empty.
    lang
        Language of the text.
    """
    known = isinstance(host, str) and host != ""
    return label("host_type", host, lang) if known else text("site.host_unknown", lang)


def within(study: Study, lang: Lang) -> str:
    """Return the time within which cover counts."""
    tiers = list(study.instance.tiers)
    if len(tiers) > 1:
        return text("site.within_many", lang)
    seconds = study.instance.town.rules.tier[tiers[0]].standard_s.value
    return text("site.within", lang, minutes=f"{seconds / 60:g}")


def known_before(study: Study) -> bool:
    """Tell whether anything is known of cover before the plan; without stations nothing is."""
    coverage = study.assessed[0].coverage
    return any(coverage[tier]["share_buildings"] is not None for tier in study.instance.tiers)


def proof(study: Study, lang: Lang) -> list[str]:
    """Return status, bound, gap and how to check the bound by hand.

    Parameters
    ----------
    study
        Whose answer is proven.
    lang
        Language of the text.
    """
    answer, certificate = study.solution.answer, study.solution.certificate
    unit = study.instance.unit
    told = [
        text(
            "site.proof_said",
            lang,
            stopped=text(f"site.stopped_{answer.stopped}", lang),
            objective=figure(answer.objective / unit),
            bound=figure(answer.bound / unit),
            gap=f"{answer.gap:.3%}",
        )
    ]
    if certificate is None:
        return [*told, text("site.proof_none", lang)]
    draws = study.problem.rows.draws
    bound = certificate.bound / (draws if isinstance(certificate, Certificate) else 1)
    if isinstance(certificate, PriceCertificate):
        told.append(text("site.proof_price", lang, bound=figure(bound / unit)))
    elif study.problem.budget is None:
        told.append(
            text("site.proof_cover", lang, count=len(study.new), bound=figure(bound / unit))
        )
    else:
        told.append(text("site.proof_budget", lang, bound=figure(bound / unit)))
    if bound > answer.bound * (1 + 1e-6) + 1e-9:
        told.append(text("site.proof_weaker", lang, bound=figure(answer.bound / unit)))
    if study.certainty is not None:
        new = ~study.instance.existing
        counts = {
            word: int(new[getattr(study.certainty, word)].sum())
            for word in ("always", "never", "sometimes", "unknown")
        }
        told.append(
            text("site.certain_counts", lang, within=f"{study.certainty.within:.1%}", **counts)
        )
    return told


def gained(study: Study, before: Flags, after: Flags, lang: Lang) -> str:
    """Return what one choice of sites covers beyond another, by all that is known.

    Parameters
    ----------
    study
        Whose sites.
    before, after
        The two choices.
    lang
        Language of the text.
    """
    worth = study.problem.rows.worth
    counted = study.instance.bands[0].demand.weight
    told = [amount(study, worth(after) - worth(before), lang)]
    told += [
        text(f"site.late_{one.weight}", lang, amount=whole(more, one.weight))
        for one in study.counts
        if one.weight not in (counted, "risk")
        and (more := max(0.0, one.amount(after) - one.amount(before))) >= 0
    ]
    return text("site.comma", lang).join(told)


def paragraph(study: Study, rank: int, lang: Lang) -> str:
    """Return what speaks for a site, and what if it says no.

    Parameters
    ----------
    study
        Of which plan.
    rank
        In the order of building, from 0.
    lang
        Language.
    """
    site = int(study.order.sites[rank])
    row = study.instance.candidates.sites.iloc[site - int(study.instance.existing.sum())]
    before = study.instance.existing & study.solution.answer.chosen
    before[study.order.sites[:rank]] = True
    after = before.copy()
    after[site] = True
    adds = gained(study, before, after, lang)
    told = [text("site.word_adds", lang, rank=rank + 1, adds=adds)]
    if study.sensitivity is not None:
        told += _worths(study, site, lang)
    if study.stability is not None and study.stability.draws:
        told.append(_steady(study, site, lang))
    told.append(
        text(
            "site.word_host",
            lang,
            host=host_said(row[f.HOST_TYPE], lang),
            cost=money(row[COST_YUAN]),
            yearly="–" if pd.isna(row[YEARLY_YUAN]) else money(row[YEARLY_YUAN]),
            day=f"{row[ABSENT_DAY]:.0%}",
            night=f"{row[ABSENT_NIGHT]:.0%}",
        )
    )
    return "".join(told) if lang == "zh" else " ".join(told)


def _worths(study: Study, site: int, lang: Lang) -> list[str]:
    worths = study.sensitivity
    assert worths is not None
    at = int(np.flatnonzero(worths.sites == site)[0])
    chosen = study.solution.answer.chosen
    without = chosen.copy()
    without[site] = False
    key = "site.word_alone" if worths.alone[at] > 0 else "site.word_alone_none"
    told = [text(key, lang, alone=gained(study, without, chosen, lang))]
    other, price = int(worths.replacement[at]), float(worths.price[at])
    if other >= 0:
        key = "site.word_instead" if price > 0 else "site.word_instead_free"
        name = site_names(study, lang)[other]
        told.append(text(key, lang, name=name, price=amount(study, price, lang)))
    refused = worths.refused[at]
    if refused is not None and other >= 0 and price > 0:
        then = refused.answer.chosen
        lost = study.problem.rows.worth(chosen) - study.problem.rows.worth(then)
        if 0 <= lost < price - 1e-9:
            new = named(study, then & ~study.instance.existing, lang)
            names = text("site.comma", lang).join(new)
            told.append(
                text("site.word_refused", lang, price=amount(study, lost, lang), names=names)
            )
    return told


def _steady(study: Study, site: int, lang: Lang) -> str:
    """Return how often a site is chosen by chance, and why that differs from what is certain."""
    assert study.stability is not None
    share = float(study.stability.chosen[site])
    always = study.certainty is not None and site in study.certainty.always
    if not always or share >= 0.5:
        return text("site.word_draws", lang, share=tenths(share))
    within_ = f"{study.certainty.within:.1%}" if study.certainty else ""
    return text("site.word_draws_rare", lang, share=tenths(share), within=within_)


def notes(study: Study, lang: Lang) -> list[str]:
    """Return what was assumed, and what was cut short.

    Parameters
    ----------
    study
        Whose assumptions.
    lang
        Language of the text.
    """
    instance = study.instance
    told = []
    bands = ", ".join(
        f"{shown(band.moment.scenario.label.get(lang) or band.name)} × {band.share}"
        for band in instance.bands
    )
    told.append(text("site.bands", lang, bands=bands))
    if instance.wishes.aim == "arrival":
        told.append(text("site.aim_arrival", lang))
    if instance.doubled.any():
        worth = instance.town.rules.siting.second_cover.value
        told.append(
            text("site.double", lang, count=int(instance.doubled.sum()), worth=f"{worth:.0%}")
        )
    if instance.wishes.aim == "absence":
        absent = ", ".join(f"{share:.0%}" for share in instance.absent)
        told.append(text("site.aim_absence", lang, absent=absent))
    if instance.wishes.robust != "none":
        draws, tail = instance.wishes.lane_draws, f"{instance.wishes.tail:.0%}"
        told.append(text(f"site.robust_{instance.wishes.robust}", lang, draws=draws, tail=tail))
    demand = instance.bands[0].demand
    if demand.assumed:
        told.append(text("site.assumed", lang, count=demand.assumed))
    told += [
        text(
            "site.assumed_also",
            lang,
            count=one.assumed,
            weight=text(f"site.short_{one.weight}", lang),
        )
        for one in study.counts
        if one.assumed and one.weight != demand.weight
    ]
    if demand.unattached:
        told.append(text("site.unattached", lang, count=demand.unattached))
    told.append(text("site.costs_judged", lang))
    if (instance.candidates.sites["origin"] == "host").any():
        known = not instance.town.estates.empty
        told.append(text("site.hosts_estates" if known else "site.hosts_guessed", lang))
    if study.unfinished:
        parts = ", ".join(text(f"site.part_{name}", lang) for name in study.unfinished)
        told.append(text("site.outside_frontier", lang, parts=parts))
    return told
