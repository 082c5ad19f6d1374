"""Two trees in one site: a page knows its language, the other page beside it, and its own tree."""

from __future__ import annotations

from gettext import NullTranslations, translation
from pathlib import Path
from typing import Any, Literal

import sphinx
from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment.adapters.toctree import TocTree

Lang = Literal["zh", "en"]
_TAGS = {"zh": "zh-CN", "en": "en"}
_THEME_WORDS = {
    "zh": translation("sphinx", Path(sphinx.__file__).parent / "locale", languages=["zh_CN"]),
    "en": NullTranslations(),
}


def language_of(page: str) -> Lang:
    """Return the language of a page: that of its tree, Chinese for the door."""
    return "en" if page.startswith("en/") else "zh"


def _tell(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Give a page its language, the words of the theme in it, and the tree beside it."""
    lang = language_of(page)
    app.builder.templates.environment.install_gettext_translations(_THEME_WORDS[lang])
    context["language"] = _TAGS[lang]
    context["toctree"] = lambda **how: _tree(app, page, lang)
    other: Lang = "zh" if lang == "en" else "en"
    twin = page.replace(f"{lang}/", f"{other}/", 1)
    if page not in app.env.found_docs or twin not in app.env.found_docs:
        twin = f"{other}/index"
    context["twin"] = context["pathto"](twin)
    context["twin_lang"] = _TAGS[other]
    context["twin_name"] = "中文" if other == "zh" else "English"
    context["root_doc"] = f"{lang}/index"  # the name of the site leads home
    context["master_doc"] = context["root_doc"]


def _tree(app: Sphinx, page: str, lang: Lang) -> str:
    index = app.env.get_doctree(f"{lang}/index")
    parts = []
    for tree in index.findall(addnodes.toctree):
        resolved = TocTree(app.env).resolve(
            page, app.builder, tree, prune=False, maxdepth=-1, titles_only=True,
            collapse=False, includehidden=True,
        )  # fmt: skip
        if resolved is not None:
            parts.append(app.builder.render_partial(resolved)["fragment"])
    return "".join(parts)


def setup(app: Sphinx) -> dict[str, Any]:
    """Tell each page before the theme draws it."""
    app.connect("html-page-context", _tell, priority=400)
    return {"parallel_read_safe": True}
