"""Run with ``python -m weizhan.cli``."""

from .app import main

main()
