"""Fires whose day nobody knows stay in every count; 51 are never 34."""

import datetime as dt
import json

import pandas as pd
import pytest

from weizhan.coverage.cases import happened_by
from weizhan.geo.ledgers import LedgerFile, import_ledger, read_records
from weizhan.geo.town import load_town

from ...cli.small_town import small_town

DAY = dt.date(2026, 9, 30)


def test_a_fire_of_an_unknown_day_has_happened():
    started = pd.Series(pd.to_datetime(["2026-09-30 23:59", "2026-10-01 00:00", None]))
    assert happened_by(started, DAY).tolist() == [True, False, True]


@pytest.fixture(scope="module")
def street(tmp_path_factory):
    """A street with 51 fires, of which 17 have a day that nobody can read."""
    folder = small_town(tmp_path_factory.mktemp("fires") / "town", without="ledgers")
    lines = ["火灾编号,起火时间,建筑编号,起火场所"]
    for k in range(51):
        day = "夏天" if k % 3 == 0 else f"2026-0{1 + k % 9}-10"
        lines.append(f"F{k},{day},B{1 + k % 12:02d},自建房")
    file = folder / "fires.csv"
    file.write_text("\n".join(lines), encoding="utf-8")
    import_ledger(folder, LedgerFile(file, "incidents", as_of=DAY))
    return folder


def test_every_fire_is_counted_at_its_building_and_in_its_community(street):
    from weizhan.coverage.assessment import Part, assess

    fires = read_records(street, "incidents")
    assert (len(fires), fires["started_at"].isna().sum()) == (51, 17)
    found = assess(load_town(street), date=DAY.isoformat()).only(Part.RISK, Part.CASES)
    assert found.buildings["past_fires"].sum() == 51
    assert found.communities["past_fires"].sum() == 51


def test_fires_of_an_unknown_day_are_a_column_of_their_own(street, tmp_path):
    from weizhan.cli.risk import risk

    risk(street, tmp_path / "out", date=DAY.isoformat(), start="2026-01-01")
    table = pd.read_csv(tmp_path / "out" / "fires.csv")
    counts = dict(zip(table.columns, table.iloc[0], strict=True))
    assert (counts["火灾"], counts["日期不详"]) == (34, 17)
    told = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))
    assert told["heat"]["fires"] == 51
