"""Holds the systems of the course notebook as complete specs."""

from __future__ import annotations

from models.presets.catalog import presets
from models.presets.preset import Preset

__all__ = ["Preset", "presets"]
