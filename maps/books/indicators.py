"""``indicators.xlsx``: the yearly sheet of each community, with denominators and ranges."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any, Final

from ...coverage import columns as c
from ...coverage.assessment import Assessment
from ...coverage.places import WORK
from ...coverage.review import Counts
from ...geo.words import Lang, text
from ...geo.words import fields as f
from ..voice import FEWEST_PEOPLE, community_name, ledger_known
from .workbook import BASE, cell, look, new_book

COLUMNS: Final = (
    "community", "buildings", "covered", "covered_low", "covered_high", "red", "opening", "new",
    "closed", "reopened", "closing", "premises", "rate", "rate_low", "rate_high", "fires",
    "fires_undated",
)  # fmt: skip
#: Households of vulnerable people, of which small numbers are not told.
FEW: Final = ("help_households", "helped_households", "help_unknown")


FLOW: Final = ("opening", "new", "closed", "reopened", "closing")
RATE: Final = ("premises", "rate", "rate_low", "rate_high")


def indicators(found: Assessment, counts: Counts, *, year: int, lang: Lang) -> bytes:
    """Return the indicators of a year.

    Parameters
    ----------
    found
        The assessment on the last day that counts.
    counts
        Of the days of the year up to it.
    year
        Which one.
    lang
        Of the headers.
    """
    written = io.BytesIO()
    book = new_book(written, lang=lang)
    day = dt.date.fromisoformat(found.date)
    book.set_properties({"created": dt.datetime.combine(day, dt.time())})
    style = look(book)
    title = text("indicators.title", lang, town=found.town, year=year, day=day)
    lines = [title, text("guide_sheet.indicators", lang), text("indicators.note", lang)]
    lines += [text(f"guide_sheet.{name}", lang) for name in ("blank", "printing")]
    book.add_guide(text("guide_sheet.title", lang), [*lines, found.yardstick.said(lang)])
    share = book.add_format({**BASE, "num_format": "0.0%"})
    number = book.add_format({**BASE, "num_format": "0.00"})
    formats = {name: share if name.startswith("covered") else number if name.startswith("rate")
               else style.of() for name in COLUMNS}  # fmt: skip
    sheet = book.add_worksheet(text("indicators.sheet", lang))
    sheet.write_string(0, 0, title, style.title)
    heads = [text(f"indicators.{name}", lang) for name in COLUMNS]
    heads += [text(f"list_head.{name}", lang) for name in WORK if name != "people"]
    for at, head in enumerate(heads):
        sheet.write_string(1, at, head, style.head)
    fires_known = ledger_known(found.buildings, c.PAST_FIRES)
    visits_known = ledger_known(found.buildings, c.INSPECTED_ON)
    none = 0 if ledger_known(found.buildings, c.OPEN_HAZARDS) else None  # where no case is told
    entries = counts.entries(found.summary["communities"])
    for row, entry in enumerate(entries, start=2):
        key = entry[f.COMMUNITY_ID] or ""
        micro = entry["coverage"].get("micro", {})
        flow: Any = counts.flow.loc[key] if key in counts.flow.index else {}
        rate: Any = counts.rates.loc[key] if key in counts.rates.index else {}
        risk = entry.get("risk") or {}
        fires, undated = (
            int(told.get(key, 0)) if fires_known else None
            for told in (counts.fires, counts.fires_undated)
        )
        values = {
            "community": community_name(entry, lang),
            "buildings": entry["buildings"],
            "covered": micro.get("share_buildings"),
            "covered_low": micro.get("share_buildings_low"),
            "covered_high": micro.get("share_buildings_high"),
            "red": risk.get("red_buildings"),
            **{n: flow.get(n, none) for n in FLOW},
            **{n: rate.get(n) if visits_known else None for n in RATE},
            "fires": _shown(fires),
            "fires_undated": _shown(undated),
        }
        work = entry.get("work") or {}
        own = [_told(name, work.get(name)) for name in WORK if name != "people"]
        for at, value in enumerate([*(values[name] for name in COLUMNS), *own]):
            plain = value.item() if hasattr(value, "item") else value
            shape = formats[COLUMNS[at]] if at < len(COLUMNS) else style.of()
            cell(sheet, row, at, plain, shape)
    last = 2 + len(entries)
    sheet.freeze_panes(2, 1)
    sheet.autofilter(1, 0, last - 1, len(heads) - 1)
    book.close()
    return written.getvalue()


def _told(name: str, value: float | None) -> float | str | None:
    """Return a number of a community's work, a few households only as such."""
    if name in FEW and value is not None and 0 < value < FEWEST_PEOPLE:
        return f"<{FEWEST_PEOPLE}"
    return value


def _shown(count: int | None) -> int | None:
    """Return a count unless it is so small that it could point at somebody."""
    return None if count is None or 0 < count < FEWEST_PEOPLE else count
