"""Gives the distribution from which each initializer draws the weights of a kernel."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal

from models.specs import initializers as specs

FanMode = Literal["fan_in", "fan_out", "fan_avg"]
Distribution = Literal["constant", "normal", "truncated_normal", "uniform", "orthogonal", "identity"]

CUT: Final = 2.0  # Keras cuts its truncated normal at two standard deviations
# The standard deviation of a standard normal cut there; variance_scaling divides by it, truncated_normal does not.
_CUT_DENSITY: Final = math.exp(-(CUT**2) / 2) / math.sqrt(2 * math.pi)
CUT_STD: Final = math.sqrt(1 - 2 * CUT * _CUT_DENSITY / math.erf(CUT / math.sqrt(2)))

SCALINGS: Final[dict[type[specs.InitializerBase], specs.VarianceScaling]] = {
    specs.GlorotUniform: specs.VarianceScaling(scale=1.0, mode="fan_avg", distribution="uniform"),
    specs.GlorotNormal: specs.VarianceScaling(scale=1.0, mode="fan_avg", distribution="truncated_normal"),
    specs.HeUniform: specs.VarianceScaling(scale=2.0, mode="fan_in", distribution="uniform"),
    specs.HeNormal: specs.VarianceScaling(scale=2.0, mode="fan_in", distribution="truncated_normal"),
    specs.LecunUniform: specs.VarianceScaling(scale=1.0, mode="fan_in", distribution="uniform"),
    specs.LecunNormal: specs.VarianceScaling(scale=1.0, mode="fan_in", distribution="truncated_normal"),
}


@dataclass(frozen=True)
class Law:
    """The distribution of the entries of a kernel (fan_in, fan_out).

    Attributes:
        distribution: its form; the entries of an orthogonal matrix and of the identity are not independent.
        mean: the expected value of an entry.
        std: its standard deviation, after any truncation.
        low: the least possible value.
        high: the greatest possible value.
        fan_mode: which fan the variance divides by; None for a width that does not follow the layer's size.
    """

    distribution: Distribution
    mean: float
    std: float
    low: float
    high: float
    fan_mode: FanMode | None = None

    @property
    def variance(self) -> float:
        """σ²."""
        return self.std**2

    @property
    def symmetric(self) -> bool:
        """Whether all units of the layer start alike, and so stay alike."""
        return self.std == 0.0


def law(initializer: specs.InitializerBase, fan_in: int, fan_out: int) -> Law:
    """The law of a kernel's entries.

    Example:
        >>> round(law(specs.HeUniform(), fan_in=6, fan_out=100).high, 12)
        1.0
    """
    match SCALINGS.get(type(initializer), initializer):
        case specs.VarianceScaling() as scaling:
            found = _scaled(scaling, fan_in, fan_out)
        case specs.RandomNormal(mean=mean, stddev=stddev):
            found = Law("normal", mean, stddev, -math.inf, math.inf)
        case specs.TruncatedNormal(mean=mean, stddev=stddev):
            found = Law("truncated_normal", mean, CUT_STD * stddev, mean - CUT * stddev, mean + CUT * stddev)
        case specs.RandomUniform(minval=low, maxval=high):
            found = Law("uniform", (low + high) / 2, (high - low) / math.sqrt(12), low, high)
        case specs.Orthogonal(gain=gain):
            found = Law("orthogonal", 0.0, abs(gain) / math.sqrt(max(fan_in, fan_out)), -abs(gain), abs(gain))
        case specs.Identity(gain=gain):
            share = 1 / max(fan_in, fan_out)
            std = abs(gain) * math.sqrt(share - share**2)
            found = Law("identity", gain * share, std, min(0.0, gain), max(0.0, gain))
        case specs.Constant(value=value):
            found = Law("constant", value, 0.0, value, value)
        case specs.Ones():
            found = Law("constant", 1.0, 0.0, 1.0, 1.0)
        case specs.Zeros():
            found = Law("constant", 0.0, 0.0, 0.0, 0.0)
        case unknown:
            raise TypeError(f"no law for the initializer {unknown.type_name()}")
    return found


def _scaled(scaling: specs.VarianceScaling, fan_in: int, fan_out: int) -> Law:
    """Var(w) = scale / n, n the fan that the mode names (Glorot & Bengio 2010; He et al. 2015, eq. 10)."""
    n = {"fan_in": float(fan_in), "fan_out": float(fan_out), "fan_avg": (fan_in + fan_out) / 2}[scaling.mode]
    std = math.sqrt(scaling.scale / max(1.0, n))
    match scaling.distribution:
        case "uniform":
            limit = math.sqrt(3) * std
            return Law("uniform", 0.0, std, -limit, limit, scaling.mode)
        case "truncated_normal":
            limit = CUT * std / CUT_STD
            return Law("truncated_normal", 0.0, std, -limit, limit, scaling.mode)
        case "untruncated_normal":
            return Law("normal", 0.0, std, -math.inf, math.inf, scaling.mode)
