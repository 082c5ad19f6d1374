"""Files that come in through the browser: their names, their archives, never more than allowed."""

from __future__ import annotations

import lzma
import re
import shutil
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Final

from starlette.datastructures import FormData, UploadFile

from ..geo.words import InputError, OutputError

MOST_UNPACKED: Final = 2 * 1024**3  # bytes of all that one archive holds
MOST_MEMBERS: Final = 2_000
MOST_RATIO: Final = 300  # of unpacked to packed bytes, from RATIO_FROM on
RATIO_FROM: Final = 20 * 1024**2
LONGEST_NAME: Final = 120  # a town's folder adds to it, and old Windows ends at 260
CHUNK: Final = 1024**2
ZIPPED: Final = (".zip", ".xlsx", ".docx", ".ods")
UTF8_NAME: Final = 0x800  # flag of a zip whose names are UTF-8
ENCRYPTED: Final = 0x1
_BROKEN: Final = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, NotImplementedError)
_FORBIDDEN: Final = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]')
_DEVICES: Final = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def accepted_name(said: str) -> str:
    """Return a name under which a file may be kept, on Windows too.

    Raises
    ------
    InputError
        When it leads elsewhere, or Windows does not take it.
    """
    name = said.strip()
    if (
        not Path(name).stem.strip(". ")  # "..zip" would be unpacked over its own folder
        or name.endswith(".")
        or _FORBIDDEN.search(name)
        or _DEVICES.fullmatch(name)
        or len(name) > LONGEST_NAME
    ):
        raise InputError("error.window_name", name=said)
    return name


def given_files(form: FormData, field: str) -> list[UploadFile]:
    """Return the files of a form's field; a field that was left empty holds none."""
    found = [one for one in form.getlist(field) if isinstance(one, UploadFile)]
    return [one for one in found if one.filename]


def keep_files(
    files: Iterable[UploadFile], folder: Path, *, newer_counts: bool = False
) -> list[Path]:
    """Write uploaded files into a folder; archives are unpacked into a folder of their name.

    Parameters
    ----------
    files
        From a form.
    folder
        Made when it is not there.
    newer_counts
        Whether a file of a name that is there takes its place; otherwise it is refused.

    Returns
    -------
    list
        The files as they lie there; of an archive those that were in it.

    Raises
    ------
    InputError
        When a name, an archive or a size is refused; nothing of that file is left.
    OutputError
        When the folder cannot be written to.
    """
    kept: list[Path] = []
    came: set[str] = set()
    for upload in files:
        name = accepted_name(upload.filename or "")
        if name.casefold() in came:  # of two folders; Windows tells no capitals apart
            raise InputError("error.window_twice", name=name)
        came.add(name.casefold())
        target = folder / name
        unpacked = folder / target.stem
        is_archive = target.suffix.lower() == ".zip"
        if newer_counts:
            _remove(target, unpacked if is_archive else None)
        if target.exists() or (is_archive and unpacked.exists()):
            raise InputError("error.window_twice", name=name)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with target.open("wb") as out:
                shutil.copyfileobj(upload.file, out, CHUNK)
            check_archive(target)
            if not is_archive:
                kept.append(target)
                continue
            kept += unpack(target, unpacked)
            target.unlink()
        except InputError:
            _remove(target, unpacked if is_archive else None)
            raise
        except OSError as error:
            _remove(target, unpacked if is_archive else None)
            raise OutputError("error.cannot_write", file=target, why=error.strerror) from error
    return kept


def _remove(file: Path, unpacked: Path | None) -> None:
    """Remove a file, and what it was unpacked to: only an archive has such a folder."""
    file.unlink(missing_ok=True)
    if unpacked is not None:
        shutil.rmtree(unpacked, ignore_errors=True)


def check_archive(file: Path) -> None:
    """Refuse a zip, or a workbook (which is one), that would unpack to more than is allowed.

    Raises
    ------
    InputError
        When it is broken, locked with a password, or a bomb.
    """
    if file.suffix.lower() not in ZIPPED:
        return
    if file.suffix.lower() != ".zip" and not zipfile.is_zipfile(file):
        return  # an old workbook under a new name, or locked: the reader of tables says so
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
    except (*_BROKEN, ValueError) as error:
        raise InputError("error.window_zip_broken", name=file.name) from error
    size = sum(member.file_size for member in members)
    packed = max(1, sum(member.compress_size for member in members))
    if any(member.flag_bits & ENCRYPTED for member in members):
        raise InputError("error.window_zip_locked", name=file.name)
    too_dense = size > RATIO_FROM and size > MOST_RATIO * packed
    if len(members) > MOST_MEMBERS or size > MOST_UNPACKED or too_dense:
        raise InputError("error.window_zip_bomb", name=file.name, count=len(members),
                         size=size // 1024**2, most=MOST_UNPACKED // 1024**2)  # fmt: skip


def unpack(file: Path, folder: Path) -> list[Path]:
    """Unpack a zip that was checked; what its directory says about sizes is not believed.

    Parameters
    ----------
    file
        The archive.
    folder
        New.

    Returns
    -------
    list
        The files.

    Raises
    ------
    InputError
        When a name leads elsewhere, a member is broken or larger than it says.
    """
    kept: list[Path] = []
    left = MOST_UNPACKED
    try:
        with zipfile.ZipFile(file) as archive:
            for member in archive.infolist():
                parts = _parts(member, file)
                if member.is_dir() or not parts:
                    continue
                target = folder.joinpath(*parts)
                target.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(member) as packed, target.open("wb") as out:
                    while chunk := packed.read(CHUNK):
                        left -= len(chunk)
                        if left < 0:
                            raise InputError("error.window_zip_bomb", name=file.name,
                                             count=len(kept), size=MOST_UNPACKED // 1024**2,
                                             most=MOST_UNPACKED // 1024**2)  # fmt: skip
                        out.write(chunk)
                kept.append(target)
    except (*_BROKEN, EOFError, RuntimeError) as error:
        raise InputError("error.window_zip_broken", name=file.name) from error
    except ValueError as error:
        if isinstance(error, InputError):
            raise
        raise InputError("error.window_zip_broken", name=file.name) from error
    return kept


def _parts(member: zipfile.ZipInfo, file: Path) -> tuple[str, ...]:
    """Return where a member goes, each part a name that is allowed; none for a Mac's litter."""
    path = PurePosixPath(_member_name(member).replace("\\", "/"))
    if "__MACOSX" in path.parts or path.name in (".DS_Store", "Thumbs.db"):
        return ()
    if path.is_absolute() or ".." in path.parts:
        raise InputError("error.window_name", name=f"{file.name}: {path}")
    return tuple(accepted_name(part) for part in path.parts if part not in ("", "."))


def _member_name(member: zipfile.ZipInfo) -> str:
    """Return a member's name; Chinese Windows writes GBK and does not say so."""
    if member.flag_bits & UTF8_NAME:
        return member.filename
    try:
        raw = member.filename.encode("cp437")
    except UnicodeEncodeError:
        return member.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return member.filename
