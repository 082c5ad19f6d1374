"""The tables of lanes: whole, in order, safe in a spreadsheet, silent about few people."""

import csv
import dataclasses
import io

import pandas as pd
import pytest

from weizhan.coverage import columns as c
from weizhan.geo.words.catalogue import LANGS
from weizhan.maps.books.csv_tables import harmless
from weizhan.maps.books.lanes_tables import findings_csv, keep_clear_csv, openings_csv
from weizhan.maps.paper.grids import clear_grid, seen_blocks
from weizhan.maps.voice import keep_clear_reason, ranked

TABLES = (keep_clear_csv, openings_csv, findings_csv)


def read(table: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(table, newline="")))


def test_the_keep_clear_list_is_whole_and_in_order(assessment):
    rows = read(keep_clear_csv(assessment, lang="zh"))
    lanes = assessment.lanes.dropna(subset="keep_clear_rank").sort_values("keep_clear_rank")
    assert [row["车道编号"] for row in rows] == lanes["lane_id"].tolist()
    assert [row["次序"] for row in rows] == [str(i + 1) for i in range(len(rows))]
    by_id = {row["车道编号"]: row for row in rows}
    assert by_id["L8"]["3 分钟内不再到得了的建筑（栋）"] == "56"
    assert by_id["L8"]["3 分钟内不再到得了的弱势人数（人）"] == ""
    assert by_id["L1"]["3 分钟内不再到得了的弱势人数（人）"] == "<5"
    assert by_id["L0"]["3 分钟内不再到得了的人数（人）"] == "0"  # no building, so nobody
    assert by_id["L8"]["理由"].endswith("预计损失 28.0 栋。")
    assert by_id["L7"]["状况"] == "未知"
    assert by_id["L1"]["状况"] == "变窄"


def test_a_small_expected_loss_is_not_none(assessment):
    (lane,) = ranked(assessment, c.KEEP_CLEAR_RANK, 1)
    tiers = {"own": 60.0, "micro": 180.0}
    small = {**lane, c.lost("own", "buildings"): 3, c.lost("micro", "buildings"): 0,
             c.KEEP_CLEAR_SCORE: 0.04}  # fmt: skip
    said = keep_clear_reason(small, tiers, "zh")
    assert "1 分钟内不再到得了 3 栋" in said
    assert "预计损失 不足 0.1 栋" in said
    assert "under 0.1 buildings" in keep_clear_reason(small, tiers, "en")
    assert "预计损失 0.0 栋" in keep_clear_reason({**small, c.KEEP_CLEAR_SCORE: 0.0}, tiers, "zh")


def test_papers_tell_the_loss_of_every_tier_that_the_score_counts(assessment):
    lanes = assessment.lanes.assign(**{c.lost("own", "buildings"): 7})
    town = dataclasses.replace(assessment, tiers={"own": 60.0, **assessment.tiers}, lanes=lanes)
    rows = clear_grid(town, ranked(town, c.KEEP_CLEAR_RANK, 3), "zh").rows
    assert len(rows) == 3
    assert all("1 分钟内 7 栋" in why or "1 分钟内不再到得了 7 栋" in why for _, why in rows)


def test_openings_and_findings(assessment):
    gains = [float(row["多覆盖（栋）"]) for row in read(openings_csv(assessment, lang="zh"))]
    assert gains == sorted(gains, reverse=True)
    found = read(findings_csv(assessment, lang="zh"))
    assert [row["对象"] for row in found] == ["道路", "道路", "建筑"]
    assert [row["实际"] for row in found] == ["2.4", "", "3.2"]
    assert found[1]["把握"].startswith("无法判定")


@pytest.mark.parametrize("payload", ["=cmd|' /C calc'!A0", "+1", "-2+3", "@SUM(A1)", "\t=1"])
@pytest.mark.parametrize("table", TABLES)
def test_no_cell_becomes_a_formula(make, table, payload):
    town = make()
    lanes = town.lanes.assign(lane_id=payload, name=payload, lane_class=payload, state=payload)
    lanes = lanes.assign(state_observed_on=payload, fire_engine_limit=payload)
    names = ("id", "check", "clause", "unit", "certainty", "subject")
    spoilt = dataclasses.replace(
        town, lanes=lanes, findings=town.findings.assign(**dict.fromkeys(names, payload))
    )
    for row in csv.reader(io.StringIO(table(spoilt, lang="zh"), newline="")):
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)


def test_texts_that_cannot_be_written_are_replaced():
    assert harmless("\ud800") == "?"
    assert harmless("\x1b[31m=1\x07") == "[31m=1"
    assert harmless("\x00=1+1") == "'=1+1"
    assert harmless(-3.5) == -3.5


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("table", TABLES)
def test_a_town_without_the_columns_gives_the_heads_only(assessment, table, lang):
    bare = dataclasses.replace(
        assessment, lanes=assessment.lanes[["lane_id", "geometry"]], findings=pd.DataFrame()
    )
    written = table(bare, lang=lang)
    assert read(written) == []
    heads = next(csv.reader(io.StringIO(written)))
    assert len(heads) == len(set(heads)) > 5


def test_a_cut_table_of_reported_lanes_says_how_many_there_are(assessment):
    lanes = assessment.lanes.assign(state="blocked")
    (whole,) = seen_blocks(lanes, lanes, "zh", most=len(lanes))
    assert len(whole.rows) == len(lanes)
    table, note = seen_blocks(lanes, lanes, "zh", most=2)
    assert len(table.rows) == 2
    assert note.said == f"列出 2 条，共 {len(lanes)} 条。"
