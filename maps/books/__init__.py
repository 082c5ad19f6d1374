"""Tables to work with: Excel workbooks, CSV lists, GeoPackages.

No cell from data is a formula.
"""

from .completion_book import completion_book
from .csv_tables import sheet
from .geopackage import storable, write_geopackage
from .indicators import indicators
from .lanes_tables import findings_csv, keep_clear_csv, openings_csv
from .ledger_book import dictionary, ledger_book
from .list_tables import write_lists
from .measures_book import measures_book
from .problem_book import problem_book
from .round_book import round_book, round_rows
from .shared import VULNERABLE, shared_ledgers
from .siting_book import siting_book
from .workbook import new_book

__all__ = [
    "VULNERABLE",
    "completion_book",
    "dictionary",
    "findings_csv",
    "indicators",
    "keep_clear_csv",
    "ledger_book",
    "measures_book",
    "new_book",
    "openings_csv",
    "problem_book",
    "round_book",
    "round_rows",
    "shared_ledgers",
    "sheet",
    "siting_book",
    "storable",
    "write_geopackage",
    "write_lists",
]
