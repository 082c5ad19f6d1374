"""Commands as their users type them."""

import sys

import pytest

from weizhan.cli.app import main


@pytest.fixture
def run(monkeypatch, capfd):
    """Run a command; return its exit code, standard output and standard error."""

    def call(*words):
        monkeypatch.setattr(sys, "argv", ["weizhan", *map(str, words)])
        code = 0
        try:
            main()
        except SystemExit as stop:
            code = stop.code or 0
        told = capfd.readouterr()
        return code, told.out, told.err

    return call
