"""What pages without a map share: a heading, facts below it, sections, no script."""

from __future__ import annotations

from string import Template

from ...geo.words import Lang, text
from ..html import HTML_LANG, escape, seal, template


def plain_page(title: str, facts: str, body: str, *, simulated: bool, lang: Lang) -> str:
    """Return a page of sections as one HTML text.

    Parameters
    ----------
    title, facts
        Plain texts of the heading.
    body
        Sections, HTML already.
    simulated
        Whether the town is no real one; the page says so.
    lang
        Language of the page.
    """
    page = Template(template("report.html")).substitute(
        lang=HTML_LANG[lang],
        title=escape(title),
        style=template("index.css"),
        badge=badge(lang) if simulated else "",
        facts=escape(facts),
        body=body,
    )
    return seal(page)


def badge(lang: Lang) -> str:
    """Return the mark of a simulated town as HTML."""
    return f'<strong class="badge">{escape(text("page.simulated", lang))}</strong>'
