"""Pages of the window: templates, texts in the reader's language, sentences instead of traces."""

from __future__ import annotations

import traceback
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import jinja2
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from ..geo.words import LANGS, Lang, WeizhanError, label, text

HERE: Final = Path(__file__).parent
LANG_COOKIE: Final = "weizhan-lang"
NAV: Final[tuple[tuple[str, str], ...]] = (
    ("desk.first", ""),
    ("desk.data", "data"),
    ("desk.ledgers", "ledgers"),
    ("desk_job.title", "work"),
    ("desk_result.title", "results"),
    ("desk_periods.title", "periods"),
)
"""What a town's menu offers: key of the words, and address below the town's."""


@cache
def _environment() -> jinja2.Environment:
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["part"] = lambda value: quote(str(value), safe="")
    return made


def lang_of(request: Request) -> Lang:
    """Return the language that the reader chose, or the window was opened in."""
    said = request.cookies.get(LANG_COOKIE)
    chosen: Lang = request.app.state.lang
    return next((lang for lang in LANGS if lang == said), chosen)


def page(
    request: Request, template: str, *, title: str, town: str = "", status: int = 200, **shown: Any
) -> HTMLResponse:
    """Return a page.

    Parameters
    ----------
    request
        Whose reader's language counts.
    template
        A file of ``desk/templates``; it extends ``base.html``.
    title
        Already in the reader's language.
    town
        Name of the folder of the town that the page is about; its links then stand on top.
    status
        Of the answer.
    **shown
        What the template names. There ``t`` gives a text of the catalogue, ``label`` a code's
        words, and ``|part`` quotes a name for an address.
    """
    lang = lang_of(request)

    def said(key: str, **values: object) -> str:
        return text(key, lang, **values)

    def named(vocabulary: str, code: object) -> str:
        return label(vocabulary, code, lang)

    address = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    body = _environment().get_template(template).render(
        t=said, label=named, lang=lang, title=title, town=town, address=address,
        path=request.url.path, nav=NAV, path_part=request.url.path.split("/")[3] if town else "",
        version=request.app.state.version, **shown,
    )  # fmt: skip
    return HTMLResponse(body, status_code=status)


def part(name: str) -> str:
    """Return a name as it stands between the slashes of an address."""
    return quote(name, safe="")


def go(address: str) -> RedirectResponse:
    """Return the answer to a form that was taken: look there now; a reload sends nothing again."""
    return RedirectResponse(address, status_code=303)


def number_of(form: FormData) -> int:
    """Return the number that a form names something by; what is none, no form of ours sends."""
    number = str(form.get("number", ""))
    if not number.isdecimal():
        raise HTTPException(400)
    return int(number)


def back(town: Path, page: str, section: str = "") -> RedirectResponse:
    """Return the answer to a form of a town's page: look at that page, at a section of it.

    Parameters
    ----------
    town
        Its folder.
    page
        Address below the town's.
    section
        Its id.
    """
    return go(f"/town/{part(town.name)}/{page}" + (f"#{section}" if section else ""))


async def refused(request: Request, error: Exception) -> Response:
    """Show the sentence of an error that was raised on purpose."""
    assert isinstance(error, WeizhanError)
    lang = lang_of(request)
    return page(request, "error.html", title=text("desk.error", lang), status=400,
                said=error.message(lang), trace="")  # fmt: skip


async def not_there(request: Request, error: Exception) -> Response:
    """Show that an address leads nowhere."""
    assert isinstance(error, HTTPException)
    lang = lang_of(request)
    key = "desk.not_there" if error.status_code == 404 else "desk.not_so"
    return page(request, "error.html", title=text("desk.error", lang), status=error.status_code,
                said=text(key, lang), trace="")  # fmt: skip


async def broken(request: Request, error: Exception) -> Response:
    """Show an error that nobody foresaw, with what a programmer needs, to be copied."""
    lang = lang_of(request)
    trace = "".join(traceback.format_exception(error))
    return page(request, "error.html", title=text("desk.error", lang), status=500,
                said=text("desk.broken", lang), trace=trace)  # fmt: skip
