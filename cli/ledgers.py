"""Bring ledgers into a town: what was understood is shown, what was not is listed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..geo.words import Datum, InputError, Problem, grouped, label, text, whole_file
from .options import LangOption, Language, TownArgument, both, day_of
from .screen import say, show_problems, steps

if TYPE_CHECKING:
    from ..geo.ledgers import Intake

EXAMPLES = 3  # problems of one kind on the screen
PROBLEMS = "问题-"  # begins the name of the workbook that holds all
SHOWN = 20  # rows of each list on the screen; the archive and the marked copy hold all


def _option(name: str, flag: str, metavar: str) -> object:
    return typer.Option(flag, metavar=metavar, help=both(f"cli.import_ledger_{name}"))


def import_ledger(
    folder: TownArgument,
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help=both("cli.import_ledger_file"))
    ] = None,
    kind: Annotated[str | None, _option("kind", "--kind", "KIND")] = None,
    source: Annotated[str | None, _option("source", "--source", "NAME")] = None,
    date: Annotated[str | None, _option("date", "--date", "DATE")] = None,
    datum: Annotated[str | None, _option("datum", "--datum", "DATUM")] = None,
    sheet: Annotated[str | None, _option("sheet", "--sheet", "NAME")] = None,
    header_rows: Annotated[
        int | None,
        typer.Option("--header-rows", min=1, max=1000, help=both("cli.import_ledger_header_rows")),
    ] = None,
    encoding: Annotated[str | None, _option("encoding", "--encoding", "NAME")] = None,
    doctor_folder: Annotated[Path | None, _option("doctor", "--doctor", "FOLDER")] = None,
    full: Annotated[bool, typer.Option("--full", help=both("cli.import_ledger_full"))] = False,
    undo: Annotated[bool, typer.Option("--undo", help=both("cli.import_ledger_undo"))] = False,
    lang: LangOption = Language.zh,
) -> None:
    """Import one ledger; its rows, their places and its history are only ever appended."""
    with steps(lang.value) as step:
        step("step.compile")
        from ..geo.ledgers import (
            SHEETS,
            LedgerFile,
            is_completion_book,
            is_ledger_book,
            is_round_book,
        )
        from ..geo.ledgers import import_ledger as take_in
        from ..geo.tables import KINDS, doctor

    if datum is not None and datum not in list(Datum):
        raise InputError("error.datum_unknown", value=datum, allowed=", ".join(Datum))
    if undo:
        _undo(folder, None if file is None else file.name, lang)
        return
    if file is None:
        raise InputError("error.import_nothing")
    if kind in (None, *SHEETS) and is_round_book(file):
        _take_back(folder, file, date, lang)
        return
    if is_completion_book(file):
        _take_completed(folder, file, date, lang)
        return
    if is_ledger_book(file):
        _take_book(folder, file, kind, date, lang)
        return
    if kind is None:
        raise InputError("error.import_kind", file=file, allowed=", ".join(KINDS))
    with steps(lang.value) as step:
        ledger = LedgerFile(
            file,
            kind,
            source=source,
            as_of=None if date is None else day_of(date),
            datum=None if datum is None else Datum(datum),
            sheet=sheet,
            header_rows=header_rows,
            encoding=encoding,
            full=full,
        )
        taken = take_in(folder, ledger, progress=step)
    _show(taken, folder, file, lang)
    _tell(taken.problems, folder, file, lang)
    _say_open(folder, lang)
    if doctor_folder is not None:
        marked = doctor(file, taken.problems, doctor_folder, sheet=sheet, lang=lang.value)
        say("cli.import_ledger_marked", lang.value, file=marked)


def _take_completed(folder: Path, file: Path, date: str | None, lang: Language) -> None:
    """Import a filled list of what was to be completed."""
    from ..geo.ledgers import import_completion

    with steps(lang.value) as step:
        as_of = None if date is None else day_of(date)
        taken, answered, problems = import_completion(folder, file, as_of=as_of, progress=step)
    for part in taken:
        say("cli.import_completed", lang.value, kind=label("ledger_name", part.kind, lang.value),
            rows=part.account.rows)  # fmt: skip
        problems += part.problems
    if answered:
        say("cli.import_answered", lang.value, count=answered)
    if not taken and not answered:
        say("cli.import_completed_none", lang.value)
    show_problems(problems[:SHOWN], lang.value)
    _more(len(problems), lang)
    _say_open(folder, lang)


def _say_open(folder: Path, lang: Language) -> None:
    """Say how much of the ledgers waits for somebody, if anything does."""
    from ..geo.ledgers import open_problems

    codes = [problem.code for problem in open_problems(folder)]
    pairs = codes.count("pair_open")
    unplaced = sum(code.startswith("row_unmatched") for code in codes)
    if codes:
        say("cli.import_ledger_open", lang.value, cells=len(codes) - pairs - unplaced,
            unplaced=unplaced, pairs=pairs, folder=folder)  # fmt: skip


def _undo(folder: Path, name: str | None, lang: Language) -> None:
    """Withdraw an import and say what the town stands without."""
    from ..geo.ledgers import withdraw

    for row in withdraw(folder, name=name).to_dict("records"):
        say("cli.import_ledger_undone", lang.value, number=row["fid"], source=row["source"],
            kind=row["kind"], as_of=row["as_of"], at=row["imported_at"],
            rows=row["added"])  # fmt: skip


def _take_back(folder: Path, file: Path, date: str | None, lang: Language) -> None:
    """Import the workbook of a round that came back."""
    from ..geo.ledgers import import_round

    with steps(lang.value) as step:
        as_of = None if date is None else day_of(date)
        taken, problems = import_round(folder, file, as_of=as_of, progress=step)
    if not taken:
        say("cli.round_blank", lang.value)
    _tell([*problems, *_said(taken, lang)], folder, file, lang)


def _take_book(
    folder: Path, file: Path, kind: str | None, date: str | None, lang: Language
) -> None:
    """Import what was changed in a workbook of ledgers that went out."""
    from ..geo.ledgers import import_ledger_book

    with steps(lang.value) as step:
        as_of = None if date is None else day_of(date)
        taken, problems = import_ledger_book(folder, file, kind=kind, as_of=as_of, progress=step)
    if not taken:
        say("cli.import_ledger_same", lang.value, file=file.name)
    _tell([*problems, *_said(taken, lang)], folder, file, lang)


def _said(taken: Iterable[Intake], lang: Language) -> list[Problem]:
    """Say what was taken in from each part of a workbook; return what is wrong with them."""
    problems: list[Problem] = []
    for part in taken:
        kind = label("ledger_name", part.kind, lang.value)
        say("cli.round_taken", lang.value, kind=kind, rows=part.account.rows, added=part.added,
            changed=part.changed, unchanged=part.unchanged)  # fmt: skip
        problems += part.problems
    return problems


def _tell(problems: Sequence[Problem], folder: Path, file: Path, lang: Language) -> None:
    """Print problems by kind with their numbers; all of them go to a workbook that is named."""
    for group in grouped(problems):
        if len(group) > 1:
            said = text(f"problem.severity_{group[0].severity}", lang.value)
            say("cli.import_ledger_alike", lang.value, severity=said, count=len(group))
        show_problems(group[:EXAMPLES], lang.value)
        _more(len(group), lang, shown=EXAMPLES)
    if problems:
        from ..maps.books import problem_book

        book = folder / f"{PROBLEMS}{file.stem}.xlsx"
        whole_file(book, problem_book(problems, lang=lang.value))
        say("cli.import_ledger_problems", lang.value, file=book, count=len(problems))


def _show(taken: Intake, folder: Path, file: Path, lang: Language) -> None:
    from ..geo.tables import KINDS

    for match in taken.account.headers:
        if match.how != "unmatched":
            how = text(f"cli.import_ledger_how_{match.how}", lang.value)
            say("cli.import_ledger_header", lang.value, header=match.header, column=match.column,
                how=how, score=match.score)  # fmt: skip
    for match in taken.account.headers:
        if match.how == "unmatched":
            say("cli.import_ledger_header_open", lang.value, header=match.header,
                column=match.column or "—", score=match.score, kind=taken.kind)  # fmt: skip
    for count, ((case, column), told) in enumerate(
        taken.conflicts.groupby(["key", "column"], sort=False)
    ):
        if count < SHOWN:
            values = "; ".join(
                f"{value} ({source}, {as_of})"
                for value, source, as_of in zip(
                    told["value"], told["source"], told["as_of"], strict=True
                )
            )
            say("cli.import_ledger_conflict", lang.value, case=case, column=column, told=values)
    _more(taken.conflicts.groupby(["key", "column"]).ngroups, lang)
    if taken.ended:
        say("cli.import_ledger_ended", lang.value, count=len(taken.ended), as_of=taken.as_of,
            source=taken.source, keys="、".join(taken.ended[:SHOWN]))  # fmt: skip
        _more(len(taken.ended), lang)
    lost = taken.matched.get("unmatched", 0)
    of_stations = KINDS[taken.kind].place == "station"  # told when the town is read
    done = "cli.import_stations_done" if of_stations else "cli.import_ledger_done"
    say(done, lang.value, folder=folder, file=file.name, rows=taken.account.rows,
        added=taken.added,
        changed=taken.changed, unchanged=taken.unchanged,
        matched=sum(taken.matched.values()) - lost, unmatched=lost)  # fmt: skip


def _more(count: int, lang: Language, *, shown: int = SHOWN) -> None:
    if count > shown:
        say("cli.import_ledger_more", lang.value, count=count - shown)
