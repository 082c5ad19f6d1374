"""What is cut for want of room is counted where it is cut."""

from types import SimpleNamespace

import pandas as pd
import pytest

from weizhan.maps.html import cut_note
from weizhan.maps.paper.pre_plan import _hazards
from weizhan.maps.paper.route_sheet import _reasons


def cases(number):
    return pd.DataFrame(
        {"building_id": "B1", "code": "H2", "state": "rectifying", "due_on": pd.NaT},
        index=[f"Y{n}" for n in range(number)],
    )


@pytest.mark.parametrize(
    ("number", "lang", "title"),
    [
        (8, "zh", "未销案隐患"),
        (9, "zh", "未销案隐患（列出 8 条，共 9 条）"),
        (9, "en", "Open hazards (8 of 9)"),
    ],
)
def test_a_pre_plan_says_how_many_hazards_it_leaves_out(number, lang, title):
    ground = SimpleNamespace(open_cases=cases(number))
    told = _hazards(pd.Series({"building_id": "B1"}), ground, lang)
    assert told.title == title
    assert len(told.rows) == 8


def test_a_stop_says_how_many_reasons_it_leaves_out():
    reasons = [("turn_never", {})] * 6
    assert _reasons(reasons[:4], "zh")[3:] == _reasons(reasons[:4], "zh")[:1]
    assert _reasons(reasons, "zh")[4:] == ["+ 2"]


@pytest.mark.parametrize(
    ("rows", "note"),
    [(60, ""), (61, '<p class="note">这里列出前 60 行，共 61 行，全部见 a&amp;b.xlsx。</p>')],
)
def test_a_table_of_a_page_says_what_only_the_workbook_has(rows, note):
    assert cut_note(60, rows, "a&b.xlsx", "zh") == note
