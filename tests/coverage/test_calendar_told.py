"""A year whose holidays nobody has announced is said, where days are reckoned."""

import pytest
import shapely

from weizhan.coverage.assessment import assess


@pytest.mark.parametrize(("date", "said"), [("2031-05-06", True), ("2026-09-30", False)])
def test_a_year_that_the_calendar_does_not_know_is_said(make_town, date, said):
    town = make_town(
        buildings=[{"geometry": shapely.box(10, 5, 20, 15)}],
        lanes=[{"geometry": shapely.LineString([(0, 0), (300, 0)])}],
    )
    notes = assess(town, date=date, draws=2).summary["notes"]
    told = [note for note in notes if "放假安排" in note["zh"]]
    assert len(told) == said
    for note in told:
        assert "2031" in note["zh"]
        assert "2031" in note["en"]
