"""Carries the state of Keras's metrics through a compiled loop."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import tensorflow as tf

State = list[Any]  # the tensors of all metrics' variables


class StatelessMetrics:
    """The metrics of a job, which compute with a state that they are given.

    Attributes:
        names: M column names.
        objects: Keras's objects, built; their own variables stay untouched.
    """

    def __init__(self, named: Sequence[tuple[str, Any]], y: Any, output: Any) -> None:
        self.names = [name for name, _ in named]
        self.objects = [metric for _, metric in named]
        for metric in self.objects:  # some make their variables when they first see rows
            metric.update_state(y, output)
            metric.reset_state()

    def zero(self) -> State:
        """The state in which nothing has been seen."""
        return [tf.zeros(variable.shape, variable.dtype) for metric in self.objects for variable in metric.variables]

    def update(self, state: State, y: Any, output: Any) -> State:
        """Account for some rows: targets (N, K) and outputs (N, K')."""
        after: State = []
        for metric, own in self._split(state):
            after += metric.stateless_update_state(own, y, output)
        return [tf.cast(new, old.dtype) for new, old in zip(after, state, strict=True)]

    def results(self, state: State) -> list[Any]:
        """M scalars; a metric with several values is their mean."""
        return [tf.reduce_mean(tf.cast(metric.stateless_result(own), tf.float32)) for metric, own in self._split(state)]

    def _split(self, state: State) -> list[tuple[Any, State]]:
        parts, at = [], 0
        for metric in self.objects:
            size = len(metric.variables)
            parts.append((metric, state[at : at + size]))
            at += size
        return parts
