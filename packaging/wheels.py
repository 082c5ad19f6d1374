"""Wheels for a system that is not this one: named with hashes, fetched, examined, laid out."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from packaging.tags import Tag, compatible_tags, cpython_tags
from packaging.utils import canonicalize_name, parse_wheel_filename

GLIBC = range(28, 16, -1)  # of manylinux_2_28 and what is older


@dataclass(frozen=True)
class Target:
    """What the wheels must run on.

    Attributes
    ----------
    system
        ``windows`` or ``linux``, on x86-64.
    python
        Major and minor version.
    """

    system: str
    python: tuple[int, int]

    @property
    def platforms(self) -> list[str]:
        """Platform tags that run there, the best first."""
        if self.system == "windows":
            return ["win_amd64"]
        return [*(f"manylinux_2_{minor}_x86_64" for minor in GLIBC), "manylinux2014_x86_64",
                "linux_x86_64"]  # fmt: skip

    @property
    def triple(self) -> str:
        """What uv calls it."""
        of_system = {"windows": "x86_64-pc-windows-msvc", "linux": "x86_64-manylinux_2_28"}
        return of_system[self.system]

    @property
    def version(self) -> str:
        """As in ``3.12``."""
        return ".".join(map(str, self.python))

    def takes(self) -> set[Tag]:
        """Return the tags of all wheels that can be installed there."""
        return {
            *cpython_tags(self.python, platforms=self.platforms),
            *compatible_tags(self.python, f"cp{self.python[0]}{self.python[1]}", self.platforms),
        }


def pinned(project: Path, target: Target, file: Path) -> None:
    """Write the requirements of the program for a system, with versions of the lock and hashes."""
    uv = ["uv", "-q", "--project", str(project)]
    lock = file.with_name("lock.txt")
    _run(*uv, "export", "--no-dev", "--no-emit-project", "--no-hashes", "--no-header",
         "--no-annotate", "-o", str(lock))  # fmt: skip
    _run(*uv, "pip", "compile", str(project / "pyproject.toml"), "-c", str(lock),
         "--python-platform", target.triple, "--python-version", target.version,
         "--only-binary", ":all:", "--generate-hashes", "--no-header", "--no-annotate",
         "-o", str(file))  # fmt: skip
    lock.unlink()


def fetched(requirements: Path, target: Target, folder: Path) -> None:
    """Fetch the wheels of requirements; what has none for the system is an error."""
    _run(sys.executable, "-m", "pip", "download", "-q", "--require-hashes", "--no-deps",
         "--only-binary", ":all:", "--implementation", "cp", "--python-version", target.version,
         *(f"--platform={name}" for name in target.platforms),
         "-d", str(folder), "-r", str(requirements))  # fmt: skip


def own_wheel(project: Path, folder: Path) -> None:
    """Build the program's own wheel."""
    _run("uv", "-q", "build", "--wheel", "--out-dir", str(folder), str(project))
    (folder / ".gitignore").unlink(missing_ok=True)


def strange(folder: Path, target: Target) -> list[str]:
    """Return what is wrong with a folder of wheels: files of other kinds or systems, two of one.

    Parameters
    ----------
    folder
        Of wheels; ``.txt`` may lie beside them.
    target
        What they must run on.
    """
    takes, said, seen = target.takes(), [], set()
    for file in sorted(folder.iterdir()):
        if file.suffix == ".txt":
            continue
        if file.suffix != ".whl":
            said.append(f"{file.name}: no wheel")
            continue
        name, _, _, tags = parse_wheel_filename(file.name)
        if not tags & takes:
            said.append(f"{file.name}: not for {target.system} with Python {target.version}")
        if name in seen:
            said.append(f"{file.name}: a second {name}")
        seen.add(name)
    return said


def with_own_hash(requirements: Path, wheels: Path) -> str:
    """Return requirements with a line for our own wheel, so that pip can hold all to hashes."""
    (own,) = wheels.glob("weizhan-*.whl")
    name, version, _, _ = parse_wheel_filename(own.name)
    digest = hashlib.sha256(own.read_bytes()).hexdigest()
    line = f"{canonicalize_name(name)}=={version} \\\n    --hash=sha256:{digest}\n"
    return line + _only_fetched(requirements.read_text(encoding="utf-8"), wheels)


def _only_fetched(requirements: str, wheels: Path) -> str:
    """Return requirements without the hashes of files that were not fetched."""
    there = {hashlib.sha256(file.read_bytes()).hexdigest() for file in wheels.glob("*.whl")}
    said = []
    for entry in re.split(r"\n(?=\S)", requirements.strip()):
        head = entry.split(" \\")[0].strip()
        (digest,) = [d for d in re.findall(r"sha256:(\w{64})", entry) if d in there]
        said.append(f"{head} \\\n    --hash=sha256:{digest}\n")
    return "".join(said)


def laid(wheels: Path, target: Target, site: Path) -> None:
    """Lay out wheels as site-packages, without asking any registry."""
    _run("uv", "-q", "pip", "install", "--no-config", "--no-index", "--no-deps", "--target",
         str(site), "--python-platform", target.triple, "--python-version", target.version,
         "--only-binary", ":all:", "--link-mode", "copy",
         *(str(file) for file in sorted(wheels.glob("*.whl"))))  # fmt: skip


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(command[:6])} …\n{done.stdout}{done.stderr}")
