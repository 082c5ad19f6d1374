"""The gallery: each notebook is written once, run once, and read in two languages.

Parts of a source follow a line ``% zh``, ``% en`` or ``% both``. All notebooks run one after the
other in one kernel, as loading the libraries costs more than most of them; each begins with a clean
slate. An error stops the build.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from sphinx.application import Sphinx
from sphinx.config import Config

from weizhan.data.demo import make_demo
from weizhan.data.demo_ledgers import import_demo_ledgers
from weizhan.geo.words import LANGS, text

NOTEBOOKS = (
    "first-map",
    "readings",
    "what-if",
    "lanes",
    "risk",
    "siting",
    "measures",
    "ledgers",
)
_MARK = re.compile(r"^% (zh|en|both)\n", re.MULTILINE)
_CODE = re.compile(
    r"^```\{code-cell\}[^\n]*\n(?::tags: \[([^\n]*)\]\n)?(.*?)^```$", re.MULTILINE | re.DOTALL
)
_TITLE = re.compile(r"^# (.+)$", re.MULTILINE)
_KERNEL = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
# All of them read one town, which nobody changes: it is read once.
_ONE_TOWN = """
from functools import cache
from weizhan.geo import town
town.load_town = cache(town.load_town)
"""
_SECONDS = 300  # for one cell


@dataclass(frozen=True)
class Part:
    """A cell of a notebook: for whom, and text or code with its tags."""

    langs: tuple[str, ...]
    code: bool
    said: str
    tags: tuple[str, ...] = ()


def parts(source: str) -> list[Part]:
    """Return the cells of a source.

    Parameters
    ----------
    source
        What stands before the first mark is left out.
    """
    found: list[Part] = []
    _, *told = _MARK.split(source)
    for lang, block in zip(told[::2], told[1::2], strict=True):
        langs = tuple(LANGS) if lang == "both" else (lang,)
        at = 0
        for code in _CODE.finditer(block):
            found.append(Part(langs, False, block[at : code.start()].strip()))
            tags = tuple(tag.strip() for tag in (code[1] or "").split(",") if tag.strip())
            found.append(Part(langs, True, code[2].strip(), tags))
            at = code.end()
        found.append(Part(langs, False, block[at:].strip()))
    return [part for part in found if part.said]


def run(sources: Mapping[str, Sequence[Part]], folder: Path) -> dict[str, list[Any]]:
    """Run the code of all notebooks; return their code cells with what they gave.

    Parameters
    ----------
    sources
        Cells by name of the notebook.
    folder
        In which they run.
    """
    own = {name: [new_code_cell(p.said) for p in told if p.code] for name, told in sources.items()}
    cells = [cell for held in own.values() for cell in (new_code_cell("%reset -f"), *held)]
    whole = new_notebook(cells=[new_code_cell(_ONE_TOWN), *cells], metadata=_KERNEL)
    NotebookClient(whole, timeout=_SECONDS, resources={"metadata": {"path": folder}}).execute()
    return own


def page(told: Sequence[Part], ran: Sequence[Any], lang: str) -> Any:
    """Return a notebook in one language.

    Parameters
    ----------
    told
        Its cells.
    ran
        Its code cells with what they gave.
    lang
        Of its texts.
    """
    left, cells = iter(ran), []
    for part in told:
        cell = next(left).copy() if part.code else new_markdown_cell(part.said)
        cell["metadata"] = {"tags": list(part.tags)}
        if lang in part.langs:
            cells.append(cell)
    return new_notebook(cells=cells, metadata=_KERNEL)


def contents(titles: Mapping[str, str], lang: Any) -> str:
    """Return the first page of the gallery: a card with a thumbnail a notebook.

    Parameters
    ----------
    titles
        By the name of the file.
    lang
        Of the words.
    """
    cards = [
        f":::{{grid-item-card}} {title}\n:link: {name}\n:link-type: doc\n"
        f":img-top: ../../pictures/gallery-{name}.png\n:img-alt: {title}\n:::\n"
        for name, title in titles.items()
    ]
    named = "\n".join(titles)
    said = f"# {text('docs.gallery', lang)}\n\n{text('docs.gallery_about', lang)}\n\n"
    grid = f"::::{{grid}} 1 2 3 4\n:gutter: 2\n{''.join(cards)}::::\n\n"
    return f"{said}{grid}```{{toctree}}\n:hidden:\n\n{named}\n```\n"


def _write(app: Sphinx, config: Config) -> None:
    """Make the town, run the notebooks, and write their pages in both languages."""
    demo = Path(app.outdir).parent / "demo-village"
    if not demo.exists():
        make_demo(demo, size="village")
        import_demo_ledgers(demo)
    os.environ["WEIZHAN_DEMO"] = str(demo)
    home = Path(app.srcdir)
    sources = {n: parts((home / "gallery" / f"{n}.md").read_text("utf-8")) for n in NOTEBOOKS}
    ran = run(sources, demo.parent)
    for lang in LANGS:
        folder = home / lang / "gallery"
        folder.mkdir(exist_ok=True)
        titles = {}
        for name, told in sources.items():
            said = next(part.said for part in told if lang in part.langs and not part.code)
            titles[name] = _TITLE.findall(said)[0]
            nbformat.write(page(told, ran[name], lang), folder / f"{name}.ipynb")
        (folder / "index.md").write_text(contents(titles, lang), encoding="utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Write pages before the site looks for them."""
    app.connect("config-inited", _write)
    return {"parallel_read_safe": True}
