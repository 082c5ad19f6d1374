"""Classes keep their order in grey, and the standard's line for the colour-blind."""

from itertools import combinations, pairwise

import numpy as np
import pandas as pd
import pytest

from weizhan.geo.words.catalogue import LANGS, catalogue
from weizhan.geo.words.vocabulary import LaneClass, Tier, Use, Vehicle
from weizhan.maps.styles import cover_styles, lane_styles, style

# Machado, Oliveira and Fernandes (2009), complete deficiency, on linear RGB
SIGHT = {
    "full": np.eye(3),
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
               [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
               [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
               [0.004733, 0.691367, 0.303900]],
}  # fmt: skip


def lab(colour: str, sight: str = "full") -> np.ndarray:
    rgb = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    linear = np.clip(np.array(SIGHT[sight]) @ linear, 0, 1)
    xyz = (
        np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
        @ linear
        / np.array([0.9505, 1, 1.089])
    )
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def ordered(lang="zh"):
    return [
        style.response_style("micro", 180, lang).classes[:-1],
        style.cover_style("micro", 180, lang).classes[:-1],
        cover_styles.chance_style("arrival", "micro", 180, lang).classes[:-1],
        cover_styles.depth_style("micro", 180, lang).classes[:-1],
        # worst first, so that the worst is drawn on top
        lane_styles.state_style(lang).classes[-2::-1],
        lane_styles.loss_style("micro", 180, lang).classes[-2::-1],
        lane_styles.rank_style(lang).classes[::-1],
    ]


ORDERED = ["response", "cover", "chance", "depth", "state", "loss", "rank"]


@pytest.mark.parametrize("classes", ordered(), ids=ORDERED)
def test_worse_is_darker_in_grey(classes):
    lightness = [lab(entry.fill)[0] for entry in classes]
    assert all(better - worse >= 5 for better, worse in pairwise(lightness))


@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize(
    "classes", [*ordered(), style.use_style("zh").classes[:-1]], ids=[*ORDERED, "use"]
)
def test_any_two_classes_differ_for_every_eye(classes, sight):
    for one, other in combinations(classes, 2):
        far = np.linalg.norm(lab(one.fill, sight) - lab(other.fill, sight))
        assert far >= 10 or one.pattern != other.pattern, (one.label, other.label, far)


def test_unknown_is_hatched_everywhere():
    for made in (
        style.response_style("micro", 180, "zh"),
        style.cover_style("micro", 180, "zh"),
        style.use_style("zh"),
        cover_styles.chance_style("lanes", "micro", 180, "zh"),
        cover_styles.depth_style("micro", 180, "zh"),
    ):
        assert made.classes[-1].pattern == "hatch"
        assert made.classes[-1].label == "未知"


def test_response_classes_end_exactly_at_the_standard():
    times = pd.Series([0, 60, 60.1, 180, 180.0000001, 180.01, 300, 301, None, None])
    covers = pd.Series(["covered"] * 8 + ["uncovered", "unknown"])
    found = style.response_classes(times, covers, 180.0)
    assert found.tolist() == [0, 0, 1, 2, 2, 3, 3, 4, 5, 6]
    made = style.response_style("micro", 180.0, "zh")
    assert [entry.label for entry in made.classes] == [
        "≤ 60 秒", "60–120 秒", "120–180 秒", "180–300 秒", "> 300 秒", "无路可到", "未知",
    ]  # fmt: skip
    assert [entry.ends_standard for entry in made.classes].index("标准 180 秒") == 2


def test_bands_of_chance_depth_loss_and_rank():
    chances = pd.Series([1, 0.95, 0.9499, 0.8, 0.5, 0.49, 0.2, 0.1, 0, None])
    assert cover_styles.chance_classes(chances).tolist() == [0, 0, 1, 1, 2, 3, 3, 4, 4, 5]
    depths = pd.Series([7, 3, 2, 1, 0, pd.NA], dtype="Int64")
    assert cover_styles.depth_classes(depths).tolist() == [0, 0, 1, 2, 3, 4]
    lost = pd.Series([51, 50, 21, 20, 6, 5, 1, 0, None])
    assert lane_styles.loss_classes(lost).tolist() == [0, 1, 1, 2, 2, 3, 3, 4, 5]
    ranks = pd.Series([1, 10, 11, 30, 31, 100, 101, None])
    assert lane_styles.rank_classes(ranks).tolist() == [0, 0, 1, 1, 2, 2, 3, 3]
    states = pd.Series(["blocked", "narrowed", "clear", None, "unknown"])
    assert lane_styles.state_classes(states).tolist() == [0, 1, 2, 3, 3]


def test_every_use_has_a_group_and_an_unknown_one_none():
    assert set(style.use_classes(pd.Series([use.value for use in Use]))) == set(range(6))
    assert style.use_classes(pd.Series([None, pd.NA, "castle"])).tolist() == [6, 6, 6]


def test_styles_have_a_class_for_every_code():
    assert len(style.lane_style("zh").classes) == len(LaneClass) + 1
    assert len(style.station_style("zh").classes) == 2 * len(Tier) + 1
    assert set(style.STATION_FILLS) == set(Tier)
    assert list(style.LANE_METRES) == list(LaneClass)


def test_limits():
    limits = pd.Series(["", "", "width", "width", None, ""])
    certain = pd.Series([True, False, False, True, True, None])
    assert style.limit_classes(limits, certain).tolist() == [0, 1, 2, 3, 4, 1]
    assert len(style.limit_style(Vehicle.FOOT, "zh").classes) == 5


def test_stations_off_duty_are_hollow():
    tiers = pd.Series(["micro_station", "micro_station", None])
    found = style.station_classes(tiers, pd.Series([True, False, False], dtype=object))
    assert found.tolist() == [1, 5, 8]


@pytest.mark.parametrize("lang", LANGS)
def test_standards_are_told_in_minutes_when_whole(lang):
    assert style.standard_label(180.0, lang) == {"zh": "3 分钟", "en": "3 min"}[lang]
    assert style.standard_label(100.0, lang) == {"zh": "100 秒", "en": "100 s"}[lang]


def test_the_pages_texts_name_the_same_values_in_both_languages():
    import re

    for key, entry in catalogue().items():
        if {"zh", "en"} <= set(entry):
            zh, en = (set(re.findall(r"\{(\w+)(?:[:!][^}]*)?\}", entry[lang])) for lang in LANGS)
            assert zh == en, key
