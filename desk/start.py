"""The start page: which towns there are, the demo in one click, a new town from files."""

from __future__ import annotations

from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ..geo.words import text
from .guard import MOST_BYTES
from .jobs import Job, jobs_of
from .pages import lang_of, page
from .towns import home_of, is_town, towns


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
        founding=await run_in_threadpool(_founding, home),
        most=MOST_BYTES,
    )


def _founding(home: Path) -> list[tuple[Job, str]]:
    """Return what is being founded, or did not come to its end, each with its state."""
    told = [(job, job.state) for job in jobs_of(home) if job.founds]
    return [(job, state) for job, state in told if state != "done"]


routes = [Route("/", start)]
