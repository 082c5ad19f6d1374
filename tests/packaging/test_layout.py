"""A layout of a few small wheels is what people unpack, or it is refused with the reason."""

import contextlib
import hashlib
import io
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "packaging"
ROOT = FOLDER.parent
HERE = "{}.{}".format(*sys.version_info[:2])


@pytest.fixture(scope="module")
def tools():
    """The scripts of packaging/, which are no part of the program."""
    sys.path.insert(0, str(FOLDER))
    try:
        import checks
        import cuts
        import lay_out
        import licences
        import wheels
    finally:
        sys.path.remove(str(FOLDER))
    return {m.__name__: m for m in (checks, cuts, lay_out, licences, wheels)}


def wheel(folder, name, files, *, tag="py3-none-any", licence="MIT"):
    """Write a small wheel."""
    info = f"{name}-1.0.dist-info"
    meta = f"Metadata-Version: 2.4\nName: {name}\nVersion: 1.0\nLicense-Expression: {licence}\n"
    files = {
        **files,
        f"{info}/METADATA": meta,
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n",
        f"{info}/licenses/LICENSE": "May be passed on.\n",
    }
    record = "".join(f"{path},,\n" for path in (*files, f"{info}/RECORD"))
    with zipfile.ZipFile(folder / f"{name}-1.0-{tag}.whl", "w") as made:
        for path, content in {**files, f"{info}/RECORD": record}.items():
            made.writestr(path, content)


def windows_python(file, version="312"):
    """Write an archive as the embeddable CPython of Windows is."""
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("python.exe", b"MZ")
        made.writestr(f"python{version}.dll", b"MZ")
        made.writestr(f"python{version}._pth", f"python{version}.zip\n.\n\n# later\n#import site\n")
    return hashlib.sha256(file.read_bytes()).hexdigest()


@pytest.fixture
def place(tmp_path):
    """Folders of a layout and of its wheels."""
    for name in ("weizhan-1", "wheels"):
        (tmp_path / name).mkdir()
    wheel(tmp_path / "wheels", "small", {"small/__init__.py": "SAID = '好'\n",
          "small/tests/test_it.py": "", "small/it.pyi": ""})  # fmt: skip
    return tmp_path


def laid_out(tools, place):
    lay = tools["lay_out"]
    digest = windows_python(place / "p.zip")
    folder = place / "weizhan-1"
    lay.unpacked(place / "p.zip", digest, folder / "python")
    lay.lay_out(folder / "python", place / "wheels", folder)
    return folder


def test_windows_finds_packages_that_are_cut_to_what_runs(tools, place):
    folder = laid_out(tools, place)
    site = folder / "python" / "Lib" / "site-packages"
    assert sorted(p.relative_to(site).as_posix() for p in site.rglob("*") if p.is_file()) == [
        "small-1.0.dist-info/INSTALLER",
        "small-1.0.dist-info/METADATA",
        "small-1.0.dist-info/WHEEL",
        "small-1.0.dist-info/licenses/LICENSE",
        "small/__init__.py",
    ]
    paths = (folder / "python" / "python312._pth").read_text(encoding="utf-8").split("\n")
    assert paths == ["python312.zip", ".", "Lib/site-packages", "import site", ""]
    said = (folder / "licences" / "list.tsv").read_text(encoding="utf-8-sig")
    assert said == "small\t1.0\tMIT\n"
    assert (folder / "licences" / "small-1.0-LICENSE").read_text() == "May be passed on.\n"


@pytest.mark.parametrize("licence", ["GPL-3.0-only", "LGPL-3.0-only", "AGPL-3.0", "Proprietary"])
def test_a_package_whose_licence_does_not_go_with_ours_is_refused(tools, place, licence):
    wheel(place / "wheels", "strict", {"strict.py": ""}, licence=licence)
    with pytest.raises(tools["lay_out"].Refused, match=f"strict: {licence}"):
        laid_out(tools, place)


def test_a_choice_of_licences_is_free_where_one_is(tools):
    goes = {
        terms: tools["licences"].Licence("a", "1", terms).goes
        for terms in ("GPL-3.0 OR MIT", "GPL-3.0 AND MIT", "(MIT OR Apache-2.0)", "LGPL-2.1", "")
    }
    assert list(goes.values()) == [True, False, True, False, False]
    assert tools["licences"].Licence("geos", "shapely.libs", "LGPL-2.1", native=True).goes


@pytest.mark.parametrize(
    "name, said",
    [
        ("other-1.0-cp312-cp312-manylinux_2_28_x86_64.whl", "not for windows"),
        ("other-1.0-cp311-cp311-win_amd64.whl", "not for windows with Python 3.12"),
        ("other-1.0-cp312-cp312-win32.whl", "not for windows"),
        ("other-1.0.tar.gz", "no wheel"),
        ("small-2.0-py3-none-any.whl", "a second small"),
    ],
)
def test_what_windows_cannot_install_is_refused(tools, place, name, said):
    (place / "wheels" / name).touch()
    with pytest.raises(tools["lay_out"].Refused, match=said):
        laid_out(tools, place)


@pytest.mark.parametrize(
    "name", ["a-1-cp312-cp312-win_amd64.whl", "a-1-cp38-abi3-win_amd64.whl", "a-1-py3-none-any.whl"]
)
def test_what_windows_can_install_is_taken(tools, tmp_path, name):
    (tmp_path / name).touch()
    assert tools["wheels"].strange(tmp_path, tools["wheels"].Target("windows", (3, 12))) == []


def test_another_python_than_its_makers_say_is_refused(tools, place):
    windows_python(place / "p.zip")
    with pytest.raises(tools["lay_out"].Refused, match="has the hash"):
        tools["lay_out"].unpacked(place / "p.zip", "0" * 64, place / "python")


def test_an_archive_without_python_is_refused(tools, place):
    with tarfile.open(place / "p.tar.gz", "w:gz") as made:
        entry = tarfile.TarInfo("etc/x")
        made.addfile(entry, io.BytesIO())
    digest = hashlib.sha256((place / "p.tar.gz").read_bytes()).hexdigest()
    with pytest.raises(tools["lay_out"].Refused, match=r"neither python\.exe"):
        tools["lay_out"].unpacked(place / "p.tar.gz", digest, place / "python")


def test_a_library_that_a_cut_would_leave_without_another_is_told(tools, tmp_path):
    before = {"p/a.dll": {"B.dll", "KERNEL32.dll"}, "p/b.dll": set(), "p/c.dll": {"b.dll"}}
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "a.dll").touch()
    assert tools["checks"].open_ends(before, tmp_path) == ["p/a.dll asks for B.dll"]


def test_what_a_library_asks_for_is_read_from_it(tools, tmp_path):
    import _ssl

    shutil.copy(_ssl.__file__, tmp_path / "_ssl.so")
    ((_, libraries),) = tools["checks"].asked(tmp_path).items()
    assert any(name.startswith("libssl") for name in libraries)


def test_names_that_windows_refuses_are_told(tools):
    bad = ["a/nul.txt", "b/Con", "c/dot.", "d/what?.py", "e/x.py", "e/X.py", "F/y", "f/z"]
    said = tools["checks"].bad_names([*bad, "g/" + "x" * 239, "好/文.txt"])
    assert {one.split(": ")[0] for one in said} == {
        "a/nul.txt", "b/Con", "c/dot.", "d/what?.py", "e/X.py", "f", "g/" + "x" * 239,
    }  # fmt: skip
    assert tools["checks"].bad_names(["a/COMMON.py", "a/console", "a/aux_.py", "a/.x"]) == []


def test_a_layout_that_tells_where_it_was_made_is_refused(tools, place):
    wheel(place / "wheels", "telling", {"telling.py": f"AT = '{ROOT}'\n"})
    folder = laid_out(tools, place)
    (folder / "towns").mkdir()
    with pytest.raises(tools["lay_out"].Refused, match=r"paths:\n  telling\.py"):
        tools["lay_out"].checked(folder)


def test_equal_files_make_equal_zips_whenever_they_were_written(tools, place):
    zips = []
    for number, order in enumerate((("甲", "b"), ("b", "甲"))):
        folder = place / str(number) / "weizhan"
        folder.mkdir(parents=True)
        for name in order:
            (folder / name).write_text(name, encoding="utf-8")
        (folder / "甲").chmod((0o600, 0o644)[number])
        tools["lay_out"].zipped(folder, place / f"{number}.zip")
        zips.append((place / f"{number}.zip").read_bytes())
    assert zips[0] == zips[1]
    assert zipfile.ZipFile(place / "0.zip").namelist() == ["weizhan/b", "weizhan/甲"]


def proj_db(file, minor, version):
    file.parent.mkdir(parents=True)
    told = {"DATABASE.LAYOUT.VERSION.MAJOR": "1", "DATABASE.LAYOUT.VERSION.MINOR": minor,
            "PROJ.VERSION": version}  # fmt: skip
    with contextlib.closing(sqlite3.connect(file)) as db, db:
        db.execute("CREATE TABLE metadata (key, value)")
        db.executemany("INSERT INTO metadata VALUES (?, ?)", told.items())


@pytest.mark.parametrize(("newest", "shared"), [("9.8.1", True), ("9.6.0", False)])
def test_one_list_of_coordinate_systems_is_left_where_it_is_the_newest(
    tools, tmp_path, newest, shared
):
    cuts = tools["cuts"]
    versions = (("6", newest), ("6", "9.7.1"), ("4", "9.5.1"))
    files = [tmp_path / name for name in (f"{cuts.PROJ}/proj.db", *cuts.SHARED)]
    for file, (minor, version) in zip(files, versions, strict=True):
        proj_db(file, minor, version)
    assert bool(cuts.share_proj(tmp_path)) == shared
    assert [file.exists() for file in files] == [True, not shared, not shared]
    if shared:
        code = "import os, sitecustomize; print(os.environ['PROJ_DATA'])"
        env = {"PROJ_DATA": "an older one", "PYTHONPATH": str(tmp_path)}
        told = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True)
        assert Path(told.stdout.strip()) == files[0].parent


def test_others_are_left_as_bytecode_and_ours_can_be_read(tools, tmp_path):
    for name, code in (("weizhan", "import colorsys"), ("colorsys", "hue = 3")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(code, encoding="utf-8")
    target = tools["wheels"].Target("linux", sys.version_info[:2])
    tools["lay_out"].compiled(tmp_path, target)
    there = {f.relative_to(tmp_path).as_posix() for f in tmp_path.rglob("*") if f.is_file()}
    tag = sys.implementation.cache_tag
    assert there == {"weizhan/__init__.py", f"weizhan/__pycache__/__init__.{tag}.pyc",
                     "colorsys/__init__.pyc"}  # fmt: skip
    sees = {"PYTHONPATH": str(tmp_path)}
    told = subprocess.run([sys.executable, "-c", "import weizhan; print(weizhan.colorsys.hue)"],
                          env=sees, capture_output=True, text=True)  # fmt: skip
    assert told.stdout.strip() == "3", told.stderr


def test_the_starter_of_windows_is_read_in_every_code_page(tools, place):
    folder = place / "weizhan-1"
    tools["lay_out"].furnish(folder, tools["wheels"].Target("windows", (3, 12)), docs=None)
    start = (folder / "开始.bat").read_bytes()
    assert start.isascii() and start.count(b"\n") == start.count(b"\r\n") > 10
    assert b'cd /d "%~dp0"' in start and b"-X utf8 -m weizhan.cli open" in start
    assert (folder / "先读我.txt").read_bytes().startswith(b"\xef\xbb\xbf")
    assert (folder / "towns" / "示例镇" / "town.toml").exists()


def test_it_staff_install_only_what_was_fetched(tools, place):
    wheel(place / "wheels", "weizhan", {"weizhan/a.py": ""})
    known = hashlib.sha256((place / "wheels" / "small-1.0-py3-none-any.whl").read_bytes())
    asked = place / "wheels" / "requirements.txt"
    other, digest = "0" * 64, known.hexdigest()
    asked.write_text(f"small==1.0 \\\n    --hash=sha256:{other} \\\n    --hash=sha256:{digest}\n")
    asked.write_text(tools["wheels"].with_own_hash(asked, place / "wheels"))
    assert asked.read_text().count("--hash") == 2 and other not in asked.read_text()
    run = subprocess.run(
        [sys.executable, "-m", "pip", "install", "-q", "--no-index", "--require-hashes",
         "--find-links", str(place / "wheels"), "--target", str(place / "to"), "-r", str(asked)],
        capture_output=True, text=True,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert (place / "to" / "weizhan" / "a.py").exists() and (place / "to" / "small").is_dir()


@pytest.mark.parametrize("module", ["packaging.version", "pip", "pytest"])
def test_the_folder_packaging_hides_no_module_of_that_name(module):
    """Started in the root, where a package named packaging would be found first."""
    script = f"import sys; sys.path.insert(0, ''); import {module}; print({module}.__file__)"
    run = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert not run.stdout.startswith(str(FOLDER))
    assert not (FOLDER / "__init__.py").exists()
