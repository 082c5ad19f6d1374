"""The command line: one clear message for what is wrong, exit code 1, no traceback."""

from __future__ import annotations

import sys
from io import TextIOWrapper

import typer

from ..geo.errors import WeizhanError
from . import committee, lanes, ledgers, setup
from .options import both
from .screen import err

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help=both("cli.app"),
    rich_markup_mode=None,
)
for command in (setup.demo, setup.new, setup.check, committee.assess, lanes.lanes):
    app.command(help=both(f"cli.{command.__name__}"))(command)
app.command("import", help=both("cli.import_ledger"))(ledgers.import_ledger)

INTERRUPTED = 130  # as shells report Ctrl-C


def main() -> None:
    """Run a command; an error that we raise on purpose ends in its message and exit code 1."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a GBK console lacks some characters
    try:
        app(standalone_mode=True)
    except WeizhanError as error:
        err.print(str(error), style="red", markup=False)
        sys.exit(1)
    except KeyboardInterrupt:
        err.print(both("cli.interrupted").replace("\n\n", "\n"), markup=False)
        sys.exit(INTERRUPTED)
