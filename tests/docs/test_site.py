"""The site holds what the program has, leads nowhere outside, and is read from files.

It is built once for all that is asked of it, so that stands in one file.
"""

from __future__ import annotations

import html
import re
import subprocess
import sys
import time
import tomllib
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from urllib.parse import quote

import pytest
from typer.main import get_command

from weizhan.cli.commands import app
from weizhan.cli.overview import COMMANDS
from weizhan.geo.rules import TownConfig
from weizhan.geo.rules.rule_set import DEFAULT_RULES
from weizhan.geo.tables import KINDS, SCHEMAS
from weizhan.geo.words import VOCABULARIES, label

from ..maps.conftest import start_browser

LANGS = ("zh", "en")
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    """Build the site; a warning is an error."""
    out = tmp_path_factory.mktemp("site") / "html"
    run = subprocess.run(
        [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html",
         str(ROOT / "docs"), str(out)],
        capture_output=True,
        text=True,
        cwd=ROOT,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr[-5000:]
    return out


def words(site: Path, page: str) -> str:
    """Return what a page says, without its marks."""
    body = (site / f"{page}.html").read_text("utf-8").partition('<article role="main"')[2]
    said = re.sub(r"<svg.*?</svg>|<[^>]+>", "", body.partition("</article>")[0], flags=re.DOTALL)
    return html.unescape(said)


def code(site: Path, page: str) -> set[str]:
    """Return what stands on a page as it is typed."""
    body = (site / f"{page}.html").read_text("utf-8")
    found = re.findall(r'<code class="docutils literal notranslate">(.*?)</code>', body, re.DOTALL)
    return {html.unescape(re.sub("<[^>]+>", "", one)) for one in found}


@pytest.mark.parametrize("lang", LANGS)
def test_every_command_and_option_is_told(site, lang):
    typed, said = (
        code(site, f"{lang}/reference/commands"),
        words(site, f"{lang}/reference/commands"),
    )
    group = get_command(app)
    for name in COMMANDS:
        assert f"weizhan {name}" in typed
        for parameter in group.get_command(None, name).params:
            argument = parameter.param_type_name == "argument"
            spelt = [parameter.metavar or parameter.name.upper()] if argument else parameter.opts
            assert typed.issuperset(spelt), (name, spelt)
            helped = (parameter.help or "").partition("\n\n")[0 if lang == "zh" else 2]
            assert " ".join(helped.split()) in " ".join(said.split()), (name, helped)


@pytest.mark.parametrize("lang", LANGS)
def test_every_column_is_told_with_its_headers(site, lang):
    for page, held in (("layers", SCHEMAS), ("ledgers", KINDS)):
        typed, said = (
            code(site, f"{lang}/reference/{page}"),
            words(site, f"{lang}/reference/{page}"),
        )
        for name, kind in held.items():
            assert name in typed or f"weizhan import DIR FILE --kind {name}" in typed
            for column in kind.columns:
                assert column.name in typed, (name, column.name)
                assert "、".join(column.synonyms) in said, (name, column.name)


@pytest.mark.parametrize("lang", LANGS)
def test_every_code_is_told_in_both_languages(site, lang):
    page = f"{lang}/reference/vocabularies"
    typed, said = code(site, page), words(site, page)
    for name, members in VOCABULARIES.items():
        for member in members:
            assert member.value in typed
            assert all(label(name, member.value, other) in said for other in LANGS)


def _stated(held: dict[str, object], path: str):
    for name, value in held.items():
        if isinstance(value, dict) and "source" not in value:
            yield from _stated(value, f"{path}{name}.")
        else:
            yield f"{path}{name}", value


@pytest.mark.parametrize("lang", LANGS)
def test_every_rule_is_told_with_its_source(site, lang):
    page = f"{lang}/reference/rules"
    typed, said = code(site, page), words(site, page)
    text = files("weizhan.data").joinpath("rules", f"{DEFAULT_RULES}.toml").read_text("utf-8")
    rules = dict(_stated(tomllib.loads(text), ""))
    assert len(rules) > 600
    for path, value in rules.items():
        if path in ("name", "dated"):
            continue
        assert path in typed
        if isinstance(value, dict):
            assert value["source"] in said
            assert f"{value['value']:g}" in said


@pytest.mark.parametrize("lang", LANGS)
def test_every_setting_of_a_town_is_told(site, lang):
    typed = code(site, f"{lang}/reference/town-toml")
    for name in TownConfig.model_fields:
        assert {name, f"[{name}.…]", f"[[{name}]]"} & typed, name


@pytest.mark.parametrize("lang", LANGS)
def test_every_name_that_a_face_offers_is_told(site, lang):
    page = (site / lang / "reference" / "python.html").read_text("utf-8")
    typed = code(site, f"{lang}/reference/python") | set(
        re.findall(r'<span class="pre">(\w+)</span>', page)
    )
    api = "".join(p.read_text("utf-8") for p in (site / "en" / "reference").glob("python-*.html"))
    documented = set(re.findall(r'id="(weizhan\.[\w.]+)"', api))
    for face in (ROOT / "geo", ROOT / "coverage", ROOT / "maps"):
        for file in face.rglob("__init__.py"):
            module = ".".join(("weizhan", *file.relative_to(ROOT).parts[:-1]))
            offered = import_module(module)
            for name in getattr(offered, "__all__", ()):
                assert name in typed, f"{module}.{name}"
                thing = getattr(offered, name)
                if getattr(thing, "__module__", "").startswith("weizhan.") and callable(thing):
                    assert f"{module}.{name}" in documented
    assert len(documented) > 900


ASSET = re.compile(
    r"<(?:link|script|img|iframe|source|object|embed|video|audio|form|base|use)\b[^>]*?"
    r"""\b(?:src|href|srcset|data|action)=["']?(?:https?:)?//"""
)
CALL = re.compile(r"""url\(["']?(?:https?:)?//|@import\s+["'](?:https?:)?//""")


def test_no_page_calls_out(site):
    pages = list(site.rglob("*.html"))
    assert len(pages) > 20
    for page in pages:
        said = page.read_text("utf-8")
        assert not ASSET.search(said), page
        assert not CALL.search(said), page
    for sheet in site.rglob("*.css"):
        assert not CALL.search(sheet.read_text("utf-8")), sheet


def test_links_lead_to_pages_that_are_there(site):
    for page in site.rglob("*.html"):
        for target in re.findall(r'<a [^>]*href="([^"#:]+)(?:#[^"]*)?"', page.read_text("utf-8")):
            assert (page.parent / html.unescape(target)).exists(), (page, target)


@pytest.mark.parametrize("lang", LANGS)
def test_a_page_leads_to_itself_in_the_other_language(site, lang):
    other = "en" if lang == "zh" else "zh"
    pages = {p.relative_to(site / lang) for p in (site / lang).rglob("*.html")}
    for name in pages:
        page = (site / lang / name).read_text("utf-8")
        link = re.search(r'class="language-link" href="([^"]+)" lang="([^"]+)"', page)
        assert link[2].startswith(other)
        twin = ((site / lang / name).parent / link[1]).resolve()
        api = name.stem.startswith("python-")
        assert twin == (site / other / ("index.html" if api else name)).resolve()
        assert f'<html class="no-js" lang="{"zh-CN" if lang == "zh" else "en"}"' in page


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    yield from start_browser(tmp_path_factory)


def found(browser, site, asked: str) -> list[str]:
    """Return the titles that the page of search lists once it says that it is done."""
    browser.driver.get(f"{(site / 'search.html').as_uri()}?q={quote(asked)}")
    for _ in range(200):
        if browser.run("return document.querySelector('p.search-summary')?.innerText || ''"):
            break
        time.sleep(0.05)
    listed = "[...document.querySelectorAll('#search-results li a')].map(a => a.innerText)"
    return browser.run(f"return {listed}")


@pytest.mark.parametrize(
    ("asked", "page"),
    [
        ("限期整改日期", "台账"),
        ("消火栓", "图层"),
        ("站", "命令"),
        ("half_life_days", "规则"),
        ("vehicle width", "Rules"),
    ],
)
def test_words_are_found(browser, site, asked, page):
    assert any(page in title for title in found(browser, site, asked))


def test_what_stands_nowhere_is_not_found(browser, site):
    assert found(browser, site, "长颈鹿") == []
