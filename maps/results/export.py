"""Export for other systems: layers and ledgers with stable ids and a data dictionary."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import geopandas as gpd
import pandas as pd

from ...coverage import columns as c
from ...coverage.assessment import Assessment
from ...geo.tables import SCHEMAS
from ...geo.words import Lang, catalogue, text
from ...geo.words import fields as f
from ..books import dictionary, sheet, storable, write_geopackage
from ..qgis import export_views, project
from ..voice import FEWEST_PEOPLE

LAYERS: Final = ("buildings", "lanes", "stations", "communities", "water", "barriers")
PLACES: Final = ("estates", "offices", "grids")
#: How layers are drawn in the project; others are areas.
SHAPES: Final = {
    "stations": "Point", "offices": "Point", "water": "Point", "barriers": "Point", "lanes": "Line",
}  # fmt: skip
GROUPED: Final = ("buildings", "lanes")  # one of several views is seen at a time
HIDDEN: Final = ("grids", "barriers", "offices")  # until they are asked for
PACKAGE: Final = "export.gpkg"
PROJECT: Final = "export.qgz"
ZIP_BEGINS: Final = (1980, 1, 1, 0, 0, 0)
EVENTS: Final = "hazard_events"
FREE_TEXT: Final = ["note"]  # of the events; people may be named in it
HEADS: Final = ("ledger", "column", "name", "kind", "allowed", "personal")


def names_of(ledgers: Mapping[str, pd.DataFrame]) -> list[str]:
    """Return the names of all files that an export writes."""
    return [
        PACKAGE,
        PROJECT,
        *(f"{layer}.geojson" for layer in (*LAYERS, *PLACES)),
        *(f"{layer}.csv" for layer in (*LAYERS, *PLACES)),
        f"{EVENTS}.csv",
        *(f"ledger-{name}.csv" for name in ledgers),
        "dictionary.csv",
        "README.txt",
    ]


def write_export(
    found: Assessment,
    ledgers: Mapping[str, pd.DataFrame],
    events: pd.DataFrame,
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
        Records by kind, as they may be shared unless personal columns were asked for.
    events
        Every step of every hazard, from `weizhan.geo.ledgers.read_events`.
    folder
        Empty.
    personal
        Whether the ledgers hold personal columns, and layers counts of vulnerable people;
        ``README.txt`` says so.
    lang
        Of dictionary and README.
    """
    layers = {name: getattr(found, name) for name in LAYERS}
    layers |= {name: _few_hidden(getattr(found.places, name)) for name in PLACES}
    events = events if personal else events.drop(columns=FREE_TEXT)
    write_geopackage(folder / PACKAGE, layers, date=found.date, personal=personal)
    _write_project(found, folder / PROJECT, layers, lang)
    words = []
    for name, frame in layers.items():
        stored = storable(frame, personal=personal)
        content = stored.to_json(drop_id=True, ensure_ascii=False)
        (folder / f"{name}.geojson").write_text(content, encoding="utf-8")
        plain = pd.DataFrame(stored.drop(columns=f.GEOMETRY))
        if (stored.geom_type == "Point").all() and len(stored):
            plain["lon"], plain["lat"] = stored.geometry.x, stored.geometry.y
        _csv(folder / f"{name}.csv", plain)
        words += [_column(name, column, lang) for column in plain.columns]
    _csv(folder / f"{EVENTS}.csv", events)
    words += [_column(EVENTS, column, lang) for column in events.columns]
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


def _write_project(
    found: Assessment, file: Path, layers: Mapping[str, gpd.GeoDataFrame], lang: Lang
) -> None:
    """Write the project that draws the layers as the pages do, the same bytes each time."""
    seen: set[str] = set()
    drawn = []
    for view in export_views(found, lang):
        group = text(f"export.{view.layer}", lang) if view.layer in GROUPED else ""
        first = view.layer not in seen
        seen.add(view.layer)
        shape = SHAPES.get(view.layer, "Polygon")
        drawn.append(view.drawn(shape, shown=first and view.layer not in HIDDEN, group=group))
    rough = "" if found.calibrated else text("export.uncalibrated", lang)
    title = text("export.project", lang, town=found.town, date=found.date,
                 scenario=found.scenario_label.get(lang, found.scenario), rough=rough)  # fmt: skip
    said = project(drawn, layers, title=title, package=PACKAGE)
    entry = ZipInfo(Path(PROJECT).with_suffix(".qgs").name, date_time=ZIP_BEGINS)
    with ZipFile(file, "w", ZIP_DEFLATED) as book:
        book.writestr(entry, said, compress_type=ZIP_DEFLATED)


def _few_hidden(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return areas without small numbers of people, which are missing then."""
    if c.PEOPLE not in frame.columns:
        return frame
    return frame.assign(**{c.PEOPLE: frame[c.PEOPLE].mask(frame[c.PEOPLE] < FEWEST_PEOPLE)})


def _csv(file: Path, frame: pd.DataFrame) -> None:
    """Write a frame as CSV that a spreadsheet opens safely."""
    cells = frame.astype(object).where(frame.notna(), None)
    rows = [[_told(cell) for cell in row] for row in cells.itertuples(index=False)]
    file.write_text(
        sheet([str(name) for name in frame.columns], rows), encoding="utf-8-sig", newline=""
    )


def _told(cell: object) -> object:
    return cell.isoformat() if isinstance(cell, pd.Timestamp) else cell


def _column(layer: str, column: str, lang: Lang) -> list[str]:
    """Return what the dictionary says of a column of a layer."""
    schema = SCHEMAS.get(layer)
    known = next((one for one in schema.columns if one.name == column), None) if schema else None
    entry = catalogue().get(f"column_name.{column}")
    word = (
        str(entry[lang])
        if entry
        else (known.synonyms[0] if known and lang == "zh" and known.synonyms else "")
    )
    kind = known.kind if known else "number" if column.rsplit("_", 1)[-1] in ("s", "m") else ""
    return [layer, word, column, kind, known.vocabulary if known else "", ""]
