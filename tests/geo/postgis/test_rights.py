"""Who may do what on a server, passwords that nobody sees, and drives that are not written to."""

import datetime as dt
import json
import re
import sys
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from weizhan.cli.app import main
from weizhan.geo.ledgers.archive import read_imports, read_records, writing
from weizhan.geo.postgis import (
    change_file,
    read_address,
    server_of,
    session,
    share_kind,
    shares,
)
from weizhan.geo.rules import read_config
from weizhan.geo.snapshots import frozen_periods, write_snapshot
from weizhan.geo.town import load_town
from weizhan.geo.words.errors import InputError, OutputError

AT = dt.datetime(2026, 9, 1, 8)
HAZARDS = (
    "编号,详细地址,隐患类别,隐患描述,发现日期\nA1,幸福路1号,占用堵塞疏散通道,堆放杂物,2026-08-01\n"
)


@pytest.fixture
def run(monkeypatch, capfd):
    """Run a command; return its exit code and what it said."""

    def call(*words):
        monkeypatch.setattr("sys.argv", ["weizhan", *map(str, words)])
        code = 0
        try:
            main()
        except SystemExit as stop:
            code = stop.code or 0
        told = capfd.readouterr()
        return code, told.out + told.err

    return call


def test_clerks_write_and_a_committee_only_reads(folder, place, run, tmp_path):
    owner = read_address(place("postgres"))
    with session(owner) as connection:
        for role in ('居委会 "甲"', "clerk%s"):
            connection.exec_driver_sql(
                f"""CREATE ROLE "{role.replace('"', '""')}" LOGIN""".replace("%", "%%")
            )
    code, told = run("push", folder, place("rights"), "--readers", "nobody")
    assert code == 1 and 'CREATE ROLE "nobody" LOGIN' in told
    granted = ("--readers", '居委会 "甲"', "--writers", "clerk%s")
    code, told = run("push", folder, place("rights"), *granted, "--lang", "en")
    assert code == 0 and "3 layers, 32 features, 0 ledger rows" in told
    clerk, committee = tmp_path / "clerk", tmp_path / "committee"
    assert run("pull", place("rights", "clerk%s"), clerk, "--shared")[0] == 0
    assert run("pull", place("rights", '居委会 "甲"'), committee, "--shared")[0] == 0

    file = tmp_path / "隐患.csv"
    file.write_text(HAZARDS, encoding="utf-8")
    code, told = run("import", committee, file, "--kind", "hazards", "--source", "街道")
    assert code == 1 and "只能读取" in told and "may only read" in told
    assert "Traceback" not in told and read_imports(clerk).empty
    assert run("import", clerk, file, "--kind", "hazards", "--source", "街道")[0] == 0
    assert read_records(committee, "hazards")["hazard_id"].tolist() == ["A1"]
    assert read_config(committee).imports["hazards"].columns["hazard_id"] == "编号"

    water = gpd.GeoDataFrame(
        {"编号": ["W1"], "类型": ["消火栓"]},
        geometry=gpd.GeoSeries([shapely.Point(5, 1)]).translate(500_000, 3_200_000),
        crs="EPSG:4543",
    ).to_crs(4326)
    water.to_file(tmp_path / "water.gpkg")
    code, told = run("add", committee, "--water", tmp_path / "water.gpkg")
    assert code == 1 and "不允许" in told and "water" not in load_town(clerk).unknown()
    code, told = run("add", clerk, "--water", tmp_path / "water.gpkg")
    assert code == 0, told
    assert load_town(committee).water["water_id"].tolist() == ["W1"]
    assert not list(clerk.glob("*.gpkg"))

    code, told = run("assess", committee, "--out", tmp_path / "out", "--date", "2026-09-01")
    assert code == 0, told
    assert (tmp_path / "out" / "committee.html").stat().st_size > 100_000
    code, told = run("step", clerk, "A1", "--to", "assigned", "--by", "街道", "--on", "2026-08-09")
    assert code == 0, told
    assert run("import", clerk, "--undo")[0] == 0
    assert read_records(committee, "hazards").empty


def test_a_role_of_later_is_let_in_as_the_guide_says(folder, place, run, tmp_path):
    guide = Path(__file__).parents[3] / "docs" / "sharing.md"
    (sql,) = re.findall(r"```sql\n(.*?)```", guide.read_text(encoding="utf-8"), re.DOTALL)
    assert run("push", folder, place("qinghe"))[0] == 0
    with session(read_address(place("qinghe"))) as connection:
        connection.exec_driver_sql("CREATE ROLE committee LOGIN")
    code, told = run("pull", place("qinghe", "committee"), tmp_path / "early", "--shared")
    assert code == 1 and "无权查看" in told
    with session(read_address(place("qinghe"))) as connection:
        connection.exec_driver_sql(sql)
    assert run("pull", place("qinghe", "committee"), tmp_path / "there", "--shared")[0] == 0
    assert len(load_town(tmp_path / "there").buildings) == 30
    with pytest.raises(OutputError) as caught, writing(tmp_path / "there", at=AT):
        pass
    assert caught.value.key == "error.database_reader"


def test_what_one_clerk_keeps_beside_the_town_all_have(folder, place, run, tmp_path):
    assert run("push", folder, place("beside"))[0] == 0
    for name in ("one", "two"):
        assert run("pull", place("beside"), tmp_path / name, "--shared")[0] == 0
    told = {"date": AT.date(), "summary": {"late": 3}, "rules": {}, "layers": {}}
    write_snapshot(tmp_path / "one", "2026Q3", **told)
    change_file(tmp_path / "one", "calibration.json", lambda before: b"{}")
    read_config(tmp_path / "two")
    (frozen,) = frozen_periods(tmp_path / "two").values()
    assert json.loads((frozen / "summary.json").read_text(encoding="utf-8")) == {"late": 3}
    assert (tmp_path / "two" / "calibration.json").read_bytes() == b"{}"
    change_file(tmp_path / "two", "calibration.json", lambda before: None)
    read_config(tmp_path / "one")
    assert not (tmp_path / "one" / "calibration.json").exists()
    with pytest.raises(OutputError):
        write_snapshot(tmp_path / "two", "2026Q3", **told)


def test_settings_are_changed_and_what_others_added_stays(folder, place, run, tmp_path):
    address = place("settings")
    assert run("push", folder, address)[0] == 0
    assert run("pull", address, tmp_path / "edit")[0] == 0
    assert run("pull", address, tmp_path / "shared", "--shared")[0] == 0
    file = tmp_path / "隐患.csv"
    file.write_text(HAZARDS, encoding="utf-8")
    assert run("import", tmp_path / "shared", file, "--kind", "hazards", "--source", "街")[0] == 0
    settings = tmp_path / "edit" / "town.toml"
    told = settings.read_text(encoding="utf-8")
    settings.write_text('report_to = "值班室"\n' + told, encoding="utf-8")
    code, said = run("push", tmp_path / "edit", address, "--settings")
    assert code == 0 and "town.toml" in said
    config = read_config(tmp_path / "shared")
    assert config.report_to == "值班室"
    assert config.imports["hazards"].columns["hazard_id"] == "编号"
    assert read_records(tmp_path / "shared", "hazards")["hazard_id"].tolist() == ["A1"]
    settings.write_text('rules = "mars"\n' + told.replace("rules =", "#"), encoding="utf-8")
    code, said = run("push", tmp_path / "edit", address, "--settings")
    assert code == 1 and "mars" in said
    assert read_config(tmp_path / "shared").report_to == "值班室"


def test_without_the_extra_one_is_told_what_to_install(run, monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    (tmp_path / "town.toml").write_text('database = "postgresql://h/none"\n', encoding="utf-8")
    code, told = run("check", tmp_path)
    assert code == 1 and told.count("pip install 'weizhan[postgis]'") == 2 and "psycopg" in told


def test_history_on_the_server_cannot_be_changed(folder, place, run):
    address = read_address(place("history"))
    assert run("push", folder, address)[0] == 0
    for change in ("UPDATE imports SET source = ''", "DELETE FROM hazards", "TRUNCATE imports"):
        with pytest.raises(OutputError, match="only ever appended"), session(address) as connection:
            connection.exec_driver_sql(change)


def test_a_password_stands_in_no_file_and_no_message(folder, place, run, monkeypatch, tmp_path):
    with session(read_address(place("postgres"))) as connection:
        connection.exec_driver_sql("SELECT 1")
    address = "postgresql://clerk:S3cret@nowhere.invalid/fire"
    asked = [address, "postgresql://nowhere.invalid/fire?password=S3cret",
             "postgresql://u@h/d?sslpassword=S3cret"]  # fmt: skip
    for said in asked:
        code, told = run("push", folder, said)
        assert code == 1 and "PGPASSWORD" in told and "S3cret" not in told
        shared = tmp_path / "named"
        shared.mkdir(exist_ok=True)
        (shared / "town.toml").write_text(f'database = "{said}"\n', encoding="utf-8")
        code, told = run("check", shared)
        assert code == 1 and "PGPASSWORD" in told and "S3cret" not in told
    monkeypatch.setenv("PGPASSWORD", "S3cret")
    code, told = run("pull", "postgresql://S3cret@127.0.0.1:1/S3cret", tmp_path / "none")
    assert code == 1 and "Traceback" not in told and not (tmp_path / "none").exists()
    address = place("passwords")
    assert run("push", folder, address)[0] == 0
    assert run("pull", address, tmp_path / "there", "--shared")[0] == 0
    assert run("pull", address, tmp_path / "back")[0] == 0
    for file in (*(tmp_path / "there").iterdir(), *(tmp_path / "back").iterdir()):
        assert b"S3cret" not in file.read_bytes()


def test_a_service_file_names_the_server(folder, place, server, run, monkeypatch, tmp_path):
    service = tmp_path / "services.conf"
    service.write_text(f"[fire]\nhost={server}\nuser=postgres\ndbname=postgres\n")
    monkeypatch.setenv("PGSERVICEFILE", str(service))
    address = "postgresql:///?service=fire&schema=service"
    assert run("push", folder, address)[0] == 0
    assert run("pull", address, tmp_path / "there", "--shared")[0] == 0
    assert "service=fire" in (tmp_path / "there" / "town.toml").read_text(encoding="utf-8")
    assert server_of(tmp_path / "there") == read_address(address)
    assert len(load_town(tmp_path / "there").buildings) == 30


@pytest.mark.parametrize(
    ("said", "key"),
    [
        ("mysql://h/d", "error.database_address"),
        ("town", "error.database_address"),
        ("postgresql://[h/d", "error.database_address"),
        ("postgresql://h/d?schema=", "error.database_schema"),
        ("postgresql://h/d?schema=pg_x", "error.database_schema"),
        (f"postgresql://h/d?schema={'镇' * 22}", "error.database_schema"),
    ],
)
def test_an_address_that_cannot_be_is_told(said, key):
    with pytest.raises(InputError) as caught:
        read_address(said)
    assert caught.value.key == key


@pytest.mark.parametrize(
    "said",
    ["postgresql://clerk@h:5433/fire?schema=qinghe&sslmode=require", "postgresql:///?service=s",
     "postgresql://h/d?schema=%E9%9D%92%20%22x%22", "postgres:///fire?host=/tmp/a%20b"],
)  # fmt: skip
def test_an_address_is_read_as_it_is_told(said):
    address = read_address(said)
    assert read_address(str(address)) == address
    assert "schema" not in address.conninfo and "+" not in str(address)


def test_settings_of_a_shared_town_say_nothing_else(folder, tmp_path):
    settings = folder / "town.toml"
    told = settings.read_text(encoding="utf-8")
    settings.write_text('database = "postgresql://h/d"\n' + told, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_town(folder)
    assert caught.value.key == "error.database_alone"


MOUNTS = """\
overlay / overlay rw 0 0
//nas/office /mnt/office cifs rw 0 0
nas:/x /mnt/my\\040disk nfs4 rw 0 0
/dev/sdb1 /mnt/office/local ext4 rw 0 0
me@host: /home/me/far fuse.sshfs rw 0 0
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/mnt/office/town", "cifs"),
        ("/mnt/office", "cifs"),
        ("/mnt/officer/town", ""),
        ("/mnt/office/local/town", ""),
        ("/mnt/my disk/town", "nfs4"),
        ("/home/me/far/a", "fuse.sshfs"),
        ("/home/me", ""),
        ("\\\\nas\\office\\town", "UNC"),
        ("C:\\town", ""),
    ],
)
def test_a_drive_of_another_computer_is_known(path, kind):
    assert share_kind(path, MOUNTS) == kind


def test_ledgers_on_a_share_are_read_and_never_written(folder, run, monkeypatch, tmp_path):
    file = tmp_path / "隐患.csv"
    file.write_text(HAZARDS, encoding="utf-8")
    assert run("import", folder, file, "--kind", "hazards", "--source", "街道")[0] == 0
    before = (folder / "ledgers.gpkg").read_bytes()
    monkeypatch.setattr(shares, "_mounts", lambda: f"//nas/x {tmp_path.resolve()} cifs rw 0 0")
    code, told = run("import", folder, file, "--kind", "hazards", "--source", "派出所")
    assert code == 1 and "cifs" in told and "网络共享盘" in told and "network share" in told
    assert (folder / "ledgers.gpkg").read_bytes() == before
    assert len(read_records(folder, "hazards")) == 1
