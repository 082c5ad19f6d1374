"""Formulas as SVG inside the page: no script, no request, in browsers that know no MathML."""

from __future__ import annotations

import html
from typing import Any

from docutils import nodes
from matplotlib.font_manager import FontProperties
from matplotlib.mathtext import MathTextParser
from matplotlib.path import Path as Outline
from matplotlib.textpath import TextPath
from sphinx.application import Sphinx

_SIZE = 100  # units a letter; the page scales them to its own


def picture(formula: str) -> str:
    """Return a formula in TeX as an SVG element that has its text as label."""
    tex = " ".join(formula.split())
    outline = TextPath((0, 0), f"${tex}$", size=_SIZE, prop=FontProperties(math_fontfamily="stix"))
    parsed = MathTextParser("path").parse(
        f"${tex}$", dpi=72, prop=FontProperties(size=_SIZE, math_fontfamily="stix")
    )
    width, height, depth = parsed[0], parsed[1], parsed[2]
    return (
        f'<svg class="formula" role="img" aria-label="{html.escape(tex)}"'
        f' viewBox="-4 {-height - 4:.0f} {width + 8:.0f} {height + depth + 8:.0f}"'
        f' style="height:{(height + depth + 8) / _SIZE:.3f}em;'
        f'vertical-align:{-(depth + 4) / _SIZE:.3f}em">'
        f'<path d="{_drawn(outline)}"/></svg>'
    )


def _drawn(outline: Outline) -> str:
    letters = {
        Outline.MOVETO: "M",
        Outline.LINETO: "L",
        Outline.CURVE3: "Q",
        Outline.CURVE4: "C",
        Outline.CLOSEPOLY: "Z",
    }
    said = []
    for points, code in outline.iter_segments(simplify=False, curves=True):
        numbers = [] if code == Outline.CLOSEPOLY else points
        turned = [n if k % 2 == 0 else -n for k, n in enumerate(numbers)]  # y grows downwards
        said.append(letters[code] + " ".join(f"{n:.1f}" for n in turned))
    return "".join(said)


def _inline(self: Any, node: nodes.Element) -> None:
    self.body.append(picture(node.astext()))
    raise nodes.SkipNode


def _block(self: Any, node: nodes.Element) -> None:
    large = node.astext().replace(r"\frac", r"\dfrac")
    self.body.append(f'<div class="formula">{picture(large)}</div>\n')
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, Any]:
    """Draw formulas by this file instead of a script."""
    app.add_html_math_renderer("svg", (_inline, None), (_block, None))
    return {"parallel_read_safe": True}
