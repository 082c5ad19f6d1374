"""A new town from whatever was dropped, corrected by choosing, without a command."""

import io
import json
import re
import zipfile

import pytest

from weizhan.desk.columns import columns_chosen
from weizhan.geo.handed_over import found_from_files
from weizhan.geo.rules import read_config
from weizhan.geo.words import InputError

from ..geo.raw_files import raw_town


@pytest.fixture
def raw(tmp_path):
    return raw_town(tmp_path / "raw", tier="大站")


@pytest.fixture
def town(desk, raw):
    found_from_files(desk.home / "甲镇", raw, name="甲镇")
    return desk.home / "甲镇"


DATA = "/town/%E7%94%B2%E9%95%87/data"


def cells(page):
    """The places of the page that take another value: row, column and the field's number."""
    found = {}
    for number, said in re.findall(r'name="place-(\d+)" value="([^"]*)"', page):
        place = json.loads(said.replace("&#34;", '"'))
        found[place["column"]] = (number, said.replace("&#34;", '"'))
    return found


def test_files_become_a_town_and_each_says_what_it_is(desk, town):
    page = desk.get(DATA).text
    assert "还不能评估：2 处必须改正" in page
    assert '<option value="layer:stations" selected' in page
    assert "大站" in page and "六层半多" in page
    assert "没有读懂" in page and "备忘" in page
    assert "表格没有写明坐标系" in page


def test_wrong_values_are_corrected_and_undone_on_the_page(desk, town):
    found = cells(desk.get(DATA).text)
    form = {"by": "李干事"}
    for column, new in (("floors", "6"), ("tier", "micro_station")):
        number, place = found[column]
        form |= {f"place-{number}": place, f"new-{number}": new}
    assert desk.post(f"{DATA}/mend", form).status == 303
    page = desk.get(DATA).text
    assert "可以评估" in page and "李干事" in page
    assert desk.post(f"{DATA}/mend", form).status == 400  # another window was faster
    assert desk.post(f"{DATA}/undo", {"number": "1"}).status == 303
    assert "还不能评估：1 处必须改正" in desk.get(DATA).text


def test_wrong_coordinates_are_corrected_on_the_page(desk, town):
    file = town / "数据" / "名册.csv"
    rows = [line.split(",") for line in file.read_text(encoding="utf-8").splitlines()]
    right = rows[1][3], rows[2][4]
    rows[1][3], rows[2][4] = "东经一百零六", "2948"
    file.write_text("\n".join(",".join(row) for row in rows) + "\n", encoding="utf-8")
    page = desk.get(DATA).text
    assert "还不能评估：4 处必须改正" in page and "东经一百零六" in page and "2948" in page
    found = cells(page)
    form = {"by": "李干事"}
    news = {"经度": right[0], "纬度": right[1], "floors": "6", "tier": "micro_station"}
    for column, new in news.items():
        number, place = found[column]
        form |= {f"place-{number}": place, f"new-{number}": new}
    assert desk.post(f"{DATA}/mend", form).status == 303
    page = desk.get(DATA).text
    assert "可以评估" in page and "<del>东经一百零六</del>" in page
    assert desk.post(f"{DATA}/undo", {"number": "1"}).status == 303
    assert "还不能评估：1 处必须改正" in desk.get(DATA).text


def test_a_datum_is_confirmed_by_choosing(desk, town):
    form = {"file-0": "数据/名册.csv", "use-0": "layer:stations", "datum-0": "gcj02"}
    assert desk.post(f"{DATA}/use", form).status == 303
    assert read_config(town).layers["stations"].datum == "gcj02"
    assert "表格没有写明坐标系" not in desk.get(DATA).text
    told = desk.post(f"{DATA}/use", form | {"datum-0": "mars"})
    assert told.status == 400 and "mars" in told.text
    picture = desk.get(f"{DATA}/fit/stations.svg")
    assert picture.status == 404  # nothing is in doubt any more


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_problems_tell_what_to_do_on_this_page_and_name_no_option(desk, town, lang):
    desk.cookies["weizhan-lang"] = lang
    for name, wrong, right in (
        ("名册.csv", "大站", "微型消防站"),
        ("建筑.geojson", "六层半多", "6"),
    ):
        file = town / "数据" / name
        file.write_text(file.read_text(encoding="utf-8").replace(wrong, right), encoding="utf-8")
    page = desk.get(DATA).text
    lines = re.findall(r"<td>([^<]*(?:GCJ-02|备忘)[^<]*)</td>", page)
    assert len(lines) == 2 and not any("--" in line or "town.toml" in line for line in lines)
    for heading in {"zh": ("坐标系", "表头读成了哪一列"),
                    "en": ("Datums", "What each heading was taken for")}[lang]:  # fmt: skip
        assert f"“{heading}”" in "".join(lines) and f">{heading}</h2>" in page


def test_the_small_map_is_a_picture(desk, town):
    desk.get(DATA)
    picture = desk.get(f"{DATA}/fit/stations.svg")
    assert picture.headers["content-type"] == "image/svg+xml"
    assert picture.text.count("<circle") == 6  # two stations under three datums


def test_a_wrong_use_is_changed_and_two_files_are_not_one_layer(desk, town):
    form = {"file-0": "数据/名册.csv", "use-0": "layer:water"}
    assert desk.post(f"{DATA}/use", form).status == 303
    assert {"water"} == set(read_config(town).layers) - {"buildings", "lanes"}
    told = desk.post(f"{DATA}/use", form | {"use-0": "layer:lanes"})
    assert told.status == 400 and "路网.shp" in told.text
    assert desk.post(f"{DATA}/use", form | {"use-0": ""}).status == 303
    assert "water" not in read_config(town).layers


def test_a_second_file_of_a_layer_waits_and_can_take_the_place_of_the_first(desk, town):
    more = "编号,站名,lon,lat,值班人数\nS9,新站,106.48,29.48,5\n".encode()
    assert desk.post(f"{DATA}/add", {}, [("files", "新微站.csv", more)]).status == 303
    page = desk.get(DATA).text
    assert "也可以用作“站点”，但这个图层现在来自 名册.csv" in page
    number = re.search(r'name="file-(\d+)" value="数据/新微站.csv"', page)[1]
    form = {f"file-{number}": "数据/新微站.csv", f"use-{number}": "", "instead": number}
    assert desk.post(f"{DATA}/use", form).status == 303
    assert read_config(town).layers["stations"].file == "数据/新微站.csv"
    assert "但这个图层现在来自 新微站.csv" in desk.get(DATA).text


def test_files_change_places_in_one_save_and_what_nobody_touched_stays(desk, town):
    page = desk.get(DATA).text
    form = {
        name: value
        for name, value in re.findall(r'name="((?:file|layer|was)-\d+)" value="([^"]*)"', page)
    }
    number = next(n.split("-")[1] for n, v in form.items() if v == "数据/名册.csv")
    form |= {f"use-{number}": "layer:water", f"datum-{number}": "gcj02"}
    others = {n.split("-")[1] for n in form} - {number}
    for other in others:
        use, datum, x, y = form[f"was-{other}"].split("|")
        form |= {f"use-{other}": use, f"datum-{other}": datum, f"x-{other}": x, f"y-{other}": y}
    before = read_config(town).layers
    assert desk.post(f"{DATA}/use", form).status == 303
    after = read_config(town).layers
    assert after["water"].datum == "gcj02" and "stations" not in after
    assert {n: after[n] for n in ("buildings", "lanes")} == {
        n: before[n] for n in ("buildings", "lanes")
    }


def test_columns_of_coordinates_are_chosen(desk, town):
    odd = "编号,名称,横,竖\nW1,井,106.5,29.5\n".encode()
    desk.post(f"{DATA}/add", {}, [("files", "消火栓.csv", odd)])
    form = {"file-0": "数据/消火栓.csv", "use-0": "layer:water"}
    assert desk.post(f"{DATA}/use", form).status == 303
    page = desk.get(DATA).text
    assert "<details open><summary>坐标列</summary>" in page and '<option value="横"' in page
    told = desk.post(f"{DATA}/use", form | {"x-0": "横", "y-0": ""})
    assert told.status == 400 and "两个都选" in told.text
    assert desk.post(f"{DATA}/use", form | {"x-0": "横", "y-0": "竖"}).status == 303
    assert read_config(town).layers["water"].x == "横"
    assert "<summary>坐标列: 横, 竖</summary>" in desk.get(DATA).text


def test_of_several_corrections_all_are_kept_or_none(desk, town):
    found = cells(desk.get(DATA).text)
    form = {"by": "李干事"}
    for column, new in (("floors", "6"), ("tier", "micro_station")):
        number, place = found[column]
        form |= {f"place-{number}": place.replace("floors", "levels"), f"new-{number}": new}
    assert desk.post(f"{DATA}/mend", form).status == 400
    assert not (town / "corrections.json").exists()


def test_a_heading_is_taken_for_what_somebody_chose(desk, town):
    form = {"layer": "buildings", "header": ["备忘", "层数"], "was": ["", "floors"],
            "now": ["name", ""]}  # fmt: skip
    assert desk.post(f"{DATA}/columns", form).status == 303
    assert read_config(town).layers["buildings"].columns == {"name": "备忘", "floors": ""}
    page = desk.get(DATA).text
    assert "六层半多" not in page and "已选定" in page


def test_columns_are_chosen_once_and_only_such_as_there_are():
    asked = [("a", "", "x"), ("b", "x", "y"), ("c", "z", "")]
    chosen = columns_chosen(asked, allowed=["x", "y", "z"], stated={"z": "c"})
    assert chosen == {"x": "a", "y": "b", "z": ""}
    for wrong in ([("a", "", "x"), ("b", "x", "x")], [("a", "", "other")]):
        with pytest.raises(InputError):
            columns_chosen(wrong, allowed=["x", "y", "z"], stated={})


def test_the_users_own_workbook_comes_back_marked(desk, town):
    answer = desk.get(f"{DATA}/marked.zip")
    with zipfile.ZipFile(io.BytesIO(answer.body)) as archive:
        assert archive.namelist() == ["名册.xlsx"]


def test_files_are_added_later(desk, town):
    more = b"id,lon,lat\n1,106.48,29.48\n"
    assert desk.post(f"{DATA}/add", {}, [("files", "充电棚.csv", more)]).status == 303
    assert "sheds" in read_config(town).layers
    told = desk.post(f"{DATA}/add", {}, [("files", "充电棚.csv", more)])
    assert told.status == 400 and "充电棚.csv" in told.text


@pytest.mark.parametrize("name", ["../x", "", "a/b", "CON"])
def test_a_town_with_a_name_that_leads_elsewhere_is_refused(desk, raw, name):
    told = desk.post("/new", {"name": name}, [("files", "a.csv", b"1")])
    assert told.status == 400 and "名称" in told.text
    assert [p.name for p in desk.home.iterdir() if p.name != ".weizhan"] == []


# Starlette leaves the file of a part that never ends to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_bad_uploads_are_refused_with_a_sentence_and_leave_nothing(desk):
    for name, content in (("../../x", b"1"), ("a.zip", b"no zip")):
        told = desk.post("/new", {"name": "乙镇"}, [("files", name, content)])
        assert told.status == 400 and 'role="alert"' in told.text
    half = b'--B\r\nContent-Disposition: form-data; name="files"; filename="a.csv"\r\n\r\nabc'
    kind = {"Content-Type": "multipart/form-data; boundary=B"}
    told = desk.ask("POST", "/new", headers=kind, body=half)
    assert told.status == 400
    assert not (desk.home / "乙镇").exists()
    assert not list((desk.home / ".weizhan" / "files").iterdir())


def test_what_comes_from_files_is_never_markup(desk, raw):
    bad = '<img src=x onerror="alert(1)">'
    text = (raw / "名册.csv").read_text(encoding="utf-8").replace("大站", bad.replace('"', "'"))
    (raw / "名册.csv").write_text(text.replace("白天人数", "<b>人数"), encoding="utf-8")
    found_from_files(desk.home / "甲镇", raw, name="甲镇")
    page = desk.get(DATA).text
    assert "<img src=x" not in page and "&lt;img src=x" in page and "<b>人数" not in page
