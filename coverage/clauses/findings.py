"""What a check of fire lanes finds: which subject, how far off, how sure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import geopandas as gpd
import numpy as np

from ...geo.arrays import Flags, Floats, Shapes, Words
from ...geo.ground import CLASS_WHEN_UNKNOWN
from ...geo.rules import RuleSet, Value
from ...geo.words import LaneClass
from ...geo.words import fields as f


class Check(StrEnum):
    """What is looked at."""

    WIDTH = "width"
    HEIGHT = "height"
    SLOPE = "slope"
    SLOPE_ADVISED = "slope_advised"
    DEAD_END = "dead_end"
    WALL_GAP = "wall_gap"
    RING_LANE = "ring_lane"
    OPERATION_PLACE = "operation_place"


class Certainty(StrEnum):
    """How sure a finding is.

    certain
        What was measured fails.
    likely
        Not measured as such, but every reading of what is known, or the typical one, fails.
    unknown
        What is known neither shows that the rule is kept nor that it is broken.
    """

    CERTAIN = "certain"
    LIKELY = "likely"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Result:
    """One check, one entry a subject.

    Attributes
    ----------
    check, subject, ids
        What was looked at; ``lane`` or ``building``; which ones.
    measured, limit, unit
        NaN where nothing was measured.
    certainty
        `Certainty` codes, empty where nothing was found.
    concerned, unjudged
        Subjects that the rule concerns, and those of which too little is known.
    """

    check: Check
    subject: str
    ids: Shapes
    measured: Floats
    limit: Floats
    unit: str
    certainty: Words
    concerned: Flags
    unjudged: Flags


def result(
    check: Check,
    subject: str,
    ids: Shapes,
    measured: Floats,
    limit: Value,
    certainty: Words,
    concerned: Flags,
    unjudged: Flags,
) -> Result:
    """Return the result of a check with one limit for all."""
    limits = np.full(len(ids), limit.value)
    return Result(check, subject, ids, measured, limits, limit.unit, certainty, concerned, unjudged)


def grade(certain: Flags, likely: Flags, unknown: Flags) -> Words:
    """Return the first certainty that holds, empty where none does."""
    codes = [Certainty.CERTAIN.value, Certainty.LIKELY.value, Certainty.UNKNOWN.value]
    return np.select([certain, likely, unknown], codes, default="")


def lane_classes(lanes: gpd.GeoDataFrame) -> Words:
    """Return the class of each lane; the rule set's stand-in where it is not known."""
    return np.asarray(lanes[f.LANE_CLASS].fillna(CLASS_WHEN_UNKNOWN), dtype=str)


def assumed_width(lane_class: Words, rules: RuleSet) -> tuple[Floats, Floats, Floats]:
    """Return the narrow, typical and wide reading of widths nobody measured."""
    classes, which = np.unique(lane_class, return_inverse=True)
    values = [rules.lane_width_m[LaneClass(c)] for c in classes]
    table = np.array([(v.at_least, v.value, v.at_most) for v in values]).reshape(-1, 3)
    low, typical, high = table[which.ravel()].T
    return low, typical, high
