"""Coordinates as people write them: both in one cell, degrees and minutes, metres with a zone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from .spelling import normal
from .vocabulary import Datum

Unit = Literal["degrees", "metres"]

MERIDIANS: Final = range(75, 136, 3)  # central meridians of the 3-degree zones of China

_LON: Final = (70.0, 140.0)  # China with its surroundings; no latitude there is so large
_LAT: Final = (0.0, 56.0)
_NORTHING: Final = (1.5e6, 6.2e6)  # metres from the equator, 13-55° N
_SIGN: Final = {"n": ("lat", 1), "s": ("lat", -1), "e": ("lon", 1), "w": ("lon", -1)}
_WORDS: Final = (
    (re.compile(r"东经|经度|longitude|long|lng|lon"), "E"),
    (re.compile(r"北纬|纬度|latitude|lat"), "N"),
    (re.compile(r"[xXyY](?:坐标)?\s*[:=]"), ""),  # in Chinese surveys X is the northing: size tells
    (re.compile(r"西经"), "W"),
    (re.compile(r"南纬"), "S"),
)
_NUMBER: Final = r"\d+(?:\.\d+)?"
_ANGLE: Final = re.compile(
    rf"(?P<sign>-)?(?P<d>{_NUMBER})(?:[°º˚度d](?:(?P<m>{_NUMBER})(?:['′‘’分m](?:(?P<s>{_NUMBER})"
    rf"(?:[\"″“”秒s]|''|′′)?)?)?)?)?"
)
_DOTTED: Final = re.compile(r"(?P<d>\d{1,3})\.(?P<m>\d{1,2})\.(?P<s>\d{1,2}(?:\.\d+)?)")
_PLANE: Final = re.compile(r"(?:cgcs2000|国家2000|2000)[:：/ ]*(\d{2,3})(?:°|度|e)?", re.IGNORECASE)
_EPSG: Final = re.compile(r"epsg[: ]*(\d{4,6})", re.IGNORECASE)


@dataclass(frozen=True)
class Coordinates:
    """One place as it was written.

    Attributes
    ----------
    x, y
        Longitude and latitude in degrees, or easting (without the zone) and northing in metres.
    unit
        Which of them.
    epsg
        Of a plane whose zone stands before the easting, None where the text does not tell it.
    swapped
        Whether latitude or northing came first; to be told.
    """

    x: float
    y: float
    unit: Unit
    epsg: int | None = None
    swapped: bool = False


def read_angle(text: object) -> float | None:
    """Read a longitude or a latitude in degrees.

    Parameters
    ----------
    text
        ``106.48``, ``106°28′48″``, ``106度28分48秒``, ``E106.28.48``, ``29.48N``, ``东经106.48``.

    Returns
    -------
    float
        South and west negative; None when it is no angle up to 180°.
    """
    found = _angle(_plain(text))
    return None if found is None else found[1]


def read_coordinates(text: object) -> Coordinates | None:
    """Read both coordinates of a place from one cell.

    Parameters
    ----------
    text
        Such as ``106.48, 29.48``, ``29.48N 106.48E``, ``106°28′48″ 29°33′00″`` or
        ``36512345.6 3274567.8`` (zone 36) or ``36 512345.6, 3274567.8``.

    Returns
    -------
    Coordinates
        None when they are not two numbers, or fit neither degrees nor metres in China. What is
        said (N, E, 东经) decides which is which, else the size of the numbers.

    Examples
    --------
    >>> read_coordinates("29.48N 106.48E")
    Coordinates(x=106.48, y=29.48, unit='degrees', epsg=None, swapped=True)
    >>> read_coordinates("36 512345.6, 3274567.8").epsg
    4545
    """
    parts = _halves(_plain(text))
    if parts is None:
        return None
    return _in_degrees(*parts) or _in_metres(*parts)


def zone_of(easting: float) -> tuple[int, float] | None:
    """Return the plane of an easting with its zone before it, and the easting without; else None.

    Parameters
    ----------
    easting
        Metres; 36 512 345.6 lies in the 3-degree zone 36, 20 512 345.6 in the 6-degree zone 20.
    """
    zone, rest = divmod(easting, 1e6)
    if 25 <= zone <= 45:
        return 4534 + int(zone) - 25, rest
    if 13 <= zone <= 23:
        return 4502 + int(zone) - 13, rest
    return None


def plane_of(text: str) -> int | None:
    """Return the EPSG code of a coordinate system as people name it.

    Parameters
    ----------
    text
        ``cgcs2000:117`` for the plane of a central meridian without zone before the easting,
        ``cgcs2000:39`` for a 3-degree zone by its number, or an EPSG code as ``EPSG:4547``.

    Returns
    -------
    int
        None when it is neither.
    """
    said = normal(text)
    if found := _EPSG.fullmatch(said):
        return int(found[1])
    found = _PLANE.fullmatch(said)
    if found is None:
        return None
    number = int(found[1])
    if number in MERIDIANS:
        return 4534 + (number - MERIDIANS.start) // 3
    return 4513 + number - 25 if 25 <= number <= 45 else None


@dataclass(frozen=True)
class Reference:
    """What the coordinates of a file refer to: a datum, and the EPSG code of metres."""

    datum: Datum
    plane: int | None = None


def read_reference(text: str) -> Reference | None:
    """Return what coordinates refer to, as people write it.

    Parameters
    ----------
    text
        The name of a datum, or what `plane_of` reads.

    Returns
    -------
    Reference
        None when it is neither. A plane is one of CGCS2000 unless its EPSG code says otherwise;
        no shift of GCJ-02 or BD-09 lies on planes.

    Examples
    --------
    >>> read_reference("gcj02").plane, read_reference("cgcs2000:117").plane
    (None, 4548)
    """
    said = normal(text).lower()
    if said in list(Datum):
        return Reference(Datum(said))
    plane = plane_of(text)
    return None if plane is None else Reference(Datum.CGCS2000, plane)


def _plain(text: object) -> str:
    said = normal(text).replace("`", "'").replace("´", "'")
    said = said.strip("()[]{} ")
    said = re.sub(r"(?i)point\s*\(?", "", said)
    for words, letter in _WORDS:
        said = words.sub(letter, said)
    return re.sub(r"(?<=[NESWnesw])[:=\s]+(?=[\d-])", "", said).strip()


def _halves(said: str) -> tuple[str, str] | None:
    """Return the two coordinates of a text as texts."""
    for between in (r"\s*[,;/|、]\s*", r"\s+"):
        parts = [part for part in re.split(between, said) if part]
        if len(parts) == 2:
            return parts[0], parts[1]
        if len(parts) == 3 and re.fullmatch(r"\d{2}", parts[0]):
            return parts[0] + parts[1], parts[2]  # the zone, written apart
    for pattern in (r"([NESW][^NESW]+)\s*([NESW][^NESW]+)", r"([^NESW]+[NESW])\s*([^NESW]+[NESW])"):
        if found := re.fullmatch(pattern, said, re.IGNORECASE):
            return found[1], found[2]
    found = re.fullmatch(r"(\d.+?(?:\"|”|''|′′|秒))\s*(\d.+)", said)
    return None if found is None else (found[1], found[2])


def _angle(said: str) -> tuple[str | None, float] | None:
    """Return which axis an angle says it is on, and its degrees."""
    plain = re.sub(r"\s+", "", said)
    found = re.fullmatch(r"([NESWnesw])?(.*?)([NESWnesw])?", plain)
    if found is None or (found[1] and found[3]):
        return None
    axis, sign = _SIGN.get((found[1] or found[3] or "").lower(), (None, 1))
    parts = _DOTTED.fullmatch(found[2]) or _ANGLE.fullmatch(found[2])
    if parts is None:
        return None
    told = parts.groupdict()
    minutes, seconds = float(told["m"] or 0), float(told["s"] or 0)
    whole = "." not in told["d"] or told["m"] is None
    if minutes >= 60 or seconds >= 60 or not whole or (told["s"] and "." in (told["m"] or "")):
        return None
    if told.get("sign"):
        if axis is not None:
            return None
        sign = -1
    degrees = sign * (float(told["d"]) + minutes / 60 + seconds / 3600)
    return (axis, degrees) if abs(degrees) <= (90 if axis == "lat" else 180) else None


def _in_degrees(first: str, second: str) -> Coordinates | None:
    one, two = _angle(first), _angle(second)
    if one is None or two is None or (one[0] is not None and one[0] == two[0]):
        return None
    swapped = one[0] == "lat" or two[0] == "lon" if (one[0] or two[0]) else None
    if one[0] == "lon" or two[0] == "lat":
        swapped = False
    a, b = one[1], two[1]
    if swapped is None:
        as_they_stand = _LON[0] <= a <= _LON[1] and _LAT[0] <= b <= _LAT[1]
        other_way = _LON[0] <= b <= _LON[1] and _LAT[0] <= a <= _LAT[1]
        if as_they_stand == other_way:
            return None
        swapped = other_way
    x, y = (b, a) if swapped else (a, b)
    return Coordinates(x, y, "degrees", swapped=swapped) if abs(y) <= 90 else None


def _in_metres(first: str, second: str) -> Coordinates | None:
    try:
        a, b = (float(re.sub(r"[EN\s米m]", "", part)) for part in (first, second))
    except ValueError:
        return None
    northings = [_NORTHING[0] <= value <= _NORTHING[1] for value in (a, b)]
    if sum(northings) != 1:
        return None
    swapped = northings[0]
    x, y = (b, a) if swapped else (a, b)
    zone = zone_of(x)
    if zone is not None:
        return Coordinates(zone[1], y, "metres", epsg=zone[0], swapped=swapped)
    return Coordinates(x, y, "metres", swapped=swapped) if 0 < x < 1e6 else None
