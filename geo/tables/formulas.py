"""Formulas that a workbook holds without their results: to every reader these cells are blank."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree

OPEN_XML = frozenset({".xlsx", ".xlsm"})
_HOLLOW = re.compile(
    rb'<c r="([A-Z]+\d+)"[^>]*>\s*<f[^>]*?(?:/>|>[^<]*</f>)\s*(?:<v\s*/>|<v></v>)?\s*</c>'
)
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_TARGETS = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"


def hollow_formulas(file: Path, *, sheet: str | None = None) -> list[str]:
    """Return the cells of a sheet whose formula was saved without its result.

    A program that writes formulas but does not compute them leaves such cells; opening and
    saving the workbook in a spreadsheet fills them.

    Parameters
    ----------
    file
        Any table; only .xlsx and .xlsm can hold such cells.
    sheet
        Name of the sheet; the first one if not given.

    Returns
    -------
    list
        As ``B2``; empty for what is no such workbook.
    """
    if file.suffix.lower() not in OPEN_XML:
        return []
    try:
        with zipfile.ZipFile(file) as archive:
            book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
            links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
            target = {link.get("Id"): str(link.get("Target")) for link in links.iter(_TARGETS)}
            sheets = {page.get("name"): page.get(_LINK) for page in book.iter(f"{_MAIN}sheet")}
            name = target[sheets[sheet] if sheet else next(iter(sheets.values()))]
            path = name.lstrip("/") if name.startswith("/") else f"xl/{name}"
            return [cell.decode() for cell in _HOLLOW.findall(archive.read(path))]
    except (KeyError, StopIteration, zipfile.BadZipFile, ElementTree.ParseError):
        return []
