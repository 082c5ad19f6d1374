"""A ledger goes out as a workbook and comes in again: the same values, and no change."""

from __future__ import annotations

import datetime as dt

import numpy as np
import openpyxl
import pandas as pd
import pytest

from weizhan.geo.ledgers.ledger_return import import_ledger_book, is_ledger_book
from weizhan.geo.tables import KINDS, columns_found, match_headers, read_cells
from weizhan.geo.tables.read import read_table
from weizhan.geo.words import VOCABULARIES, Lang
from weizhan.maps.books.ledger_book import ledger_book

ON = dt.date(2026, 9, 30)
LETTERS = list("幸福路检查通道堵塞一二三ab12()")


def _value(rng, column):
    """Return what a stored column may hold, missing in a third of cells."""
    if rng.random() < 1 / 3:
        return None
    if column.vocabulary:
        return str(rng.choice([str(code) for code in VOCABULARIES[column.vocabulary]]))
    if column.kind in ("date", "moment"):
        return pd.Timestamp("2000-01-01") + pd.Timedelta(days=int(rng.integers(0, 9700)))
    if column.kind == "flag":
        return float(rng.integers(0, 2))
    if column.kind in ("number", "count"):
        low = 0 if column.minimum is None else int(np.ceil(column.minimum))
        return float(rng.integers(low, min(column.maximum or 50, 50) + 1))
    return "字" + "".join(rng.choice(LETTERS, size=6))


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_value_of_every_kind_is_read_back(kind, lang: Lang, tmp_path):
    chosen = KINDS[kind]
    columns = [c for c in chosen.stored if c.name != chosen.identity]
    rng = np.random.default_rng(len(kind))
    rows = [{c.name: _value(rng, c) for c in columns} for _ in range(60)]
    frame = pd.DataFrame(rows)
    frame.insert(0, "key", [f"K{at}" for at in range(len(rows))])
    file = tmp_path / "ledgers.xlsx"
    file.write_bytes(ledger_book({kind: frame}, on=ON, personal=True, lang=lang))
    assert is_ledger_book(file)
    book = openpyxl.load_workbook(file)
    raw = read_table(file, sheet=book.sheetnames[1], header_rows=1)
    found = columns_found(match_headers(raw.headers, chosen.columns, stated={}))
    for column in columns:
        told = frame[column.name]
        if not told.notna().any():
            continue
        assert column.name in found, column.name
        cells = read_cells(raw.table[found[column.name]], column)
        assert not cells.wrong.any()
        for was, now in zip(told, cells.values, strict=True):
            if pd.isna(was):
                assert now is None
            elif isinstance(was, pd.Timestamp):
                assert now == was.date().isoformat()
            else:
                assert now == was
    assert import_ledger_book(file.parent, file) == ([], [])
