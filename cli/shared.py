"""A town that several people share: to the server, and back into a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .options import LangOption, Language, TownArgument, both
from .screen import say, steps

AddressArgument = Annotated[str, typer.Argument(metavar="ADDRESS", help=both("cli.database"))]


def push(
    folder: TownArgument,
    address: AddressArgument,
    readers: Annotated[
        list[str] | None, typer.Option("--readers", metavar="ROLE", help=both("cli.push_readers"))
    ] = None,
    writers: Annotated[
        list[str] | None, typer.Option("--writers", metavar="ROLE", help=both("cli.push_writers"))
    ] = None,
    settings: Annotated[bool, typer.Option("--settings", help=both("cli.push_settings"))] = False,
    lang: LangOption = Language.zh,
) -> None:
    """Copy a town from its folder to a PostgreSQL server, or only its settings."""
    with steps(lang.value) as step:
        step("step.push")
        from ..geo.moving import push_settings, push_town
        from ..geo.postgis import read_address

        server = read_address(address)
        if settings:
            sent = push_settings(folder, server)
            say("cli.push_settings_done", lang.value, address=server, files=", ".join(sent))
            return
        moved = push_town(folder, server, readers=readers or (), writers=writers or ())
    rows = moved.pop("ledgers")
    say("cli.push_done", lang.value, address=server, layers=len(moved), rows=rows,
        features=sum(moved.values()))  # fmt: skip


def pull(
    address: AddressArgument,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help=both("cli.new_dir"))],
    shared: Annotated[bool, typer.Option("--shared", help=both("cli.pull_shared"))] = False,
    lang: LangOption = Language.zh,
) -> None:
    """Copy a town from a PostgreSQL server into a folder, or make a folder that works there."""
    with steps(lang.value) as step:
        step("step.pull")
        from ..geo.moving import pull_town
        from ..geo.postgis import read_address

        server = read_address(address)
        moved = pull_town(server, folder, shared=shared)
    if shared:
        say("cli.pull_shared_done", lang.value, address=server, folder=folder)
        return
    rows = moved.pop("ledgers")
    say("cli.pull_done", lang.value, folder=folder, layers=len(moved), rows=rows,
        features=sum(moved.values()))  # fmt: skip
