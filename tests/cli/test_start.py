"""A command loads what it needs and no more; what is only needed online may be missing."""

import subprocess
import sys

import pytest

LOADED = {
    "rounds": ("cli.rounds", "maps.paper", "maps.results"),
    "sheets": ("cli.sheets", "maps.paper"),
    "pack": ("cli.pack", "maps.books", "maps.paper"),
    "compare": ("cli.periods", "maps.books", "maps.reports"),
    "calibrate": ("cli.calibrate", "maps.reports"),
}
HEAVY = ("folium", "branca", "openpyxl", "xlsxwriter", "docx", "networkx", "osmnx")


@pytest.mark.parametrize("command", LOADED)
def test_a_command_of_papers_and_tables_loads_no_map_and_no_workbook_before_it_needs_one(command):
    modules = ", ".join(f"weizhan.{name}" for name in LOADED[command])
    script = f"import sys, {modules}; print([n for n in {HEAVY} if n in sys.modules])"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_without_the_extra_a_place_is_refused_with_what_to_install(run, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "osmnx", None)
    code, _, said = run("new", tmp_path / "a", "--place", "某镇, 某市, 中国")
    assert code == 1
    said = said.replace("\n", "")
    assert 'pip install "weizhan[online]"' in said and "--osm" in said
    assert not (tmp_path / "a").exists()
