"""What other commands wrote beside an assessment: pages and papers that its door links."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote

from ...geo.words import InputError

#: What people open; the rest is for programs.
OPENED = (".html", ".pdf", ".docx", ".xlsx")
LEVELS = 2  # folders below the one named, as of communities or teams


def pages_beside(folder: Path, out: Path) -> dict[str, str]:
    """Return the pages and papers of a folder by their address from a page in `out`.

    Parameters
    ----------
    folder
        Written by another command of the same town.
    out
        Where the page goes that links them. On another drive addresses are whole.

    Returns
    -------
    dict
        Name of each file with its folder, by its address with forward slashes; pages first.

    Raises
    ------
    InputError
        When there is no such folder, or it holds no page and no paper.
    """
    if not folder.is_dir():
        raise InputError("error.also_missing", folder=folder)
    found = sorted(
        (path for path in folder.rglob("*")
         if path.suffix.lower() in OPENED and path.is_file()
         and not path.name.startswith(("~$", "."))
         and len(path.relative_to(folder).parts) <= LEVELS + 1),
        key=lambda path: (OPENED.index(path.suffix.lower()), path.as_posix()),
    )  # fmt: skip
    if not found:
        raise InputError("error.also_empty", folder=folder, allowed="、".join(OPENED))
    named = folder.absolute().name
    return {_address(path, out): f"{named}/{path.relative_to(folder).as_posix()}" for path in found}


def _address(path: Path, out: Path) -> str:
    try:
        return quote(Path(os.path.relpath(path.absolute(), out.absolute())).as_posix())
    except ValueError:  # another drive
        return path.absolute().as_uri()
