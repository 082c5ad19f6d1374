"""OpenStreetMap in, from files and online, as the layers of a town.

What a tag does not clearly say stays missing.
"""

from .exports import LAYER_TAGS, features_of_table, is_osm_table
from .files import OsmExtract, read_osm
from .layers import OsmFeature, layers_from
from .online import read_place

__all__ = [
    "LAYER_TAGS",
    "OsmExtract",
    "OsmFeature",
    "features_of_table",
    "is_osm_table",
    "layers_from",
    "read_osm",
    "read_place",
]
