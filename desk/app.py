"""The window as a web application: its routes, and the guard in front of them."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from ..geo.words import LANGS, Lang, WeizhanError
from . import start
from .guard import MOST_BYTES, Guard
from .later import Later
from .pages import HERE, LANG_COOKIE, broken, go, not_there, refused

PATIENCE_S: Final = 1.0
#: Pages of a town read tables and maps, the start page does not: it is there at once.
OF_A_TOWN: Final = Later(
    "founding", "data", "problems", "ledgers", "town_page", "work_page", "result_page"
)


def make_app(
    home: Path,
    *,
    token: str,
    lang: Lang = "zh",
    most_bytes: int = MOST_BYTES,
    patience_s: float = PATIENCE_S,
) -> Starlette:
    """Make the window on a folder.

    Parameters
    ----------
    home
        A town, or the folder in which towns lie.
    token
        The secret without which nobody is answered.
    lang
        Of pages whose reader has not chosen another.
    most_bytes
        Of one request.
    patience_s
        How long a page waits for a check of its town, before it shows that one goes on.
    """
    app = Starlette(
        routes=[
            *start.routes,
            Route("/alive", _alive),
            Route("/lang", _choose_language, methods=["POST"]),
            Mount("/static", StaticFiles(directory=HERE / "static"), name="static"),
            Mount("", OF_A_TOWN),
        ],
        middleware=[Middleware(Guard, token=token, most_bytes=most_bytes)],
        exception_handlers={
            WeizhanError: refused,
            HTTPException: not_there,
            Exception: broken,
        },
    )
    app.state.home = home.resolve()
    app.state.lang = lang
    app.state.patience_s = patience_s
    app.state.version = version("weizhan")
    return app


async def _alive(request: Request) -> Response:
    """Tell a second start that this window runs, and on which folder."""
    return JSONResponse({"home": str(request.app.state.home)})


async def _choose_language(request: Request) -> Response:
    """Keep the language that the reader chose, and go back to the page."""
    form = await request.form()
    back = str(form.get("back", "/"))
    answer = go("/" + back.lstrip("/\\"))
    if form.get("lang") in LANGS:
        answer.set_cookie(LANG_COOKIE, str(form["lang"]), samesite="strict", httponly=True,
                          max_age=365 * 86400)  # fmt: skip
    return answer
