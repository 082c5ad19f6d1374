"""The tables of docs/openstreetmap.md are true: every cell is tried on a lane or a barrier."""

import datetime as dt
import re
from pathlib import Path

import numpy as np
import pytest
import shapely

from weizhan.geo.ground.network import build_network
from weizhan.geo.ground.passability import IMPASSABLE, Conditions, passage
from weizhan.geo.osm.layers import OsmFeature, layers_from
from weizhan.geo.rules.rule_set import load_rules
from weizhan.geo.words import Vehicle, When, parse_hours

RULES = load_rules()
DOCS = Path(__file__).parents[3] / "docs" / "openstreetmap.md"
NODES = [(106.0, 29.0), (106.001, 29.0), (106.002, 29.0)]
READINGS = ("slow", "typical", "fast")


def _rows():
    for line in DOCS.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and cells[0] != "tags" and "---" not in line:
            yield cells


ROWS = list(_rows())


def _tags(cell):
    found = dict(re.findall(r"`([^`=]+)=([^`]*)`", cell))
    return {key: value for key, value in found.items() if value}


def _town(tags, unset):
    lane = {"highway": "residential", "width": "6"}
    features = []
    if "barrier" in tags:
        features = [OsmFeature("n1", tags, shapely.Point(NODES[1]))]
    else:
        lane = {key: value for key, value in (lane | tags).items() if key not in unset}
    layers, _ = layers_from([OsmFeature("w1", lane, shapely.LineString(NODES)), *features])
    lanes, barriers = (layers[name].to_crs("EPSG:4543") for name in ("lanes", "barriers"))
    network, lanes, _ = build_network(lanes, barriers, join_m=0.5, barrier_m=5)
    return network, lanes, barriers


def _outcome(network, lanes, barriers, vehicle, when):
    answers = []
    for reading in READINGS:
        open_ = [None if h is None else when.holds(h) for h in barriers["open_hours"]]
        told = barriers["open_hours"].notna()
        locked = [
            o is False or (o is None and t and reading == "slow")
            for o, t in zip(open_, told, strict=True)
        ]
        held = Conditions(
            np.full(len(lanes), np.nan), np.zeros(len(lanes), bool), np.ones(len(lanes)),
            np.array(locked, dtype=bool), when,
        )  # fmt: skip
        found = passage(
            network, lanes, barriers, rules=RULES, vehicle=vehicle, reading=reading, conditions=held
        )
        ms = max(found.forward_ms.max(), found.leave_ms.max())
        answers.append((ms < IMPASSABLE, found.leave_ms.max() / 1000))
    passes = [answer[0] for answer in answers]
    if not any(passes):
        return "stopped"
    if not all(passes):
        assert passes == sorted(passes)  # never stopped only in a faster reading
        return "depends"
    return f"passes {answers[1][1]:.0f} s" if len(barriers) else "passes"


def test_both_tables_are_read():
    assert len(ROWS) >= 50
    assert sum("barrier=" in row[0] for row in ROWS) >= 20


@pytest.mark.parametrize("row", ROWS, ids=[f"{row[0]} {row[1]}".strip() for row in ROWS])
def test_a_row_of_the_table_is_true(row):
    cell, at, *told = row
    unset = re.findall(r"`([^`=]+)=`", cell)
    town = _town(_tags(cell), unset)
    hour = dt.time.fromisoformat(at or "10:00")
    when = When(dt.datetime.combine(dt.date(2026, 9, 30), hour))
    assert [_outcome(*town, vehicle, when) for vehicle in Vehicle] == told


def test_hours_in_the_table_are_what_they_seem():
    assert parse_hours("看情况").expression is None
    assert parse_hours("wet").expression is None
