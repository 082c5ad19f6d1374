"""The overview of a province: worse is darker, unknown is no shade, names are escaped."""

import re

import shapely

from weizhan.maps.reports import DistrictRow, province_page
from weizhan.maps.styles import style

FACTS = {"tiers": {"micro": 180.0}, "horizon_s": 3600, "date": "2026-09-30", "simulated": False}


def _row(name, share, at):
    told = {"share_buildings": share, "share_buildings_low": share, "share_buildings_high": share}
    return DistrictRow(
        name, name, f"pages/{name}.html", shapely.box(at, 30, at + 1, 31),
        {"buildings": 10, "people": None, "share": {"micro": told}, "red": 1},
    )  # fmt: skip


def test_worse_is_darker_and_unknown_is_dashed_without_a_shade():
    shares = [0.95, 0.8, 0.6, 0.2, None]
    rows = [_row(f"区{k}<b>", share, 100 + k) for k, share in enumerate(shares)]
    page = province_page("某省", rows, FACTS, font="", lang="zh")
    drawn = re.findall(r'<polygon points="[^"]*" fill="([^"]*)" stroke="#333"( [^/]*)?/>', page)
    *known, unknown = drawn
    assert known == [(fill, "") for fill in style.COVER_FILLS.values()]
    assert unknown[0] == style.UNKNOWN_FILL and "dasharray" in unknown[1]
    assert "95.0%" in page and "未知" in page and "<b>" not in page
