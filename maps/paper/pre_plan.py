"""The one-page pre-plan of a key building: who comes when, water, lanes, who is inside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
import shapely

from ...coverage import columns as c
from ...coverage.assessment import Assessment
from ...geo.rules import Scenario, Value
from ...geo.tables import is_missing
from ...geo.words import Lang, RiskBand, Use, label, text
from ...geo.words import fields as f
from ..voice import arrival_said, cover_unknown, minutes_said, reasons_said
from .route_sheet import signs_of
from .sheet_page import Page, Table, finished, ground_map, paper_of, title_of
from .sheet_source import SheetSource

KEY_USES: Final = (
    Use.ELDER_CARE, Use.MEDICAL, Use.SCHOOL, Use.CHILDCARE, Use.COMMERCIAL_COMPLEX,
    Use.SUPER_TALL, Use.ENERGY_STORAGE, Use.HOTEL, Use.ESPORTS_HOTEL,
)  # fmt: skip
AROUND_M: Final = 90.0
WATER_SHOWN: Final = 4
HAZARDS_SHOWN: Final = 8

Bands = Mapping[str, pd.DataFrame]


def key_buildings(found: Assessment) -> pd.Index:
    """Return the buildings that get a pre-plan: of key uses, then of the red band, by risk.

    Parameters
    ----------
    found
        An assessment with risk.
    """
    buildings = found.buildings
    key = buildings[f.USE].isin(KEY_USES)
    red = buildings[c.RISK_BAND] == RiskBand.RED
    chosen = buildings[key | red].assign(_key=key)
    ordered = chosen.sort_values(["_key", c.RISK_RANK], ascending=[False, True])
    rows: pd.Index = ordered.index
    return rows


def pre_plans(
    ground: SheetSource,
    rows: pd.Index,
    bands: Bands,
    scenarios: Mapping[str, Scenario],
    *,
    lang: Lang,
) -> bytes:
    """Return one page a building.

    Parameters
    ----------
    ground
        The assessment and what maps are drawn from.
    rows
        Which buildings, by index of the assessment's table.
    bands
        Response by scenario, from `weizhan.coverage.time_bands.response_by_band`.
    scenarios
        Of the town, for their names.
    lang
        Of the pages.
    """
    names = {key: scenario.label.get(lang, key) for key, scenario in scenarios.items()}
    pages = [_page(ground, row, bands, names, lang) for row in rows]
    return paper_of(pages, ground.found, foot=text("papers.pre_plans", lang), lang=lang)


def _page(
    ground: SheetSource, row: Any, bands: Bands, names: Mapping[str, str], lang: Lang
) -> Page:
    found = ground.found
    building = found.buildings.loc[row]
    drawing, frame = ground_map(found, building.geometry.buffer(AROUND_M).bounds, names=20)
    drawing.houses(found.buildings.geometry[[row]].to_numpy(), fill="#333")
    signs_of(drawing, found, ground.hazard_xy)
    title = next(
        (str(building[n]) for n in (f.NAME, f.ADDRESS) if isinstance(building[n], str)),
        str(building[f.BUILDING_ID]),
    )
    return Page(
        title=title,
        facts=_facts(building, lang),
        drawing=finished(drawing, lang),
        scale=frame.scale,
        tables=[
            _arrivals(row, ground, bands, names, lang),
            water_table(building.geometry, ground, most=WATER_SHOWN, lang=lang),
            _hazards(building, ground, lang),
        ],
        notes=_notes(building, found.moment.town.rules.risk.stand_off_m, lang),
    )


def ranged(value: float, low: float, high: float) -> str:
    """Return a number as it was told: alone, or with the ends of its range.

    Examples
    --------
    >>> ranged(4.0, 3.0, 5.0), ranged(4.0, 3.0, float("nan")), ranged(4.0, *[float("nan")] * 2)
    ('3–5', '≥3', '4')
    """
    if np.isnan(low) and np.isnan(high):
        return f"{float(value):g}"
    if np.isnan(low) or np.isnan(high):
        return f"≤{high:g}" if np.isnan(low) else f"≥{low:g}"
    return f"{low:g}–{high:g}"


def _facts(building: pd.Series, lang: Lang) -> list[tuple[str, str]]:
    unknown = text("popup.unknown", lang)

    def told(name: str) -> str:
        ends = [building.get(f"{name}_{end}", np.nan) for end in ("low", "high")]
        return unknown if is_missing(building[name]) else ranged(building[name], *ends)

    address = building[f.ADDRESS] if isinstance(building[f.ADDRESS], str) else unknown
    use = unknown if is_missing(building[f.USE]) else label("use", building[f.USE], lang)
    return [
        ("", str(building[f.BUILDING_ID])),
        (text("papers.address", lang), address),
        (text("papers.use", lang), use),
        (text("papers.floors", lang), told(f.FLOORS)),
        (text("papers.height", lang), told(f.HEIGHT_M)),
        (text("papers.day_night", lang), f"{told(f.PEOPLE_DAY)} / {told(f.PEOPLE_NIGHT)}"),
        (text("papers.elders", lang), told(f.ELDERS)),
        (text("papers.children", lang), told(f.CHILDREN)),
        (
            text("papers.risk", lang),
            unknown
            if is_missing(building[c.RISK_BAND])
            else label("risk_band", building[c.RISK_BAND], lang),
        ),
    ]


def _arrivals(
    row: Any, ground: SheetSource, bands: Bands, names: Mapping[str, str], lang: Lang
) -> Table:
    ids, names_of = ground.found.stations[f.STATION_ID], ground.found.stations[f.NAME]
    stations = dict(zip(ids, names_of.where(names_of.notna(), ids), strict=True))
    rows = []
    for tier in ground.found.tiers:
        for scenario, table in bands.items():
            times = table.loc[row]
            for rank, (station, when) in enumerate(
                (
                    (c.station(tier), c.response_time(tier)),
                    (c.second_station(tier), c.second_response_time(tier)),
                )
            ):
                if tier == "own" and rank:
                    continue
                key = times[station]
                if rank and is_missing(key):
                    continue
                rows.append(
                    [
                        label("map_tier", tier, lang),
                        names[scenario],
                        text("papers.second" if rank else "papers.first", lang),
                        _first(times, tier, key, stations, lang),
                        _range(times, tier, lang)
                        if not rank
                        else arrival_said(times, tier, lang, time=when),
                        _limits(times, tier, lang) if not rank else "",
                    ]
                )
    heads = ("tier", "band", "which", "station", "minutes", "limits")
    return Table(
        title=text("papers.arrivals", lang),
        head=[text(f"papers.head_{name}", lang) for name in heads],
        widths=(0, 0, 0, 1.4, 1, 1.6),
        rows=_same_in_bands(rows, len(bands), lang),
        empty=text("popup.unknown", lang),
    )


def _same_in_bands(rows: Sequence[list[str]], bands: int, lang: Lang) -> list[list[str]]:
    """Return rows of which those that say the same of several moments are one."""
    moments: dict[tuple[str, ...], list[str]] = {}
    for tier, band, *told in rows:
        moments.setdefault((tier, *told), []).append(band)
    every = text("papers.every_band", lang)
    return [
        [tier, every if len(named) == bands > 1 else "、".join(named), *told]
        for (tier, *told), named in moments.items()
    ]


def _first(times: pd.Series, tier: str, key: Any, names: Mapping[str, Any], lang: Lang) -> str:
    """Return who arrives, that nobody does, or that it is not known."""
    if cover_unknown(times, tier):
        return text("popup.unknown", lang)
    return text("papers.nobody", lang) if is_missing(key) else str(names.get(str(key)) or key)


def _range(times: pd.Series, tier: str, lang: Lang) -> str:
    typical = arrival_said(times, tier, lang)
    ends = c.response_time_low(tier), c.response_time_high(tier)
    if is_missing(times[ends[0]]) and is_missing(times[ends[1]]):
        return typical
    low, high = (arrival_said(times, tier, lang, time=end) for end in ends)
    return f"{typical}（{low}–{high}）"


def _limits(times: pd.Series, tier: str, lang: Lang) -> str:
    told = []
    limit = times[c.main_limit(tier)]
    if not is_missing(limit):
        cost = times[c.limit_cost(tier)]
        said = label("limit_name", limit, lang)
        told.append(said if is_missing(cost) else f"{said} +{float(cost):.0f} s")
    walk = times[c.walk(tier)]
    if not is_missing(walk):
        told.append(text("papers.walk", lang, metres=round(float(walk))))
    hose = times[c.hose(tier)]
    if not is_missing(hose):
        told.append(text("papers.hose", lang, time=minutes_said(hose)))
    top = times[c.top_floor(tier)]
    if not is_missing(top):
        told.append(text("papers.top", lang, time=minutes_said(top)))
    return "；".join(told)


def water_table(place: shapely.Geometry, ground: SheetSource, *, most: int, lang: Lang) -> Table:
    """Return the water nearest to a place, in a straight line."""
    water = ground.found.water
    metres = water.geometry.distance(place)
    near = water.assign(_m=metres).sort_values(["_m", f.WATER_ID]).head(most)
    unknown, nothing = text("popup.unknown", lang), np.full(len(near), np.nan)
    return Table(
        title=text("papers.water", lang),
        head=[text(f"papers.water_{name}", lang) for name in ("id", "kind", "flow", "metres")],
        widths=(1, 1, 1, 1),
        rows=[
            [
                str(key),
                _water_kind(kind, state, lang),
                unknown if is_missing(flow) else ranged(flow, low, high),
                f"{away:.0f}",
            ]
            for key, kind, state, flow, low, high, away in zip(
                near[f.WATER_ID],
                near[f.KIND],
                near.get(f.STATE, nothing),
                near[f.FLOW_L_S],
                *(near.get(f"{f.FLOW_L_S}_{end}", nothing) for end in ("low", "high")),
                near["_m"],
                strict=True,
            )
        ],
        empty=text("papers.no_water", lang),
    )


def _water_kind(kind: object, state: object, lang: Lang) -> str:
    """Return what a source is, and its state where somebody told it: crews count on it."""
    said = text("popup.unknown", lang) if is_missing(kind) else label("water_kind", kind, lang)
    if is_missing(state):
        return said
    return text("papers.water_kind_state", lang, kind=said,
                state=label("system_state", state, lang))  # fmt: skip


def _hazards(building: pd.Series, ground: SheetSource, lang: Lang) -> Table:
    here = ground.open_cases[ground.open_cases[f.BUILDING_ID] == building[f.BUILDING_ID]]
    return Table(
        title=title_of("paper.open_hazards", HAZARDS_SHOWN, len(here), lang),
        head=[text(f"papers.head_{name}", lang) for name in ("case", "code", "state", "due")],
        widths=(1, 2, 1, 1),
        rows=[
            [
                str(key),
                label("hazard_code", case["code"], lang),
                label("hazard_state", case[f.STATE], lang),
                "" if pd.isna(case["due_on"]) else pd.Timestamp(case["due_on"]).date().isoformat(),
            ]
            for key, case in here.head(HAZARDS_SHOWN).iterrows()
        ],
        empty=text("paper.no_hazards", lang),
    )


def _notes(building: pd.Series, stand_off: Mapping[Use, Value], lang: Lang) -> Sequence[str]:
    use = building[f.USE]
    keep = None if is_missing(use) else stand_off.get(Use(use))
    said = reasons_said(building, lang)
    first = []
    if keep is not None:
        metres = (
            f"{keep.at_least:g}"
            if keep.at_least == keep.at_most
            else (f"{keep.at_least:g}–{keep.at_most:g}")
        )
        first.append(text("papers.stand_off", lang, use=label("use", use, lang), metres=metres))
    if said:
        first.append(text("papers.reasons", lang, said=said))
    return [*first, text("papers.minutes_note", lang), text("papers.counts_note", lang)]
