"""Briefs on one page or one list: before a key date by community, cases for exposure."""

from __future__ import annotations

from typing import Any, Final

from ...coverage import columns as c
from ...coverage.duties import exposure_cases
from ...coverage.review import Holiday, Review
from ...geo.words import Lang, label, text
from ...geo.words import fields as f
from ..voice import (
    SEEN,
    count,
    ledger_known,
    of_known,
    people,
    records,
    scenario_name,
    state_said,
)
from .meeting import (
    buildings_grid,
    cases_grid,
    day_of,
    place_of,
    report_of,
    said_of,
)
from .report import Block, Grid, Heading, NewPage, Paragraph, Report

TOP: Final = 10
LATER: Final = 3  # key dates after the next one


def exposure_list(told: Review, *, lang: Lang) -> Report:
    """Return the cases for the quarterly exposure, and how many major hazards are not among them.

    Only what somebody judged to be a major hazard within the period, and what is not mended: a
    listed case is not a major hazard by being listed.

    Parameters
    ----------
    told
        The period, with its cases on the last day.
    lang
        Of the report.
    """
    known = ledger_known(told.found.buildings, c.OPEN_HAZARDS)
    last = told.found.moment.day
    major = exposure_cases(told.cases, start=told.period.first, end=last)
    shown = major[major["exposure"] == "yes"]
    rows = [
        [
            str(row["key"]),
            place_of(row),
            label("hazard_code", row["code"], lang),
            day_of(row["major_on"]),
            said_of(row["major_by"]),
            said_of(row["major_rule"]),
            label("hazard_state", row[f.STATE], lang),
            day_of(row["due_on"]),
        ]
        for row in shown.to_dict("records")
    ]
    heads = [text(f"pack.{n}", lang) for n in ("case", "place", "hazard", "major_on", "major_by",
                                              "major_rule", "state", "due_on")]  # fmt: skip
    blocks: list[Block] = [Paragraph(text("pack.exposure_note", lang), small=True)]
    blocks.append(
        Grid(heads, rows, (1.2, 2.2, 1.8, 1.2, 1.4, 1.3, 0.9, 1.2))
        if rows
        else Paragraph(text("pack.none_exposed" if known else "pack.no_hazard_ledger", lang))
    )
    out = major.loc[major["exposure"] != "yes", "exposure"].value_counts()
    left = "；".join(f"{label('exposure', why, lang)} {count}" for why, count in out.items())
    if left:
        blocks.append(Paragraph(text("pack.exposure_left", lang, said=left), small=True))
    return report_of(told, text("pack.exposure_title", lang, period=told.period.name), blocks, lang)


def holiday_brief(review: Review, holiday: Holiday | None, *, lang: Lang) -> Report:
    """Return the risk brief before the next key date, one page a community.

    Parameters
    ----------
    review
        The period; its last day is the day of the brief.
    holiday
        The key date, with the town as it is on it; None where none is known.
    lang
        Of the report.
    """
    told = review if holiday is None else holiday.review
    named = text("pack.holiday_none", lang) if holiday is None else _named(holiday, lang)
    blocks: list[Block] = []
    buildings = told.found.buildings
    for at, community in enumerate(told.found.summary["communities"]):
        inside = buildings[buildings[f.COMMUNITY_ID] == community[f.COMMUNITY_ID]]
        if community[f.COMMUNITY_ID] is None:
            continue
        if at:
            blocks.append(NewPage())
        blocks.append(Heading(str(community[f.NAME] or community[f.COMMUNITY_ID])))
        blocks.append(Paragraph(named))
        blocks.append(Paragraph(_community_line(community, lang)))
        blocks.append(Paragraph(_covered(community, lang)))
        blocks.append(Heading(text("pack.watch", lang), 2))
        blocks.append(buildings_grid(inside.sort_values(c.RISK_RANK).head(TOP), lang))
        late = told.overdue[told.overdue[f.BUILDING_ID].isin(inside[f.BUILDING_ID])].head(8)
        blocks.append(Heading(text("pack.overdue", lang), 2))
        known = ledger_known(buildings, c.OPEN_HAZARDS)
        none = Paragraph(text("pack.none" if known else "pack.no_hazard_ledger", lang))
        blocks.append(cases_grid(late, lang) if len(late) else none)
        lanes = told.found.lanes
        near = lanes[lanes[f.LANE_ID].isin(inside[c.ATTACHED_LANE_ID]) & lanes[c.STATE].isin(SEEN)]
        blocks.append(Heading(text("pack.lanes_seen", lang), 2))
        blocks.append(
            Grid(
                [text(f"lane.head_{n}", lang) for n in ("id", "name", "state")],
                [
                    [str(r[f.LANE_ID]), said_of(r[f.NAME]), state_said(r, lang)]
                    for r in records(near)
                ],
                (1, 2, 3),
            )
            if len(near)
            else Paragraph(text("papers.none_seen", lang))
        )
        blocks.append(Paragraph(text("pack.advice", lang), small=True))
    if holiday is None:
        return report_of(told, text("pack.holiday_title", lang), blocks, lang)
    found, key = told.found, holiday.key
    title = text("pack.holiday_title_of", lang, name=key.name)
    subtitle = text(
        "pack.holiday_subtitle", lang, town=found.town, name=key.name, first=key.first,
        last=key.last, day=found.date, scenario=scenario_name(found, lang), rules=found.rules,
    )  # fmt: skip
    return Report(title, subtitle, f"{found.town}　{title}", review.found.date, found.simulated,
                  blocks)  # fmt: skip


def _named(holiday: Holiday, lang: Lang) -> str:
    """Return the key date with its days and scenario, and those that come after it."""
    key, found = holiday.key, holiday.review.found
    said = text("pack.holiday_said", lang, name=key.name, first=key.first, last=key.last,
                scenario=scenario_name(found, lang), day=found.date)  # fmt: skip
    later = [text("pack.holiday_later", lang, name=k.name, first=k.first, last=k.last)
             for k in holiday.following[:LATER]]  # fmt: skip
    return said + (text("pack.holiday_then", lang, later="；".join(later)) if later else "")


def _covered(entry: dict[str, Any], lang: Lang) -> str:
    """Return how many buildings each tier reaches in time on that day."""
    said = [
        text("pack.holiday_covered", lang, tier=label("map_tier", tier, lang),
             minutes=f"{told['standard_s'] / 60:g}",
             share=of_known(told["covered_buildings"], told["known_buildings"], lang))
        for tier, told in entry["coverage"].items() if tier != "own"
    ]  # fmt: skip
    return "；".join(said)


def _community_line(entry: dict[str, Any], lang: Lang) -> str:
    risk = entry.get("risk") or {}
    coverage: dict[str, Any] = next(
        iter(entry["coverage"].values()), {}
    )  # people are the same for every tier
    figures = {"red": "red_buildings", "orange": "orange_buildings",
               "open": c.OPEN_HAZARDS, "overdue": c.OVERDUE_HAZARDS}  # fmt: skip
    return text(
        "pack.community_line",
        lang,
        buildings=entry["buildings"],
        people=people(coverage.get("people"), lang, unit=True),
        **{name: count(risk.get(figure), lang) for name, figure in figures.items()},
    )
