"""What offices keep: ledgers come in row by row, are placed by address and kept for ever.

The archive only ever appends; what it says of the town is read from here.
"""

from .addresses import parse_address
from .archive import (
    EVENT_COLUMNS,
    read_records,
    read_versions,
    writing,
)
from .archive_moves import pull_archive, push_archive
from .archive_tables import IMPORT_COLUMNS, append_import, stored_columns
from .arrivals import LAT, LON, SECONDS, no_arrivals, read_arrivals
from .building_match import GUESSES, HOW, SCORE, TOLD_ID, read_places
from .cases import Step, check_next
from .completion import (
    ANSWER,
    COMPLETE_MARK,
    PAIRS,
    import_completion,
    is_completion_book,
)
from .form_return import FORM_DAY, FORM_ROUND, FORM_STOP, KNOWN_PARTS, LANE_PARTS, NEW, form_thing
from .history import read_events
from .intake import Intake, LedgerFile, import_ledger
from .ledger_return import (
    BOOK_MARK,
    BOOK_SHEET,
    copy_of,
    import_ledger_book,
    is_ledger_book,
)
from .mapping import name_columns
from .observations import ledger_reports
from .open_rows import open_cells, open_pairs, open_problems, things, unplaced_rows
from .phone_lines import format_table as phone_format
from .preview import (
    Preview,
    Taken,
    imports_of,
    is_returned,
    place_row,
    preview_file,
    take_file,
)
from .round_return import (
    COLUMNS,
    HEAD_ROWS,
    MARK,
    MARK_SHEET,
    SHEETS,
    VERSION,
    import_round,
    is_round_book,
)
from .station_ledgers import SAME_PLACE_M, fill_stations
from .town_ledgers import TownLedgers, fill_buildings, has, read_town_ledgers
from .unnamed import places_without_people
from .withdrawal import withdraw

__all__ = [
    "ANSWER",
    "BOOK_MARK",
    "BOOK_SHEET",
    "COLUMNS",
    "COMPLETE_MARK",
    "EVENT_COLUMNS",
    "FORM_DAY",
    "FORM_ROUND",
    "FORM_STOP",
    "GUESSES",
    "HEAD_ROWS",
    "HOW",
    "IMPORT_COLUMNS",
    "KNOWN_PARTS",
    "LANE_PARTS",
    "LAT",
    "LON",
    "MARK",
    "MARK_SHEET",
    "NEW",
    "PAIRS",
    "SAME_PLACE_M",
    "SCORE",
    "SECONDS",
    "SHEETS",
    "TOLD_ID",
    "VERSION",
    "Intake",
    "LedgerFile",
    "Preview",
    "Step",
    "Taken",
    "TownLedgers",
    "append_import",
    "check_next",
    "copy_of",
    "fill_buildings",
    "fill_stations",
    "form_thing",
    "has",
    "import_completion",
    "import_ledger",
    "import_ledger_book",
    "import_round",
    "imports_of",
    "is_completion_book",
    "is_ledger_book",
    "is_returned",
    "is_round_book",
    "ledger_reports",
    "name_columns",
    "no_arrivals",
    "open_cells",
    "open_pairs",
    "open_problems",
    "parse_address",
    "phone_format",
    "place_row",
    "places_without_people",
    "preview_file",
    "pull_archive",
    "push_archive",
    "read_arrivals",
    "read_events",
    "read_places",
    "read_records",
    "read_town_ledgers",
    "read_versions",
    "stored_columns",
    "take_file",
    "things",
    "unplaced_rows",
    "withdraw",
    "writing",
]
