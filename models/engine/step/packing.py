"""Packs trainable variables into few vectors, so that a step updates many of them at once.

A small network has dozens of tiny variables, and each would cost every step a kernel of its own for the gradient, the
momentum and the update: more time than the arithmetic takes, and most of the time of compiling. Optimizers compute
entry by entry, so a step on variables laid end to end is the same step, to the last bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from models.engine.step.segment_sums import segment_sums

LARGE = 2**15  # entries from which a variable stays alone: laying it beside others would copy it in every step


class Packing:
    """The trainable variables of a network, grouped.

    Attributes:
        variables: the V trainable variables of the network, which mirror the vectors after :meth:`scatter`.
        groups: the variables in each of the G vectors, by number; kernels before the others, which brings equal sizes
            together.
        vectors: G Keras variables; a group of one variable has that variable's shape, others are flat.
    """

    def __init__(self, variables: Sequence[Any]) -> None:
        self.variables = list(variables)
        self.groups: list[list[int]] = [[n] for n in range(len(self.variables)) if self.size(n) >= LARGE]
        small = [n for n in range(len(self.variables)) if self.size(n) < LARGE]
        if small:
            self.groups.append(sorted(small, key=lambda n: len(self.variables[n].shape) != 2))
        self.vectors = [
            keras.Variable(value, trainable=True, name=f"group_{number}")
            for number, value in enumerate(self.pack([tf.convert_to_tensor(v.value) for v in self.variables]))
        ]

    def pack(self, pieces: Sequence[Any]) -> list[Any]:
        """The G vectors of V tensors, each of the shape of its variable."""
        return [
            pieces[group[0]] if len(group) == 1 else tf.concat([tf.reshape(pieces[n], [-1]) for n in group], 0)
            for group in self.groups
        ]

    def unpack(self, vectors: Sequence[Any], states: int | None = None) -> list[Any]:
        """The V tensors that stand in G vectors.

        Args:
            vectors: of a state; or of R of them, each (R, ...).
            states: R, if they are of several.
        """
        lead = () if states is None else (states,)
        pieces: list[Any] = [None] * len(self.variables)
        for group, vector in zip(self.groups, vectors, strict=True):
            if len(group) == 1:
                pieces[group[0]] = vector
                continue
            for n, part in zip(group, tf.split(vector, list(map(self.size, group)), len(lead)), strict=True):
                shape = self.variables[n].shape
                pieces[n] = part if len(shape) == 1 else tf.reshape(part, (*lead, *shape))
        return pieces

    def arrays(self, vectors: Sequence[NDArray[Any]]) -> list[NDArray[Any]]:
        """What stands in G arrays of the vectors' shapes, or flat ones, as an array for each of the V variables."""
        arrays: list[Any] = [None] * len(self.variables)
        for group, vector in zip(self.groups, vectors, strict=True):
            ends = np.cumsum([self.size(n) for n in group])[:-1]
            for n, part in zip(group, np.split(vector.reshape(-1), ends), strict=True):
                arrays[n] = part.reshape(self.variables[n].shape)
        return arrays

    def values(self) -> list[Any]:
        """The G vectors as tensors."""
        return [tf.convert_to_tensor(vector.value) for vector in self.vectors]

    def mapping(self, pieces: Sequence[Any]) -> list[tuple[Any, Any]]:
        """Each variable with its tensor, for a ``keras.StatelessScope``."""
        return list(zip(self.variables, pieces, strict=True))

    def scatter(self) -> None:
        """Give the network's variables the values of the vectors."""
        for variable, piece in zip(self.variables, self.unpack(self.values()), strict=True):
            variable.assign(piece)

    def norms(self, vectors: Sequence[Any]) -> list[Any]:
        """For each entry of G vectors, the norm of its variable's part; a scalar where a vector is one variable."""
        found = []
        for group, vector in zip(self.groups, vectors, strict=True):
            if len(group) == 1:
                found.append(tf.sqrt(tf.reduce_sum(tf.square(vector))))
                continue
            sizes = list(map(self.size, group))
            each = tf.sqrt(segment_sums(tf.square(vector), sizes))
            found.append(tf.gather(each, np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)))
        return found

    def size(self, number: int) -> int:
        """The entries of a variable."""
        return int(np.prod(self.variables[number].shape))
