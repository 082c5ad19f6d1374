"""A command loads what it needs and no more; what is only needed online may be missing."""

import ast
import subprocess
import sys

import pytest

from weizhan.cli.overview import COMMANDS
from weizhan.geo.words import text

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


def loaded_after(script: str, *modules: str) -> list[str]:
    script += f"\nimport sys; print([n for n in {modules} if n in sys.modules])"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return ast.literal_eval(run.stdout.splitlines()[-1])


def test_the_list_of_commands_needs_no_library_and_their_help_no_frames():
    listed = (
        "import sys; sys.argv = ['weizhan', '--help']\nfrom weizhan.cli.app import main; main()"
    )
    assert loaded_after(listed, "typer", "rich", "numpy", "pandas") == []
    helped = """
from weizhan.cli.commands import app
from weizhan.cli.overview import COMMANDS
from typer.testing import CliRunner
for name in COMMANDS:
    assert CliRunner().invoke(app, [name, "--help"]).exit_code == 0, name
"""
    assert loaded_after(helped, "numpy", "pandas", "numba", "distributed", "sqlalchemy") == []


def test_an_assessment_loads_no_statistics_and_compiles_nothing_before_it_is_asked():
    script = """
import weizhan.coverage.assessment
from weizhan.coverage.reach import kernels
assert kernels.search.signatures == []
"""
    heavy = ("scipy.stats", "scipy.optimize", "scipy.ndimage", "rasterio")
    assert loaded_after(script, *heavy) == []


def test_the_list_of_commands_names_each_with_what_it_does():
    said = subprocess.run(
        [sys.executable, "-m", "weizhan.cli", "--help"], capture_output=True, text=True, check=True
    ).stdout
    for name, (_, function) in COMMANDS.items():
        line = next(line for line in said.splitlines() if line.startswith(f"  {name} "))
        what = line.removeprefix(f"  {name}").strip()
        assert what and text(f"cli.{function}").startswith(what)
