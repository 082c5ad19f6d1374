import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from weizhan.geo.tables.cells import read_cells
from weizhan.geo.tables.headers import check_stated, columns_found, match_headers
from weizhan.geo.tables.schemas import SCHEMAS
from weizhan.geo.tables.validation import validate
from weizhan.geo.words.errors import InputError, Problem

BUILDINGS, STATIONS, LANES = (SCHEMAS[name] for name in ("buildings", "stations", "lanes"))


def _frame(columns):
    size = len(next(iter(columns.values())))
    table = {**columns, "source_row": range(2, size + 2)}
    return gpd.GeoDataFrame(table, geometry=[shapely.Point(i, 0) for i in range(size)])


def _validate(schema, columns):
    frame = _frame(columns)
    found = columns_found(match_headers(list(columns), schema.columns, stated={}))
    return validate(frame, schema, columns=found, file="表.xlsx")


def test_chinese_headers_in_any_order_and_width_are_found():
    headers = ["夜间人数", "高度（米）", "备注", "房屋编号", "使用性质", "ＮＡＭＥ"]
    assert columns_found(match_headers(headers, BUILDINGS.columns, stated={})) == {
        "building_id": "房屋编号",
        "name": "ＮＡＭＥ",
        "use": "使用性质",
        "height_m": "高度（米）",
        "people_night": "夜间人数",
    }


def test_a_stated_column_wins_and_a_wrong_one_is_told():
    found = match_headers(["用途", "实际用途"], BUILDINGS.columns, stated={"use": "实际用途"})
    assert columns_found(found) == {"use": "实际用途"}
    with pytest.raises(InputError, match="没有此列"):
        check_stated(
            ["用途"], BUILDINGS.columns, stated={"use": "没有此列"}, what="buildings", file="f"
        )
    with pytest.raises(InputError, match="colour"):
        check_stated(
            ["用途"], BUILDINGS.columns, stated={"colour": "用途"}, what="buildings", file="f"
        )


def test_missing_columns_and_blank_cells_stay_missing():
    frame, problems = _validate(
        BUILDINGS, {"建筑编号": ["1", "2"], "层数": ["", "未知"], "夜间人数": [None, "—"]}
    )
    assert problems == []
    assert frame[["floors", "people_night", "people_day", "use", "name"]].isna().all(axis=None)
    assert frame["floors"].dtype == np.float64


def test_numbers_come_as_text_full_width_or_with_separators():
    frame, problems = _validate(
        BUILDINGS, {"建筑编号": ["1", "2", "3"], "夜间人数": ["１２", "1,204", 7.0]}
    )
    assert problems == []
    assert frame["people_night"].tolist() == [12, 1204, 7]


def test_every_wrong_value_is_told_with_its_row_value_and_what_is_allowed():
    frame, problems = _validate(
        LANES,
        {
            "车道编号": ["a", "b", "c", "d", "e"],
            "宽度(米)": ["窄", "-2", "400", "3.5", "nan"],
            "道路等级": ["巷道", "高速磁浮", "STEPS", "Alley", None],
        },
    )
    told = [(p.row, p.feature, p.column, p.value, p.severity) for p in problems]
    assert told == [
        (3, "b", "lane_class", "高速磁浮", "error"),
        (2, "a", "width_m", "窄", "error"),
        (3, "b", "width_m", "-2", "error"),
        (4, "c", "width_m", "400", "error"),
        (6, "e", "width_m", "nan", "error"),
    ]
    assert "0.3 … 100" in problems[1].message("zh")
    assert "alley" in problems[0].message("en")
    assert frame["width_m"].tolist()[3] == 3.5
    assert frame["lane_class"].tolist() == ["alley", None, "steps", "alley", None]


def test_people_are_whole_and_not_negative():
    _, problems = _validate(BUILDINGS, {"建筑编号": ["1", "2"], "夜间人数": ["3.5", "-1"]})
    assert [p.code for p in problems] == ["not_a_count", "not_a_count"]


def test_double_and_blank_identities_are_told_for_every_row():
    _, problems = _validate(BUILDINGS, {"建筑编号": ["1", "1", None, 2.0]})
    assert [(p.code, p.row) for p in problems] == [
        ("identity_double", 2),
        ("identity_double", 3),
        ("value_missing", 4),
    ]


def test_without_an_identity_column_rows_are_numbered_and_that_is_said():
    frame, problems = _validate(BUILDINGS, {"层数": [1, 2]})
    assert frame["building_id"].tolist() == ["2", "3"]
    assert [p.code for p in problems] == ["identity_made"]


def test_a_required_column_that_is_missing_or_blank_is_an_error():
    _, problems = _validate(STATIONS, {"站点编号": ["1"]})
    assert [(p.code, p.column, p.severity) for p in problems] == [
        ("column_missing", "tier", "error")
    ]
    _, problems = _validate(STATIONS, {"站点编号": ["1", "2"], "级别": ["微型消防站", ""]})
    assert [(p.code, p.row) for p in problems] == [("value_missing", 3)]


def test_a_message_shows_neither_control_characters_nor_endless_values():
    problem = Problem("error", "not_a_number", "lanes", value="\x1b[31m" + "长" * 5000)
    said = problem.message("zh")
    assert "\x1b" not in said
    assert len(said) < 300


@given(st.lists(st.one_of(st.none(), st.floats(allow_nan=False), st.text(max_size=8)), min_size=1))
def test_whatever_a_number_column_holds_a_cell_is_read_or_missing_or_told(cells):
    column = LANES.column("width_m")
    read = read_cells(pd.Series(cells, dtype=object), column)
    values = pd.Series(read.numbers())
    assert values[read.wrong].isna().all()
    assert values.dropna().between(column.minimum, column.maximum).all()
