"""Encodes labels as the loss needs them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.specs.encoding import encoding
from models.specs.geometry import DataShape, job_shape
from models.specs.job import TrainingJobSpec


@dataclass(frozen=True)
class Targets:
    """The targets of all N rows.

    Attributes:
        shape: what the data are: task, classes.
        labels: (N,) class index, or (N, K) values for regression, float64.
        encoded: what the loss compares the network's output with: (N, 1) or (N, K) float32.
    """

    shape: DataShape
    labels: NDArray[np.float64]
    encoded: NDArray[np.float32]

    @property
    def classes(self) -> list[Any] | None:
        """The C original labels in the order of their numbers, None for regression."""
        return None if self.shape.classes is None else list(self.shape.classes)

    @classmethod
    def encode(cls, raw: NDArray[Any], spec: TrainingJobSpec) -> Targets:
        """Encode the labels (N,) or (N, K) of all rows for the loss and the output width of ``spec``."""
        shape = job_shape(spec)
        if shape.classes is None:
            values = np.asarray(raw, np.float64).reshape(len(raw), -1)
            return cls(shape, values, values.astype(np.float32))
        if raw.ndim == 2:
            index = raw.argmax(axis=1)
        else:
            numbers = {label: number for number, label in enumerate(shape.classes)}
            index = np.asarray([numbers[label] for label in raw.tolist()], np.int64)
        if encoding(spec) == "one_hot":
            encoded = np.eye(len(shape.classes), dtype=np.float32)[index]
        else:
            encoded = index.astype(np.float32)[:, None]
        return cls(shape, index.astype(np.float64), encoded)
