"""The answer of a siting study: gain, candidates, bounds, proof, and what it must not hide."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ...coverage.siting import Study, reason_counts
from ...geo.words import Lang, label, text
from ...geo.words import fields as f
from ..html import shown
from .siting_words import known_before, money, named, tenths, whole, within

NAMED = 5  # communities or buildings in a sentence


def headline(study: Study, lang: Lang) -> str:
    """Return the answer in a few sentences: what is gained, of how many candidates, how sure.

    Parameters
    ----------
    study
        Whose answer.
    lang
        Language of the text.
    """
    chosen = study.solution.answer.chosen
    after = study.share(study.problem.rows.worth(chosen))
    enough = study.request.target is not None and not len(study.new) and known_before(study)
    key = "headline_none" if enough else "headline" if known_before(study) else "headline_unknown"
    parts = [
        text(
            f"site.{key}",
            lang,
            count=len(study.new),
            cost=money(study.problem.spent(chosen)),
            standard=within(study, lang),
            weight=text(f"site.weight_{study.instance.bands[0].demand.weight}", lang),
            before=tenths(study.before),
            target=tenths(study.request.target or 0.0),
            after=tenths(after),
            others=_others(study, lang),
            proof=proof_short(study, lang),
        ),
        pool(study, lang),
        lanes_said(study, lang),
    ]
    gone = named(study, study.instance.existing & ~chosen, lang)
    if gone:
        names = text("site.comma", lang).join(gone)
        parts.append(text("site.headline_moved", lang, count=len(gone), names=names))
    return (" " if lang == "en" else "").join(part for part in parts if part)


def _others(study: Study, lang: Lang) -> str:
    """Return the shares by what the plan was not made for, in brackets."""
    chosen, standing = study.solution.answer.chosen, study.instance.existing
    counted = study.instance.bands[0].demand.weight
    told = [
        text(
            "site.other_share" if known_before(study) else "site.other_share_unknown",
            lang,
            weight=text(f"site.short_{one.weight}", lang),
            before=tenths(one.share(standing)),
            after=tenths(one.share(chosen)),
        )
        for one in study.counts
        if one.weight != counted and one.rows.total
    ]
    if not told:
        return ""
    return text("site.brackets", lang, inside=text("site.comma", lang).join(told))


def pool(study: Study, lang: Lang) -> str:
    """Return how many candidates there were, how many fell out, and why.

    Parameters
    ----------
    study
        Whose candidates.
    lang
        Language of the text.
    """
    candidates = study.instance.candidates
    used, gone = len(candidates.sites), len(candidates.dropped)
    barred = {
        "wish": len(study.instance.wishes.forbidden),
        "spacing": len(study.problem.forbidden) - len(set(study.instance.wishes.forbidden)),
    }
    told = [text("site.pool" if gone else "site.pool_all", lang, every=used + gone, used=used)]
    if gone:
        why = reason_counts(candidates.dropped["reason"].value_counts().to_dict(), lang)
        told.append(text("site.pool_dropped", lang, dropped=gone, why=why))
    told += [
        text(f"site.pool_{reason}", lang, count=count) for reason, count in barred.items() if count
    ]
    return text("site.comma", lang).join(told) + text("site.stop", lang)


def lanes_said(study: Study, lang: Lang) -> str:
    """Return what as many stations anywhere on lanes would reach at most.

    Parameters
    ----------
    study
        Whose bound.
    lang
        Language of the text.
    """
    found = study.lanes
    if found is None:
        return text("site.lanes_unknown", lang) if len(study.new) else ""
    ours = study.share(study.problem.rows.worth(study.solution.answer.chosen))
    key = "site.lanes_more" if found.share - ours >= 0.005 else "site.lanes_same"
    return text(key, lang, count=found.stations, share=tenths(found.share))


def cautions(study: Study, lang: Lang) -> list[str]:
    """Return what the headline must not hide: wishes not met, fewer stations, who stays late.

    Parameters
    ----------
    study
        Whose answer.
    lang
        Language of the text.
    """
    told = []
    if study.fewer is not None:
        fewer = study.fewer
        told.append(text(f"site.fewer_{fewer.reason}", lang, asked=fewer.asked, new=fewer.new))
    further = (must_said(study, lang), floor_said(study, lang), still_late(study, lang))
    return [*told, *(said for said in further if said)]


def must_said(study: Study, lang: Lang) -> str:
    """Return whether what must be covered is, and what is not, why; empty where nothing must.

    Parameters
    ----------
    study
        Whose plan.
    lang
        Language of the text.
    """
    used = set(study.instance.town.buildings[f.USE].dropna())
    none = [use for use in study.instance.wishes.must_uses if use not in used]
    told = []
    if none:
        uses = text("site.comma", lang).join(label("use", use, lang) for use in none)
        told.append(text("site.must_no_use", lang, uses=uses))
    frame = study.must
    if not frame.empty:
        lost = frame[~frame["met"].astype(bool)]
        values = {"count": len(frame), "unmet": len(lost)}
        least = study.solution.answer.unmet_bound
        said = text("site.must_some" if len(lost) else "site.must_all", lang, least=least, **values)
        told.append(said)
        for why, rows in lost.groupby("why", sort=False):
            names = [
                shown(name if pd.notna(name) else identity)
                for identity, name in zip(rows[f.BUILDING_ID], rows[f.NAME], strict=True)
            ]
            some = text("site.comma", lang).join(names[:NAMED]) + ("…" if names[NAMED:] else "")
            reason = text(f"site.must_why_{why}", lang)
            told.append(text("site.must_lost", lang, names=some, why=reason))
    return (" " if lang == "en" else "").join(told)


def floor_said(study: Study, lang: Lang) -> str:
    """Return which communities stay below the floor wished, and what is possible; else empty.

    Parameters
    ----------
    study
        Whose plan.
    lang
        Language of the text.
    """
    found = study.floor
    if found is None:
        return ""
    told = (
        text(
            "site.floor_one",
            lang,
            community=shown(row[f.NAME] if pd.notna(row[f.NAME]) else row[f.COMMUNITY_ID]),
            after=tenths(row["after"]),
            most=tenths(row["most"]),
        )
        for _, row in found.below.head(NAMED).iterrows()
    )
    return text(
        "site.floor_proven" if found.proven else "site.floor_open",
        lang,
        floor=tenths(found.floor),
        count=len(found.below),
        communities=text("site.semicolon", lang).join(told),
        possible=tenths(found.possible),
    )


def still_late(study: Study, lang: Lang, most: int = 3) -> str:
    """Return the communities in which the most people stay late; empty where nobody does.

    Parameters
    ----------
    study
        Whose plan.
    lang
        Language of the text.
    most
        How many communities are named.
    """
    if not study.counts:
        return ""
    one, chosen = study.counts[0], study.solution.answer.chosen
    late = one.late(chosen, len(study.instance.communities))
    shares = one.rows.shares(chosen, len(late))
    names = study.communities[f.NAME].to_numpy(dtype=object)
    if not known_before(study):  # whoever else may come in time is unknown
        told = text(f"site.late_{one.weight}", lang, amount=whole(one.amount(chosen), one.weight))
        return text("site.late_unknown", lang, standard=within(study, lang), reached=told)
    worst = [at for at in np.argsort(-late, kind="stable")[:most].tolist() if late[at] >= 0.5]
    if not worst:
        return ""
    each = (
        text(
            "site.late_one",
            lang,
            community=shown(names[at] if pd.notna(names[at]) else study.instance.communities[at]),
            share=tenths(float(shares[at])),
            late=text(f"site.late_{one.weight}", lang, amount=whole(float(late[at]), one.weight)),
        )
        for at in worst
    )
    every = one.total - one.amount(chosen)
    return text(
        "site.late",
        lang,
        standard=within(study, lang),
        late=text(f"site.late_{one.weight}", lang, amount=whole(every, one.weight)),
        communities=text("site.semicolon", lang).join(each),
    )


def proof_short(study: Study, lang: Lang) -> str:
    """Return whether the plan is proven, or how far it may be from the best."""
    answer = study.solution.answer
    if answer.proven:
        return text("site.proven", lang)
    return text(
        "site.not_proven",
        lang,
        gap=tenths(study.share(answer.bound - answer.objective)),
        bound=tenths(study.bound_share(answer)),
        stopped=text(f"site.stopped_{answer.stopped}", lang),
    )
