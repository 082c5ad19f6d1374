"""The first page of a town."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .pages import page
from .result_page import morning
from .towns import TownFolder, town_of, towns


async def first(request: Request) -> Response:
    """Show a town's first page."""
    folder = town_of(request)
    shown = next(town for town in towns(folder) if town.folder == folder)
    return page(request, "town.html", title=shown.name, town=folder.name, shown=_said(shown),
                **await morning(request))  # fmt: skip


def _said(town: TownFolder) -> dict[str, str]:
    return {"name": town.name, "folder": str(town.folder)}


routes = [Route("/town/{name}/", first)]
