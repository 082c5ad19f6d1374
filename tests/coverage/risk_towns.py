"""Buildings of which all is known, for risk computed by hand: `inputs` changes what it is given."""

from dataclasses import replace
from typing import Any

import numpy as np

from weizhan.coverage.keyed import keys_of
from weizhan.coverage.risk.draws import Moment, logs_of
from weizhan.coverage.risk.inputs import CODES, RiskInputs
from weizhan.coverage.risk.missing import donors
from weizhan.coverage.risk.numbers import typical_numbers
from weizhan.geo.rules.rule_set import load_rules

RULES = load_rules()
CLASSES = list(RULES.risk.classes)
ALL_YEAR = Moment(fires=1.0, harm_asleep=1.0, is_day=False)


def inputs(count: int = 1, **changes: Any) -> RiskInputs:
    """Return homes of three people on one floor of 100 m² with nothing wrong and no help."""

    def full(value: float) -> np.ndarray:
        return np.full(count, float(value))

    home = RiskInputs(
        key=keys_of(range(count)),
        kind=np.full(count, CLASSES.index("home")),
        place=np.full(count, -1),
        three_in_one=np.zeros(count, dtype=bool),
        footprint_m2=full(100),
        floors=full(1),
        floors_low=full(np.nan),
        floors_high=full(np.nan),
        height_m=full(3),
        height_m_low=full(np.nan),
        height_m_high=full(np.nan),
        area_m2=full(np.nan),
        residents=full(3),
        residents_low=full(np.nan),
        residents_high=full(np.nan),
        present=full(3),
        present_low=full(np.nan),
        present_high=full(np.nan),
        heads=full(3),
        elders=full(0),
        children=full(0),
        special=full(np.nan),
        helped=full(np.nan),
        sleepers=full(np.nan),
        stayers=full(np.nan),
        hazards=np.zeros((count, len(CODES))),
        danger=np.full(count, -1),
        stairs=full(1),
        tenants=full(np.nan),
        rooms=full(np.nan),
        leased=full(np.nan),
        gas=np.full(count, -1),
        detector=full(0),
        sprinkler=full(0),
        systems=full(0),
        remote=full(0),
        rcd=full(0),
        monitor=full(0),
        crew=full(0),
        water=full(0),
        water_low=full(np.nan),
        water_high=full(np.nan),
        near=np.zeros(count, dtype=np.int64),
        water_m=full(1000),
        inspected=np.zeros(count, dtype=bool),
    )
    return replace(home, **changes)


def with_hazards(*codes: str, count: int = 1) -> np.ndarray:
    found = np.zeros((count, len(CODES)))
    for code in codes:
        found[:, [str(c) for c in CODES].index(code)] = 1
    return found


def typical(told: RiskInputs, now: Moment = ALL_YEAR) -> tuple[np.ndarray, np.ndarray]:
    """Return fires a year and deaths a fire at the typical numbers, nothing drawn."""
    given = donors(told, RULES.risk, is_day=now.is_day)
    logs = logs_of(told, given, typical_numbers(RULES.risk), RULES, now, None)
    return np.exp(logs.fires[:, 0]), np.exp(logs.harm[:, 0])
