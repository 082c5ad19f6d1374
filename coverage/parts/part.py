"""One part of a province: the town that it computes on, and what of it is its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from ...geo.arrays import Flags, Indices, Longs
from ...geo.town import Town
from ...geo.words import fields as f
from .cutting import Kept, cut, part_of


@dataclass(frozen=True)
class Part:
    """A part with what lies round it.

    Attributes
    ----------
    name
        Of its files: a district's folder, or ``part-0001``.
    town
        Its own buildings, with lanes, stations and communities as far as they matter to them.
    lanes, stations, communities
        Which of them are the part's own; every one is in exactly one part.
    """

    name: str
    town: Town
    lanes: Flags
    stations: Flags
    communities: Flags

    def shown(self) -> Town:
        """Return the town with what is its own, and the lanes that its buildings stand on."""
        rows = [np.flatnonzero(own) for own in (self.stations, self.communities)]
        lanes = self.lanes.copy()
        stations = self.town.station_positions.lane[rows[0]]
        for at in (self.town.building_positions.lane, stations):
            lanes[at[at >= 0]] = True
        buildings = np.arange(len(self.town.buildings))
        return cut(self.town, Kept(buildings, np.flatnonzero(lanes), *rows))

    def own_lanes(self, lanes: pd.DataFrame) -> pd.DataFrame:
        """Return the rows of a table of lanes that no other part tells.

        Parameters
        ----------
        lanes
            With `lane_id`.
        """
        own = self.town.lanes[f.LANE_ID][self.lanes]
        return lanes[lanes[f.LANE_ID].isin(own)].reset_index(drop=True)


def parts_of_town(town: Town, groups: Mapping[str, Indices], *, reach_m: float) -> Iterator[Part]:
    """Cut a town into parts, one after the other.

    Parameters
    ----------
    town
        The whole.
    groups
        Rows of the buildings of each part, from `community_groups`; every building is in one.
    reach_m
        From `halo_m`.

    Yields
    ------
    Part
        A lane or station belongs to the part whose building is nearest to its middle, a community
        to the part that holds most of its buildings, else to the nearest.
    """
    names = list(groups)
    of_building = np.empty(len(town.buildings), dtype=np.int64)
    for at, name in enumerate(names):
        of_building[groups[name]] = at
    tree = shapely.STRtree(shapely.centroid(town.buildings.geometry.to_numpy()))
    owner: dict[str, Longs] = {
        layer: of_building[
            tree.nearest(shapely.point_on_surface(getattr(town, layer).geometry.to_numpy()))
        ]
        for layer in ("lanes", "stations", "communities")
    }
    ids = pd.Index(town.communities[f.COMMUNITY_ID].astype(str))
    row = ids.get_indexer(pd.Index(town.buildings[f.COMMUNITY_ID].astype(str)))
    count = np.zeros((len(ids) + 1, len(names)), dtype=np.int64)
    np.add.at(count, (row, of_building), 1)
    held = count[:-1].max(axis=1, initial=0) > 0
    owner["communities"][held] = count[:-1][held].argmax(axis=1)
    for at, name in enumerate(names):
        part = part_of(town, groups[name], reach_m=reach_m)
        yield Part(
            name,
            part,
            *(
                _owned(getattr(part, layer)[key], getattr(town, layer)[key], owner[layer] == at)
                for layer, key in (
                    ("lanes", f.LANE_ID),
                    ("stations", f.STATION_ID),
                    ("communities", f.COMMUNITY_ID),
                )
            ),
        )


def _owned(here: pd.Series, everywhere: pd.Series, own: Flags) -> Flags:
    return here.isin(everywhere[own]).to_numpy(dtype=bool)
