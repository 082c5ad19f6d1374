"""Where the next stations go: request, candidates, instance, mixed-integer program, trust.

The planner's level above the covering engine.
"""

from . import candidates
from .request import Ask, check_ask
from .sensitivity import as_certain
from .solve_plan import PriceCertificate
from .study import Study, study

__all__ = [
    "Ask",
    "PriceCertificate",
    "Study",
    "as_certain",
    "candidates",
    "check_ask",
    "study",
]
