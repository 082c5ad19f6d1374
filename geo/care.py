"""What a plan does at buildings, kept apart from what is there."""

from __future__ import annotations

from dataclasses import dataclass

from .words import DeviceKind


@dataclass(frozen=True)
class PlannedCare:
    """What a plan does at buildings, beside what is there: nobody is drawn from it.

    Attributes
    ----------
    devices
        Ids of buildings, and the device that every unit of them gets.
    mended
        Ids of buildings, and codes of hazards that are mended there.
    inspected
        Ids of buildings that are inspected once more.
    """

    devices: tuple[tuple[str, DeviceKind], ...] = ()
    mended: tuple[tuple[str, str], ...] = ()
    inspected: tuple[str, ...] = ()
