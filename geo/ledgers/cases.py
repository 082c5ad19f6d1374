"""The closed loop of a case: found, assigned, fixed, re-checked, closed, or reopened."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
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

    ``stated`` is False for a step that nobody dated or that was left out: it had happened by
    that day.
    """

    state: HazardState
    on: dt.date
    stated: bool = True


class Told(NamedTuple):
    """A step as somebody recorded it.

    Attributes
    ----------
    step
        Stated with its day; or seen: on that day the ledger said that the case stood there.
    source
        Who says so.
    recorded
        Orders what is recorded; of one source the later corrects the earlier.
    """

    step: Step
    source: str = ""
    recorded: tuple[str, int] = ("", 0)


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
        _check_order(case, last, step)


def _check_order(case: str, last: Step, step: Step) -> None:
    if step.on < last.on:
        raise InputError(
            "error.step_early",
            case=case,
            state=_named(last.state),
            since=last.on.isoformat(),
            to=_named(step.state),
            on=step.on.isoformat(),
        )


def check_next(case: str, history: Sequence[Step], step: Step) -> None:
    """Refuse a step that may not follow a history; a step that nobody stated gives way.

    The day of an unstated step only bounds it from above, so a stated one may lie before it.

    Parameters
    ----------
    case
        Named in messages.
    history
        From `history`.
    step
        Stated, to follow.

    Raises
    ------
    InputError
        As `check_step`.
    """
    last = history[-1] if history else None
    if last is not None and not last.stated:
        sure = max((s.on for s in history if s.stated), default=step.on)
        last = last._replace(on=max(sure, min(last.on, step.on)))
    check_step(case, last, step)


def told_steps(row: Mapping[str, object], *, as_of: dt.date) -> list[Step]:
    """Return the steps that a ledger's row tells, in the order of their days.

    A row whose state goes beyond its dates, or that tells nothing, was seen in that state on the
    day the ledger speaks for: not stated.
    """
    told = [
        Step(S(state), day)
        for state, column in STEP_COLUMNS.items()
        if (day := _day(row.get(column))) is not None
    ]
    told.sort(key=lambda step: (step.on, _ORDER[step.state]))
    state = row.get("state")
    said = S(state) if isinstance(state, str) and state in _ORDER else None
    if (said or not told) and said not in {step.state for step in told}:
        told.append(Step(said or S.FOUND, max([as_of, *(s.on for s in told)]), stated=False))
    return told


def history(case: str, told: Iterable[Told]) -> tuple[list[Step], list[tuple[Step, InputError]]]:
    """Return the story of a case from all that was ever recorded of it.

    Stated steps make the story; what a source states again corrects what it stated before.
    A case that was only seen in a state had reached it by that day: this fills the story where
    it fits between the stated steps, and gives way where it does not. Steps that everybody left
    out are put in, not stated, on the day of the next one; a reopening is never made up. The
    order in which things were recorded does not matter beyond that.

    Parameters
    ----------
    case
        Named in messages.
    told
        From every source.

    Returns
    -------
    steps
        Legal, in the order of their days.
    refused
        Stated steps that may not stand where their day puts them, each with the reason; the
        story goes on without them.
    """
    every = list(told)
    spine: list[Step] = []
    refused: list[tuple[Step, InputError]] = []
    for step in _corrected(every):
        last = spine[-1] if spine else None
        try:
            if last is not None:
                _check_order(case, last, step)
            if not _leads(last, step.state):
                check_step(case, last, step)
            spine.append(step)
        except InputError as error:
            refused.append((step, error))
    seen = sorted({t.step for t in every if not t.step.stated}, key=_by_day)
    for step in seen:
        at = sum(other.on <= step.on for other in spine)
        before = spine[at - 1] if at else None
        if _leads(before, step.state) and (at == len(spine) or _leads(step, spine[at].state)):
            spine.insert(at, step)
    steps: list[Step] = []
    for step in spine:
        steps += _way(steps[-1] if steps else None, step)
    return steps, refused


def _corrected(told: Sequence[Told]) -> list[Step]:
    """Return the stated steps that hold, in the order of their days.

    Reopenings divide a case into rounds. In each round a state is reached once: of one source
    the day recorded last holds, of several the one recorded last. A case was found when the
    first of them found it, before all else.
    """
    stated = [t for t in told if t.step.stated]
    reopened = _reopenings(told)
    days = [t.step.on for t in reopened]
    rounds: dict[tuple[int, S], dict[str, Told]] = {}
    for t in sorted(stated, key=lambda t: (t.step.on, t.recorded)):
        if t.step.state is S.REOPENED:
            continue
        turn = 0 if t.step.state is S.FOUND else bisect_left(days, t.step.on)
        earlier = rounds.get((turn, t.step.state), {})
        if (
            turn < len(days)
            and t.step.on == days[turn]
            and any(e.step.on < t.step.on for e in earlier.values())
        ):
            turn += 1  # done again on the very day of the reopening
        held = rounds.setdefault((turn, t.step.state), {})
        if t.source not in held or held[t.source].recorded <= t.recorded:
            held[t.source] = t
    begins = (S.FOUND, S.REOPENED)
    chosen = [(at + 1, t.step) for at, t in enumerate(reopened)]
    for (turn, state), held in rounds.items():
        if state is S.FOUND:
            one = min(held.values(), key=lambda t: t.step.on)
        else:
            one = max(held.values(), key=lambda t: (t.recorded, t.step.on))
        chosen.append((turn, one.step))
    chosen.sort(key=lambda c: (c[0], c[1].state not in begins, *_by_day(c[1])))
    return [step for _, step in chosen]


def _reopenings(told: Sequence[Told]) -> list[Told]:
    """Return the stated reopenings; two with no closing or re-check between are one, corrected."""
    ends = [t.step.on for t in told if t.step.state in (S.RECHECKED, S.CLOSED)]
    held: list[Told] = []
    for t in sorted(told, key=lambda t: (t.step.on, t.recorded)):
        if t.step.state is not S.REOPENED or not t.step.stated:
            continue
        if held and not any(held[-1].step.on < day <= t.step.on for day in ends):
            held[-1] = max(held[-1], t, key=lambda t: (t.recorded, t.step.on))
        else:
            held.append(t)
    return held


def _leads(last: Step | None, state: S) -> bool:
    """Return whether a state lies further along the loop, steps left out or not."""
    if last is None:
        return True
    if state is S.REOPENED:
        return last.state is not S.REOPENED
    return state in _THROUGH[last.state] or (last.state, state) == (S.REOPENED, S.ASSIGNED)


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


def _by_day(step: Step) -> tuple[dt.date, int]:
    return step.on, _ORDER[step.state]


def _named(state: HazardState) -> str:
    """Return a state as both languages read it: 已销案/closed."""
    return f"{label('hazard_state', state)}/{state}"


def _day(value: object) -> dt.date | None:
    return dt.date.fromisoformat(value[:10]) if isinstance(value, str) else None
