"""Errors travel between processes, and are what their bases promise."""

import pickle

import pytest

from weizhan.geo.words import InputError, OfflineError, OutputError, Problem, TownError


@pytest.mark.parametrize(
    "error",
    [
        InputError("error.file_missing", file="车道.csv"),
        OutputError("error.snapshot_exists", folder="2026Q3"),
        OfflineError("error.place_offline", service="x", reason="y"),
        TownError([Problem("error", "lanes_parts", "lanes", "a.gpkg", count=2)]),
    ],
)
def test_an_error_comes_back_whole_from_another_process(error):
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert again.key == error.key and again.values == error.values


def test_the_number_of_an_error_of_the_system_is_a_number():
    assert isinstance(OutputError("error.snapshot_exists", folder="x").errno, int)
    assert isinstance(OfflineError("error.place_offline", service="x", reason="y").errno, int)
