"""A folium map as one HTML file that needs no network: its assets inlined."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Any

import folium
from branca.element import CssLink, Element, JavascriptLink

from ...geo.words import Lang, OutputError
from ..html import HTML_LANG, escape, seal

LEAFLET_JS = [pair for pair in folium.Map.default_js if pair[0] == "leaflet"]
LEAFLET_CSS = [pair for pair in folium.Map.default_css if pair[0] == "leaflet_css"]

_SOURCE_MAP = re.compile(r"^\s*(//[#@]|/\*[#@])\s*sourceMappingURL=.*$", re.MULTILINE)
# folium forbids to pinch; whoever sees badly must be able to
_VIEWPORT = re.compile(r'(<meta name="viewport" content=")[^"]*"')


class Verbatim(Element):
    """An element that is written as it is; folium would read its text as a template again."""

    def __init__(self, content: str) -> None:
        """Keep the text."""
        super().__init__()
        self._name = "Verbatim"
        self.content = content

    def render(self, **kwargs: Any) -> str:
        """Return the text."""
        return self.content


def standalone(figure_or_map: folium.Map, *, title: str, lang: Lang) -> str:
    """Render a folium map as one page that makes no request.

    Parameters
    ----------
    figure_or_map
        A folium map, or the figure that holds it.
    title
        Title of the page, plain text.
    lang
        Language of the page.

    Returns
    -------
    str
        The page: scripts and styles inlined from the installed package, a Content-Security-Policy
        with the hash of every script as first child of its head.

    Raises
    ------
    OutputError
        When an asset is not in the installed package, or the page would still call out.
    """
    figure: Any = figure_or_map.get_root()
    figure.title = escape(title)
    for child in list(figure._children.values()):
        child.render()
    for part in (figure.header, figure.html, figure.script):
        for name, child in list(part._children.items()):
            if isinstance(child, JavascriptLink):
                part.add_child(Verbatim(f"<script>{_asset(child.url, 'script')}</script>"), name)
            elif isinstance(child, CssLink):
                part.add_child(Verbatim(f"<style>{_asset(child.url, 'style')}</style>"), name)
    text = str(figure._template.render(this=figure, kwargs={}))
    text = _VIEWPORT.sub('\\g<1>width=device-width, initial-scale=1"', text)
    return seal(text.replace("<html>", f'<html lang="{HTML_LANG[lang]}">', 1))


@cache
def _assets() -> Mapping[str, str]:
    """Return folium's assets by URL, as the installed package keeps them."""
    assets: Mapping[str, str] = vars(import_module("offlinefolium.elements"))["_res"]
    return assets


def _asset(url: str, element: str) -> str:
    """Return an asset as the content of a script or style element, which it cannot end."""
    try:
        content = _assets()[url]
    except KeyError:
        raise OutputError("error.page_calls_out", url=url) from None
    content = _SOURCE_MAP.sub("", content)
    ending = re.compile(rf"<(?=/{element}|!--)", re.IGNORECASE)
    return ending.sub(r"\\x3c" if element == "script" else "", content)
