"""Which towns the window shows: the folders with a ``town.toml`` in the folder that was opened."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request

from ..geo.words import TOWN_FILE

STATE: Final = ".weizhan"  # the window's own folder, in a town and where towns lie


@dataclass(frozen=True)
class TownFolder:
    """A town as the start page lists it."""

    folder: Path
    name: str

    @property
    def key(self) -> str:
        """Its folder's name, which stands in addresses."""
        return self.folder.name


def is_town(folder: Path) -> bool:
    """Return whether a folder is a town."""
    return (folder / TOWN_FILE).is_file()


def towns(home: Path) -> list[TownFolder]:
    """Return the towns of a folder: itself, or those that lie in it."""
    if is_town(home):
        return [TownFolder(home, _name(home))]
    try:
        inside = sorted(home.iterdir())
    except OSError:
        return []
    return [TownFolder(f, _name(f)) for f in inside if not f.name.startswith(".") and is_town(f)]


def _name(folder: Path) -> str:
    """Return what a town calls itself; a file that cannot be read leaves the folder's name."""
    try:
        said = tomllib.loads((folder / TOWN_FILE).read_text(encoding="utf-8-sig")).get("name")
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return folder.name
    return said if isinstance(said, str) and said else folder.name


def home_of(request: Request) -> Path:
    """Return the folder that the window was opened on."""
    home: Path = request.app.state.home
    return home


def town_of(request: Request) -> Path:
    """Return the folder of the town that an address names; only one that is listed, by its name."""
    name = request.path_params["name"]
    for town in towns(home_of(request)):
        if town.key == name:
            return town.folder
    raise HTTPException(404)
