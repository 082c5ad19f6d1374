"""The brief before a key date: what burnt then, who is on duty, whom to look after.

The first pages are of the town; then every community has a page of its own.
"""

from __future__ import annotations

from typing import Any, Final

import pandas as pd

from ...coverage import columns as c
from ...coverage.assessment import Assessment
from ...coverage.review import Holiday, Review
from ...geo.tables import is_missing
from ...geo.words import Lang, RiskBand, label, text
from ...geo.words import fields as f
from ..voice import (
    FEWEST_PEOPLE,
    SEEN,
    arrival_said,
    at_least,
    count,
    days_said,
    ledger_known,
    of_known,
    people,
    ranked,
    reasons_said,
    records,
    scenario_name,
    state_said,
)
from .grids import day_of, lane_of, on_duty_said, place_of, word_of
from .meeting import report_of
from .report import Block, Grid, Heading, NewPage, Paragraph, Report, Signature

LATER: Final = 3  # key dates after the next one
FIRES: Final = 10
#: Rows of the tables of a community, which all stand on one page; reported lanes: twice as many.
WATCHED, CREWS, LANES, LATE = 5, 3, 3, 3


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
    if holiday is None:
        none: list[Block] = [Paragraph(text("pack.holiday_none", lang))]
        return report_of(review, text("pack.holiday_title", lang), none, lang)
    name = holiday.key.name
    blocks: list[Block] = [
        *_days(holiday, lang),
        *_fires(holiday, lang),
        *_duty(holiday, lang),
        *_asked(lang),
        Signature(review.found.town),
    ]
    for community in holiday.review.found.summary["communities"]:
        if community[f.COMMUNITY_ID] is not None:
            called = str(community[f.NAME] or community[f.COMMUNITY_ID])
            title = text("holiday.community_title", lang, community=called, name=name)
            blocks += [NewPage(), Heading(title, 0), *_community(holiday, community, lang)]
    found, then = review.found, holiday.review.found
    subtitle = text("pack.subtitle", lang, town=found.town, days=_span(holiday, lang))
    title = text("pack.holiday_title_of", lang, name=name)
    measured = then.yardstick.said(lang)
    return Report(title, subtitle, found.date, found.simulated, blocks, measured)


def _span(holiday: Holiday, lang: Lang) -> str:
    return days_said(holiday.key.first, holiday.key.last, lang)


def _days(holiday: Holiday, lang: Lang) -> list[Block]:
    """Return the days and what they are lived as, large events on them, and later key dates."""
    comma = "、" if lang == "zh" else ", "
    shifts = comma.join(scenario_name(found, lang) for found in holiday.shifts)
    said = [
        text("holiday.days", lang, name=holiday.key.name, days=_span(holiday, lang), shifts=shifts,
             day=holiday.review.found.date)
    ]  # fmt: skip
    if holiday.other is None:
        said.append(text("holiday.one_shift", lang))
    for event in holiday.events:
        days = days_said(event.first, event.last, lang)
        said.append(text("holiday.event", lang, name=event.name, days=days))
    later = "；".join(
        text("holiday.later", lang, name=key.name, days=days_said(key.first, key.last, lang))
        for key in holiday.following[:LATER]
    )
    if later:
        said.append(text("holiday.then", lang, later=later))
    shut = int((~holiday.in_use).sum())
    said.append(text("holiday.shut", lang, count=shut))
    return [Heading(text("holiday.when", lang)), *(Paragraph(line) for line in said)]


def _fires(holiday: Holiday, lang: Lang) -> list[Block]:
    """Return what burnt on the same days in past years."""
    head = Heading(text("holiday.fires", lang))
    if holiday.fires is None:
        return [head, Paragraph(text("holiday.no_ledger", lang))]
    fires, years = holiday.fires.rows, holiday.fires.years
    if not years:
        return [head, Paragraph(text("holiday.ledger_young", lang))]
    values = {"first": years[0], "last": years[-1], "count": len(fires)}
    blocks: list[Block] = [head, Paragraph(text("holiday.fires_said", lang, **values))]
    if len(fires):
        heads = [text(f"holiday.fire_{n}", lang) for n in ("day", "hour", "use", "cause")]
        rows = [_fire(row, lang) for row in fires.head(FIRES).to_dict("records")]
        blocks.append(Grid(heads, rows))
    if len(fires) > FIRES:
        shown = text("gathering.shown", lang, shown=FIRES, all=len(fires))
        blocks.append(Paragraph(shown, small=True))
    undated = holiday.review.fires_undated
    if undated:
        blocks.append(Paragraph(text("pack.fires_undated", lang, count=undated), small=True))
    return blocks


def _fire(row: dict[Any, Any], lang: Lang) -> list[str]:
    unknown = text("popup.unknown", lang)
    began = pd.Timestamp(row["started_at"])
    hour = unknown if began == began.normalize() else f"{began:%H:%M}"  # a day alone has no hour
    return [
        day_of(began),
        hour,
        word_of(row[f.USE], "use", lang) or unknown,
        word_of(row["cause"], "fire_cause", lang) or unknown,
    ]


def _duty(holiday: Holiday, lang: Lang) -> list[Block]:
    """Return who is on duty by day and by night, and how many buildings they reach in time."""
    rows = []
    for entry in holiday.review.found.coverage:
        row = [label("map_tier", entry, lang)]
        for found in holiday.shifts:
            told = found.coverage[entry]
            row += [on_duty_said(told, lang), _reached(told, lang)]
        rows.append(row)
    heads = [text("pack.tier", lang)]
    for found in holiday.shifts:
        named = scenario_name(found, lang)
        heads += [text(f"holiday.head_{n}", lang, shift=named) for n in ("duty", "reached")]
    return [
        Heading(text("holiday.duty", lang)),
        Grid(heads, rows),
        Grid(_crew_heads(lang), _crews(holiday.review.found.stations, lang)),
    ]


def _reached(told: dict[str, Any], lang: Lang) -> str:
    return of_known(told["covered_buildings"], told["known_buildings"], lang)


def _crew_heads(lang: Lang) -> list[str]:
    return [text(f"holiday.crew_{n}", lang) for n in ("station", "tier", "day", "night")]


def _crews(stations: pd.DataFrame, lang: Lang) -> list[list[str]]:
    return [
        [
            place_of(row, lang),
            label("tier", row[f.TIER], lang),
            _crew(row[f.CREW_DAY], lang),
            _crew(row[f.CREW_NIGHT], lang),
        ]
        for row in stations.to_dict("records")
    ]


def _crew(value: Any, lang: Lang) -> str:
    if is_missing(value):
        return text("popup.unknown", lang)
    return text("holiday.crew", lang, count=int(value)) if value else text("holiday.nobody", lang)


def _asked(lang: Lang) -> list[Block]:
    said = [text(f"holiday.ask_{n}", lang) for n in ("see", "mend", "clear", "roster")]
    return [Heading(text("holiday.asked", lang)), *(Paragraph(line) for line in said)]


def _community(holiday: Holiday, community: dict[str, Any], lang: Lang) -> list[Block]:
    """Return the page of one community."""
    told = holiday.review
    buildings = told.found.buildings
    inside = buildings[f.COMMUNITY_ID] == community[f.COMMUNITY_ID]
    own, used = buildings[inside], buildings[inside & holiday.in_use.to_numpy()]
    return [
        Paragraph(_facts(holiday, community, used, lang)),
        *_own_crews(holiday, own, lang),
        *_watch(holiday, used, lang),
        *_lanes(told.found, community, own, lang),
        *_late(told, own, lang),
    ]


def _head(key: str, shown: int, number: int, lang: Lang) -> Heading:
    """Return the heading of a table, with how many rows it has of how many where it is cut."""
    title = text(key, lang)
    if shown < number:
        title = text("holiday.cut", lang, title=title, shown=shown, all=number)
    return Heading(title, 1)


def _facts(holiday: Holiday, community: dict[str, Any], used: pd.DataFrame, lang: Lang) -> str:
    risk = community.get("risk") or {}
    there = "；".join(
        text("holiday.there", lang, shift=scenario_name(found, lang),
             people=_present(found, used, lang))
        for found in holiday.shifts
    )  # fmt: skip
    figures = {"red": "red_buildings", "orange": "orange_buildings",
               "open": c.OPEN_HAZARDS, "overdue": c.OVERDUE_HAZARDS}  # fmt: skip
    return text(
        "holiday.facts", lang, buildings=community["buildings"], used=len(used), there=there,
        **{name: count(risk.get(figure), lang) for name, figure in figures.items()},
    )  # fmt: skip


def _present(found: Assessment, used: pd.DataFrame, lang: Lang) -> str:
    """Return the people there; of buildings that tell none they are known to be more."""
    there = found.buildings[c.PEOPLE][found.buildings[f.BUILDING_ID].isin(used[f.BUILDING_ID])]
    total = there.sum(min_count=min(len(there), 1))
    said = people(total, lang, unit=True)
    return at_least(total, there.isna().sum(), said, lang, fewest=FEWEST_PEOPLE)


def _own_crews(holiday: Holiday, own: pd.DataFrame, lang: Lang) -> list[Block]:
    """Return the stations that are first at buildings of a community, in either shift."""
    first: dict[str, int] = {}
    for found in holiday.shifts:
        here = found.buildings[f.BUILDING_ID].isin(own[f.BUILDING_ID])
        for tier in found.tiers:
            column = c.station(tier)
            if tier == "own" or column not in found.buildings:
                continue
            for station, number in found.buildings.loc[here, column].value_counts().items():
                first[str(station)] = max(first.get(str(station), 0), int(number))
    stations = holiday.review.found.stations
    order = sorted(first, key=lambda key: (-first[key], key))[:CREWS]
    chosen = stations[stations[f.STATION_ID].astype(str).isin(order)]
    head = _head("holiday.crews", len(chosen), len(first), lang)
    if chosen.empty:
        return [head, Paragraph(text("holiday.no_crew", lang))]
    return [head, Grid(_crew_heads(lang), _crews(chosen, lang))]


def _watch(holiday: Holiday, used: pd.DataFrame, lang: Lang) -> list[Block]:
    """Return the buildings of the highest risk that are open or lived in on these days."""
    by_shift = [found.buildings.set_index(f.BUILDING_ID) for found in holiday.shifts]
    top = used.sort_values(c.RISK_RANK).head(WATCHED)
    red = int((used[c.RISK_BAND] == RiskBand.RED).sum())
    title = text("pack.watch", lang)
    if red > len(top):
        title = text("holiday.cut_red", lang, title=title, shown=len(top), all=red)
    head = Heading(title, 1)
    if top.empty:
        return [head, Paragraph(text("holiday.none_used", lang))]
    heads = [text(f"pack.{n}", lang) for n in ("building", "use", "band", "reasons")]
    heads += [
        text("holiday.head_arrival", lang, shift=scenario_name(found, lang))
        for found in holiday.shifts
    ]
    rows = [
        [
            place_of(row, lang),
            word_of(row[f.USE], "use", lang),
            word_of(row[c.RISK_BAND], "risk_band", lang),
            reasons_said(row, lang),
            *(arrival_said(told.loc[row[f.BUILDING_ID]], "micro", lang) for told in by_shift),
        ]
        for row in top.to_dict("records")
    ]
    return [head, Grid(heads, rows)]


def _lanes(
    found: Assessment, community: dict[str, Any], own: pd.DataFrame, lang: Lang
) -> list[Block]:
    """Return the lanes reported blocked and those first to be kept clear that serve a community.

    A reported lane counts that lies in it, too: nobody may live on what others pass through.
    """
    serving = found.lanes[f.LANE_ID].isin(own[c.ATTACHED_LANE_ID].dropna())
    areas = found.communities.geometry[
        found.communities[f.COMMUNITY_ID] == community[f.COMMUNITY_ID]
    ]
    inside = found.lanes.geometry.intersects(areas.union_all())
    seen = records(found.lanes[(serving | inside) & found.lanes[c.STATE].isin(SEEN)])
    ids = set(found.lanes.loc[serving, f.LANE_ID]) - {row[f.LANE_ID] for row in seen}
    keep = [row for row in ranked(found, c.KEEP_CLEAR_RANK) if row[f.LANE_ID] in ids]
    keep = keep[: max(LANES - len(seen), 0)]
    shown = seen[: 2 * LANES]
    head = _head("holiday.lanes", len(shown), len(seen), lang)
    rows = [[lane_of(row, found.lanes, lang), state_said(row, lang)] for row in shown]
    rows += [[lane_of(row, found.lanes, lang), text("holiday.keep", lang)] for row in keep]
    if not rows:
        return [head, Paragraph(text("papers.none_seen", lang))]
    return [head, Grid([text(f"lane.head_{n}", lang) for n in ("name", "state")], rows)]


def _late(told: Review, own: pd.DataFrame, lang: Lang) -> list[Block]:
    head = Heading(text("pack.overdue", lang), 1)
    if not ledger_known(told.found.buildings, c.OPEN_HAZARDS):
        return [head, Paragraph(text("pack.no_hazard_ledger", lang))]
    late = told.overdue[told.overdue[f.BUILDING_ID].isin(own[f.BUILDING_ID])]
    untold = told.undated[f.BUILDING_ID].isin(own[f.BUILDING_ID]).sum()
    undated = [Paragraph(text("pack.undated", lang, count=untold))] if untold else []
    if late.empty:
        return [head, *(undated or [Paragraph(text("pack.none", lang))])]
    heads = [text(f"pack.{n}", lang) for n in ("place", "hazard", "due_on", "late", "office")]
    rows = [
        [
            place_of(row, lang),
            label("hazard_code", row["code"], lang),
            day_of(row["due_on"]),
            str(int(row["days_overdue"])),
            word_of(row["lead_dept"], "office", lang),
        ]
        for row in late.head(LATE).to_dict("records")
    ]
    return [_head("pack.overdue", len(rows), len(late), lang), Grid(heads, rows), *undated]
