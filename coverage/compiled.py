"""The one door to numba: kernels are compiled to their signature when somebody first calls them.

Numba compiles what has a signature when it is imported, so that a command waited for kernels that
it never calls; without one it would compile again for every kind of array that comes along.
"""

from __future__ import annotations

import os
import platform
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

# Numba looks for coverage.py and would find our folder of that name.
_hide = sys.modules.setdefault("coverage", None) is None  # type: ignore[arg-type]
import numba  # noqa: E402
from numba.core.compiler_lock import global_compiler_lock  # noqa: E402

if _hide:
    del sys.modules["coverage"]


def _kept_in() -> str | None:
    """Return where compiled kernels are kept: "" is beside the program, None is nowhere.

    Numba ends where neither the program's folder nor a home can be written to. And what is kept
    is run, so it is kept only where nobody else may have put it.
    """
    try:
        tempfile.TemporaryFile(dir=Path(__file__).parent).close()
        return ""
    except OSError:
        pass
    name = f"weizhan-kernels-{version('weizhan')}-{platform.python_version()}"
    caches = [
        os.environ[told] for told in ("LOCALAPPDATA", "XDG_CACHE_HOME") if os.environ.get(told)
    ]
    with suppress(RuntimeError):  # no home is set, and the system knows no user of this number
        caches.append(str(Path.home() / ".cache"))
    folders = [Path(cache, name) for cache in caches]
    user = f"-{os.getuid()}" if hasattr(os, "getuid") else ""
    with suppress(OSError):
        folders.append(Path(tempfile.gettempdir(), name + user))
    return next((str(folder) for folder in folders if _is_ours(folder)), None)


def _is_ours(folder: Path) -> bool:
    """Return whether a folder, which is made if need be, is of this user and can be written to."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        owner = folder.lstat().st_uid  # not of what a link of somebody else's leads to
        if folder.is_symlink() or (hasattr(os, "getuid") and owner != os.getuid()):
            return False
        tempfile.TemporaryFile(dir=folder).close()
    except OSError:
        return False
    return True


_settings: Any = numba.config  # its names are made as it is loaded
_folder = _settings.CACHE_DIR or _kept_in()
_settings.CACHE_DIR = _folder or ""


def njit(signature: str, **options: Any) -> Callable[[Callable[..., Any]], Any]:
    """Return a decorator that compiles a function to one signature at its first call.

    Parameters
    ----------
    signature
        As `numba.njit` has it; no other is ever compiled.
    **options
        Of `numba.njit`.

    Examples
    --------
    >>> @njit("i8(i8)")
    ... def twice(number):
    ...     return 2 * number
    >>> twice.signatures, twice(3), twice.signatures
    ([], 6, [(int64,)])
    """
    if _folder is None:
        options["cache"] = False
    options["no_cfunc_wrapper"] = True  # nobody calls a kernel by its address

    def declared(function: Callable[..., Any]) -> Any:
        kernel: Any = numba.njit(**options)(function)
        template = kernel.get_call_template

        def ready() -> None:
            with global_compiler_lock:  # several threads may call first
                if not kernel.signatures:
                    try:
                        kernel.compile(signature)
                    except (OSError, RuntimeError):  # of a full disk, say: compiled, but not kept
                        if not kernel.signatures:
                            raise
                    kernel.disable_compile()

        def from_python(*args: Any, **kwargs: Any) -> Any:
            ready()
            return kernel

        def from_kernel(args: Any, kwargs: Any) -> Any:
            ready()
            return template(args, kwargs)

        # Numba asks these two where no compiled version fits.
        kernel._compile_for_args, kernel.get_call_template = from_python, from_kernel
        return kernel

    return declared
