"""Five steps of communities against the whole town, in words; never by totals alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...geo.arrays import Longs
from ...geo.words import Lang, text
from .style import Class, Style

ALIKE = 1.25  # times the town's, up or down, up to which a community is like it
STEPS = ("much_above", "above", "alike", "below", "much_below")
#: Worse is darker, so that a grey print keeps the order; see-through, so that houses stay seen.
FILLS = ("#6b1020cc", "#b5483fcc", "#e3a98fb8", "#f4e3d2b8", "#e6efe9b8")

Against = tuple[float, float, float]  # times the town's: value, low, high


def against_step(against: Against | None) -> int:
    """Return the step of a community in `STEPS`, or their number where it is not known.

    Clearly above or below are those whose whole interval is.

    Parameters
    ----------
    against
        Value, low and high end as multiples of the town's; None where it is not known.

    Examples
    --------
    >>> [against_step(one) for one in ((2, 1.1, 4), (2, 0.5, 4), (1.1, 1.05, 1.2), (0, 0, 3))]
    [0, 1, 2, 3]
    """
    if against is None or not np.isfinite(against).all():
        return len(STEPS)
    value, low, high = against
    if 1 / ALIKE <= value <= ALIKE:
        return STEPS.index("alike")
    if value > 1:
        return STEPS.index("much_above" if low > 1 else "above")
    return STEPS.index("much_below" if high < 1 else "below")


def against_style(what: str, lang: Lang) -> Style:
    """Return the classes of communities against the town.

    Parameters
    ----------
    what
        ``harm``, ``late`` or ``hazards``.
    lang
        Language of the words.
    """
    classes = tuple(
        Class(text(f"opening.{step}", lang), fill, line="#4a2a24", pixels=2)
        for step, fill in zip(STEPS, FILLS, strict=True)
    )
    unknown = Class(
        text("legend.unknown", lang), "#fbfbfad9", line="#8a8a8a", pattern="hatch", pixels=2
    )
    note = text(f"opening.{what}_note", lang)
    return Style(text(f"opening.{what}_style", lang), (*classes, unknown), note)


def against_classes(found: Sequence[Against | None]) -> Longs:
    """Return the class of each community in `against_style`.

    Parameters
    ----------
    found
        Of each, as `against_step` takes it.
    """
    return np.array([against_step(one) for one in found], dtype=np.int64)
