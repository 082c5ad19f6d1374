"""Export for other systems: layers and ledgers with stable ids and a data dictionary."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pandas as pd

from ...coverage.assessment import Assessment
from ...geo.tables import SCHEMAS
from ...geo.words import Lang, catalogue, text
from ...geo.words import fields as f
from ..books import dictionary, sheet, storable, write_geopackage

LAYERS: Final = ("buildings", "lanes", "stations", "communities", "water", "barriers")
HEADS: Final = ("ledger", "column", "name", "kind", "allowed", "personal")


def names_of(ledgers: Mapping[str, pd.DataFrame]) -> list[str]:
    """Return the names of all files that an export writes."""
    return [
        "export.gpkg",
        *(f"{layer}.geojson" for layer in LAYERS),
        *(f"{layer}.csv" for layer in LAYERS),
        *(f"ledger-{name}.csv" for name in ledgers),
        "dictionary.csv",
        "README.txt",
    ]


def write_export(
    found: Assessment,
    ledgers: Mapping[str, pd.DataFrame],
    folder: Path,
    *,
    personal: bool,
    lang: Lang,
) -> int:
    """Write layers and ledgers into a folder that exists; return how many files.

    Parameters
    ----------
    found
        The assessment whose layers are exported.
    ledgers
        Records by kind; with personal columns only where asked for.
    folder
        Empty.
    personal
        Whether the ledgers hold personal columns; ``README.txt`` says so.
    lang
        Of dictionary and README.
    """
    layers = {name: getattr(found, name) for name in LAYERS}
    write_geopackage(folder / "export.gpkg", layers, date=found.date)
    words = []
    for name, frame in layers.items():
        stored = storable(frame)
        content = stored.to_json(drop_id=True, ensure_ascii=False)
        (folder / f"{name}.geojson").write_text(content, encoding="utf-8")
        plain = pd.DataFrame(stored.drop(columns=f.GEOMETRY))
        if (stored.geom_type == "Point").all() and len(stored):
            plain["lon"], plain["lat"] = stored.geometry.x, stored.geometry.y
        _csv(folder / f"{name}.csv", plain)
        words += [_column(name, column, lang) for column in plain.columns]
    for name, frame in ledgers.items():
        _csv(folder / f"ledger-{name}.csv", frame)
    words += [[f"ledger-{row[0]}", *row[1:]] for row in dictionary(ledgers, lang)]
    heads = [text(f"ledgers_book.{name}", lang) for name in HEADS]
    (folder / "dictionary.csv").write_text(sheet(heads, words), encoding="utf-8-sig", newline="")
    note = text(f"ledgers_book.{'with' if personal else 'without'}_personal", lang)
    said = text("export.readme", lang, town=found.town, date=found.date, rules=found.rules,
                personal=note)  # fmt: skip
    (folder / "README.txt").write_text(said + "\n", encoding="utf-8-sig")
    return len(names_of(ledgers))


def _csv(file: Path, frame: pd.DataFrame) -> None:
    """Write a frame as CSV that a spreadsheet opens safely."""
    cells = frame.astype(object).where(frame.notna(), None)
    rows = [[_told(cell) for cell in row] for row in cells.itertuples(index=False)]
    file.write_text(sheet([str(c) for c in frame.columns], rows), encoding="utf-8-sig", newline="")


def _told(cell: object) -> object:
    return cell.isoformat() if isinstance(cell, pd.Timestamp) else cell


def _column(layer: str, column: str, lang: Lang) -> list[str]:
    """Return what the dictionary says of a column of a layer."""
    known = next((c for c in SCHEMAS[layer].columns if c.name == column), None)
    entry = catalogue().get(f"column_name.{column}")
    word = (
        str(entry[lang])
        if entry
        else (known.synonyms[0] if known and lang == "zh" and known.synonyms else "")
    )
    kind = known.kind if known else "number" if column.rsplit("_", 1)[-1] in ("s", "m") else ""
    return [layer, word, column, kind, known.vocabulary if known else "", ""]
