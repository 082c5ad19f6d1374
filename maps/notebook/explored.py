"""A folium map of a town or an assessment to look around on, whole without a network."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape as attribute
from pathlib import Path
from typing import Any, Final

import folium
import geopandas as gpd
import pandas as pd

from ...coverage import columns as c
from ...coverage.assessment import Assessment
from ...geo.tables import is_missing
from ...geo.town import Town
from ...geo.words import LaneClass, Lang, label, text
from ...geo.words import fields as f
from ..html import escape, shown
from ..page import LEAFLET_CSS, LEAFLET_JS, standalone
from ..styles import Style, style
from ..voice import main_tier

LAYERS: Final = ("communities", "lanes", "buildings", "stations")
_IDS: Final = (f.COMMUNITY_ID, f.LANE_ID, f.BUILDING_ID, f.STATION_ID)


class TownMap(folium.Map):
    """A folium map that is shown and saved as one file without a network."""

    default_js = LEAFLET_JS
    default_css = LEAFLET_CSS
    title: str = ""
    lang: Lang = "zh"

    def _repr_html_(self, **kwargs: Any) -> str:
        page = attribute(standalone(self, title=self.title, lang=self.lang))
        said = f'title="{attribute(self.title)}" style="width:100%;height:480px;border:0"'
        return f'<iframe srcdoc="{page}" {said}></iframe>'

    def save(self, outfile: Any, close_file: bool = True, **kwargs: Any) -> None:
        """Write the map as one HTML file that needs no network.

        Parameters
        ----------
        outfile
            Path of the file.
        close_file, **kwargs
            Of folium, not used.
        """
        page = standalone(self, title=self.title, lang=self.lang)
        Path(outfile).write_text(page, encoding="utf-8")


def explore(
    found: Town | Assessment, *, layers: Sequence[str] = LAYERS, lang: Lang = "zh"
) -> TownMap:
    """Return a map of a town by what is there, or of an assessment by who is reached in time.

    Every feature says its id and what it is. For a few thousand buildings; the pages of
    ``weizhan assess`` draw a hundred times as many.

    Parameters
    ----------
    found
        What to draw.
    layers
        From the lowest to the highest, of ``communities``, ``lanes``, ``buildings``, ``stations``.
    lang
        Of what the map says.

    Raises
    ------
    ValueError
        When a layer is not one of these.

    Examples
    --------
    >>> from pathlib import Path
    >>> from weizhan.geo.town import load_town
    >>> load_town(Path("my-town")).explore().save("town.html")  # doctest: +SKIP
    """
    if unknown := sorted(set(layers) - set(LAYERS)):
        raise ValueError(f"layers {unknown} are none of {list(LAYERS)}")
    frames = {layer: getattr(found, layer).to_crs(4326) for layer in layers}
    made = TownMap(tiles=None, attribution_control=False, prefer_canvas=True)
    made.title = found.name if isinstance(found, Town) else found.town
    made.lang = lang
    for layer, frame in frames.items():
        look, classes = _drawn(layer, frame, found, lang)
        _add(made, layer, frame, look, classes, lang)
    folium.LayerControl(collapsed=True).add_to(made)
    west, south, east, north = frames[layers[-1]].total_bounds
    for frame in frames.values():
        if len(frame):
            left, low, right, high = frame.total_bounds
            west, south = min(west, left), min(south, low)
            east, north = max(east, right), max(north, high)
    made.fit_bounds([[south, west], [north, east]])
    return made


def _drawn(
    layer: str, frame: gpd.GeoDataFrame, found: Town | Assessment, lang: Lang
) -> tuple[Style, Iterable[int]]:
    """Return the classes of a layer and the class of each feature."""
    if layer == "communities":
        return style.community_style(lang), [0] * len(frame)
    if layer == "lanes":
        order = tuple(kind.value for kind in LaneClass)
        return style.lane_style(lang), style.codes_to_classes(frame[f.LANE_CLASS], order)
    if layer == "stations":
        told = frame["on_duty"] if "on_duty" in frame.columns else pd.Series(True, frame.index)
        return style.station_style(lang), style.station_classes(frame[f.TIER], told)
    if isinstance(found, Town):
        return style.use_style(lang), style.use_classes(frame[f.USE])
    tier = main_tier(found)
    order = tuple(code.value for code in style.COVER_FILLS)
    looks = style.cover_style(tier, found.tiers[tier], lang)
    return looks, style.codes_to_classes(frame[c.cover(tier)], order)


def _add(
    made: TownMap,
    layer: str,
    frame: gpd.GeoDataFrame,
    look: Style,
    classes: Iterable[int],
    lang: Lang,
) -> None:
    one = [look.classes[place] for place in classes]
    drawn = gpd.GeoDataFrame(
        {
            "said": [_said(row, kind.label, lang) for row, kind in zip(
                frame.drop(columns=f.GEOMETRY).to_dict("records"), one, strict=True)],
            "fill": [kind.fill or "none" for kind in one],
            "line": [kind.casing or (kind.fill if layer == "lanes" else kind.line) for kind in one],
        },
        geometry=frame.geometry.to_numpy(), crs=frame.crs,
    )  # fmt: skip
    if not len(drawn):
        return
    weight = {"communities": 2, "lanes": 3}.get(layer, 1)
    folium.GeoJson(
        drawn,
        name=escape(label("layer_name", layer, lang)),
        style_function=lambda feature: {
            "color": feature["properties"]["line"],
            "fillColor": feature["properties"]["fill"],
            "fillOpacity": 0 if feature["properties"]["fill"] == "none" else 0.9,
            "weight": weight,
        },
        marker=folium.CircleMarker(radius=8, fill=True),
        tooltip=folium.GeoJsonTooltip(["said"], labels=False) if layer != "communities" else None,
    ).add_to(made)


def _said(row: dict[str, Any], kind: str, lang: Lang) -> str:
    """Return what a feature says of itself; folium writes it into the page as it is."""
    told = [str(row[name]) for name in _IDS if row.get(name) is not None][-1:]
    told += [shown(row[name]) for name in (f.NAME, f.ADDRESS) if not is_missing(row.get(name))]
    told.append(kind)
    if not is_missing(row.get(f.WIDTH_M)):
        told.append(text("card.width", lang, metres=f"{row[f.WIDTH_M]:g}"))
    return "<br>".join(escape(one) for one in told)
