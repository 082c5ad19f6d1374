"""CPU seconds, peak memory and bytes of a province by step, in one process.

    uv run python benchmarks/province.py DIR OUT BUILDINGS_A_PART

The figures of docs/scale.md.
"""

import resource
import sys
import time
from pathlib import Path

from weizhan.coverage.parts import Asked
from weizhan.runs.engines import Processes
from weizhan.runs.province import run_province


def bytes_of(folder):
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def main(folder, out, most):
    began = ["imports", 0.0]

    def step(key):
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        print(f"{began[0]:24} {time.process_time() - began[1]:8.1f} s CPU, peak {peak:.2f} GB")
        began[:] = [key, time.process_time()]

    asked = Asked(None, "2026-11-21", draws=200, seed=1)
    run_province(folder, out, asked, Processes(1), most=most, lang="zh", progress=step)
    step("end")
    for name in ("stages", "districts", "pages"):
        print(f"{name:24} {bytes_of(out / name) / 1e6:8.1f} MB")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
