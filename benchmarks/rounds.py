"""Rounds against the best known values of published instances, and how fast sheets are drawn.

Run ``uv run python benchmarks/rounds.py [--seconds 60] [--json FILE] [--folder DIR]``. The folder
holds instances of the solver's collection, each with its best known ``.sol``.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyvrp

from weizhan.coverage.assessment import assess
from weizhan.coverage.rounds.planning import default_teams, plan_rounds
from weizhan.coverage.rounds.reasons_to_visit import RoundKind, read_facts, reasons_to_visit
from weizhan.coverage.rounds.tours import Legs, Shift, Visits, faults, find_tours
from weizhan.coverage.rounds.visits import visits_for
from weizhan.coverage.rounds.way_directions import Landmarks
from weizhan.data.demo import make_demo
from weizhan.data.demo_ledgers import AS_OF, import_demo_ledgers
from weizhan.geo.town import load_town
from weizhan.geo.words.vocabulary import Vehicle
from weizhan.maps.paper.route_sheet import route_sheet
from weizhan.maps.paper.sheet_source import SheetSource

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "data" / "bench" / "routing" / "PCVRPTW"
SHEETS = 50


def instance(file: Path) -> tuple[list[Legs], Visits, list[Shift]]:
    """Read an instance as arrays."""
    data = pyvrp.read(file, round_func="dimacs")
    clients = [data.client(k) for k in range(data.num_clients)]
    kind = data.vehicle_type(0)
    visits = Visits(
        np.array([c.location for c in clients]),
        np.array([c.service_duration for c in clients]),
        [[(c.tw_early, c.tw_late)] for c in clients],
        np.array([c.prize for c in clients]),
        np.array([c.required for c in clients]),
        np.array([c.delivery for c in clients]),
    )
    shift = Shift(0, 0, 0, kind.tw_early, kind.tw_late, tuple(kind.capacity), kind.num_available)
    return [Legs(data.duration_matrix(0), data.distance_matrix(0))], visits, [shift]


def gaps(folder: Path, seconds: float) -> list[dict[str, Any]]:
    rows = []
    for file in sorted(folder.glob("*.vrp")):
        problem = instance(file)
        best = int(file.with_suffix(".sol").read_text().split("Cost:")[1])
        began = time.perf_counter()
        found = find_tours(*problem, seconds=seconds)
        rows.append(
            {
                "instance": file.stem,
                "cost": found.cost,
                "best_known": best,
                "gap": found.cost / best - 1,
                "faults": len(faults(*problem, found.tours)),
                "seconds": time.perf_counter() - began,
            }
        )
        print(rows[-1], flush=True)
    return rows


def sheets() -> dict[str, float]:
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent) / "town"
        make_demo(folder, size="town")
        import_demo_ledgers(folder)
        town = load_town(folder)
        found = assess(town, date=AS_OF.isoformat())
        told = read_facts(folder, found, town.rules, on=AS_OF)
        visits = visits_for(reasons_to_visit(RoundKind.DUE, told), town, told.cases)[:400]
        teams = default_teams(10, Vehicle.E_BIKE, hours="08:30-12:00,14:00-17:30", named="{number}")
        days = [AS_OF + dt.timedelta(days=k) for k in range(5)]
        rounds = plan_rounds(town, visits, teams, days)
        ground = SheetSource(found, told.cases, Landmarks.of(town))
        began = time.process_time()
        drawn = 0
        while drawn < SHEETS:
            for round_ in rounds.rounds[: SHEETS - drawn]:
                route_sheet(round_, ground, kind="due")
                drawn += 1
        return {
            "sheets": SHEETS,
            "stops": float(np.mean([len(r.stops) for r in rounds.rounds])),
            "cpu_s": time.process_time() - began,
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=FOLDER)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    told: dict[str, Any] = {"sheets": sheets()}
    print(told["sheets"], flush=True)
    if options.folder.is_dir():
        told["instances"] = gaps(options.folder, options.seconds)
    else:
        print(f"no instances in {options.folder}")
    if options.json:
        options.json.write_text(json.dumps(told, indent=1))


if __name__ == "__main__":
    main()
