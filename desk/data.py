"""A town's files: what each was taken for, its columns and datum, corrected by choosing."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ..geo.handed_over import (
    source_of,
    take_files,
    use_file,
    use_files,
    use_terrain,
)
from ..geo.postgis import server_of
from ..geo.rules import LayerSource, TownConfig, read_config
from ..geo.sorting import SortedFile
from ..geo.tables import KINDS, SCHEMAS, TABLE_ENDINGS, read_corrections
from ..geo.words import InputError, Lang, label, read_reference, text
from .checked import Check, choose_sort, files_of, last_check
from .checking import Checking, looked_at
from .columns import column_words, columns_chosen, header_pairs, header_rows
from .jobs import FILES
from .pages import back, lang_of, page
from .problems import BY_COOKIE, OF_COORDINATES, problem_rows
from .towns import STATE, town_of
from .uploads import given_files, keep_files
from .work_page import time_words

DATUMS: Final = ("wgs84", "gcj02", "bd09", "cgcs2000")
MOST_FILES: Final = 1_000  # of one form
#: Problems for which the columns of coordinates may have been taken wrongly.
OF_PLACES: Final = OF_COORDINATES | {"error.no_coordinates"}


@dataclass(frozen=True)
class FileRow:
    """One file, or layer of a file, as the table shows it.

    Attributes
    ----------
    file, layer, shown
        Which it is, and what people read.
    sort, use, sure
        What it was taken for, what it is used for, and whether nothing else came near.
    rows, error
        What is in it, or why it could not be read.
    datum, x, y
        What is said of its coordinates.
    headings
        From which the columns of coordinates are chosen; none where it has geometry of its own.
    rival
        The file from which the layer comes that this one could be, too.
    """

    file: str
    layer: str | None
    shown: str
    sort: str
    use: str
    sure: bool
    rows: int
    error: str
    datum: str
    x: str
    y: str
    headings: tuple[str, ...]
    rival: str


async def add_files(request: Request) -> Response:
    """Add files to a town."""
    folder = town_of(request)
    async with request.form(max_files=500, max_fields=50) as form:
        await run_in_threadpool(_add, form, folder)
    return back(folder, "data")


def _add(form: FormData, folder: Path) -> None:
    with _arriving(form, folder) as given:
        take_files(folder, given)


@contextmanager
def _arriving(form: FormData, beside: Path) -> Iterator[Path]:
    """Give the files of a form in a folder of their own, which is gone when the block ends."""
    folder = beside / STATE / FILES / secrets.token_hex(8)
    try:
        keep_files(given_files(form, "files"), folder)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def data(request: Request) -> Response:
    """Show what a town's files are, and what is wrong in them."""
    folder = town_of(request)
    lang = lang_of(request)
    patience_s: float = request.app.state.patience_s
    files = await run_in_threadpool(files_of, folder)
    found, going = await run_in_threadpool(looked_at, folder, patience_s=patience_s)
    config = _config(folder)
    problems = found.problems if found else ()
    shown = problem_rows(problems, config, lang)
    return page(
        request,
        "data.html",
        title=text("desk.data", lang),
        town=folder.name,
        check=found,
        going=_told(going, lang) if going else None,
        shared=server_of(folder) is not None,
        files=file_rows(files, folder, config, lang),
        elsewhere=_elsewhere(config) if not files else [],
        uses=_uses(lang),
        datums=DATUMS,
        doubted=[fit for fit in found.fits if fit.drawn] if found else [],
        misplaced={p.file for p in problems if p.code in OF_PLACES},
        accounts=_accounts(found, config),
        problems=shown,
        rest=len(problems) - len(shown),
        counts={s: sum(p.severity == s for p in problems)
                for s in ("error", "warning", "repaired")},
        corrections=[one for one in read_corrections(folder) if not one.undone],
        by=unquote(request.cookies.get(BY_COOKIE, "")),
        missing=[name for name, s in SCHEMAS.items() if s.required and not _there(config, name)],
        wanted=[name for name in ("stations", "communities") if not _there(config, name)],
    )  # fmt: skip


async def state(request: Request) -> Response:
    """Tell how the check of a town goes, for the page that asks again and again."""
    folder = town_of(request)
    _, going = await run_in_threadpool(looked_at, folder, patience_s=0)
    told = _told(going, lang_of(request)) if going else {"active": False}
    return JSONResponse(told)


def _told(going: Checking, lang: Lang) -> dict[str, Any]:
    """Return how a check goes, in words."""
    expected = going.expected_s
    left = text("desk.check_first", lang)
    if expected is not None:
        left = text("desk.check_before", lang, time=time_words(expected, lang))
    return {
        "active": True,
        "step": text(going.step, lang),
        "elapsed": time_words(going.elapsed_s, lang),
        "left": left,
        "share": going.share,
    }


def _accounts(found: Check | None, config: TownConfig | None) -> list[tuple[Any, Any, Any]]:
    """Return what became of each file, with its headings and the columns that there are."""
    if found is None:
        return []
    layers = config.layers if config else {}
    return [
        (one, header_rows(one.headers, layers[one.what].columns if one.what in layers else {}),
         column_words(SCHEMAS[one.what].columns))
        for one in found.accounts
    ]  # fmt: skip


def _elsewhere(config: TownConfig | None) -> list[str]:
    """Return the files of layers in a town that was not made in a window."""
    return sorted({source.file for source in config.layers.values()}) if config else []


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
    layers = config.layers if config else {}
    rows = []
    for one in files:
        if one.sort == "part":
            continue
        said = source_of(folder, one)
        layer = _used_for(layers, said, one)
        use = f"layer:{layer}" if layer else ""
        if config and config.terrain == said.file:
            use = "terrain"
        elif not layer and one.sort == "ledger":
            use = f"ledger:{one.name}"
        stated = layers[layer] if layer else None
        is_table = one.file.suffix.lower() in TABLE_ENDINGS
        rival = layers.get(one.name) if one.sort == "layer" and not use else None
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
                (stated and stated.x) or "",
                (stated and stated.y) or "",
                one.headers if is_table and one.layer is None else (),
                text("desk.rival", lang, layer=label("layer_name", one.name, lang),
                     there=rival.file.split("/", 1)[-1]) if rival else "",
            )
        )  # fmt: skip
    return rows


def _used_for(layers: Mapping[str, LayerSource], said: LayerSource, one: SortedFile) -> str | None:
    """Return the layer that a file is used for, if any."""
    for name, source in layers.items():
        if source.file == said.file and (
            source.layer == said.layer or source.layer is None or one.layer is None
        ):
            return name
    return None


@dataclass(frozen=True)
class _Asked:
    """What a row of the form asks for."""

    one: SortedFile
    said: LayerSource
    sort: str
    name: str
    before: str | None
    datum: str | None
    x: str | None
    y: str | None
    instead: bool  # of the file that is used for it until now


async def choose_uses(request: Request) -> Response:
    """Use files for what somebody chose, with the datum and the columns that somebody stated."""
    folder = town_of(request)
    form = await request.form(max_fields=10 * MOST_FILES)
    await run_in_threadpool(_choose_uses, folder, form)
    return back(folder, "data")


def _choose_uses(folder: Path, form: FormData) -> None:
    config = read_config(folder)
    asked = _asked(folder, form, config)
    layers: dict[str, LayerSource | None] = dict(config.layers)
    for row in asked:
        if row.before and (row.sort, row.name) != ("layer", row.before):
            layers[row.before] = None
    for row in asked:
        if row.sort != "layer":
            continue
        there = layers.get(row.name)
        kept = there if there and row.before == row.name else row.said
        if there is not None and there is not kept and not row.instead:
            raise InputError("error.layer_twice", layer=label("layer_name", row.name),
                             there=there.file.split("/", 1)[-1],
                             file=row.said.file.split("/", 1)[-1])  # fmt: skip
        layers[row.name] = _placed(_with_datum(kept, row.datum), row)
    changed = {name: source for name, source in layers.items()
               if source != config.layers.get(name)}  # fmt: skip
    if changed:
        use_files(folder, changed)
    for row in asked:
        if row.sort == "terrain":
            use_terrain(folder, row.one.file)
        elif config.terrain == row.said.file:
            use_terrain(folder, None)
        choose_sort(folder, row.said.file, row.one.layer, row.sort or "unknown", row.name)


def _asked(folder: Path, form: FormData, config: TownConfig) -> list[_Asked]:
    """Return the rows of the form in which somebody chose something else than stood there."""
    known = {(source_of(folder, f).file, f.layer): f for f in files_of(folder)}
    rows = []
    for at in range(MOST_FILES):
        if f"file-{at}" not in form:
            continue
        file, inner = str(form[f"file-{at}"]), str(form.get(f"layer-{at}", "")) or None
        use, datum, x, y = (
            str(form[f"{name}-{at}"]).strip() if f"{name}-{at}" in form else None
            for name in ("use", "datum", "x", "y")
        )
        one = known.get((file, inner))
        if one is None:
            raise InputError("error.file_not_of_town", file=file)
        said = source_of(folder, one)
        instead = form.get("instead") == str(at)
        if instead:
            use = f"layer:{one.name}"
        elif "|".join(part or "" for part in (use, datum, x, y)) == form.get(f"was-{at}"):
            continue
        sort, _, name = (use or "").partition(":")
        before = _used_for(config.layers, said, one)
        rows.append(_Asked(one, said, sort, name, before, datum, x, y, instead))
    return rows


def _with_datum(source: LayerSource, datum: str | None) -> LayerSource:
    if datum is None:
        return source
    if not datum:
        return source.model_copy(update={"datum": None, "plane": None})
    reference = read_reference(datum)
    if reference is None:
        raise InputError("error.datum_unknown", value=datum,
                         allowed=", ".join((*DATUMS, "cgcs2000:117")))  # fmt: skip
    return source.model_copy(update={"datum": reference.datum, "plane": reference.plane})


def _placed(source: LayerSource, row: _Asked) -> LayerSource:
    """Return a source with the columns of coordinates that somebody chose."""
    if row.x is None or row.y is None:
        return source
    if strange := [said for said in (row.x, row.y) if said and said not in row.one.headers]:
        raise InputError("error.column_none", column=strange[0])
    if bool(row.x) != bool(row.y):
        raise InputError("error.coordinates_half", file=row.said.file.split("/", 1)[-1])
    return source.model_copy(update={"x": row.x or None, "y": row.y or None})


async def choose_columns(request: Request) -> Response:
    """Take the headings of a layer's file for the columns that somebody chose."""
    folder = town_of(request)
    form = await request.form()
    await run_in_threadpool(_choose_columns, folder, form)
    return back(folder, "data", "columns")


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


async def fit_map(request: Request) -> Response:
    """Give the small map of a layer under each datum."""
    folder = town_of(request)
    found = await run_in_threadpool(last_check, folder)
    layer = request.path_params["layer"]
    fits = found.fits if found else ()
    drawn = next((fit.drawn for fit in fits if fit.layer == layer and fit.drawn), None)
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


routes = [
    Route("/town/{name}/data", data),
    Route("/town/{name}/data/state", state),
    Route("/town/{name}/data/add", add_files, methods=["POST"]),
    Route("/town/{name}/data/use", choose_uses, methods=["POST"]),
    Route("/town/{name}/data/columns", choose_columns, methods=["POST"]),
    Route("/town/{name}/data/fit/{layer}.svg", fit_map),
]
