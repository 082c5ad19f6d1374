"""One HTML file that needs no network: sealed, columns packed, letters embedded.

Everything from data is escaped here.
"""

from .escape import escape, shown
from .fonts import FONT_SHEET, font_face, town_font, town_letters
from .packed_columns import Pack, Reference, floats
from .sealed import HTML_LANG, json_block, seal, template
from .sections import Html, Row, cut_note, differences_told, line, paragraph, section, steps, table

__all__ = [
    "FONT_SHEET",
    "HTML_LANG",
    "Html",
    "Pack",
    "Reference",
    "Row",
    "cut_note",
    "differences_told",
    "escape",
    "floats",
    "font_face",
    "json_block",
    "line",
    "paragraph",
    "seal",
    "section",
    "shown",
    "steps",
    "table",
    "template",
    "town_font",
    "town_letters",
]
