"""A town's problems as a table in which cells are corrected; the user's files stay."""

from __future__ import annotations

import datetime as dt
import io
import json
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ..geo.rules import LayerSource, LedgerSource, TownConfig, read_config
from ..geo.tables import (
    SCHEMAS,
    Column,
    NewValue,
    Sheet,
    correct_cells,
    doctor_tables,
    read_layer,
    read_table,
    undo_correction,
)
from ..geo.words import VOCABULARIES, InputError, Lang, Problem, catalogue, grouped, label, text
from .checking import looked_at
from .pages import back, lang_of, number_of
from .towns import town_of

SHOWN: Final = 100  # problems of a page
ALIKE: Final = 12  # of one kind, before the others of that kind are only counted
BY_COOKIE: Final = "weizhan-by"
BLANK: Final = "-"  # what somebody writes for: not known
#: Problems of a cell, which another value mends.
OF_CELLS: Final = frozenset(
    {"not_a_number", "not_a_count", "not_a_flag", "not_hours", "not_a_full_date", "cell_error",
     "not_in_vocabulary", "value_missing", "identity_double", "ledger_conflict"}
)  # fmt: skip
OF_COORDINATES: Final = frozenset({"not_a_coordinate", "coordinate_odd"})


@dataclass(frozen=True)
class ProblemRow:
    """One problem; with a place where another value would mend it."""

    problem: Problem
    said: str
    place: str
    choices: tuple[tuple[str, str], ...]


def problem_rows(
    problems: Sequence[Problem], config: TownConfig | None, lang: Lang
) -> list[ProblemRow]:
    """Return the gravest problems, of each kind a few; those of cells can be mended.

    Parameters
    ----------
    problems
        From a check.
    config
        Of the town.
    lang
        Of sentences.
    """
    rows = []
    for group in grouped(problems):
        for problem in group[: SHOWN if problem_is_grave(group[0]) else ALIKE]:
            column = _column(problem)
            place = ""
            choices: tuple[tuple[str, str], ...] = ()
            source = _source(problem.layer, problem.file, config)
            mendable = column is not None or problem.code in OF_COORDINATES
            if mendable and source is not None:
                place = json.dumps(
                    {"layer": problem.layer, "file": source.file, "row": problem.row,
                     "sheet": problem.sheet, "column": problem.column, "old": problem.value}
                )  # fmt: skip
                choices = _choices(column, lang) if column else ()
            rows.append(ProblemRow(problem, _said(problem, lang), place, choices))
    return rows[:SHOWN]


def problem_is_grave(problem: Problem) -> bool:
    """Return whether a problem must be mended."""
    return problem.severity == "error"


def _said(problem: Problem, lang: Lang) -> str:
    """Return what is wrong, and what to do about it here rather than by options of commands."""
    here = f"desk_problem.{problem.code}"
    return (replace(problem, code=here) if here in catalogue() else problem).message(lang)


async def mend(request: Request) -> Response:
    """Keep the values that somebody wrote instead of wrong ones."""
    folder = town_of(request)
    form = await request.form(max_fields=2_000)
    by = str(form.get("by", "")).strip()[:40]
    await run_in_threadpool(_mend, folder, form, by)
    answer = back(folder, "data", "problems")
    answer.set_cookie(BY_COOKIE, quote(by), samesite="strict", httponly=True, max_age=365 * 86400)
    return answer


def _mend(folder: Path, form: FormData, by: str) -> None:
    if not by:
        raise InputError("error.correct_who")
    config = read_config(folder)
    sheets: dict[tuple[str, str], Sheet] = {}
    values = []
    for at_row in range(SHOWN):
        new = str(form.get(f"new-{at_row}", "")).strip()
        if not new:
            continue
        try:
            place = json.loads(str(form.get(f"place-{at_row}", "")))
            layer, file = str(place["layer"]), str(place["file"])
            row, page = int(place["row"]), str(place["sheet"])
            column, old = str(place["column"]), str(place["old"])
            schema = SCHEMAS[layer]
            source = next(s for s in _sources(layer, config) if s.file == file)
        except (ValueError, KeyError, TypeError, StopIteration) as error:
            raise HTTPException(400) from error
        if (layer, file) not in sheets:
            sheets[layer, file] = _sheet(folder, source, layer)
        values.append(NewValue(source, sheets[layer, file], schema, row, page, column, old,
                               "" if new == BLANK else new))  # fmt: skip
    if values:
        correct_cells(folder, values, by=by, at=dt.datetime.now())


def _sheet(folder: Path, source: LedgerSource, layer: str) -> Sheet:
    file = folder / source.file
    if isinstance(source, LayerSource):
        return read_layer(file, source, schema=SCHEMAS[layer])
    return read_table(file, what=layer, sheet=source.sheet, header_rows=source.header_rows,
                      encoding=source.encoding)  # fmt: skip


async def undo(request: Request) -> Response:
    """Let a corrected cell count again as it is in the file."""
    folder = town_of(request)
    number = number_of(await request.form())
    await run_in_threadpool(undo_correction, folder, number, at=dt.datetime.now())
    return back(folder, "data", "corrections")


async def doctored(request: Request) -> Response:
    """Give copies of the town's workbooks with their bad cells marked, in one zip."""
    folder = town_of(request)
    book = await run_in_threadpool(_doctored, folder, lang_of(request))
    name = quote(f"{folder.name}-{text('desk.doctor_file', lang_of(request))}.zip")
    return Response(
        book,
        media_type="application/zip",
        headers={"content-disposition": f"attachment; filename*=UTF-8''{name}"},
    )


def _doctored(folder: Path, lang: Lang) -> bytes:
    found, _ = looked_at(folder, patience_s=None)
    if found is None:
        raise HTTPException(404)
    with tempfile.TemporaryDirectory() as out:
        marked = doctor_tables(folder, found.problems, Path(out), lang=lang)
        if not marked:
            raise InputError("error.doctor_healthy")
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in marked:
                archive.write(file, file.name)
        return packed.getvalue()


def _column(problem: Problem) -> Column | None:
    """Return the column of a cell that another value would mend, if it is one."""
    if problem.row is None or problem.code not in OF_CELLS or problem.layer not in SCHEMAS:
        return None
    columns = SCHEMAS[problem.layer].columns
    found = next((c for c in columns if c.name == problem.column), None)
    return None if found is None or found.personal else found


def _sources(layer: str, config: TownConfig | None) -> list[LedgerSource]:
    if config is None or layer not in config.layers:
        return []
    source = config.source(layer)
    return [source, *source.ledgers]


def _source(layer: str, file: str, config: TownConfig | None) -> LedgerSource | None:
    return next(
        (s for s in _sources(layer, config) if file in (s.file, getattr(s, "origin", ""))), None
    )


def _choices(column: Column, lang: Lang) -> tuple[tuple[str, str], ...]:
    if not column.vocabulary:
        return ()
    return tuple(
        (str(code), label(column.vocabulary, code, lang))
        for code in VOCABULARIES[column.vocabulary]
    )


routes = [
    Route("/town/{name}/data/mend", mend, methods=["POST"]),
    Route("/town/{name}/data/undo", undo, methods=["POST"]),
    Route("/town/{name}/data/marked.zip", doctored),
]
