"""Writes parts of a spec as Python expressions: the calls that they are the typed form of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from models.specs.activations.base import ActivationBase
from models.specs.initializers import InitializerBase
from models.specs.spec import Component

Shared = Mapping[str, str]  # the JSON form of an initializer -> the variable that holds it


def call(component: Component, shared: Shared | None = None, **more: Any) -> str:
    """The call that makes a component; arguments that have their default are left out.

    Args:
        component: any member of any union, but an activation.
        shared: initializers that stand in variables.
        more: keyword arguments beside those of the spec.

    Example:
        >>> from models.specs.layers import Dense
        >>> call(Dense(units=5, activation={"type": "tanh"}))
        "keras.layers.Dense(units=5, activation='tanh')"
    """
    arguments = component.arguments()
    # Each initializer draws its seed when it is made: one that is left out would be made later than those written.
    drawing = any(isinstance(value, InitializerBase) and changed(component, name) for name, value in arguments.items())
    parts = [
        f"{name}={expression(value, shared)}"
        for name, value in arguments.items()
        if changed(component, name) or (isinstance(value, InitializerBase) and (drawing or shared is not None))
    ]
    parts += [f"{name}={value!r}" for name, value in more.items()]
    return f"{component.target}({', '.join(parts)})"


def changed(component: Component, name: str) -> bool:
    """Whether a field has another value than its default."""
    field = type(component).model_fields[name]
    return field.is_required() or bool(getattr(component, name) != field.default)


def expression(value: Any, shared: Shared | None = None) -> str:
    """A value of a field."""
    match value:
        case ActivationBase():
            return activation(value)
        case InitializerBase() if shared is not None:
            return shared[value.model_dump_json()]
        case Component():
            return call(value, shared)
        case _:
            return repr(value)


def activation(chosen: ActivationBase) -> str:
    """Keras's name of an activation, or a function where it has arguments.

    Example:
        >>> from models.specs.activations import LeakyRelu
        >>> activation(LeakyRelu(negative_slope=0.1))
        'lambda x: keras.activations.leaky_relu(x, negative_slope=0.1)'
    """
    given = [f"{name}={value!r}" for name, value in chosen.arguments().items() if changed(chosen, name)]
    name = chosen.target.rpartition(".")[2]
    return f"lambda x: {chosen.target}(x, {', '.join(given)})" if given else repr(name)
