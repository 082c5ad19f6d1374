"""Every example in a docstring gives what it says.

Run by the modules' own names: pytest's ``--doctest-modules`` would import the folders at the root
as packages of their own, in which relative imports lead nowhere.
"""

import doctest
import importlib
import io
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
WITH_EXAMPLES = sorted(
    ".".join(("weizhan", *file.relative_to(ROOT).with_suffix("").parts))
    for floor in ("geo", "coverage", "maps", "cli", "data")
    for file in (ROOT / floor).rglob("*.py")
    if ">>> " in file.read_text(encoding="utf-8")
)


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_examples_give_what_they_say(name):
    module = importlib.import_module(name.removesuffix(".__init__"))
    said = io.StringIO()
    runner = doctest.DocTestRunner()
    for example in doctest.DocTestFinder(exclude_empty=True).find(module):
        runner.run(example, out=said.write)
    assert runner.failures == 0, said.getvalue()
    assert runner.tries > 0
