"""What a planner wishes of a plan beyond its size: bands, floors, quotas, spacing, moves.

A TOML file, every part optional::

    weight = "people"                  # people, count or risk
    aim = "cover"                      # cover, arrival (its probability) or absence (of crews)
    robust = "cvar"                    # none, expected, cvar or worst: lanes blocked at random
    lane_draws = 20                    # random lane states for it
    tail = 0.1                         # share of the worst of them that cvar looks at
    spacing_m = 150                    # between new stations, in a straight line
    movable = ["X002"]                 # stations that may be given up and built elsewhere
    closable = ["X003"]                # stations that may be given up
    forbidden = ["K004"]               # candidates that are not to be used
    chosen = ["K001"]                  # candidates that are in every plan
    must_uses = ["elder_care"]         # uses whose buildings must be covered
    double_uses = ["group_rental"]     # uses for which a second crew counts too
    double_bands = ["red"]             # risk bands for which it does
    community_floor = 0.5              # share of every community to be covered
    worst_off = 0.2                    # how much the share of the worst-off community counts
    [bands]                            # scenarios of the town and their weights
    weekday = 2
    night = 1
    [tiers]                            # tiers of the rule set and their weights
    micro = 1
    [quota.key_unit]                   # hosts: at least, at most
    most = 2
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from .words import HostType, InputError, RiskBand, TownError, Use, told_values

Weight = Literal["people", "count", "risk"]
Aim = Literal["cover", "arrival", "absence"]
Robust = Literal["none", "expected", "cvar", "worst"]
Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0, le=1e6)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Quota(_Frozen):
    """How many new stations a kind of host may or must have."""

    least: Annotated[int, Field(ge=0)] = 0
    most: Annotated[int, Field(ge=0)] | None = None


class Wishes(_Frozen):
    """What a planner wishes; see the module."""

    weight: Weight | None = None
    aim: Aim = "cover"
    robust: Robust = "none"
    lane_draws: Annotated[int, Field(ge=2, le=200)] = 20
    tail: Annotated[float, Field(gt=0, lt=1)] = 0.1
    bands: dict[str, Positive] = {}
    tiers: dict[str, Positive] = {"micro": 1.0}
    must_uses: tuple[Use, ...] = ()
    double_uses: tuple[Use, ...] = ()
    double_bands: tuple[RiskBand, ...] = ()
    community_floor: Share = 0.0
    worst_off: Share = 0.0
    quota: dict[HostType | Literal["other"], Quota] = {}
    spacing_m: Annotated[float, Field(ge=0, le=1e5)] = 0.0
    movable: tuple[str, ...] = ()
    closable: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    chosen: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _together(self) -> Wishes:
        if self.aim != "cover" and (self.double_uses or self.double_bands):
            msg = f'double_… 只能与 aim = "cover" 同用 (goes with aim cover only): {self.aim}'
            raise ValueError(msg)
        for host, quota in self.quota.items():
            if quota.most is not None and quota.most < quota.least:
                msg = f"quota.{host}: least {quota.least} > most {quota.most}"
                raise ValueError(msg)
        return self


def read_wishes(file: Path) -> Wishes:
    """Read a file of wishes.

    Raises
    ------
    InputError
        When there is no such file, or it is no TOML.
    TownError
        When values are not allowed; carries every problem.
    """
    try:
        tables = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        raise InputError("error.file_missing", file=file) from error
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("error.file_unreadable", file=file, why=error) from error
    except tomllib.TOMLDecodeError as error:
        raise InputError("error.not_toml", file=file, why=error) from error
    try:
        return Wishes.model_validate(tables)
    except ValidationError as error:
        raise TownError(told_values(error, "wishes", file.name)) from error
