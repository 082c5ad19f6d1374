"""Same as that fire: what is known to differ is left out, what is not known stays in."""

import numpy as np
import pandas as pd
import pytest

from weizhan.coverage import columns as c
from weizhan.coverage.review.alike import Case, look_alikes
from weizhan.coverage.risk.inputs import CODES
from weizhan.geo.words.errors import InputError
from weizhan.geo.words.vocabulary import HazardCode, Use

BUILDINGS = pd.DataFrame(
    {
        "building_id": list("ABCDE"), "name": None, "address": None, "community_id": "1",
        "use": ["three_in_one", "three_in_one", None, "factory", None],
        "floors": [3, np.nan, 4, 3, np.nan], "height_m": np.nan,
        c.RISK_BAND: "red", c.RISK_RANK: [3, 1, 2, 4, 5],
        "micro_response_time_s": [100.0, 200, 150, 90, 80], "micro_cover": "covered",
        "micro_main_limit": None, c.ATTACHED_LANE_ID: ["L1", "L2", None, "L1", "L1"],
    }
)  # fmt: skip
LANES = pd.DataFrame({"lane_id": ["L1", "L2"], c.STATE: ["blocked", "unknown"]})


def hazards(**at):
    found = np.zeros((5, len(CODES)))
    found[2] = np.nan  # nobody looked at C
    for building, code in at.items():
        found["ABCDE".index(building), CODES.index(HazardCode(code))] = 1
    return found


def test_look_alikes_are_sure_or_may_be():
    case = Case(uses=(Use.THREE_IN_ONE,), hazards=(HazardCode.H2,), floors=(3, 5))
    found = look_alikes(case, BUILDINGS, LANES, hazards(A="H2", B="H2"), ["micro"])
    assert found["building_id"].tolist() == ["A", "B", "C"]
    assert found["sure"].tolist() == [True, False, False]
    assert found["unknown"].tolist() == ["", "floors", "use;H2"]
    assert found["lane_state"].tolist()[:2] == ["blocked", "unknown"]
    assert found["micro_response_time_s"].tolist() == [100, 200, 150]


def test_a_building_of_which_all_is_unknown_is_no_look_alike():
    found = look_alikes(Case(uses=(Use.FACTORY,)), BUILDINGS, LANES, hazards(), ["micro"])
    assert found["building_id"].tolist() == ["D"]


def test_a_case_that_asks_nothing_is_refused():
    with pytest.raises(InputError, match="--use"):
        look_alikes(Case(), BUILDINGS, LANES, hazards(), ["micro"])
