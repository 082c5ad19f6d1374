"""What a holiday patrol looks at and why; who has to do what by when."""

import datetime as dt

import geopandas as gpd
import pandas as pd

from weizhan.coverage import columns as c
from weizhan.coverage.cases.worries import task_table, worry_table
from weizhan.maps.books.list_tables import list_csv

ON = dt.date(2026, 9, 30)


def test_areas_come_first_then_places_and_objects_by_risk_each_with_why():
    buildings = pd.DataFrame(
        {"building_id": list("ABCD"), "name": None, "address": list("甲乙丙丁"), "community": "东",
         c.LISTED_HAZARDS: [0, 1, 0, 0], c.MAJOR_HAZARDS: 0, c.OVERDUE_HAZARDS: [0, 1, 2, 0],
         c.RISK_BAND: ["red", "red", "blue", "blue"], c.RISK_RANK: [2, 1, 3, 4]}
    )  # fmt: skip
    areas = gpd.GeoDataFrame({"area": [1], "open_hazards": [7]}, geometry=[None])
    clusters = gpd.GeoDataFrame({c.SPREAD_CLUSTER: [1, 2], "community": ["东", "西"],
                                 "buildings": [9, 8], "red_buildings": [2, 0]},
                                geometry=[None, None])  # fmt: skip
    table = worry_table(buildings, areas, clusters)
    assert table["worry"].tolist() == ["area", "area", "place", "object", "place"]
    assert table["building_id"].tolist()[2:] == ["B", "A", "C"]
    assert table["shows_why"].tolist() == [
        "many_hazards:7", "spread:9:2", "listed;overdue;red", "red", "overdue",
    ]  # fmt: skip
    said = list_csv(table, lang="zh")
    assert "未销案隐患集中（7 条）" in said and "挂牌督办、隐患逾期、风险红级" in said


def test_tasks_name_what_is_late_its_office_and_its_day():
    day = pd.Timestamp
    cases = pd.DataFrame(
        {"key": ["K1", "K2", "K3"], "state": ["assigned", "fixed", "closed"],
         "due_on": [day("2026-09-20"), day("2026-12-01"), pd.NaT], "owner": "emergency",
         "owner_from": "told",
         "supervision_level": [None, "town", None],
         "listed_on": [pd.NaT, day("2026-08-01"), pd.NaT],
         "listed_due_on": [pd.NaT, day("2026-09-01"), pd.NaT], "lifted_on": pd.NaT,
         "closed": [pd.NaT, pd.NaT, day("2026-08-01")], "looked_back_on": pd.NaT,
         "building_id": list("ABC"), "name": None, "address": None, "community": "东"}
    )  # fmt: skip
    due = pd.DataFrame({"building_id": ["F", "D", "E"],
                        "due_on": [day(ON), day("2026-09-01"), day("2026-10-09")],
                        "inspected_on": [pd.NaT, day("2026-08-01"), day("2026-09-09")],
                        "days_overdue": [None, 29, -9], "band": ["red", "orange", "red"],
                        "name": None, "address": None,
                        "community": "西", "owner": "finance", "owner_from": "use"})  # fmt: skip
    table = task_table(cases, due, on=ON, look_back_days=30)
    told = table[["task", "building_id", "days_overdue"]].astype(object)
    assert told.where(told.notna(), None).to_numpy().tolist() == [
        ["lift", "B", 29], ["mend", "A", 10], ["look_back", "C", 30], ["first_inspect", "F", None],
        ["inspect", "D", 29],
    ]  # fmt: skip
    assert table["owner"].tolist() == ["emergency"] * 3 + ["finance"] * 2
    assert table[c.RISK_BAND].tolist()[3:] == ["red", "orange"]
    assert "首次检查（尚无检查记录）" in list_csv(table, lang="zh")
    empty = task_table(cases.iloc[:0], due.iloc[:0], on=ON, look_back_days=30)
    assert empty.empty and "任务" in list_csv(empty, lang="zh")
