"""Where the next stations go: request, candidates, instance, mixed-integer program, trust.

The planner's level above the covering engine.
"""

from . import candidates
from .landmarks import near_places
from .request import Request, check_request
from .sensitivity import as_certain
from .solve_plan import PriceCertificate
from .study import Study, study_sites
from .wishes_error import WishesError, reason_counts

__all__ = [
    "PriceCertificate",
    "Request",
    "Study",
    "WishesError",
    "as_certain",
    "candidates",
    "check_request",
    "near_places",
    "reason_counts",
    "study_sites",
]
