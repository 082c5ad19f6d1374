"""The start page: which towns there are, the demo in one click, a new town from files."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ..geo.words import InputError, text
from .guard import MOST_BYTES
from .pages import go, lang_of, page, part
from .towns import home_of, is_town, towns
from .uploads import accepted_name

DEMO: Final = {"zh": "示范街镇", "en": "Demo town"}  # the folder of the town made up


async def start(request: Request) -> Response:
    """Show the towns of the folder, and how one comes to have one."""
    home = home_of(request)
    lang = lang_of(request)
    return page(
        request,
        "start.html",
        title=text("desk.start", lang),
        towns=towns(home),
        home=str(home),
        alone=is_town(home),
        demo=DEMO[lang],
        most=MOST_BYTES,
    )


async def make_demo_town(request: Request) -> Response:
    """Make the demo town, with its ledgers."""
    home = home_of(request)
    if is_town(home):
        raise InputError("error.window_alone", folder=home)
    folder = free_folder(home, DEMO[lang_of(request)])
    await run_in_threadpool(_make_demo, folder)
    return go(f"/town/{part(folder.name)}/")


def _make_demo(folder: Path) -> None:
    from ..data.demo import make_demo
    from ..data.demo_ledgers import import_demo_ledgers

    try:
        make_demo(folder, size="village", seed=1)
        import_demo_ledgers(folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def free_folder(home: Path, name: str) -> Path:
    """Return a folder that is not there yet, numbered where one of that name is.

    Raises
    ------
    InputError
        When the name is none for a folder.
    """
    plain = accepted_name(name)
    tried = (plain if n == 1 else f"{plain} {n}" for n in range(1, 10_000))
    return next(home / one for one in tried if not (home / one).exists())


routes = [
    Route("/", start),
    Route("/demo", make_demo_town, methods=["POST"]),
]
