"""Pages open in Chrome 86 and its like, say what fails, and stand without scripts."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

OLDEST = 86

# Features newer than that: what they look like, and the Chrome that brought each, without a flag,
# as MDN's browser-compat-data 5.7.6 has it. What an old browser may pass over without harm
# (accent-color, scrollbar-width, text-underline-offset) is not there.
IN_SCRIPTS = {
    r"\bObject\.hasOwn\b": 93,
    r"\b(Object|Map)\.groupBy\b": 117,
    r"\.roundRect\(": 99,
    r"\.at\(-": 92,
    r"\.(findLast|findLastIndex)\(": 97,
    r"\.(toSorted|toReversed|toSpliced)\(": 110,
    r"\.with\(": 110,
    r"\bstructuredClone\(": 98,
    r"\bcrypto\.randomUUID\b": 92,
    r"\bdeflate-raw\b": 103,
    r"\bPromise\.withResolvers\b": 119,
    r"\bArray\.fromAsync\b": 121,
    r"\bAbortSignal\.timeout\b": 124,
    r"\bAbortSignal\.any\b": 116,
    r"\.showPicker\(": 99,
    r"\.(show|hide|toggle)Popover\(": 114,
    r"\bIntl\.Segmenter\b": 87,
    r"\bIntl\.DurationFormat\b": 129,
    r"\bIntl\.supportedValuesOf\b": 99,
    r"\bnew (ScrollTimeline|ViewTimeline)\b": 115,
    r"\.startViewTransition\(": 111,
    r"\bcreateConicGradient\(": 99,
    r"\bcontext\.(reset|letterSpacing|fontKerning)\b": 99,
    r"\.(isSubsetOf|isSupersetOf|symmetricDifference)\(": 122,
    r"\.(isWellFormed|toWellFormed)\(": 111,
    r"\bclass\b[^{]*\{[^}]*\bstatic \{": 94,
    r"(?<![\w$])#\w+ in \w": 91,
    r"/[gimsuy]*d[gimsuy]*\.(exec|test)\(|RegExp\([^)]*, *\"[a-z]*d": 90,
    r"/[gimsuy]*v[gimsuy]*\.(exec|test)\(|RegExp\([^)]*, *\"[a-z]*v": 112,
    r"\.checkVisibility\(": 105,
}
IN_SHEETS = {
    r"(?<![-\w])inset\s*:": 87,
    r"(?<![-\w])inset-(block|inline)": 87,
    r"(margin|padding|border)-(block|inline)\s*:": 87,
    r":has\(": 105,
    r":(is|where)\(": 88,
    r":not\([^()]*,": 88,
    r":user-(in)?valid": 119,
    r"(?<![-\w])aspect-ratio\s*:": 88,
    r"\b(color-mix|oklch|oklab|lch|lab)\(": 111,
    r"\blight-dark\(": 123,
    r"\boverflow(-[xy])?\s*:\s*clip": 90,
    r"@layer\b": 99,
    r"@container\b": 105,
    r"@starting-style\b": 117,
    r"@scope\b": 118,
    r"\b\d*\.?\d+[dsl]v[hwib]\b|\bdvmin\b": 108,
    r"\b\d+cq[whib]\b": 105,
    r"(?<![-\w])(translate|rotate|scale)\s*:": 104,
    r"(?<![-\w])mask(-\w+)?\s*:": 120,
    r"\bsin\(|\bcos\(": 111,
    r"\bround\(|\bmod\(": 125,
    r"\bsubgrid\b": 117,
    r"&\s*[:.#\[>]|\{[^{}]*&": 112,
    r"(?<![-\w])(text-wrap|white-space-collapse)\s*:": 114,
    r"(?<![-\w])field-sizing\s*:": 123,
    r"(?<![-\w])anchor-name\s*:": 125,
    r":popover-open\b|\[popover\]": 114,
    r"::details-content\b": 131,
    r"@media[^{]*[<>]": 104,
}
OWN = [
    entry
    for entry in sorted(files("weizhan.maps").joinpath("templates").iterdir(), key=str)
    if entry.name.endswith((".js", ".css", ".html"))
]
ASIDE = re.compile(r"/\*.*?\*/|(?<![:\"'])//[^\n]*", re.DOTALL)


def too_new(text, table):
    """What a text has that the oldest browser does not know: each with its Chrome."""
    bare = ASIDE.sub("", text)
    return [
        (found[0], chrome)
        for look, chrome in table.items()
        if chrome > OLDEST and (found := re.search(look, bare))
    ]


@pytest.mark.parametrize("entry", OWN, ids=lambda entry: entry.name)
def test_no_template_is_newer_than_the_oldest_browser(entry):
    text = entry.read_text(encoding="utf-8")
    if not entry.name.endswith(".css"):
        assert too_new(text, IN_SCRIPTS) == []
    if not entry.name.endswith(".js"):
        assert too_new(text, IN_SHEETS) == []
    else:
        assert not re.search(r"[\"'`][^\"'`]*(:has|:is|:where)\(", text)  # in selectors


@pytest.mark.parametrize(
    "script", ["context.roundRect(1, 2)", "if (Object.hasOwn(a, b)) c();", "list.at(-1)"]
)
def test_the_table_finds_what_is_new_in_scripts(script):
    assert len(too_new(script, IN_SCRIPTS)) == 1


@pytest.mark.parametrize(
    "rule", ["#a { inset: 0; }", "p:has(b) { }", "a { aspect-ratio: 1; }", "b { & c { top: 0 } }"]
)
def test_the_table_finds_what_is_new_in_sheets(rule):
    assert len(too_new(rule, IN_SHEETS)) == 1


def test_the_guard_is_read_by_the_oldest_kernels():
    guard = files("weizhan.maps").joinpath("templates", "guard.js").read_text(encoding="utf-8")
    assert not re.search(r"=>|\b(const|let|class)\b|`|\.\.\.|\?\.|\?\?", ASIDE.sub("", guard))
