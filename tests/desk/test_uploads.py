"""What comes in through the browser keeps its place: no name leads elsewhere, nothing explodes."""

import io
import zipfile

import pytest

from weizhan.desk import uploads
from weizhan.desk.uploads import accepted_name, keep_files
from weizhan.geo.words import InputError

SHAPE = {"建筑.shp": b"s", "建筑.dbf": b"d", "下级/说明.txt": b"t"}


class Upload:
    def __init__(self, filename, content):
        self.filename, self.file = filename, io.BytesIO(content)


def zipped(members):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return made.getvalue()


@pytest.mark.parametrize(
    "name",
    ["../../x", "..", ".", "", "a/b.csv", "a\\b.csv", "C:x.csv", "a\0b", "CON", "nul.csv", "a.",
     "x" * 121, "a\nb.csv", 'a".csv', "com1.xlsx"],
)  # fmt: skip
def test_a_name_that_leads_elsewhere_or_is_none_is_refused(tmp_path, name):
    with pytest.raises(InputError) as error:
        keep_files([Upload(name, b"1")], tmp_path / "in")
    assert "名称" in error.value.message("zh")
    assert not list(tmp_path.rglob("*.*"))


def test_chinese_names_and_spaces_are_kept(tmp_path):
    assert accepted_name("自建房 台账（2026）.xlsx") == "自建房 台账（2026）.xlsx"
    (kept,) = keep_files([Upload("微站 名册.csv", b"1")], tmp_path)
    assert kept.read_bytes() == b"1" and kept.name == "微站 名册.csv"


def test_an_archive_is_unpacked_beside(tmp_path):
    kept = keep_files([Upload("数据.zip", zipped(SHAPE))], tmp_path)
    assert {p.relative_to(tmp_path).as_posix(): p.read_bytes() for p in kept} == {
        f"数据/{name}": content for name, content in SHAPE.items()
    }
    assert not (tmp_path / "数据.zip").exists()


def test_names_in_gbk_are_read(tmp_path):
    class Gbk(zipfile.ZipInfo):
        def _encodeFilenameFlags(self):
            return self.filename.encode("gbk"), self.flag_bits

    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(Gbk("建筑轮廓.shp"), b"s")
    (kept,) = keep_files([Upload("甲.zip", made.getvalue())], tmp_path)
    assert kept.name == "建筑轮廓.shp"


@pytest.mark.parametrize("name", ["../../x.csv", "/etc/x.csv", "a/../../x.csv", "C:\\x.csv"])
def test_a_name_in_an_archive_leads_nowhere_else(tmp_path, name):
    with pytest.raises(InputError):
        keep_files([Upload("a.zip", zipped({"good.csv": b"1", name: b"2"}))], tmp_path / "in")
    assert not [p for p in tmp_path.rglob("*") if p.is_file()]


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path):
    bomb = zipped({"a.csv": bytes(60 * 1024**2)})
    assert len(bomb) < 100_000
    for name in ("a.zip", "a.xlsx"):
        with pytest.raises(InputError) as error:
            keep_files([Upload(name, bomb)], tmp_path / "in")
        assert "60 MB" in error.value.message("zh")
    assert not [p for p in tmp_path.rglob("*") if p.is_file()]


def test_too_many_members_are_refused(tmp_path):
    many = zipped({f"{n}.csv": b"" for n in range(uploads.MOST_MEMBERS + 1)})
    with pytest.raises(InputError, match="2001"):
        keep_files([Upload("a.zip", many)], tmp_path)


def test_an_archive_that_lies_about_its_size_is_stopped_on_the_way(tmp_path, monkeypatch):
    monkeypatch.setattr(uploads, "MOST_UNPACKED", 1024)
    monkeypatch.setattr(uploads, "check_archive", lambda file: None)
    with pytest.raises(InputError):
        keep_files([Upload("a.zip", zipped({"a.csv": bytes(5000)}))], tmp_path)
    assert not [p for p in tmp_path.rglob("*") if p.is_file()]


def test_a_broken_or_locked_archive_is_refused_with_a_sentence(tmp_path):
    whole = zipped({"a.csv": bytes(range(256)) * 40})
    for broken in (whole[: len(whole) // 2], b"no zip", whole[:40] + b"xxxx" + whole[44:]):
        with pytest.raises(InputError) as error:
            keep_files([Upload("a.zip", broken)], tmp_path)
        assert "已损坏" in error.value.message("zh")
    locked = bytearray(whole)
    locked[whole.index(b"PK\1\2") + 8] |= 1
    with pytest.raises(InputError) as error:
        keep_files([Upload("a.zip", bytes(locked))], tmp_path)
    assert "密码" in error.value.message("zh")
    assert not list(tmp_path.iterdir())


def test_two_files_of_one_name_are_refused(tmp_path):
    with pytest.raises(InputError, match=r"a\.csv"):
        keep_files([Upload("a.csv", b"1"), Upload("a.csv", b"2")], tmp_path)


def test_a_file_that_is_refused_takes_nothing_else_away(tmp_path):
    keep_files([Upload("报告.zip", zipped(SHAPE))], tmp_path)
    there = {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    for name in ("报告.xlsx", "..xlsx", "..zip"):
        with pytest.raises(InputError):
            keep_files([Upload(name, b"PK\x05\x06" + b"x" * 40)], tmp_path, newer_counts=True)
        assert {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()} == there


def test_where_the_newer_counts_an_archive_takes_the_place_of_its_former_self(tmp_path):
    for content in (b"1", b"2"):
        keep_files([Upload("甲.csv", content)], tmp_path, newer_counts=True)
        keep_files([Upload("乙.zip", zipped({"丙.csv": content}))], tmp_path, newer_counts=True)
    kept = {p.relative_to(tmp_path).as_posix(): p.read_bytes() for p in tmp_path.rglob("*.csv")}
    assert kept == {"甲.csv": b"2", "乙/丙.csv": b"2"}
