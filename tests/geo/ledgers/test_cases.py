"""Every transition of the closed loop, by hand."""

import datetime as dt
from itertools import product

import pytest

from weizhan.geo.ledgers.cases import NEXT, Step, check_step, continue_case, told_steps
from weizhan.geo.words.errors import InputError
from weizhan.geo.words.vocabulary import HazardState as S

DAY = dt.date(2026, 3, 5)
LEGAL = {
    (None, S.FOUND), (S.FOUND, S.ASSIGNED), (S.ASSIGNED, S.FIXED), (S.FIXED, S.RECHECKED),
    (S.RECHECKED, S.CLOSED), (S.RECHECKED, S.REOPENED), (S.CLOSED, S.REOPENED),
    (S.REOPENED, S.ASSIGNED), (S.REOPENED, S.FIXED),
}  # fmt: skip


@pytest.mark.parametrize(("state", "to"), list(product([None, *S], S)))
def test_only_the_steps_of_the_loop_are_allowed(state, to):
    last = None if state is None else Step(state, DAY)
    if (state, to) in LEGAL:
        check_step("YH1", last, Step(to, DAY))
        return
    with pytest.raises(InputError) as told:
        check_step("YH1", last, Step(to, DAY))
    for lang in ("zh", "en"):
        said = told.value.message(lang)
        assert "YH1" in said
        assert all(f"/{allowed}" in said for allowed in NEXT[state])


def test_no_step_goes_back_in_time():
    with pytest.raises(InputError, match="2026-03-04"):
        check_step("YH1", Step(S.FOUND, DAY), Step(S.ASSIGNED, DAY - dt.timedelta(1)))


def _row(**days):
    return {f"{state}_on": day for state, day in days.items()}


def test_a_row_tells_its_steps_in_the_order_of_their_days():
    row = _row(found="2026-03-05", closed="2026-05-01", fixed="2026-04-01", reopened="2026-06-01")
    told = told_steps({**row, "state": "reopened"}, as_of=dt.date(2026, 7, 1))
    assert [(s.state, s.on.isoformat(), s.stated) for s in told] == [
        ("found", "2026-03-05", True),
        ("fixed", "2026-04-01", True),
        ("closed", "2026-05-01", True),
        ("reopened", "2026-06-01", True),
    ]


def test_a_state_beyond_the_dates_is_dated_by_the_ledger_and_not_stated():
    told = told_steps({**_row(found="2026-03-05"), "state": "fixed"}, as_of=dt.date(2026, 7, 1))
    assert told[-1] == Step(S.FIXED, dt.date(2026, 7, 1), False)
    assert told_steps({}, as_of=DAY) == [Step(S.FOUND, DAY, False)]


def test_steps_left_out_are_put_in_but_never_a_reopening():
    told = told_steps(_row(found="2026-03-05", closed="2026-05-01"), as_of=DAY)
    steps, refused = continue_case("YH1", [], told)
    assert refused is None
    assert [(s.state, s.stated) for s in steps] == [
        ("found", True), ("assigned", False), ("fixed", False), ("rechecked", False),
        ("closed", True),
    ]  # fmt: skip
    assert steps[1].on == dt.date(2026, 5, 1)
    again, refused = continue_case("YH1", steps, told)
    assert (again, refused) == ([], None)
    later = [Step(S.FIXED, dt.date(2026, 8, 1))]
    more, refused = continue_case("YH1", steps, later)
    assert more == []
    assert refused is not None and refused.key == "error.step_illegal"


def test_a_reopened_case_closes_again():
    history = [Step(S(s), DAY) for s in ("found", "assigned", "fixed", "rechecked", "closed")]
    history.append(Step(S.REOPENED, dt.date(2026, 4, 1)))
    told = [Step(S.FOUND, DAY), Step(S.CLOSED, dt.date(2026, 5, 1))]
    steps, refused = continue_case("YH1", history, told)
    assert refused is None
    assert [s.state for s in steps] == ["fixed", "rechecked", "closed"]


def test_dates_out_of_order_stop_the_story_there():
    told = [Step(S.FOUND, DAY), Step(S.ASSIGNED, DAY), Step(S.FIXED, DAY - dt.timedelta(3))]
    steps, refused = continue_case("YH1", [], told)
    assert [s.state for s in steps] == ["found", "assigned"]
    assert refused is not None and refused.key == "error.step_early"
