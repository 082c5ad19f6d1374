"""The frontier as an inline drawing: what is gained against stations, or against budget."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ..html import escape

WIDTH, HEIGHT = 360.0, 210.0
LEFT, RIGHT, TOP, BOTTOM = 44.0, 12.0, 12.0, 34.0
LINE, NESTED, OWN = "#0b62b5", "#8a8177", "#9c480b"


@dataclass(frozen=True)
class Dot:
    """One plan of the frontier: size, share or amount, bound, and whether it is the one chosen."""

    size: float
    share: float
    bound: float
    chosen: bool = False


def chart(
    dots: Sequence[Dot],
    *,
    label: str,
    nested: Sequence[tuple[float, float]] = (),
    others: Sequence[tuple[float, float]] = (),
    thousands: bool = False,
    amounts: bool = False,
) -> str:
    """Return the drawing as SVG.

    Parameters
    ----------
    dots
        By size.
    label
        Of the axis of sizes.
    nested
        Sizes and shares of building one by one.
    others
        Sizes and shares of the plans of others.
    thousands
        Whether sizes are told in thousands.
    amounts
        Whether amounts are drawn, not shares of a whole.
    """
    if not dots:
        return ""
    told = _amount if amounts else _share
    sizes = [dot.size for dot in dots] + [size for size, _ in others]
    shares = [dot.share for dot in dots] + [dot.bound for dot in dots] + [s for _, s in others]
    low, high = min(sizes), max(max(sizes), min(sizes) + 1e-9)
    lines = _amount_lines(max(shares)) if amounts else _share_lines(shares)
    bottom, top = lines[0], lines[-1]

    def x(size: float) -> float:
        return LEFT + (size - low) / (high - low) * (WIDTH - LEFT - RIGHT)

    def y(share: float) -> float:
        return HEIGHT - BOTTOM - (share - bottom) / (top - bottom) * (HEIGHT - TOP - BOTTOM)

    parts = [
        f'<svg viewBox="0 0 {WIDTH:g} {HEIGHT:g}" role="img" aria-label="{escape(label)}" '
        'font-family="inherit" font-size="11">'
    ]
    for share in lines:
        parts.append(
            f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(share):.1f}" y2="{y(share):.1f}" '
            'stroke="#e2ddd3"/>'
            f'<text x="{LEFT - 6}" y="{y(share) + 4:.1f}" text-anchor="end">{told(share, 0)}</text>'
        )
    every = max(1, math.ceil(len(dots) / 7))
    for number, dot in enumerate(dots):
        if number % every == 0 or dot.chosen:
            said = f"{dot.size / 1000:g}k" if thousands else f"{dot.size:g}"
            weight = ' font-weight="700"' if dot.chosen else ""
            parts.append(
                f'<text x="{x(dot.size):.1f}" y="{HEIGHT - BOTTOM + 15}" '
                f'text-anchor="middle"{weight}>{said}</text>'
            )
    parts.append(
        f'<text x="{(LEFT + WIDTH - RIGHT) / 2:.1f}" y="{HEIGHT - 4}" '
        f'text-anchor="middle">{escape(label)}</text>'
    )
    if nested:
        points = " ".join(f"{x(size):.1f},{y(share):.1f}" for size, share in nested)
        parts.append(
            f'<polyline points="{points}" fill="none" stroke="{NESTED}" stroke-dasharray="4 3"/>'
        )
    points = " ".join(f"{x(dot.size):.1f},{y(dot.share):.1f}" for dot in dots)
    parts.append(f'<polyline points="{points}" fill="none" stroke="{LINE}" stroke-width="2"/>')
    for dot in dots:
        at = f"{x(dot.size):.1f}"
        if dot.bound > dot.share + 5e-4 * (top - bottom if amounts else 1):
            parts.append(
                f'<line x1="{at}" x2="{at}" y1="{y(dot.share):.1f}" y2="{y(dot.bound):.1f}" '
                f'stroke="{LINE}"/>'
            )
        fill, size = (LINE, 5) if dot.chosen else ("#fff", 3.5)
        parts.append(
            f'<circle cx="{at}" cy="{y(dot.share):.1f}" r="{size}" fill="{fill}" stroke="{LINE}" '
            f'stroke-width="1.5"><title>{dot.size:,.0f}: {told(dot.share, 1)}</title></circle>'
        )
    for size, share in others:
        parts.append(
            f'<path d="M{x(size):.1f} {y(share) - 6:.1f}l5 10h-10z" fill="{OWN}">'
            f"<title>{size:,.0f}: {told(share, 1)}</title></path>"
        )
    return "".join([*parts, "</svg>"])


def _share(value: float, digits: int) -> str:
    return f"{value:.{digits}%}"


def _amount(value: float, digits: int) -> str:
    return f"{value:,.0f}" if abs(value) >= 10 else f"{value:.{digits + 2}g}"


def _share_lines(shares: Sequence[float]) -> list[float]:
    """Return the shares at which lines are drawn, at whole tenths where there is room."""
    bottom = min(math.floor(max(0.0, min(shares)) * 10) / 10, 0.9)
    top = min(1.0, max(bottom + 0.1, math.ceil(max(shares) * 10 - 1e-9) / 10))
    step = 0.1 if top - bottom > 0.25 else 0.05
    return [bottom + number * step for number in range(round((top - bottom) / step) + 1)]


def _amount_lines(most: float) -> list[float]:
    """Return round amounts from 0 to one that is not below ``most``, six steps at most."""
    most = max(most, 1e-6)
    ten = 10.0 ** math.floor(math.log10(most / 6))
    step = next(ten * part for part in (1, 2, 5, 10) if most / (ten * part) <= 6)
    return [step * number for number in range(math.ceil(most / step - 1e-9) + 1)]
