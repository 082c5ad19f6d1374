"""The cheapest thing to do: stations, lanes, gates, water and devices under one budget."""

from .by_yardstick import Measured, measured
from .instance import Equity, MeasuresInstance, Yardstick
from .offered import offered_measures
from .order import Step
from .request import MeasuresRequest
from .solve import BoundProof, MeasuresAnswer
from .spread import CostDraws, KindChange
from .study import MeasuresStudy, OtherPlan, Point, check_request, study_measures

__all__ = [
    "BoundProof",
    "CostDraws",
    "Equity",
    "KindChange",
    "Measured",
    "MeasuresAnswer",
    "MeasuresInstance",
    "MeasuresRequest",
    "MeasuresStudy",
    "OtherPlan",
    "Point",
    "Step",
    "Yardstick",
    "check_request",
    "measured",
    "offered_measures",
    "study_measures",
]
