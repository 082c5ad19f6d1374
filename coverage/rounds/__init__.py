"""Who visits whom on which day in which order: reasons, visits, legs, tours.

Rounds are a heuristic and say so.
"""

from . import reasons_to_visit
from .directions import Landmarks, Stretch, directions, piece_line, way_line
from .legs import Way
from .plan_rounds import HalfDay, LeftOut, Promised, Round, Rounds, Stop, default_teams, plan_rounds
from .reasons_to_visit import RoundKind, known
from .visits import DOOR, LANE, visits_for
from .work_places import Place

__all__ = [
    "DOOR",
    "LANE",
    "HalfDay",
    "Landmarks",
    "LeftOut",
    "Place",
    "Promised",
    "Round",
    "RoundKind",
    "Rounds",
    "Stop",
    "Stretch",
    "Way",
    "default_teams",
    "directions",
    "known",
    "piece_line",
    "plan_rounds",
    "reasons_to_visit",
    "visits_for",
    "way_line",
]
