"""The figures people read, as text: shares with their range, their denominators and unknowns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pandas as pd

from ...coverage.assessment import Assessment
from ...geo.words import Lang, label, text
from ..html import shown
from ..styles import standard_label, tier_label

FEWEST_PEOPLE = 5  # smaller numbers of people are not shown
FURTHER_TIERS = frozenset({"own"})  # offered as a choice, not told first


@dataclass(frozen=True, slots=True)
class Share:
    """How much of something is covered, ready to be shown.

    ``value`` is a percentage or "unknown", ``range`` low to high or empty, ``detail`` the
    denominators or, when unknown, the reason.
    """

    value: str
    range: str
    detail: str
    people: str
    known: bool


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: what it is, its value, and a line below."""

    label: str
    value: str
    note: str


def is_missing(value: object) -> bool:
    """Tell whether a scalar is None, NaN or NA."""
    return value is None or bool(pd.isna(value))  # type: ignore[call-overload]


def tiers_told(assessment: Assessment, *, further: bool = True) -> dict[str, float]:
    """Return the tiers with their standards in the order in which people are told of them.

    Parameters
    ----------
    assessment
        Whose tiers.
    further
        Whether the `FURTHER_TIERS` follow; without them when there are others.
    """
    first = {t: s for t, s in assessment.tiers.items() if t not in FURTHER_TIERS}
    if first and not further:
        return first
    return first | dict(assessment.tiers)


def community_name(community: Mapping[str, Any], lang: Lang) -> str:
    """Return the name of a row of ``summary["communities"]``; one row may be for no community."""
    identity, name = community.get("community_id"), community.get("name")
    if not is_missing(name):
        return shown(name)
    return shown("" if is_missing(identity) else identity) or text("page.no_community", lang)


def percent(share: float) -> str:
    """Return a share as a whole percentage that is 0 % or 100 % only when that is exact."""
    rounded = round(share * 100)
    if rounded == 0 and share > 0:
        return "<1%"
    if rounded == 100 and share < 1:
        return ">99%"
    return f"{rounded}%"


def three_figures(value: float) -> str:
    """Return a number to three figures, or to the unit when it is longer; never with an exponent.

    Examples
    --------
    >>> [three_figures(value) for value in (1568.4, 12.345, 0.5, 0.000012345, 40.0)]
    ['1,568', '12.3', '0.5', '0.0000123', '40']
    """
    if abs(value) >= 1000 or float(value).is_integer():
        return f"{value:,.0f}"
    return f"{Decimal(f'{value:.3g}'):f}"


def count(value: object, lang: Lang) -> str:
    """Return a count with separators, or "unknown"."""
    if is_missing(value):
        return text("popup.unknown", lang)
    return f"{float(str(value)):,.0f}"


def people(value: object, lang: Lang, *, unit: bool = False) -> str:
    """Return a number of people, never a small one; with its unit if wished."""
    if is_missing(value):
        return text("popup.unknown", lang)
    number = f"<{FEWEST_PEOPLE}" if float(str(value)) < FEWEST_PEOPLE else count(value, lang)
    return text("popup.people_value", lang, count=number) if unit else number


def lost_people(value: object, buildings: object, lang: Lang) -> str:
    """Return a number of people lost, never a small one; none where no building is lost."""
    if not is_missing(value) and not is_missing(buildings) and float(str(buildings)) == 0:
        return "0"
    return people(value, lang)


def share(coverage: Mapping[str, Any] | None, lang: Lang) -> Share:
    """Return the share of buildings that one tier covers.

    Parameters
    ----------
    coverage
        ``summary["coverage"][tier]``, or the same of one community; None when missing.
    lang
        Language of the text.
    """
    unknown = text("popup.unknown", lang)
    if coverage is None or is_missing(coverage.get("share_buildings")):
        stations = None if coverage is None else coverage.get("stations")
        none = coverage is None or (not is_missing(stations) and stations == 0)
        reason = text("verdict.no_station" if none else "verdict.no_answer", lang)
        return Share(unknown, "", reason, "", known=False)
    low, high = coverage.get("share_buildings_low"), coverage.get("share_buildings_high")
    span = ""
    if low is not None and high is not None and not is_missing(low) and not is_missing(high):
        span = text("page.range", lang, low=percent(float(low)), high=percent(float(high)))
    known = coverage.get("known_buildings")
    detail = text(
        "page.of_buildings",
        lang,
        covered=count(coverage.get("covered_buildings"), lang),
        known=count(known, lang),
    )
    without = unanswered(coverage)
    if without:
        extra = text("page.unknown_buildings", lang, count=count(without, lang))
        detail = text("popup.joiner", lang).join((detail, extra))
    return Share(
        percent(float(coverage["share_buildings"])),
        span,
        detail,
        _people(coverage, lang),
        known=True,
    )


def unanswered(coverage: Mapping[str, Any]) -> int:
    """Return how many buildings have no answer for a tier."""
    buildings, known = coverage.get("buildings"), coverage.get("known_buildings")
    if is_missing(buildings) or is_missing(known):
        return 0
    return int(str(buildings)) - int(str(known))


def key_figures(assessment: Assessment, lang: Lang) -> list[Figure]:
    """Return the figures that matter most, in the order in which they are read."""
    summary = assessment.summary
    counts = summary.get("counts", {})
    figures = [
        Figure(
            text("figure.buildings", lang),
            text("figure.buildings_value", lang, count=count(counts.get("buildings"), lang)),
            text(
                "figure.stations_note",
                lang,
                stations=count(counts.get("stations"), lang),
                lanes=count(counts.get("lanes"), lang),
            ),
        )
    ]
    first = True
    answers = []
    for tier, standard_s in tiers_told(assessment, further=False).items():
        coverage = summary.get("coverage", {}).get(tier)
        names = {"tier": tier_label(tier, lang), "standard": standard_label(standard_s, lang)}
        found = share(coverage, lang)
        note = found.detail
        if found.range:
            low, high = (coverage[f"share_buildings_{end}"] for end in ("low", "high"))
            span = text("figure.range", lang, low=percent(low), high=percent(high))
            note = text("popup.joiner", lang).join((span, note))
        figures.append(Figure(text("figure.covered", lang, **names), found.value, note))
        if first:
            figures.append(_people_figure(coverage, names, lang))
        if coverage is not None:
            answers.append(unanswered(coverage))
        first = False
    unattached = counts.get("unattached_buildings")
    loose = "" if is_missing(unattached) or not unattached else count(unattached, lang)
    figures.append(
        Figure(
            text("figure.unknown", lang),
            text(
                "figure.buildings_value",
                lang,
                count=count(max(answers, default=None), lang),
            ),
            text("figure.unknown_note", lang, count=loose) if loose else "",
        )
    )
    return figures


def missing_values(assessment: Assessment, lang: Lang) -> list[tuple[str, str]]:
    """Return what is not known and for how many records, the most first."""
    unknown: Mapping[str, Any] = assessment.summary.get("unknown", {})
    rows = []
    for name, number in sorted(unknown.items(), key=lambda item: (-int(item[1]), item[0])):
        layer, _, column = str(name).partition(".")
        if number:
            said = text(
                "index.missing",
                lang,
                layer=label("layer_name", layer, lang),
                column=label("column_name", column, lang),
            )
            rows.append((shown(said), count(number, lang)))
    return rows


def _people(coverage: Mapping[str, Any], lang: Lang) -> str:
    """Return the share of people with their number, or what is missing for it."""
    total, part = coverage.get("people"), coverage.get("share_people")
    said = []
    if not is_missing(total) and not is_missing(part):
        hidden = float(str(total)) < FEWEST_PEOPLE
        value = text("popup.unknown", lang) if hidden else percent(float(str(part)))
        said.append(text("page.people_share", lang, share=value, people=people(total, lang)))
    without = coverage.get("people_unknown_buildings")
    if not is_missing(without) and without:
        said.append(text("page.people_unknown", lang, count=count(without, lang)))
    return text("popup.joiner", lang).join(said)


def _people_figure(
    coverage: Mapping[str, Any] | None, names: Mapping[str, str], lang: Lang
) -> Figure:
    title = text("figure.people", lang, **names)
    unknown = text("popup.unknown", lang)
    if coverage is None or is_missing(coverage.get("share_people")):
        return Figure(title, unknown, share(coverage, lang).detail)
    total = coverage.get("people")
    hidden = not is_missing(total) and float(str(total)) < FEWEST_PEOPLE
    note = [text("figure.people_note", lang, people=people(total, lang))]
    without = coverage.get("people_unknown_buildings")
    if not is_missing(without) and without:
        note.append(text("page.people_unknown", lang, count=count(without, lang)))
    value = unknown if hidden else percent(float(coverage["share_people"]))
    return Figure(title, value, text("popup.joiner", lang).join(note))


def scenario_name(assessment: Assessment, lang: Lang) -> str:
    """Return what users read for the scenario: its own label, else its key."""
    return shown(assessment.scenario_label.get(lang, assessment.scenario))


def minutes_said(seconds: Any, lang: Lang) -> str:
    """Return a time as minutes and seconds, or that nobody arrives."""
    if is_missing(seconds):
        return text("papers.not_reached", lang)
    whole = round(float(seconds))
    return f"{whole // 60}:{whole % 60:02d}"
