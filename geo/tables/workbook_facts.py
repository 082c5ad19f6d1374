"""What values do not tell of a workbook: formulas without results, errors, hidden rows, 1904."""

from __future__ import annotations

import re
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

from ..words import Epoch

#: What a broken archive raises, by the place where it is broken.
UNREADABLE: Final = (
    zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError,
    ValueError,
)  # fmt: skip
MOST_CELLS: Final = 20_000_000  # a stray cell in the last corner of a sheet makes a billion
OPEN_XML: Final = frozenset({".xlsx", ".xlsm"})
_HOLLOW: Final = re.compile(
    rb'<c r="([A-Z]+\d+)"[^>]*>\s*<f[^>]*?(?:/>|>[^<]*</f>)\s*(?:<v\s*/>|<v></v>)?\s*</c>'
)
_ERROR: Final = re.compile(rb'<c (?=[^>]*\bt="e")[^>]*?\br="([A-Z]+\d+)"[^>]*>')
_ROW: Final = re.compile(rb'<row (?=[^>]*\bhidden="(?:1|true)")[^>]*?\br="(\d+)"[^>]*>')
_LAST_ROW: Final = re.compile(rb'.*<row [^>]*?\br="(\d+)"', re.DOTALL)
_WIDE: Final = re.compile(rb'<c [^>]*?\br="([A-Z]{3})(\d+)"')  # columns from AAA, the 703rd
_MAIN: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LINK: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_TARGETS: Final = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"


@dataclass(frozen=True, slots=True)
class WorkbookFacts:
    """What stands in the XML of one sheet.

    Attributes
    ----------
    hollow
        Cells, as ``B2``, whose formula was saved without its result: blank to every reader.
        Opening and saving the workbook in a spreadsheet fills them.
    errors
        Cells that show an error such as ``#N/A``: blank to the reader too.
    hidden
        Numbers of the rows that somebody hid; none where a filter hides them, as what a filter
        leaves out for the moment is as good as the rest.
    far
        A cell so far out that reading the sheet would need a billion cells; empty if there is none.
    epoch
        From which year the workbook counts its days.
    """

    hollow: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    hidden: tuple[int, ...] = ()
    far: str = ""
    epoch: Epoch = 1900


def workbook_facts(file: Path, *, sheet: str | None = None) -> WorkbookFacts:
    """Return what the values of a sheet do not tell.

    Parameters
    ----------
    file
        Any table; only .xlsx and .xlsm hold such facts where we look for them.
    sheet
        Name of the sheet; the first one if not given.
    """
    if file.suffix.lower() not in OPEN_XML:
        return WorkbookFacts()
    try:
        with zipfile.ZipFile(file) as archive:
            book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
            links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
            target = {link.get("Id"): str(link.get("Target")) for link in links.iter(_TARGETS)}
            sheets = {page.get("name"): page.get(_LINK) for page in book.iter(f"{_MAIN}sheet")}
            name = target[sheets[sheet] if sheet else next(iter(sheets.values()))]
            page = archive.read(name.lstrip("/") if name.startswith("/") else f"xl/{name}")
    except (*UNREADABLE, KeyError, StopIteration, ElementTree.ParseError):
        return WorkbookFacts()
    settings = book.find(f"{_MAIN}workbookPr")
    filtered = b"<autoFilter" in page
    mac = settings is not None and settings.get("date1904") in ("1", "true")
    return WorkbookFacts(
        hollow=tuple(cell.decode() for cell in _HOLLOW.findall(page)),
        errors=tuple(cell.decode() for cell in _ERROR.findall(page)),
        hidden=() if filtered else tuple(int(row) for row in _ROW.findall(page)),
        far=_far(page),
        epoch=1904 if mac else 1900,
    )


def _far(page: bytes) -> str:
    """Return the cell that makes a sheet too large to be read."""
    last = _LAST_ROW.match(page)
    wide = max(_WIDE.findall(page), default=None)
    if last is None or wide is None:
        return ""
    column = 0
    for letter in wide[0]:
        column = column * 26 + letter - ord("A") + 1
    return b"".join(wide).decode() if column * int(last[1]) > MOST_CELLS else ""
