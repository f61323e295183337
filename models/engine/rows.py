"""The rows of a job as tensors, and the order in which each epoch reads them."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from models.engine.dataset import Dataset
from models.specs.encoding import label_key
from models.specs.job import TrainingJobSpec

# Streams of random numbers that belong to a job's seed, apart from the weights, which are Keras's own.
SHUFFLE, PROBE = 1, 2


class Rows(NamedTuple):
    """The rows of one job as tensors.

    Attributes:
        x: (N, D) float32 training rows; y: (N, K) their encoded targets.
        weight: (N,) float32 sample weights, ones without class weights.
        test_x: (M, D) and test_y (M, K); M is 0 where nothing is validated.
        probe_x: (P, D) and probe_y (P, K): the rows on which gradients are measured.
    """

    x: Any
    y: Any
    weight: Any
    test_x: Any
    test_y: Any
    probe_x: Any
    probe_y: Any

    @property
    def shapes(self) -> list[list[int]]:
        """The shape of each."""
        return [list(tensor.shape) for tensor in self]


def choose_probe(spec: TrainingJobSpec, train_rows: int) -> list[int]:
    """The training rows, by position, on which gradients are measured: fixed for a job."""
    size = min(spec.diagnostics.probe_size, train_rows)
    chosen = np.random.default_rng([spec.seed, PROBE]).choice(train_rows, size, replace=False)
    return sorted(int(row) for row in chosen)


def permutations(spec: TrainingJobSpec, rows: int, first: int, count: int) -> NDArray[np.int32]:
    """The order (E, N) of the training rows in ``count`` epochs from epoch ``first`` on.

    Each epoch has a random stream of its own: the order does not depend on how epochs are cut into chunks.
    """
    if not spec.training.shuffle:
        return np.tile(np.arange(rows, dtype=np.int32), (count, 1))
    orders = [
        np.random.default_rng([spec.seed, SHUFFLE, epoch]).permutation(rows) for epoch in range(first, first + count)
    ]
    return np.stack(orders).astype(np.int32)


def tensors(spec: TrainingJobSpec, dataset: Dataset, probe_rows: list[int]) -> Rows:
    """The rows of ``dataset`` as the compiled program takes them."""
    train = dataset.train_rows
    validated = spec.training.validation is not None
    x, y = dataset.scaled[:train], dataset.targets.encoded[:train]
    weight = np.ones(train, np.float32)
    if spec.training.class_weight is not None:
        classes = dataset.targets.classes or []
        by_index = np.asarray([spec.training.class_weight.get(label_key(label), 1.0) for label in classes], np.float32)
        weight = by_index[dataset.targets.labels[:train].astype(np.int64)]
    test = slice(train, None) if validated else slice(0, 0)
    probe = np.asarray(probe_rows)
    arrays = (x, y, weight, dataset.scaled[test], dataset.targets.encoded[test], x[probe], y[probe])
    return Rows(*(tf.constant(array) for array in arrays))
