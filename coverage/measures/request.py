"""What is asked of a study of measures."""

from __future__ import annotations

from dataclasses import dataclass

from .instance import Equity, Yardstick


@dataclass(frozen=True)
class MeasuresRequest:
    """What is asked of a study of measures.

    Attributes
    ----------
    budget, target
        Yuan over the years of the rules, or a share: of people to be in time, or of waiting or
        harm to be taken away; one of them.
    yardstick
        ``late``: people beyond the standard; ``minutes``: person-minutes of waiting; ``harm``:
        expected harm of a year. One of them, never a blend.
    equity
        ``equal``: everybody counts alike; ``worst``: the worst-off community first; ``need``:
        people in need count as often as the rules say.
    must, forbidden
        Ids of measures in every plan, and in none.
    draws
        Of costs, behind how steady a plan is.
    seed
        Of all random choices.
    time_limit_s
        For all searches together.
    """

    budget: float | None = None
    target: float | None = None
    yardstick: Yardstick = "late"
    equity: Equity = "equal"
    must: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    draws: int = 20
    seed: int = 1
    time_limit_s: float = 180.0
