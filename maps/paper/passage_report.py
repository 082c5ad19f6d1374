"""The life-passage report: lanes blocked or narrowed, ranked by who loses the service with them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from ...coverage import columns as c
from ...geo.ground import Limit
from ...geo.tables import is_missing
from ...geo.words import LaneState, Lang, Vehicle, label, text
from ...geo.words import fields as f
from ..voice import SEEN, Record, count, findings_of, lost_people, records, state_said
from .grids import lane_of
from .route_sheet import signs_of
from .sheet_page import Page, Table, finished, ground_map, paper_of, title_of
from .sheet_source import SheetSource

SHOWN: Final = 60


def passage_report(ground: SheetSource, *, lang: Lang) -> bytes:
    """Return the report of a town.

    Parameters
    ----------
    ground
        The assessment and what maps are drawn from.
    lang
        Of the report.
    """
    found = ground.found
    tiers = {tier: s for tier, s in found.tiers.items() if tier != "own"}
    drawing, frame = ground_map(found, tuple(found.lanes.total_bounds), names=20)
    signs_of(drawing, found, np.empty((0, 2)), overview=True)
    seen = found.lanes[found.lanes[c.STATE].isin(SEEN)]
    states = found.lanes[c.STATE].value_counts()
    too_narrow = found.lanes[
        (found.lanes[c.lane_limit(Vehicle.FIRE_ENGINE)] != "")
        & found.lanes[c.lane_limit_certain(Vehicle.FIRE_ENGINE)]
        & ~found.lanes[c.STATE].isin(SEEN)
    ]
    name, state, left = (text(f"lane.head_{name}", lang) for name in ("name", "state", "remaining"))
    lost = [text("papers.lost", lang, minutes=f"{s / 60:g}") for s in tiers.values()]
    stopped = _by_people(records(too_narrow), tiers)
    page = Page(
        title=text("papers.passages", lang),
        facts=[
            ("", text("papers.lanes", lang, count=len(found.lanes))),
            (text("papers.blocked", lang), str(states.get(LaneState.BLOCKED, 0))),
            (text("papers.narrowed", lang), str(states.get(LaneState.NARROWED, 0))),
            (text("papers.state_unknown", lang), str(states.get(c.UNKNOWN_STATE, 0))),
        ],
        drawing=finished(drawing, lang),
        scale=frame.scale,
        tables=[
            Table(
                title=text("papers.seen_lanes", lang),
                head=[name, state, left, *lost],
                widths=(2, 2, 1, *(1 for _ in tiers)),
                rows=[
                    [
                        lane_of(lane, found.lanes, lang),
                        state_said(lane, lang),
                        _left(lane, lang),
                        *(_lost(lane, tier, lang) for tier in tiers),
                    ]
                    for lane in _by_people(records(seen), tiers)
                ],
                empty=text("papers.none_seen", lang),
            ),
            Table(
                title=title_of("papers.engine_lanes", SHOWN, len(stopped), lang),
                head=[name, *(text(f"papers.{n}", lang) for n in ("stopped_by", "width")), *lost],
                widths=(2, 2, 0, *(1 for _ in tiers)),
                rows=[
                    [
                        lane_of(lane, found.lanes, lang),
                        _stopped_by(lane, lang),
                        _metres(lane[f.WIDTH_M], lang),
                        *(_lost(lane, tier, lang) for tier in tiers),
                    ]
                    for lane in stopped[:SHOWN]
                ],
                empty=text("papers.none_engine", lang),
            ),
            _checks(ground, lang),
        ],
        notes=[text("papers.passage_note", lang), text("papers.no_report_note", lang)],
    )
    return paper_of([page], found, foot=text("papers.passages", lang), lang=lang)


def _by_people(lanes: list[Record], tiers: Mapping[str, float]) -> list[Record]:
    def people(lane: Record) -> float:
        lost = [lane.get(c.lost(tier, "people")) for tier in tiers]
        return sum(float(str(value)) for value in lost if not is_missing(value))

    return sorted(lanes, key=lambda lane: (-people(lane), str(lane[f.LANE_ID])))


def _metres(width: object, lang: Lang) -> str:
    return text("popup.unknown", lang) if is_missing(width) else f"{float(str(width)):g}"


def _left(lane: Record, lang: Lang) -> str:
    """Return the width that a report leaves; where it does not tell, the registered one as such."""
    left, width = lane[c.REMAINING_WIDTH_M], lane[f.WIDTH_M]
    if not is_missing(left) or is_missing(width):
        return _metres(left, lang)
    return text("papers.width_registered", lang, width=_metres(width, lang))


def _stopped_by(lane: Record, lang: Lang) -> str:
    """Return what stops an engine; a width that nobody measured is that of the lane's class."""
    limit = str(lane[c.lane_limit(Vehicle.FIRE_ENGINE)])
    said = label("limit_name", limit, lang)
    guessed = limit == Limit.WIDTH and is_missing(lane[f.WIDTH_M])
    return text("papers.by_class", lang, limit=said) if guessed else said


def _lost(lane: Record, tier: str, lang: Lang) -> str:
    """Return buildings and people; people under five are not told apart."""
    houses = lane.get(c.lost(tier, "buildings"))
    if is_missing(houses):
        return text("popup.unknown", lang)
    told = [text("papers.houses", lang, count=count(houses, lang))]
    if float(str(houses)):
        people = lost_people(lane, tier, "people", lang)
        told.append(text("lanes_page.lost_people", lang, count=people))
    return " / ".join(told)


def _checks(ground: SheetSource, lang: Lang) -> Table:
    findings = findings_of(ground.found)
    table = findings.groupby(["check", "clause", "certainty"], dropna=False).size().reset_index()
    return Table(
        title=text("papers.checks", lang),
        head=[text(f"lane.finding_{name}", lang) for name in ("check", "clause", "certainty")]
        + [text("papers.number", lang)],
        widths=(1, 2, 1, 0),
        rows=[
            [
                label("compliance_check", check, lang),
                str(clause),
                label("compliance_certainty", certainty, lang),
                str(many),
            ]
            for check, clause, certainty, many in table.itertuples(index=False)
        ],
        empty=text("lanes_page.none_findings", lang),
    )
