"""What a meeting looks at: lists, the review of a period, two periods compared, look-alikes.

Works on assessments and on frozen periods.
"""

from .alike import Case, case_of_fire, look_alikes
from .comparison import OUTSIDE, WHOLE, Comparison, compare
from .freezing import frozen_layers
from .holidays import Holiday, coming_dates, dates_ahead, next_holiday
from .lists import ListSource, located_cases, risk_lists, with_community
from .lists_of_duties import duty_lists, mending_list
from .period_review import Counts, Review, community_counts, review
from .unknown_lists import (
    lists_without_layer,
    lists_without_ledger,
    lists_without_use,
    without_unknown_counts,
)

__all__ = [
    "OUTSIDE",
    "WHOLE",
    "Case",
    "Comparison",
    "Counts",
    "Holiday",
    "ListSource",
    "Review",
    "case_of_fire",
    "coming_dates",
    "community_counts",
    "compare",
    "dates_ahead",
    "duty_lists",
    "frozen_layers",
    "lists_without_layer",
    "lists_without_ledger",
    "lists_without_use",
    "located_cases",
    "look_alikes",
    "mending_list",
    "next_holiday",
    "review",
    "risk_lists",
    "with_community",
    "without_unknown_counts",
]
