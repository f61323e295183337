"""Measures signal and gradient across the layers of random starts, beside what theory expects."""

from __future__ import annotations

import math

import numpy as np

from models.diagnoses.initialization.start import Floats, Moment, Start
from models.diagnoses.report import Attenuation, Direction, Slope
from models.diagnoses.specification.attenuation import profile

LARGEST = 700.0  # the exponent of which a float holds the power


def attenuation(start: Start) -> Attenuation:
    """Both directions of a preflight."""
    theory = profile(start.design)
    before, after = start.before, start.after
    expected = (None, None) if theory is None else (theory.forward, theory.backward[::-1])
    return Attenuation(
        forward=_direction(
            _known(before, before.forward), _known(after, after.forward), _logs(before, "signal_std"), expected[0]
        ),
        backward=_direction(
            _known(before, before.backward),
            _known(after, after.backward),
            _logs(before, "delta_rms")[:, ::-1],
            expected[1],
        ),
    )


def _known(moment: Moment, decades: Floats) -> Floats:
    """(K,) the decades; NaN in a network whose numbers are not finite."""
    return np.where(moment.finite, decades, np.nan)


def _median(values: Floats) -> float | None:
    """The median of what is known."""
    known = values[~np.isnan(values)]
    return float(np.median(known)) if len(known) else None


def _logs(moment: Moment, quantity: str) -> Floats:
    """(K, H) ln of a quantity of the hidden layers."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log(moment.hidden(quantity))


def _direction(decades: Floats, later: Floats, way: Floats, theory: list[float] | None) -> Direction:
    """One direction.

    Args:
        decades: (K,) by start, before the first step; later: after the warm-up.
        way: (K, H) ln of what passes, at each hidden layer that it comes to.
        theory: (H,) decades that theory expects there.
    """
    lines = [line for row in way if (line := fitted(row)) is not None]
    middle = np.median(way, axis=0) if way.shape[1] else np.zeros(0)
    with np.errstate(invalid="ignore"):
        relative = (middle - middle[:1]) / math.log(10)
    along = None if theory is None else fitted(np.asarray(theory) * math.log(10))
    return Direction(
        decades=decades.tolist(),
        median=_median(decades),
        after_warm_up=_median(later),
        expected=None if theory is None else theory[-1],
        layers=relative.tolist(),
        expected_layers=theory,
        slope=Slope(
            factor=float(np.exp(np.median([b for b, _ in lines]))) if lines else None,
            r_squared=float(np.median([r for _, r in lines])) if lines else None,
            expected_factor=None if along is None else float(np.exp(min(along[0], LARGEST))),
        ),
    )


def fitted(values: Floats) -> tuple[float, float] | None:
    """The slope of the least-squares line through values at 0, 1, 2, …, and its R²; None where there is none.

    Example:
        >>> fitted(np.array([1.0, 3.0, 5.0]))
        (2.0, 1.0)
    """
    if len(values) < 2 or not np.isfinite(values).all():
        return None
    place = np.arange(len(values)) - (len(values) - 1) / 2
    centred = values - values.mean()
    slope = float(place @ centred / (place @ place))
    total = float(centred @ centred)
    return slope, 1.0 if total == 0 else float(1 - np.square(centred - slope * place).sum() / total)
