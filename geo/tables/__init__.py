"""Tables and layers in and out: files read, headers matched, cells read, problems told.

What a column may hold is declared once, in the schemas and the kinds of ledger.
"""

from .account import REFUSED, Account, account_of, load_sheet
from .cells import MISSING, NO, YES, Cells, SheetDates, read_cells
from .column import DATES, NUMBERS, Column, allowed_words
from .corrections import (
    CORRECTIONS_FILE,
    Correction,
    NewValue,
    correct_cells,
    corrected,
    read_corrections,
    undo_correction,
)
from .doctor import doctor, doctor_tables
from .geodata import read_geodata
from .headers import HeaderMatch, check_stated, columns_found, match_headers, unread_headers
from .layers import WGS84, read_layer, write_layers
from .ledger_kinds import FOUND_ON, KINDS, STATE, STEP_COLUMNS, LedgerKind, ledger_kind
from .mend import mend_rows
from .missing import is_missing
from .points import points_of
from .read import SOURCE_SHEET, Sheet, read_table
from .schemas import SCHEMAS, Schema
from .sheets import TABLE_ENDINGS, Cell, raw_sheets, readable
from .validation import read_columns, validate

__all__ = [
    "CORRECTIONS_FILE",
    "DATES",
    "FOUND_ON",
    "KINDS",
    "MISSING",
    "NO",
    "NUMBERS",
    "REFUSED",
    "SCHEMAS",
    "SOURCE_SHEET",
    "STATE",
    "STEP_COLUMNS",
    "TABLE_ENDINGS",
    "WGS84",
    "YES",
    "Account",
    "Cell",
    "Cells",
    "Column",
    "Correction",
    "HeaderMatch",
    "LedgerKind",
    "NewValue",
    "Schema",
    "Sheet",
    "SheetDates",
    "account_of",
    "allowed_words",
    "check_stated",
    "columns_found",
    "correct_cells",
    "corrected",
    "doctor",
    "doctor_tables",
    "is_missing",
    "ledger_kind",
    "load_sheet",
    "match_headers",
    "mend_rows",
    "points_of",
    "raw_sheets",
    "read_cells",
    "read_columns",
    "read_corrections",
    "read_geodata",
    "read_layer",
    "read_table",
    "readable",
    "undo_correction",
    "unread_headers",
    "validate",
    "write_layers",
]
