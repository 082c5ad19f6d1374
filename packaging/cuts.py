"""What a planner's PC never needs of the packages that we bundle.

Each cut is a pattern and its reason. That nothing else needs it is not believed: libraries that a
kept library asks for must be there (`checks.open_ends`), and the tests of the doors run from what
is left.
"""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from pathlib import Path

CUTS = {
    # of every package
    "bin": "starters of other people's commands; on Windows they hold the path of the builder",
    "**/tests": "tests",
    "**/test": "tests",
    "**/*.pyi": "types, for editors",
    "**/*.pyx": "sources of what is compiled",
    "**/*.pxd": "sources of what is compiled",
    "**/*.pxi": "sources of what is compiled",
    "**/*.c": "sources of what is compiled",
    "**/*.cpp": "sources of what is compiled",
    "**/*.h": "headers",
    "**/*.hpp": "headers",
    "**/*.lib": "for linkers",
    "**/*.a": "for linkers",
    "**/*.cmake": "for builders",
    "**/include": "headers",
    ".lock": "of the installer",
    "*.dist-info/RECORD": "lists of files, among them those that were cut",
    "*.dist-info/REQUESTED": "notes of the installer",
    "*.dist-info/direct_url.json": "holds the path of the builder",
    "*.dist-info/uv_cache.json": "notes of the installer",
    "*.dist-info/sboms": "lists for scanners of supply chains; they stay in the wheelhouse",
    # drawn with by pyvrp.plotting, which nobody calls
    "matplotlib": "pyvrp.plotting alone imports it",
    "matplotlib-*.dist-info": "goes with matplotlib",
    "matplotlib.libs": "goes with matplotlib",
    "mpl_toolkits": "goes with matplotlib",
    "pylab.py": "goes with matplotlib",
    "PIL": "matplotlib alone needs it",
    "pillow-*.dist-info": "goes with PIL",
    "pillow.libs": "goes with PIL",
    "contourpy": "goes with matplotlib",
    "contourpy-*.dist-info": "goes with matplotlib",
    "kiwisolver": "goes with matplotlib",
    "kiwisolver-*.dist-info": "goes with matplotlib",
    "cycler": "goes with matplotlib",
    "cycler-*.dist-info": "goes with matplotlib",
    # other people's services and formats
    "pyarrow/*flight*": "a protocol of servers",
    "pyarrow/_substrait*": "plans of queries; the library itself is asked for by others",
    "pyarrow/*gandiva*": "compiled queries",
    "pyarrow/*_s3*": "an online storage",
    "pyarrow/*_gcsfs*": "an online storage",
    "pyarrow/*_azurefs*": "an online storage",
    "pyarrow/*_hdfs*": "a cluster's storage",
    "pyarrow/*_cuda*": "graphics cards",
    "pyarrow/*_orc*": "a format of clusters",
    "pyarrow/*cpp_test*": "tests",
    "pyarrow/src": "headers",
    # other trades of large packages
    **{
        f"scipy/{name}": "only scipy.stats and users of their own import it"
        for name in ("cluster", "datasets", "fftpack", "integrate", "interpolate", "io", "odr")
    },
    "scipy/signal": "only scipy.stats and users of their own import it",
    "scipy/stats": "nothing of ours imports it",
    "scipy/optimize": "nothing of ours imports it: HiGHS is asked through highspy",
    "scipy/misc": "empty",
    "pygments/lexers/[a-oqrt-z]*": "languages other than Python, in which errors are shown",
    "fontTools/ufoLib": "a format of designers",
    "fontTools/voltLib": "a format of designers",
    "fontTools/qu2cu": "curves of other formats",
    "lxml/isoschematron": "rules for documents",
    "lxml/html": "web pages",
    "lxml/objectify.*": "another way to read documents",
    "lxml/includes": "headers",
    "numba/cuda": "graphics cards",
    "numpy/distutils": "builds packages",
}


PROJ = "pyogrio/proj_data"  # where the one list of coordinate systems stays
SHARED = ("rasterio/proj_data/proj.db", "pyproj/proj_dir/share/proj/proj.db")
CUSTOM = f'''"""All libraries with a PROJ of their own read one list of coordinate systems."""

import os

os.environ["PROJ_DATA"] = os.path.join(os.path.dirname(__file__), *"{PROJ}".split("/"))
'''


def share_proj(site: Path) -> int:
    """Keep one `proj.db` of the three that come along; return the bytes that are saved.

    pyproj and rasterio look first where ``PROJ_DATA`` says, and pyogrio beside itself. An older
    PROJ reads a newer list of the same layout, not the other way round, so where the one that
    stays is not the newest, nothing is shared.

    Parameters
    ----------
    site
        A folder of packages as they were installed.
    """
    others = [site / name for name in SHARED]
    kept = site / PROJ / "proj.db"
    files = [kept, *others]
    if not all(file.exists() for file in files):
        return 0
    layouts = [_layout(file) for file in files]
    if len({layout[0] for layout in layouts}) > 1 or layouts[0] < max(layouts):
        return 0
    saved = sum(file.stat().st_size for file in others)
    for file in others:
        file.unlink()
    (site / "sitecustomize.py").write_text(CUSTOM, encoding="utf-8", newline="\n")
    return saved


def _layout(file: Path) -> tuple[int, ...]:
    """Return the version of the tables of a `proj.db`, then that of the PROJ it came with."""
    with contextlib.closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as db:
        told = dict(db.execute("SELECT key, value FROM metadata"))
    layout = (told[f"DATABASE.LAYOUT.VERSION.{part}"] for part in ("MAJOR", "MINOR"))
    return tuple(int(part) for part in (*layout, *told["PROJ.VERSION"].split(".")))


def cut(site: Path) -> dict[str, int]:
    """Remove what nobody needs; return the bytes that each cut saves.

    Parameters
    ----------
    site
        A folder of packages as they were installed.
    """
    saved = {}
    for pattern in CUTS:
        bytes_ = 0
        for found in sorted(site.glob(pattern)):
            if found.is_dir():
                bytes_ += sum(f.stat().st_size for f in found.rglob("*") if f.is_file())
                shutil.rmtree(found)
            elif found.exists():
                bytes_ += found.stat().st_size
                found.unlink()
        saved[pattern] = bytes_
    return saved
