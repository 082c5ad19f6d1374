"""One server for all tests of this folder; a database of its own for each file of tests."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import shapely

from .cluster import cluster, programs


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The folder of the server's socket; in CI a server that is missing is a failure."""
    found = programs()
    if found is None:
        said = "no PostgreSQL server here: apt-get install postgresql postgresql-postgis"
        if os.environ.get("CI") == "true":
            pytest.fail(said)
        pytest.skip(said)
    with cluster(found) as folder:
        yield folder


@pytest.fixture
def place(server: str) -> Callable[..., str]:
    """Return the address of a schema of a given name, seen by a role."""
    from urllib.parse import quote

    def address(schema: str, user: str = "postgres") -> str:
        host, name = quote(server, safe=""), quote(schema, safe="")
        return f"postgresql://{quote(user, safe='')}@/postgres?host={host}&schema={name}"

    return address


@pytest.fixture
def folder(make_town: Callable[..., Any], tmp_path: Path) -> Path:
    """A street of thirty houses and a station, 幸福路1号 to 30号."""
    make_town(
        lanes=[{"geometry": shapely.LineString([(0, 0), (400, 0)]), "name": "幸福路"}],
        buildings=[
            {"geometry": shapely.box(x, 5, x + 8, 15), "address": f"幸福路{x // 10}号"}
            for x in range(10, 310, 10)
        ],
        stations=[{"geometry": shapely.Point(5, 2), "tier": "micro_station"}],
    )
    return tmp_path / "town1"
