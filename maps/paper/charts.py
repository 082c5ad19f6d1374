"""Charts as vectors, legible in black and white."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from .official import TEXT_MM
from .typeset import FONT

LABELS = 12  # more do not fit side by side
FILLS = ("#2b2b2b", "#8c8c8c", "#d9d9d9")


def bars(
    labels: Sequence[str],
    series: Sequence[tuple[str, Sequence[float]]],
    *,
    width_mm: float = TEXT_MM,
    height_mm: float = 62,
) -> str:
    """Return a bar chart: groups of bars, each with its number on top, from zero.

    Parameters
    ----------
    labels
        Of the groups.
    series
        Name and one value a group; at most three series, told apart by their grey.
    width_mm, height_mm
        Size.
    """
    top = max((value for _, values in series for value in values), default=0) or 1
    left, foot, head = 4.0, 9.0, 9.0
    room = (width_mm - 2 * left) / max(len(labels), 1)
    bar = room * 0.8 / max(len(series), 1)
    high = height_mm - foot - head
    parts = [
        f'<path d="M{left} {height_mm - foot}H{width_mm - left}" stroke="#000" stroke-width="0.3"/>'
    ]
    dense = bar < 3.2
    every = -(-len(labels) // LABELS) if len(labels) > LABELS else 1
    for k, name in enumerate(labels):
        middle = left + (k + 0.5) * room
        if k % every == 0:
            parts.append(_text(middle, height_mm - foot + 4, name, 2.6))
        for j, (_, values) in enumerate(series):
            size = values[k] / top * high
            x = middle - room * 0.4 + j * bar
            parts.append(
                f'<rect x="{x:.2f}" y="{height_mm - foot - size:.2f}" width="{bar * 0.92:.2f}" '
                f'height="{size:.2f}" fill="{FILLS[j]}" stroke="#000" stroke-width="0.15"/>'
            )
            if not dense:
                told = f"{values[k]:g}"
                parts.append(_text(x + bar * 0.46, height_mm - foot - size - 0.8, told, 2.3))
    x = left
    for j, (name, _) in enumerate(series):
        parts.append(
            f'<rect x="{x:.2f}" y="1.5" width="3" height="3" fill="{FILLS[j]}" stroke="#000" '
            'stroke-width="0.15"/>'
        )
        parts.append(_text(x + 4, 4.1, name, 2.8, anchor="start"))
        x += 10 + 3 * len(name)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width_mm}mm" height="{height_mm}mm" '
        f'viewBox="0 0 {width_mm} {height_mm}">{"".join(parts)}</svg>'
    )


def _text(x: float, y: float, said: str, size: float, *, anchor: str = "middle") -> str:
    return (
        f'<text x="{x:.2f}" y="{y:.2f}" font-family="{FONT}" font-size="{size}" '
        f'text-anchor="{anchor}">{escape("".join(c for c in said if c.isprintable()))}</text>'
    )
