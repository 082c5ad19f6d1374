"""``route-….html``: a round on a phone, beside its route sheet."""

from __future__ import annotations

from string import Template
from typing import Any, Final

from ...coverage.rounds import DOOR, LANE, HalfDay, Place, Round, RoundKind, Rounds, Stop
from ...geo.ledgers import phone_format
from ...geo.words import HazardCode, HazardState, LaneState, Lang, catalogue, label, text
from ..html import HTML_LANG, escape, json_block, seal, shown, template
from ..paper import SheetSource, clock, stop_name
from ..voice import arrival, reason_sentence, way_sentences
from .stop_rows import checks_at, stop_rows
from .way_drawing import WayDrawing

SCRIPTS: Final = ("guard.js", "phone_lines.js", "phone_kept.js", "phone_map.js", "phone.js")
REASONS: Final = 4
#: Viewers inside chat apps, by what their user agents say; none of them keeps a page or a file.
VIEWERS: Final = (
    ("wecom", r"wxwork/"), ("wechat", r"MicroMessenger"), ("qq", r"\b(QQ|TIM)/"),
    ("dingtalk", r"DingTalk"), ("alipay", r"AlipayClient"), ("lark", r"\b(Lark|Feishu)/"),
    ("weibo", r"Weibo"),
)  # fmt: skip
_TROUBLE: Final = ("old", "broken", "away")


def phone_page(
    round_: Round,
    rounds: Rounds,
    ground: SheetSource,
    *,
    kind: RoundKind,
    round_id: str,
    file: str,
    lang: Lang,
) -> str:
    """Return one day of one team as a page for a phone.

    Parameters
    ----------
    round_
        The day.
    rounds
        Of which it is one.
    ground
        As for the route sheet.
    kind, round_id
        As for the workbook; what comes back is known by them.
    file
        Name of the page without its ending.
    lang
        Of the page.
    """
    found, team, day = ground.found, shown(round_.team.name), round_.day.isoformat()
    said = label("round_kind", kind, lang)
    content: dict[str, Any] = {
        "format": phone_format(),
        "round": round_id,
        "team": team,
        "day": day,
        "file": file,
        "viewers": [list(pair) for pair in VIEWERS],
        "texts": {k: entry[lang] for k, entry in catalogue().items() if k.startswith("phone.")},
        "codes": [label("hazard_code", code, lang) for code in HazardCode],
        "unclassified": label("hazard_code", HazardCode.UNCLASSIFIED, lang),
        "states": [label("hazard_state", state, lang) for state in HazardState],
        "found": label("hazard_state", HazardState.FOUND, lang),
        "clear": label("lane_state", LaneState.CLEAR, lang),
        "laneStates": [label("lane_state", state, lang) for state in LaneState],
        "halves": [f"{_leaves(half, lang)}　{_returns(half, lang)}" for half in round_.halves],
        "note": text("phone.heuristic", lang),
    }
    drawing = WayDrawing(round_, ground)
    content |= {"ground": drawing.surroundings(), "place": drawing.degrees()}
    content["stops"] = [
        _stop(stop, number, round_, ground, drawing, lang)
        | stop_rows(stop, round_, rounds, ground, kind=kind, round_id=round_id, lang=lang)
        for number, stop in enumerate(round_.stops, start=1)
    ]
    badge = f'<p class="badge">{escape(text("paper.simulated", lang))}</p>'
    texts = {
        "lang": HTML_LANG[lang],
        "title": escape(text("phone.title", lang, team=team, day=day)),
        "heading": escape(f"{shown(found.town)} {text('paper.route_title', lang)}"),
        "facts": escape(text("phone.facts", lang, kind=said, day=day, team=team)),
        "badge": badge if found.simulated else "",
        "noscript": escape(text("phone.noscript", lang)),
        "plain": "".join(
            f"<li>{escape('　'.join([stop['name'], *stop['facts']]))}</li>"
            for stop in content["stops"]
        ),
        **{name: escape(text(f"trouble.{name}", lang)) for name in _TROUBLE},
        "style": template("phone.css"),
        "data": json_block("content", content),
        "script": "window.weizhan = {};\n" + "".join(map(template, SCRIPTS)),
    }
    return seal(Template(template("phone.html")).substitute(texts))


def _leaves(half: HalfDay, lang: Lang) -> str:
    return shown(text("paper.leave", lang, time=clock(half.leave_s), place=_end(half.start, lang)))


def _returns(half: HalfDay, lang: Lang) -> str:
    return shown(text("paper.return", lang, time=clock(half.back_s), place=_end(half.end, lang)))


def _end(place: Place, lang: Lang) -> str:
    return place.name or place.place_id or text("paper.start_place", lang)


def _stop(
    stop: Stop,
    number: int,
    round_: Round,
    ground: SheetSource,
    drawing: WayDrawing,
    lang: Lang,
) -> dict[str, Any]:
    """Return what a stop tells, as its part of the route sheet does."""
    visit, lanes, town = stop.visit, ground.found.lanes, ground.found.moment.town
    x, y = drawing.xy(visit.x, visit.y)
    line = ground.line(stop.way)
    planned = text("paper.planned", lang, begin=clock(stop.begin_s), end=clock(stop.leave_s))
    way = way_sentences(stop.way, lanes, ground.landmarks, lang)
    way.append(arrival(stop.way, lanes, visit.x, visit.y, visit.access_m, lang))
    unknown = "" if visit.hours_known else "　" + text("paper.hours_unknown", lang)
    facts = [
        visit.address if visit.name else "",
        f"{visit.visit_id} {_kind(visit.kind, lang)}",
        planned + unknown,
    ]
    if len(visit.buildings) > 1:
        ids = "、".join(visit.buildings)
        facts.append(text("paper.houses", lang, count=len(visit.buildings), ids=ids))
    checks = [
        {"said": item} | ({"code": label("hazard_code", code, lang)} if code else {})
        for item, code in checks_at(visit.kind, town, lang)
    ]
    told: dict[str, Any] = {
        "id": visit.visit_id,
        "number": str(number),
        "name": shown(stop_name(visit, ground, lang)),
        "brief": " ".join((planned, _kind(visit.kind, lang))),
        "facts": [shown(fact) for fact in facts if fact],
        "why": [shown(reason_sentence(why, v, lang)) for why, v in visit.reasons[:REASONS]],
        "way": [shown(sentence) for sentence in way],
        "checks": checks,
        "x": x,
        "y": y,
        "line": [] if line is None else drawing.parts([line]),
        "looked": drawing.parts(list(lanes.geometry.iloc[list(visit.lanes)])),
    }
    for half in round_.halves:
        if half.stops[0] is stop:
            told["leave"] = _leaves(half, lang)
        if half.stops[-1] is stop:
            back = ground.line(half.back)
            told["back"] = [] if back is None else drawing.parts([back])
            told["backWay"] = [
                shown(said) for said in way_sentences(half.back, lanes, ground.landmarks, lang)
            ]
            told["backSaid"] = _returns(half, lang)
    return told


def _kind(kind: str, lang: Lang) -> str:
    return label("visit_kind" if kind in (DOOR, LANE) else "use", kind, lang) if kind else ""
