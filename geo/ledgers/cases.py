"""The closed loop of a case: found, assigned, fixed, re-checked, closed, or reopened."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from ..tables import STEP_COLUMNS
from ..words import HazardState, InputError, label

S = HazardState

#: From each state the states that may follow. A case is reopened when its re-check fails, or
#: when the hazard comes back after closing (反弹); it keeps its owner or gets another.
NEXT: Final[Mapping[HazardState | None, tuple[HazardState, ...]]] = {
    None: (S.FOUND,),
    S.FOUND: (S.ASSIGNED,),
    S.ASSIGNED: (S.FIXED,),
    S.FIXED: (S.RECHECKED,),
    S.RECHECKED: (S.CLOSED, S.REOPENED),
    S.CLOSED: (S.REOPENED,),
    S.REOPENED: (S.ASSIGNED, S.FIXED),
}
_ORDER = {state: rank for rank, state in enumerate(S)}
#: The shortest way through steps that a ledger leaves out; a reopening is never made up.
_THROUGH: Final = {
    None: (S.FOUND, S.ASSIGNED, S.FIXED, S.RECHECKED, S.CLOSED),
    S.FOUND: (S.ASSIGNED, S.FIXED, S.RECHECKED, S.CLOSED),
    S.ASSIGNED: (S.FIXED, S.RECHECKED, S.CLOSED),
    S.FIXED: (S.RECHECKED, S.CLOSED),
    S.RECHECKED: (S.CLOSED,),
    S.CLOSED: (),
    S.REOPENED: (S.FIXED, S.RECHECKED, S.CLOSED),
}


class Step(NamedTuple):
    """One step of a case: the state it reached, and on which day.

    ``stated`` is False for a step that the ledger leaves out or does not date: it had happened
    by that day.
    """

    state: HazardState
    on: dt.date
    stated: bool = True


def check_step(case: str, last: Step | None, step: Step) -> None:
    """Refuse a step that may not follow.

    Parameters
    ----------
    case
        Named in messages.
    last
        Where its history stands; None before the first step.
    step
        What is to follow.

    Raises
    ------
    InputError
        Names the case, its state, and the states that may follow; or the two days that are out
        of order.
    """
    state = None if last is None else last.state
    if step.state not in NEXT[state]:
        raise InputError(
            "error.step_illegal",
            case=case,
            state="—" if state is None else _named(state),
            to=_named(step.state),
            allowed=", ".join(map(_named, NEXT[state])),
        )
    if last is not None:
        check_order(case, last, step)


def check_order(case: str, last: Step, step: Step) -> None:
    """Refuse a step before the day of the last one.

    Raises
    ------
    InputError
        Names the case and the two days.
    """
    if step.on < last.on:
        raise InputError(
            "error.step_early",
            case=case,
            state=_named(last.state),
            since=last.on.isoformat(),
            to=_named(step.state),
            on=step.on.isoformat(),
        )


def told_steps(row: Mapping[str, object], *, as_of: dt.date) -> list[Step]:
    """Return the steps that a ledger's row tells, in the order of their days.

    A row whose state goes beyond its dates adds that state on the day the ledger speaks for,
    not stated. Without a date of finding the case was found by the first day told.
    """
    told = [
        Step(S(state), day)
        for state, column in STEP_COLUMNS.items()
        if (day := _day(row.get(column))) is not None
    ]
    told.sort(key=lambda step: (step.on, _ORDER[step.state]))
    state = row.get("state")
    if isinstance(state, str) and state not in {step.state for step in told}:
        told.append(Step(S(state), max([as_of, *(step.on for step in told)]), stated=False))
    if not told or (told[0].state is not S.FOUND and S.FOUND not in {s.state for s in told}):
        first = told[0].on if told else as_of
        told.insert(0, Step(S.FOUND, first, stated=False))
    return told


def continue_case(
    case: str, history: Sequence[Step], told: Iterable[Step]
) -> tuple[list[Step], InputError | None]:
    """Return the steps to append so that a case's history holds what a row tells.

    Steps already in the history are passed by: it is never rewritten. Steps that the row leaves
    out are put in, not stated, on the day of the next one.

    Returns
    -------
    steps
        To append; legal as far as they go.
    refused
        The error of the first step that may not follow; it and what comes after is left out.
    """
    fresh: list[Step] = []
    last = history[-1] if history else None
    at = 0
    for step in told:
        known = next((k for k in range(at, len(history)) if history[k].state is step.state), None)
        if known is not None and (known == len(history) - 1 or step.on <= history[-1].on):
            at = known + 1
            continue
        try:
            if last is not None:
                check_order(case, last, step)
            for between in _way(last, step):
                check_step(case, last, between)
                fresh.append(between)
                last = between
        except InputError as error:
            return fresh, error
    return fresh, None


def _way(last: Step | None, step: Step) -> list[Step]:
    """Return the steps that lead to a step: those left out, then itself."""
    through = _THROUGH[None if last is None else last.state]
    if last is not None and last.state is S.REOPENED and step.state is S.ASSIGNED:
        through = ()
    if step.state is S.REOPENED and (last is None or last.state not in (S.RECHECKED, S.CLOSED)):
        left_out = through[: through.index(S.RECHECKED) + 1]
    elif step.state in through:
        left_out = through[: through.index(step.state)]
    else:
        left_out = ()
    return [*(Step(state, step.on, stated=False) for state in left_out), step]


def _named(state: HazardState) -> str:
    """Return a state as both languages read it: 已销案/closed."""
    return f"{label('hazard_state', state)}/{state}"


def _day(value: object) -> dt.date | None:
    return dt.date.fromisoformat(value[:10]) if isinstance(value, str) else None
