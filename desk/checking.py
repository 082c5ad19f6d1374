"""A check goes on beside the pages: what stood before is shown meanwhile, a reload loses nothing.

One check a town; when its files change, it is dropped at its next step and a new one begins.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from .checked import Check, check_town, last_check, stamp_of

_lock: Final = threading.Lock()
_newest: dict[Path, Checking] = {}  # by town, also one that has ended


class _Dropped(Exception):
    """The files changed meanwhile."""


@dataclass
class Checking:
    """A check of the files of a town as they were when it began.

    Attributes
    ----------
    stamp
        Of the files.
    expected_s
        What the last one took; None where there was none.
    began
        By the monotonic clock.
    step
        Key of what it does now.
    ended, dropped
        Whether it has come to its end, or is not wanted any more.
    found, failed
        What came out.
    """

    stamp: str
    expected_s: float | None
    began: float = field(default_factory=time.monotonic)
    step: str = "step.read"
    ended: threading.Event = field(default_factory=threading.Event)
    dropped: bool = False
    found: Check | None = None
    failed: BaseException | None = None

    @property
    def elapsed_s(self) -> float:
        """Seconds since it began."""
        return time.monotonic() - self.began

    @property
    def share(self) -> float | None:
        """How much is done, by the time that the last one took."""
        return min(self.elapsed_s / self.expected_s, 0.99) if self.expected_s else None

    def run(self, folder: Path) -> None:
        """Check, and keep what comes out."""
        try:
            self.found = check_town(folder, progress=self._goes_on)
        except _Dropped:
            pass
        except BaseException as error:  # told to whoever looks
            self.failed = error
        finally:
            self.ended.set()

    def _goes_on(self, step: str) -> None:
        if self.dropped:
            raise _Dropped
        self.step = step


def looked_at(folder: Path, *, patience_s: float | None) -> tuple[Check | None, Checking | None]:
    """Return what is known of a town, and the check that goes on if that is not of its files now.

    Parameters
    ----------
    folder
        Of the town.
    patience_s
        How long to wait for a check; None waits to its end.
    """
    stamp = stamp_of(folder)
    with _lock:
        going = _newest.get(folder)
        if going is None or going.stamp != stamp:
            known = last_check(folder)
            if going is not None:
                going.dropped = True
            if known is not None and known.stamp == stamp:
                _newest.pop(folder, None)
                return known, None
            going = Checking(stamp, known.took_s if known else None)
            _newest[folder] = going
            threading.Thread(target=going.run, args=(folder,), daemon=True).start()
    if not going.ended.wait(patience_s):
        return last_check(folder), going
    if going.dropped:
        return looked_at(folder, patience_s=patience_s)
    if going.failed is not None:
        with _lock:
            if _newest.get(folder) is going:
                del _newest[folder]  # who looks again tries again
        raise going.failed
    return going.found or last_check(folder), None
