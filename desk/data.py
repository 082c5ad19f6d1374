"""A town's files: what each was taken for, its columns, datum, problems, corrected by choosing."""

from __future__ import annotations

import datetime as dt
import io
import json
import secrets
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote, unquote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ..geo.handed_over import found_from_files, source_of, take_files, use_file, use_terrain
from ..geo.postgis import server_of
from ..geo.rules import LayerSource, LedgerSource, TownConfig, read_config
from ..geo.sorting import SortedFile
from ..geo.tables import (
    KINDS,
    SCHEMAS,
    Account,
    Column,
    correct_cell,
    doctor_tables,
    read_corrections,
    read_layer,
    read_table,
    undo_correction,
)
from ..geo.words import (
    VOCABULARIES,
    InputError,
    Lang,
    Problem,
    grouped,
    label,
    read_reference,
    text,
)
from .checked import check_town, choose_sort, files_of
from .pages import go, lang_of, page, part
from .start import free_folder
from .towns import STATE, home_of, is_town, town_of
from .uploads import file_name, given_files, keep_files

SHOWN: Final = 100  # problems of a page
ALIKE: Final = 12  # of one kind, before the others of that kind are only counted
BY_COOKIE: Final = "weizhan-by"
DATUMS: Final = ("wgs84", "gcj02", "bd09", "cgcs2000")
BLANK: Final = "-"  # what somebody writes for: not known
#: Problems of a cell, which another value mends.
OF_CELLS: Final = frozenset(
    {"not_a_number", "not_a_count", "not_a_flag", "not_hours", "not_a_full_date", "cell_error",
     "not_in_vocabulary", "value_missing", "identity_double", "ledger_conflict"}
)  # fmt: skip


@dataclass(frozen=True)
class FileRow:
    """One file, or layer of a file, as the table shows it."""

    file: str
    layer: str | None
    shown: str
    sort: str
    use: str
    sure: bool
    rows: int
    error: str
    datum: str
    of_table: bool


@dataclass(frozen=True)
class HeaderRow:
    """One heading of a file: what it was taken for, and what it could be."""

    header: str
    column: str
    how: str
    near: str


@dataclass(frozen=True)
class ProblemRow:
    """One problem; with a place where another value would mend it."""

    problem: Problem
    said: str
    place: str
    choices: tuple[tuple[str, str], ...]


async def new_town(request: Request) -> Response:
    """Make a town of the files that were handed over."""
    home = home_of(request)
    async with request.form(max_files=500, max_fields=50) as form:
        name = file_name(str(form.get("name", "")))
        if is_town(home):
            raise InputError("error.window_alone", folder=home)
        folder = free_folder(home, name)
        await run_in_threadpool(_found, form, home, folder, name)
    return go(f"/town/{part(folder.name)}/data")


def _found(form: FormData, home: Path, folder: Path, name: str) -> None:
    with _arriving(form, home) as given:
        found_from_files(folder, given, name=name)


async def add_files(request: Request) -> Response:
    """Add files to a town."""
    folder = town_of(request)
    async with request.form(max_files=500, max_fields=50) as form:
        await run_in_threadpool(_add, form, folder)
    return _back(folder)


def _add(form: FormData, folder: Path) -> None:
    with _arriving(form, folder) as given:
        take_files(folder, given)


@contextmanager
def _arriving(form: FormData, beside: Path) -> Iterator[Path]:
    """Give the files of a form in a folder of their own, which is gone when the block ends."""
    folder = beside / STATE / f"in-{secrets.token_hex(6)}"
    try:
        keep_files(given_files(form, "files"), folder)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def data(request: Request) -> Response:
    """Show what a town's files are, and what is wrong in them."""
    folder = town_of(request)
    lang = lang_of(request)
    found = await run_in_threadpool(check_town, folder)
    files = await run_in_threadpool(files_of, folder)
    config = _config(folder)
    shown = problem_rows(found.problems, config, lang)
    return page(
        request,
        "data.html",
        title=text("desk.data", lang),
        town=folder.name,
        check=found,
        shared=server_of(folder) is not None,
        files=file_rows(files, folder, config, lang),
        uses=_uses(lang),
        datums=DATUMS,
        fits={fit.layer: fit for fit in found.fits},
        doubted=[fit for fit in found.fits if fit.drawn],
        accounts=[(one, header_rows(one, config), _columns(one)) for one in found.accounts],
        problems=shown,
        rest=len(found.problems) - len(shown),
        counts={s: sum(p.severity == s for p in found.problems)
                for s in ("error", "warning", "repaired")},
        corrections=[one for one in read_corrections(folder) if not one.undone],
        by=unquote(request.cookies.get(BY_COOKIE, "")),
        missing=[name for name, s in SCHEMAS.items() if s.required and not _there(config, name)],
        wanted=[name for name in ("stations", "communities") if not _there(config, name)],
    )  # fmt: skip


def file_rows(
    files: Sequence[SortedFile], folder: Path, config: TownConfig | None, lang: Lang
) -> list[FileRow]:
    """Return the files of a town as the table shows them.

    Parameters
    ----------
    files
        From `files_of`.
    folder, config
        Of the town.
    lang
        Of sentences.
    """
    used = {}
    for name, source in (config.layers if config else {}).items():
        used[source.file, source.layer] = name
        used.setdefault((source.file, None), name)
    rows = []
    for one in files:
        if one.sort == "part":
            continue
        said = source_of(folder, one)
        layer = used.get((said.file, said.layer)) if said.layer or one.layer is None else (
            used.get((said.file, None)))  # fmt: skip
        use = f"layer:{layer}" if layer else ""
        if config and config.terrain == said.file:
            use = "terrain"
        elif not layer and one.sort == "ledger":
            use = f"ledger:{one.name}"
        stated = config.layers[layer] if config and layer else None
        rows.append(
            FileRow(
                said.file,
                one.layer,
                said.file.split("/", 1)[-1] + (f" : {one.layer}" if said.layer else ""),
                one.sort,
                use,
                one.sure,
                one.rows,
                one.error.message(lang) if one.error else "",
                _datum(stated),
                one.layer is None,
            )
        )
    return rows


def header_rows(account: Account, config: TownConfig | None) -> list[HeaderRow]:
    """Return the headings of a file with what became of each."""
    stated = {}
    if config and account.what in config.layers:
        stated = config.layers[account.what].columns
    return [
        HeaderRow(
            match.header,
            "" if match.how == "unmatched" else match.column,
            "stated" if stated.get(match.column) == match.header else match.how,
            match.column if match.how == "unmatched" else "",
        )
        for match in account.headers
    ]


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
            if column is not None and source is not None:
                place = json.dumps(
                    {"layer": problem.layer, "file": source.file, "row": problem.row,
                     "sheet": problem.sheet, "column": problem.column, "old": problem.value}
                )  # fmt: skip
                choices = _choices(column, lang)
            rows.append(ProblemRow(problem, problem.message(lang), place, choices))
    return rows[:SHOWN]


def problem_is_grave(problem: Problem) -> bool:
    """Return whether a problem must be mended."""
    return problem.severity == "error"


async def choose_use(request: Request) -> Response:
    """Use a file for what somebody chose, with the datum that somebody stated."""
    folder = town_of(request)
    form = await request.form()
    await run_in_threadpool(_choose_use, folder, form)
    return _back(folder)


def _choose_use(folder: Path, form: FormData) -> None:
    file, inner = str(form.get("file", "")), str(form.get("layer", "")) or None
    sort, _, name = str(form.get("use", "")).partition(":")
    config = read_config(folder)
    one = next(
        (f for f in files_of(folder) if source_of(folder, f).file == file and f.layer == inner),
        None,
    )
    if one is None:
        raise InputError("error.file_not_of_town", file=file)
    said = source_of(folder, one)
    before = next(
        (n for n, s in config.layers.items() if (s.file, s.layer or said.layer)
         == (said.file, said.layer)), None)  # fmt: skip
    if sort == "layer":
        there = config.layers.get(name)
        if there is not None and before != name:
            raise InputError("error.layer_twice", layer=label("layer_name", name), there=there.file)
        kept = config.layers[before] if before == name and before else said
        use_file(folder, name, _with_datum(kept, str(form.get("datum", ""))))
    if before is not None and (sort, name) != ("layer", before):
        use_file(folder, before, None)
    if sort == "terrain":
        use_terrain(folder, one.file)
    elif config.terrain == said.file:
        use_terrain(folder, None)
    choose_sort(folder, file, inner, sort or "unknown", name)


def _with_datum(source: LayerSource, datum: str) -> LayerSource:
    if not datum.strip():
        return source.model_copy(update={"datum": None, "plane": None})
    reference = read_reference(datum)
    if reference is None:
        raise InputError("error.datum_unknown", value=datum,
                         allowed=", ".join((*DATUMS, "cgcs2000:117")))  # fmt: skip
    return source.model_copy(update={"datum": reference.datum, "plane": reference.plane})


async def choose_columns(request: Request) -> Response:
    """Take the headings of a layer's file for the columns that somebody chose."""
    folder = town_of(request)
    form = await request.form()
    await run_in_threadpool(_choose_columns, folder, form)
    return _back(folder)


def _choose_columns(folder: Path, form: FormData) -> None:
    layer = str(form.get("layer", ""))
    config = read_config(folder)
    if layer not in config.layers:
        raise InputError("error.add_layer", value=layer, allowed=", ".join(SCHEMAS))
    asked = header_pairs(form)
    columns = columns_chosen(
        asked, allowed=SCHEMAS[layer].names, stated=config.layers[layer].columns
    )
    use_file(folder, layer, config.layers[layer].model_copy(update={"columns": columns}))


def columns_chosen(
    asked: Sequence[tuple[str, str, str]], *, allowed: Sequence[str], stated: Mapping[str, str]
) -> dict[str, str]:
    """Return ``columns`` of ``town.toml`` by which headings are taken for what was chosen.

    Parameters
    ----------
    asked
        Heading, what it was taken for, and what it is to be taken for (empty: nothing).
    allowed
        Columns that there are.
    stated
        What the settings say already.

    Raises
    ------
    InputError
        When two headings are to be one column, or there is no such column.
    """
    columns = dict(stated)
    for _, was, now in asked:
        if was != now and was in columns:
            del columns[was]
    for header, was, now in asked:
        if was == now:
            continue
        if now and now not in allowed:
            raise InputError("error.column_none", column=now)
        if now:
            columns[now] = header
        elif was:
            columns.setdefault(was, "")
    chosen = [now for _, _, now in asked if now]
    for column in chosen:
        if chosen.count(column) > 1:
            both = "、".join(header for header, _, now in asked if now == column)
            raise InputError("error.column_twice", column=column, headers=both)
    return columns


async def mend(request: Request) -> Response:
    """Keep the values that somebody wrote instead of wrong ones."""
    folder = town_of(request)
    form = await request.form(max_fields=2_000)
    by = str(form.get("by", "")).strip()[:40]
    await run_in_threadpool(_mend, folder, form, by)
    answer = _back(folder, "problems")
    answer.set_cookie(BY_COOKIE, quote(by), samesite="strict", httponly=True, max_age=365 * 86400)
    return answer


def _mend(folder: Path, form: FormData, by: str) -> None:
    if not by:
        raise InputError("error.correct_who")
    config = read_config(folder)
    at = dt.datetime.now()
    for at_row in range(SHOWN):
        new = str(form.get(f"new-{at_row}", "")).strip()
        if not new:
            continue
        try:
            place = json.loads(str(form.get(f"place-{at_row}", "")))
            layer, file = str(place["layer"]), str(place["file"])
            schema = SCHEMAS[layer]
            source = next(s for s in _sources(layer, config) if s.file == file)
        except (ValueError, KeyError, TypeError, StopIteration) as error:
            raise HTTPException(400) from error
        if isinstance(source, LayerSource):
            sheet = read_layer(folder / source.file, source, schema=schema)
        else:
            sheet = read_table(
                folder / source.file,
                what=layer,
                sheet=source.sheet,
                header_rows=source.header_rows,
                encoding=source.encoding,
            )
        place |= {"source": source, "new": "" if new == BLANK else new}
        correct_cell(folder, sheet, place, schema=schema, by=by, at=at)


async def undo(request: Request) -> Response:
    """Let a corrected cell count again as it is in the file."""
    folder = town_of(request)
    form = await request.form()
    number = str(form.get("number", ""))
    if not number.isdecimal():
        raise HTTPException(400)
    await run_in_threadpool(undo_correction, folder, int(number), at=dt.datetime.now())
    return _back(folder, "corrections")


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
    found = check_town(folder)
    with tempfile.TemporaryDirectory() as out:
        marked = doctor_tables(folder, found.problems, Path(out), lang=lang)
        if not marked:
            raise InputError("error.doctor_healthy")
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in marked:
                archive.write(file, file.name)
        return packed.getvalue()


async def fit_map(request: Request) -> Response:
    """Give the small map of a layer under each datum."""
    folder = town_of(request)
    found = await run_in_threadpool(check_town, folder)
    layer = request.path_params["layer"]
    drawn = next((fit.drawn for fit in found.fits if fit.layer == layer and fit.drawn), None)
    if drawn is None:
        raise HTTPException(404)
    svg = drawn.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    return Response(svg, media_type="image/svg+xml")


def _config(folder: Path) -> TownConfig | None:
    try:
        return read_config(folder)
    except InputError:
        return None  # the check says what is wrong


def _there(config: TownConfig | None, layer: str) -> bool:
    return config is not None and layer in config.layers


def _back(folder: Path, part_of_page: str = "") -> Response:
    return go(f"/town/{part(folder.name)}/data" + (f"#{part_of_page}" if part_of_page else ""))


def _datum(source: LayerSource | None) -> str:
    if source is None or source.datum is None:
        return ""
    return f"EPSG:{source.plane}" if source.plane else str(source.datum)


def _uses(lang: Lang) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return what a file can be used for, in groups."""
    layers = [(f"layer:{name}", label("layer_name", name, lang)) for name in SCHEMAS]
    ledgers = [(f"ledger:{name}", label("ledger_name", name, lang)) for name in KINDS]
    return [
        (text("desk.use_layer", lang), [*layers, ("terrain", text("desk.use_terrain", lang))]),
        (text("desk.use_ledger", lang), ledgers),
    ]


def _columns(account: Account) -> list[tuple[str, str]]:
    """Return the columns that a heading can be taken for."""
    columns: tuple[Column, ...] = SCHEMAS[account.what].columns
    return [(c.name, f"{c.synonyms[0] if c.synonyms else c.name} ({c.name})") for c in columns]


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


def header_pairs(form: FormData) -> list[tuple[str, str, str]]:
    """Return heading, former and chosen column of each row of a form."""
    headers, was, now = (form.getlist(name) for name in ("header", "was", "now"))
    if not len(headers) == len(was) == len(now):
        raise HTTPException(400)
    return [(str(a), str(b), str(c)) for a, b, c in zip(headers, was, now, strict=True)]


routes = [
    Route("/new", new_town, methods=["POST"]),
    Route("/town/{name}/data", data),
    Route("/town/{name}/data/add", add_files, methods=["POST"]),
    Route("/town/{name}/data/use", choose_use, methods=["POST"]),
    Route("/town/{name}/data/columns", choose_columns, methods=["POST"]),
    Route("/town/{name}/data/mend", mend, methods=["POST"]),
    Route("/town/{name}/data/undo", undo, methods=["POST"]),
    Route("/town/{name}/data/marked.zip", doctored),
    Route("/town/{name}/data/fit/{layer}.svg", fit_map),
]
