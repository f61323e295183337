"""Makes an optimizer's hyperparameters inputs of the compiled program.

Keras's optimizers hold their momentum, decay rates and clip thresholds as Python numbers, which tracing would write
into the program as constants. While it is traced, each of them is a :class:`Tunable` instead: Python's questions
(is it zero?) are answered by the number at hand, arithmetic becomes arithmetic on an input.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from models.specs.optimizers import OptimizerBase

# Not numbers of the step: the rate is a variable already, the accumulator's start is a state, a frequency is a shape.
FIXED = frozenset({"learning_rate", "initial_accumulator_value", "ema_overwrite_frequency"})


class Tunable:
    """A hyperparameter: a known number to the code that is traced, an input to the program that comes of it.

    Arithmetic with Python numbers stays in float64 and is rounded to float32 where it meets a tensor, as it is for a
    constant: ``1 - 0.999`` would otherwise lose four of its seven digits.

    Args:
        number: its value in the job that is traced.
        tensor: the scalar float64 input.
    """

    def __init__(self, number: float, tensor: Any) -> None:
        self.number = number
        self.tensor = tensor

    def __tf_tensor__(self, dtype: Any = None, name: str | None = None) -> Any:
        del name
        return tf.cast(self.tensor, dtype or tf.float32)

    def __bool__(self) -> bool:
        return bool(self.number)

    def __eq__(self, other: object) -> bool:
        return self.number == other

    def __hash__(self) -> int:
        return id(self)

    def __gt__(self, other: float) -> bool:
        return self.number > other

    def __neg__(self) -> Tunable:
        return Tunable(-self.number, -self.tensor)

    def __rsub__(self, other: Any) -> Any:
        if isinstance(other, int | float):
            return Tunable(other - self.number, tf.constant(other, tf.float64) - self.tensor)
        return other - tf.convert_to_tensor(self)

    def __rtruediv__(self, other: Any) -> Any:
        if isinstance(other, int | float):
            return Tunable(other / self.number if self.number else 0.0, tf.constant(other, tf.float64) / self.tensor)
        return other / tf.convert_to_tensor(self)

    def __mul__(self, other: Any) -> Any:
        return tf.convert_to_tensor(self) * tf.convert_to_tensor(other)

    def __rmul__(self, other: Any) -> Any:
        return tf.convert_to_tensor(other) * tf.convert_to_tensor(self)

    def __radd__(self, other: Any) -> Any:
        return tf.convert_to_tensor(other) + tf.convert_to_tensor(self)


def names(optimizer: OptimizerBase) -> list[str]:
    """The numbers of ``optimizer`` that a program takes as inputs."""
    fields = type(optimizer).model_fields
    return [name for name in fields if name not in FIXED and type(getattr(optimizer, name)) in {float, int}]


def values(optimizer: OptimizerBase) -> NDArray[np.float64]:
    """(T,) those numbers."""
    return np.asarray([getattr(optimizer, name) for name in names(optimizer)], np.float64)


def pattern(optimizer: OptimizerBase) -> list[str]:
    """What tracing asks of those numbers: equal for two optimizers that one program can serve."""
    return [f"{name}{'' if getattr(optimizer, name) else '=0'}" for name in names(optimizer)]


@contextmanager
def tuned(spec: OptimizerBase, inputs: Any, optimizers: Sequence[Any]) -> Iterator[None]:
    """Have Keras's optimizers compute with inputs within the block.

    Args:
        spec: what they were made from.
        inputs: (T,) float64, in the order of :func:`names`.
        optimizers: those whose numbers are replaced.
    """
    chosen = {
        name: Tunable(float(getattr(spec, name)), tensor)
        for name, tensor in zip(names(spec), tf.unstack(inputs), strict=True)
    }
    before = [(optimizer, name, getattr(optimizer, name)) for optimizer in optimizers for name in chosen]
    try:
        for optimizer, name, number in before:
            if number is not None:
                setattr(optimizer, name, chosen[name])
        yield
    finally:
        for optimizer, name, number in before:
            setattr(optimizer, name, number)
