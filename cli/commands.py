"""All commands of ``weizhan``, one file a reader."""

from __future__ import annotations

import typer

from . import (
    calibrate,
    committee,
    lanes,
    ledgers,
    pack,
    periods,
    risk,
    rounds,
    setup,
    sheets,
    siting,
)
from .options import both

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help=both("cli.app"),
    rich_markup_mode=None,
)
for command in (
    setup.demo,
    setup.new,
    setup.check,
    committee.assess,
    lanes.lanes,
    siting.site,
    risk.risk,
    risk.alike,
    risk.step,
    rounds.rounds,
    sheets.sheets,
    calibrate.calibrate,
    periods.snapshot,
    periods.compare,
    pack.pack,
    pack.export,
):
    app.command(help=both(f"cli.{command.__name__}"))(command)
app.command("import", help=both("cli.import_ledger"))(ledgers.import_ledger)
