"""``calibration.json`` of a town: rates fitted to its own fires, with what they rest on."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from ..words import InputError
from .values import Frozen

CALIBRATION_FILE: Final = "calibration.json"


class FittedRate(Frozen):
    """One rate with its interval and the spread of its logarithm."""

    rate: float
    low: float
    high: float
    log_sd: float
    fires: int
    prior: float


class Calibration(Frozen):
    """What `weizhan.coverage.risk.calibration` fitted.

    Attributes
    ----------
    step
        Rung of the ladder: ``shrinkage`` or ``regression``.
    fires, first, last
        How many fires were used, and the days of observation.
    rules
        Title of the rule set whose rates were the prior.
    classes
        Fires a year per 1,000 residents or 1,000 m² of floor by risk class.
    communities
        Factor on the rates by community, 1 where it burns as its buildings say.
    """

    step: str
    fires: int
    first: dt.date
    last: dt.date
    rules: str
    classes: dict[str, FittedRate]
    communities: dict[str, FittedRate]


def read_calibration(folder: Path) -> Calibration | None:
    """Return the calibration of a town folder, None where there is none.

    Raises
    ------
    InputError
        When the file is no calibration.
    """
    file = folder / CALIBRATION_FILE
    if not file.exists():
        return None
    try:
        return Calibration.model_validate_json(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ValidationError) as error:
        why = str(error).splitlines()[0]
        raise InputError("error.calibration_broken", file=file, why=why) from error


def calibration_text(calibration: Calibration) -> str:
    """Return the text of ``calibration.json``."""
    told = calibration.model_dump(mode="json")
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"
