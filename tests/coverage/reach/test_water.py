"""Which sources of water work, by what is told of them."""

import pandas as pd
import pytest

from weizhan.coverage.reach.water import water_states


@pytest.mark.parametrize(
    ("state", "flow", "works", "fails"),
    [
        ("good", 15, True, False),
        ("good", 1, True, False),
        ("good", 0, False, True),  # what gives nothing does not work, whatever is said of it
        ("good", None, True, False),
        ("fault", 15, False, True),
        (None, 15, False, False),  # nobody told
        (None, 0, False, True),
        (None, None, False, False),
    ],
)
def test_a_source_works_fails_or_nobody_told(state, flow, works, fails):
    water = pd.DataFrame({"state": pd.Series([state], dtype=object), "flow_l_s": [flow]})
    assert [flags.tolist() for flags in water_states(water)] == [[works], [fails]]
