"""What of an export is drawn how: each view a layer, a style, and which class a feature has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ...coverage import columns as c
from ...coverage.assessment import Assessment
from ...geo.words import BarrierKind, LaneClass, Lang, RiskBand, Tier, Vehicle, WaterKind, YesNo
from ...geo.words import fields as f
from ..styles import Style, lane_styles, place_styles, risk_styles, style
from ..voice import tiers_told
from .project import ProjectLayer
from .symbols import drawn_by_class


@dataclass(frozen=True, slots=True)
class View:
    """One way to draw a layer.

    Attributes
    ----------
    name
        Its id in the project.
    layer
        Of the GeoPackage.
    style
        Its classes.
    expression
        Gives the place of a feature's class in the style, in words that QGIS and SQLite share.
    """

    name: str
    layer: str
    style: Style
    expression: str

    def drawn(self, shape: str, *, shown: bool, group: str = "") -> ProjectLayer:
        """Return the layer of a project that is drawn so.

        Parameters
        ----------
        shape
            ``Point``, ``Line`` or ``Polygon``.
        shown
            Whether it is switched on.
        group
            Above it.
        """
        return ProjectLayer(
            self.name,
            self.layer,
            self.style.title,
            shape,
            lambda element: drawn_by_class(
                element, self.style, expression=self.expression, shape=shape
            ),
            shown=shown,
            group=group,
        )


def export_views(found: Assessment, lang: Lang) -> list[View]:
    """Return the views of an export, those on top first; the first of a layer opens.

    Parameters
    ----------
    found
        The assessment that is exported.
    lang
        Of the words in the legend.
    """
    return [*_signs(lang), *_lanes(found, lang), *_buildings(found, lang), *_areas(lang)]


def _case(conditions: Iterable[str]) -> str:
    """Return the place of the first condition that holds, that of the class after all if none."""
    told = list(conditions)
    whens = " ".join(f"WHEN {condition} THEN {place}" for place, condition in enumerate(told))
    return f"CASE {whens} ELSE {len(told)} END" if told else "0"


def _is_one(column: str, values: Sequence[Any]) -> list[str]:
    return [f"\"{column}\" = '{value}'" for value in values]


def _signs(lang: Lang) -> Iterator[View]:
    tiers = _is_one(f.TIER, list(Tier))
    off = 'coalesce("on_duty", 1) = 0'
    duty = [f"{tier} AND NOT ({off})" for tier in tiers]
    duty += [f"{tier} AND {off}" for tier in tiers]
    yield View("stations", "stations", style.station_style(lang), _case(duty))
    lacking, untold = (f"\"elements_{name}\" <> ''" for name in ("missing", "unknown"))
    offices = f"CASE WHEN {lacking} THEN 1 WHEN {untold} THEN 2 ELSE 0 END"
    yield View("offices", "offices", place_styles.office_style(lang), offices)
    yield View("water", "water", style.water_style(lang), _case(_is_one(f.KIND, list(WaterKind))))
    kinds = _case(_is_one(f.KIND, list(BarrierKind)))
    yield View("barriers", "barriers", style.barrier_style(lang), kinds)


def _lanes(found: Assessment, lang: Lang) -> Iterator[View]:
    has = set(found.lanes.columns)
    classes = _case(_is_one(f.LANE_CLASS, list(LaneClass)))
    yield View("lanes", "lanes", style.lane_style(lang), classes)
    for vehicle in Vehicle:
        limit, certain = c.lane_limit(vehicle.value), c.lane_limit_certain(vehicle.value)
        if limit in has:
            sure = f'coalesce("{certain}", 0) = 1'
            passes = f"\"{limit}\" = ''"
            order = [f"{passes} AND {sure}", passes, f'"{limit}" IS NOT NULL AND NOT ({sure})',
                     f'"{limit}" IS NOT NULL']  # fmt: skip
            yield View(limit, "lanes", style.limit_style(vehicle, lang), _case(order))
    if c.STATE in has:
        states = _case(_is_one(c.STATE, lane_styles.STATES))
        yield View(c.STATE, "lanes", lane_styles.state_style(lang), states)
    if c.KEEP_CLEAR_RANK in has:
        ranks = [f'"{c.KEEP_CLEAR_RANK}" <= {rank}' for rank in lane_styles.RANKS]
        yield View(c.KEEP_CLEAR_RANK, "lanes", lane_styles.rank_style(lang), _case(ranks))
    for tier, standard_s in tiers_told(found).items():
        lost = c.lost(tier, "buildings")
        if lost in has:
            losses = [f'"{lost}" > {least}' for least in lane_styles.LOSSES]
            losses.append(f'"{lost}" IS NOT NULL')
            yield View(lost, "lanes", lane_styles.loss_style(tier, standard_s, lang), _case(losses))


def _buildings(found: Assessment, lang: Lang) -> Iterator[View]:
    for tier, standard_s in tiers_told(found).items():
        cover, time_s = c.cover(tier), f'round("{c.response_time(tier)}", 3)'
        covers = _case(_is_one(cover, list(style.COVER_FILLS)))
        yield View(cover, "buildings", style.cover_style(tier, standard_s, lang), covers)
        times = [f"{time_s} <= {band * standard_s!r}" for band in style.BANDS]
        times.append(f"{time_s} IS NOT NULL")
        times.append(f'"{cover}" IS NOT NULL AND "{cover}" <> \'{c.Cover.UNKNOWN}\'')
        look = style.response_style(tier, standard_s, lang)
        yield View(c.response_time(tier), "buildings", look, _case(times))
    uses = [
        f'"{f.USE}" IN ({", ".join(repr(use.value) for use in members)})'
        for members, _, _ in style.USE_GROUPS.values()
    ]
    yield View(f.USE, "buildings", style.use_style(lang), _case(uses))
    if c.RISK_BAND in found.buildings.columns:
        sure = f'coalesce("{c.RISK_BAND_SHARE}", 0) >= {found.summary["risk"]["sure_band"]!r}'
        bands = _is_one(c.RISK_BAND, list(RiskBand))
        bands = [*(f"{band} AND {sure}" for band in bands), *bands]
        look = risk_styles.band_style("risk", lang, hatched=True)
        yield View(c.RISK_BAND, "buildings", look, _case(bands))


def _areas(lang: Lang) -> Iterator[View]:
    yield View("communities", "communities", style.community_style(lang), "0")
    no = f"\"{f.THREE_NONE}\" = '{YesNo.NO}' AND \"old_estate\" = '{YesNo.NO}'"
    kinds = [f"\"{name}\" = '{YesNo.YES}'" for name in (f.THREE_NONE, "old_estate")]
    yield View("estates", "estates", place_styles.estate_style(lang), _case([*kinds, no]))
    yield View("grids", "grids", place_styles.grid_style(lang), "0")
