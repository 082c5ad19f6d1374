"""What buildings, stations and communities look like at the other moments of a page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from ...coverage import columns as c
from ...coverage.assessment import Assessment
from ...coverage.scenes import BEFORE, Scene
from ...geo.arrays import Longs
from ...geo.tables import is_missing
from ...geo.words import Lang, text
from ...geo.words import fields as f
from ..styles import against_classes, against_style, style
from ..voice import against_of, late_against_of, main_tier, tiers_told
from .layer_columns import Numbers, Styles
from .overlays import column, few_hidden, whole_seconds

CHANGE_S = 10.0  # of response time, from which it is told
CHANGE_LOOKS = (
    ("gained", "#0b5c8c", "#04304c", ""),
    ("faster", "#9cc7de", "#5f7f93", ""),
    ("same", "#eceae4", "#b9b3a7", ""),
    ("slower", "#f0b070", "#8a4a12", ""),
    ("lost", "#7f3508", "#f6d9b8", "cross"),
)
SHARES = (0.9, 0.75, 0.5)  # least share of each class of communities but the last
SHARE_NAMES = ("good", "fair", "poor", "bad")
SHARE_FILLS = ("#cfe2eed9", "#86b8d6d9", "#d9822bd9", "#7f3508d9")


def add_scenes(
    assessment: Assessment,
    scenes: Mapping[str, Scene],
    lang: Lang,
    styles: Styles,
    numbers: Numbers,
    texts: dict[str, pd.Series],
) -> None:
    """Add times and cover of the buildings at other moments, named ``…@scene``."""
    for name, scene in scenes.items():
        frame = scene.buildings
        withheld = {tier for tier, told in scene.coverage.items() if told.get("withheld")}
        people = column(frame, c.PEOPLE)
        numbers[f"{c.PEOPLE}@{name}"] = (few_hidden(people), 0)
        for tier, standard_s in tiers_told(assessment).items():
            if c.cover(tier) not in frame.columns:
                continue
            cover, times = frame[c.cover(tier)], frame[c.response_time(tier)]
            styles[f"response_{tier}@{name}"] = (
                style.response_style(tier, standard_s, lang),
                style.response_classes(times, cover, standard_s),
            )
            order = tuple(code.value for code in style.COVER_FILLS)
            styles[f"cover_{tier}@{name}"] = (
                style.cover_style(tier, standard_s, lang),
                style.codes_to_classes(cover, order),
            )
            for end, found in (
                ("typical", times),
                ("low", column(frame, c.response_time_low(tier))),
                ("high", column(frame, c.response_time_high(tier))),
            ):
                numbers[f"{tier}_{end}@{name}"] = (whole_seconds(found), 0)
            texts[f"{tier}_station@{name}"] = column(frame, c.station(tier))
            if name == BEFORE and tier not in withheld:
                now = assessment.buildings
                styles[f"change_{tier}"] = (
                    change_style(tier, lang, planned=_beside_present(scene)),
                    change_classes(
                        column(now, c.response_time(tier)), column(now, c.cover(tier)), times, cover
                    ),
                )


def _beside_present(scene: Scene) -> bool:
    """Tell whether a plan is shown beside the town as it is."""
    return any(difference.part == "plan_after" for difference in scene.differences)


def change_style(tier: str, lang: Lang, *, planned: bool = False) -> style.Style:
    """Return the classes of change against an earlier assessment; see `change_classes`."""
    classes = (
        style.Class(text(f"planner.change_{name}", lang), fill, line=line, pattern=pattern)
        for name, fill, line, pattern in CHANGE_LOOKS
    )
    unknown = style.Class(
        text("legend.unknown", lang), style.UNKNOWN_FILL, line="#8a8a8a", pattern="hatch"
    )
    key = "scene.change_plan" if planned else "scene.change"
    title = text(key, lang, tier=style.tier_label(tier, lang))
    return style.Style(title, (*classes, unknown), text("scene.change_note", lang))


def change_classes(
    now_s: pd.Series, now: pd.Series, before_s: pd.Series, before: pd.Series
) -> Longs:
    """Return: gained, faster, same, slower, lost, or unknown at either time.

    Parameters
    ----------
    now_s, before_s
        Typical response times; missing where none arrives.
    now, before
        `Cover` codes.
    """
    within = [c.Cover.COVERED.value, c.Cover.LIKELY.value]
    late, soon = (
        np.nan_to_num(pd.to_numeric(t, errors="coerce").to_numpy(dtype=float), nan=np.inf)
        for t in (before_s, now_s)
    )
    known = [s.notna().to_numpy() & (s != c.Cover.UNKNOWN.value).to_numpy() for s in (now, before)]
    inside, was = (s.isin(within).to_numpy() for s in (now, before))
    found = np.select(
        [
            ~(known[0] & known[1]),
            inside & ~was,
            ~inside & was,
            soon <= late - CHANGE_S,
            soon >= late + CHANGE_S,
        ],
        [5, 0, 4, 1, 3],
        default=2,
    )
    both = np.isinf(soon) & np.isinf(late) & known[0] & known[1]
    return np.where(both, 2, found).astype(np.int64)


def share_style(tier: str, standard_s: float, lang: Lang) -> style.Style:
    """Return the classes of communities by the share of buildings covered."""
    bounds = [f"{bound:.0%}" for bound in SHARES]
    said = [bounds[0], *zip(bounds[1:], bounds, strict=False), bounds[-1]]
    keys = ["from", *["between"] * (len(SHARES) - 1), "below"]
    classes = []
    for name, fill, key, bound in zip(SHARE_NAMES, SHARE_FILLS, keys, said, strict=True):
        values = {"low": bound[0], "high": bound[1]} if key == "between" else {"bound": bound}
        label = text(f"scene.share_{key}", lang, name=text(f"scene.{name}", lang), **values)
        classes.append(style.Class(label, fill, "#3f5d4d", pixels=2))
    unknown = style.Class(
        text("legend.unknown", lang), "#fbfbfad9", "#8a8a8a", pattern="hatch", pixels=2
    )
    names = {
        "tier": style.tier_label(tier, lang),
        "standard": style.standard_label(standard_s, lang),
    }
    return style.Style(text("scene.share", lang, **names), (*classes, unknown))


def share_classes(entries: list[dict[str, Any]], ids: pd.Series, tier: str) -> Longs:
    """Return the class of each community in `share_style`; coverage as in a summary."""
    shares = {
        str(entry[f.COMMUNITY_ID]): entry.get("coverage", {}).get(tier, {}).get("share_buildings")
        for entry in entries
    }
    classes = []
    for identity in ids.astype(str):
        share = shares.get(identity)
        if is_missing(share):
            classes.append(len(SHARE_NAMES))
        else:
            classes.append(sum(float(str(share)) < bound for bound in SHARES))
    return np.array(classes, dtype=np.int64)


def community_styles(assessment: Assessment, scenes: Mapping[str, Scene], lang: Lang) -> Styles:
    """Return the ways to colour communities by what of them is covered, at every moment."""
    ids = column(assessment.communities, f.COMMUNITY_ID)
    told = {"": assessment.summary.get("communities", [])}
    told |= {f"@{name}": scene.communities for name, scene in scenes.items()}
    ids_told = ids.astype(str).tolist()
    tier = main_tier(assessment) if assessment.tiers else ""
    whole = {"": assessment.summary.get("coverage", {})}
    whole |= {f"@{name}": scene.coverage for name, scene in scenes.items()}
    by_id = {
        at: {str(entry[f.COMMUNITY_ID]): entry for entry in entries} for at, entries in told.items()
    }
    against = {
        f"against_{what}": [against_of(by_id[""].get(one, {}), name) for one in ids_told]
        for what, name in (("harm", c.HARM_PER_HEAD), ("hazards", c.HAZARDS_PER_HEAD))
    }
    against |= {
        f"against_late{at}": late_against_of(
            [entries.get(one, {}) for one in ids_told], whole[at].get(tier), tier
        )
        for at, entries in by_id.items()
    }
    styles = {
        name: (against_style(name.split("_")[1].partition("@")[0], lang), against_classes(found))
        for name, found in against.items()
        if any(one is not None for one in found)
    }
    return styles | {
        f"share_{tier}{at}": (
            share_style(tier, standard_s, lang),
            share_classes(list(entries), ids, tier),
        )
        for tier, standard_s in tiers_told(assessment, further=False).items()
        for at, entries in told.items()
    }


def rank_intervals(entries: list[dict[str, Any]], tier: str) -> dict[str, tuple[int, int, int]]:
    """Return the rank of each community by share covered, the least covered first.

    Returns
    -------
    dict
        By identity: the rank at typical values, and the best and the worst rank that the ranges
        of all shares allow. Communities without an answer are left out.
    """
    known = []
    for entry in entries:
        found = entry.get("coverage", {}).get(tier, {})
        share = found.get("share_buildings")
        if entry.get(f.COMMUNITY_ID) and not is_missing(share):
            low, high = found.get("share_buildings_low"), found.get("share_buildings_high")
            low = share if is_missing(low) else low
            high = share if is_missing(high) else high
            known.append((str(entry[f.COMMUNITY_ID]), float(share), float(low), float(high)))
    if not known:
        return {}
    share, low, high = np.array([row[1:] for row in known]).T
    rank, first, last = (
        1 + np.searchsorted(np.sort(others), own)  # how many lie below
        for others, own in ((share, share), (high, low), (low, high))
    )
    first, last = first - (high < low), last - (low < high)  # nobody comes before itself
    places = zip(rank, np.minimum(first, rank), np.maximum(last, rank), strict=True)
    return {
        row[0]: (int(own), int(best), int(worst))
        for row, (own, best, worst) in zip(known, places, strict=True)
    }
