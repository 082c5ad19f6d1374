"""The one door to numba: it looks for coverage.py and would find our folder of that name."""

from __future__ import annotations

import sys

_hide = sys.modules.setdefault("coverage", None) is None  # type: ignore[arg-type]
from numba import njit as njit  # noqa: E402

if _hide:
    del sys.modules["coverage"]
