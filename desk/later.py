"""Pages whose libraries take seconds to load: they are loaded once one of them is asked for."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from starlette.concurrency import run_in_threadpool
from starlette.routing import Router
from starlette.types import Receive, Scope, Send


class Later:
    """The routes of some modules of the window as one application.

    Parameters
    ----------
    *modules
        Names in this folder; each has ``routes``.
    """

    def __init__(self, *modules: str) -> None:
        """Keep the names; nothing is loaded."""
        self.modules = modules

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the routes of the modules."""
        router = await run_in_threadpool(self.loaded)
        await router(scope, receive, send)

    def loaded(self) -> Router:
        """Load the modules, unless they are, and return their routes."""
        return _router(self.modules)


@cache
def _router(modules: tuple[str, ...]) -> Router:
    loaded = [import_module(f".{name}", __package__) for name in modules]
    return Router([route for module in loaded for route in module.routes])
