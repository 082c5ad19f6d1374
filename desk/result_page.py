"""The pages of a town's results and periods: looked at, packed, thrown away, taken back."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, Response, StreamingResponse
from starlette.routing import Route

from ..geo.words import Lang, WeizhanError, catalogue, read_date, text
from . import results
from .pages import go, lang_of, page, part
from .results import Result, results_of, thrown
from .towns import town_of
from .work_page import said_values

PLANNER: Final = "planner.html"
# Result pages carry their scripts inside and forbid every connection themselves; so do we.
PAGE_POLICY: Final = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline' 'self'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'none'; object-src 'none'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
FILE_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"
SHOWN: Final = {".html": "text/html", ".pdf": "application/pdf"}  # the rest are downloaded


async def listing(request: Request) -> Response:
    """List the results of a town, the newest first."""
    town, lang = town_of(request), lang_of(request)
    found = await run_in_threadpool(results_of, town)
    return page(
        request,
        "results.html",
        title=text("desk_result.title", lang),
        town=town.name,
        folder=str(town / results.RESULTS),
        results=[_told(one, lang) for one in found],
        thrown=await run_in_threadpool(thrown, town),
        just=request.query_params.get("thrown", ""),
    )


async def show(request: Request) -> Response:
    """Show a page of a result under a bar by which one comes back."""
    town, name, path = _named(request)
    await run_in_threadpool(results.result_file, town, name, path)
    return page(
        request,
        "show.html",
        title=f"{name} · {file_words(path, lang_of(request))}",
        town=town.name,
        result=name,
        file=path,
        planner=path == PLANNER,
    )


async def file(request: Request) -> Response:
    """Return a file of a result."""
    town, name, path = _named(request)
    found = await run_in_threadpool(results.result_file, town, name, path)
    kind = SHOWN.get(found.suffix.lower())
    if found.suffix.lower() == ".css":
        kind = "text/css"
    policy = PAGE_POLICY if kind == "text/html" else FILE_POLICY
    return FileResponse(
        found,
        media_type=kind or "application/octet-stream",
        filename=found.name,
        content_disposition_type="inline" if kind else "attachment",
        headers={"content-security-policy": policy, "x-frame-options": "SAMEORIGIN"},
    )


async def packed(request: Request) -> Response:
    """Return a result as one zip, written while it is sent."""
    town, name = town_of(request), request.path_params["result"]
    folder = await run_in_threadpool(results.result_folder, town, name)
    return StreamingResponse(
        results.packed(folder),
        media_type="application/zip",
        headers={"content-disposition": f"attachment; filename*=utf-8''{part(name)}.zip"},
    )


async def throw(request: Request) -> Response:
    """Throw a result away; it can be taken back."""
    town, name = town_of(request), request.path_params["result"]
    identity = await run_in_threadpool(results.throw_away, town, name)
    return go(f"/town/{part(town.name)}/results?thrown={part(identity)}")


async def take_back(request: Request) -> Response:
    """Take back what was thrown away."""
    town = town_of(request)
    name = await run_in_threadpool(results.take_back, town, request.path_params["id"])
    return go(f"/town/{part(town.name)}/results#{part(name)}")


async def destroy(request: Request) -> Response:
    """Remove for good what was thrown away."""
    town = town_of(request)
    await run_in_threadpool(results.destroy, town, request.path_params["id"])
    return go(f"/town/{part(town.name)}/results")


async def periods(request: Request) -> Response:
    """Show the frozen periods, and the key dates ahead."""
    town, lang = town_of(request), lang_of(request)
    told = await run_in_threadpool(_periods, town, lang)
    return page(
        request, "periods.html", title=text("desk_periods.title", lang), town=town.name, **told
    )


async def morning(request: Request) -> dict[str, Any]:
    """Return what a town's first page shows of what is due, or why that cannot be told."""
    from .morning import morning as due

    town, lang = town_of(request), lang_of(request)
    said = read_date(request.query_params.get("on", ""))
    day = dt.date.today() if said is None else said.date()
    try:
        told = await run_in_threadpool(due, town, day=day, lang=lang)
    except WeizhanError as error:
        return {"morning": None, "unreadable": error.message(lang)}
    return {"morning": told, "unreadable": ""}


def _named(request: Request) -> tuple[Path, str, str]:
    return town_of(request), request.path_params["result"], request.path_params["path"]


def _told(one: Result, lang: Lang) -> dict[str, Any]:
    stick = one.yardstick
    command = "" if one.job is None else one.job.command
    title = text(f"desk_work.{command}", lang) if command else ""
    day = "" if one.day is None else one.day.isoformat()
    return {
        "name": one.name,
        "title": title,
        "made": text("desk_result.made", lang, at=f"{one.made_at:%Y-%m-%d %H:%M}"),
        "as_of": text("desk_result.as_of", lang, day=day) if day else "",
        "files": text("desk_result.files", lang, count=one.files, size=_size(one.size)),
        "values": [] if one.job is None else said_values(one.job, lang),
        "known": one.job is not None,
        "yardstick": "" if stick is None else stick.said(lang),
        "pages": [(path, file_words(path, lang, command=command)) for path in one.pages],
        "every": [
            (path, file_words(path, lang, command=command)) for path in results.names_of(one.folder)
        ],
    }


ENDINGS: Final = {"pdf": "PDF", "docx": "Word", "xlsx": "Excel", "csv": "CSV",
                  "geojson": "GeoJSON"}  # fmt: skip
ROUTE: Final = "route-"


def file_words(path: str, lang: Lang, *, command: str = "") -> str:
    """Return what people call a file of a result; its own name where it has no other.

    Parameters
    ----------
    path
        In the result's folder.
    lang
        Of the words.
    command
        That wrote it; lists of ``risk`` bear names that layers have, too.
    """
    stem, _, ending = path.rpartition(".")
    plain = re.sub(r"[-.]", "_", stem)
    keys = [f"desk_file.{plain}_{ending}"]
    if ending in ("html", "pdf", "docx", "xlsx"):
        keys.append(f"desk_page.{plain}")
    else:
        kind = stem.removeprefix("ledger-")
        lists = [f"list_title.{stem}"] if command == "risk" else []
        keys += [*lists, f"layer_name.{stem}", f"ledger_name.{kind}"]
    said = next((text(key, lang) for key in keys if key in catalogue()), "")
    if not said and stem.startswith(ROUTE):
        key = "route_page" if ending == "html" else "route"
        said = text(f"desk_file.{key}", lang, who=stem.removeprefix(ROUTE))
    sort = ENDINGS.get(ending, "")
    return (said + (f" ({sort})" if sort else "")) if said else path


def _size(count: int) -> str:
    return f"{count / 1024:.0f} KB" if count < 1024**2 else f"{count / 1024**2:.1f} MB"


def _periods(town: Path, lang: Lang) -> dict[str, Any]:
    from ..coverage.review import dates_ahead
    from ..geo.rules import read_config
    from ..geo.snapshots import frozen_periods, read_snapshot
    from ..geo.words import Workdays
    from .choices import period_words

    config = read_config(town)
    today = dt.date.today()
    workdays = Workdays(rest=config.rest_days, work=config.work_days)
    frozen = [
        {"name": name, "said": period_words(name, lang), "date": read_snapshot(town, name).date}
        for name in reversed(frozen_periods(town))
    ]
    ahead = dates_ahead(config.calendar, config.scenarios, workdays, day=today, lang=lang)
    coming = [
        {"name": key.name, "first": key.first, "last": key.last,
         "days": max((key.first - today).days, 0), "goes_on": key.first <= today}
        for key in ahead
    ]  # fmt: skip
    return {"frozen": frozen, "coming": coming}


_RESULT: Final = "/town/{name}/results/{result}"
routes = [
    Route("/town/{name}/results", listing),
    Route("/town/{name}/results/{result}/zip", packed),
    Route("/town/{name}/results/{result}/throw", throw, methods=["POST"]),
    Route("/town/{name}/results/{result}/show/{path:path}", show),
    Route("/town/{name}/results/{result}/files/{path:path}", file),
    Route("/town/{name}/trash/{id}/back", take_back, methods=["POST"]),
    Route("/town/{name}/trash/{id}/destroy", destroy, methods=["POST"]),
    Route("/town/{name}/periods", periods),
]
