"""The gallery: each notebook is written once, and read in two languages.

Parts of a source follow a line ``% zh``, ``% en`` or ``% both``. Both pages run the same code, and
what it gave once is kept, so it runs once. The demo town that they read is made before.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config

from weizhan.data.demo import make_demo
from weizhan.geo.words import LANGS

_MARK = re.compile(r"^% (zh|en|both)\n", re.MULTILINE)


def pages(source: str) -> dict[str, str]:
    """Return a page by language from a source with parts in both.

    Parameters
    ----------
    source
        What stands before the first mark is for both.
    """
    head, *parts = _MARK.split(source)
    found = dict.fromkeys(LANGS, head)
    for lang, said in zip(parts[::2], parts[1::2], strict=True):
        for one in LANGS if lang == "both" else (lang,):
            found[one] += said
    return found


def _write(app: Sphinx, config: Config) -> None:
    """Write the pages of both languages where they changed, and make the town."""
    for file in sorted((Path(app.srcdir) / "gallery").glob("*.md")):
        for lang, page in pages(file.read_text("utf-8")).items():
            target = Path(app.srcdir) / lang / "gallery" / file.name
            target.parent.mkdir(exist_ok=True)
            if not target.exists() or target.read_text("utf-8") != page:
                target.write_text(page, encoding="utf-8")
    demo = Path(app.outdir).parent / "demo-village"
    if not demo.exists():
        make_demo(demo, size="village")
    os.environ["WEIZHAN_DEMO"] = str(demo)


def setup(app: Sphinx) -> dict[str, Any]:
    """Write pages before the site looks for them."""
    app.connect("config-inited", _write)
    return {"parallel_read_safe": True}
