"""What measures cost, how long they last, and who decides them."""

from __future__ import annotations

from typing import Literal

from ..words import MeasureKind
from .values import Frozen, Value

#: Who decides; told in the catalogue as ``decider.<code>``.
Decider = Literal["town", "community", "police", "owner", "water_company", "fire_authority"]


class MeasureRule(Frozen):
    """The price of one kind of measure.

    A measure costs ``cost_yuan`` once and ``per_piece_yuan`` for each metre, step, detector or
    head (what its unit says), lasts ``years``, after which both fall due again, and
    ``upkeep_yuan`` a year.
    """

    cost_yuan: Value
    per_piece_yuan: Value | None = None
    upkeep_yuan: Value
    years: Value
    decided_by: Decider


class MeasuresRule(Frozen):
    """Prices by kind, and how costs of several years are put together."""

    discount_rate: Value
    horizon_years: Value
    ramp_slope_pct: Value
    night_crew: Value
    hydrants_offered: Value
    inspections_offered: Value
    kind: dict[MeasureKind, MeasureRule]
