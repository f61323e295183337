"""Builds the Keras or scikit-learn object that a spec names."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

from models.engine.activation import Configured
from models.specs.activations.base import ActivationBase
from models.specs.spec import Component


def resolve(target: str) -> Any:
    """What a dotted path names, e.g. ``keras.layers.Dense``."""
    module, _, name = target.rpartition(".")
    return getattr(importlib.import_module(module), name)


def instantiate(component: Component, shared: Mapping[str, Any] | None = None, **more: Any) -> Any:
    """Build what ``component`` names: a Keras object, a scikit-learn scaler or the answer of a data recipe.

    Args:
        component: any member of any union of :mod:`models.specs`.
        shared: components already made, by their JSON form; one found here is used again instead of made anew
            (the same initializer object for several layers).
        more: keyword arguments over those of the spec, such as a name.

    Returns:
        The object; for an activation, a function of a tensor.

    Example:
        >>> from models.specs.optimizers import Sgd
        >>> float(instantiate(Sgd(learning_rate=0.5)).learning_rate)
        0.5
    """
    if shared is not None and (known := shared.get(component.model_dump_json())) is not None:
        return known
    call = resolve(component.target)
    arguments = {
        name: instantiate(value, shared) if isinstance(value, Component) else value
        for name, value in component.arguments().items()
    }
    if isinstance(component, ActivationBase):
        return Configured.of(call, arguments)
    return call(**arguments, **more)
