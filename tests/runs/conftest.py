"""Two neighbouring districts as folders, and the town that both are together."""

import geopandas as gpd
import pytest
import shapely

from weizhan.geo.founding import Founding, found_town
from weizhan.geo.tables.schemas import SCHEMAS
from weizhan.geo.words import fields as f

from ..coverage.parts.conftest import valley_rows

PLANE, ORIGIN, BORDER = "EPSG:4543", (500_000.0, 3_200_000.0), 5200


def _write(folder, rows):
    frames = {}
    for layer, told in rows.items():
        schema = SCHEMAS[layer]
        numbers = {c.name for c in schema.columns if c.kind in ("number", "count")}
        table = {name: [row.get(name) for row in told] for name in schema.names}
        for name in numbers:
            table[name] = [float("nan") if v is None else float(v) for v in table[name]]
        shapes = [shapely.transform(row["geometry"], lambda xy: xy + ORIGIN) for row in told]
        frames[layer] = gpd.GeoDataFrame(table, geometry=shapes, crs=PLANE).to_crs("EPSG:4326")
    found_town(folder, Founding(frames), name=folder.name, origin="test")


@pytest.fixture(scope="module")
def make_province(tmp_path_factory):
    """Make the folder of both districts, and that of the town which both are together."""

    def make():
        root = tmp_path_factory.mktemp("province")
        every = {}
        for side in ("东", "西"):
            own = {}
            for layer, rows in valley_rows().items():
                key = SCHEMAS[layer].identity
                some = [
                    row for row in rows
                    if (shapely.centroid(row["geometry"]).x > BORDER - 1) == (side == "东")
                ]  # fmt: skip
                own[layer] = [{**row, key: f"{layer}{k}"} for k, row in enumerate(some)]
                named = [{**row, key: f"{side}/{row[key]}"} for row in own[layer]]
                every.setdefault(layer, []).extend(named)
            _write(root / "省" / side, own)
        _write(root / "全", every)
        return root / "省", root / "全"

    return make


@pytest.fixture(scope="module")
def read():
    """Read a table of all districts of a result, by id."""

    def call(out, table, key):
        files = sorted((out / "districts").rglob(f"{table}.parquet"))
        frames = [gpd.read_parquet(file) for file in files]
        every = gpd.pd.concat([frame.drop(columns=f.GEOMETRY) for frame in frames])
        return every.set_index(key).sort_index()

    return call
