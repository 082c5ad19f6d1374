"""Objects that a notebook shows: they say which they are, and `weizhan.maps` tells them."""

from __future__ import annotations

from importlib import import_module
from typing import Any


class ShownInNotebooks:
    """Gives an object a card in a notebook.

    The card is drawn by ``weizhan.maps.notebook``, found by its name when it is asked for, so that
    facts and figures do not depend on pictures.
    """

    __slots__ = ()

    def _repr_html_(self) -> str:
        told: str = import_module("weizhan.maps.notebook").card(self)
        return told


class Explorable(ShownInNotebooks):
    """Gives an object a map to look around on, too."""

    __slots__ = ()

    def explore(self, **choices: Any) -> Any:
        """Return a folium map to look around on, without network.

        Parameters
        ----------
        **choices
            As for `weizhan.maps.notebook.explore`: which ``layers``, and the ``lang`` of the words.

        Returns
        -------
        folium.Map
            To show, to add to, or to ``save`` as one file.
        """
        return import_module("weizhan.maps.notebook").explore(self, **choices)
