"""Signs of maps on paper, one small SVG each, so that legend and map are the same drawing."""

from __future__ import annotations

from typing import Final

from ...geo.words import Lang, text
from .drawing import SIGNS

_LINES: Final = {
    "route": '<path d="M-4 0H4" stroke="#000" stroke-width="0.8"/>'
    '<path d="M1.3 0L-1.1 1.05L-0.5 0L-1.1-1.05Z" stroke="#fff" stroke-width="0.25"/>',
    "closed": '<path d="M-4 0H4" stroke="#000" stroke-width="0.9" stroke-dasharray="1.2 0.9"/>'
    '<circle r="1.5" fill="#fff" stroke="#000" stroke-width="0.3"/>'
    '<path d="M-1-1l2 2m0-2l-2 2" stroke="#000" stroke-width="0.4"/>',
    "narrowed": '<path d="M-4 0H4" stroke="#000" stroke-width="0.7" stroke-dasharray="1.2 0.9"/>',
    "clear": '<path d="M-4 0H4" stroke="#000" stroke-width="1.1"/>',
    "steps": '<path d="M-4 0H4" stroke="#444" stroke-width="0.9" stroke-dasharray="0.25 0.45"/>',
    "stop": '<circle r="2.3"/>',
}


def sign(kind: str) -> str:
    """Return one sign as an SVG of its own."""
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="-5 -3.5 10 7">'
        f"{_LINES.get(kind) or SIGNS[kind]}</svg>"
    )


def legend(kinds: tuple[str, ...], lang: Lang) -> tuple[list[list[str]], dict[str, str]]:
    """Return the entries of a legend, and its signs by the name of their drawing."""
    entries = [[kind, text(f"paper.legend_{kind}", lang)] for kind in kinds]
    return entries, {f"sign-{kind}": sign(kind) for kind in kinds}
