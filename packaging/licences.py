"""The licences of all that is bundled: read from packages, and refused where MIT does not go."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.metadata import PathDistribution
from pathlib import Path

# Whoever bundles under MIT may pass these on: permissive ones, and those whose copyleft ends at
# their own files. OFL is for fonts.
FREE = {
    "0BSD", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "BSD-2-Clause", "BSD-3-Clause",
    "BSL-1.0", "CC0-1.0", "FTL", "GD", "HDF5", "HPND", "IJG", "ISC", "Libpng", "MIT", "MIT-CMU",
    "MPL-1.1", "MPL-2.0", "MS-redistributable", "OFL-1.1", "PSF-2.0", "PostgreSQL", "Qhull",
    "Unlicense", "Zlib", "blessing", "bzip2-1.0.6", "curl", "libtiff",
}  # fmt: skip
# Libraries that others load as files of their own and anyone may exchange; their text goes along.
EXCHANGEABLE = {"LGPL-2.1", "GPL-3.0 WITH GCC-exception-3.1"}

_WORDS = (  # how packages that name no SPDX expression call them
    (r"\bmpl|mozilla", "MPL-2.0"),
    (r"\bofl\b|open font", "OFL-1.1"),
    (r"\bapache", "Apache-2.0"),
    (r"\bpsf|python software foundation", "PSF-2.0"),
    (r"\bisc\b", "ISC"),
    (r"lesser general|\blgpl", "LGPL"),
    (r"affero|\bagpl", "AGPL"),
    (r"\bgpl|general public", "GPL"),
    (r"\bbsd\b|redistribution and use in source and binary", "BSD-3-Clause"),
    (r"\bmit\b", "MIT"),
)
_KNOWN = {"llvmlite": "BSD-2-Clause AND Apache-2.0 WITH LLVM-exception"}  # says it in a file alone

NATIVE = {  # libraries inside wheels, by the start of their names, without "lib"
    "geos": "LGPL-2.1", "iconv": "LGPL-2.1", "spatialite": "MPL-1.1", "freexl": "MPL-1.1",
    "gdal": "MIT", "proj": "MIT", "geotiff": "MIT", "sqlite3": "blessing", "curl": "curl",
    "tiff": "libtiff", "jpeg": "IJG", "png": "Libpng", "webp": "BSD-3-Clause",
    "sharpyuv": "BSD-3-Clause", "openjp2": "BSD-2-Clause", "lerc": "Apache-2.0", "gif": "MIT",
    "hdf5": "HDF5", "netcdf": "BSD-3-Clause", "json-c": "MIT", "expat": "MIT", "xml2": "MIT",
    "crypto": "Apache-2.0", "ssl": "Apache-2.0", "pq": "PostgreSQL", "pcre2": "BSD-3-Clause",
    "qhull": "Qhull", "lz4": "BSD-2-Clause", "lzma": "0BSD", "zstd": "BSD-3-Clause",
    "zlib": "Zlib", "z": "Zlib", "minizip": "Zlib", "bz2": "bzip2-1.0.6", "deflate": "MIT",
    "scipy_openblas": "BSD-3-Clause", "msvcp140": "MS-redistributable",
    "gcc_s": "GPL-3.0 WITH GCC-exception-3.1", "stdc++": "GPL-3.0 WITH GCC-exception-3.1",
    "gfortran": "GPL-3.0 WITH GCC-exception-3.1", "quadmath": "LGPL-2.1", "winpthread": "MIT",
    "aec": "BSD-2-Clause", "sz": "BSD-2-Clause", "blosc": "BSD-3-Clause", "nghttp2": "MIT",
    "brotlicommon": "MIT", "brotlidec": "MIT", "gomp": "GPL-3.0 WITH GCC-exception-3.1",
}  # fmt: skip


@dataclass(frozen=True)
class Licence:
    """Of a bundled package or of a library inside one.

    Attributes
    ----------
    name, version
        Of the package; a library has the version of the package that brings it.
    terms
        SPDX, or the package's own words where we know no identifier for them.
    native
        Whether it is a library inside a wheel.
    """

    name: str
    version: str
    terms: str
    native: bool = False

    @property
    def goes(self) -> bool:
        """Return whether it goes with a bundle under MIT."""
        free = FREE | EXCHANGEABLE if self.native else FREE
        either = self.terms.replace("(", "").replace(")", "").split(" OR ")
        return any(set(one.strip().split(" AND ")) <= free for one in either)


def licences(site: Path) -> list[Licence]:
    """Return what is bundled under which terms.

    Parameters
    ----------
    site
        A folder of packages with their ``.dist-info``.
    """
    found = []
    for folder in sorted(site.glob("*.dist-info")):
        package = PathDistribution(folder)
        found.append(Licence(package.metadata["Name"], package.version, _terms(package)))
    for file in sorted(file for folder in site.glob("*.libs") for file in folder.iterdir()):
        if re.search(r"\.(dll|so)(\.|$)", file.name):
            bare = re.sub(r"[-_.][0-9a-f]{8,}\b.*|\.(dll|so)\b.*", "", file.name)
            found.append(Licence(bare, file.parent.name, _native_terms(bare), native=True))
    return found


def written(found: list[Licence], site: Path, folder: Path) -> None:
    """Write the list and the texts that packages bring.

    Parameters
    ----------
    found
        From `licences`.
    site
        Of the packages.
    folder
        Made.
    """
    folder.mkdir()
    rows = [f"{one.name}\t{one.version}\t{one.terms}" for one in found]
    (folder / "list.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8-sig", newline="\r\n")
    for place in sorted(site.glob("*.dist-info")):
        for text in sorted(place.rglob("*")):
            if text.is_file() and re.search(r"licen[cs]e|copying|notice|authors", text.name, re.I):
                name = f"{place.name.removesuffix('.dist-info')}-{text.name}"
                while (folder / name).exists():
                    name += "-2"
                (folder / name).write_bytes(text.read_bytes())


def _terms(package: PathDistribution) -> str:
    said = package.metadata
    if told := said.get("License-Expression"):
        return str(told)
    if known := _KNOWN.get(said["Name"]):
        return known
    classes = [c for c in said.get_all("Classifier", []) if c.startswith("License ::")]
    named = [_spdx(c.rpartition("::")[2]) for c in classes]
    own = str(said.get("License") or "").strip()
    if not named and own:
        named = [own] if re.fullmatch(r"[\w.+ -]*\b(AND|OR)\b[\w.+ -]*", own) else [_spdx(own)]
    return " AND ".join(dict.fromkeys(named)) or "unknown"


def _spdx(words: str) -> str:
    for pattern, name in _WORDS:
        if re.search(pattern, words, re.IGNORECASE):
            return name
    return " ".join(words.split())[:60] or "unknown"


def _native_terms(name: str) -> str:
    bare = name.casefold().removeprefix("lib")
    known = (
        terms for start, terms in NATIVE.items() if re.match(rf"{re.escape(start)}(?![a-z])", bare)
    )
    return next(known, "unknown")
