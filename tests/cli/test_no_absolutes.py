"""A town with too few fires of its own: nothing that is shown tells fires or deaths in numbers."""

import json
import re

import geopandas as gpd
import pytest

from .said import lines
from .small_town import DAY, small_town

COMMANDS = {
    "assess": (),
    "sheets": (),
    "pack": ("--period", "2026Q3"),
    "risk": ("--funds", 20000),
    "export": (),
}
ABSOLUTE = re.compile(
    r"死亡当量|年预期|年火灾数|预期年死亡|预期死亡|年伤亡|多久起火一次：|(fires|harm)_per_(year|fire)"
    r"|expected deaths|deaths a year|fires a year|One fire in"
)


def told_by(run, folder, out, lang):
    said = []
    for name, words in COMMANDS.items():
        code, screen, errors = run(
            name, folder, "--out", out / name, "--date", DAY, "--lang", lang, *words
        )
        assert code == 0, errors
        said += [(name, line) for line in screen.splitlines()]
        for file in sorted((out / name).rglob("*")):
            said += [(f"{name}/{file.name}", line) for line in lines(file)]
            if file.suffix == ".csv":
                head = file.read_text(encoding="utf-8-sig").splitlines()[:1]
                said += [(f"{name}/{file.name}", line) for line in head]
            if file.suffix == ".gpkg":
                for layer in gpd.list_layers(file)["name"]:
                    columns = gpd.read_file(file, layer=layer, rows=1).columns
                    said.append((f"{name}/{file.name}", f"{layer}: {' '.join(columns)}"))
            if file.name == "summary.json":
                told = json.loads(file.read_text(encoding="utf-8"))
                said += [(f"{name}/{file.name}", key) for key in figures(told)]
    return said


def figures(told, path=""):
    """Return the places of all values of a summary that are there."""
    if isinstance(told, dict):
        return [place for key, value in told.items() for place in figures(value, f"{path}.{key}")]
    if isinstance(told, list):
        return [place for value in told for place in figures(value, path)]
    return [] if told is None else [path]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_town_with_few_fires_tells_no_absolute_figure(run, tmp_path, lang):
    said = told_by(run, small_town(tmp_path / "town"), tmp_path / "out", lang)
    assert [(file, line) for file, line in said if ABSOLUTE.search(line)] == []
    every = "\n".join(line for _, line in said)
    assert ("未校准" if lang == "zh" else "Not calibrated") in every
    assert (
        "全年风险（全镇平均=1）" if lang == "zh" else "risk of a year (town's mean = 1)"
    ) in every
    assert ("夜间" if lang == "zh" else "night") in every
