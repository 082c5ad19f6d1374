import datetime as dt

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from weizhan.coverage.cases.stock import Flow, stock_and_flow, stock_by_group
from weizhan.geo.ledgers.cases import NEXT
from weizhan.geo.words.errors import InputError

FIRST = dt.date(2026, 1, 1)


@st.composite
def histories(draw):
    """Draw legal histories of some cases, steps recorded in any order between cases."""
    rows = []
    for case in range(draw(st.integers(0, 6))):
        state, on = None, draw(st.integers(0, 40))
        for _ in range(draw(st.integers(1, 12))):
            state = draw(st.sampled_from(NEXT[state]))
            rows.append((on, f"YH{case}", str(state)))
            on += draw(st.integers(0, 15))
    rows.sort(key=lambda row: row[0])
    frame = pd.DataFrame(rows, columns=["on", "key", "state"])
    when = [pd.Timestamp(FIRST) + pd.Timedelta(days=on) for on in frame["on"]]
    return frame.assign(happened_on=pd.to_datetime(pd.Series(when, dtype="datetime64[ns]")))


@given(histories(), st.integers(0, 60), st.integers(0, 60))
def test_opening_and_flow_give_the_closing(events, begin, length):
    start = FIRST + dt.timedelta(days=begin)
    end = start + dt.timedelta(days=length)
    flow = stock_and_flow(events, start=start, end=end)
    assert flow.opening + flow.new - flow.closed + flow.reopened == flow.closing
    middle = start + dt.timedelta(days=length // 2)
    first = stock_and_flow(events, start=start, end=middle)
    if middle < end:
        rest = stock_and_flow(events, start=middle + dt.timedelta(days=1), end=end)
        assert first.closing == rest.opening
        assert first.new + rest.new == flow.new


@given(histories())
def test_groups_sum_to_the_whole(events):
    end = FIRST + dt.timedelta(days=300)
    groups = pd.Series({"YH0": "东社区", "YH1": "西社区"})
    whole = stock_and_flow(events, start=FIRST, end=end)
    parts = stock_by_group(events, groups, start=FIRST, end=end)
    assert parts.sum().to_dict() == {n: getattr(whole, n) for n in Flow.__dataclass_fields__}


def test_a_quarter_by_hand():
    steps = [
        ("YH1", "found", "2025-12-01"), ("YH1", "assigned", "2025-12-02"),
        ("YH2", "found", "2026-01-05"), ("YH2", "assigned", "2026-01-06"),
        ("YH2", "fixed", "2026-01-07"), ("YH2", "rechecked", "2026-01-08"),
        ("YH2", "reopened", "2026-01-08"), ("YH2", "fixed", "2026-01-20"),
        ("YH2", "rechecked", "2026-01-21"), ("YH2", "closed", "2026-01-22"),
        ("YH2", "reopened", "2026-03-31"), ("YH3", "found", "2026-04-01"),
    ]  # fmt: skip
    events = pd.DataFrame(steps, columns=["key", "state", "happened_on"])
    events["happened_on"] = pd.to_datetime(events["happened_on"])
    flow = stock_and_flow(events, start=FIRST, end=dt.date(2026, 3, 31))
    assert flow == Flow(opening=1, new=1, closed=1, reopened=1, closing=2, failed_rechecks=1)


def test_a_period_does_not_end_before_it_begins():
    with pytest.raises(InputError, match="2026-01-01"):
        stock_and_flow(pd.DataFrame(), start=FIRST, end=FIRST - dt.timedelta(1))
