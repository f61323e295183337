"""Generates the service's own data sets; scikit-learn has the others.

Each takes exactly the fields of its spec and returns features (N, D) float64 and labels (N,). The
catalog, which the API serves, names these functions by their path: the file stays where it is. A job's script shows
their text.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Table = tuple[NDArray[np.float64], NDArray[Any]]


def two_spirals(n_samples: int, noise: float, random_state: int | None) -> Table:
    """Two interleaved spirals of 780 degrees, ``n_samples`` points each, class 0 first.

    With n = √U · 780 · 2π/360 the points of class 0 are (-n cos n + U·noise, n sin n + U·noise), U uniform on
    [0, 1); class 1 is their mirror through the origin. The draws come in the order n, x noise, y noise.
    """
    random = np.random.RandomState(random_state)
    angle = np.sqrt(random.rand(n_samples, 1)) * 780 * (2 * np.pi) / 360
    x = -np.cos(angle) * angle + random.rand(n_samples, 1) * noise
    y = np.sin(angle) * angle + random.rand(n_samples, 1) * noise
    spiral = np.hstack([x, y])
    return np.vstack([spiral, -spiral]), np.repeat([0, 1], n_samples)


def xor(n_samples: int, noise: float, random_state: int | None) -> Table:
    """Points uniform on [-1, 1]², class 1 where exactly one coordinate is positive; then normal noise on the points."""
    random = np.random.RandomState(random_state)
    points = random.uniform(-1.0, 1.0, (n_samples, 2))
    labels = np.logical_xor(points[:, 0] > 0, points[:, 1] > 0).astype(np.int64)
    return points + noise * random.standard_normal(points.shape), labels


def linear(
    n_samples: int,
    n_features: int,
    coef: Sequence[float] | None,
    bias: float,
    noise: float,
    random_state: int | None,
) -> Table:
    """Targets X·coef + bias + noise·e with X uniform on [-1, 1] and e standard normal; ``coef`` None is all ones."""
    random = np.random.RandomState(random_state)
    features = random.uniform(-1.0, 1.0, (n_samples, n_features))
    errors = random.standard_normal(n_samples)
    slopes = np.ones(n_features) if coef is None else np.asarray(coef, np.float64)
    return features, features @ slopes + bias + noise * errors


def inline(features: Sequence[Sequence[float]], targets: Sequence[Any]) -> Table:
    """The rows and targets as they stand in the spec; names and truth values stay what they are."""
    kind = object if isinstance(targets[0], str | bool) else np.float64
    return np.asarray(features, np.float64), np.asarray(targets, kind)
