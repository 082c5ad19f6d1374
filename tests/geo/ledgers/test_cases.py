"""Every transition of the closed loop, by hand."""

import datetime as dt
from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weizhan.geo.ledgers.cases import (
    NEXT,
    Step,
    Told,
    check_next,
    check_step,
    history,
    told_steps,
)
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


def test_a_state_beyond_the_dates_was_seen_on_the_ledgers_day_and_is_not_stated():
    told = told_steps({**_row(found="2026-03-05"), "state": "fixed"}, as_of=dt.date(2026, 7, 1))
    assert told[-1] == Step(S.FIXED, dt.date(2026, 7, 1), False)
    assert told_steps({}, as_of=DAY) == [Step(S.FOUND, DAY, False)]


def _told(*words):
    """Read ``source:recorded state day``; a day in brackets was only seen."""
    told = []
    for word in words:
        who, state, day = word.split()
        source, recorded = who.split(":")
        step = Step(S(state), dt.date.fromisoformat("2026-" + day.strip("()")), "(" not in day)
        told.append(Told(step, source, (f"2026-{recorded}", 0)))
    return told


def _said(steps):
    return " ".join(
        f"{s.state} {s.on:%m-%d}" if s.stated else f"{s.state} ({s.on:%m-%d})" for s in steps
    )


STORIES = {
    # seen in September, booked with its dates in October: what was only seen gives way
    "a case booked late closes": (
        ["a:09-30 found 09-01", "a:09-30 assigned (09-30)", "b:10-31 fixed 09-20",
         "b:10-31 closed 09-28"],
        "found 09-01 assigned (09-20) fixed 09-20 rechecked (09-28) closed 09-28",
    ),
    "what was seen fills the story": (
        ["a:06-01 found 03-05", "a:06-01 assigned (06-01)", "a:07-01 closed (07-01)"],
        "found 03-05 assigned (06-01) fixed (07-01) rechecked (07-01) closed (07-01)",
    ),
    "seen again later it had happened before": (
        ["a:06-01 found 03-05", "a:06-01 assigned (06-01)", "a:07-01 assigned (07-01)"],
        "found 03-05 assigned (06-01)",
    ),
    "a stated day takes the place of a seen one": (
        ["a:06-01 found 03-05", "a:06-01 assigned (06-01)", "a:07-01 assigned 03-20"],
        "found 03-05 assigned 03-20",
    ),
    "a stated closing takes the place of an earlier seen one": (
        ["a:09-30 found 03-05", "a:09-30 closed (09-30)", "a:10-31 closed 10-15"],
        "found 03-05 assigned (10-15) fixed (10-15) rechecked (10-15) closed 10-15",
    ),
    "a seen closing gives way to a later stated mending": (
        ["a:09-30 found 03-05", "a:09-30 closed (09-30)", "b:10-31 fixed 10-05"],
        "found 03-05 assigned (10-05) fixed 10-05",
    ),
    "nobody reopens by saying less": (
        ["a:07-01 found 03-05", "a:07-01 closed 06-30", "a:08-01 assigned (08-01)"],
        "found 03-05 assigned (06-30) fixed (06-30) rechecked (06-30) closed 06-30",
    ),
    "a source corrects itself": (
        ["a:06-01 found 03-05", "a:06-01 assigned 03-20", "a:07-01 assigned 03-22"],
        "found 03-05 assigned 03-22",
    ),
    "the first of several sources found it": (
        ["a:06-01 found 03-05", "b:07-01 found 03-20", "a:06-01 assigned 03-10"],
        "found 03-05 assigned 03-10",
    ),
    "a second round keeps the first": (
        ["a:06-01 found 03-05", "a:06-01 fixed 04-01", "a:06-01 closed 04-10",
         "a:08-01 reopened 05-01", "a:08-01 fixed 06-01", "a:08-01 closed 06-10"],
        "found 03-05 assigned (04-01) fixed 04-01 rechecked (04-10) closed 04-10 "
        "reopened 05-01 fixed 06-01 rechecked (06-10) closed 06-10",
    ),
    "a corrected reopening is one": (
        ["a:06-01 found 03-05", "a:06-01 closed 04-10", "a:07-01 reopened 05-01",
         "a:08-01 reopened 05-03"],
        "found 03-05 assigned (04-10) fixed (04-10) rechecked (04-10) closed 04-10 reopened 05-03",
    ),
    "mended again on the day of the reopening": (
        ["a:06-01 found 03-05", "a:06-01 fixed 04-01", "a:06-01 closed 04-10",
         "a:08-01 reopened 05-01", "a:08-01 fixed 05-01"],
        "found 03-05 assigned (04-01) fixed 04-01 rechecked (04-10) closed 04-10 "
        "reopened 05-01 fixed 05-01",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("told", "story"), STORIES.values(), ids=STORIES)
def test_the_story_of_a_case(told, story):
    steps, refused = history("YH1", _told(*told))
    assert (_said(steps), refused) == (story, [])
    assert _said(history("YH1", _told(*reversed(told)))[0]) == story


def test_a_step_before_the_finding_is_refused_and_the_story_goes_on():
    told = _told("a:06-01 found 03-05", "a:06-01 fixed 03-02", "a:06-01 closed 04-01")
    steps, refused = history("YH1", told)
    assert (
        _said(steps) == "found 03-05 assigned (04-01) fixed (04-01) rechecked (04-01) closed 04-01"
    )
    ((step, error),) = refused
    assert (step.state, error.key) == ("fixed", "error.step_early")
    assert "2026-03-02" in error.message("zh") and "2026-03-05" in error.message("en")


def test_mending_after_closing_without_reopening_is_refused():
    told = _told("a:06-01 found 03-05", "a:06-01 closed 04-01", "a:06-01 fixed 05-01")
    steps, ((step, error),) = history("YH1", told)
    assert steps[-1].state == S.CLOSED
    assert (step.state, error.key) == ("fixed", "error.step_illegal")


def test_a_step_by_hand_may_lie_before_what_was_only_seen():
    story, _ = history("YH1", _told("a:09-30 found 09-01", "a:09-30 assigned (09-30)"))
    check_next("YH1", story, Step(S.FIXED, dt.date(2026, 9, 20)))
    with pytest.raises(InputError, match="2026-08-31"):
        check_next("YH1", story, Step(S.FIXED, dt.date(2026, 8, 31)))
    with pytest.raises(InputError, match="fixed"):
        check_next("YH1", story, Step(S.CLOSED, dt.date(2026, 10, 1)))


EVERYTHING = st.lists(
    st.builds(
        Told,
        st.builds(
            Step,
            st.sampled_from(S),
            st.dates(dt.date(2026, 1, 1), dt.date(2026, 1, 12)),
            st.booleans(),
        ),
        st.sampled_from("ab"),
        st.tuples(st.sampled_from(["2026-02-01", "2026-03-01"]), st.integers(1, 3)),
    ),
    min_size=1,
    max_size=9,
)


@given(EVERYTHING, st.randoms())
def test_any_telling_makes_a_legal_story_whatever_its_order(told, random):
    steps, refused = history("YH1", told)
    for before, after in pairwise([None, *steps]):
        check_step("YH1", before, after)
    said = {t.step for t in told}
    assert {s for s in steps if s.stated} <= said, "nothing is stated that nobody stated"
    assert {s for s in steps if s.state is S.REOPENED} <= said, "no reopening is made up"
    assert not {s for s, _ in refused} & set(steps)
    mixed = list(told)
    random.shuffle(mixed)
    assert history("YH1", mixed)[0] == steps
