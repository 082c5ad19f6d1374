"""Lay out the program as one zip that needs no installation and no internet.

    uv run python packaging/lay_out.py windows --python FILE --sha256 HASH --out FOLDER

FILE is a portable CPython for the system, a .zip or a .tar of any kind. See docs/packaging.md.
"""

from __future__ import annotations

import argparse
import compileall
import hashlib
import py_compile
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import checks
import cuts
import licences
import wheels

PROJECT = Path(__file__).resolve().parents[1]
START = Path(__file__).with_name("start")
FIRST = (1980, 1, 1, 0, 0, 0)  # the day that all files of a zip bear, so that equal means equal
READ = ("weizhan", "numba")  # whose sources are read: by numba, and by whoever follows an error


IMPORTED = """
import ast, importlib, sys, warnings
from pathlib import Path
warnings.simplefilter("ignore")
named = set()
for file in sorted(Path(sys.stdin.read()).rglob("*.py")):
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            named |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            named |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
for name in sorted(named):
    try:
        importlib.import_module(name)
    except Exception:
        pass
print(*sorted(sys.modules))
"""


class Refused(Exception):
    """A layout that must not leave the house."""


def unpacked(archive: Path, sha256: str, folder: Path) -> None:
    """Unpack a portable CPython so that ``python.exe`` or ``bin`` lies in a folder.

    Parameters
    ----------
    archive, sha256
        The file, and what its makers say of it.
    folder
        Made.

    Raises
    ------
    Refused
        When the file is another one, or no portable CPython.
    """
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    if digest != sha256.lower():
        raise Refused(f"{archive.name} has the hash {digest}, not {sha256}")
    within = folder.with_name("unpacked")
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as opened:
            opened.extractall(within)
    else:
        with tarfile.open(archive) as opened:
            opened.extractall(within, filter="data")
    found = [within, *(place for place in sorted(within.glob("*")) if place.is_dir())]
    homes = [p for p in found if (p / "python.exe").exists() or (p / "bin" / "python3").exists()]
    if not homes:
        raise Refused(f"{archive.name} holds neither python.exe nor bin/python3")
    homes[0].rename(folder)
    if within.exists():
        shutil.rmtree(within)


def target_of(python: Path) -> wheels.Target:
    """Return what system and version an unpacked CPython is for."""
    for system, pattern in (("windows", "python3?*.dll"), ("linux", "lib/python3.*/os.py")):
        for file in sorted(python.glob(pattern)):
            minor = re.search(r"python3\.?(\d+)", file.as_posix())
            if minor:
                return wheels.Target(system, (3, int(minor[1])))
    raise Refused(f"{python} is no CPython 3")


def site_of(python: Path, target: wheels.Target) -> Path:
    """Return where packages go, and let the embeddable CPython of Windows look there.

    Parameters
    ----------
    python
        Unpacked.
    target
        Its system.
    """
    if target.system == "linux":
        return python / "lib" / f"python{target.version}" / "site-packages"
    for paths in python.glob("python3*._pth"):
        said = paths.read_text(encoding="utf-8").splitlines()
        kept = [line for line in said if line.strip() and not line.startswith(("#", "import "))]
        paths.write_text("\n".join([*kept, "Lib/site-packages", "import site", ""]), "utf-8")
    return python / "Lib" / "site-packages"


def lay_out(python: Path, wheelhouse: Path, folder: Path) -> Path:
    """Lay packages into an unpacked CPython, cut them, and write their licences.

    Parameters
    ----------
    python
        Unpacked, in `folder`.
    wheelhouse
        All that is installed.
    folder
        Of the layout.

    Returns
    -------
    Path
        Where the packages lie.

    Raises
    ------
    Refused
        When a wheel is for another system, a library would miss one that was cut, or a licence
        does not go with ours.
    """
    target = target_of(python)
    _refuse("wheels", wheels.strange(wheelhouse, target))
    site = site_of(python, target)
    if site.exists():
        shutil.rmtree(site)
    wheels.laid(wheelhouse, target, site)
    native = checks.asked(site)
    before = _size(site)
    saved = cuts.cut(site) | {"one proj.db for all": cuts.share_proj(site)}
    _tell(f"packages: {before / 1e6:.0f} MB, cut by {sum(saved.values()) / 1e6:.0f} MB")
    for pattern, bytes_ in sorted(saved.items(), key=lambda one: -one[1])[:12]:
        _tell(f"  {bytes_ / 1e6:6.1f} MB  {pattern}")
    _refuse("libraries", checks.open_ends(native, site))
    found = licences.licences(site)
    _refuse("licences", [f"{one.name}: {one.terms}" for one in found if not one.goes])
    licences.written(found, site, folder / "licences")
    return site


def compiled(site: Path, target: wheels.Target) -> None:
    """Compile what the program imports, so that a first start from a stick does not wait for it.

    All packages would be twice as much. What is imported is found out here, where the program is
    installed: all that its files name, also inside of functions, and all that this brings along.
    Other people's sources go where their bytecode stands.

    Parameters
    ----------
    site
        Where the packages lie.
    target
        Its version of Python must be ours: bytecode is of one version.
    """
    if sys.version_info[:2] != target.python:
        raise Refused(f"run this with Python {target.version}: bytecode is of one version")
    run = subprocess.run([sys.executable, "-c", IMPORTED], input=str(site / "weizhan"),
                         capture_output=True, text=True, check=True)  # fmt: skip
    known = run.stdout.split()
    files = [site.joinpath(*name.split(".")) for name in known]
    files = [place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
             for place in files]  # fmt: skip
    for file in sorted({*(site / "weizhan").rglob("*.py"), *filter(Path.exists, files)}):
        alone = file.relative_to(site).parts[0] not in READ
        done = compileall.compile_file(
            file, quiet=2, legacy=alone, stripdir=str(site), prependdir="site-packages",
            invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
        )  # fmt: skip
        if alone and done and file.with_suffix(".pyc").exists():
            file.unlink()


def furnish(folder: Path, target: wheels.Target, *, docs: Path | None) -> None:
    """Lay the starter, a sample town and the documents beside the program.

    Parameters
    ----------
    folder
        Of the layout.
    target
        Its system.
    docs
        The built documentation, if any.
    """
    start = "开始.bat" if target.system == "windows" else "开始.sh"
    said = (START / start).read_text(encoding="utf-8")
    if target.system == "windows":
        said.encode("ascii")  # cmd.exe reads it in any code page
        (folder / start).write_text(said, encoding="ascii", newline="\r\n")
    else:
        (folder / start).write_text(said, encoding="utf-8", newline="\n")
        (folder / start).chmod(0o755)
    read = (START / "先读我.txt").read_text(encoding="utf-8")
    (folder / "先读我.txt").write_text(read, encoding="utf-8-sig", newline="\r\n")
    (folder / "towns").mkdir()
    demo = "import sys; from pathlib import Path\nfrom weizhan.data.demo import make_demo\n"
    demo += "from weizhan.data.demo_ledgers import import_demo_ledgers\n"
    demo += "folder = Path(sys.argv[1]); make_demo(folder, size='village')\n"
    demo += "import_demo_ledgers(folder)"
    town = folder / "towns" / "示例镇"
    subprocess.run([sys.executable, "-c", demo, str(town)], check=True)
    if docs is not None:
        shutil.copytree(docs, folder / "文档")


def zipped(folder: Path, file: Path) -> None:
    """Write a folder as a zip in which equal files give equal bytes.

    Parameters
    ----------
    folder
        All of it, under its own name.
    file
        Written.
    """
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as made:
        for place in sorted(folder.rglob("*"), key=lambda p: p.relative_to(folder).as_posix()):
            if not place.is_file():
                continue
            entry = zipfile.ZipInfo(f"{folder.name}/{place.relative_to(folder).as_posix()}", FIRST)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            entry.external_attr = (0o755 if place.stat().st_mode & 0o100 else 0o644) << 16
            made.writestr(entry, place.read_bytes())


def checked(folder: Path) -> None:
    """Refuse a layout whose names Windows does not take, or that tells where it was made.

    Parameters
    ----------
    folder
        Of the layout.
    """
    names = [f.relative_to(folder).as_posix() for f in sorted(folder.rglob("*")) if f.is_file()]
    _refuse("names", checks.bad_names(names))
    python = folder / "python"
    ours = [site for site in python.rglob("site-packages")] + [folder / "towns"]
    secrets = (PROJECT, folder.parent, Path(sys.prefix))
    _refuse("paths", [name for place in ours for name in checks.betrayed(place, secrets)])


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def _refuse(what: str, said: list[str]) -> None:
    if said:
        raise Refused(f"{what}:\n  " + "\n  ".join(said))


def _tell(said: str) -> None:
    print(said, flush=True)


def main() -> None:
    """Fetch, lay out, check and zip."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("system", choices=("windows", "linux"))
    parser.add_argument("--python", type=Path, required=True, metavar="FILE")
    parser.add_argument("--sha256", required=True, metavar="HASH", help="of FILE")
    parser.add_argument("--out", type=Path, default=Path("build/packaging"), metavar="FOLDER")
    parser.add_argument("--docs", type=Path, metavar="FOLDER", help="the built documentation")
    given = parser.parse_args()
    out = given.out.absolute()
    out.mkdir(parents=True, exist_ok=True)
    name = f"weizhan-{_version()}-{given.system}"
    folder, wheelhouse = out / name, out / f"{name}-wheelhouse"
    for old in (folder, wheelhouse):
        if old.exists():
            shutil.rmtree(old)
        old.mkdir()
    unpacked(given.python, given.sha256, folder / "python")
    target = target_of(folder / "python")
    if target.system != given.system:
        raise Refused(f"{given.python.name} is for {target.system}")
    requirements = wheelhouse / "requirements.txt"
    wheels.pinned(PROJECT, target, requirements)
    wheels.fetched(requirements, target, wheelhouse)
    wheels.own_wheel(PROJECT, wheelhouse)
    _tell(f"wheels: {_size(wheelhouse) / 1e6:.0f} MB in {len(list(wheelhouse.glob('*.whl')))}")
    site = lay_out(folder / "python", wheelhouse, folder)
    compiled(site, target)
    furnish(folder, target, docs=given.docs)
    checked(folder)
    requirements.write_text(wheels.with_own_hash(requirements, wheelhouse), encoding="utf-8")
    read = (START / "IT安装说明.txt").read_text(encoding="utf-8")
    read = read.replace("@PYTHON@", target.version)
    (wheelhouse / "IT安装说明.txt").write_text(read, encoding="utf-8-sig", newline="\r\n")
    for place in (folder, wheelhouse):
        zipped(place, out / f"{place.name}.zip")
        bytes_ = (out / f"{place.name}.zip").stat().st_size
        _tell(f"{place.name}.zip: {bytes_ / 1e6:.0f} MB, unpacked {_size(place) / 1e6:.0f} MB")


def _version() -> str:
    said = (PROJECT / "pyproject.toml").read_text(encoding="utf-8")
    return re.search(r'^version = "(.+)"', said, re.MULTILINE)[1]


if __name__ == "__main__":
    try:
        main()
    except Refused as why:
        sys.exit(str(why))
