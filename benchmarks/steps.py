"""CPU seconds and peak memory of each step of ``weizhan assess``, in one process.

    uv run python benchmarks/steps.py TOWN OUT

On one core put ``taskset -c 0`` before it. The second run is the one to read: the first compiles.
The figures of docs/scale.md.
"""

import resource
import sys
import time
from contextlib import contextmanager
from pathlib import Path

from weizhan.cli import committee


def main(town, out):
    rows, began = [], ["start", 0.0]

    def step(key):
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        rows.append((began[0], time.process_time() - began[1], peak))
        began[:] = [str(key), time.process_time()]

    @contextmanager
    def steps(lang):
        yield step

    committee.steps = steps
    committee.assess(town, out, date="2026-09-30")
    step("end")
    for name, seconds, peak in rows:
        print(f"{name:24} {seconds:8.2f} s CPU, peak {peak:.2f} GB")
    print(f"{'together':24} {time.process_time():8.2f} s CPU")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
