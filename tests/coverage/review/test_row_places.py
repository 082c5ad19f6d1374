"""A case at no building lies where its ledger says, and every case is in one row of a pack."""

import datetime as dt

import pandas as pd
import pytest
from shapely.geometry import LineString, box

from weizhan.coverage.review.period_review import Counts, community_counts
from weizhan.coverage.review.row_places import community_of_rows, ids_by_name
from weizhan.geo.ledgers import LedgerFile, import_ledger
from weizhan.geo.town import load_town

NAMES = pd.DataFrame({"community_id": ["C1", "C2", "C3", "C4"], "name": ["东", "西", "西", None]})


@pytest.mark.parametrize(
    ("building", "said", "place"),
    [
        ("B1", "西", "C1"),  # where it stands, whatever the row says
        (None, "东", "C1"),
        (None, "C3", "C3"),
        (None, "西", ""),  # two bear the name
        (None, "南", ""),
        (None, None, ""),
        ("B9", "东", "C1"),  # a building that the town no longer has
        ("B2", "东", ""),  # known to stand in none
    ],
)
def test_a_row_lies_where_its_building_stands_else_where_it_says(building, said, place):
    rows = pd.DataFrame({"building_id": [building], "community": [said]}, dtype=object)
    at = pd.Series({"B1": "C1", "B2": None}, dtype=object)
    assert community_of_rows(rows, at, ids_by_name(NAMES)).tolist() == [place]


def test_cases_at_no_building_are_counted_and_rows_add_up(make_town, tmp_path):
    make_town(
        buildings=[{"geometry": box(10, 5, 20, 15)}],
        lanes=[{"geometry": LineString([(0, 0), (100, 0)])}],
        communities=[{"geometry": box(-5, -5, 200, 50), "name": "东社区", "community_id": "C1"}],
    )
    folder = next(tmp_path.iterdir())
    rows = [
        "隐患编号,建筑编号,地址,所属社区,隐患类型,发现日期,状态",
        "Y1,B1,,,H2,2026-08-01,整改中",
        "Y2,,河边空地,东社区,H2,2026-08-02,整改中",
        "Y3,,不知哪里,,H2,2026-08-03,整改中",
    ]
    file = tmp_path / "隐患.csv"
    file.write_text("\n".join(rows) + "\n", encoding="utf-8")
    import_ledger(folder, LedgerFile(file, "hazards"))
    town = load_town(folder)
    days = {"first": dt.date(2026, 7, 1), "last": dt.date(2026, 9, 30)}
    counts = community_counts(folder, town, **days)
    assert counts.flow["closing"].to_dict() == {"": 1, "C1": 2}
    told = counts.entries([{"community_id": "C1", "name": "东社区"}])
    assert [entry["community_id"] for entry in told] == ["C1", None]


def test_no_row_is_added_where_nothing_lies_outside():
    none = pd.Series(dtype=int)
    counts = Counts(pd.DataFrame(index=["C1"]), pd.DataFrame(), none, none)
    assert len(counts.entries([{"community_id": "C1"}])) == 1
