"""Selects a job's training, test and probe rows in the form that the compiled program reads."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from models.engine.data.dataset import Dataset
from models.specs.encoding import label_key
from models.specs.job import TrainingJobSpec

Floats = NDArray[np.float32]
PROBE = 2  # stream of random numbers that belongs to a job's seed; shuffles.py has the first
RESIDENT_BYTES = 128 * 2**20  # of training rows that the compiled program holds; more are fed in blocks


@dataclass(frozen=True)
class Rows:
    """The rows of one job.

    Attributes:
        x: (N, D) training rows; y: (N, K) their encoded targets.
        weight: (N,) sample weights, ones without class weights.
        test_x: (M, D) and test_y (M, K); M is 0 where nothing is validated.
        probe_x: (P, D) and probe_y (P, K): the rows on which gradients are measured.
    """

    x: Floats
    y: Floats
    weight: Floats
    test_x: Floats
    test_y: Floats
    probe_x: Floats
    probe_y: Floats

    @property
    def shapes(self) -> list[list[int]]:
        """The shape of each."""
        arrays = (self.x, self.y, self.test_x, self.probe_x)
        return [list(array.shape) for array in arrays]

    @property
    def large(self) -> bool:
        """Whether the training rows are too many to be held twice, as they are and in an epoch's order."""
        return 4 * (self.x.size + self.y.size + self.weight.size) > RESIDENT_BYTES

    def laid_out(self, order: NDArray[np.int32] | slice) -> Floats:
        """(R, D + K + 1) features, targets and weight of chosen training rows side by side: one row, one read."""
        return np.concatenate([self.x[order], self.y[order], self.weight[order, None]], axis=1)

    @cached_property
    def resident(self) -> tuple[Any, ...]:
        """All training rows laid out, and test rows, as tensors."""
        table = self.laid_out(slice(None))
        return tuple(tf.constant(array) for array in (table, self.test_x, self.test_y))


def choose_probe(spec: TrainingJobSpec, train_rows: int) -> list[int]:
    """The training rows, by position, on which gradients are measured: fixed for a job."""
    size = min(spec.diagnostics.probe_size, train_rows)
    chosen = np.random.default_rng([spec.seed, PROBE]).choice(train_rows, size, replace=False)
    return sorted(int(row) for row in chosen)


def select(spec: TrainingJobSpec, dataset: Dataset, probe_rows: list[int]) -> Rows:
    """The rows of ``dataset`` that the training of ``spec`` reads."""
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
    return Rows(x, y, weight, dataset.scaled[test], dataset.targets.encoded[test], x[probe], y[probe])
