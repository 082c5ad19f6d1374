"""Buildings by what a plan changes, for the pages of plans."""

from __future__ import annotations

from ...coverage import columns as c
from ...coverage.assessment import Assessment
from ...geo.words import Lang, text
from ...geo.words import fields as f
from ..styles import CHANGES, changes, style
from ..voice import scenario_name
from . import overlays
from .canvas import PackedPolygons
from .layer_columns import labels

CHANGE_FILLS = ("#cfe2ee", "#2f9e6b", "#9c480b", "#4a2106", style.UNKNOWN_FILL)


def changed_buildings(
    assessed: tuple[Assessment, Assessment], tier: str, lang: Lang
) -> PackedPolygons:
    """Return the buildings by what a plan changes, and by time before and after.

    Parameters
    ----------
    assessed
        The town before, and under the plan.
    tier
        Whose times count.
    lang
        Language of the legend.
    """
    after = assessed[1]
    before, then = (found.buildings for found in assessed)
    standard_s = after.tiers[tier]
    classes = tuple(
        style.Class(
            text(f"site.class_{name}", lang), fill, pattern="hatch" if name == "unknown" else ""
        )
        for name, fill in zip(CHANGES, CHANGE_FILLS, strict=True)
    )
    note = text("site.class_note", lang, scenario=scenario_name(after, lang))
    change = style.Style(text("site.paint_change", lang), classes, note)
    styles = {"change": (change, changes(before, then, tier))}
    for name, frame in (("before", before), ("after", then)):
        times, cover = frame[c.response_time(tier)], frame[c.cover(tier)]
        styles[name] = (
            style.response_style(tier, standard_s, lang),
            style.response_classes(times, cover, standard_s),
        )
    return PackedPolygons(
        "buildings",
        then,
        styles=styles,
        numbers={
            "before": (overlays.whole_seconds(before[c.response_time(tier)]), 0),
            "after": (overlays.whole_seconds(then[c.response_time(tier)]), 0),
        },
        texts={
            "id": overlays.column(then, f.BUILDING_ID),
            f.NAME: overlays.column(then, f.NAME),
            f.ADDRESS: overlays.column(then, f.ADDRESS),
            f.USE: labels(overlays.column(then, f.USE), "use", lang),
        },
        z_index=3,
    )
