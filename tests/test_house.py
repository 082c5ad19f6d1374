"""The house keeps its shape: one direction, no package named coverage, texts in two languages."""

import ast
import re
import string
import subprocess
import sys
import zipfile
from functools import cache
from pathlib import Path

import pytest

from weizhan.geo.words.catalogue import LANGS, catalogue
from weizhan.geo.words.vocabulary import VOCABULARIES, codes

ROOT = Path(__file__).resolve().parents[1]
FLOORS = {
    "geo": 0,
    "data": 1,
    "coverage": 1,
    "maps": 2,
    "runs": 3,
    "cli": 4,
    "desk": 5,
}  # data is generated with geo
ROOMS = {  # in each floor, a room uses only those before it; "" are the files outside rooms
    "geo": ("words", "postgis", "rules", "ground", "tables", "ledgers", "osm", ""),
    "coverage": (
        "reach",
        "closures",
        "clauses",
        "cases",
        "covering",
        "risk",
        "duties",
        "places",
        "",
        "rounds",
        "siting",
        "parts",
        "measures",
        "review",
    ),
    "maps": (
        "html",
        "styles",
        "voice",
        "reports",
        "page",
        "paper",
        "books",
        "qgis",
        "notebook",
        "phone",
        "results",
    ),
}
BASE = {  # every room may use these
    "weizhan.coverage.columns",
    "weizhan.coverage.compiled",
    "weizhan.coverage.keyed",
    "weizhan.geo.arrays",
}
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
    "qgz",
    "tif",
}
MODULES = sorted(p for folder in FLOORS for p in (ROOT / folder).rglob("*.py"))
FACES = sorted(p for floor in ROOMS for p in (ROOT / floor).glob("*/__init__.py"))


def _name(module: Path) -> str:
    parts = module.relative_to(ROOT).with_suffix("").parts
    return ".".join(("weizhan", *(part for part in parts if part != "__init__")))


NAMES = {_name(module) for module in MODULES}


@cache
def _nodes(module: Path) -> tuple[ast.AST, ...]:
    """Return the syntax tree of a module, and all that is in it."""
    return tuple(ast.walk(ast.parse(module.read_text(encoding="utf-8"))))


def _imported(module: Path) -> set[str]:
    """Return the modules and faces of ours that a module imports from, by absolute name."""
    package = ("weizhan", *module.relative_to(ROOT).parent.parts)
    found = set()
    for node in _nodes(module):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            origin = ".".join((*base, *(node.module or "").split("."))).rstrip(".")
            inner = {f"{origin}.{alias.name}" for alias in node.names}
            at_face = len(origin.split(".")) == 3 and origin not in {_name(module)}
            found |= {origin} if at_face else (inner & NAMES or {origin})
    return {name for name in found if name.startswith("weizhan.")}


def _place(name: str) -> tuple[str, str]:
    """Return floor and room of a module or face."""
    parts = name.split(".")
    floor = parts[1]
    rooms = ROOMS.get(floor, ())
    return floor, parts[2] if len(parts) > 2 and parts[2] in rooms else ""


@pytest.mark.parametrize("module", MODULES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_a_module_imports_from_its_own_room_or_the_faces_of_those_before(module):
    floor, room = _place(_name(module))
    for name in _imported(module) - BASE:
        its_floor, its_room = _place(name)
        if (its_floor, its_room) == (floor, room):
            continue
        if its_floor != floor:
            assert FLOORS[its_floor] < FLOORS[floor], f"{floor} imports {name}"
        else:
            order = ROOMS.get(floor, ("",))
            assert order.index(its_room) < order.index(room), f"{room} imports {name}"
        if its_room:
            assert name.count(".") == 2, f"{name} is behind the face of its room"


@pytest.mark.parametrize("face", FACES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_a_face_tells_what_lives_here_and_offers_it(face):
    told, *imports, offered = _nodes(face)[0].body
    assert len(ast.literal_eval(told.value).strip().splitlines()) <= 3
    assert all(isinstance(line, ast.ImportFrom) for line in imports)
    assert offered.targets[0].id == "__all__"
    brought = {alias.asname or alias.name for line in imports for alias in line.names}
    assert set(ast.literal_eval(offered.value)) == brought


def test_every_room_has_a_face():
    assert {(p.parts[-3], p.parts[-2]) for p in FACES} == {
        (floor, room) for floor, rooms in ROOMS.items() for room in rooms if room
    }


def test_only_a_moment_puts_conditions_and_passages_together():
    for module in MODULES:
        if module.parent == ROOT / "coverage" / "reach":
            continue
        for node in _nodes(module):
            called = node.func if isinstance(node, ast.Call) else None
            assert not (isinstance(called, ast.Name) and called.id in ("conditions", "passages")), (
                module
            )


def test_the_folder_coverage_is_no_package():
    assert not (ROOT / "coverage" / "__init__.py").exists()


def test_numba_has_one_door():
    importers = {
        p.relative_to(ROOT).as_posix()
        for p in MODULES
        if re.search(r"^\s*(from|import) numba", p.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert importers == {"coverage/compiled.py"}


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
        "import weizhan.coverage.reach.kernels as k\n"
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
        ("desk", "templates/*"),
        ("desk", "static/*"),
    ):
        for file in (ROOT / folder).glob(pattern):
            assert f"weizhan/{folder}/{file.relative_to(ROOT / folder).as_posix()}" in names


def test_no_file_is_longer_than_one_idea():
    for module in MODULES:
        lines = len(module.read_text(encoding="utf-8").splitlines())
        assert lines <= 600, f"{module.relative_to(ROOT)} has {lines} lines"


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
        for node in _nodes(module):
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


def test_every_text_file_is_read_and_written_in_a_named_encoding():
    """Windows in Chinese would take GBK."""
    for module in MODULES:
        for node in _nodes(module):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            texts = node.func.attr in ("read_text", "write_text")
            # As a word of its own; write_text() takes it second, read_text() first.
            at = {"read_text": 1, "write_text": 2}.get(node.func.attr, 0)
            named = len(node.args) >= at or any(k.arg in ("encoding", None) for k in node.keywords)
            assert not texts or named, f"{module.relative_to(ROOT)}:{node.lineno}"


MOST_PARAMETERS = 8  # but of the commands of cli/, whose parameters are options of users
DOCUMENTED = ("geo", "coverage", "maps")  # floors whose faces tell every parameter


def _parameters(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    given = function.args
    every = [*given.posonlyargs, *given.args, *given.kwonlyargs]
    return [one.arg for one in every if one.arg not in ("self", "cls")]


def _told_parameters(docstring: str) -> set[str]:
    """Return the names that the section Parameters of a numpydoc docstring tells."""
    section = re.search(
        r"^Parameters\n-+\n(.*?)(?=\n\n\w[\w ]*\n-{3,}|\Z)", docstring, re.DOTALL | re.MULTILINE
    )
    names = re.findall(r"^(\S.*)$", section[1], re.MULTILINE) if section else []
    return {one.strip().lstrip("*") for line in names for one in line.split(",")}


def _offered(floor: str) -> list[tuple[Path, ast.FunctionDef]]:
    """Return the functions that the faces of a floor offer, and those of its files outside."""
    found = []
    for module in MODULES:
        if module.relative_to(ROOT).parts[0] != floor or module.name == "__init__.py":
            continue
        face, names = module.parent / "__init__.py", None
        if face.exists():
            lines = _nodes(face)[0].body
            own = [n for n in lines if isinstance(n, ast.ImportFrom) and n.module == module.stem]
            names = {alias.name for line in own for alias in line.names}
        for node in _nodes(module)[0].body:
            public = isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
            if public and (names is None or node.name in names):
                found.append((module, node))
    return found


def test_functions_have_few_parameters():
    many = {
        f"{module.relative_to(ROOT).as_posix()}:{node.name} {len(_parameters(node))}"
        for module in MODULES
        if module.parent != ROOT / "cli"
        for node in _nodes(module)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if len(_parameters(node)) > MOST_PARAMETERS
    }
    assert many == set()


@pytest.mark.parametrize("floor", DOCUMENTED)
def test_what_a_face_offers_tells_its_parameters(floor):
    offered = _offered(floor)
    assert len(offered) > 50
    for module, function in offered:
        needed = set(_parameters(function))
        if len(needed) < 2:
            continue
        missing = needed - _told_parameters(ast.get_docstring(function) or "")
        assert not missing, f"{module.relative_to(ROOT)}: {function.name} does not tell {missing}"


@pytest.mark.parametrize(
    "face", [face for face in FACES if face.parts[-3] == "coverage"], ids=lambda p: p.parts[-2]
)
def test_no_function_of_a_room_hides_a_file_of_it(face):
    brought = {
        alias.name
        for line in _nodes(face)[0].body
        if isinstance(line, ast.ImportFrom) and line.module
        for alias in line.names
    }
    assert brought.isdisjoint(file.stem for file in face.parent.glob("*.py"))
