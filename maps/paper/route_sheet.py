"""The route sheet of one inspector and day: maps, directions, stops with checklists."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely

from ...coverage.assessment import Assessment
from ...coverage.rounds import (
    DOOR,
    LANE,
    HalfDay,
    LeftOut,
    Place,
    Round,
    Stop,
    Visit,
)
from ...geo.words import LaneState, Lang, Vehicle, label, text
from ...geo.words import fields as f
from ..voice import (
    arrival,
    checklist,
    hazard_said,
    lane_called,
    reason_sentence,
    town_checks,
    way_sentences,
)
from .drawing import Drawing
from .frames import Frame, frame_round
from .sheet_source import SheetSource
from .signs import legend
from .strokes import ground_of
from .typeset import pdf

SECTION_STOPS: Final = 5  # stops on one detail map at the most
SECTION_SCALE: Final = 4000  # and so many as fit at this scale
MARGIN_MM: Final = 10
BAND_MM: Final = 1.6
CODE_MASK: Final = 3  # any mask is read; trying all eight takes longer than the rest of a stop
SMALLEST: Final = 1500  # no detail map is drawn larger than 1 : this
OWN_CHECKS: Final = 12  # of a town's own checklists at a stop; all stand in round.xlsx
HAZARDS_SHOWN: Final = 6
REASONS_SHOWN: Final = 4
#: Millimetres of the overview, of a map of several stops, and of one of a single stop.
SIZES: Final = {
    "a4": ((186, 140), (186, 76), (186, 46)),
    "a3": ((396, 190), (396, 120), (396, 80)),
}
WORDS: Final = (
    "page", "simulated", "why", "way", "open_hazards", "no_hazards", "findings", "fit", "unfit",
    "not_asked", "width_of_lane", "width_found", "metres", "photos", "signature",
    "inspector_signature", "time_spent", "left_out_title",
)  # fmt: skip
LEGEND: Final = (
    "stop", "route", "end", "station", "hydrant", "water", "hazard", "closed", "narrowed", "steps",
)  # fmt: skip


@dataclass(frozen=True)
class Paper:
    """What a sheet is printed on.

    Attributes
    ----------
    size
        ``a4`` or ``a3``; A3 lies across.
    large
        Whether in big type.
    left_out
        Whether a page lists what the rounds leave out.
    """

    size: str = "a4"
    large: bool = False
    left_out: bool = False


PLAIN: Final = Paper()


def route_sheet(
    round_: Round,
    ground: SheetSource,
    *,
    kind: str,
    left_out: Sequence[LeftOut] = (),
    paper: Paper = PLAIN,
    lang: Lang = "zh",
) -> bytes:
    """Return one day of one team as PDF.

    Parameters
    ----------
    round_
        From `weizhan.coverage.rounds.planning.plan_rounds`.
    ground
        What maps are drawn from.
    kind
        Of the rounds, as told on the sheet.
    left_out
        Visits that no round makes; counted, and listed at the end where the paper lists them.
    paper
        What it is printed on.
    lang
        Of the sheet.
    """
    found = ground.found
    numbers = {id(stop): str(k + 1) for k, stop in enumerate(round_.stops)}
    wide, detail, single = SIZES[paper.size]
    overview = _map(ground, round_.halves, numbers, size=wide, lang=lang, whole=True)
    drawings = {"overview": overview[0]}
    sections = []
    stops = round_.stops
    first = 0
    for k, part in enumerate(_sections(stops, detail)):
        halves = [_part(half, part) for half in round_.halves]
        size = single if len(part) == 1 else detail
        drawn, frame = _map(
            ground, [half for half in halves if half], numbers, size=size, lang=lang
        )
        drawings[f"section-{k}"] = drawn
        title = (
            text("paper.section_one", lang, first=first + 1)
            if len(part) == 1
            else text("paper.section", lang, first=first + 1, last=first + len(part))
        )
        first += len(part)
        sections.append(
            {
                "title": title,
                "scale": text("paper.scale", lang, scale=frame.scale),
                "map": f"section-{k}",
                "stops": [
                    _stop(stop, round_, ground, numbers, frame=overview[1], lang=lang)
                    for stop in part
                ],
            }
        )
    for stop in stops:
        drawings[f"qr-{numbers[id(stop)]}"] = _code(stop, ground)
    entries, signs = legend(LEGEND, lang)
    heading = text("paper.route_title", lang)
    data = {
        "paper": paper.size,
        "flipped": paper.size == "a3",
        "large": paper.large,
        "lang": lang,
        "words": _words(ground, lang),
        "simulated": found.simulated,
        "title": f"{heading}　{round_.team.name}　{round_.day.isoformat()}",
        "foot": f"{found.town}　{heading}　{round_.team.name}　{round_.day.isoformat()}",
        "facts": _facts(round_, ground, kind, lang),
        "overview": {
            "title": text("paper.overview", lang),
            "scale": text("paper.scale", lang, scale=overview[1].scale),
        },
        "legend": entries,
        "halves": [_half(half, numbers, lang) for half in round_.halves],
        "sections": sections,
        "note": text("paper.heuristic", lang),
        "left_out_told": text("paper.left_out_told", lang, count=len(left_out)) if left_out else "",
        "left_out": [
            [item.visit.visit_id, _name(item.visit.name, item.visit.address, lang),
             "；".join(reason_sentence(*why, lang) for why in item.visit.reasons[:2])]
            for item in left_out
        ] if paper.left_out else [],
    }  # fmt: skip
    return pdf("route", data, date=round_.day.isoformat(), **drawings, **signs)


def _ledger_unknown(ground: SheetSource) -> bool:
    """Return whether no ledger of hazards was imported, so that none is known at any stop."""
    return bool(ground.found.moment.town.ledgers.hazards.empty)


def _words(ground: SheetSource, lang: Lang) -> dict[str, Any]:
    said: dict[str, Any] = {
        name: text(f"paper.{name}", lang, **_BLANKS.get(name, {})) for name in WORDS
    }
    if _ledger_unknown(ground):
        said["no_hazards"] = text("paper.no_ledger", lang)
    return said | {"states": [label("lane_state", state, lang) for state in LaneState]}


_BLANKS: Final[Mapping[str, Mapping[str, str]]] = {"page": {"page": "{page}", "pages": "{pages}"}}


def _facts(round_: Round, ground: SheetSource, kind: str, lang: Lang) -> list[list[str]]:
    metres = sum(
        line.length
        for half in round_.halves
        for way in (*(stop.way for stop in half.stops), half.back)
        if (line := ground.line(way)) is not None
    )
    vehicle = (
        text("paper.walking", lang)
        if round_.team.vehicle == Vehicle.FOOT
        else label("vehicle", round_.team.vehicle, lang)
    )
    return [
        [text("paper.inspector", lang), round_.team.name],
        [text("paper.date", lang), round_.day.isoformat()],
        [text("paper.kind", lang), label("round_kind", kind, lang)],
        [text("paper.by", lang), vehicle],
        ["", text("paper.stops", lang, count=len(round_.stops))],
        ["", text("paper.distance", lang, km=f"{metres / 1000:.1f}")],
    ]


def _half(half: HalfDay, numbers: Mapping[int, str], lang: Lang) -> dict[str, Any]:
    return {
        "leave": _leaves(half, lang),
        "stops": [f"{numbers[id(stop)]} {clock(stop.begin_s)}" for stop in half.stops],
        "back": _returns(half, lang),
    }


def _stop(
    stop: Stop,
    round_: Round,
    ground: SheetSource,
    numbers: Mapping[int, str],
    *,
    frame: Frame,
    lang: Lang,
) -> dict[str, Any]:
    visit, lanes = stop.visit, ground.found.lanes
    facts = [
        visit.visit_id,
        ground.communities.get(visit.community_id) or visit.community_id,
        _kind(visit.kind, lang),
        f"{text('paper.field', lang)} {frame.grid(visit.x, visit.y)}",
        text("paper.planned", lang, begin=clock(stop.begin_s), end=clock(stop.leave_s)),
        "" if visit.hours_known else text("paper.hours_unknown", lang),
    ]
    if len(visit.buildings) > 1:
        told = "、".join(visit.buildings)
        facts.append(text("paper.houses", lang, count=len(visit.buildings), ids=told))
    ways = way_sentences(stop.way, lanes, ground.landmarks, lang)
    ways.append(arrival(stop.way, lanes, visit.x, visit.y, visit.access_m, lang))
    told_stop: dict[str, Any] = {
        "number": numbers[id(stop)],
        "name": stop_name(visit, ground, lang),
        "address": visit.address,
        "facts": [fact for fact in facts if fact],
        "way": ways,
        "why": _reasons(visit.reasons, lang),
        "hazards": _hazards(visit.cases, ground, lang),
        "pieces": _pieces(visit.lanes, ground, lang),
        "signed": bool(visit.buildings),  # a road has nobody who signs
        "checks": _looked_at(visit.kind, ground, lang),
    }
    for half in round_.halves:
        if half.stops[0] is stop:
            told_stop["leave"] = _leaves(half, lang)
        if half.stops[-1] is stop:
            told_stop["back"] = _returns(half, lang)
            told_stop["back_way"] = way_sentences(half.back, lanes, ground.landmarks, lang)
    return told_stop


def _reasons(reasons: Sequence[tuple[str, Mapping[str, Any]]], lang: Lang) -> list[str]:
    told = [reason_sentence(why, values, lang) for why, values in reasons[:REASONS_SHOWN]]
    return told + _more(len(reasons), REASONS_SHOWN)


def _more(rows: int, shown: int) -> list[str]:
    """Return that more rows are there than are shown."""
    return [f"+ {rows - shown}"] if rows > shown else []


def _pieces(rows: Sequence[int], ground: SheetSource, lang: Lang) -> list[str]:
    """Return the drawn lanes of a road, each with its length and what is known of its width."""
    told: list[str] = []
    if not rows:
        return told
    for drawn, lanes in ground.found.lanes.iloc[list(rows)].groupby(f.DRAWN_LANE_ID, sort=False):
        widths = lanes[f.WIDTH_M].dropna()
        width = (
            text("paper.width_unknown", lang)
            if widths.empty
            else text("paper.width_known", lang, metres=f"{widths.min():g}")
        )
        metres = max(1, round(lanes.geometry.length.sum()))
        told.append("　".join([str(drawn), f"{metres} {text('paper.metres', lang)}", width]))
    return told


def _looked_at(kind: str, ground: SheetSource, lang: Lang) -> list[str]:
    """Return what is looked at: ours, then the first of what the town has loaded itself."""
    own = town_checks(kind, ground.found.moment.town, lang)
    said = [f"{item}〔{name}〕" for name, item in own[:OWN_CHECKS]]
    if len(own) > OWN_CHECKS:
        said.append(text("check.more", lang, count=len(own) - OWN_CHECKS))
    return checklist(kind, lang) + said


def _hazards(cases: Sequence[str], ground: SheetSource, lang: Lang) -> list[str]:
    row_of: Any = ground.open_cases.loc
    told = [hazard_said(row_of[key], key, lang) for key in cases[:HAZARDS_SHOWN]]
    return told + _more(len(cases), HAZARDS_SHOWN)


def _map(
    ground: SheetSource,
    halves: Sequence[HalfDay],
    numbers: Mapping[int, str],
    *,
    size: tuple[float, float],
    lang: Lang,
    whole: bool = False,
) -> tuple[str, Frame]:
    """Return the map of some stops and the ways between them, and its frame."""
    found = ground.found
    lines = [ground.line(s.way) for half in halves for s in half.stops]
    if whole:
        lines += [ground.line(half.back) for half in halves]
    stops = [stop for half in halves for stop in half.stops]
    points = [shapely.Point(stop.visit.x, stop.visit.y) for stop in stops]
    # A detail map shows its stops; the whole way is on the overview.
    shown = points + [line for line in lines if whole and line is not None]
    frame = frame_round(
        shapely.total_bounds(np.array(shown, dtype=object)),
        width_mm=size[0], height_mm=size[1], margin_mm=MARGIN_MM,
        smallest=1 if whole else SMALLEST,
    )  # fmt: skip
    drawing = Drawing(frame)
    drawing.ground(ground_of(found))
    mine = ground.houses([key for stop in stops for key in stop.visit.buildings])
    drawing.houses(mine, fill="#bdbdbd" if whole else "#777")
    drawing.states(ground_of(found))
    if not whole:  # a band shows how far a road is to be looked at
        lanes = found.lanes.geometry.to_numpy()
        looked_at = lanes[[row for stop in stops for row in stop.visit.lanes]]
        bands = shapely.buffer(looked_at, BAND_MM * frame.scale / 1000, quad_segs=4)
        drawing.area(shapely.get_parts(shapely.union_all(bands)))
    drawing.lane_names(ground_of(found).named, most=18 if whole else 30)
    drawing.route(lines)
    signs_of(drawing, found, ground.hazard_xy, overview=whole)
    ends = {(p.x, p.y): p.name for half in halves for p in (half.start, half.end)}
    for (x, y), name in ends.items():
        drawing.mark(x, y, "end", name)
    for stop in stops:
        drawing.stop(stop.visit.x, stop.visit.y, numbers[id(stop)])
    return drawing.svg(north=text("paper.north", lang), metres=text("paper.metres", lang)), frame


def signs_of(
    drawing: Drawing, found: Assessment, hazard_xy: np.ndarray, *, overview: bool = False
) -> None:
    """Draw stations, and on all but overviews water that can be taken and open hazards."""
    for shape, name in zip(found.stations.geometry, found.stations[f.NAME], strict=True):
        drawing.mark(shape.x, shape.y, "station", name if isinstance(name, str) else "")
    if overview:
        return
    drawing.marks(hazard_xy, "hazard")
    drawing.marks(ground_of(found).hydrant_xy, "hydrant")
    drawing.marks(ground_of(found).water_xy, "water")


def _sections(stops: Sequence[Stop], size: tuple[float, float]) -> list[Sequence[Stop]]:
    """Return the stops in runs that share a detail map."""
    parts: list[list[Stop]] = []
    for stop in stops:
        grown = [*(parts[-1] if parts else []), stop]
        xy = np.array([[s.visit.x, s.visit.y] for s in grown])
        frame = frame_round((*xy.min(axis=0), *xy.max(axis=0)), width_mm=size[0],
                            height_mm=size[1], margin_mm=MARGIN_MM)  # fmt: skip
        if parts and len(grown) <= SECTION_STOPS and frame.scale <= SECTION_SCALE:
            parts[-1].append(stop)
        else:
            parts.append([stop])
    return list(parts)


def _part(half: HalfDay, stops: Sequence[Stop]) -> HalfDay | None:
    """Return what of a half day lies in a section; None where nothing does."""
    mine = tuple(stop for stop in half.stops if any(stop is other for other in stops))
    if not mine:
        return None
    return HalfDay(half.start, half.end, half.leave_s, mine, half.back, half.back_s)


def _code(stop: Stop, ground: SheetSource) -> str:
    """Return the id and the place of a stop as a QR code."""
    visit = stop.visit
    said = f"id={visit.visit_id}"
    if visit.buildings:
        place = ground.places[visit.buildings[0]]
        said += f";geo:{place.y:.6f},{place.x:.6f}"
    import segno

    drawn = io.BytesIO()
    segno.make(said, error="m", micro=False, mask=CODE_MASK).save(
        drawn, kind="svg", scale=4, border=1
    )
    return drawn.getvalue().decode()


def _kind(kind: str, lang: Lang) -> str:
    vocabulary = "visit_kind" if kind in (DOOR, LANE) else "use"
    return label(vocabulary, kind, lang) if kind else ""


def stop_name(visit: Visit, ground: SheetSource, lang: Lang) -> str:
    """Return what a stop is called: a road without a name by the nearest that has one.

    Parameters
    ----------
    visit
        The stop.
    ground
        With the lanes.
    lang
        Of the words.
    """
    if visit.lanes and not visit.name:
        lanes = ground.found.lanes
        return lane_called(lanes.iloc[visit.lanes[0]], lanes, lang)
    return _name(visit.name, visit.address, lang)


def _name(name: str, address: str, lang: Lang) -> str:
    return name or address or text("paper.nobody", lang)


def _leaves(half: HalfDay, lang: Lang) -> str:
    return text("paper.leave", lang, time=clock(half.leave_s), place=_place(half.start, lang))


def _returns(half: HalfDay, lang: Lang) -> str:
    return text("paper.return", lang, time=clock(half.back_s), place=_place(half.end, lang))


def _place(place: Place, lang: Lang) -> str:
    return place.name or place.place_id or text("paper.start_place", lang)


def clock(seconds: int) -> str:
    """Return a time of day."""
    return f"{seconds // 3600:02d}:{seconds % 3600 // 60:02d}"
