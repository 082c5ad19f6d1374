"""Texts from data as people may see them, and as HTML."""

from __future__ import annotations

import html
import unicodedata

SHOWN_CHARACTERS = 200  # of a text that came from data

_TEMPLATE_CHARACTERS = {ord(c): f"&#{ord(c)};" for c in "`${}\\"}


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
    plain = str(text)
    if len(plain) <= SHOWN_CHARACTERS and plain.isprintable():
        return plain.strip()  # nearly all texts, at once
    kept = []
    for character in plain[: 4 * SHOWN_CHARACTERS]:
        category = unicodedata.category(character)
        if category == "Cs":
            kept.append("\N{REPLACEMENT CHARACTER}")
        elif category in {"Cc", "Zl", "Zp"}:
            kept.append(" ")
        elif category != "Cf":
            kept.append(character)
    visible = "".join(kept).strip()
    cut = len(visible) > SHOWN_CHARACTERS or len(plain) > 4 * SHOWN_CHARACTERS
    return visible[:SHOWN_CHARACTERS] + "…" if cut else visible
