"""What a meeting looks at: lists, the review of a period, two periods compared, look-alikes.

Works on assessments and on frozen periods.
"""

from .alike import Case, case_of_fire, look_alikes
from .compare import WHOLE, Comparison, compare
from .freezing import frozen_layers
from .lists import (
    cluster_areas,
    hazard_areas,
    located_cases,
    past_fires,
    risk_lists,
    with_community,
)
from .period_review import Counts, Review, community_counts, review

__all__ = [
    "WHOLE",
    "Case",
    "Comparison",
    "Counts",
    "Review",
    "case_of_fire",
    "cluster_areas",
    "community_counts",
    "compare",
    "frozen_layers",
    "hazard_areas",
    "located_cases",
    "look_alikes",
    "past_fires",
    "review",
    "risk_lists",
    "with_community",
]
