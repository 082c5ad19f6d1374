"""The figures people read, as text: shares with their range, their denominators and unknowns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pandas as pd

from ...coverage import columns as c
from ...coverage.assessment import Assessment
from ...geo.tables import is_missing
from ...geo.words import Lang, label, text
from ...geo.words import fields as f
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


Row = Mapping[Any, Any] | pd.Series  # of a table of buildings, by column


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
    """Return the name of a row of ``summary["communities"]``; one row may be for no community.

    Parameters
    ----------
    community
        The row, with its identity and, where known, its name.
    lang
        Language of what is said where there is no community.
    """
    identity, name = community.get(f.COMMUNITY_ID), community.get(f.NAME)
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


def expected(value: object, lang: Lang) -> str:
    """Return an expected number with two digits that count; it is 0 only when it is exactly.

    Parameters
    ----------
    value
        What a year is expected to bring; may be missing.
    lang
        Language of "unknown".
    """
    if is_missing(value):
        return text("popup.unknown", lang)
    number = float(str(value))
    return f"{number:,.1f}" if number >= 10 else f"{number:.2g}"


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
    """Return a count with separators, or "unknown".

    Parameters
    ----------
    value
        A whole number; may be missing.
    lang
        Language of "unknown".
    """
    if is_missing(value):
        return text("popup.unknown", lang)
    return f"{float(str(value)):,.0f}"


def people(value: object, lang: Lang, *, unit: bool = False) -> str:
    """Return a number of people, never a small one; with its unit if wished.

    Parameters
    ----------
    value
        How many; below `FEWEST_PEOPLE` only that is said. May be missing.
    lang
        Language of the text.
    unit
        Whether the unit follows.
    """
    if is_missing(value):
        return text("popup.unknown", lang)
    number = f"<{FEWEST_PEOPLE}" if float(str(value)) < FEWEST_PEOPLE else count(value, lang)
    return text("popup.people_value", lang, count=number) if unit else number


def at_least(value: object, untold: object, said: str, lang: Lang, *, fewest: float = 1) -> str:
    """Return a sum of which some parts are not told: a lower bound, or nothing that is known.

    Parameters
    ----------
    value
        Sum of the parts that are told; may be missing.
    untold
        How many parts are not.
    said
        The sum in words.
    lang
        Language of the text.
    fewest
        Below it, a lower bound says nothing.

    Examples
    --------
    >>> at_least(3, 0, "3", "en"), at_least(3, 1, "3", "en"), at_least(0, 1, "0", "en")
    ('3', 'at least 3', 'unknown')
    """
    if is_missing(value) or (untold and float(str(value)) < fewest):
        return text("popup.unknown", lang)
    return text("popup.at_least", lang, value=said) if untold else said


def lost_people(lane: Mapping[str, Any], tier: str, what: str, lang: Lang) -> str:
    """Return how many people a tier no longer reaches with a lane closed.

    Parameters
    ----------
    lane
        Row with the columns of losses.
    tier
        Who no longer arrives in time.
    what
        ``"people"`` or ``"vulnerable"``.
    lang
        Language of the text.

    Returns
    -------
    str
        Never a small number; none where no building is lost; "at least" where some of the
        buildings do not tell their people.
    """
    buildings, value = lane.get(c.lost(tier, "buildings")), lane.get(c.lost(tier, what))
    if is_missing(buildings) or (is_missing(value) and float(str(buildings))):
        return text("popup.unknown", lang)
    if float(str(buildings)) == 0:
        return "0"
    untold = lane.get(c.lost(tier, f"{what}_unknown"))
    if is_missing(untold):
        return people(value, lang)
    return at_least(value, untold, people(value, lang), lang, fewest=FEWEST_PEOPLE)


def share(
    coverage: Mapping[str, Any] | None, lang: Lang, *, town: Mapping[str, Any] | None = None
) -> Share:
    """Return the share of buildings that one tier covers.

    Parameters
    ----------
    coverage
        ``summary["coverage"][tier]``, or the same of one community; None when missing.
    lang
        Language of the text.
    town
        ``summary["coverage"][tier]``, which tells of a community why nothing is known.
    """
    if coverage is not None and coverage.get("withheld"):
        withheld = text("yardstick.withheld", lang)
        return Share(withheld, "", str(coverage["withheld"][lang]), "", known=False)
    unknown = text("popup.unknown", lang)
    if coverage is None or is_missing(coverage.get("share_buildings")):
        told = "" if coverage is None else _people({**coverage, "known_people": None}, lang)
        return Share(unknown, "", no_answer(town or coverage, lang), told, known=False)
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
    """Return the figures that matter most, in the order in which they are read.

    Parameters
    ----------
    assessment
        Whose figures.
    lang
        Language of labels and notes.
    """
    summary = assessment.summary
    counts = summary.get("counts", {})
    figures = [
        Figure(
            text("figure.buildings", lang),
            text("figure.buildings_value", lang, count=count(counts.get("buildings"), lang)),
            text(
                "figure.stations_note" if counts.get("stations") else "figure.no_stations_note",
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
        if tier in summary.get("busy", {}):
            figures.append(_busy_figure(summary["busy"][tier], names, lang))
    if "water" in summary:
        figures.append(_water_figure(summary["water"], lang))
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
    """Return what is not known and for how many records, the most first.

    Parameters
    ----------
    assessment
        Whose layers.
    lang
        Language of layers and columns.
    """
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
    said = []
    if not is_missing(coverage.get("share_people")):
        total = people(coverage.get("people"), lang)
        said.append(text("page.people_share", lang, share=_people_part(coverage, lang),
                         people=total))  # fmt: skip
    return text("popup.joiner", lang).join([*said, *_people_missing(coverage, lang)])


def _people_part(coverage: Mapping[str, Any], lang: Lang) -> str:
    """Return the share of people as a percentage, unless so few are behind it."""
    of = coverage.get("known_people", coverage.get("people"))
    if is_missing(of) or float(str(of)) < FEWEST_PEOPLE:
        return text("popup.unknown", lang)
    return percent(float(str(coverage["share_people"])))


def _people_missing(coverage: Mapping[str, Any], lang: Lang) -> list[str]:
    """Return in how many buildings people are unknown, and how many live where cover is."""
    said = []
    total, answered = coverage.get("people"), coverage.get("known_people")
    if not is_missing(total) and not is_missing(answered):
        rest = int(str(total)) - int(str(answered))
        if rest > 0:
            said.append(text("page.people_unanswered", lang, people=people(rest, lang)))
    without = coverage.get("people_unknown_buildings")
    if not is_missing(without) and without:
        said.append(text("page.people_unknown", lang, count=count(without, lang)))
    return said


def _people_figure(
    coverage: Mapping[str, Any] | None, names: Mapping[str, str], lang: Lang
) -> Figure:
    title = text("figure.people", lang, **names)
    if coverage is not None and coverage.get("withheld"):
        return Figure(title, text("yardstick.withheld", lang), str(coverage["withheld"][lang]))
    known = coverage is not None and not is_missing(coverage.get("share_people"))
    note = []
    if coverage is None or is_missing(coverage.get("share_buildings")):
        note.append(no_answer(coverage, lang))
    if coverage is not None and not is_missing(coverage.get("people")):
        note.append(text("figure.people_note", lang, people=people(coverage["people"], lang)))
    if coverage is not None:
        note += _people_missing(coverage, lang) if known else _people_missing(
            {**coverage, "known_people": None}, lang
        )  # fmt: skip
    value = _people_part(coverage or {}, lang) if known else text("popup.unknown", lang)
    return Figure(title, value, text("popup.joiner", lang).join(note))


def _busy_figure(busy: Mapping[str, Any], names: Mapping[str, str], lang: Lang) -> Figure:
    """Return what is covered while crews may be out; beside it what hangs on one crew."""
    title, only = text("figure.busy", lang, **names), count(busy["only"], lang)
    if is_missing(busy["share_free"]):
        return Figure(title, text("popup.unknown", lang), text("figure.busy_unknown", lang,
                                                               only=only))  # fmt: skip
    if is_missing(busy["busiest"]):  # nobody is on duty, so nobody can be out
        return Figure(title, decimal_percent(busy["share_free"]), text("figure.busy_nobody", lang))
    lost = (busy["share_buildings"] - busy["share_free"]) * busy["known_buildings"]
    note = text(
        "figure.busy_note", lang, only=only, lost=expected(lost, lang),
        now=decimal_percent(busy["share_buildings"]),
        calls=expected(busy["calls_a_year"], lang), minutes=f"{busy['minutes']:g}",
        station=shown(busy["busiest"]), chance=f"{float(busy['chance_out']) * 100:.2g}%",
    )  # fmt: skip
    return Figure(title, decimal_percent(busy["share_free"]), note)


def decimal_percent(share: float) -> str:
    """Return a share with one decimal, which is 0 % or 100 % only when that is exact.

    Examples
    --------
    >>> [decimal_percent(x) for x in (0.4232, 0.9999, 1.0, 0.0002)]
    ['42.3%', '>99.9%', '100%', '<0.1%']
    """
    said = f"{share * 100:.1f}"
    if said == "0.0" and share > 0:
        return "<0.1%"
    if said == "100.0" and share < 1:
        return ">99.9%"
    return said.removesuffix(".0") + "%"


def _water_figure(water: Mapping[str, Any], lang: Lang) -> Figure:
    title = text("figure.water", lang)
    if not water["sources"]:
        return Figure(title, text("popup.unknown", lang), text("figure.water_none", lang))
    told = {name: count(water[name], lang) for name in ("working", "untold", "beyond")}
    return Figure(title, water_share(water, lang), text(
        "figure.water_note", lang, metres=f"{water['hose_m']:g}", detour=f"{water['detour']:g}",
        **told))  # fmt: skip


def water_share(water: Mapping[str, Any], lang: Lang) -> str:
    """Return the share of buildings with working water, as a range where some is not told of.

    Parameters
    ----------
    water
        From `weizhan.coverage.reach.water_figures`.
    lang
        Language of "unknown".
    """
    low, high = water.get("share_low"), water.get("share_high")
    if is_missing(low) or is_missing(high):
        return text("work.unknown", lang)
    ends = percent(float(str(low))), percent(float(str(high)))
    if low == high:
        return ends[0]
    return text("water.range", lang, low=ends[0], high=ends[1])


def no_answer(coverage: Mapping[str, Any] | None, lang: Lang) -> str:
    """Return why nothing is known of a tier: no station, none on a lane, or too little else.

    Parameters
    ----------
    coverage
        ``summary["coverage"][tier]``, or the same of one community; None when missing.
    lang
        Language of the text.
    """
    stations = None if coverage is None else coverage.get("stations")
    if coverage is None or (not is_missing(stations) and stations == 0):
        return text("verdict.no_station", lang)
    off = coverage.get("stations_off_lanes")
    if not is_missing(stations) and not is_missing(off) and stations == off:
        return text("verdict.off_lanes", lang)
    return text("verdict.no_answer", lang)


def ledger_known(buildings: pd.DataFrame, column: str) -> bool:
    """Tell whether the town has the ledger that a column of its buildings comes from.

    Parameters
    ----------
    buildings
        Of the town.
    column
        Made from the ledger; all missing where there is none.
    """
    return bool(buildings[column].notna().any())


def of_known(part: object, known: object, lang: Lang) -> str:
    """Return a count over its denominator; over nothing it is unknown.

    Parameters
    ----------
    part
        Those of the known that are counted; may be missing.
    known
        All of which it is known; may be missing.
    lang
        Language of "unknown".
    """
    if is_missing(part) or is_missing(known) or not known:
        return text("popup.unknown", lang)
    return f"{part}/{known}"


def scenario_name(assessment: Assessment, lang: Lang) -> str:
    """Return what users read for the scenario: its own label, else its key.

    Parameters
    ----------
    assessment
        Of which scenario.
    lang
        Language of the label.
    """
    return shown(assessment.scenario_label.get(lang, assessment.scenario))


def reasons_said(building: Row, lang: Lang) -> str:
    """Return the reasons of a building's risk, the weightiest first; empty when none is known.

    Parameters
    ----------
    building
        Row with the columns of the reasons.
    lang
        Language of the text.
    """
    reasons = [building.get(c.reason(number + 1)) for number in range(c.REASONS)]
    return "；".join(text(f"risk_reason.{r}", lang) for r in reasons if not is_missing(r))


def arrival_said(building: Row, tier: str, lang: Lang, *, time: str = "") -> str:
    """Return when a tier arrives as minutes and seconds, that it never does, or that it is unknown.

    Parameters
    ----------
    building
        Row with the columns of response of the tier.
    tier
        Who should arrive.
    lang
        Language of the text.
    time
        Column of another time than the typical one.
    """
    if cover_unknown(building, tier):
        return text("popup.unknown", lang)
    seconds = building.get(time or c.response_time(tier))
    if is_missing(seconds):
        return text("papers.not_reached", lang)
    return minutes_said(seconds)


def cover_unknown(building: Row, tier: str) -> bool:
    """Tell whether nothing is known of when a tier arrives at a building.

    Parameters
    ----------
    building
        Row with the column of cover of the tier.
    tier
        Who should arrive.
    """
    cover = building.get(c.cover(tier))
    return is_missing(cover) or str(cover) == c.Cover.UNKNOWN


def minutes_said(seconds: Any) -> str:
    """Return a known time as minutes and seconds."""
    whole = round(float(seconds))
    return f"{whole // 60}:{whole % 60:02d}"
