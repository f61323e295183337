"""Computes how a wide random network scales its signal and its gradient, layer by layer.

Pre-activations of a wide layer are nearly normal, so that a layer is known by the variance q of its pre-activation.
With weights of variance σ_w²/n the signal's is mapped forward by q ← σ_w² E[φ(√q z)²] and the squared gradient
backward by χ₁ = σ_w² E[φ'(√q z)²], z standard normal.

References:
    Poole et al. 2016, arXiv 1606.05340, eq. 3. Schoenholz et al. 2017, arXiv 1611.01232, eq. 5 and 8.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from models.specs.activations import ActivationBase
from models.theory.activations import curve
from models.theory.gaussian import expectation

ITERATIONS: Final = 2000
TOLERANCE: Final = 1e-12
DIVERGED: Final = 1e12
VANISHED: Final = 1e-12


@dataclass(frozen=True)
class Factors:
    """The factors by which one layer scales signal and gradient.

    Attributes:
        second_moment: E[φ(√q z)²].
        slope_moment: E[φ'(√q z)²].
        chi: χ₁ = σ_w² E[φ'(√q z)²], the factor of the squared gradient.
    """

    second_moment: float
    slope_moment: float
    chi: float

    @property
    def gradient_factor(self) -> float:
        """√χ₁, by which a layer multiplies the norm of the gradient."""
        return math.sqrt(self.chi)

    def layers_until(self, ratio: float = 100.0) -> float:
        """Layers after which the gradient has grown or shrunk by ``ratio``; infinite where it keeps its size.

        A layer that passes nothing, or everything without bound, has done so after none.
        """
        decay = abs(math.log(self.chi)) / 2 if 0 < self.chi < math.inf else math.inf
        if decay == math.inf:
            return 0.0
        return math.log(ratio) / decay if decay > 0 else math.inf


def factors(activation: ActivationBase, q: float, weight_variance: float) -> Factors:
    """The factors of a layer.

    Args:
        activation: φ.
        q: the variance of the pre-activation.
        weight_variance: σ_w², the width times the variance of a weight: 2 after He, 1 after LeCun, and 1 after Glorot
            between layers of one width.

    Example:
        >>> from models.specs.activations import Relu
        >>> round(factors(Relu(), q=1.0, weight_variance=2.0).chi, 3)
        1.0
    """
    phi = curve(activation)
    slope_moment = expectation(lambda x: np.square(phi.slope(x)), q)
    return Factors(expectation(lambda x: np.square(phi.value(x)), q), slope_moment, weight_variance * slope_moment)


def fixed_point(activation: ActivationBase, weight_variance: float, start: float = 1.0) -> float:
    """The variance q* at which the pre-activations settle.

    Infinite where it grows without end, tiny where the signal dies.

    Example:
        >>> from models.specs.activations import Selu
        >>> round(fixed_point(Selu(), weight_variance=1.0), 3)
        1.0
    """
    phi = curve(activation)
    q = start
    for _ in range(ITERATIONS):
        following = weight_variance * expectation(lambda x: np.square(phi.value(x)), q)
        if not following < DIVERGED:
            return math.inf
        if following < VANISHED or abs(following - q) <= TOLERANCE * q:
            return following
        q = following
    return q
