"""Sentences with numbers: one row is no rows."""

import re

import pytest

from weizhan.geo.words.catalogue import catalogue, text

#: What is counted, after a number in braces that is put in as it is.
COUNTED = re.compile(
    r"\{\w+\} (?:more |new |past |later |usable |open |random )?"
    r"(?:buildings|rows|stations|lanes|hazards|stops|days|files|fires|households|candidates|pairs"
    r"|cells|warnings|repairs|people|random states|records|route sheets)\b"
)


@pytest.mark.parametrize(
    ("key", "values", "said"),
    [
        ("popup.depth_value", {"count": 1}, "1 station"),
        ("popup.depth_value", {"count": 2}, "2 stations"),
        ("popup.depth_value", {"count": 0}, "0 stations"),
        ("lanes_page.lost_buildings", {"count": "1"}, "1 building"),
        ("lanes_page.lost_buildings", {"count": "1,201"}, "1,201 buildings"),
        ("lanes_page.lost_buildings", {"count": "—"}, "— buildings"),
    ],
)
def test_a_number_is_followed_by_the_word_that_fits_it(key, values, said):
    assert text(key, "en", **values) == said


def test_what_is_counted_has_a_word_for_one():
    bare = {
        key: found[0]
        for key, entry in catalogue().items()
        if (found := COUNTED.search(str(entry.get("en", ""))))
    }
    assert bare == {}


def test_values_are_put_in_and_never_read_again():
    assert text("lanes_page.lost_buildings", "en", count="{count}") == "{count} buildings"
