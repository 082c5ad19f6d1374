"""Who visits whom on which day in which order: reasons, visits, legs, tours.

Rounds are a heuristic and say so.
"""

from . import reasons_to_visit
from .drawn_rounds import plan_drawn
from .legs import Way
from .planning import HalfDay, LeftOut, Promised, Round, Rounds, Stop, default_teams, plan_rounds
from .reasons_to_visit import RoundKind, read_facts
from .visits import DOOR, LANE, Visit, visits_for
from .way_directions import Landmarks, Stretch, directions, piece_line, way_line
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
    "Visit",
    "Way",
    "default_teams",
    "directions",
    "piece_line",
    "plan_drawn",
    "plan_rounds",
    "read_facts",
    "reasons_to_visit",
    "visits_for",
    "way_line",
]
