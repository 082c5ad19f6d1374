"""Every row of the two work plans: what a user gives, which command he runs, what he then sees."""

import contextlib
import io
import shlex
import shutil
import sys
from functools import cache
from pathlib import Path

import pytest

from weizhan.cli.app import main
from weizhan.data.plan_rows import IN_SCOPE, plan_commands, plan_rows, plan_table, unmet_table

from .output_lines import output_lines
from .plan_town import KINDS, TOML, TOP, write_files

ROWS = plan_rows()
ROOT = Path(__file__).resolve().parents[2]
MORE = ("grids", "estates", "offices", "water", "sheds", "lane_reports")


def _call(base, name, *words):
    """Run a command in a folder as its user would; keep what it says on screen."""
    told = io.StringIO()
    code = 0
    kept = sys.argv
    sys.argv = ["weizhan", *map(str, words)]
    try:
        with (
            contextlib.chdir(base),
            contextlib.redirect_stdout(told),
            contextlib.redirect_stderr(told),
        ):
            main()
    except SystemExit as stop:
        code = stop.code or 0
    finally:
        sys.argv = kept
    assert code == 0, f"{name}: {told.getvalue()}"
    (base / f"{name}.txt").write_text(told.getvalue(), encoding="utf-8")


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """A folder with the files of an office, the town founded from them, and all results."""
    base = tmp_path_factory.mktemp("plans")
    given, town = base / "given", base / "春晖街道"
    given.mkdir()
    write_files(given)
    files = [f"--{name}={given / name}.geojson" for name in ("buildings", "lanes", "stations",
                                                           "communities")]  # fmt: skip
    _call(base, "new", "new", town, *files, "--datum", "wgs84")
    more = [word for name in MORE for word in ("--layer", f"{name}={given / name}.geojson")]
    _call(base, "add", "add", town, *more, "--datum", "wgs84")
    config = town / "town.toml"
    tables = config.read_text("utf-8").partition("[scenarios")[0]
    config.write_text(TOP + tables + TOML, encoding="utf-8")
    for name in ("检查指引.csv", "管理标准.csv"):
        shutil.copy(given / name, town / name)
    shutil.copy(config, given / "town.toml")
    for name, kind in KINDS.items():
        file = given / f"{name}.csv"
        _call(base, f"import-{kind}", "import", town, file, "--kind", kind, "--date", "2026-09-30")
    for name, command in plan_commands().items():
        _call(base, name, *shlex.split(command.replace("TOWN", town.name)))
    return base


@cache
def _lines(file):
    return output_lines(file)


def _holds(file, texts):
    return any(all(text in line for text in texts) for line in _lines(file))


@pytest.mark.parametrize("number", ROWS)
def test_what_is_given_is_seen(base, number):
    row = ROWS[number]
    if row.unmet:
        pytest.fail(f"{number} is told as not met and yet listed here") if row.see else None
        return
    name, *texts = row.given
    assert _holds(base / "given" / name, texts), f"not given: {row.given}"
    assert row.see
    for where, *texts in row.see:
        assert _holds(base / where, texts), f"not seen in {where}: {texts}"
    if row.hidden:
        where, text = row.hidden
        assert not any(text in line for line in _lines(base / where)), f"{text} stands in {where}"


def test_all_rows_in_scope_are_there():
    assert len(ROWS) == IN_SCOPE


def test_the_readme_and_the_table_of_rows_are_those_of_the_data():
    """``python -m weizhan.data.plan_rows`` prints both."""
    assert unmet_table() in (ROOT / "README.md").read_text("utf-8")
    assert plan_table() in (ROOT / "docs" / "plan-rows.md").read_text("utf-8")
