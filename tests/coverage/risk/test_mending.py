"""What mending a hazard takes away is the harm with it less the harm without it."""

from dataclasses import replace

import numpy as np
import pytest

from weizhan.coverage.risk.inputs import CODES
from weizhan.coverage.risk.mending import mended_shares
from weizhan.coverage.risk.numbers import typical_numbers

from ..risk_towns import ALL_YEAR, RULES, inputs, typical, with_hazards

AT = {str(code): k for k, code in enumerate(CODES)}


def shares(told):
    return mended_shares(told, typical_numbers(RULES.risk), RULES, ALL_YEAR)


def harm(told):
    fires, deaths = typical(told)
    return fires * deaths


def test_each_hazard_alone_goes_with_its_own_factor_and_what_is_not_there_with_nothing():
    both = replace(inputs(), hazards=with_hazards("H2", "H6"))
    without_h2 = replace(inputs(), hazards=with_hazards("H6"))
    found = shares(both)
    assert found[0, AT["H2"]] == pytest.approx(1 - harm(without_h2)[0] / harm(both)[0])
    assert found[0, AT["H2"]] > 0.2  # e-bikes indoors more than one fire in five of such homes
    assert 0 < found[0, AT["H6"]] < 1
    others = [k for name, k in AT.items() if name not in ("H2", "H6")]
    assert not found[0, others].any()


def test_a_hazard_that_nobody_looked_for_is_not_mended():
    told = inputs(2)
    hazards = np.full_like(told.hazards, np.nan)
    hazards[1, AT["W9"]] = 1
    found = shares(replace(told, hazards=hazards))
    assert not found[0].any()
    assert np.flatnonzero(found[1]).tolist() == [AT["W9"]]
