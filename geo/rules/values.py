"""One number of a rule set: value, bounds, unit, source and confidence."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, model_validator

Reading = Literal["typical", "slow", "fast"]


class Frozen(BaseModel):
    """A table of a rule set: nothing is changed later, nothing unknown is let in."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Value(Frozen):
    """One number of a rule set.

    ``low`` and ``high`` bound what the number may really be; without them it is taken as it is.
    """

    value: float
    low: float | None = None
    high: float | None = None
    unit: str = ""
    source: str
    confidence: Literal["S", "S2", "GK", "computed", "judgement"]

    @model_validator(mode="after")
    def _ordered(self) -> Value:
        if not self.at_least <= self.value <= self.at_most:
            msg = f"low <= value <= high does not hold: {self.low}, {self.value}, {self.high}"
            raise ValueError(msg)
        return self

    @property
    def at_least(self) -> float:
        """The low bound, or the value itself."""
        return self.value if self.low is None else self.low

    @property
    def at_most(self) -> float:
        """The high bound, or the value itself."""
        return self.value if self.high is None else self.high

    def read(self, reading: Reading, *, more_is: Literal["slower", "faster"]) -> float:
        """Return the number under one reading.

        Parameters
        ----------
        reading
            ``"typical"``, or the ``"slow"`` or ``"fast"`` end of what may be true.
        more_is
            Whether a larger number makes crews slower (a delay) or faster (a speed, a width).
        """
        if reading == "typical":
            return self.value
        return self.at_most if (reading == "slow") == (more_is == "slower") else self.at_least
