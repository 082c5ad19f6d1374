"""The house keeps its shape: one direction, no package named coverage, texts in two languages."""

import ast
import re
import string
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from weizhan.geo.catalogue import LANGS, catalogue
from weizhan.geo.vocabulary import VOCABULARIES, codes

ROOT = Path(__file__).resolve().parents[1]
FLOORS = {"geo": 0, "data": 1, "coverage": 1, "maps": 2, "cli": 3}  # data is generated with geo
FILE_ENDINGS = {
    "docx",
    "pdf",
    "xlsx",
    "typ",
    "toml",
    "csv",
    "json",
    "html",
    "css",
    "js",
    "gpkg",
    "tif",
}
MODULES = sorted(p for folder in FLOORS for p in (ROOT / folder).glob("*.py"))


def _floors_imported(module: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level == 2:
            names = [node.module] if node.module else [a.name for a in node.names]
            found |= {name.split(".")[0] for name in names}
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
        names += [a.name for a in node.names] if isinstance(node, ast.Import) else []
        found |= {name.split(".")[1] for name in names if name.startswith("weizhan.")}
    return found


@pytest.mark.parametrize("module", MODULES, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_a_module_imports_from_its_own_floor_or_those_before(module):
    own = module.parent.name
    for floor in _floors_imported(module) - {own}:
        assert FLOORS[floor] < FLOORS[own], f"{own} imports {floor}"


def test_the_folder_coverage_is_no_package():
    assert not (ROOT / "coverage" / "__init__.py").exists()


def test_only_the_kernels_import_numba():
    importers = {
        f"{p.parent.name}/{p.name}"
        for p in MODULES
        if re.search(r"^\s*(from|import) numba", p.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert importers == {"coverage/kernels.py"}


def test_the_kernels_import_where_coverage_py_is_not_installed():
    """Started in the root, where numba would take our folder for coverage.py."""
    script = (
        "import sys\n"
        "class Hidden:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'coverage' and path is None:\n"
        "            import importlib.machinery as m\n"
        "            return m.PathFinder.find_spec(name, [''])\n"
        "sys.meta_path.insert(0, Hidden())\n"
        "import weizhan.coverage.kernels as k\n"
        "assert 'coverage' not in sys.modules or not hasattr(sys.modules['coverage'], 'Coverage')\n"
        "print(k.FAR)\n"
    )
    run = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr


def test_the_wheel_holds_one_package_and_all_its_data(tmp_path):
    run = subprocess.run(
        ["uv", "build", "--wheel", "--out-dir", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names if ".dist-info" not in name} == {"weizhan"}
    for folder, pattern in (
        ("data", "rules/*.toml"),
        ("data", "catalogue/*.toml"),
        ("maps", "templates/*"),
    ):
        for file in (ROOT / folder).glob(pattern):
            assert f"weizhan/{folder}/{file.relative_to(ROOT / folder).as_posix()}" in names


def test_no_file_is_longer_than_one_noun():
    for module in MODULES:
        lines = len(module.read_text(encoding="utf-8").splitlines())
        assert lines <= 450, f"{module.parent.name}/{module.name} has {lines} lines"


def test_every_text_is_there_in_both_languages_with_the_same_blanks():
    def blanks(said):
        return {name for _, name, _, _ in string.Formatter().parse(said) if name is not None}

    for key, entry in catalogue().items():
        assert set(LANGS) <= set(entry), key
        assert all(entry[lang].strip() for lang in LANGS), key
        assert blanks(entry["zh"]) == blanks(entry["en"]), key


def test_every_text_that_the_code_asks_for_is_there():
    texts = catalogue()
    sections = {key.split(".")[0] for key in texts}
    for module in MODULES:
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                key = node.value
                if re.fullmatch(r"[a-z_]+\.[a-z0-9_]+", key) and key.split(".")[0] in sections:
                    if key.split(".")[-1] in FILE_ENDINGS:
                        continue
                    known = key in texts or any(text.startswith(key) for text in texts)
                    assert known, f"{module.name} asks for {key}"


@pytest.mark.parametrize("vocabulary", VOCABULARIES)
def test_every_code_is_found_by_its_chinese_name(vocabulary):
    spellings = codes(vocabulary)
    for member in VOCABULARIES[vocabulary]:
        entry = catalogue()[f"{vocabulary}.{member.value}"]
        assert spellings[entry["zh"]] == member.value


def test_pins_name_no_host():
    assert "http" not in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
