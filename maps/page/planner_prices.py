"""What a plan costs, as the page adds it up: prices of the rules, with their ranges."""

from __future__ import annotations

from typing import Any

from ...geo.rules import RuleSet, Value
from ...geo.words import MeasureKind

_KINDS = (MeasureKind.STATION, MeasureKind.E_BIKE, MeasureKind.LANE_OPEN)


def plan_prices(rules: RuleSet) -> dict[str, Any]:
    """Return prices in yuan, each ``[low, high]``: once, by metre, and a year.

    Parameters
    ----------
    rules
        Of the town.

    Returns
    -------
    dict
        By kind of measure; ``hosts`` by where a station is set up, which go before.
    """
    told: dict[str, Any] = {
        kind.value: {
            "once": _range(rule.cost_yuan),
            "piece": [0, 0] if rule.per_piece_yuan is None else _range(rule.per_piece_yuan),
            "year": _range(rule.upkeep_yuan),
        }
        for kind, rule in rules.measures.kind.items()
        if kind in _KINDS
    }
    hosts = {
        name: {"once": _range(host.build_yuan), "piece": [0, 0], "year": _range(host.yearly_yuan)}
        for name, host in rules.siting.host.items()
    }
    return told | {"hosts": hosts}


def _range(value: Value) -> list[float]:
    low = value.value if value.low is None else value.low
    return [low, value.value if value.high is None else value.high]
