"""Where the next stations go: request, candidates, instance, mixed-integer program, trust.

The planner's level above the covering engine.
"""

from . import candidates
from .request import Request, check_request
from .sensitivity import as_certain
from .solve_plan import PriceCertificate
from .study import Study, study_sites

__all__ = [
    "PriceCertificate",
    "Request",
    "Study",
    "as_certain",
    "candidates",
    "check_request",
    "study_sites",
]
