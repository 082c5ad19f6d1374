"""``round-xlsform.xlsx``: the round as a form for ODK or KoboToolbox; its export comes back by ids.

One filling-in is one stop. Nothing is grouped and nothing repeats, so that an export is one table
whose heads are the names here. What identifies a thing is a calculation, which nobody sees.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping, Sequence
from typing import Any, Final

from ...coverage.rounds import RoundKind, Rounds
from ...geo.ledgers import (
    FORM_DAY,
    FORM_ROUND,
    FORM_STOP,
    KNOWN_PARTS,
    LANE_PARTS,
    NEW,
    form_thing,
)
from ...geo.words import HazardCode, HazardState, LaneState, Lang, label, text
from ...geo.words import fields as f
from ..books import new_book
from ..html import shown
from ..paper import SheetSource, stop_name
from .stop_rows import checks_at, stop_rows

SURVEY: Final = ("type", "name", "label", "required", "relevant", "calculation", "choice_filter",
                 "appearance", "default")  # fmt: skip
CHOICES: Final = ("list_name", "name", "label", "team", FORM_STOP, FORM_DAY, f.BUILDING_ID,
                  "source", "checks")  # fmt: skip
NO_DAY: Final = dt.date(2000, 1, 1)  # of a form without rounds
ANSWERS: Final = ("yes", "no", "none")

Question = dict[str, str]
Checks = Sequence[tuple[str, str]]  # what is looked at, and what a no to it is called


def round_form(
    rounds: Rounds, ground: SheetSource, *, kind: RoundKind, round_id: str, lang: Lang
) -> bytes:
    """Return the XLSForm of some rounds.

    Parameters
    ----------
    rounds
        What was planned.
    ground, kind, round_id, lang
        As for the workbook.
    """
    stops = [
        {"team": r.team.name, "day": r.day.isoformat(), "id": stop.visit.visit_id,
         "name": stop_name(stop.visit, ground, lang), "number": str(number),
         "checks": [(said, label("hazard_code", code, lang) if code else said)
                    for said, code in checks_at(stop.visit.kind, ground.found.moment.town, lang)]}
        | stop_rows(stop, r, rounds, ground, kind=kind, round_id=round_id, lang=lang)
        for r in rounds.rounds
        for number, stop in enumerate(r.stops, start=1)
    ]  # fmt: skip
    lists = list(dict.fromkeys(tuple(stop["checks"]) for stop in stops))
    survey = [*_whose(round_id, lang), *_checks(lists, lang), *_findings(lang)]
    survey += _known([(s["id"], h) for s in stops for h in s["hazards"]], lang)
    survey += _lanes([(s["id"], lane) for s in stops for lane in s["lanes"]], round_id, lang)
    survey += _result(lists, lang)
    title = f"{shown(ground.found.town)} {label('round_kind', kind, lang)} {round_id}"
    settings = {"form_title": _plain(title), "form_id": f"weizhan-{round_id}",
                "version": round_id.replace("-", "")}  # fmt: skip
    days = [r.day for r in rounds.rounds]
    return _book(survey, _choices(stops, lists, lang), settings, made=min(days, default=NO_DAY))


def _whose(round_id: str, lang: Lang) -> list[Question]:
    """Return who fills in, where and when; and what the stop carries."""

    def of_stop(name: str) -> Question:
        return _calculated(name, f"instance('stops')/root/item[name=${{stop}}]/{name}")

    return [
        {"type": "start", "name": "start"},
        {"type": "end", "name": "end"},
        _calculated(FORM_ROUND, _literal(round_id)),
        _asked("select_one teams", "team", text("form.team", lang), required="yes"),
        _asked("text", "inspector", text("phone.inspector", lang), required="yes"),
        _asked("select_one stops", "stop", text("form.stop", lang), required="yes",
               choice_filter="team=${team}", appearance="minimal"),
        *(of_stop(name) for name in (FORM_STOP, FORM_DAY, f.BUILDING_ID, "source", "checks")),
        _asked("date", "inspected_on", text("phone.day", lang), required="yes", default="today()"),
    ]  # fmt: skip


def _checks(lists: Sequence[Checks], lang: Lang) -> list[Question]:
    return [
        _asked("select_one answers", f"c{k}_{n}", f"{n}. {item}", relevant=f"${{checks}} = 'k{k}'",
               appearance="horizontal-compact")
        for k, items in enumerate(lists, start=1)
        for n, (item, _) in enumerate(items, start=1)
    ]  # fmt: skip


def _findings(lang: Lang) -> list[Question]:
    """Return the new hazards; each is asked for once the one before it was given."""
    asked = []
    for k in range(1, NEW + 1):
        there = "${building_id} != ''" + ("" if k == 1 else f" and ${{new{k - 1}_code}} != ''")
        given = f"${{new{k}_code}} != ''"
        asked += [
            _asked("select_one codes", f"new{k}_code", text("form.new", lang, number=k),
                   relevant=there, appearance="minimal"),
            _asked("text", f"new{k}_what", text("phone.what", lang), relevant=given),
            _asked("text", f"new{k}_photos", text("phone.photos", lang), relevant=given),
        ]  # fmt: skip
    counted = " + ".join(f"if(${{new{k}_code}} != '', 1, 0)" for k in range(1, NEW + 1))
    return [*asked, _calculated("hazards_found", counted)]


def _known(hazards: Sequence[tuple[str, Mapping[str, Any]]], lang: Lang) -> list[Question]:
    asked = []
    for n, (stop, hazard) in enumerate(hazards, start=1):
        here = f"${{{FORM_STOP}}} = {_literal(stop)}"
        told = form_thing(KNOWN_PARTS, {**hazard, "stop": stop})
        asked += [
            _calculated(f"h{n}", _literal(told)),
            _asked("select_one states", f"h{n}_state", hazard["said"], relevant=here),
            _asked("text", f"h{n}_what", text("phone.what", lang), relevant=here),
        ]
    return asked


def _lanes(
    lanes: Sequence[tuple[str, Mapping[str, Any]]], round_id: str, lang: Lang
) -> list[Question]:
    asked = []
    for n, (stop, lane) in enumerate(lanes, start=1):
        here = f"${{{FORM_STOP}}} = {_literal(stop)}"
        report = str(lane["report_id"]).removeprefix(f"{round_id}/")
        told = form_thing(LANE_PARTS, {**lane, "stop": stop, "report": report})
        said = " ".join(filter(None, (lane[f.NAME], lane[f.LANE_ID])))
        asked += [
            _calculated(f"l{n}", _literal(told)),
            _asked("select_one lanes", f"l{n}_state", said, relevant=here),
            _asked("decimal", f"l{n}_width", text("phone.width", lang), relevant=here),
        ]
    return asked


def _result(lists: Sequence[Checks], lang: Lang) -> list[Question]:
    """Return note and photos, and all that was answered in the words that the phone page uses."""
    apart, between = text("phone.semicolon", lang), text("phone.and", lang)
    asked = [_asked("text", "note", text("phone.note", lang), appearance="multiline"),
             _asked("text", "photos", text("phone.photos", lang))]  # fmt: skip
    parts = []
    for k, items in enumerate(lists, start=1):
        for answer in (*ANSWERS, "open"):
            value = "" if answer == "open" else answer
            said = [
                f"if(${{c{k}_{n}}} = '{value}', "
                f"{_literal(between + (f'{n} {wrong}' if answer == 'no' else str(n)))}, '')"
                for n, (_, wrong) in enumerate(items, start=1)
            ]
            asked.append(_calculated(f"k{k}_{answer}", f"concat({', '.join(said)}, '')"))
        verdict = (
            f"if(${{k{k}_no}} != '', {_literal(text('phone.failed', lang))}, "
            f"if(${{k{k}_open}} != '', {_literal(text('phone.unfinished', lang))}, "
            f"{_literal(text('phone.passed', lang))}))"
        )
        answers = [
            f"if(${{k{k}_{answer}}} != '', concat({_literal(apart + words)}, "
            f"substr(${{k{k}_{answer}}}, {len(between)})), '')"
            for answer in ("no", "yes", "none", "open")
            for words in [text(f"phone.said_{answer}", lang, items="")]
        ]
        answered = f"concat(${{k{k}_yes}}, ${{k{k}_no}}, ${{k{k}_none}}) != ''"
        whole = f"concat({verdict}, {', '.join(answers)})"
        made = f"if(${{checks}} = 'k{k}' and {answered}, {whole}, '')"
        asked.append(_calculated(f"k{k}_said", made))
        parts.append(f"${{k{k}_said}}")
    for name, note in (("note", text("phone.said_note", lang, note="")),
                       ("photos", text("phone.photos_said", lang, photos=""))):  # fmt: skip
        words = _literal(apart + note)
        parts.append(f"if(${{{name}}} != '', concat({words}, ${{{name}}}), '')")
    return [*asked, _calculated("result", f"concat({', '.join(parts)}, '')")]


def _choices(
    stops: Sequence[Mapping[str, Any]], lists: Sequence[Checks], lang: Lang
) -> list[Question]:
    teams = {team: f"t{n}" for n, team in enumerate(dict.fromkeys(s["team"] for s in stops), 1)}
    made = [_choice("teams", name, team) for team, name in teams.items()]
    for n, stop in enumerate(stops, start=1):
        visit = stop["inspections"] or {}
        source = visit.get("source") or next((lane["source"] for lane in stop["lanes"]), "")
        said = f"{stop['day'][5:]} {stop['number']}. {stop['name']} {stop['id']}"
        made.append(
            _choice("stops", f"s{n}", said) | {
                "team": teams[stop["team"]], FORM_STOP: stop["id"], FORM_DAY: stop["day"],
                f.BUILDING_ID: visit.get(f.BUILDING_ID) or "", "source": source or "",
                "checks": f"k{lists.index(tuple(stop['checks'])) + 1}",
            }
        )  # fmt: skip
    made += [_choice("answers", answer, text(f"phone.{answer}", lang)) for answer in ANSWERS]
    for name, vocabulary, codes in (
        ("codes", "hazard_code", HazardCode),
        ("states", "hazard_state", HazardState),
        ("lanes", "lane_state", LaneState),
    ):
        made += [_choice(name, str(code), label(vocabulary, code, lang)) for code in codes]
    return made


def _asked(kind: str, name: str, said: str, **more: str) -> Question:
    return {"type": kind, "name": name, "label": _plain(said), **more}


def _calculated(name: str, calculation: str) -> Question:
    return {"type": "calculate", "name": name, "calculation": calculation}


def _choice(name: str, value: str, said: str) -> Question:
    return {"list_name": name, "name": value, "label": _plain(said) or value}


def _plain(said: str) -> str:
    """Return a text in which a form sees no reference to a question."""
    return shown(said).replace("${", "$ {")


def _literal(said: str) -> str:
    """Return a text as XPath, which has no escapes: with either quote, or put together."""
    said = "".join(c if c.isprintable() else " " for c in said).replace("${", "$ {")
    if "'" not in said:
        return f"'{said}'"
    if '"' not in said:
        return f'"{said}"'
    quoted = """, "'", """.join(f"'{part}'" for part in said.split("'"))
    return f"concat({quoted})"


def _book(
    survey: Sequence[Question],
    choices: Sequence[Question],
    settings: Mapping[str, str],
    *,
    made: dt.date,
) -> bytes:
    written = io.BytesIO()
    book = new_book(written, lang="en")
    book.set_properties({"created": dt.datetime.combine(made, dt.time())})
    for name, heads, rows in (
        ("survey", SURVEY, survey),
        ("choices", CHOICES, choices),
        ("settings", tuple(settings), [settings]),
    ):
        sheet = book.add_worksheet(name)
        for at, row in enumerate([dict(zip(heads, heads, strict=True)), *rows]):
            for column, head in enumerate(heads):
                if row.get(head):
                    sheet.write_string(at, column, row[head])
        sheet.freeze_panes(1, 0)
    book.close()
    return written.getvalue()
