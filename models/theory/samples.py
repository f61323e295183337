"""Draws kernels as an initializer would: the same distribution as Keras, not the same numbers."""

from __future__ import annotations

from typing import Final

import numpy as np

from models.specs.initializers import InitializerBase
from models.theory.curve import Floats
from models.theory.initializers import CUT, CUT_STD, law

ROUNDS: Final = 64  # each redraws one value in 22; 64 leave none of 10^84


def sample(initializer: InitializerBase, fan_in: int, fan_out: int, seed: int) -> Floats:
    """A kernel (fan_in, fan_out); the same for the same seed.

    Example:
        >>> from models.specs.initializers import Orthogonal
        >>> kernel = sample(Orthogonal(gain=2.0), fan_in=5, fan_out=3, seed=1)
        >>> bool(np.allclose(kernel.T @ kernel, 4 * np.eye(3)))
        True
    """
    rng = np.random.default_rng(seed)
    shape = (fan_in, fan_out)
    drawn = law(initializer, fan_in, fan_out)
    match drawn.distribution:
        case "constant":
            return np.full(shape, drawn.mean)
        case "uniform":
            return rng.uniform(drawn.low, drawn.high, shape)
        case "normal":
            return rng.normal(drawn.mean, drawn.std, shape)
        case "truncated_normal":
            return drawn.mean + drawn.std / CUT_STD * _cut_normal(rng, shape)
        case "identity":
            return np.eye(fan_in, fan_out) * (drawn.high + drawn.low)
        case "orthogonal":
            return _orthogonal(rng, fan_in, fan_out) * drawn.high


def _cut_normal(rng: np.random.Generator, shape: tuple[int, int]) -> Floats:
    """Standard normal values; those beyond the cut are drawn again."""
    values = rng.standard_normal(shape)
    for _ in range(ROUNDS):
        outside = np.abs(values) > CUT
        if not outside.any():
            break
        values[outside] = rng.standard_normal(int(outside.sum()))
    return values


def _orthogonal(rng: np.random.Generator, fan_in: int, fan_out: int) -> Floats:
    """Orthonormal columns (rows, where there are more columns), uniform over such matrices (Saxe et al. 2014)."""
    tall = rng.standard_normal((max(fan_in, fan_out), min(fan_in, fan_out)))
    q, r = np.linalg.qr(tall)
    q *= np.sign(np.diag(r))
    return q if fan_in >= fan_out else q.T
