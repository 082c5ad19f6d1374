"""The parts of a study under one clock; Ctrl-C ends the study, not the program."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from ..covering import Clock

REST = 0.9  # of the time that is left, for a part that has no share of its own


@dataclass
class StudyParts:
    """Which parts of a study are done; after Ctrl-C or the end of time the rest is left out.

    Attributes
    ----------
    clock
        Of the whole study.
    progress
        Called with the catalogue key of each part as it begins.
    step
        What these keys begin with.
    shares
        Of the time that is left when each part begins.
    broken
        Whether the user broke off.
    unfinished
        Names of parts that were cut short.
    """

    clock: Clock
    progress: Callable[[str], None]
    step: str
    shares: Mapping[str, float]
    broken: bool = False
    unfinished: list[str] = field(default_factory=list)

    @contextmanager
    def part(self, name: str) -> Iterator[Clock]:
        """Give a part its clock; Ctrl-C in it is noted."""
        try:
            self.progress(f"{self.step}{name}")
        except KeyboardInterrupt:  # while the part is announced is as good as in it
            self._break(name)
        left = 0.0 if self.broken else self.clock.left() * self.shares.get(name, REST)
        try:
            yield Clock(left)
        except KeyboardInterrupt:
            self._break(name)

    def _break(self, name: str) -> None:
        self.broken = True
        self.unfinished.append(name)
