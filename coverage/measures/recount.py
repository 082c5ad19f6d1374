"""What there is in a town by a yardstick, counted by the engine of the assessment."""

from __future__ import annotations

import numpy as np

from ...geo.town import Town
from ...geo.words import DeviceKind
from ...geo.words import fields as f
from .. import columns as c
from ..assessment import Assessment
from ..reach import FAR, Moment, arrive_at
from .instance import MeasuresInstance, Yardstick


def recount(
    instance: MeasuresInstance, town: Town, yardstick: Yardstick, *, longest_s: float | None = None
) -> float:
    """Return what there is in the town, or under a plan, as problems of measures count it.

    Parameters
    ----------
    instance
        Whose bands, tiers and weights count.
    town
        As it is, or under a plan.
    yardstick
        By which.
    longest_s
        Of waiting, if not that of the rules.

    Returns
    -------
    float
        Weight within the standard, or minutes not waited, in the units of the problem's rows;
        for ``harm`` the harm of a year as an index, of which less is better.
    """
    if yardstick == "harm":
        first = instance.bands[0]
        moment = Moment(town, first.moment.scenario, first.moment.day, seed=first.moment.seed,
                        fitted=first.moment.speeds)  # fmt: skip
        found = Assessment(moment, first.name).risk.buildings
        return float(found[c.HARM_INDEX].sum())
    total = 0.0
    if yardstick == "minutes":
        ids = town.buildings[f.BUILDING_ID].astype(str)
        alarms = [b for b, device in town.care.devices if device == DeviceKind.SMOKE_DETECTOR]
        total += float(instance.alarm_minutes[ids.isin(alarms).to_numpy()].sum()) if alarms else 0.0
    for band in instance.bands:
        own = band.moment
        moment = Moment(town, own.scenario, own.day, seed=own.seed, fitted=own.speeds)
        for tier, share in instance.tiers.items():
            first_ms = arrive_at(moment.journey(tier)).ms[:, 0]
            access = moment.crews(tier).access_ms
            ms = np.where(first_ms < FAR, first_ms.astype(float) + access, np.inf)
            weight = band.weights * (band.share * share)
            if yardstick == "late":
                limit = round(instance.town.rules.tier[tier].standard_s.value * 1000)
                total += float(weight[ms <= limit].sum())
            else:
                longest = longest_s or instance.town.rules.measures.waiting_most_s.value
                total += float((weight * np.maximum(longest * 1000 - ms, 0)).sum()) / 60_000
    return total
