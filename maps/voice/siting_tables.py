"""The tables of a siting study, for the page and the workbook alike."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ...coverage.siting import Study, as_certain
from ...geo.arrays import Flags
from ...geo.candidate_list import CANDIDATE_ID, COST_YUAN, YEARLY_YUAN
from ...geo.tables import is_missing
from ...geo.words import Lang, label, text
from ...geo.words import fields as f
from ..html import shown
from .siting_words import (
    figure,
    host_said,
    known_before,
    money,
    named,
    paragraph,
    site_names,
    tenths,
    whole,
)

Kind = Literal["text", "count", "share", "yuan", "degrees", "index", "minutes"]
Cell = str | float | None
#: Columns whose texts are made of shown names, and whole.
_WHOLE = {
    "said", "sites", "ids", "measures", "measure", "depends", "entered", "left", "what",
}  # fmt: skip


@dataclass(frozen=True)
class Table:
    """One table: columns as (key of the head, kind of its cells), and rows.

    A share is a part of the whole weight; a missing cell is None. The heads stand in a section
    of the catalogue, and may say a unit.
    """

    name: str
    columns: tuple[tuple[str, Kind], ...]
    rows: tuple[tuple[Cell, ...], ...]
    section: str = "site_head"
    unit: str = ""

    def heads(self, lang: Lang) -> list[str]:
        """Return the heads of the columns."""
        return [text(f"{self.section}.{key}", lang, unit=self.unit) for key, _ in self.columns]


def all_tables(study: Study, lang: Lang) -> list[Table]:
    """Return every table, the most asked for first.

    Parameters
    ----------
    study
        Whose tables.
    lang
        Language of the words in them.
    """
    return [
        sites(study, lang),
        frontier(study, lang, by="stations"),
        frontier(study, lang, by="budget"),
        plans(study, lang),
        robust(study, lang),
        communities(study),
        must(study, lang),
        hosts(study, lang),
        candidates(study, lang),
        dropped(study, lang),
    ]


def sites(study: Study, lang: Lang) -> Table:
    """Return the chosen sites in the order of building.

    Parameters
    ----------
    study
        Of which plan.
    lang
        Language of words and sentences.
    """
    offset = int(study.instance.existing.sum())
    certain, names = certainties(study), site_names(study, lang)
    rows = []
    now = study.instance.existing & study.solution.answer.chosen
    last = study.problem.rows.worth(now)
    for rank, site in enumerate(study.order.sites.tolist()):
        row = study.instance.candidates.sites.iloc[site - offset]
        adds = study.order.worth[rank] - last
        last = study.order.worth[rank]
        before, now = now, now.copy()
        now[site] = True
        alone = instead = price = without = None
        if study.sensitivity is not None:
            at = int(np.flatnonzero(study.sensitivity.sites == site)[0])
            alone = study.share(float(study.sensitivity.alone[at]))
            other = int(study.sensitivity.replacement[at])
            instead = names[other] if other >= 0 else None
            price = study.share(float(study.sensitivity.price[at])) if other >= 0 else None
            refused = study.sensitivity.refused[at]
            if refused is not None:
                without = study.share(study.problem.rows.worth(refused.answer.chosen))
        steady = study.stability
        rows.append(
            (
                rank + 1.0,
                str(row[CANDIDATE_ID]),
                names[site],
                host_said(row[f.HOST_TYPE], lang),
                float(row[COST_YUAN]),
                _number(row[YEARLY_YUAN]),
                study.share(float(adds)),
                *_gains(study, before, now),
                alone,
                instead,
                price,
                without,
                None if steady is None or not steady.draws else float(steady.chosen[site]),
                certain_said(certain.get(str(row[CANDIDATE_ID])), lang),
                float(row["lon"]),
                float(row["lat"]),
                paragraph(study, rank, lang),
            )
        )
    kinds: tuple[tuple[str, Kind], ...] = (
        ("rank", "count"),
        ("id", "text"),
        ("name", "text"),
        ("host", "text"),
        ("cost_yuan", "yuan"),
        ("yearly_yuan", "yuan"),
        ("adds", "share"),
        *_gain_kinds(study),
        ("alone", "share"),
        ("instead", "text"),
        ("price", "share"),
        ("refused", "share"),
        ("draws", "share"),
        ("certain", "text"),
        ("lon", "degrees"),
        ("lat", "degrees"),
        ("said", "text"),
    )
    return Table("sites", kinds, tuple(rows))


def frontier(study: Study, lang: Lang, *, by: Literal["stations", "budget"]) -> Table:
    """Return the best plan for each number of stations, or each budget.

    Parameters
    ----------
    study
        Of which plans.
    lang
        Language of the words in it.
    by
        What grows from row to row: stations, or yuan.
    """
    points = study.by_stations if by == "stations" else study.by_budget
    known = known_before(study)  # if not, a plan without a new station covers nobody knows whom
    rows = []
    for point in points:
        chosen = point.answer.chosen
        size = point.stations if by == "stations" else point.budget
        told = known or bool((chosen & ~study.instance.existing).any())
        cells: list[Cell] = [
            float(size or 0),
            study.problem.spent(chosen),
            study.share(study.problem.rows.worth(chosen)) if told else None,
            study.bound_share(point.answer) if told else None,
            yes(point.answer.proven, lang),
        ]
        if by == "stations":
            rank = int(size or 0) - 1
            there = 0 <= rank < len(study.order.worth)
            cells.append(study.share(float(study.order.worth[rank])) if there else None)
        cells += _new_sites(study, chosen, lang)
        rows.append(tuple(cells))
    nested: tuple[tuple[str, Kind], ...] = (("nested", "share"),) if by == "stations" else ()
    kind: Kind = "count" if by == "stations" else "yuan"
    columns: tuple[tuple[str, Kind], ...] = (
        (by, kind),
        ("spent", "yuan"),
        ("covered", "share"),
        ("bound", "share"),
        ("proven", "text"),
        *nested,
        ("sites", "text"),
        ("ids", "text"),
    )
    return Table(f"by_{by}", columns, tuple(rows))


def plans(study: Study, lang: Lang) -> Table:
    """Return the best plan and the next-best ones.

    Parameters
    ----------
    study
        Of which plans.
    lang
        Language of the words in it.
    """
    every = (study.solution, *study.alternatives)
    rows = tuple(
        (
            rank + 1.0,
            study.share(study.problem.rows.worth(found.answer.chosen)),
            study.problem.spent(found.answer.chosen),
            yes(found.answer.proven, lang),
            *_new_sites(study, found.answer.chosen, lang),
        )
        for rank, found in enumerate(every)
    )
    columns: tuple[tuple[str, Kind], ...] = (
        ("rank", "count"),
        ("covered", "share"),
        ("spent", "yuan"),
        ("proven", "text"),
        ("sites", "text"),
        ("ids", "text"),
    )
    return Table("plans", columns, rows)


def robust(study: Study, lang: Lang) -> Table:
    """Return what plans for different attitudes to blocked lanes cover.

    Parameters
    ----------
    study
        Of which plans; without them the table has no rows.
    lang
        Language of the words in it.
    """
    names = ("mean", "tail", "worst", "fresh_mean", "fresh_tail", "fresh_worst")
    rows: list[tuple[Cell, ...]] = []
    if study.robust is not None:
        for attitude, found in study.robust.plans.items():
            shares = [float(v) for v in study.robust.table[list(names)].T[attitude]]
            rows.append(
                (
                    text(f"site.attitude_{attitude}", lang),
                    *shares,
                    yes(found.answer.proven, lang),
                    *_new_sites(study, found.answer.chosen, lang),
                )
            )
    shares_kinds: tuple[tuple[str, Kind], ...] = tuple((name, "share") for name in names)
    columns: tuple[tuple[str, Kind], ...] = (
        ("attitude", "text"),
        *shares_kinds,
        ("proven", "text"),
        ("sites", "text"),
        ("ids", "text"),
    )
    return Table("robust", columns, tuple(rows))


def communities(study: Study) -> Table:
    """Return each community before and after, those with the most late first."""
    known = known_before(study)
    standing, chosen = study.instance.existing, study.solution.answer.chosen
    groups = len(study.communities)
    cells: list[list[Cell]] = [
        [_said(name) or str(identity)]
        for identity, name in study.communities[[f.COMMUNITY_ID, f.NAME]].itertuples(index=False)
    ]
    columns: list[tuple[str, Kind]] = [("community", "text")]
    order = np.arange(groups)
    for number, one in enumerate(study.counts):
        late = one.late(chosen, groups)
        if number == 0:
            order = np.argsort(-late, kind="stable")
        shares = [one.rows.shares(sites, groups) for sites in (standing, chosen)]
        for at, row in enumerate(cells):
            after = float(shares[1][at])
            told = known or after > 0  # without known stations who else covers it is unknown
            row += [_number(shares[0][at]) if known else None, _number(after) if told else None]
            if one.weight != "risk":
                there = known and not np.isnan(after)
                row.append(few(float(late[at]), one.weight) if there else None)
        columns += [(f"{one.weight}_before", "share"), (f"{one.weight}_after", "share")]
        columns += [(f"{one.weight}_late", "count")] if one.weight != "risk" else []
    return Table("communities", tuple(columns), tuple(tuple(cells[at]) for at in order.tolist()))


def few(amount: float, weight: str) -> Cell:
    """Return a whole number; of few people only that they are few.

    Parameters
    ----------
    amount
        How many.
    weight
        ``people`` or ``count``.
    """
    said = whole(amount, weight)
    return said if said.startswith("<") else float(round(amount))


def _gains(study: Study, before: Flags, after: Flags) -> list[Cell]:
    """Return by how many people and buildings one choice of sites covers more than another."""
    return [
        few(max(0.0, one.amount(after) - one.amount(before)), one.weight)
        for one in study.counts
        if one.weight != "risk"
    ]


def _gain_kinds(study: Study) -> list[tuple[str, Kind]]:
    return [(f"adds_{one.weight}", "count") for one in study.counts if one.weight != "risk"]


def _new_sites(study: Study, chosen: Flags, lang: Lang) -> list[Cell]:
    """Return the new sites of a plan by name, and by identity."""
    new = chosen & ~study.instance.existing
    return [listed(named(study, new, lang)), listed(study.names(new))]


def must(study: Study, lang: Lang) -> Table:
    """Return the buildings that must be covered, those that are not first.

    Parameters
    ----------
    study
        Of which plan.
    lang
        Language of the words in it.
    """
    frame = study.must.sort_values("met", kind="stable")
    every = np.arange(len(study.instance.existing))
    names = dict(zip(study.names(every), site_names(study, lang), strict=True))
    rows = tuple(
        (
            str(row[f.BUILDING_ID]),
            _said(row[f.NAME]),
            yes(bool(row["met"]), lang),
            None if row["met"] else text(f"site.must_why_{row['why']}", lang),
            None
            if row["met"]
            else listed(names[site] for site in row["takes"]) or text("site.none", lang),
            None if row["met"] else _number(row["takes_yuan"]),
        )
        for _, row in frame.iterrows()
    )
    columns: tuple[tuple[str, Kind], ...] = (
        ("id", "text"),
        ("name", "text"),
        ("met", "text"),
        ("why", "text"),
        ("takes", "text"),
        ("takes_yuan", "yuan"),
    )
    return Table("must", columns, rows)


def candidates(study: Study, lang: Lang) -> Table:
    """Return all candidates that could be used, with how certain their place in a plan is."""
    certain = certainties(study)
    offset = int(study.instance.existing.sum())
    steady = study.stability
    gains = study.problem.rows.gains(study.instance.existing)
    standing, number = study.instance.existing, np.arange(len(study.instance.existing))
    names = site_names(study, lang)
    rows = tuple(
        (
            str(row[CANDIDATE_ID]),
            names[offset + at],
            host_said(row[f.HOST_TYPE], lang),
            float(row[COST_YUAN]),
            study.share(float(gains[offset + at])),
            *_gains(study, standing, standing | (number == offset + at)),
            None if steady is None or not steady.draws else float(steady.chosen[offset + at]),
            certain_said(certain.get(str(row[CANDIDATE_ID])), lang),
            float(row["lon"]),
            float(row["lat"]),
        )
        for at, (_, row) in enumerate(study.instance.candidates.sites.iterrows())
    )
    columns: tuple[tuple[str, Kind], ...] = (
        ("id", "text"),
        ("name", "text"),
        ("host", "text"),
        ("cost_yuan", "yuan"),
        ("adds", "share"),
        *_gain_kinds(study),
        ("draws", "share"),
        ("certain", "text"),
        ("lon", "degrees"),
        ("lat", "degrees"),
    )
    return Table("candidates", columns, rows)


def hosts(study: Study, lang: Lang) -> Table:
    """Return what stations cost by host, with the source, and how many candidates there are.

    Parameters
    ----------
    study
        Whose candidates.
    lang
        Language of the words in it.
    """
    both = [
        frame[f.HOST_TYPE].fillna("").astype(str)
        for frame in (study.instance.candidates.sites, study.instance.candidates.dropped)
    ]
    costs = study.instance.candidates.sites[COST_YUAN].astype(float)
    rows: list[tuple[Cell, ...]] = []
    for host in sorted(set(both[0]) | set(both[1])):
        rule = study.instance.town.rules.siting.host_rule(host or None).build_yuan
        mine = costs[both[0] == host]
        own = mine[mine != rule.value]
        source = f"{rule.source} [{rule.confidence}]"
        if len(own):
            given = text("site.cost_listed", lang, count=len(own))
            source = given if len(own) == len(mine) else f"{given}; {source}"
        rows.append(
            (
                host_said(host, lang),
                float(len(mine)),
                float((both[1] == host).sum()),
                float(mine.min()) if len(mine) else rule.value,
                float(mine.max()) if len(mine) else rule.value,
                rule.low,
                rule.high,
                source,
            )
        )
    columns: tuple[tuple[str, Kind], ...] = (
        ("host", "text"),
        ("usable", "count"),
        ("fell_out", "count"),
        ("cost_least", "yuan"),
        ("cost_most", "yuan"),
        ("rule_low", "yuan"),
        ("rule_high", "yuan"),
        ("source", "text"),
    )
    return Table("hosts", columns, tuple(rows))


def dropped(study: Study, lang: Lang) -> Table:
    """Return the candidates that cannot be used, with the reason.

    Parameters
    ----------
    study
        Of which candidates.
    lang
        Language of the words in it.
    """
    rows = tuple(
        (
            str(row[CANDIDATE_ID]),
            _said(row[f.NAME]),
            host_said(row[f.HOST_TYPE], lang),
            text(f"candidate_drop.{row['reason']}", lang),
            _detail(row["reason"], row["detail"], lang),
        )
        for _, row in study.instance.candidates.dropped.iterrows()
    )
    columns: tuple[tuple[str, Kind], ...] = (
        ("id", "text"),
        ("name", "text"),
        ("host", "text"),
        ("reason", "text"),
        ("detail", "text"),
    )
    return Table("dropped", columns, rows)


def certainties(study: Study) -> dict[str, str]:
    """Return how certain each candidate's place in a plan is, by identity."""
    if study.certainty is None:
        return {}
    return as_certain(study.names(np.arange(len(study.instance.existing))), study.certainty)


def certain_said(word: str | None, lang: Lang) -> str | None:
    """Return what people read for it.

    Parameters
    ----------
    word
        From `certainties`; None where certainty was not computed.
    lang
        Language of the text.
    """
    return None if word is None else text(f"site.certain_{word}", lang)


def listed(names: Iterable[object], most: int = 12) -> str:
    """Return identities in one cell."""
    told = [shown(name) for name in names]
    return ", ".join(told[:most]) + ("…" if len(told) > most else "")


def yes(value: bool, lang: Lang) -> str:
    """Return yes or no."""
    return text("site_head.yes" if value else "site_head.no", lang)


def as_words(row: Sequence[Cell], kinds: Sequence[tuple[str, Kind]]) -> list[str]:
    """Return the cells of a row as people read them.

    Parameters
    ----------
    row
        Of a `Table`.
    kinds
        Its columns: for each cell the key of the head and what it holds.
    """
    said = []
    for cell, (key, kind) in zip(row, kinds, strict=True):
        if cell is None:
            said.append("–")
        elif isinstance(cell, str) and key in _WHOLE:
            said.append(cell)
        elif isinstance(cell, str):
            said.append(shown(cell))
        elif kind == "share":
            said.append(("−" if cell < 0 else "") + tenths(abs(cell)))
        elif kind == "degrees":
            said.append(f"{cell:.6f}")
        elif kind == "index":
            said.append(figure(cell))
        elif kind == "minutes":
            said.append(f"{cell:.1f}")
        else:
            said.append(money(cell))
    return said


def _detail(reason: object, detail: object, lang: Lang) -> str | None:
    if detail is None or (isinstance(detail, float) and np.isnan(detail)):
        return None
    if reason == "vehicle":
        return label("limit_name", detail, lang)
    return f"{detail:g}" if isinstance(detail, float) else str(detail)


def _said(value: object) -> str | None:
    return None if is_missing(value) else str(value)


def _number(value: object) -> float | None:
    return None if is_missing(value) else float(str(value))
