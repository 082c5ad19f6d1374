"""Tables and layers in and out: files read, headers matched, cells read, problems told.

What a column may hold is declared once, in the schemas and the kinds of ledger.
"""

from .cells import allowed_words, complaint, read_cells
from .doctor import doctor, doctor_tables
from .formulas import hollow_formulas
from .headers import HeaderMatch, match_headers
from .layers import TABLE_ENDINGS, WGS84, read_layer, write_layers
from .ledger_kinds import FOUND_ON, KINDS, STATE, STEP_COLUMNS, Entry, LedgerKind, ledger_kind
from .schemas import SCHEMAS, Column, Schema
from .sheets import MISSING, read_ledger, readable
from .validation import match_columns, unread_columns, validate

__all__ = [
    "FOUND_ON",
    "KINDS",
    "MISSING",
    "SCHEMAS",
    "STATE",
    "STEP_COLUMNS",
    "TABLE_ENDINGS",
    "WGS84",
    "Column",
    "Entry",
    "HeaderMatch",
    "LedgerKind",
    "Schema",
    "allowed_words",
    "complaint",
    "doctor",
    "doctor_tables",
    "hollow_formulas",
    "ledger_kind",
    "match_columns",
    "match_headers",
    "read_cells",
    "read_layer",
    "read_ledger",
    "readable",
    "unread_columns",
    "validate",
    "write_layers",
]
