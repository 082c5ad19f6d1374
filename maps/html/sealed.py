"""One HTML file that calls nobody: a strict policy in front, a scan behind."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from functools import cache, lru_cache
from html.parser import HTMLParser
from importlib.resources import files

from ...geo.words import Lang, OutputError
from .escape import escape
from .fonts import FONT_SHEET

HTML_LANG: Mapping[Lang, str] = {"zh": "zh-CN", "en": "en"}
_JSON_CHARACTERS = {c: f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"}
_SCRIPTS = 64  # of which it is kept what they call: pages share nearly all of theirs
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


def json_block(identity: str, value: object) -> str:
    """Return a value as a script element that holds JSON and never runs.

    Parameters
    ----------
    identity
        Of the element, by which scripts find it.
    value
        What JSON can hold; not NaN.
    """
    content = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for character, escaped in _JSON_CHARACTERS.items():  # several times as fast as translate
        content = content.replace(character, escaped)
    return f'<script type="application/json" id="{escape(identity)}">{content}</script>\n'


@cache
def template(name: str) -> str:
    """Return the text of a file in ``maps/templates``."""
    return files("weizhan.maps").joinpath("templates", name).read_text(encoding="utf-8")


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
    # The font that several pages share is a style sheet beside them, opened as a file.
    beside = " 'self' file:" if scan.font_beside else ""
    sources = " ".join(f"'sha256-{_digest(script)}'" for script in dict.fromkeys(scan.scripts))
    policy = (
        "default-src 'none'; connect-src 'none'; img-src data: blob:; font-src data:; "
        f"style-src 'unsafe-inline'{beside}; script-src {sources or chr(39) + 'none' + chr(39)}; "
        "base-uri 'none'; form-action 'none'"
    )
    head = (
        f'<head><meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta charset="utf-8">\n<link rel="icon" href="data:,">\n'
    )
    return page.replace("<head>", head, 1)


@lru_cache(_SCRIPTS)
def _digest(script: str) -> str:
    """Return the hash a browser computes; it reads every line break as a line feed."""
    normal = script.replace("\r\n", "\n").replace("\r", "\n")
    return base64.b64encode(hashlib.sha256(normal.encode()).digest()).decode()


@lru_cache(_SCRIPTS)
def _called(script: str) -> str | None:
    """Return the first address that a script would call; None where it calls none."""
    call = _CALLS_IN_SCRIPT.search(script)
    return None if call is None else call["url"]


class _Scan(HTMLParser):
    """Collects the scripts that run and refuses whatever would be loaded."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.scripts: list[str] = []
        self.font_beside = False
        self._inside = ""
        self._runs = False
        self._text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Check what the element loads, and remember whether its content runs.

        Beside the page may lie the font that several pages share.
        """
        values = {name: value or "" for name, value in attrs}
        if tag == "link" and values.get("href") == FONT_SHEET:
            self.font_beside = True
            del values["href"]
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
            if url := _called(content):
                raise OutputError("error.page_calls_out", url=url)
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
