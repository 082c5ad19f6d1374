"""The one door to numba: kernels are compiled to their signature when somebody first calls them.

Numba compiles what has a signature when it is imported, so that a command waited for kernels that
it never calls; without one it would compile again for every kind of array that comes along.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

# Numba looks for coverage.py and would find our folder of that name.
_hide = sys.modules.setdefault("coverage", None) is None  # type: ignore[arg-type]
import numba  # noqa: E402
from numba.core.compiler_lock import global_compiler_lock  # noqa: E402

if _hide:
    del sys.modules["coverage"]


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

    def declared(function: Callable[..., Any]) -> Any:
        kernel: Any = numba.njit(**options)(function)
        template = kernel.get_call_template

        def ready() -> None:
            with global_compiler_lock:  # several threads may call first
                if not kernel.signatures:
                    kernel.compile(signature)
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
