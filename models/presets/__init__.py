"""The systems of the course notebook as whole specs: data, not code."""

from __future__ import annotations

from models.presets.catalog import presets
from models.presets.preset import Preset

__all__ = ["Preset", "presets"]
