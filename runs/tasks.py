"""The jobs of a province; each reads files and writes files, so that it may run anywhere."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely

from ..coverage.parts import (
    Asked,
    Part,
    drawn,
    finished,
    frontier,
    joined_district,
    named_by,
    part_candidates,
    rank_draws,
    seen,
    site_rows,
    standing,
)
from ..geo.arrays import Flags
from ..geo.rules import RuleSet
from ..geo.town import Town, load_town
from ..geo.words import Lang, whole_file
from .digests import file_digest, folder_digests
from .stores import get, mapped, put


@dataclass(frozen=True)
class Loaded:
    """What is known of a district when it is loaded.

    Attributes
    ----------
    title
        What its ``town.toml`` calls it.
    bounds
        West, south, east, north of its buildings in degrees.
    rules
        Its rule set.
    incidents
        Its ledger of fires.
    outline
        In degrees, for the overview.
    simulated
        Whether it is generated.
    """

    title: str
    bounds: tuple[float, float, float, float]
    rules: RuleSet
    incidents: pd.DataFrame
    outline: shapely.Geometry
    simulated: bool


@dataclass(frozen=True)
class Files:
    """The stage files of a part."""

    part: Path
    seen: Path
    drawn: Path
    yearly: Path
    standing: Path
    ranks: Path


def about(town: Town, own: Flags | None = None) -> Loaded:
    """Return what is known of a loaded town, or of a part of one.

    Parameters
    ----------
    town
        The district or part.
    own
        Which of its communities are its own; all if not given. They are its outline, the hull of
        its buildings without them.
    """
    middle = town.buildings.geometry.representative_point().to_crs(4326)
    west, south, east, north = (float(edge) for edge in middle.total_bounds)
    areas = town.communities.geometry if own is None else town.communities.geometry[own]
    outline = shapely.MultiPoint(middle.to_numpy()).convex_hull
    if len(areas):
        outline = shapely.union_all(areas.to_crs(4326).to_numpy())
    return Loaded(
        town.name, (west, south, east, north), town.rules, town.ledgers.incidents,
        shapely.simplify(outline, 1e-4), town.simulated,
    )  # fmt: skip


def load(folder: Path, name: str, file: Path) -> Loaded:
    """Load a district and keep it; return what is known of it."""
    town = named_by(load_town(folder), name)
    told = about(town)
    put(file, (town, told))
    return told


def loaded(file: Path) -> Loaded:
    """Return what is known of a district that was loaded before."""
    told: Loaded = get(file)[1]
    return told


def see(name: str, towns: Mapping[str, Path], reach_m: float, asked: Asked, files: Files) -> None:
    """Join a district with its neighbours, unless it was cut already, and compute what it sees."""
    if towns:
        districts = {other: get(file)[0] for other, file in towns.items()}
        put(files.part, joined_district(name, districts, reach_m=reach_m))
    put(files.seen, seen(get(files.part), asked))


def draw(asked: Asked, donors: Path, files: Files) -> None:
    """Draw the risk of a part's buildings."""
    part: Part = get(files.part)
    own = get(files.seen)
    told = drawn(part, asked, own.crew, get(donors))
    put(files.standing, standing(told, own.ids, part.town, own.links))
    put(files.yearly, np.ascontiguousarray(told.yearly.T))
    put(files.ranks, np.zeros(told.yearly.T.shape, dtype=np.int32))
    told.yearly.resize((0, told.draws), refcheck=False)
    put(files.drawn, told)


def host(files: Files, file: Path) -> None:
    """Find where a station could go in a part."""
    put(file, part_candidates(get(files.part)))


def reach(asked: Asked, files: Files, sites: Path, file: Path, tier: str, reach_m: float) -> None:
    """Find which sites reach which buildings of a part."""
    put(file, site_rows(get(files.part), asked, get(sites), tier=tier, reach_m=reach_m))


def curve(problem: Path, file: Path, most: int) -> None:
    """Solve a district for every number of stations."""
    cover, weights = get(problem)
    put(file, frontier(cover, weights, most=most))


def rank(every: Sequence[Files], order: Path, first: int, last: int) -> None:
    """Rank the buildings of all parts in some draws."""
    yearly = [mapped(files.yearly) for files in every]
    into = [mapped(files.ranks, "r+") for files in every]
    rank_draws(yearly, mapped(order), into, draws=range(first, last))


def finish(
    asked: Asked,
    files: Files,
    among: Path,
    folder: Path,
    page: Path,
    manifest: Mapping[str, Any],
    lang: Lang,
) -> dict[str, Any]:
    """Write the tables, the page and the manifest of a part; return what the overview tells."""
    from ..maps.results import write_part

    part: Part = get(files.part)
    own, (place, lost, burnt) = get(files.seen), get(among)
    found = finished(part, asked, own, (get(files.drawn), place), lost, burnt)
    told = write_part(found, part, folder, page=page, home="../index.html", lang=lang)
    outputs = folder_digests(folder)
    outputs[page.name] = file_digest(page)
    record = {**manifest, "outputs": outputs, "told": told}
    said = json.dumps(record, ensure_ascii=False, indent=1, sort_keys=True)
    whole_file(folder / "manifest.json", said + "\n")
    return {**told, "key": manifest["key"], "outputs": outputs}
