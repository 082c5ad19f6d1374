"""OpenStreetMap in, from files and online, as the layers of a town.

What a tag does not clearly say stays missing.
"""

from .files import OsmExtract, read_osm
from .layers import OsmFeature, layers_from
from .online import read_place

__all__ = [
    "OsmExtract",
    "OsmFeature",
    "layers_from",
    "read_osm",
    "read_place",
]
