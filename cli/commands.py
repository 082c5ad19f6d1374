"""All commands of ``weizhan``; a command's file is imported when it is called, not before."""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final

import typer
from typer.core import TyperGroup

from .options import both

COMMANDS: Final = {
    "demo": ("setup", "demo"),
    "new": ("setup", "new"),
    "add": ("setup", "add"),
    "check": ("setup", "check"),
    "assess": ("committee", "assess"),
    "lanes": ("lanes", "lanes"),
    "site": ("siting", "site"),
    "measures": ("measures", "measures"),
    "risk": ("risk", "risk"),
    "alike": ("risk", "alike"),
    "step": ("risk", "step"),
    "rounds": ("rounds", "rounds"),
    "sheets": ("sheets", "sheets"),
    "calibrate": ("calibrate", "calibrate"),
    "validate": ("validate", "validate"),
    "snapshot": ("periods", "snapshot"),
    "compare": ("periods", "compare"),
    "pack": ("pack", "pack"),
    "export": ("pack", "export"),
    "import": ("ledgers", "import_ledger"),
}
"""Where each command stands: file and function."""


def help_of(name: str) -> str:
    """Return what a command is for, in both languages, without importing it."""
    return both(f"cli.{COMMANDS[name][1]}")


class Commands(TyperGroup):
    """The group of all commands."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names, in the order in which people come to need them."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Import the file of a command and return the command."""
        if cmd_name not in COMMANDS:
            return None
        module, function = COMMANDS[cmd_name]
        alone = typer.Typer(
            add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None
        )
        call = getattr(import_module(f".{module}", __package__), function)
        alone.command(cmd_name, help=help_of(cmd_name))(call)
        return typer.main.get_command(alone)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the list of commands from the catalogue alone."""
        rows = [(name, help_of(name).split("。")[0]) for name in COMMANDS]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help=both("cli.app"),
    rich_markup_mode=None,
)


@app.callback()
def weizhan() -> None:
    """Hold the group together; the help comes from the catalogue."""
