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
    """Prices by kind, how costs of several years are put together, and what counts.

    Who waits longer than ``waiting_most_s`` counts as waiting so long, in steps of
    ``waiting_step_s``; an alarm has a fire noticed ``alarm_head_start_s`` earlier; a person in
    need counts as ``need_weight`` people where that is wished.
    """

    discount_rate: Value
    horizon_years: Value
    ramp_slope_pct: Value
    night_crew: Value
    hydrants_offered: Value
    inspections_offered: Value
    waiting_most_s: Value
    waiting_step_s: Value
    alarm_head_start_s: Value
    need_weight: Value
    kind: dict[MeasureKind, MeasureRule]
