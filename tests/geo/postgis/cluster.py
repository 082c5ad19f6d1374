"""A PostgreSQL server of our own with PostGIS, started for the tests and stopped after them."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

DEBIAN = Path("/usr/lib/postgresql")


def programs() -> Path | None:
    """Return the folder of initdb and pg_ctl, the newest; None where there is no server."""
    found = sorted(DEBIAN.glob("*/bin/initdb"), key=lambda p: int(p.parts[-3].partition(".")[0]))
    told = shutil.which("initdb")
    return found[-1].parent if found else Path(told).parent if told else None


@contextmanager
def cluster(bin_folder: Path) -> Iterator[str]:
    """Start a server that listens on a socket in a temporary folder, and yield that folder."""
    root = Path(tempfile.mkdtemp(prefix="wz-pg-"))
    as_root = os.geteuid() == 0
    if as_root:  # PostgreSQL refuses to run as root
        shutil.chown(root, "postgres", "postgres")
    before = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] * as_root

    def run(name: str, *arguments: str) -> None:
        command = [*before, str(bin_folder / name), *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=root)

    data = str(root / "data")
    run("initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync",
        "--locale=C.UTF-8")  # fmt: skip
    settings = f"-c fsync=off -c listen_addresses='' -c unix_socket_directories={root}"
    run("pg_ctl", "-D", data, "-w", "-l", str(root / "log"), "-o", settings, "start")
    try:
        yield str(root)
    finally:
        run("pg_ctl", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(root, ignore_errors=True)
