"""Files and folders written whole, where another program holds them, under names from data."""

import contextlib
import errno
import shutil
import signal
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest

from weizhan.geo.ledgers.stores import _read_only
from weizhan.geo.words import OutputError, file_name, folders, whole_file, whole_folder


@pytest.fixture
def windows(monkeypatch):
    """Let files be held open as on Windows, which this machine is not; gives the held ones."""
    held, plain = {}, Path.replace

    def replace(path, target):
        for place in (path, Path(target)):
            if held.get(place.name, 0) > 0:
                held[place.name] -= 1
                error = PermissionError(errno.EACCES, "Permission denied")
                error.winerror = 32
                raise error
        return plain(path, target)

    monkeypatch.setattr(Path, "replace", replace)
    monkeypatch.setattr("weizhan.geo.words.folders._WAITS_S", (0, 0))
    return held


def test_a_file_that_a_scanner_looks_at_is_waited_for(tmp_path, windows):
    windows["单.csv"] = 2
    whole_file(tmp_path / "单.csv", "新")
    assert (tmp_path / "单.csv").read_text(encoding="utf-8") == "新"


def test_a_file_that_is_open_elsewhere_is_told_by_its_name_and_stays(tmp_path, windows):
    file = tmp_path / "单.xlsx"
    file.write_text("旧", encoding="utf-8")
    windows["单.xlsx"] = 99
    with pytest.raises(OutputError) as told:
        whole_file(file, "新")
    assert "单.xlsx" in told.value.message("zh") and "WPS" in told.value.message("zh")
    assert "Close it" in told.value.message("en")
    assert {p.name: p.read_text(encoding="utf-8") for p in tmp_path.iterdir()} == {"单.xlsx": "旧"}


def test_results_of_which_a_file_is_open_stay_whole(tmp_path, windows):
    out = tmp_path / "结果"
    out.mkdir()
    for name in ("a.docx", "b.docx"):
        (out / name).write_text("旧", encoding="utf-8")
    windows["结果"] = 99  # a folder is not renamed while a file in it is open
    with (
        pytest.raises(OutputError) as told,
        whole_folder(out, may_hold=("a.docx", "b.docx")) as unfinished,
    ):
        (unfinished / "a.docx").write_text("新", encoding="utf-8")
    assert told.value.key == "error.file_in_use"
    assert sorted(p.name for p in out.iterdir()) == ["a.docx", "b.docx"]
    assert [p.name for p in tmp_path.iterdir()] == ["结果"]


@pytest.mark.parametrize("ended", [True, False])
def test_a_second_ctrl_c_breaks_off_neither_the_clearing_nor_the_exchange(
    tmp_path, monkeypatch, ended
):
    clear = shutil.rmtree

    def pressed_again(folder, **options):
        signal.raise_signal(signal.SIGINT)
        clear(folder, **options)

    monkeypatch.setattr(folders.shutil, "rmtree", pressed_again)
    handler = signal.getsignal(signal.SIGINT)
    out = tmp_path / "结果"
    out.mkdir()
    (out / "a.csv").write_text("旧", encoding="utf-8")
    with (
        contextlib.suppress(KeyboardInterrupt),
        whole_folder(out, may_hold=("a.csv",)) as unfinished,
    ):
        (unfinished / "a.csv").write_text("新", encoding="utf-8")
        if ended:
            raise KeyboardInterrupt
    assert [p.name for p in tmp_path.iterdir()] == ["结果"]
    assert (out / "a.csv").read_text(encoding="utf-8") == ("旧" if ended else "新")
    assert signal.getsignal(signal.SIGINT) is handler


def test_earlier_results_go_also_where_they_must_not_be_written(tmp_path):
    out = tmp_path / "结果"
    out.mkdir()
    (out / "旧.csv").touch(mode=0o444)
    with whole_folder(out, may_hold=("旧.csv",)) as unfinished:
        (unfinished / "新.csv").touch()
    assert [p.relative_to(tmp_path).as_posix() for p in sorted(tmp_path.rglob("*"))] == [
        "结果",
        "结果/新.csv",
    ]


@pytest.mark.parametrize(
    "said, name",
    [
        ("王小明", "王小明"),
        ("一组: 王/李?*", "一组_王_李_"),
        ("../../x", "_x"),
        ("CON", "_CON"),
        ("com1", "_com1"),
        ("LPT²", "_LPT²"),
        ("尾. ", "尾_"),
        ("a\u202egpj.exe", "a_gpj_exe"),
        ("e\u0301", "é"),
        ("", "_"),
        ("长" * 300, "长" * 60),
    ],
)
def test_a_name_from_data_is_a_file_name_on_every_system(said, name):
    assert file_name(said) == name


@pytest.mark.parametrize(
    "file, address",
    [
        (PurePosixPath("/家/a b#?.gpkg"), "file:///%E5%AE%B6/a%20b%23%3F.gpkg?mode=ro"),
        (PureWindowsPath(r"D:\town\ledgers.gpkg"), "file:///D:/town/ledgers.gpkg?mode=ro"),
        (PureWindowsPath(r"\\server\share\l.gpkg"), "file:////server/share/l.gpkg?mode=ro"),
    ],
)
def test_a_ledger_is_read_where_it_lies(file, address):
    assert _read_only(file) == address
