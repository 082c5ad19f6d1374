"""Whole result folders, one a command, written completely or not at all."""

from .assessment_results import RESULT_NAMES, write_results
from .beside import pages_beside
from .export import names_of, write_export
from .lanes_results import LANES_NAMES, write_lanes
from .measures_results import MEASURES_NAMES, write_measures
from .province_results import (
    PER,
    SITES_FILE,
    drop_part,
    page_of,
    write_overview,
    write_part,
    write_sites,
)
from .round_results import names_in, read_promises, write_forms, write_rounds
from .siting_results import SITING_NAMES, write_siting

__all__ = [
    "LANES_NAMES",
    "MEASURES_NAMES",
    "PER",
    "RESULT_NAMES",
    "SITES_FILE",
    "SITING_NAMES",
    "drop_part",
    "names_in",
    "names_of",
    "page_of",
    "pages_beside",
    "read_promises",
    "write_export",
    "write_forms",
    "write_lanes",
    "write_measures",
    "write_overview",
    "write_part",
    "write_results",
    "write_rounds",
    "write_sites",
    "write_siting",
]
