"""Kernels wait for their first call, and are compiled to what they declare and nothing else."""

import ast
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from weizhan.coverage.compiled import njit


@njit("i8(i4[::1])", nogil=True)
def added(values):
    total = 0
    for value in values:
        total += value
    return total


@njit("i8(i4[::1], i8)")
def added_to(values, start):
    return added(values) + start


def test_a_kernel_is_compiled_when_it_or_one_that_calls_it_is_called():
    assert added.signatures == added_to.signatures == []
    assert added_to(np.arange(4, dtype=np.int32), 1) == 7
    assert len(added.signatures) == len(added_to.signatures) == 1
    assert added(np.arange(5, dtype=np.int32)) == 10


def test_another_kind_of_array_is_refused_before_and_after():
    @njit("i8(i4[::1])")
    def first(values):
        return values[0]

    for _ in range(2):
        with pytest.raises(TypeError, match="No matching definition"):
            first(np.arange(4.0))
    assert first(np.full(1, 3, np.int32)) == 3 and len(first.signatures) == 1


def test_threads_that_call_first_at_once_compile_once():
    @njit("i8(i8)", nogil=True)
    def next_one(number):
        return number + 1

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(next_one, range(40))) == list(range(1, 41))
    assert len(next_one.signatures) == 1


def test_no_kernel_assigns_an_array_to_a_slice_which_compiles_texts_of_errors():
    """Numba then compiles how numbers are written and texts joined: seconds for each kernel."""
    slow = []
    for file in sorted(Path(__file__).parents[2].joinpath("coverage").rglob("*.py")):
        for kernel in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(kernel, ast.FunctionDef) and "njit" in map(
                _called, kernel.decorator_list
            ):
                for step in ast.walk(kernel):
                    if isinstance(step, ast.Assign) and not isinstance(step.value, ast.Constant):
                        slow += [
                            f"{file.name}:{step.lineno}"
                            for target in step.targets
                            if isinstance(target, ast.Subscript)
                            and isinstance(target.slice, ast.Slice)
                        ]
    assert not slow


def _called(decorator):
    return getattr(getattr(decorator, "func", None), "id", None)
