"""Rows of a benchmark: measured in this process or a fresh one, printed and written as JSON."""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

Row = dict[str, Any]
COLUMNS = ("work", "size", "engine", "seconds", "peak_mb", "ratio_to_ours")


def timed(call: Callable[[], Any], *, repeat: int = 1) -> tuple[float, Any]:
    """Return the best CPU seconds of a few calls, and what the last one returned."""
    best = float("inf")
    answer = None
    for _ in range(repeat):
        begin = time.process_time()
        answer = call()
        best = min(best, time.process_time() - begin)
    return best, answer


def peak_mb() -> float:
    """Return the most memory this process has held, in megabytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 if sys.platform != "darwin" else 1024**2)


def row(work: str, size: str, engine: str, seconds: float) -> Row:
    """Return one measured row; the ratio is added by `report`."""
    return {"work": work, "size": size, "engine": engine, "seconds": seconds, "peak_mb": peak_mb()}


def report(rows: list[Row], *, ours: str, file: Path | None) -> None:
    """Add the ratios, print a table, and write the rows to a file if one is named.

    ``ratio_to_ours`` is the time of an engine over ours on the same work and size.
    """
    base = {(r["work"], r["size"]): r["seconds"] for r in rows if r["engine"] == ours}
    table = Table(*COLUMNS)
    for found in rows:
        own = base.get((found["work"], found["size"]))
        found["ratio_to_ours"] = round(found["seconds"] / own, 2) if own else None
        found["seconds"] = round(found["seconds"], 5)
        found["peak_mb"] = round(found["peak_mb"], 1)
        table.add_row(*(str(found[column]) for column in COLUMNS))
    Console(width=160 if not sys.stdout.isatty() else None).print(table)
    if file is not None:
        file.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
