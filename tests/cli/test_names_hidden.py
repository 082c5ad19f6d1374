"""Whoever is named in the words of a ledger is named in nothing that is shared."""

from __future__ import annotations

import csv
import sqlite3
import zipfile

import openpyxl
import pytest

from weizhan.geo.ledgers import read_records
from weizhan.geo.tables import KINDS
from weizhan.geo.words import HIDDEN

from .said import lines
from .small_town import DAY, small_town

NAME, NUMBER = "张三丰", "13800138000"
TEXT = f"通道堵塞，{NAME} {NUMBER}"
COMMANDS = {
    "risk": ("--date", DAY), "export": ("--date", DAY), "assess": ("--date", DAY),
    "lanes": ("--date", DAY, "--draws", 5), "sheets": ("--date", DAY),
    "pack": ("--date", DAY, "--period", "2026Q3"),
    "rounds": ("--kind", "listed", "--date", DAY, "--from", "2026-10-09"),
}  # fmt: skip
GIVEN = {
    "hazards": {"隐患编号": "P1", "隐患类型": "H2", "发现日期": "2026-08-01",
                "整改期限": "2026-08-20", "整改经费": "900",
                "状态": "整改中", "挂牌督办": "街镇级", "挂牌日期": "2026-08-02"},
    "inspections": {"检查日期": "2026-08-01", "发现隐患数": "1"},
    "incidents": {"起火时间": "2026-08-01 10:00"},
    "self-built": {"出租": "是", "老人数": "3", "儿童数": "2"},
    "warehouses": {"单位编号": "D1"},
    "devices": {"设备类型": "烟感"},
    "vulnerable": {"户数": "3", "空巢老人": "2"},
    "stations": {"站点编号": "S9", "级别": "微型消防站"},
}  # fmt: skip
IDS = {"building_id", "lane_id", "community", "name", "address"}


def _content(folder):
    """Return all that the files of a folder say, tables of GeoPackages too."""
    said = []
    for file in sorted(folder.rglob("*")):
        if file.suffix == ".gpkg":
            with sqlite3.connect(file) as opened:
                tables = [t for (t,) in opened.execute("SELECT table_name FROM gpkg_contents")]
                said += [str(row) for t in tables for row in opened.execute(f'SELECT * FROM "{t}"')]
        elif file.suffix == ".qgz":
            with zipfile.ZipFile(file) as packed:
                said += [packed.read(name).decode() for name in packed.namelist()]
        elif file.is_file():
            said += lines(file) if file.suffix != ".csv" else []
            said += [] if file.suffix in (".pdf", ".docx", ".xlsx") else [file.read_text("utf-8")]
    return "\n".join(said)


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return small_town(tmp_path_factory.mktemp("hidden") / "town")


def _import(run, town):
    for kind, given in GIVEN.items():
        texts = [e for e in KINDS[kind].columns if e.kind == "text" and e.name not in IDS]
        free = [e for e in texts if not e.name.endswith("_id")]
        row = {"建筑编号": "B03", "联系人": NAME, "电话": NUMBER, **given}
        row |= {e.synonyms[0]: TEXT for e in free if e.synonyms and e.synonyms[0] not in row}
        file = town / f"{kind}-named.csv"
        with file.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows([list(row), list(row.values())])
        code, said, errors = run("import", town, file, "--kind", kind)
        assert code == 0, said + errors


def test_no_name_and_no_number_leaves_unless_asked_for(run, town, tmp_path):
    _import(run, town)
    assert NAME in read_records(town, "hazards", personal=True).to_string()
    for name, words in COMMANDS.items():
        code, _, errors = run(name, town, "--out", tmp_path / name, *words)
        assert code == 0, errors
        said = _content(tmp_path / name)
        assert len(said) > 500
        assert NAME not in said and NUMBER not in said, name
    overdue = (tmp_path / "risk" / "overdue.csv").read_text("utf-8-sig")
    assert f"通道堵塞,{HIDDEN}" in overdue  # what is wrong there still stands
    for name in ("export", "pack"):
        out = tmp_path / f"{name}-personal"
        run(name, town, "--out", out, *COMMANDS[name], "--with-personal")
        assert f"{NAME} {NUMBER}" in _content(out)


def test_vulnerable_people_are_counted_by_community_and_never_at_an_address(run, town, tmp_path):
    file = town / "特殊群体.csv"
    file.write_text(
        "建筑编号,社区,户数,空巢老人\nB01,东社区,3,2\nB02,东社区,4,1\nB09,西社区,2,1\nB10,,1,\n",
        "utf-8",
    )
    assert run("import", town, file, "--kind", "vulnerable", "--source", "v")[0] == 0
    run("export", town, "--out", tmp_path / "e", "--date", DAY)
    with (tmp_path / "e" / "ledger-vulnerable.csv").open(
        encoding="utf-8-sig", newline=""
    ) as opened:
        rows = {row["community"]: row for row in csv.DictReader(opened)}
    assert set(rows) == {"东社区", "西社区"}
    assert "building_id" not in rows["东社区"]
    assert rows["东社区"]["households"] in ("7", "10") and rows["东社区"]["empty_nest_elders"] in (
        "",
        "5",
    )
    assert rows["西社区"]["households"] == ""  # 3: too few to be told
    for layer in ("buildings", "ledger-self-built"):
        file = tmp_path / "e" / f"{layer}.csv"
        if file.exists():
            heads = file.read_text("utf-8-sig").splitlines()[0].split(",")
            assert not {"elders", "children"} & set(heads)
    run("export", town, "--out", tmp_path / "p", "--date", DAY, "--with-personal")
    heads = (tmp_path / "p" / "buildings.csv").read_text("utf-8-sig").splitlines()[0]
    assert "elders" in heads
    assert "B09" in (tmp_path / "p" / "ledger-vulnerable.csv").read_text("utf-8-sig")


def test_a_whistle_blower_is_anonymous(run, tmp_path):
    town = small_town(tmp_path / "town")
    file = town / "吹哨.csv"
    file.write_text(
        "隐患编号,建筑编号,隐患类型,发现日期,隐患来源,隐患描述,联系人,电话\n"
        f"W1,B04,H2,2026-09-01,群众举报,楼上302室停放电动自行车。二楼通道堵塞。{NAME},{NAME},{NUMBER}\n",
        "utf-8",
    )
    assert run("import", town, file, "--kind", "hazards")[0] == 0
    run("export", town, "--out", tmp_path / "e", "--date", DAY)
    said = (tmp_path / "e" / "ledger-hazards.csv").read_text("utf-8-sig")
    assert f"{HIDDEN}二楼通道堵塞。{HIDDEN}" in said
    assert "302" not in said and NAME not in said and NUMBER not in said


def test_a_layer_is_not_named_by_who_lives_there(run, tmp_path):
    town = small_town(tmp_path / "town")
    with sqlite3.connect(town / "layers.gpkg") as opened:
        (table,) = next(t for t in opened.execute("SELECT table_name FROM gpkg_contents")
                        if "buildings" in t[0])  # fmt: skip
        columns = [row[1] for row in opened.execute(f'PRAGMA table_info("{table}")')]
        opened.execute("DROP TRIGGER IF EXISTS x")
        assert "name" in columns
        triggers = opened.execute(
            "SELECT name FROM sqlite_master WHERE type='trigger' AND tbl_name=?", (table,)
        ).fetchall()
        for (trigger,) in triggers:
            opened.execute(f'DROP TRIGGER "{trigger}"')
        opened.execute(f'UPDATE "{table}" SET name = ? WHERE building_id = ?', (NAME, "B05"))
    run("export", town, "--out", tmp_path / "e", "--date", DAY)
    assert NAME not in _content(tmp_path / "e")
    run("export", town, "--out", tmp_path / "p", "--date", DAY, "--with-personal")
    assert NAME in _content(tmp_path / "p")


def test_a_round_with_nowhere_to_go_says_so(run, tmp_path):
    town = small_town(tmp_path / "town")
    code, _, errors = run("rounds", town, "--kind", "joint", "--date", DAY, "--out", tmp_path / "r")
    assert code != 0 and "joint" in errors and "KeyError" not in errors


def test_the_workbook_of_ledgers_goes_out_and_in_again_without_a_change(run, tmp_path):
    town = small_town(tmp_path / "town")
    _import(run, town)
    book = tmp_path / "p" / "ledgers.xlsx"
    run("pack", town, "--out", book.parent, "--date", DAY, "--period", "2026Q3")
    before = {kind: read_records(town, kind, personal=True) for kind in KINDS}
    archive = (town / "ledgers.gpkg").read_bytes()
    for kind in ("hazards", "self-built", "inspections"):
        code, said, errors = run("import", town, book, "--kind", kind)
        assert code == 0 and "0 处变化" in said, said + errors
    assert (town / "ledgers.gpkg").read_bytes() == archive
    opened = openpyxl.load_workbook(book)
    page = opened["隐患"]
    heads = [cell.value for cell in page[1]]
    row = next(r for r in page.iter_rows(min_row=2) if r[0].value == "P1")
    row[heads.index("整改经费（元）")].value = 1200
    row[heads.index("隐患描述")].value = None
    opened.save(book)
    code, said, errors = run("import", town, book, "--kind", "hazards")
    assert code == 0 and "空着" in said, said + errors
    after = read_records(town, "hazards", personal=True).set_index("key")
    held = before["hazards"].set_index("key")
    assert after.loc["P1", "cost_est"] == 1200 and len(after) == len(held)
    kept = ["description", "code", "found_on", "due_on", "person", "phone", "evidence"]
    assert after.loc["P1", kept].tolist() == held.loc["P1", kept].tolist()
