"""What there is to call, told without importing any of it."""

from __future__ import annotations

import textwrap
from typing import Final

from ..geo.words import text

COMMANDS: Final = {
    "open": (".desk.command", "open_window"),
    "demo": ("setup", "demo"),
    "new": ("setup", "new"),
    "add": ("setup", "add"),
    "check": ("setup", "check"),
    "assess": ("committee", "assess"),
    "lanes": ("lanes", "lanes"),
    "site": ("siting", "site"),
    "measures": ("measures", "measures"),
    "province": ("province", "province"),
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
    "push": ("shared", "push"),
    "pull": ("shared", "pull"),
}
"""Where each command stands: file and function."""

WIDTH: Final = 78


def overview() -> str:
    """Return what ``weizhan --help`` says: a line for each command, in the order of need."""
    said = [
        "Usage: weizhan COMMAND [ARGS]...   weizhan COMMAND --help",
        "",
        *(f"  {text('cli.app', lang)}" for lang in ("zh", "en")),
        "",
        "Commands:",
    ]
    wide = max(map(len, COMMANDS)) + 4
    for name, (_, function) in COMMANDS.items():
        what = text(f"cli.{function}").split("。")[0]
        first, *more = textwrap.wrap(what, (WIDTH - wide) // 2)  # a Chinese character is two wide
        said.append(f"  {name}".ljust(wide) + first)
        said += [" " * wide + line for line in more]
    return "\n".join(said) + "\n"
