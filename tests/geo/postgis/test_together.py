"""Several people import at once: nothing is lost, nothing doubled, and a cut leaves no half."""

import datetime as dt
import multiprocessing

import pytest

from weizhan.geo.ledgers.archive import read_imports, read_records, read_same, read_versions
from weizhan.geo.ledgers.archive_tables import archive_tables
from weizhan.geo.ledgers.intake import LedgerFile, import_ledger
from weizhan.geo.moving import pull_town, push_town
from weizhan.geo.postgis import lock, read_address, session
from weizhan.geo.words.errors import OutputError

AT = dt.datetime(2026, 9, 1, 8)
DAY = dt.date(2026, 9, 1)
CLERKS = multiprocessing.get_context("forkserver")
CLERKS.set_forkserver_preload(["weizhan.geo.ledgers.intake", "geoalchemy2", "psycopg"])
HEADS = "编号,详细地址,隐患类别,隐患描述,发现日期\n"


def _ledger(file, rows):
    lines = [
        f"{n},幸福路{house}号,占用堵塞疏散通道,堆放杂物,2026-08-{day:02d}\n"
        for n, house, day in rows
    ]
    file.write_text(HEADS + "".join(lines), encoding="utf-8")
    return file


@pytest.fixture
def shared(folder, place, tmp_path):
    """A folder that works on a server, and the server's address."""
    address = read_address(place(tmp_path.name))
    push_town(folder, address)
    pull_town(address, tmp_path / "shared", shared=True)
    return tmp_path / "shared", address


def _clerk(town, file, source):
    """Return a process that imports a file, as another clerk's computer does."""
    ledger = LedgerFile(file, "hazards", source=source, as_of=DAY)
    return CLERKS.Process(target=import_ledger, args=(town, ledger))


def _until(address, count, sql):
    """Wait until the server counts as many."""
    found = None
    while found != count:
        with session(address) as connection:
            found = connection.exec_driver_sql(sql).scalar()


def test_nothing_is_lost_and_nothing_doubled(shared, folder, tmp_path):
    town, address = shared
    street = _ledger(tmp_path / "街道.csv", [(f"A{n}", n, n) for n in range(1, 21)])
    police = _ledger(tmp_path / "派出所.csv", [(f"P{n}", n, n) for n in range(11, 29)])
    for file, source in ((street, "街道"), (police, "派出所")):  # one after the other, in files
        import_ledger(folder, LedgerFile(file, "hazards", source=source, as_of=DAY), at=AT)
    clerks = [
        _clerk(town, *job) for job in ((street, "街道"), (police, "派出所"), (street, "街道"))
    ]
    with session(address) as connection:  # all have read the town, and none has written, when
        lock(connection, "imports")  # the first may begin
        for clerk in clerks:
            clerk.start()
        waiting = "SELECT COUNT(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        _until(address, len(clerks), waiting)
    for clerk in clerks:
        clerk.join()
    assert [clerk.exitcode for clerk in clerks] == [0, 0, 0]
    assert len(read_same(folder, "hazards")) == 10  # what both told: is it one thing?
    assert read_same(town, "hazards")["same"].isna().sum() == 10
    assert len(read_records(town, "hazards")) == len(read_records(folder, "hazards"))
    versions = read_versions(town, "hazards")
    assert sorted(versions["hazard_id"]) == sorted(read_versions(folder, "hazards")["hazard_id"])
    imports = read_imports(town)
    assert dict(zip(imports["source"], imports["added"], strict=True)) == {"街道": 20, "派出所": 18}
    assert sorted(versions.groupby("import_id").size()) == [18, 20]


def _rows(address):
    with session(address, reads=True) as connection:
        return {
            table: connection.exec_driver_sql(f"SELECT COUNT(*) FROM {table}").scalar()
            for table in archive_tables()
        }


CUT = """
CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF NEW.source_row >= 5 THEN PERFORM {what}; END IF; RETURN NEW; END $$
"""
WHEN = {
    "in the middle of the rows": "CREATE TRIGGER cut AFTER INSERT ON hazards",
    "when all is to be kept": "CREATE CONSTRAINT TRIGGER cut AFTER INSERT ON hazards "
    "DEFERRABLE INITIALLY DEFERRED",
}


@pytest.mark.parametrize("when", WHEN)
def test_a_connection_that_is_cut_leaves_what_was_there(when, shared, tmp_path):
    town, address = shared
    file = _ledger(tmp_path / "街道.csv", [(f"A{n}", n, n) for n in range(1, 11)])
    ledger = LedgerFile(file, "hazards", source="街道", as_of=DAY)
    before = _rows(address)
    with session(address) as connection:
        run = connection.exec_driver_sql
        run(CUT.format(what="pg_terminate_backend(pg_backend_pid())"))
        run(f"{WHEN[when]} FOR EACH ROW EXECUTE FUNCTION cut()")
    with pytest.raises(OutputError) as caught:
        import_ledger(town, ledger, at=AT)
    assert caught.value.key == "error.database_failed"
    assert _rows(address) == before
    with session(address) as connection:
        connection.exec_driver_sql("DROP TRIGGER cut ON hazards")
    assert import_ledger(town, ledger, at=AT).added == 10
    after = _rows(address)
    assert (after["hazards"], after["imports"]) == (10, 1)
    again = import_ledger(town, ledger, at=AT)
    assert (again.added, again.unchanged) == (0, 10) and _rows(address) == after


def test_a_clerk_whose_machine_dies_keeps_nobody_waiting(shared, tmp_path):
    town, address = shared
    file = _ledger(tmp_path / "街道.csv", [(f"A{n}", n, n) for n in range(1, 11)])
    with session(address) as connection:
        connection.exec_driver_sql(CUT.format(what="pg_sleep(600)"))
        connection.exec_driver_sql(
            "CREATE TRIGGER cut AFTER INSERT ON hazards FOR EACH ROW EXECUTE FUNCTION cut()"
        )
    before = _rows(address)
    clerk = _clerk(town, file, "街道")
    clerk.start()
    _until(address, 1, "SELECT COUNT(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'")
    clerk.kill()
    clerk.join()
    assert _rows(address) == before
    other = _ledger(tmp_path / "派出所.csv", [("B1", 1, 1)])  # the trigger lets its one row pass
    ledger = LedgerFile(other, "hazards", source="派出所", as_of=DAY)
    assert import_ledger(town, ledger, at=AT).added == 1
    assert read_records(town, "hazards")["hazard_id"].tolist() == ["B1"]
