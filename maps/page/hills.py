"""Hills as a picture beneath everything on a map: transparent where the ground is flat."""

from __future__ import annotations

import base64
import struct
import zlib
from typing import Any

import numpy as np

from ...coverage.assessment import Assessment
from ...geo.arrays import Floats
from ...geo.ground import Hillshade

STRENGTH, STRONGEST = 0.7, 0.34  # opacity of a slope by its light, and the most of it
LEVELS = 12  # of opacity: few, so that the picture packs well
RIM = 0.08  # share of the picture over which it fades at each side


def hills(assessment: Assessment) -> dict[str, Any] | None:
    """Return the picture of the hills and where it lies; None for a town without terrain.

    Parameters
    ----------
    assessment
        Of the town.
    """
    shade = assessment.hills
    if shade is None:
        return None
    picture = base64.b64encode(picture_png(shade)).decode("ascii")
    corners = [[shade.south, shade.west], [shade.north, shade.east]]
    return {"picture": f"data:image/png;base64,{picture}", "bounds": corners}


def picture_png(shade: Hillshade) -> bytes:
    """Return a PNG in grey with alpha: white where the ground is lit, black in shade.

    Parameters
    ----------
    shade
        Not known is transparent, as flat is.
    """
    light = np.nan_to_num(shade.light)
    fade = np.multiply.outer(*(_fading(size) for size in light.shape))
    opacity = np.minimum(np.abs(light) * STRENGTH, STRONGEST) * fade
    alpha = np.rint(opacity / STRONGEST * LEVELS) * (255 * STRONGEST / LEVELS)
    pixels = np.stack([np.where((light > 0) & (alpha > 0), 255, 0), alpha], axis=-1)
    rows, columns = light.shape
    lines = pixels.astype(np.uint8).reshape(rows, columns * 2)
    data = np.pad(lines, ((0, 0), (1, 0))).tobytes()  # each line begins with its filter: none
    head = struct.pack(">IIBBBBB", columns, rows, 8, 4, 0, 0, 0)  # 4: grey with alpha
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(data, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, body) for kind, body in chunks)


def _fading(size: int) -> Floats:
    """Return the opacity along one side: full but for its ends."""
    at = np.arange(size)
    return np.minimum((np.minimum(at, at[::-1]) + 1) / (int(size * RIM) + 1), 1.0)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
