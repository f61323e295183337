"""Tells which version of Gradient Clinic this is."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed


def version() -> str:
    """The version of the installed package; 0 where the program is run from a folder and not installed."""
    try:
        return installed("gradient-clinic")
    except PackageNotFoundError:
        return "0"
