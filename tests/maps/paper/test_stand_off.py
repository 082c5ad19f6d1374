"""The pre-plan of an energy store says how far volunteers keep away, and nothing of other uses."""

import pandas as pd
import pytest

from weizhan.coverage import columns as c
from weizhan.geo.rules.rule_set import load_rules
from weizhan.maps.paper.pre_plan import _notes

STAND_OFF = load_rules().risk.stand_off_m


def notes(use, lang, far=STAND_OFF):
    reasons = {c.reason(k): None for k in range(1, c.REASONS + 1)}
    return _notes(pd.Series({"use": use, **reasons}), far, lang)


@pytest.mark.parametrize(("lang", "said"), [("zh", "退到 25–500 米以外"), ("en", "25–500 m away")])
def test_volunteers_keep_away_from_an_energy_store(lang, said):
    assert said in notes("energy_storage", lang)[0]
    assert not any(said in note for use in ("residential", None) for note in notes(use, lang))


def test_a_town_that_sets_the_distance_sees_its_own():
    use = next(iter(STAND_OFF))
    own = {use: STAND_OFF[use].model_copy(update={"value": 60, "low": None, "high": None})}
    assert "退到 60 米以外" in notes("energy_storage", "zh", own)[0]
