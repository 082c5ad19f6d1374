"""Named places on the page: estates, offices, grids, devices."""

from __future__ import annotations

import numpy as np

from ...coverage.assessment import Assessment
from ...geo.words import Lang
from ...geo.words import fields as f
from ..styles import place_styles
from ..voice import elements_said, engine_said, yes_no
from .canvas import PackedPoints, PackedPolygons
from .layer_columns import labels
from .overlays import column


def estates(assessment: Assessment, *, lang: Lang) -> PackedPolygons:
    """Return the estates, below the houses: three-none, old, others."""
    frame = assessment.places.estates
    rows = frame.to_dict("records")
    return PackedPolygons(
        "estates",
        frame,
        styles={"estates": (place_styles.estate_style(lang), place_styles.estate_classes(frame))},
        numbers={
            f.YEAR_BUILT: (column(frame, f.YEAR_BUILT), 0),
            "buildings": (column(frame, "buildings"), 0),
            "red_buildings": (column(frame, "red_buildings"), 0),
            "open_hazards": (column(frame, "open_hazards"), 0),
        },
        texts={
            "id": column(frame, f.ESTATE_ID),
            f.NAME: column(frame, f.NAME),
            f.PROPERTY_MANAGER: [yes_no(row[f.PROPERTY_MANAGER], lang) for row in rows],
            f.THREE_NONE: [yes_no(row[f.THREE_NONE], lang) for row in rows],
            "engine": [engine_said(row, lang) for row in rows],
            f.COMMUNITY_ID: column(frame, f.COMMUNITY_ID),
        },
        show=False,
        z_index=2,
    )


def grids(assessment: Assessment, *, lang: Lang) -> PackedPolygons:
    """Return the outlines of the grids."""
    frame = assessment.places.grids
    return PackedPolygons(
        "grids",
        frame,
        styles={"grids": (place_styles.grid_style(lang), np.zeros(len(frame), np.int64))},
        numbers={
            name: (column(frame, name), 0)
            for name in ("buildings", "known", "covered", "red_buildings", "open_hazards")
        },
        texts={
            "id": column(frame, f.GRID_ID),
            f.NAME: column(frame, f.NAME),
            f.COMMUNITY_ID: column(frame, f.COMMUNITY_ID),
        },
        show=False,
        z_index=4,
    )


def hazard_areas(assessment: Assessment, *, lang: Lang) -> PackedPolygons:
    """Return the hazards that somebody called area-wide, each as its area."""
    frame = assessment.places.hazard_areas
    frame = frame[~frame.geometry.is_empty].reset_index(drop=True)
    return PackedPolygons(
        "hazard_areas",
        frame,
        styles={
            "hazard_areas": (place_styles.hazard_area_style(lang), np.zeros(len(frame), np.int64))
        },
        texts={
            "id": column(frame, "key"),
            "code": labels(column(frame, "code"), "hazard_code", lang),
            "state": labels(column(frame, "state"), "hazard_state", lang),
            "area": column(frame, "area_id"),
        },
        show=False,
        z_index=3,
    )


def offices(assessment: Assessment, *, lang: Lang) -> PackedPoints:
    """Return the offices of fire work, by whether their six elements are there."""
    frame = assessment.places.offices
    return PackedPoints(
        "offices",
        frame,
        styles={"offices": (place_styles.office_style(lang), place_styles.office_classes(frame))},
        texts={
            "id": column(frame, f.OFFICE_ID),
            f.NAME: column(frame, f.NAME),
            "missing": [elements_said(codes, lang) for codes in frame["elements_missing"]],
            "untold": [elements_said(codes, lang) for codes in frame["elements_unknown"]],
            f.COMMUNITY_ID: column(frame, f.COMMUNITY_ID),
        },
        show=False,
        z_index=6,
    )


def devices(assessment: Assessment, *, lang: Lang) -> PackedPoints:
    """Return the devices as listed, in the building where they are."""
    frame = assessment.places.devices
    return PackedPoints(
        "devices",
        frame,
        styles={"devices": (place_styles.point_style(lang), place_styles.point_classes(frame))},
        numbers={n: (column(frame, n), 0) for n in ("installed", "failing")},
        texts={
            "building": column(frame, f.BUILDING_ID),
            "device": labels(column(frame, "device"), "device_kind", lang),
        },
        show=False,
        z_index=6,
    )
