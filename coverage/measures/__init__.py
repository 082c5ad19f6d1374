"""Measures of every kind under one budget: each a part of a plan file with a price."""

from .offered import offered_measures

__all__ = ["offered_measures"]
