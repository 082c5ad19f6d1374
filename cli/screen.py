"""What the commands say on the screen: steps of long work, problems, results."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from ..geo.words import Lang, Problem, text

if TYPE_CHECKING:
    from ..geo.tables import Account
    from ..geo.yardstick import Difference

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

LISTENERS: list[Callable[[str], None]] = []
"""Who else is told the key of each step as it begins, such as the window's jobs."""

SEARCHES = ("step.site_plan", "step.measures_plan")
"""Steps that Ctrl-C ends with the best plan so far, which only a terminal says."""

COLOURS = {"error": "red", "warning": "yellow", "repaired": "cyan"}


@contextmanager
def steps(lang: Lang) -> Iterator[Callable[[str], None]]:
    """Show each step of long work with its time; the steps are keys of the catalogue.

    On a terminal a spinner turns; elsewhere each step is one line.
    """
    columns = (
        SpinnerColumn("line", finished_text="·"),  # consoles of Windows lack the dots of others
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err, transient=not err.is_terminal) as progress:
        running: list[TaskID] = []
        began = time.perf_counter()

        def step(key: str) -> None:
            finish()
            for listener in LISTENERS:
                listener(key)
            said = text(key, lang)
            if err.is_terminal:
                hint = text("cli.best_so_far", lang) if key in SEARCHES else ""
                running.append(progress.add_task(said + hint, total=1))
            else:
                err.print(f"[{time.perf_counter() - began:6.1f} s] {said}", markup=False)

        def finish() -> None:
            if running:
                progress.update(running[-1], completed=1)

        yield step
        finish()


def say(key: str, lang: Lang, **values: object) -> None:
    """Print one sentence of the catalogue on standard output."""
    out.print(escape(text(key, lang, **values)))


def say_differences(differences: Sequence[Difference], lang: Lang) -> None:
    """Say how two results that stand side by side were not measured alike, before any figure."""
    if differences:
        say("yardstick.head", lang)
    for difference in differences:
        out.print("· " + escape(difference.said(lang)))


def say_problems(problems: Iterable[Problem], lang: Lang, *, folder: object) -> None:
    """Say in one line how much is doubtful or was repaired, if anything."""
    told = [problem.severity for problem in problems]
    if told:
        count = {severity: told.count(severity) for severity in ("warning", "repaired")}
        say("cli.warnings", lang, folder=folder, **count)


def by_urgency(problems: Iterable[Problem]) -> list[Problem]:
    """Return problems with those that must be mended first."""
    order = list(COLOURS)
    return sorted(problems, key=lambda problem: order.index(problem.severity))


def show_accounts(accounts: Iterable[Account], lang: Lang) -> None:
    """Print what became of every header and row of each file."""
    for account in accounts:
        say("cli.account", lang, file=account.file, what=account.what, rows=account.rows,
            loaded=account.loaded)  # fmt: skip
        for key in ("mended", "refused", "passed"):
            if count := getattr(account, key):
                say(f"cli.account_{key}", lang, count=count)
        told = [f"{m.header} → {m.column}" for m in account.headers if m.how != "unmatched"]
        alike = [m.header for m in account.headers if m.how == "alike"]
        rest = [m.header for m in account.headers if m.how == "unmatched"]
        for key, headers in (("read", told), ("alike", alike), ("unread", rest)):
            if headers:
                say(f"cli.account_{key}", lang, headers="；".join(headers))


def show_problems(problems: Iterable[Problem], lang: Lang) -> None:
    """Print problems, those that must be mended first."""
    for problem in by_urgency(problems):
        out.print(f"[{COLOURS[problem.severity]}]{escape(problem.message(lang))}[/]")
