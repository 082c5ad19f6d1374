"""A town's ledgers: looked at before they are taken in, placed by a click, undone."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, ImmutableMultiDict
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ..geo.handed_over import GIVEN
from ..geo.ledgers import (
    GUESSES,
    Intake,
    LedgerFile,
    Preview,
    imports_of,
    is_returned,
    name_columns,
    open_cells,
    open_pairs,
    place_row,
    places_without_people,
    preview_file,
    read_places,
    take_file,
    unplaced_rows,
    withdraw,
)
from ..geo.rules import read_config
from ..geo.sorting import SortedFile, sort_files
from ..geo.tables import KINDS
from ..geo.words import DATES_ALLOWED, Datum, InputError, Lang, label, read_date, text
from ..geo.words import fields as f
from .checked import files_of, stamp_of
from .columns import HeaderRow, column_words, columns_chosen, header_pairs, header_rows
from .pages import back, go, lang_of, number_of, page, part
from .towns import STATE, town_of
from .uploads import given_files, keep_files

WAITING: Final = "ledgers"  # in the town's hidden folder: what came and was not taken in yet
SHOWN: Final = 50  # rows of each list
NEAREST: Final = 2_500  # buildings of a map
WIDEST_M: Final = 20_000.0
STANDARD_M: Final = 250.0  # from the middle of a map to its edge


async def ledgers(request: Request) -> Response:
    """Show what waits to be taken in, what was, and what stands nowhere."""
    folder = town_of(request)
    lang = lang_of(request)
    shown = await run_in_threadpool(_overview, folder)
    return page(
        request, "ledgers.html", title=text("desk.ledgers", lang), town=folder.name, **shown
    )


def _overview(folder: Path) -> dict[str, Any]:
    imports = imports_of(folder)
    unplaced = {kind: unplaced_rows(folder, kind) for kind in KINDS if len(imports)}
    return {
        "waiting": waiting_files(folder),
        "imports": [
            {**row, "imported_at": _here(row["imported_at"])} for row in imports.to_dict("records")
        ],
        "unplaced": [
            {"kind": kind, "key": str(row["key"]), "said": told_row(row),
             "by_hand": KINDS[kind].place == "building"}
            for kind, rows in unplaced.items() for row in rows.head(SHOWN).to_dict("records")
        ],
        "unplaced_count": sum(map(len, unplaced.values())),
        "open_count": sum(
            len(waiting(folder, kind)) for kind in unplaced for waiting in (open_cells, open_pairs)
        ),
    }  # fmt: skip


def _here(stamp: object) -> str:
    """Return a moment of the archive, which is kept in UTC, as clocks here show it."""
    moment = dt.datetime.fromisoformat(str(stamp)).replace(tzinfo=dt.UTC)
    return f"{moment.astimezone():%Y-%m-%d %H:%M}"


def waiting_files(folder: Path) -> list[dict[str, Any]]:
    """Return the ledgers of a town that nobody took in yet."""
    digests = set(imports_of(folder)["sha256"])
    found: list[SortedFile] = [
        one for one in files_of(folder) if one.sort in ("ledger", "returned")
    ] + sort_files(_kept(folder))
    return [
        {"file": name_of(folder, one.file), "shown": one.file.name, "kind": one.name,
         "sort": one.sort, "rows": one.rows, "sure": one.sure, "error": one.error,
         "dropped": STATE in one.file.parts}
        for one in found if _digest(one.file) not in digests
    ]  # fmt: skip


def told_row(row: Mapping[Any, Any]) -> str:
    """Return how a row that stands nowhere calls its place."""
    said = [str(row[n]) for n in ("community", f.ADDRESS, f.NAME) if not pd.isna(row.get(n))]
    return " ".join(said) or str(row["key"])


async def drop(request: Request) -> Response:
    """Keep ledgers that were dropped until somebody takes them in or leaves them."""
    folder = town_of(request)
    async with request.form(max_files=100, max_fields=20) as form:
        kept = await run_in_threadpool(_drop, folder, form)
    return _look_at(folder, name_of(folder, kept[0])) if kept else back(folder, "ledgers")


def _look_at(folder: Path, name: str) -> Response:
    return go(f"/town/{part(folder.name)}/ledgers/look?file={part(name)}")


def _next(folder: Path, section: str = "") -> Response:
    """Go on with the next ledger that was dropped: what it changes rests on those before it."""
    waits = next((one for one in waiting_files(folder) if one["dropped"]), None)
    return _look_at(folder, waits["file"]) if waits else back(folder, "ledgers", section)


def _drop(folder: Path, form: FormData) -> list[Path]:
    files = given_files(form, "files")
    if not files:
        raise InputError("error.handed_nothing")
    into = folder / STATE / WAITING
    return keep_files(files, into, newer_counts=True)  # the same file again, corrected


async def look(request: Request) -> Response:
    """Show what an import would change, without writing anything."""
    folder = town_of(request)
    lang = lang_of(request)
    asked = request.query_params
    file = file_of(folder, asked.get("file", ""))
    kind = await run_in_threadpool(_kind, file, asked.get("kind", ""))
    shown: dict[str, Any] = {"preview": None, "error": "", "lists": []}
    if kind:
        try:
            found = await run_in_threadpool(preview_file, folder, _ledger(file, kind, asked))
            shown |= {
                "preview": found,
                "lists": lists_of(found, lang),
                "headers": _headers(folder, kind, found),
                "columns": column_words(KINDS[kind].columns) if kind in KINDS else [],
            }
        except InputError as error:
            shown["error"] = error.message(lang)
    returned = kind == RETURNED
    return page(
        request, "look.html", title=text("desk.look_at", lang, file=file.name), town=folder.name,
        file=name_of(folder, file), shown=file.name, kind=kind, returned=returned,
        kinds=[(name, label("ledger_name", name, lang)) for name in KINDS],
        asked={n: asked.get(n, "") for n in ("source", "date", "datum", "full")},
        datums=list(Datum), today=dt.date.today().isoformat(),
        **await run_in_threadpool(_others, folder), **shown,
    )  # fmt: skip


def _others(folder: Path) -> dict[str, Any]:
    """Return the other ledgers that were dropped, and the last one that was taken in."""
    imports = imports_of(folder)
    last = imports.iloc[0] if len(imports) else None
    return {
        "others": [one for one in waiting_files(folder) if one["dropped"]],
        "last": "" if last is None else f"{last['source']} · {_here(last['imported_at'])}",
    }


RETURNED: Final = "returned"  # kind of a file that says itself what it is


def _kind(file: Path, asked: str) -> str:
    if is_returned(file):
        return RETURNED
    if asked in KINDS:
        return asked
    found = sort_files([file])
    return found[0].name if found and found[0].sort == "ledger" else ""


def _ledger(file: Path, kind: str, asked: ImmutableMultiDict[str, str] | FormData) -> LedgerFile:
    date = str(asked.get("date", ""))
    read = read_date(date) if date else None
    if date and read is None:
        raise InputError("error.date_option", value=date, allowed=DATES_ALLOWED)
    datum = str(asked.get("datum", ""))
    if datum and datum not in list(Datum):
        raise InputError("error.datum_unknown", value=datum, allowed=", ".join(Datum))
    return LedgerFile(
        file,
        kind,
        source=str(asked.get("source", "")).strip() or None,
        as_of=read.date() if read else None,
        datum=Datum(datum) if datum else None,
        full=bool(asked.get("full")),
    )


def lists_of(found: Preview, lang: Lang) -> list[dict[str, Any]]:
    """Return what an import would change, by kind of ledger.

    Parameters
    ----------
    found
        From `preview_file`.
    lang
        Of words.
    """
    lists = []
    for one in _by_kind(found):
        kind = one.kind
        changes = found.changes[found.changes["kind"] == kind]
        fresh = found.fresh[kind]
        lists.append(
            {
                "kind": kind,
                "name": label("ledger_name", kind, lang),
                "fresh": [told_row(row) for row in fresh.head(SHOWN).to_dict("records")],
                "fresh_count": len(fresh),
                "changes": changes.head(SHOWN).to_dict("records"),
                "changed_count": changes["key"].nunique(),
                "gone": [*found.gone[kind], *one.ended][:SHOWN],
                "gone_count": len({*found.gone[kind], *one.ended}),
                "unplaced": found.unplaced[kind],
                "unmatched": [
                    f"{row[f.SOURCE_ROW]}: {told_row({'key': '', **row})}"
                    for row in one.unmatched.head(SHOWN).to_dict("records")
                ],
                "incomplete": found.incomplete[kind],
            }
        )
    return lists


def _by_kind(found: Preview) -> list[Intake]:
    return list({one.kind: one for one in found.taken.intakes}.values())


def _headers(folder: Path, kind: str, found: Preview) -> list[HeaderRow]:
    """Return the headings of a ledger that came as its office keeps it."""
    one = found.taken.intakes[0] if len(found.taken.intakes) == 1 else None
    return header_rows(one.account.headers, _stated(folder, kind)) if one else []


def _stated(folder: Path, kind: str) -> Mapping[str, str]:
    config = read_config(folder)
    return config.imports[kind].columns if kind in config.imports else {}


async def choose_columns(request: Request) -> Response:
    """Take the headings of a kind of ledger for the columns that somebody chose."""
    folder = town_of(request)
    form = await request.form()
    kind = str(form.get("kind", ""))
    if kind not in KINDS:
        raise HTTPException(400)
    columns = columns_chosen(header_pairs(form), allowed=KINDS[kind].names,
                             stated=_stated(folder, kind))  # fmt: skip
    await run_in_threadpool(name_columns, folder, kind, columns)
    file = str(form.get("file", ""))
    return go(f"/town/{part(folder.name)}/ledgers/look?file={part(file)}&kind={part(kind)}")


async def take(request: Request) -> Response:
    """Take a ledger in."""
    folder = town_of(request)
    form = await request.form()
    file = file_of(folder, str(form.get("file", "")))
    kind = await run_in_threadpool(_kind, file, str(form.get("kind", "")))
    await run_in_threadpool(take_file, folder, _ledger(file, kind, form))
    if STATE in file.relative_to(folder).parts:
        file.unlink(missing_ok=True)
    return await run_in_threadpool(_next, folder, "history")


async def leave(request: Request) -> Response:
    """Leave a ledger that was dropped; one that lies with the town's files stays there."""
    folder = town_of(request)
    form = await request.form()
    file = file_of(folder, str(form.get("file", "")))
    if STATE in file.relative_to(folder).parts:
        file.unlink(missing_ok=True)
    return await run_in_threadpool(_next, folder)


async def undo(request: Request) -> Response:
    """Withdraw an import; the archive keeps it, and nothing counts of it any more."""
    folder = town_of(request)
    number = number_of(await request.form())
    await run_in_threadpool(withdraw, folder, name=str(number))
    return back(folder, "ledgers", "history")


async def place(request: Request) -> Response:
    """Show a row that stands nowhere beside a map on which its building can be clicked."""
    folder = town_of(request)
    lang = lang_of(request)
    kind, key = request.query_params.get("kind", ""), request.query_params.get("key", "")
    row = await run_in_threadpool(_unplaced, folder, kind, key)
    houses = await run_in_threadpool(_houses, folder, stamp_of(folder))
    guesses = str(row.get(GUESSES) or "").split("、")
    nearest = [h for h in guesses if h in houses.row]
    x, y = houses.middle(nearest or houses.of_community(row.get("community")))
    return page(
        request, "place.html", title=text("desk.place", lang), town=folder.name, kind=kind, key=key,
        said=told_row(row), described=str(row.get("description") or ""),
        guesses=[(one, houses.said[houses.row[one]]) for one in nearest],
        x=round(x), y=round(y), r=STANDARD_M,
    )  # fmt: skip


async def put(request: Request) -> Response:
    """Keep at which building a row stands."""
    folder = town_of(request)
    form = await request.form()
    kind, key, building = (str(form.get(name, "")) for name in ("kind", "key", "building"))
    await run_in_threadpool(place_row, folder, kind, key, building.strip())
    return back(folder, "ledgers", "unplaced")


async def to_complete(request: Request) -> Response:
    """Give the list of what the ledgers lack, to be filled in and dropped here again."""
    from ..maps.books import completion_book

    folder = town_of(request)
    lang = lang_of(request)
    book = await run_in_threadpool(completion_book, folder, lang=lang)
    if book is None:
        raise InputError("cli.to_complete_nothing")
    name = quote(f"{folder.name}-{text('desk.complete_file', lang)}.xlsx")
    return Response(
        book,
        media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        headers={"content-disposition": f"attachment; filename*=UTF-8''{name}"},
    )


async def map_part(request: Request) -> Response:
    """Give the buildings and lanes around a point, in metres of the town's own plane."""
    folder = town_of(request)
    try:
        x, y, r = (float(request.query_params[name]) for name in ("x", "y", "r"))
    except (KeyError, ValueError) as error:
        raise HTTPException(400) from error
    if not np.isfinite([x, y, r]).all() or not 0 < r <= WIDEST_M:
        raise HTTPException(400)
    houses = await run_in_threadpool(_houses, folder, stamp_of(folder))
    return JSONResponse(await run_in_threadpool(houses.around, x, y, r))


class _Houses:
    """The buildings and lanes of a town for a map, without the names of people."""

    def __init__(self, folder: Path) -> None:
        places = read_places(folder, read_config(folder))
        self.frame = places_without_people(places.buildings)
        self.ids = self.frame[f.BUILDING_ID].astype(str).tolist()
        self.row = {one: at for at, one in enumerate(self.ids)}
        self.said = [
            " ".join(str(v) for v in pair if isinstance(v, str) and v)
            for pair in zip(self.frame[f.NAME], self.frame[f.ADDRESS], strict=True)
        ]
        self.community = places.community.tolist()
        self.shapes = self.frame.geometry.to_numpy()
        self.tree = shapely.STRtree(self.shapes)
        lanes = gpd.GeoSeries(places.lanes[f.GEOMETRY], crs=4326)
        self.lanes = lanes.to_crs(self.frame.crs).to_numpy()
        self.lane_tree = shapely.STRtree(self.lanes)

    def of_community(self, name: object) -> list[str]:
        """Return the buildings of a community that a ledger names."""
        return [one for one, there in zip(self.ids, self.community, strict=True) if there == name]

    def middle(self, ids: list[str]) -> tuple[float, float]:
        """Return the middle of some buildings, of all without any."""
        at = [self.row[one] for one in ids]
        box = shapely.total_bounds(self.shapes[at] if at else self.shapes)
        return float(box[0] + box[2]) / 2, float(box[1] + box[3]) / 2

    def around(self, x: float, y: float, r: float) -> dict[str, Any]:
        """Return what lies in a square, the nearest first."""
        window = shapely.box(x - r, y - r, x + r, y + r)
        at = self.tree.query(window)
        far = shapely.distance(self.shapes[at], shapely.Point(x, y))
        at = at[np.argsort(far, kind="stable")][:NEAREST]
        return {
            "houses": [{"id": self.ids[i], "said": self.said[i], "ring": _ring(self.shapes[i])}
                       for i in at.tolist()],
            "lanes": [_line(part) for i in self.lane_tree.query(window).tolist()
                      for part in shapely.get_parts(self.lanes[i])],
        }  # fmt: skip


@lru_cache(maxsize=2)
def _houses(folder: Path, stamp: str) -> _Houses:
    return _Houses(folder)


def _ring(shape: shapely.Geometry) -> list[float]:
    parts = shapely.get_parts(shape)
    largest = parts[int(np.argmax(shapely.area(parts)))]
    return _line(shapely.get_exterior_ring(largest))


def _line(shape: shapely.Geometry) -> list[float]:
    found: list[float] = np.round(shapely.get_coordinates(shape), 1).ravel().tolist()
    return found


def _unplaced(folder: Path, kind: str, key: str) -> dict[Any, Any]:
    if kind not in KINDS:
        raise HTTPException(404)
    rows = unplaced_rows(folder, kind)
    found = rows[rows["key"] == key].to_dict("records")
    if not found:
        raise InputError("error.place_row", key=key)
    return found[0]


def file_of(folder: Path, name: str) -> Path:
    """Return a file that waits to be taken in, by its name below the town's folder.

    Raises
    ------
    InputError
        When there is none, or the name leads elsewhere.
    """
    allowed = {name_of(folder, file): file for file in _kept(folder)}
    given = folder / GIVEN
    if given.is_dir():
        allowed |= {name_of(folder, p): p for p in given.rglob("*") if p.is_file()}
    if name not in allowed:
        raise InputError("error.file_not_of_town", file=name)
    return allowed[name]


def name_of(folder: Path, file: Path) -> str:
    """Return a file's name below the town's folder."""
    return file.relative_to(folder).as_posix()


def _kept(folder: Path) -> list[Path]:
    waiting = folder / STATE / WAITING
    return sorted(p for p in waiting.rglob("*") if p.is_file()) if waiting.is_dir() else []


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


routes = [
    Route("/town/{name}/ledgers", ledgers),
    Route("/town/{name}/ledgers/drop", drop, methods=["POST"]),
    Route("/town/{name}/ledgers/look", look),
    Route("/town/{name}/ledgers/columns", choose_columns, methods=["POST"]),
    Route("/town/{name}/ledgers/take", take, methods=["POST"]),
    Route("/town/{name}/ledgers/leave", leave, methods=["POST"]),
    Route("/town/{name}/ledgers/undo", undo, methods=["POST"]),
    Route("/town/{name}/ledgers/complete.xlsx", to_complete),
    Route("/town/{name}/ledgers/place", place),
    Route("/town/{name}/ledgers/place", put, methods=["POST"]),
    Route("/town/{name}/ledgers/map.json", map_part),
]
