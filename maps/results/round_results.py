"""The folder of a round: sheets, pages for phones, ``round.xlsx``, ``rounds.json``, lists."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import pandas as pd

from ...coverage.rounds import Promised, Round, RoundKind, Rounds
from ...geo.words import InputError, Lang, file_name, label, text
from ...geo.words import fields as f
from ..books import round_book, sheet
from ..paper import Paper, SheetSource, clock, route_sheet
from ..phone import PACKAGE, PROJECT, phone_page, round_form, write_field_project
from ..voice import reason_sentence

FORM: Final = "round-xlsform.xlsx"
NAMES: Final = ("round.xlsx", "rounds.json", "left_out.csv", "sample.csv", FORM, PACKAGE, PROJECT)
FORMAT: Final = "weizhan-rounds"


def names_in(folder: Path) -> list[str]:
    """Return the names that an earlier run of rounds left in a folder and that may be replaced."""
    endings = ("route-*.pdf", "route-*.html")
    routes = [file.name for ending in endings for file in folder.glob(ending)]
    return [*NAMES, *routes]


def read_promises(file: Path) -> Promised:
    """Read which team an earlier plan sends where on which day.

    Raises
    ------
    InputError
        When the file is no ``rounds.json``.
    """
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        if told["format"] != FORMAT:
            raise InputError("error.plan_file", file=file)
        return {
            str(stop["visit_id"]): (str(r["team"]), dt.date.fromisoformat(r["date"]))
            for r in told["rounds"]
            for stop in r["stops"]
        }
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError("error.plan_file", file=file) from error


def write_rounds(
    rounds: Rounds,
    ground: SheetSource,
    folder: Path,
    *,
    kind: RoundKind,
    first: dt.date,
    paper: Paper,
    reasons: pd.DataFrame,
    lang: Lang,
) -> None:
    """Write everything that a round needs into a folder that exists.

    Parameters
    ----------
    rounds
        What was planned.
    ground
        What maps are drawn from.
    folder
        Empty; see `weizhan.geo.words.folders.whole_folder`.
    kind, first
        Of the rounds, and their first day.
    paper
        What the sheets are printed on.
    reasons
        The reasons that made the visits; a draw is written out so that it can be repeated.
    lang
        Of everything that people read.
    """
    round_id = round_name(rounds, kind, first)
    names: list[str] = []
    for round_ in rounds.rounds:
        name = f"route-{file_name(round_.team.name)}-{round_.day.isoformat()}"
        while name.casefold() in map(str.casefold, names):  # Windows and macOS tell none apart
            name += "-2"
        names.append(name)
    for name, drawn in zip(names, draw_sheets(rounds, ground, kind, paper, lang), strict=True):
        (folder / f"{name}.pdf").write_bytes(drawn)
    for name, round_ in zip(names, rounds.rounds, strict=True):
        page = phone_page(
            round_, rounds, ground, kind=kind, round_id=round_id, file=name, lang=lang
        )
        (folder / f"{name}.html").write_text(page, encoding="utf-8", newline="\n")
    book = round_book(rounds, ground, kind=kind, round_id=round_id, lang=lang)
    (folder / "round.xlsx").write_bytes(book)
    said = json.dumps(_record(rounds, kind, ground), ensure_ascii=False, indent=1)
    (folder / "rounds.json").write_text(said + "\n", encoding="utf-8")
    table = sheet(
        [text(f"left_out_column.{name}", lang) for name in ("id", "name", "why", "because")],
        [
            [
                item.visit.visit_id,
                item.visit.name or item.visit.address,
                text(f"left_out.{item.why}", lang),
                "；".join(reason_sentence(w, v, lang) for w, v in item.visit.reasons[:3]),
            ]
            for item in rounds.left_out
        ],
    )
    (folder / "left_out.csv").write_text(table, encoding="utf-8-sig", newline="")
    if kind == RoundKind.OPEN_SECRET:
        (folder / "sample.csv").write_text(_sample(reasons, lang), encoding="utf-8-sig", newline="")


def write_forms(
    rounds: Rounds,
    ground: SheetSource,
    folder: Path,
    *,
    kind: RoundKind,
    first: dt.date,
    xlsform: bool,
    qfield: bool,
    lang: Lang,
) -> None:
    """Write what other programs on phones take: a form for ODK, a project for QGIS.

    Parameters
    ----------
    rounds, ground, folder, kind, first, lang
        As for `write_rounds`.
    xlsform, qfield
        Which of both.
    """
    round_id = round_name(rounds, kind, first)
    if xlsform:
        form = round_form(rounds, ground, kind=kind, round_id=round_id, lang=lang)
        (folder / FORM).write_bytes(form)
    if qfield and rounds.rounds:
        write_field_project(
            folder, rounds, ground, kind=kind, round_id=round_id, date=first.isoformat(), lang=lang
        )


def round_name(rounds: Rounds, kind: RoundKind, first: dt.date) -> str:
    """Return the id by which all that comes back of some rounds is known.

    Parameters
    ----------
    rounds, kind, first
        What was planned, its kind and its first day.
    """
    return f"{first.isoformat()}-{kind}-{rounds.seed}"


def draw_sheets(
    rounds: Rounds, ground: SheetSource, kind: RoundKind, paper: Paper, lang: Lang
) -> Iterator[bytes]:
    """Return the sheet of each round; while one is set the next is drawn."""

    def sheet_of(round_: Round) -> bytes:
        return route_sheet(
            round_, ground, kind=kind, left_out=rounds.left_out, paper=paper,
            lang=lang,
        )  # fmt: skip

    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        yield from pool.map(sheet_of, rounds.rounds)


def _record(rounds: Rounds, kind: RoundKind, ground: SheetSource) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "town": ground.found.town,
        "kind": str(kind),
        "rules": ground.found.rules,
        "yardstick": ground.found.yardstick.as_record(),
        "seed": rounds.seed,
        "iterations": rounds.iterations,
        "heuristic": True,
        "rounds": [
            {
                "team": r.team.name,
                "date": r.day.isoformat(),
                "vehicle": str(r.team.vehicle),
                "stops": [
                    {
                        "visit_id": stop.visit.visit_id,
                        "buildings": list(stop.visit.buildings),
                        "begin": clock(stop.begin_s),
                        "leave": clock(stop.leave_s),
                        "minutes": stop.visit.minutes,
                        "weight": round(stop.visit.weight, 4),
                        "cases": list(stop.visit.cases),
                    }
                    for stop in r.stops
                ],
            }
            for r in rounds.rounds
        ],
        "left_out": [
            {
                "visit_id": item.visit.visit_id,
                "why": item.why,
                "weight": round(item.visit.weight, 4),
            }
            for item in rounds.left_out
        ],
    }


def _sample(reasons: pd.DataFrame, lang: Lang) -> str:
    """Return a draw with what is needed to repeat and defend it."""
    columns = ("building_id", "chance_weight", "draw_key", "seed", "population", "size")
    heads = [label("sample_column", name, lang) for name in columns]
    return sheet(
        heads,
        [
            [row[f.BUILDING_ID], row["chance_weight"], row["draw_key"], *(
                row["values"][name] for name in columns[3:]
            )]
            for row in reasons.to_dict("records")
        ],
    )  # fmt: skip
