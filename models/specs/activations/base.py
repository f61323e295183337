"""Defines the base class of activation specs."""

from __future__ import annotations

from models.specs.spec import Component


class ActivationBase(Component):
    """A function of each unit's input, or of a whole row."""
