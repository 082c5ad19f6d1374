"""What the plans ask of units and offices: who owes what, how often, who sees to it."""

from __future__ import annotations

from typing import Literal

from ..words import Duty, Office, Use
from .values import Frozen, Value

Flag = Literal["high_risk_unit", "key_unit", "every"]


class UnitDutyRule(Frozen):
    """A duty of units: owed by those with a flag, or of a use.

    Without ``within_days`` it is done once it is said to be; the plans require it, or advise it.
    """

    owed_by: Flag | None = None
    uses: tuple[Use, ...] = ()
    within_days: Value | None = None
    force: Literal["required", "advised"] = "required"
    clause: str


class KeyUnitRule(Frozen):
    """From what size on premises of a use are a key unit (消防安全重点单位); any one is enough."""

    area_m2: Value | None = None
    rooms: Value | None = None
    beds: Value | None = None
    people_day: Value | None = None


class OfficesRule(Frozen):
    """Which office sees to premises of which use; ``default`` to all others."""

    default: Office
    by_use: dict[Use, Office]


class DutiesRule(Frozen):
    """Duties of units, key units, offices, and the look-back at a fire's measures."""

    soon_days: Value
    measures_look_back_days: Value
    assembly_uses: tuple[Use, ...]
    unit: dict[Duty, UnitDutyRule]
    key_unit: dict[Use, KeyUnitRule]
    offices: OfficesRule
