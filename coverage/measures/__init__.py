"""The cheapest thing to do: stations, lanes, gates, water and devices under one budget."""

from .by_yardstick import Measured, measured
from .first import FirstMeasures, first_measures
from .instance import Equity, MeasuresInstance, Yardstick
from .offered import offered_measures
from .order import Step
from .request import MeasuresRequest
from .sites_of import measure_places
from .solve import MeasuresAnswer
from .spread import CostDraws, KindChange
from .study import MeasuresStudy, OtherPlan, Point, check_request, study_measures
from .town_study import Offer, TownMeasures, study_town_measures

__all__ = [
    "CostDraws",
    "Equity",
    "FirstMeasures",
    "KindChange",
    "Measured",
    "MeasuresAnswer",
    "MeasuresInstance",
    "MeasuresRequest",
    "MeasuresStudy",
    "Offer",
    "OtherPlan",
    "Point",
    "Step",
    "TownMeasures",
    "Yardstick",
    "check_request",
    "first_measures",
    "measure_places",
    "measured",
    "offered_measures",
    "study_measures",
    "study_town_measures",
]
