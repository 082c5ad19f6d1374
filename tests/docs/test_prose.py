"""What the pages say is there: commands, options, functions, both languages, small pictures."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest
from notebooks import NOTEBOOKS
from typer.main import get_command

from weizhan.cli.commands import app
from weizhan.cli.overview import COMMANDS
from weizhan.geo.words import LANGS, catalogue

DOCS = Path(__file__).resolve().parents[2] / "docs"
MADE = {"gallery"}  # by the build
PAGES = sorted(
    p for p in DOCS.rglob("*.md") if not MADE & set(p.relative_to(DOCS).parts[1:2])
)  # with the gallery's sources
FENCED = re.compile(r"^```\S*\n(.*?)^```", re.MULTILINE | re.DOTALL)
CITED = re.compile(r"`(weizhan(?:\.\w+)+)`")


def _ids(page: Path) -> str:
    return page.relative_to(DOCS).as_posix()


@pytest.mark.parametrize("page", PAGES, ids=_ids)
def test_commands_that_a_page_shows_exist_with_their_options(page):
    group = get_command(app)
    said = "\n".join(FENCED.findall(page.read_text("utf-8"))).replace("\\\n", " ")
    for line in re.findall(r"^(?:uv run )?weizhan (.+)$", said, re.MULTILINE):
        name, _, rest = line.partition(" ")
        if name.startswith("-"):
            continue
        assert name in COMMANDS, line
        known = {o for p in group.get_command(None, name).params for o in p.opts}
        asked = set(re.findall(r"(?<!\S)--[a-z-]+", rest.partition(" #")[0]))
        assert asked <= known, f"{line}: {asked - known}"


def found(name: str) -> bool:
    """Tell whether a dotted name leads to something."""
    parts = name.split(".")
    for k in range(len(parts), 0, -1):
        try:
            thing = importlib.import_module(".".join(parts[:k]))
        except ModuleNotFoundError:
            continue
        for part in parts[k:]:
            if not hasattr(thing, part):
                return False
            thing = getattr(thing, part)
        return True
    return False


@pytest.mark.parametrize("page", PAGES, ids=_ids)
def test_functions_that_a_page_cites_exist(page):
    cited = CITED.findall(page.read_text("utf-8"))
    assert [name for name in cited if not found(name)] == []
    if page.parent.name == "concepts" and page.stem != "index":
        assert len(cited) >= 2


def test_every_page_is_there_in_both_languages():
    trees = [
        {
            p.relative_to(DOCS / lang)
            for p in (DOCS / lang).rglob("*.md")
            if p.parent.name not in MADE
        }
        for lang in ("zh", "en")
    ]
    assert trees[0] == trees[1]
    assert len(trees[0]) > 30


def test_pictures_are_small_and_every_notebook_has_its_thumbnail():
    pictures = {p.stem: p.stat().st_size for p in (DOCS / "pictures").glob("*.png")}
    assert max(pictures.values()) <= 100_000
    assert {f"gallery-{name}" for name in NOTEBOOKS} <= set(pictures)
    assert len(NOTEBOOKS) == 8
    assert {p.stem for p in (DOCS / "gallery").glob("*.md")} == set(NOTEBOOKS)


@pytest.mark.parametrize("lang", LANGS)
def test_what_the_tutorial_says_to_click_stands_in_the_window(lang):
    of_window = [
        said[lang]
        for key, said in catalogue().items()
        if key.startswith(("desk", "guide.", "round_kind.")) and not key.startswith("desk_help")
    ]
    whole = [
        ".+".join(map(re.escape, re.split(r"\{[^}]*\}", said)))
        for said in of_window
        if len(re.sub(r"\{[^}]*\}|\W", "", said)) >= 2
    ]
    page = (DOCS / lang / "tutorial.md").read_text("utf-8").replace("\n", " ")
    quoted = re.findall("“([^”]+)”", page)
    lost = [q for q in quoted if not any(re.fullmatch(p, q, re.IGNORECASE) for p in whole)]
    assert len(quoted) >= 15 and lost == []
