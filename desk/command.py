"""The command ``weizhan open``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..cli.options import LangOption, Language, both
from ..cli.screen import say
from ..geo.words import InputError


def open_window(
    folder: Annotated[Path, typer.Argument(metavar="[DIR]", help=both("cli.open_dir"))] = Path(),
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help=both("cli.open_port"))] = 0,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help=both("cli.open_no_browser"))
    ] = False,
    lang: LangOption = Language.zh,
) -> None:
    """Open the window on a town, or on a folder in which towns lie."""
    from .server import open_window as serve

    if not folder.is_dir():
        raise InputError("error.folder_missing", folder=folder)
    serve(
        folder,
        port=port,
        lang=lang.value,
        browser=not no_browser,
        tell=lambda address: say("cli.open_at", lang.value, address=address),
    )
