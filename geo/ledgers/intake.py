"""A ledger comes in: headers matched, cells read, rows located, all of it kept or nothing."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd

from ..ground import DatumGuess
from ..rules import RuleSet, TownConfig, load_rules, read_config
from ..tables import (
    DATES,
    MISSING,
    REFUSED,
    SOURCE_SHEET,
    STEP_COLUMNS,
    Account,
    HeaderMatch,
    LedgerKind,
    Sheet,
    SheetDates,
    account_of,
    columns_found,
    ledger_kind,
    match_headers,
    mend_rows,
)
from ..words import Datum, HazardState, InputError, Problem, label, normal
from ..words import fields as f
from .archive import (
    UNREAD_COLUMNS,
    conflicts,
    latest_versions,
    read_said,
    read_unread,
    writing,
)
from .archive_tables import append_import, stored_columns
from .building_match import (
    BY_ID,
    BY_POINT,
    GUESSES,
    HOW,
    OFF_M,
    TOLD_ID,
    UNMATCHED,
    Places,
    fitting_datum,
    locate,
    read_places,
    spelled_addresses,
    told_place,
)
from .cases import Step, told_steps
from .hazard_words import CATEGORY, with_categories
from .history import derive_events, read_events
from .identity import KEY, PAIR_COLUMNS, identified
from .ledger_rows import PLOTTED, read_sheet, typed_rows, visits_made
from .mapping import save_mapping
from .stores import Records

#: Without one of these a ledger of vulnerable people counts nobody.
PEOPLE_COUNTS = ("households", "empty_nest_elders", "left_behind_children", "old_weak_ill_disabled")
#: What the story of a case is made of.
TOLD_OF_CASE = ("key", f.SOURCE_ROW, *STEP_COLUMNS.values(), "state", "lead_dept", "evidence")
#: Marks the digest of a row of which a day was refused, so that it counts as new when it comes.
NOT_YET = "~"
_COMMUNITY = re.compile(r"(?:社区|村|居委会|村委会|片区)$")
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Intake:
    """What an import found and did.

    Attributes
    ----------
    kind, source, as_of
        Which ledger, from where, and the day it speaks for.
    account
        What became of every header and row of the file.
    added, changed, unchanged
        How many rows were new, said something new, or were there already.
    matched
        Rows by how they were located: id, point, address, name, unmatched.
    unmatched
        `source_row`, `name`, `address`, `guesses` of the rows that stand nowhere sure.
    conflicts
        As `weizhan.geo.ledgers.archive.conflicts` gives them, after the import.
    ended
        Keys that a complete ledger does not hold any more.
    problems
        Cells, rows and steps that are wrong or doubtful.
    """

    kind: str
    source: str
    as_of: dt.date
    account: Account
    added: int
    changed: int
    unchanged: int
    matched: dict[str, int]
    unmatched: pd.DataFrame
    conflicts: pd.DataFrame
    ended: tuple[str, ...]
    problems: tuple[Problem, ...] = field(repr=False)


@dataclass(frozen=True)
class LedgerFile:
    """A ledger as it is handed over: its file, and what is said of it.

    Attributes
    ----------
    file
        Excel workbook, CSV, or geodata.
    kind
        A key of `weizhan.geo.tables.ledger_kinds.KINDS`.
    source
        Who says so; the file's name if not given. A later file of the same source replaces what
        an earlier one said; different sources that differ are listed as conflicts.
    as_of
        The day the ledger speaks for; today if not given.
    datum
        Of coordinates in the ledger; the town's own if not given.
    sheet, header_rows, encoding
        As in `weizhan.geo.tables.read.read_table`.
    full
        Whether the ledger holds all there is: what the same source told before and this file
        does not hold has ended by that day.
    """

    file: Path
    kind: str
    source: str | None = None
    as_of: dt.date | None = None
    datum: Datum | None = None
    sheet: str | None = None
    header_rows: int | None = None
    encoding: str | None = None
    full: bool = False

    def read(self) -> Sheet:
        """Return the rows as they are in the file."""
        return read_sheet(
            self.file,
            what=self.kind,
            sheet=self.sheet,
            header_rows=self.header_rows,
            encoding=self.encoding,
        )


def import_ledger(
    folder: Path,
    ledger: LedgerFile,
    *,
    at: dt.datetime | None = None,
    places: Places | None = None,
    raw: Sheet | None = None,
    progress: Progress = lambda step: None,
) -> Intake:
    """Import one ledger into a town's archive.

    Parameters
    ----------
    folder
        Of the town.
    ledger
        The file, and what is said of it.
    at
        When this is imported; now if not given.
    places
        Of the town, where several ledgers are imported in a row; read if not given.
    raw
        The rows, where they were read already under our own column names; how they were called
        in the file is then not remembered.
    progress
        Called with the catalogue key of each step as it begins.

    Returns
    -------
    Intake
        Importing the same file again adds nothing and changes no byte.

    Raises
    ------
    InputError
        When the file cannot be read, is no such ledger, or the town cannot be read.
    OutputError
        When the town's folder cannot be written to.
    """
    file, kind, datum = ledger.file, ledger.kind, ledger.datum
    chosen = ledger_kind(kind)
    config = read_config(folder)
    rules = load_rules(config.rules, override=config.override)
    at = at or dt.datetime.now(dt.UTC).replace(tzinfo=None)
    as_of = ledger.as_of or dt.date.today()
    source = ledger.source or file.name
    progress("step.read_ledger")
    ours = raw is not None
    if raw is None:
        raw = ledger.read()
    matches = _headers(raw, chosen, config, rules, file)
    columns = columns_found(matches)
    raw = _sheets_are_communities(raw, chosen, columns)
    taken = datum or config.datum or Datum.WGS84
    dates = SheetDates(
        year=raw.year or as_of.year, latest=None if raw.year else as_of, epoch=raw.facts.epoch
    )
    raw = found = mend_rows(
        raw, chosen.columns, found=columns, what=kind, file=file.name, dates=dates
    )
    proposed: list[Problem] = [*found.problems]
    if chosen.name == "hazards" and "description" in columns:
        divided, told = _categorised(raw.table, columns, file.name)
        proposed += told
        raw = replace(raw, table=divided)
        columns.setdefault(CATEGORY, CATEGORY)
    if chosen.name == "inspections":
        raw, told = visits_made(raw, columns, file=file.name)
        proposed += told
    table, problems = typed_rows(
        raw, chosen, columns=columns, datum=taken, file=file.name, dates=dates
    )
    progress("step.locate")
    places = places or read_places(folder, config)
    spelled = spelled_addresses(table, places, rules.ledgers)
    if chosen.place != "lane" and {"lon", f.ADDRESS} <= set(columns):
        fit = fitting_datum(table, places, rules.ledgers, spelled=spelled, taken=taken)
        if fit.best is not None and fit.scores[fit.best] > fit.scores.get(taken, 0.0):
            if datum is None:
                table, problems = typed_rows(
                    raw, chosen, columns=columns, datum=fit.best, file=file.name, dates=dates
                )
            problems.append(_other_datum(fit, chosen, file.name, stated=datum))
    problems = [
        *proposed,
        *problems,
        *_not_yet(table, chosen, file.name, columns=columns, today=max(as_of, at.date())),
    ]
    locate(table, chosen, places, rules.ledgers, spelled=spelled)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    stamp = at.isoformat(timespec="seconds")
    with writing(folder, at=at) as connection:  # nobody else writes now
        known = latest_versions(folder, chosen.name, personal=True)
        table, pairs, told = identified(
            table, chosen, known, source=source, file=file.name, rules=rules.ledgers
        )
        problems += told
        problems += _doubtful(table, chosen, rules, file.name)
        if KEY in raw.table:  # what completes a row need not say the rest of it
            problems = [p for p in problems if p.code != "value_missing" and (p.value or p.column)]
        progress("step.write")
        fresh, changed = _news(folder, chosen, source, table)
        news = table[fresh]
        ended = _missing(folder, chosen, source, table) if ledger.full else []
        unread = _unread(news, chosen, problems) + _refused(folder, chosen, source, problems)
        if len(news) or ended or any(cell[1] is None for cell in unread):
            said = (chosen.name, source, as_of.isoformat(), stamp, digest, len(table), len(news),
                    file.name)  # fmt: skip
            before = read_events(folder, only=set(news["key"]))
            number = _keep(connection, chosen, news, said)
            connection.append("endings", ("kind", "key", "source", "import_id"),
                   [(chosen.name, key, source, number) for key in ended])  # fmt: skip
            connection.append("same_things", PAIR_COLUMNS,
                   [(chosen.name, p.key, p.other, None, p.why, number) for p in pairs])  # fmt: skip
            connection.append("unread_cells", UNREAD_COLUMNS, [(*c, number) for c in unread])
            if not ours:
                save_mapping(folder, chosen.name, matches)
    if len(news) and chosen.name == "hazards":
        problems += _told_cases(folder, news, before, as_of=as_of, file=file.name)
    lost = table[table[HOW] == UNMATCHED]
    names = [name for name in (f.SOURCE_ROW, f.NAME, f.ADDRESS, GUESSES) if name in table]
    return Intake(
        kind=chosen.name,
        source=source,
        as_of=as_of,
        account=account_of(found, matches, problems, what=kind, file=file.name),
        added=int(fresh.sum()) - changed,
        changed=changed,
        unchanged=len(table) - int(fresh.sum()),
        matched={str(how): int(n) for how, n in table[HOW].value_counts().items()},
        unmatched=lost[names].reset_index(drop=True),
        ended=tuple(ended),
        conflicts=conflicts(folder, chosen.name),
        problems=tuple(problems),
    )


def _headers(
    raw: Sheet, kind: LedgerKind, config: TownConfig, rules: RuleSet, file: Path
) -> list[HeaderMatch]:
    stated = config.imports[kind.name].columns if kind.name in config.imports else {}
    headers = raw.headers
    matches = match_headers(headers, kind.columns, stated=stated, rules=rules.ledgers)
    matches += [HeaderMatch(axis, axis, 100.0, "stated") for axis in raw.axes]
    found = {match.column for match in matches if match.how != "unmatched"}
    if KEY in raw.table:  # rows that complete others need not say all
        return matches
    described = kind.name == "hazards" and "description" in found  # categories by the words
    needed = [
        column
        for column in kind.columns
        if column.required
        and column.name not in found
        and not (described and column.name == CATEGORY)
    ]
    if needed:
        raise InputError(
            _read_from("error.ledger_lacks", raw),
            file=file,
            kind=kind.name,
            columns="; ".join(f"{e.name} ({'、'.join(e.synonyms)})" for e in needed),
            headers="、".join(headers),
            first=raw.table[f.SOURCE_ROW].min(),
        )
    if kind.name == "vulnerable" and not found & set(PEOPLE_COUNTS):
        wanted = [e for e in kind.columns if e.name in PEOPLE_COUNTS]
        columns = "; ".join("、".join(e.synonyms) for e in wanted)
        raise InputError("error.vulnerable_needs_counts", file=file, columns=columns)
    if not found & {f.BUILDING_ID, f.STATION_ID, f.NAME, f.ADDRESS, f.LANE_ID, "lon"}:
        raise InputError(
            _read_from("error.ledger_no_place", raw),
            file=file,
            headers="、".join(headers),
            first=raw.table[f.SOURCE_ROW].min(),
        )
    return matches


def _read_from(key: str, raw: Sheet) -> str:
    """Return an error as it is said of a sheet with rows, or of one without any."""
    return f"{key}_empty" if raw.table.empty else key


def _sheets_are_communities(raw: Sheet, kind: LedgerKind, columns: dict[str, str]) -> Sheet:
    """Take the names of sheets for communities, where the rows name none (one sheet each)."""
    if SOURCE_SHEET not in raw.table or "community" not in kind.names:
        return raw
    names = raw.table[SOURCE_SHEET].map(lambda name: name if _COMMUNITY.search(name) else None)
    header = columns.setdefault("community", "community")
    own = raw.table.get(header)
    told = names if own is None else own.where(own.map(_says), names)
    return replace(raw, table=raw.table.assign(**{header: told.astype(object)}))


def _categorised(
    table: pd.DataFrame, columns: Mapping[str, str], file: str
) -> tuple[pd.DataFrame, list[Problem]]:
    """Propose categories from the words where the ledger has none, or leaves a cell blank."""
    header = columns.get(CATEGORY)
    described = table[columns["description"]].map(_says)
    asked = described & ~table[header].map(_says) if header else pd.Series(True, table.index)
    if not asked.any():
        return table, []
    divided, told = with_categories(
        table[asked].reset_index(drop=True),
        description=columns["description"],
        place=columns.get(f.NAME),
        file=file,
    )
    if header is None:
        return divided, told
    divided = divided.assign(**{header: divided[CATEGORY]}).drop(columns=CATEGORY)
    whole = pd.concat([table[~asked], divided], ignore_index=True)
    whole = whole.astype(object).where(whole.notna(), None)
    whole[f.SOURCE_ROW] = whole[f.SOURCE_ROW].astype("int64")
    return whole.sort_values(f.SOURCE_ROW, kind="stable", ignore_index=True), told


def _says(cell: object) -> bool:
    return cell is not None and normal(cell).lower() not in MISSING


def _not_yet(
    table: pd.DataFrame,
    kind: LedgerKind,
    file: str,
    *,
    columns: Mapping[str, str],
    today: dt.date,
) -> list[Problem]:
    """Blank the days on which something is said to have happened that have not come; tell them."""
    problems = []
    rows: list[int] = table[f.SOURCE_ROW].tolist()
    numbers: list[str] = table[kind.identity].fillna("").astype(str).tolist()
    for column in kind.stored:
        if column.kind not in DATES or column.ahead:
            continue
        days: list[str | None] = table[column.name].tolist()
        for at, day in enumerate(days):
            if day is not None and day[:10] > today.isoformat():
                problems.append(
                    Problem("error", "date_future", kind.name, file, rows[at], numbers[at],
                            column.name, day, today.isoformat(),
                            details={"header": columns.get(column.name, column.name)})
                )  # fmt: skip
                table.loc[at, column.name] = None
                table.loc[at, "row_hash"] = str(table["row_hash"].iat[at]) + NOT_YET
    return problems


def _other_datum(fit: DatumGuess, kind: LedgerKind, file: str, *, stated: Datum | None) -> Problem:
    """Tell that points fit their addresses under another datum than the one stated or assumed."""
    scores = ", ".join(f"{name} {share:.0%}" for name, share in fit.scores.items())
    code = "ledger_datum_found" if stated is None else "ledger_datum_differs"
    details = {"scores": scores, "points": str(fit.points)}
    return Problem(
        "warning", code, kind.name, file, value=str(fit.best), allowed=str(stated or ""),
        details=details,
    )  # fmt: skip


def _doubtful(table: pd.DataFrame, kind: LedgerKind, rules: RuleSet, file: str) -> list[Problem]:
    """Tell each row that stands nowhere, and points that look shifted."""
    strange = table[table[TOLD_ID].notna() & ~table[HOW].isin((BY_ID, UNMATCHED))]
    problems = [
        Problem("warning", "id_unknown", kind.name, file, int(row), str(key), value=str(told))
        for row, key, told in zip(
            strange[f.SOURCE_ROW], strange["key"], strange[TOLD_ID], strict=True
        )
    ]
    moved = table[table[OFF_M].notna()]
    problems += [
        Problem("warning", "point_elsewhere", kind.name, file, int(row), str(key),
                value=str(address), allowed=f"{metres:,.0f}")
        for row, key, address, metres in zip(
            moved[f.SOURCE_ROW], moved["key"], moved[f.ADDRESS], moved[OFF_M], strict=True
        )
    ]  # fmt: skip
    # Stations are held against their own layer when the town is read.
    lost = table[(table[HOW] == UNMATCHED) & (kind.place != "station")]
    for row in lost.to_dict("records"):
        number, key, guesses = row[f.SOURCE_ROW], row["key"], row[GUESSES]
        problems.append(
            Problem(
                "warning",
                "row_unmatched" if guesses else "row_unmatched_bare",
                kind.name,
                file,
                int(number),
                str(key),
                value=told_place(row),
                allowed=guesses or "",
            )
        )
    there = table[table[PLOTTED]]
    if kind.place == "building" and len(there):
        off = ~there[HOW].isin((BY_POINT, BY_ID))
        if 1 - off.mean() < rules.ledgers.plotted_share.value:
            problems.append(Problem("warning", "points_off", kind.name, file, count=int(off.sum())))
    return problems


def _news(
    folder: Path, kind: LedgerKind, source: str, table: pd.DataFrame
) -> tuple[np.ndarray, int]:
    """Tell which rows say what the same source has not said yet, and how many it said otherwise.

    Several rows of one thing are new together, so that one import holds all that holds of it.
    """
    said = read_said(folder, kind.name, source)
    names = ["row_hash", f.BUILDING_ID, HOW]

    def lines(frame: pd.DataFrame) -> pd.Series:
        cells = zip(frame["key"], *(frame[name] for name in names), strict=True)
        told = [tuple(None if cell != cell else cell for cell in line) for line in cells]
        return pd.Series(told, index=frame.index, dtype=object)

    new = ~lines(table).isin(set(lines(said)))
    fresh = new.groupby(table["key"]).transform("any").to_numpy(dtype=bool)
    return fresh, int((fresh & table["key"].isin(said["key"]).to_numpy()).sum())


def _unread(
    news: pd.DataFrame, kind: LedgerKind, problems: Sequence[Problem]
) -> list[tuple[object, ...]]:
    """Return the cells of new rows that could not be read, so that somebody can complete them."""
    private = {column.name for column in kind.columns if column.personal}
    sheets = news[SOURCE_SHEET] if SOURCE_SHEET in news else [""] * len(news)
    keys = dict(zip(zip(sheets, news[f.SOURCE_ROW], strict=True), news["key"], strict=True))
    keys = {("", row): key for (_, row), key in keys.items()} | keys
    return [
        (kind.name, keys[p.sheet, p.row], p.column, p.details.get("header"), p.value, p.code,
         p.row, p.sheet or None)
        for p in problems
        if p.severity == "error" and p.column in kind.names and p.column not in private
        and (p.sheet, p.row) in keys
    ]  # fmt: skip


def _refused(
    folder: Path, kind: LedgerKind, source: str, problems: Sequence[Problem]
) -> list[tuple[object, ...]]:
    """Return the rows that were not taken in, unless the source's last import had just these."""
    told: list[tuple[object, ...]] = [
        (kind.name, None, "", None, p.value, p.code, p.row, p.sheet or None)
        for p in problems
        if p.code in REFUSED
    ]
    before = read_unread(folder, kind.name)
    before = before[(before["source"] == source) & before["key"].isna()]
    before = before[before["import_id"] == before["import_id"].max()]
    same = set(zip(before["source_row"], before["said"], strict=True))
    return [] if same == {(one[6], one[4]) for one in told} else told


def _missing(folder: Path, kind: LedgerKind, source: str, table: pd.DataFrame) -> list[str]:
    """Return the keys that a source told of before, and that its complete ledger does not hold."""
    said = read_said(folder, kind.name, source)["key"]
    return sorted(set(said) - set(table["key"]))


def _keep(
    connection: Records, kind: LedgerKind, rows: pd.DataFrame, told: tuple[object, ...]
) -> int:
    """Append an import and its rows; return the number of the import."""
    number = append_import(connection, told)
    if rows.empty:
        return number
    kept = rows.assign(import_id=number)
    told_of = [name for name in kept.columns if kept[name].notna().any()]
    columns = [name for name in stored_columns(kind) if name in told_of]
    cells = [_plain_cells(kept[name]) for name in columns]
    connection.append(kind.table, columns, list(zip(*cells, strict=True)))
    return number


def _plain_cells(column: pd.Series) -> list[object]:
    """Return a column as SQLite stores it; missing is NULL."""
    cells = column.astype(object)
    return list(cells.where(cells.notna(), None))


def _told_cases(
    folder: Path, rows: pd.DataFrame, before: pd.DataFrame, *, as_of: dt.date, file: str
) -> list[Problem]:
    """Tell what of the rows' stories could not be, gave way, or is not what the history says."""
    events, refused = derive_events(folder, only=set(rows["key"]))
    now = events.groupby("key", sort=False).tail(1).set_index("key")
    seen_closed = before[(before["state"] == HazardState.CLOSED) & (before["stated"] == 0)]
    unstated = events[(events["state"] == HazardState.RECHECKED) & (events["stated"] == 0)]
    fresh = set(unstated["key"]) - set(before.loc[before["state"] == HazardState.RECHECKED, "key"])
    wrong: dict[tuple[str, Step], InputError] = {(key, step): why for key, step, why in refused}
    problems = []
    columns = {name: rows[name].tolist() for name in TOLD_OF_CASE}
    for values in zip(*columns.values(), strict=True):
        row = dict(zip(columns, values, strict=True))
        number, key = int(str(row[f.SOURCE_ROW])), str(row["key"])
        errors = [wrong[key, step] for step in told_steps(row, as_of=as_of) if (key, step) in wrong]
        for error in errors:
            details = {name: str(value) for name, value in error.values.items()}
            problems.append(
                Problem("error", error.key, "hazards", file, number, key, details=details)
            )
        state, day = now.loc[key, "state"], pd.Timestamp(str(now.loc[key, "happened_on"]))
        if not errors and row.get("state") not in (None, state):
            problems.append(
                Problem("warning", "case_state_differs", "hazards", file, number, key, "state",
                        label("hazard_state", row["state"]), label("hazard_state", state))
            )  # fmt: skip
        elif key in fresh:
            problems.append(Problem("warning", "recheck_skipped", "hazards", file, number, key))
        if state != HazardState.CLOSED and key in set(seen_closed["key"]):
            problems.append(
                Problem("warning", "case_gives_way", "hazards", file, number, key, "state",
                        label("hazard_state", state), f"{day:%Y-%m-%d}")
            )  # fmt: skip
    return problems
