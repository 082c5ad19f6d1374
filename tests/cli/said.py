"""What the files of a result folder say, as lines of plain text."""

from __future__ import annotations

import csv
import html
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pypdf

_TAGS = re.compile(r"<(script|style)\b.*?</\1>|<[^>]+>", re.DOTALL)
_CONTENT = re.compile(r'<script type="application/json" id="content">(.*?)</script>', re.DOTALL)
#: What the scripts of a page may say is not said yet.
_UNSAID = {"texts", "engine", "plan"}


def lines(file: Path) -> list[str]:
    """Return what a file says, a line a paragraph or a row of a table."""
    reader = {
        ".html": _page, ".csv": _table, ".xlsx": _book, ".docx": _word, ".pdf": _paper,
    }.get(file.suffix)  # fmt: skip
    return [] if reader is None else [line for line in reader(file) if line.strip()]


def _page(file: Path) -> Iterator[str]:
    page = file.read_text(encoding="utf-8")
    for row in re.split(r"</(?:tr|td|th|p|li|h\d|dd|section|a|div)>", _TAGS.sub(_gap, page)):
        yield html.unescape(" ".join(row.split()))
    for content in _CONTENT.findall(page):
        told = {k: v for k, v in json.loads(content).items() if k not in _UNSAID}
        yield from _strings(told)


def _gap(tag: re.Match[str]) -> str:
    return tag.group(0) if tag.group(0).startswith("</") and len(tag.group(0)) < 12 else " "


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)


def _table(file: Path) -> Iterator[str]:
    with file.open(encoding="utf-8-sig", newline="") as opened:
        head, *rows = csv.reader(opened)
    for row in rows:
        yield from (
            f"{row[0]} {name}: {cell}" for name, cell in zip(head, row, strict=True) if cell
        )


def _book(file: Path) -> Iterator[str]:
    for sheet in openpyxl.load_workbook(file).worksheets:
        for row in sheet.iter_rows(values_only=True):
            yield from _cells(row)


def _word(file: Path) -> Iterator[str]:
    document = docx.Document(str(file))
    yield from (paragraph.text for paragraph in document.paragraphs)
    for table in document.tables:
        for row in table.rows:
            yield from _cells([cell.text for cell in row.cells])


def _cells(row: Sequence[object]) -> Iterator[str]:
    """Return the cells of a row, each after the first one, which says whose it is."""
    first, *others = ("" if cell is None else str(cell) for cell in row)
    yield first
    yield from (f"{first} [{at}] {cell}" for at, cell in enumerate(others, start=1) if cell)


def _paper(file: Path) -> Iterator[str]:
    for page in pypdf.PdfReader(file).pages:
        yield from page.extract_text().splitlines()
