"""Builds preflights by hand: the numbers of healthy starts, and changes of some of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from models.diagnoses.design import Design
from models.events import Array, Preflighted, Snapshot
from models.specs.check import parse

DRAWS = 20
LAYERS = {
    "gradient_norm": 0.1,
    "gradient_rms": 0.01,
    "delta_rms": 0.001,
    "weight_norm": 2.0,
    "activation_mean": 0.0,
    "activation_std": 0.5,
    "signal_std": 0.5,
    "saturated_fraction": 0.1,
    "dead_fraction": 0.0,
    "preactivation_max": 2.0,
}
OVERALL = {
    "loss": 0.7,
    "gradient_norm": 0.2,
    "output_std": 0.1,
    "separation": 1.0,
    "effective_rank": 2.0,
    "jacobian_mean_square": 1.0,
    "jacobian_condition": 1.0,
    "sharpness": 1.0,
}


class Starts:
    """Twenty healthy starts of a network; ``before`` and ``after`` hold arrays to change in place.

    Attributes:
        before: quantity -> (K, L) or (K,), in the untrained networks.
        after: the same after the warm-up.
    """

    def __init__(self, document: dict[str, Any]) -> None:
        self.spec = parse(document)
        self.names = [block.name for block in Design(self.spec).blocks]
        self.before, self.after = self._healthy(), self._healthy()

    def _healthy(self) -> dict[str, Any]:
        layers = {name: np.full((DRAWS, len(self.names)), value) for name, value in LAYERS.items()}
        return layers | {f"overall.{name}": np.full(DRAWS, value) for name, value in OVERALL.items()}

    def both(self, name: str, starts: int, values: Any) -> Starts:
        """The same with these values of a quantity in the first so many starts, at both moments."""
        for moment in (self.before, self.after):
            moment[name][:starts] = values
        return self

    def measured(self, **changes: Any) -> Preflighted:
        """The engine's event."""
        members: dict[str, Any] = {
            "seeds": list(range(DRAWS)),
            "probe_rows": 64,
            "warm_up_steps": 5,
            "rate": 0.01,
            "reduced": [],
            "layers": self.names,
            "before": snapshot(self.before),
            "after": snapshot(self.after),
            "constant_loss": 0.69,
            "single_batch": None,
            "digest": "sha256:0",
            "versions": {},
            "seconds": 0.5,
        }
        return Preflighted(**members | changes)


def snapshot(values: dict[str, Any]) -> Snapshot:
    """The message for one moment."""
    return Snapshot(
        quantities={
            name: Array.of(np.asarray(rows, np.float32)) for name, rows in values.items() if "overall" not in name
        },
        overall={
            name.removeprefix("overall."): Array.of(np.asarray(column, np.float64))
            for name, column in values.items()
            if "overall" in name
        },
    )
