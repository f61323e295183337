"""Reads a preflight as many random starts of one network, measured before and after the warm-up."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from models.diagnoses.design import Design
from models.events import Preflighted, Snapshot

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
# Quantities that a network without any trouble has; the others are NaN where they were not measured.
FORWARD = ("activation_mean", "activation_std", "signal_std", "preactivation_max")
BACKWARD = ("gradient_norm", "delta_rms")


@dataclass(frozen=True)
class Moment:
    """K networks at one moment.

    Attributes:
        design: what they are.
        snapshot: what was measured.
    """

    design: Design
    snapshot: Snapshot

    def layers(self, quantity: str) -> Floats:
        """(K, L) a quantity of every layer with a kernel."""
        values: Floats = self.snapshot.quantities[quantity].numpy().astype(np.float64)
        return values

    def hidden(self, quantity: str) -> Floats:
        """(K, H) a quantity of every hidden layer."""
        return self.layers(quantity)[:, : len(self.design.hidden)]

    def overall(self, quantity: str) -> Floats:
        """(K,) a quantity of the whole network."""
        values: Floats = self.snapshot.overall[quantity].numpy().astype(np.float64)
        return values

    @cached_property
    def finite(self) -> Flags:
        """(K,) whether every number of a network is finite."""
        parts = [np.isfinite(self.layers(name)).all(axis=1) for name in (*FORWARD, *BACKWARD)]
        return np.asarray(np.logical_and.reduce([*parts, np.isfinite(self.overall("loss"))]), np.bool_)

    @cached_property
    def blocked(self) -> Flags:
        """(K, H) which hidden layers are dead as a whole, with no skip around them."""
        around = np.asarray([block.residual for block in self.design.hidden], np.bool_)
        return np.asarray((self.hidden("dead_fraction") == 1.0) & ~around, np.bool_)

    @cached_property
    def forward(self) -> Floats:
        """(K,) A_f = log10(s_H / s_1); up to the last layer before a dead one, which alone would end all signal."""
        signal = self.hidden("signal_std")
        return np.asarray(
            [_decades(row[end], row[0]) if end > 0 else 0.0 for row, end in zip(signal, self.ends, strict=True)]
        )

    @cached_property
    def backward(self) -> Floats:
        """(K,) A_b = log10(d_1 / d_H); 0 where a dead layer, which alone would end all gradient, hides it."""
        deltas, dead = self.hidden("delta_rms"), some(self.blocked)
        return np.asarray(
            [
                0.0 if blocked or len(row) < 2 else _decades(row[0], row[-1])
                for row, blocked in zip(deltas, dead, strict=True)
            ]
        )

    @cached_property
    def ends(self) -> list[int]:
        """(K,) the last hidden layer, from 0, before a dead one; -1 where there is none."""
        return [int(np.argmax(row)) - 1 if row.any() else len(row) - 1 for row in self.blocked]

    @property
    def worst(self) -> Floats:
        """(K,) the greater loss of the two directions."""
        return np.minimum(self.forward, self.backward)


@dataclass(frozen=True)
class Start:
    """A preflight: random starts of one network, measured before and after the warm-up.

    Attributes:
        design: what it is about.
        measured: what the engine said.
    """

    design: Design
    measured: Preflighted

    @cached_property
    def before(self) -> Moment:
        """The untrained networks."""
        return Moment(self.design, self.measured.before)

    @cached_property
    def after(self) -> Moment:
        """The same after the warm-up."""
        return Moment(self.design, self.measured.after)

    @property
    def draws(self) -> int:
        """K, how many networks were drawn."""
        return len(self.measured.seeds)

    def share(self, flags: Flags) -> float:
        """Of the draws."""
        return float(np.mean(flags))


def some(flags: Flags) -> Flags:
    """(K,) in which starts any of the layers (K, H) shows something."""
    return np.asarray(flags.any(axis=1), np.bool_)


def _decades(far: float, near: float) -> float:
    """log10 of what is left of ``near`` at the far end; 0 where nothing is there to be lost, or nothing is known."""
    if not (np.isfinite(far) and np.isfinite(near)) or near == 0:
        return 0.0
    return float(np.log10(far / near)) if far > 0 else -np.inf
