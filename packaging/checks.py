"""What a layout must hold to: names that Windows takes, no path of the builder, no open ends."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

import lief

# Where people unpack; Windows has room for 259 characters, and libraries open files beside theirs.
TYPICAL = r"C:\Users\zhangxiaoming\Desktop\weizhan-0.1.0-windows\weizhan-0.1.0-windows" + "\\"
LONGEST = 240
RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])(\.|$)", re.IGNORECASE)
FORBIDDEN = re.compile(r'[<>:"|?*\\\x00-\x1f]')


def bad_names(names: Iterable[str], *, prefix: str = TYPICAL) -> list[str]:
    """Return what Windows would refuse of some names of files, relative and with ``/``.

    Parameters
    ----------
    names
        Of all files.
    prefix
        The folder they are unpacked into.
    """
    said: list[str] = []
    seen: dict[str, str] = {}
    for name in names:
        if len(prefix) + len(name) > LONGEST:
            said.append(f"{name}: {len(prefix) + len(name)} characters")
        for place in (PurePosixPath(name), *PurePosixPath(name).parents[:-1]):
            first = seen.setdefault(str(place).casefold(), str(place))
            if first != str(place):
                said.append(f"{place}: differs from {first} by case alone")
            if RESERVED.match(place.name) or FORBIDDEN.search(place.name) or place.name[-1] in ". ":
                said.append(f"{place}: no name on Windows")
    return sorted(set(said))


def betrayed(folder: Path, secrets: Iterable[Path]) -> list[str]:
    """Return the files that hold a path of the machine that laid them out.

    Parameters
    ----------
    folder
        What was laid out.
    secrets
        Folders of this machine.
    """
    wanted = [str(secret).encode() for secret in secrets]
    said = []
    for file in sorted(folder.rglob("*")):
        if file.is_file() and any(secret in file.read_bytes() for secret in wanted):
            said.append(file.relative_to(folder).as_posix())
    return said


def asked(folder: Path) -> dict[str, set[str]]:
    """Return by file the libraries that each library of a folder asks the system's loader for."""
    found = {}
    for file in sorted(folder.rglob("*")):
        if re.search(r"\.(dll|pyd|exe|so)(\.[\d.]+)?$", file.name) and not file.is_symlink():
            read = lief.parse(str(file))
            if read is not None:
                found[file.relative_to(folder).as_posix()] = set(read.libraries)
    return found


def open_ends(before: dict[str, set[str]], folder: Path) -> list[str]:
    """Return the libraries of a layout that ask for one which was there and was cut.

    Parameters
    ----------
    before
        `asked` before the cuts.
    folder
        What is left.
    """
    left = {name for name in before if (folder / name).exists()}
    names = {PurePosixPath(name).name.casefold() for name in left}
    cut = {PurePosixPath(name).name.casefold() for name in before} - names
    return [
        f"{name} asks for {library}"
        for name in sorted(left)
        for library in sorted(before[name])
        if library.casefold() in cut
    ]
