"""Array types, named once for all rooms."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Flags: TypeAlias = NDArray[np.bool_]
Indices: TypeAlias = NDArray[np.intp]
Ints: TypeAlias = NDArray[np.int32]  # milliseconds, and rows inside compiled loops
Longs: TypeAlias = NDArray[np.int64]
Shapes: TypeAlias = NDArray[np.object_]
Objects: TypeAlias = NDArray[np.object_]  # text and codes, None where missing
Singles: TypeAlias = NDArray[np.float32]
Words: TypeAlias = NDArray[np.str_]
