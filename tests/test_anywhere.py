"""Started by anyone: from a folder that cannot be written to, and without a home."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
# Root may write anywhere, until it lays that right down.
POWERLESS = ["setpriv", "--bounding-set=-dac_override", "--inh-caps=-dac_override"]
KERNEL = """
import sys
from pathlib import Path

import weizhan.coverage.compiled as compiled

@compiled.njit("i8(i8)", cache=True)
def twice(number):
    return 2 * number

if __name__ == "__main__":
    import twice as again
    if "--full" in sys.argv:  # now nothing can be kept any more
        for place in Path(compiled._folder).rglob("*"):
            place.chmod(0o500)
    print(again.twice(21), compiled._folder, sep="|")
"""


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    """The program in a folder with spaces and Chinese in its name, which cannot be written to."""
    folder = tmp_path_factory.mktemp("盘") / "程序 (只读)"
    shutil.copytree(ROOT / "coverage", folder / "weizhan" / "coverage",
                    ignore=shutil.ignore_patterns("__pycache__"))  # fmt: skip
    (folder / "twice.py").write_text(KERNEL, encoding="utf-8")
    for place in (folder, *folder.rglob("*")):
        place.chmod(0o555 if place.is_dir() else 0o444)
    yield folder
    for place in (folder, *folder.rglob("*")):
        place.chmod(0o755 if place.is_dir() else 0o644)


def twice(program, *words, **env):
    """Return what the kernel gives and where it is kept."""
    hidden = ("HOME", "XDG_CACHE_HOME", "NUMBA_CACHE_DIR", "TMPDIR", "COVERAGE_PROCESS_START")
    kept = {name: value for name, value in os.environ.items() if name not in hidden}
    run = subprocess.run(
        [
            *(POWERLESS if os.getuid() == 0 else []),
            sys.executable,
            "-B",
            str(program / "twice.py"),
            *words,
        ],
        env={**kept, "PYTHONPATH": str(program), **{name: str(env[name]) for name in env}},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    said, folder = run.stdout.strip().split("|")
    assert said == "42"
    return folder


def kernels(folder):
    return [file.name for file in Path(folder).rglob("*.nbc")]


def test_kernels_are_kept_with_the_users_caches_where_the_program_cannot_be_written(
    program, tmp_path
):
    folder = twice(program, XDG_CACHE_HOME=tmp_path / "缓存")
    assert Path(folder).parent == tmp_path / "缓存"
    assert len(kernels(folder)) == 1
    assert kernels(program) == []


def test_without_a_home_kernels_are_kept_among_temporary_files_of_this_user_alone(
    program, tmp_path
):
    folder = Path(twice(program, HOME=program, TMPDIR=tmp_path))
    assert folder.parent == tmp_path
    assert len(kernels(folder)) == 1
    assert folder.stat().st_mode & 0o077 == 0


def test_where_somebody_else_may_have_put_kernels_none_are_taken(program, tmp_path):
    folder = Path(twice(program, HOME=program, TMPDIR=tmp_path))
    shutil.rmtree(folder)
    (tmp_path / "others").mkdir()
    folder.symlink_to(tmp_path / "others")
    assert twice(program, HOME=program, TMPDIR=tmp_path) == "None"
    assert kernels(tmp_path) == []


def test_a_kernel_that_cannot_be_kept_is_used_all_the_same(program, tmp_path):
    folder = Path(twice(program, "--full", XDG_CACHE_HOME=tmp_path))
    assert folder.is_dir() and kernels(tmp_path) == []


def test_where_the_user_says_kernels_are_kept(program, tmp_path):
    assert twice(program, NUMBA_CACHE_DIR=tmp_path, HOME=program) == str(tmp_path)
    assert len(kernels(tmp_path)) == 1
