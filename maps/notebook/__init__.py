"""Towns and results in a notebook: a card for each, and maps to look around on.

Neither needs a network.
"""

from .cards import card
from .explored import TownMap, explore

__all__ = ["TownMap", "card", "explore"]
