"""Binds arguments to an activation function in a form that Keras can save.

Saved models name this module, and are loaded by that name: the file stays where it is.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import keras


@keras.saving.register_keras_serializable(package="gradient_clinic")
class Configured:
    """An activation of Keras with its arguments bound.

    Keras serialises an activation by its name alone, which loses its arguments; an object with a config keeps them.

    Attributes:
        function: name of a function in ``keras.activations``.
        arguments: its keyword arguments.
    """

    def __init__(self, function: str, arguments: dict[str, Any]) -> None:
        self.function = function
        self.arguments = arguments
        self.call = getattr(keras.activations, function)

    @staticmethod
    def of(function: Callable[..., Any], arguments: dict[str, Any]) -> Any:
        """``function`` itself where every argument is its default, else the bound form."""
        parameters = inspect.signature(function).parameters
        changed = {name: value for name, value in arguments.items() if parameters[name].default != value}
        return Configured(function.__name__, changed) if changed else function

    def __call__(self, x: Any) -> Any:
        """φ(x), elementwise or by row, of the shape of x."""
        return self.call(x, **self.arguments)

    def get_config(self) -> dict[str, Any]:
        """What :meth:`from_config` needs."""
        return {"function": self.function, "arguments": self.arguments}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Configured:
        """The activation of a saved network."""
        return cls(**config)
