"""Lists all presets by their id."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from models.presets import circles, iris, spirals
from models.presets.preset import Preset


def presets() -> Mapping[str, Preset]:
    """Every preset, in the order of the notebook."""
    return MappingProxyType({preset.id: preset for family in (circles, spirals, iris) for preset in family.PRESETS})
