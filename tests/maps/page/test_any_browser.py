"""Pages open in Chrome 86 and its like, say what fails, and stand without scripts."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

OLDEST = 86

# Features newer than that: what they look like, and the Chrome that brought each (MDN, caniuse).
# What an old browser may pass over without harm (accent-color, scrollbar-width) is not there.
IN_SCRIPTS = {
    r"\bObject\.(hasOwn|groupBy)\b": 93,
    r"\bMap\.groupBy\b": 117,
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
    r"\bAbortSignal\.(timeout|any)\b": 103,
    r"\.(showModal|showPicker|showPopover|togglePopover)\(": 99,
    r"\bIntl\.(Segmenter|DurationFormat)\b": 87,
    r"\bIntl\.supportedValuesOf\b": 99,
    r"\bnew (WeakRef\.prototype|ScrollTimeline|ViewTimeline)\b": 115,
    r"\.startViewTransition\(": 111,
    r"\bcreateConicGradient\(": 99,
    r"\bcontext\.(reset|letterSpacing|fontKerning)\b": 99,
    r"\.(isSubsetOf|isSupersetOf|symmetricDifference)\(": 122,
    r"\.(isWellFormed|toWellFormed)\(": 111,
    r"\bclass\b[^{]*\{[^}]*\bstatic \{": 94,
    r"(?<![\w$])#\w+ in \w": 91,
    r"/[gimsuy]*[dv][gimsuy]*\.(exec|test)\(|RegExp\([^)]*, *\"[a-z]*[dv]": 90,
    r"\.ariaNotify\(|\.checkVisibility\(": 105,
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
    r"\b(color-mix|oklch|oklab|lch|lab|light-dark)\(": 111,
    r"\boverflow(-[xy])?\s*:\s*clip": 90,
    r"@(container|layer|property|scope|starting-style)\b": 99,
    r"\b\d*\.?\d+[dsl]v[hwib]\b|\bdvmin\b": 108,
    r"\b\d+cq[whib]\b": 105,
    r"(?<![-\w])(translate|rotate|scale)\s*:": 104,
    r"(?<![-\w])mask(-\w+)?\s*:": 120,
    r"\bround\(|\bmod\(|\bsin\(|\bcos\(": 111,
    r"\bsubgrid\b": 117,
    r"&\s*[:.#\[>]|\{[^{}]*&": 112,
    r"(?<![-\w])(text-wrap|white-space-collapse|field-sizing|anchor-name)\s*:": 114,
    r"::(backdrop|details-content)\b|\[popover\]": 122,
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
