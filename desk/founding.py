"""New towns, of files that were handed over or the demo: a job in the home folder makes each."""

from __future__ import annotations

import secrets
import shutil
from pathlib import Path
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ..geo.words import InputError, Lang
from . import jobs
from .jobs import FILES, OUT, AlreadyRunningError, Job
from .pages import go, lang_of
from .towns import STATE, home_of, is_town
from .uploads import accepted_name, given_files, keep_files

DEMO: Final = {"zh": "示范街镇", "en": "Demo town"}  # the folder of the town made up
#: Small enough to be there, and assessed, while one waits; large enough to show everything.
DEMO_SIZE: Final = "village"
NAMED: Final = 20  # of the files that came, on the page of the job


async def new_town(request: Request) -> Response:
    """Take the files that were handed over, and begin to make a town of them."""
    home, lang = _home(request), lang_of(request)
    async with request.form(max_files=500, max_fields=50) as form:
        name = accepted_name(str(form.get("name", "")))
        job = await run_in_threadpool(_begin, form, home, name, lang)
    return go(job.address)


def _begin(form: FormData, home: Path, name: str, lang: Lang) -> Job:
    arrived = home / STATE / FILES / secrets.token_hex(8)
    try:
        kept = keep_files(given_files(form, "files"), arrived)
        if not kept:
            raise InputError("error.handed_nothing")
        shown = [file.name for file in kept[:NAMED]]
        return jobs.start(
            home,
            "new",
            [OUT, f"--files={arrived}", "--lang", lang],
            values={"name": [name], "files": shown + ["…"] * (len(kept) > NAMED)},
            out=home / name,
            lang=lang,
        )
    except BaseException:
        shutil.rmtree(arrived, ignore_errors=True)
        raise


async def make_demo_town(request: Request) -> Response:
    """Begin to make the demo town, with its ledgers."""
    home, lang = _home(request), lang_of(request)
    try:
        job = await run_in_threadpool(_begin_demo, home, lang)
    except AlreadyRunningError as error:
        return go(f"{error.job.address}?twice=1")
    return go(job.address)


def _begin_demo(home: Path, lang: Lang) -> Job:
    arguments = [OUT, f"--size={DEMO_SIZE}", "--no-assess", "--lang", lang]
    return jobs.start(home, "demo", arguments, values={}, out=home / DEMO[lang], lang=lang)


def _home(request: Request) -> Path:
    """Return the folder in which towns lie; a window on one town makes no other."""
    home = home_of(request)
    if is_town(home):
        raise InputError("error.window_alone", folder=home)
    return home


routes = [
    Route("/new", new_town, methods=["POST"]),
    Route("/demo", make_demo_town, methods=["POST"]),
]
