"""Broken files end in an answer or a clear message: never a traceback or a half-written folder."""

import datetime as dt
import io
import shutil
import zipfile

import numpy as np
import openpyxl
import pytest

from weizhan.data.demo import make_demo
from weizhan.geo.founding import Founding, LayerFile, found_town, layers_of_extract, layers_of_files
from weizhan.geo.layer_loading import layer_of
from weizhan.geo.ledgers import LedgerFile, import_ledger
from weizhan.geo.osm import read_osm
from weizhan.geo.rules import read_config
from weizhan.geo.words import Datum, WeizhanError

SEED = 20261129
WORDS = (
    b"", b"\x00", b"\xff\xfe", b'"', b"'", b",", b"<", b"]]>", b"&amp;", b"1e999", b"NaN", b"-1",
    b"null", b"[[[", b"{", b"}", "“".encode(), "宽".encode("gb18030"), b"\r\n", b"=cmd", b"9" * 40,
)  # fmt: skip

OSM = """<?xml version="1.0"?><osm version="0.6">
<node id="1" lat="29.48" lon="106.48"/><node id="2" lat="29.48" lon="106.482"/>
<node id="3" lat="29.4801" lon="106.4802"/><node id="4" lat="29.4801" lon="106.4804"/>
<node id="5" lat="29.4803" lon="106.4804"/><node id="6" lat="29.4803" lon="106.4802"/>
<node id="7" lat="29.48" lon="106.481"><tag k="barrier" v="gate"/>
<tag k="opening_hours" v="Mo-Fr 06:00-22:00"/></node>
<way id="10"><nd ref="1"/><nd ref="7"/><nd ref="2"/><tag k="highway" v="residential"/>
<tag k="width" v="3.5"/><tag k="maxweight" v="5"/></way>
<way id="11"><nd ref="3"/><nd ref="4"/><nd ref="5"/><nd ref="6"/><nd ref="3"/>
<tag k="building" v="yes"/><tag k="building:levels" v="3"/></way>
<relation id="20"><member type="way" ref="11" role="outer"/><tag k="type" v="multipolygon"/>
<tag k="building" v="school"/></relation></osm>
"""


def _broken(content: bytes, random: np.random.Generator) -> bytes:
    """Return a file with a few places deleted, doubled, cut off or written over."""
    data = bytearray(content)
    for _ in range(int(random.integers(1, 5))):
        if not data:
            break
        at = int(random.integers(len(data)))
        size = int(random.integers(1, 40))
        match int(random.integers(5)):
            case 0:
                del data[at : at + size]
            case 1:
                data[at:at] = data[at : at + size]
            case 2:
                del data[at:]
            case 3:
                data[at : at + size] = WORDS[int(random.integers(len(WORDS)))]
            case _:
                data[at] = int(random.integers(256))
    return bytes(data)


def _broken_book(content: bytes, random: np.random.Generator) -> bytes:
    """Return a workbook of which one part is broken inside, the others whole."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        names = [name for name in old.namelist() if name.endswith(".xml")]
        ill = names[int(random.integers(len(names)))]
        for name in old.namelist():
            part = old.read(name)
            new.writestr(name, _broken(part, random) if name == ill else part)
    return out.getvalue()


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo") / "village"
    make_demo(folder, size="village", seed=1)
    return folder


@pytest.fixture(scope="module")
def whole(town, tmp_path_factory):
    """Return whole files: layers as GeoJSON, stations as CSV, a ledger as workbook."""
    folder = tmp_path_factory.mktemp("whole")
    config = read_config(town)
    for layer in ("buildings", "lanes", "stations"):
        frame = layer_of(town, config, layer).drop(columns="source_row")
        frame = frame.iloc[:25] if layer == "buildings" else frame
        if layer == "stations":
            points = frame.geometry.representative_point()
            table = frame.drop(columns="geometry").assign(lon=points.x, lat=points.y)
            table.to_csv(folder / "stations.csv", index=False)
        else:
            frame.dropna(axis="columns", how="all").to_file(folder / f"{layer}.geojson")
    book = openpyxl.Workbook()
    page = book.active
    page.append(["隐患编号", "地址", "隐患类别", "发现日期", "整改状态", "剩余宽度"])
    page.append(["N1", "霞榭1号", "占用消防车道", dt.date(2026, 3, 1), "整改中", 2.5])
    page.append(["N2", "霞榭2号", "违规住人", "2026年3月2日", None, "约3米"])
    page.merge_cells("E2:E3")
    book.save(folder / "ledger.xlsx")
    (folder / "town.osm").write_text(OSM, encoding="utf-8")
    return folder


def _layer(name, whole, tmp_path, file):
    given = {
        layer: LayerFile(whole / f"{layer}.geojson", Datum.WGS84)
        for layer in ("buildings", "lanes")
    }
    given["stations"] = LayerFile(whole / "stations.csv", Datum.WGS84)
    given[name] = LayerFile(file, Datum.WGS84)
    found = layers_of_files(given, base={})
    found_town(tmp_path / "t", found, name="镇", origin="fuzz", sound=True)


def _osm(name, whole, tmp_path, file):
    layers = layers_of_extract(read_osm(file))
    found_town(tmp_path / "t", Founding(layers), name="镇", origin="fuzz", sound=True)


@pytest.mark.parametrize(
    ("name", "file", "read", "times"),
    [
        ("buildings", "buildings.geojson", _layer, 60),
        ("lanes", "lanes.geojson", _layer, 25),
        ("stations", "stations.csv", _layer, 50),
        ("town", "town.osm", _osm, 120),
    ],
)
def test_a_broken_layer_ends_in_a_town_or_a_message(whole, tmp_path, name, file, read, times):
    random = np.random.default_rng(SEED)
    content = (whole / file).read_bytes()
    made = 0
    for _ in range(times):
        broken = tmp_path / file
        broken.write_bytes(_broken(content, random))
        try:
            read(name, whole, tmp_path, broken)
            made += 1
            shutil.rmtree(tmp_path / "t")
        except WeizhanError as error:
            assert error.message("zh").strip()
            assert error.message("en").strip()
        broken.unlink()
        assert list(tmp_path.iterdir()) == []  # nothing half-written, no temporary name left
    assert 0 < made < times


@pytest.mark.parametrize("breaks", [_broken, _broken_book])
def test_a_broken_workbook_is_taken_in_or_told(whole, town, tmp_path, breaks):
    random = np.random.default_rng(SEED)
    content = (whole / "ledger.xlsx").read_bytes()
    shutil.copytree(town, tmp_path / "town")
    (tmp_path / "files").mkdir()
    taken = 0
    for number in range(25):
        file = tmp_path / "files" / "ledger.xlsx"
        file.write_bytes(breaks(content, random))
        before = sorted(p.name for p in (tmp_path / "town").iterdir())
        try:
            import_ledger(
                tmp_path / "town",
                LedgerFile(file, "hazards", source=f"s{number}", as_of=dt.date(2026, 9, 30)),
                at=dt.datetime(2026, 9, 30),
            )  # fmt: skip
            taken += 1
        except WeizhanError as error:
            assert error.message("zh").strip()
        after = sorted(p.name for p in (tmp_path / "town").iterdir())
        assert set(after) - set(before) <= {"ledgers.gpkg"}
    assert taken < 25
