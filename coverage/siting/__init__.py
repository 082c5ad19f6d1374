"""Where the next stations go: request, candidates, instance, mixed-integer program, trust.

The planner's level above the covering engine.
"""

from . import candidates
from .candidates import Candidates
from .demand import demand_of, usual_weight
from .instance import named_bands
from .landmarks import Beside, beside, near_places
from .reach import Reach as SiteReach
from .reach import pair_chances, site_reach, with_candidates
from .request import Request, check_request
from .sensitivity import as_certain
from .solve_plan import PriceCertificate
from .study import Study, study_sites
from .study_parts import StudyParts
from .wishes_error import WishesError, reason_counts

__all__ = [
    "Beside",
    "Candidates",
    "PriceCertificate",
    "Request",
    "SiteReach",
    "Study",
    "StudyParts",
    "WishesError",
    "as_certain",
    "beside",
    "candidates",
    "check_request",
    "demand_of",
    "named_bands",
    "near_places",
    "pair_chances",
    "reason_counts",
    "site_reach",
    "study_sites",
    "usual_weight",
    "with_candidates",
]
