"""Drives of other computers, on which no database file can be written safely."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from ..words import OutputError

#: File systems of a network, as ``/proc/mounts`` names them.
NETWORK: Final = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "ncpfs", "afs", "ceph", "glusterfs", "lustre",
     "fuse.sshfs", "fuse.rclone", "fuse.gvfsd-fuse", "fuse.glusterfs", "fuse.ceph", "davfs",
     "fuse.davfs2", "beegfs", "gpfs"}
)  # fmt: skip
_REMOTE: Final = 4  # what GetDriveType calls a network drive
_ESCAPES: Final = {r"\040": " ", r"\011": "\t", r"\012": "\n", r"\134": "\\"}


def share_kind(path: str, mounts: str) -> str:
    """Return which file system of a network a path lies on, empty where it lies on none.

    Parameters
    ----------
    path
        Absolute.
    mounts
        Lines as in ``/proc/mounts``: device, place, file system. Of places mounted one over
        another the last counts.

    Examples
    --------
    >>> share_kind("/mnt/office/town", "//nas/office /mnt/office cifs rw 0 0")
    'cifs'
    """
    if path.startswith(("\\\\", "//")):
        return "UNC"
    found, length = "", -1
    for line in mounts.splitlines():
        parts = line.split()
        if len(parts) < 3:
            continue
        place = parts[1]
        for escape, letter in _ESCAPES.items():
            place = place.replace(escape, letter)
        place = place.rstrip("/")
        if (path == place or path.startswith(f"{place}/")) and len(place) >= length:
            found, length = parts[2], len(place)
    return found if found in NETWORK else ""


def check_writable(file: Path) -> None:
    """Refuse to write a GeoPackage on a network drive.

    SQLite rests on locks that network file systems do not keep: two clerks at once would lose
    rows, or the file.

    Raises
    ------
    OutputError
        With the reason, and what to do.
    """
    path = file.absolute().parent.resolve()
    kind = share_kind(str(path), _mounts()) or _windows_kind(path)
    if kind:
        raise OutputError("error.network_share", file=file, kind=kind)


def _mounts() -> str:
    table = Path("/proc/mounts")
    return table.read_text(encoding="utf-8", errors="surrogateescape") if table.exists() else ""


def _windows_kind(path: Path) -> str:
    if sys.platform != "win32":
        return ""
    import ctypes

    return "GetDriveType" if ctypes.windll.kernel32.GetDriveTypeW(path.anchor) == _REMOTE else ""
