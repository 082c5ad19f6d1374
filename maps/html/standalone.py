"""One HTML file that needs no network: assets inlined, a strict policy in front, a scan behind."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from html.parser import HTMLParser
from importlib import import_module
from importlib.resources import files
from typing import Any

import folium
from branca.element import CssLink, Element, JavascriptLink

from ...geo.words import Lang, OutputError

SHOWN_CHARACTERS = 200  # of a text that came from data
LEAFLET_JS = [pair for pair in folium.Map.default_js if pair[0] == "leaflet"]
LEAFLET_CSS = [pair for pair in folium.Map.default_css if pair[0] == "leaflet_css"]

_HTML_LANG = {"zh": "zh-CN", "en": "en"}
_TEMPLATE_CHARACTERS = {ord(c): f"&#{ord(c)};" for c in "`${}\\"}
_JSON_CHARACTERS = {ord(c): f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"}
_SOURCE_MAP = re.compile(r"^\s*(//[#@]|/\*[#@])\s*sourceMappingURL=.*$", re.MULTILINE)
_LOADING_ATTRIBUTES = {
    "src", "srcset", "href", "xlink:href", "data", "poster", "action", "formaction", "background"
}  # fmt: skip
_CALLS_IN_SCRIPT = re.compile(
    r"""(?:\bfetch\s*\(|\bimport\s*\(?|\bimportScripts\s*\(|\bsendBeacon\s*\(|\bsrc\s*=
    |\bWebSocket\s*\(|\bEventSource\s*\(|\bopen\s*\(\s*["']\w+["']\s*,)
    \s*\\?["'`](?P<url>(?:https?:|wss?:)?//[^"'`\s]+)""",
    re.VERBOSE | re.IGNORECASE,
)
_CALLS_IN_STYLE = re.compile(
    r"""url\(\s*["']?(?!data:|\#)(?P<url>[^"')]+)|@import\s+["'](?P<imported>[^"']+)""",
    re.IGNORECASE,
)


def escape(text: object) -> str:
    r"""Return a text from data as HTML, also safe inside template strings.

    Parameters
    ----------
    text
        Anything; shown as ``str(text)``.

    Returns
    -------
    str
        The text with ``< > & " '`` and `` ` $ { } \ `` as entities.
    """
    return html.escape(str(text), quote=True).translate(_TEMPLATE_CHARACTERS)


def shown(text: object) -> str:
    """Return a text from data as people may see it.

    Control and invisible format characters (among them the right-to-left override) are taken
    out, line breaks become spaces, and the rest is cut at `SHOWN_CHARACTERS`.
    """
    kept = []
    for character in str(text)[: 4 * SHOWN_CHARACTERS]:
        category = unicodedata.category(character)
        if category == "Cs":
            kept.append("\N{REPLACEMENT CHARACTER}")
        elif category in {"Cc", "Zl", "Zp"}:
            kept.append(" ")
        elif category != "Cf":
            kept.append(character)
    visible = "".join(kept).strip()
    cut = len(visible) > SHOWN_CHARACTERS or len(str(text)) > 4 * SHOWN_CHARACTERS
    return visible[:SHOWN_CHARACTERS] + "…" if cut else visible


def json_block(identity: str, value: object) -> str:
    """Return a value as a script element that holds JSON and never runs."""
    content = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    content = content.translate(_JSON_CHARACTERS)
    return f'<script type="application/json" id="{escape(identity)}">{content}</script>\n'


def template(name: str) -> str:
    """Return the text of a file in ``maps/templates``."""
    return files("weizhan.maps").joinpath("templates", name).read_text(encoding="utf-8")


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
    return seal(text.replace("<html>", f'<html lang="{_HTML_LANG[lang]}">', 1))


def seal(page: str) -> str:
    """Put a Content-Security-Policy in front of a page and refuse it if it would call out.

    Parameters
    ----------
    page
        A whole HTML document with a bare ``<head>`` and its scripts inline.

    Raises
    ------
    OutputError
        When anything in the page would be loaded from elsewhere.
    """
    scan = _Scan()
    scan.feed(page)
    scan.close()
    sources = " ".join(f"'sha256-{_digest(script)}'" for script in dict.fromkeys(scan.scripts))
    policy = (
        "default-src 'none'; connect-src 'none'; img-src data: blob:; font-src data:; "
        f"style-src 'unsafe-inline'; script-src {sources or chr(39) + 'none' + chr(39)}; "
        "base-uri 'none'; form-action 'none'"
    )
    head = (
        f'<head><meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta charset="utf-8">\n<link rel="icon" href="data:,">\n'
    )
    return page.replace("<head>", head, 1)


def _digest(script: str) -> str:
    """Return the hash a browser computes; it reads every line break as a line feed."""
    normal = script.replace("\r\n", "\n").replace("\r", "\n")
    return base64.b64encode(hashlib.sha256(normal.encode()).digest()).decode()


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


class _Scan(HTMLParser):
    """Collects the scripts that run and refuses whatever would be loaded."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.scripts: list[str] = []
        self._inside = ""
        self._runs = False
        self._text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Check what the element loads, and remember whether its content runs."""
        values = {name: value or "" for name, value in attrs}
        for name, value in values.items():
            if name in _LOADING_ATTRIBUTES:
                self._check(tag, value.strip())
            elif name == "style":
                self._check_style(value)
            elif name.startswith("on"):
                raise OutputError("error.page_calls_out", url=f"{tag} {name}={value[:80]}")
        if tag in {"script", "style"}:
            self._inside, self._text = tag, []
            self._runs = values.get("type", "") in {"", "text/javascript", "module"}

    def handle_data(self, data: str) -> None:
        """Keep the content of scripts and styles."""
        if self._inside:
            self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        """Check the content of the script or style that ends here."""
        if tag != self._inside:
            return
        content = "".join(self._text)
        if tag == "style":
            self._check_style(content)
        elif self._runs:
            self.scripts.append(content)
            if call := _CALLS_IN_SCRIPT.search(content):
                raise OutputError("error.page_calls_out", url=call["url"])
        self._inside = ""

    def _check(self, tag: str, url: str) -> None:
        """Allow data and fragments; beside them only links to files in the same folder."""
        if url.lower().startswith(("data:", "#")) or not url:
            return
        if tag != "a" or re.match(r"[a-z][a-z0-9+.-]*:|//|\\", url, re.IGNORECASE):
            raise OutputError("error.page_calls_out", url=url)

    def _check_style(self, content: str) -> None:
        if call := _CALLS_IN_STYLE.search(content):
            raise OutputError("error.page_calls_out", url=call["url"] or call["imported"])
