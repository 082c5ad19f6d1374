"""One HTML file that needs no network: assets inlined, columns packed, letters embedded.

Everything from data is escaped here.
"""

from .fonts import town_font
from .packed_columns import Integers, Pack, Reference
from .report_table import report_line, report_section, report_table
from .standalone import (
    LEAFLET_CSS,
    LEAFLET_JS,
    Verbatim,
    escape,
    json_block,
    seal,
    shown,
    standalone,
    template,
)

__all__ = [
    "LEAFLET_CSS",
    "LEAFLET_JS",
    "Integers",
    "Pack",
    "Reference",
    "Verbatim",
    "escape",
    "json_block",
    "report_line",
    "report_section",
    "report_table",
    "seal",
    "shown",
    "standalone",
    "template",
    "town_font",
]
