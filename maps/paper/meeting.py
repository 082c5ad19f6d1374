"""What goes to the meeting: the pack of a period, the holiday brief, the list for exposure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final

import pandas as pd
import shapely

from ...coverage import columns as c
from ...coverage.assessment import Assessment
from ...coverage.cases import Flow
from ...coverage.review import Review
from ...geo.rules import KeyDates
from ...geo.tables import is_missing
from ...geo.words import Lang, RiskBand, label, text
from ...geo.words import fields as f
from ..voice import (
    at_least,
    community_name,
    count,
    days_said,
    expected,
    ledger_known,
    of_known,
    period_said,
    ranked,
    scenario_name,
    work_said,
)
from .charts import bars
from .drawing import Drawing
from .frames import frame_round
from .grids import (
    buildings_grid,
    cases_grid,
    clear_grid,
    on_duty_said,
    place_of,
    said_of,
    seen_blocks,
)
from .listed_cases import listed_blocks
from .official import TEXT_MM
from .report import Block, Grid, Heading, Paragraph, Picture, Report, Signature
from .sheet_page import finished
from .strokes import ground_of
from .wall_map import GREYS

TOP: Final = 10
ROWS: Final = 20
MAP_MM: Final = (TEXT_MM, 112.0)
CHART_MM: Final = (TEXT_MM, 62.0)
FLOW: Final = ("opening", "new", "closed", "reopened", "closing")
WORK_FIRST: Final = 5  # columns of the first table of what communities do
SMALL: Final = 10  # fires: below this a change is told to be within chance


def period_pack(
    told: Review, *, calendar: Sequence[KeyDates], duties: Sequence[Block] = (), lang: Lang
) -> Report:
    """Return the pack of a quarterly meeting or a half-year analysis.

    Parameters
    ----------
    told
        The period.
    calendar
        Key dates of the town, in any order.
    duties
        Blocks on duties and campaigns, from `weizhan.maps.paper.duty_papers.duty_blocks`.
    lang
        Of the report.
    """
    blocks: list[Block] = [
        *_not_alike(told, lang),
        *_coverage(told, lang),
        *_risk(told, lang),
        *_loop(told, lang),
        *_top_buildings(told, lang),
        *_stations_lanes(told, lang),
        *_communities(told, lang),
        *_fires(told, lang),
        *duties,
        *_next_holiday(told, calendar, lang),
        *_notes(told, lang),
    ]
    title = text("pack.title", lang, period=period_said(told.period, lang))
    return report_of(told, title, blocks, lang)


def next_key_date(calendar: Sequence[KeyDates], date: str) -> KeyDates | None:
    """Return the key date that is next, or now."""
    day = dt.date.fromisoformat(date)
    coming = [key for key in calendar if key.last >= day]
    return min(coming, key=lambda key: key.first, default=None)


def report_of(told: Review, title: str, blocks: list[Block], lang: Lang) -> Report:
    """Return a report of a review under a title."""
    found = told.found
    days = days_said(told.period.first, found.moment.day, lang)
    subtitle = text("pack.subtitle", lang, town=found.town, days=days)
    return signed_by(found, title, subtitle, blocks, lang)


def signed_by(
    found: Assessment, title: str, subtitle: str, blocks: Sequence[Block], lang: Lang
) -> Report:
    """Return a report that a town signs on the day of an assessment."""
    measured = found.yardstick.said(lang)
    whole = [*blocks, Signature(found.town)]
    return Report(title, subtitle, found.date, found.simulated, whole, measured)


def _notes(told: Review, lang: Lang) -> list[Block]:
    """Return how all was measured, and what the figures do not say."""
    found = told.found
    measured = found.yardstick.plainly(scenario_name(found, lang), lang)
    said = [str(note[lang]) for note in found.summary["notes"]]
    said.append(text("pack.before_note", lang, day=told.before.date))
    return [Heading(text("pack.notes", lang)), *(Paragraph(note) for note in (measured, *said))]


def _not_alike(told: Review, lang: Lang) -> list[Block]:
    """Return what forbids to set figures of the period beside others, if anything does."""
    said = [difference.plainly(lang) for difference in told.differences]
    if told.published:
        before = "".join(difference.plainly(lang) for difference in told.published)
        named = {"period": period_said(told.period.before, lang), "said": before}
        said.append(text("yardstick.published", lang, **named))
    last = told.found.moment.day
    if last < told.period.last:
        days = (last - told.period.first).days + 1
        said.append(text("yardstick.unfinished", lang, day=last, days=days))
    return [Paragraph(line) for line in ([text("yardstick.head", lang), *said] if said else [])]


def _coverage(told: Review, lang: Lang) -> list[Block]:
    rows = []
    for tier, now in told.found.coverage.items():
        then = told.before.coverage[tier]
        rows.append(
            [
                label("map_tier", tier, lang),
                f"{now['standard_s'] / 60:g}",
                _share(now, lang),
                _share(then, lang),
                of_known(now["covered_buildings"], now["known_buildings"], lang),
                on_duty_said(now, lang),
            ]
        )
    heads = ("tier", "minutes", "share", "share_before", "buildings", "on_duty")
    return [
        Heading(text("pack.coverage", lang)),
        Grid([text(f"pack.{n}", lang) for n in heads], rows),
        _map(told, lang),
    ]


def _share(figures: dict[str, Any], lang: Lang) -> str:
    if figures["share_buildings"] is None:
        return text("popup.unknown", lang)
    low, high = figures["share_buildings_low"], figures["share_buildings_high"]
    return f"{figures['share_buildings']:.1%}（{low:.1%}–{high:.1%}）"


def _map(told: Review, lang: Lang) -> Picture:
    found = told.found
    frame = frame_round(found.buildings.total_bounds, width_mm=MAP_MM[0], height_mm=MAP_MM[1])
    drawing = Drawing(frame)
    drawing.ground(ground_of(found))
    for band, grey in GREYS.items():
        of_band = found.buildings[found.buildings[c.RISK_BAND] == band]
        drawing.houses(of_band.geometry.to_numpy(), fill=grey)
    for shape, name in zip(found.stations.geometry, found.stations[f.NAME], strict=True):
        drawing.mark(shape.x, shape.y, "station", said_of(name))
    for shape, name in zip(found.communities.geometry, found.communities[f.NAME], strict=True):
        middle = shapely.point_on_surface(shape)
        drawing.label(middle.x, middle.y, said_of(name))
    said = text("pack.map_said", lang, scale=frame.scale)
    return Picture(finished(drawing, lang), *MAP_MM, said)


def _risk(told: Review, lang: Lang) -> list[Block]:
    now, then = told.found.risk.summary, told.before.risk.summary
    columns = [
        {
            **_how_much(figures, then, scaled=now[c.FIRES_PER_YEAR] is not None, lang=lang),
            "red_sure": _sure(figures, RiskBand.RED),
            "orange_sure": _sure(figures, RiskBand.ORANGE),
            "completeness": f"{figures['completeness']:.0%}",
        }
        for figures in (now, then)
    ]
    rows = [[text(f"pack.{name}", lang), *(of[name] for of in columns)] for name in columns[0]]
    heads = ("figure", "now", "before")
    return [
        Heading(text("pack.risk", lang)),
        Grid([text(f"pack.{n}", lang) for n in heads], rows),
        Paragraph(text("pack.risk_note", lang, share=f"{now['completeness']:.0%}"), small=True),
    ]


def _how_much(
    figures: dict[str, Any], before: dict[str, Any], *, scaled: bool, lang: Lang
) -> dict[str, str]:
    """Return fires and deaths where the town's own fires tell them, else only what changed."""
    if scaled:
        return {
            "fires_expected": expected(figures[c.FIRES_PER_YEAR], lang),
            "harm_expected": expected(figures[c.HARM_PER_YEAR], lang),
        }
    return {
        f"{name}_compared": f"{figures[f'{name}_index'] / before[f'{name}_index']:.0%}"
        if before[f"{name}_index"] else text("popup.unknown", lang)
        for name in ("fires", "harm")
    }  # fmt: skip


def _sure(figures: dict[str, Any], band: RiskBand) -> str:
    return f"{figures['bands_sure'][band]} / {figures['bands'][band]}"


def _loop(told: Review, lang: Lang) -> list[Block]:
    flows = (told.flow, told.flow_before, told.flow_year_before)
    periods = (told.period, told.period.before, told.period.year_before)
    names = [period_said(period, lang) for period in periods]
    table = Grid(
        [text("pack.period", lang), *(text(f"pack.flow_{n}", lang) for n in FLOW)],
        [
            [name, *(str(getattr(flow, n)) for n in FLOW)]
            for name, flow in zip(names, flows, strict=True)
        ],
    )  # fmt: skip
    chart = bars(
        [text(f"pack.flow_{n}", lang) for n in FLOW],
        [(name, [getattr(flow, n) for n in FLOW]) for name, flow in zip(names, flows, strict=True)],
    )
    if not ledger_known(told.found.buildings, c.OPEN_HAZARDS):
        return [
            Heading(text("pack.loop", lang)),
            Paragraph(text("pack.no_hazard_ledger", lang)),
        ]
    return [
        Heading(text("pack.loop", lang)),
        table,
        Picture(chart, *CHART_MM, text("pack.flow_said", lang)),
        Paragraph(_reading(told.flow, told, lang)),
        Heading(text("pack.overdue", lang), 2),
        *_overdue(told, lang),
        Heading(text("pack.listed", lang), 2),
        *listed_blocks(told, lang),
    ]


def _overdue(told: Review, lang: Lang) -> list[Block]:
    blocks: list[Block] = []
    if len(told.overdue) or told.undated.empty:
        blocks = [cases_grid(told.overdue.head(ROWS), lang),
                  Paragraph(_of(ROWS, len(told.overdue), lang), small=True)]  # fmt: skip
    if len(told.undated):
        blocks.append(Paragraph(text("pack.undated", lang, count=len(told.undated))))
    return blocks


def _reading(flow: Flow, told: Review, lang: Lang) -> str:
    late = len(told.overdue)
    return text(
        "pack.loop_said", lang, opening=flow.opening, new=flow.new, closed=flow.closed,
        reopened=flow.reopened, closing=flow.closing,
        overdue=at_least(late, len(told.undated), text("pack.cases_value", lang, count=late), lang),
        look_back=len(told.look_back), inspections=_inspections(told, lang),
    )  # fmt: skip


def _inspections(told: Review, lang: Lang) -> str:
    known = ledger_known(told.found.buildings, c.INSPECTED_ON)
    return str(told.inspections) if known else text("popup.unknown", lang)


def _of(shown: int, all_: int, lang: Lang) -> str:
    return text("pack.shown", lang, shown=min(shown, all_), all=all_)


def _top_buildings(told: Review, lang: Lang) -> list[Block]:
    top = told.found.buildings.sort_values(c.RISK_RANK).head(TOP)
    return [Heading(text("pack.top", lang)), buildings_grid(top, lang)]


def _stations_lanes(told: Review, lang: Lang) -> list[Block]:
    found = told.found
    clear = ranked(found, c.KEEP_CLEAR_RANK, TOP)
    return [
        Heading(text("pack.stations_lanes", lang)),
        Grid(
            [text(f"pack.{n}", lang) for n in ("station", "tier", "crew", "first_at")],
            [
                [
                    place_of(row, lang),
                    label("tier", row[f.TIER], lang),
                    f"{_count(row[f.CREW_DAY], lang)} / {_count(row[f.CREW_NIGHT], lang)}",
                    _first_at(found, row, lang),
                ]
                for row in found.stations.to_dict("records")
            ],
        ),
        Heading(text("pack.lanes_seen", lang), 2),
        *seen_blocks(found.lanes, found.lanes, lang, most=ROWS),
        Heading(text("lanes_page.keep_clear", lang), 2),
        clear_grid(found, clear, lang),
    ]  # fmt: skip


def _first_at(found: Any, station: Any, lang: Lang) -> str:
    if is_missing(station[c.ATTACHED_LANE_ID]):
        return text("popup.unknown", lang)
    tiers = [tier for tier in found.tiers if tier != "own"] or list(found.tiers)
    first = (found.buildings[c.station(tier)] == station[f.STATION_ID] for tier in tiers)
    return str(max(int(at.sum()) for at in first))


def _communities(told: Review, lang: Lang) -> list[Block]:
    rows = []
    visits = ledger_known(told.found.buildings, c.INSPECTED_ON)
    for entry in told.counts.entries(told.found.summary["communities"]):
        key = entry[f.COMMUNITY_ID] or ""
        micro = entry["coverage"].get("micro")
        rate = told.counts.rates.loc[key] if key in told.counts.rates.index else None
        flow = told.counts.flow.loc[key] if key in told.counts.flow.index else None
        risk = entry.get("risk") or {}
        rows.append(
            [
                community_name(entry, lang),
                _share(micro, lang) if micro else text("popup.unknown", lang),
                of_known(micro["covered_buildings"], micro["known_buildings"], lang)
                if micro
                else "",
                count(risk.get("red_buildings"), lang),
                _stock(told, flow, lang),
                text("pack.not_inspected" if visits else "popup.unknown", lang)
                if rate is None or not rate["premises"]
                else f"{rate['rate']:.2f}（{rate['rate_low']:.2f}–{rate['rate_high']:.2f}，"
                f"n={rate['premises']:.0f}）",
                text("popup.unknown", lang)
                if is_missing(risk.get("fire_ratio"))
                else f"{risk['fire_ratio']:.2f}（{risk['fire_ratio_low']:.2f}–"
                f"{risk['fire_ratio_high']:.2f}）",
            ]
        )
    heads = ("community", "share_micro", "buildings", "red", "stock", "rate", "fire_ratio")
    return [
        Heading(text("pack.communities", lang)),
        Grid([text(f"pack.{n}", lang) for n in heads], rows),
        Paragraph(text("pack.communities_note", lang), small=True),
        *_work(told, lang),
    ]


def _work(told: Review, lang: Lang) -> list[Block]:
    """Return what each community does against fire, in two tables, and who has no case yet."""
    entries = [e for e in told.found.summary["communities"] if e.get("work")]
    if not entries:
        return []
    said = [work_said(entry["work"], lang) for entry in entries]
    names = [community_name(entry, lang) for entry in entries]
    parts = (slice(0, WORK_FIRST), slice(WORK_FIRST, None))
    tables = [
        Grid(
            [text("pack.community", lang), *(what for what, _ in said[0][part])],
            [[name, *(value for _, value in row[part])]
             for name, row in zip(names, said, strict=True)],
        )
        for part in parts
    ]  # fmt: skip
    cases = [entry["work"][f.ENFORCEMENT_CASES] for entry in entries]
    none = [name for name, value in zip(names, cases, strict=True) if value == 0]
    untold = [name for name, value in zip(names, cases, strict=True) if value is None]
    cleared = text(
        "work.cleared", lang, done=len(entries) - len(none) - len(untold), all=len(entries),
        none="、".join(none) or "—", untold="、".join(untold) or "—",
    )  # fmt: skip
    return [
        Heading(text("work.title", lang), 2),
        *tables,
        Paragraph(cleared),
        Paragraph(text("work.note", lang), small=True),
    ]


def _stock(told: Review, flow: Any, lang: Lang) -> str:
    """Return the cases of a community at the end of a period, and what came and went."""
    if not ledger_known(told.found.buildings, c.OPEN_HAZARDS):
        return text("popup.unknown", lang)
    closing, new, closed = (0 if flow is None else flow[n] for n in ("closing", "new", "closed"))
    return f"{closing}（+{new} −{closed}）"


def _fires(told: Review, lang: Lang) -> list[Block]:
    rows = [
        [
            label("use", use, lang) if use else text("popup.unknown", lang),
            f"{row['fires']:.0f}",
            f"{row['before']:.0f}",
            f"{row['low']:.1f}–{row['high']:.1f}",
            " / ".join(_victims(row, name, lang) for name in ("deaths", "injured")),
        ]
        for use, row in told.fires.iterrows()
    ]
    if not ledger_known(told.found.buildings, c.PAST_FIRES):
        return [
            Heading(text("pack.fires_title", lang)),
            Paragraph(text("pack.no_fire_ledger", lang)),
        ]
    now, then = int(told.fires["fires"].sum()), int(told.fires["before"].sum())
    key = "pack.fires_small" if max(now, then) < SMALL else "pack.fires_said"
    undated = [Paragraph(text("pack.fires_undated", lang, count=told.fires_undated))] \
        if told.fires_undated else []  # fmt: skip
    months = told.fires_by_month
    chart = bars([f"{month.year}.{month.month}" for month in months.index],
                 [(text("pack.fires", lang), months.tolist())])  # fmt: skip
    heads = ("use", "fires_now", "fires_then", "fires_chance", "victims")
    return [
        Heading(text("pack.fires_title", lang)),
        Paragraph(text(key, lang, now=now, then=then)),
        *undated,
        Grid([text(f"pack.{n}", lang) for n in heads], rows)
        if rows
        else Paragraph(text("pack.no_fires", lang)),
        Picture(chart, *CHART_MM, text("pack.months_said", lang)),
    ]


def _victims(row: pd.Series, name: str, lang: Lang) -> str:
    return at_least(row[name], row[f"{name}_untold"], count(row[name], lang), lang)


def _next_holiday(told: Review, calendar: Sequence[KeyDates], lang: Lang) -> list[Block]:
    following = next_key_date(calendar, told.found.date)
    said = (
        text("pack.holiday_none", lang)
        if following is None
        else text("pack.holiday_named", lang, name=following.name,
                  days=days_said(following.first, following.last, lang))
    )  # fmt: skip
    return [Heading(text("pack.holiday", lang)), Paragraph(said),
            Paragraph(text("pack.advice", lang), small=True)]  # fmt: skip


def _count(value: Any, lang: Lang) -> str:
    return text("popup.unknown", lang) if is_missing(value) else f"{float(value):g}"
