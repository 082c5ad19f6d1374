"""An archive of any earlier version opens, with all that it holds; a newer one is refused."""

import datetime as dt
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from weizhan.geo.ledgers import archive
from weizhan.geo.ledgers.archive_tables import VERSION
from weizhan.geo.ledgers.history import read_events
from weizhan.geo.ledgers.stores import ARCHIVE_FILE, FileRecords
from weizhan.geo.words.errors import InputError

VERSION_1 = Path(__file__).with_name("archive_v1.sql").read_text(encoding="utf-8")
AT = dt.datetime(2026, 11, 1, 9)


def _archive(folder, sql):
    with closing(sqlite3.connect(folder / ARCHIVE_FILE)) as connection:
        connection.executescript(sql)


def _told(folder):
    hazards = archive.read_records(folder, "hazards").set_index("hazard_id")
    return (
        hazards["state"].to_dict(),
        hazards["code"].to_dict(),
        read_events(folder)[["key", "state"]].to_numpy().tolist(),
        archive.read_imports(folder)["source"].tolist(),
        archive.read_records(folder, "incidents")["incident_id"].tolist(),
    )


EXPECTED = (
    {"YH1": "fixed", "YH2": "fixing"},
    {"YH1": "W3", "YH2": "H1"},
    # a step that nobody recorded is put in when the story is read
    [["H/YH1", "found"], ["H/YH2", "found"], ["H/YH1", "assigned"], ["H/YH1", "fixed"]],
    ["street", "street", "brigade"],
    ["1"],
)


def test_a_file_of_version_1_reads_as_before_and_is_not_touched(tmp_path):
    _archive(tmp_path, VERSION_1)
    before = (tmp_path / ARCHIVE_FILE).read_bytes()
    assert _told(tmp_path) == EXPECTED
    assert len(archive.read_versions(tmp_path, "hazards")) == 3
    assert (tmp_path / ARCHIVE_FILE).read_bytes() == before


def test_both_versions_of_a_case_and_visits_without_findings_are_kept(tmp_path):
    _archive(
        tmp_path,
        VERSION_1
        + """;
        INSERT INTO inspections
            (key, row_hash, import_id, source_row, inspection_id, building_id, inspected_on,
             hazards_found)
        VALUES ('V/1', 'e', 2, 2, '1', 'B1', '2026-09-20', 0),
               ('V/2', 'f', 2, 3, '2', 'B2', '2026-09-21', NULL);
        """,
    )
    versions = archive.read_versions(tmp_path, "hazards")
    of_case = versions[versions["hazard_id"] == "YH1"]
    assert of_case["state"].tolist() == ["fixing", "fixed"]
    assert of_case["fixed_on"].notna().tolist() == [False, True]
    visits = archive.read_records(tmp_path, "inspections").set_index("inspection_id")
    assert visits["building_id"].to_dict() == {"1": "B1", "2": "B2"}
    assert [str(day)[:10] for day in visits["inspected_on"]] == ["2026-09-20", "2026-09-21"]
    # nothing found is known, how many were found is not
    assert visits.loc["1", "hazards_found"] == 0
    assert visits["hazards_found"].isna().to_dict() == {"1": False, "2": True}


@pytest.mark.parametrize("column", ["campaign", "cost_est", "supervision_level"])
def test_a_file_that_lacks_a_column_opens_and_the_column_is_missing(tmp_path, column):
    without = re.sub(rf"\b{column} (TEXT|REAL|BOOLEAN|DATE), ", "", VERSION_1, count=1)
    assert without != VERSION_1
    # rows of a table are dumped by position
    position = _hazard_columns().index(column)
    without = re.sub(
        r'INSERT INTO "hazards" VALUES\((.*)\);',
        lambda row: f'INSERT INTO "hazards" VALUES({_cut(row[1], position)});',
        without,
    )
    _archive(tmp_path, without)
    assert _told(tmp_path) == EXPECTED
    assert archive.read_records(tmp_path, "hazards")[column].isna().all()
    with archive.writing(tmp_path, at=AT):
        pass
    with closing(sqlite3.connect(tmp_path / ARCHIVE_FILE)) as connection:
        assert column in FileRecords(connection).columns("hazards")
    assert _told(tmp_path) == EXPECTED


def test_writing_brings_a_file_up_to_date_once(tmp_path):
    _archive(tmp_path, VERSION_1)
    for _ in range(2):
        with archive.writing(tmp_path, at=AT):
            pass
    with closing(sqlite3.connect(tmp_path / ARCHIVE_FILE)) as connection:
        versions = connection.execute("SELECT version FROM archive_versions").fetchall()
    assert versions == [(VERSION,)]
    assert _told(tmp_path) == EXPECTED


def test_a_file_that_lacks_a_ledger_has_an_empty_one(tmp_path):
    lines = VERSION_1.splitlines()
    kept = [line for line in lines if "incidents" not in line]
    _archive(tmp_path, "\n".join(kept))
    assert archive.read_records(tmp_path, "incidents").empty
    hazards = archive.read_records(tmp_path, "hazards")
    assert sorted(hazards["hazard_id"]) == ["YH1", "YH2"]


def test_a_newer_file_is_refused_by_name_and_left_alone(tmp_path):
    with archive.writing(tmp_path, at=AT) as connection:
        connection.run("INSERT INTO archive_versions (version, since) VALUES (99, 'then')")
    before = (tmp_path / ARCHIVE_FILE).read_bytes()
    with pytest.raises(InputError) as caught:
        archive.read_records(tmp_path, "hazards")
    assert caught.value.key == "error.archive_newer"
    assert "99" in caught.value.message("zh") and "99" in caught.value.message("en")
    with pytest.raises(InputError), archive.writing(tmp_path, at=AT):
        pass
    assert (tmp_path / ARCHIVE_FILE).read_bytes() == before


def _hazard_columns():
    described = re.search(r"CREATE TABLE hazards \((.*)\);", VERSION_1)[1]
    return [part.split()[0] for part in described.split(", ")]


def _cut(row, position):
    cells = re.findall(r"'(?:[^']|'')*'|[^,]+", row)
    return ",".join(cells[:position] + cells[position + 1 :])
