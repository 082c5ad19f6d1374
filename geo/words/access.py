"""Who may pass a lane or a gate, as OpenStreetMap says it: by vehicle, and by the hour.

One text holds the tags that speak of it, ``access=no | foot=yes | emergency=yes``; a text without
``=`` is what ``access`` says of everybody. What the tags do to each vehicle stands in a table in
``docs/openstreetmap.md``, which a test holds true.
"""

from __future__ import annotations

import datetime as dt
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

from .hours import Place, parse_hours
from .vocabulary import Vehicle
from .workdays import Workdays

SEPARATOR: Final = " | "
CONDITIONAL: Final = ":conditional"
HOURS: Final = "opening_hours"
BOTH_WAYS: Final = "oneway:emergency"
EVERYBODY: Final = "access"
EMERGENCY: Final = "emergency"
# By vehicle: the keys that speak of it by name, then those that speak of more, the nearest first.
_OWN: Final[dict[Vehicle, tuple[str, ...]]] = {
    Vehicle.FOOT: ("foot",),
    Vehicle.E_BIKE: ("bicycle",),
    Vehicle.MINI_TRUCK: (EMERGENCY, "motor_vehicle"),
    Vehicle.FIRE_ENGINE: (EMERGENCY,),
}
_SHARED: Final[dict[Vehicle, tuple[str, ...]]] = {
    Vehicle.FOOT: (EVERYBODY,),
    Vehicle.E_BIKE: ("vehicle", EVERYBODY),
    Vehicle.MINI_TRUCK: ("vehicle", EVERYBODY),
    Vehicle.FIRE_ENGINE: ("motor_vehicle", "vehicle", EVERYBODY),
}
MODES: Final = (EVERYBODY, "vehicle", "motor_vehicle", "bicycle", "foot", EMERGENCY)
_DESIGNATED: Final = frozenset({"designated", "official"})
_YES: Final = frozenset({"yes", "permissive"}) | _DESIGNATED
_NO: Final = frozenset({"no", "dismount"})
_CLAUSE: Final = re.compile(r"\s*([^@;]+?)\s*@\s*(\([^()]*\)|[^;()]+)\s*(?:;|$)")
_WEIGHT: Final = re.compile(
    r"(?:max)?weight(?:rating)?\s*(>=|<=|>|<|=)\s*(\d+(?:\.\d+)?)\s*(t|kg)?", re.IGNORECASE
)
_COMPARE: Final[dict[str, Callable[[float, float], bool]]] = {
    ">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le, "=": operator.eq,
}  # fmt: skip


class Right(StrEnum):
    """What is said of a vehicle; the empty string means that nothing is."""

    NONE = ""
    YES = "yes"
    DESIGNATED = "designated"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class When:
    """A moment by which hours are judged, with the town's own calendar and place."""

    moment: dt.datetime
    workdays: Workdays | None = None
    place: Place | None = None

    def holds(self, hours: str) -> bool | None:
        """Return whether it is within some hours, None when that is not known."""
        return parse_hours(hours).open_on(self.moment, workdays=self.workdays, place=self.place)


@dataclass(frozen=True)
class Access:
    """What is said of who may pass.

    Attributes
    ----------
    told
        Values by key, as OpenStreetMap has them.
    """

    told: Mapping[str, str]

    def right(self, vehicle: Vehicle, when: When | None = None, *, mass_t: float = 0.0) -> Right:
        """Return what is said of a vehicle of a crew.

        ``emergency=yes`` opens for all of them, as all come to a fire. What is said of the vehicle
        by name is `Right.YES` or `Right.DESIGNATED`; what is said of more than it can only forbid.

        Parameters
        ----------
        vehicle
            Which one.
        when
            The moment; without it conditions are left out.
        mass_t
            For conditions by weight, tonnes.
        """
        emergency = self._said(EMERGENCY, when, mass_t)
        if emergency <= _YES:
            ours = emergency <= _DESIGNATED and EMERGENCY in _OWN[vehicle]
            return Right.DESIGNATED if ours else Right.YES
        for key in (EVERYBODY, "vehicle", "motor_vehicle"):
            if key in (*_OWN[vehicle], *_SHARED[vehicle]) and self.told.get(key) == EMERGENCY:
                return Right.YES
        if vehicle != Vehicle.FOOT and HOURS in self.told and when is not None:
            is_open = when.holds(self.told[HOURS])
            if not is_open:
                return Right.UNKNOWN if is_open is None else Right.NO
        return self._by_keys(vehicle, when, mass_t)

    def _by_keys(self, vehicle: Vehicle, when: When | None, mass_t: float) -> Right:
        for key in (*_OWN[vehicle], *_SHARED[vehicle]):
            said = self._said(key, when, mass_t)
            if said == {""}:
                continue
            codes = {_right(value, own=key in _OWN[vehicle]) for value in said}
            return codes.pop() if len(codes) == 1 else Right.UNKNOWN
        return Right.NONE

    def both_ways(self, vehicle: Vehicle) -> bool:
        """Return whether a one-way lane is open to the vehicle in both directions."""
        return EMERGENCY in _OWN[vehicle] and self.told.get(BOTH_WAYS) == "no"

    @property
    def unread(self) -> tuple[str, ...]:
        """The conditions that nobody can judge: no hours, no weight."""
        clauses = (c for key, text in self.told.items() if key.endswith(CONDITIONAL)
                   for c in _conditions(key, text))  # fmt: skip
        found = [shown for shown, _, parts in clauses if not all(map(_readable, parts))]
        hours = self.told.get(HOURS)
        if hours is not None and not _readable(hours):
            found.append(f"{HOURS}={hours}")
        return tuple(found)

    def _said(self, key: str, when: When | None, mass_t: float) -> set[str]:
        """Return the values that a key may have at a moment; the empty string for none."""
        values = {self.told.get(key, "")}
        if when is None:
            return values
        for _, value, parts in _conditions(key, self.told.get(key + CONDITIONAL, "")):
            met = [_met(part, when, mass_t) for part in parts]
            if all(met):
                values = {value}
            elif False not in met:
                values = values | {value}
        return values


@lru_cache(maxsize=4096)
def parse_access(text: str | None) -> Access:
    """Read who may pass; no text raises.

    Parameters
    ----------
    text
        Tags joined by ``|``, or what ``access`` says.

    Examples
    --------
    >>> forbidden = parse_access("access=no | foot=yes")
    >>> [str(forbidden.right(vehicle)) for vehicle in (Vehicle.FOOT, Vehicle.FIRE_ENGINE)]
    ['yes', 'no']
    """
    told = {}
    for part in (text or "").split("|"):
        key, separator, value = part.partition("=")
        if separator and re.fullmatch(r"[a-z_]+(:[a-z_]+)*", key.strip()):
            told[key.strip()] = value.strip()
        elif part.strip():
            told[EVERYBODY] = part.strip()
    return Access(told)


def access_text(told: Mapping[str, str]) -> str:
    """Write what is said as `parse_access` reads it."""
    return SEPARATOR.join(f"{key}={value.replace('|', '/')}" for key, value in told.items())


def _right(value: str, *, own: bool) -> Right:
    if value in _NO:
        return Right.NO
    if not own or value not in _YES:
        return Right.NONE
    return Right.DESIGNATED if value in _DESIGNATED else Right.YES


def _conditions(key: str, text: str) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Yield each clause as it is shown, its value, and what must all hold for it.

    Of several that hold the last one counts. What is no clause holds nobody knows when.
    """
    at = 0
    for found in _CLAUSE.finditer(text):
        if found.start() != at:
            break
        at = found.end()
        parts = re.split(r"\s+AND\s+", found[2].strip().strip("()"), flags=re.IGNORECASE)
        yield f"{key}={found[0].strip().rstrip(';')}", found[1], tuple(parts)
    if text[at:].strip():
        yield f"{key}={text[at:].strip()}", text[at:].partition("@")[0].strip(), ("?",)


def _met(condition: str, when: When, mass_t: float) -> bool | None:
    if weight := _WEIGHT.fullmatch(condition.strip()):
        limit_t = float(weight[2]) / (1000 if (weight[3] or "").lower() == "kg" else 1)
        return _COMPARE[weight[1]](mass_t, limit_t)
    return when.holds(condition)


def _readable(condition: str) -> bool:
    return bool(_WEIGHT.fullmatch(condition.strip())) or parse_hours(condition).tells_weekdays
