"""Builds records of trainings by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.events import Finished
from models.quantities import OVERALL, PER_LAYER
from models.record import Record, Trace
from models.specs.canonical import canonical
from models.specs.check import parse
from models.specs.geometry import layout
from models.specs.layers import Dense

LN2 = float(np.log(2))
USUAL = {
    "gradient_norm": 0.1,
    "gradient_rms": 0.01,
    "delta_rms": 1e-3,
    "weight_norm": 2.0,
    "update_ratio": 1e-3,
    "activation_mean": 0.1,
    "activation_std": 0.5,
    "signal_std": 0.5,
    "saturated_fraction": 0.1,
    "dead_fraction": 0.0,
}


def falling(epochs: int = 60, start: float = LN2, end: float = 0.2) -> NDArray[np.float64]:
    """A loss that falls fast at first and then ever slower."""
    return end + (start - end) * np.exp(-np.arange(epochs) / (epochs / 8))


def stuck(epochs: int = 60, at: float = LN2) -> NDArray[np.float64]:
    """A loss that does not fall."""
    return np.full(epochs, at)


def record(
    document: dict[str, Any],
    loss: NDArray[np.float64] | None = None,
    *,
    quantities: dict[str, Any] | None = None,
    overall: dict[str, Any] | None = None,
    val_loss: NDArray[np.float64] | None = None,
    metrics: dict[str, dict[str, float | None]] | None = None,
    facts: dict[str, Any] | None = None,
    examination: dict[str, Any] | None = None,
) -> Record:
    """A record of a training that was measured in every epoch.

    Args:
        document: the spec.
        loss: (E,) of the epochs; by default it falls.
        quantities: name -> what broadcasts to (E + 1, L), in place of a usual value.
        overall: name -> what broadcasts to (E + 1,).
        val_loss: (E,) of the test rows.
        metrics: at the end, beside the training loss.
        facts: of the data, beside the loss of a constant prediction.
        examination: what was measured once, at the end.
    """
    spec = parse(document)
    loss = falling(spec.training.epochs) if loss is None else loss
    layers = [placed.name for placed in layout(spec) if isinstance(placed.spec, Dense)]
    rows = len(loss) + 1
    chosen = {**USUAL, **(quantities or {})}
    trace = Trace(
        layers,
        np.arange(rows),
        {q.name: np.broadcast_to(chosen[q.name], (rows, len(layers))).astype(np.float32) for q in PER_LAYER},
        {q.name: np.broadcast_to((overall or {}).get(q.name, 1.0), (rows,)).astype(np.float32) for q in OVERALL},
    )
    history = {"loss": loss, **({} if val_loss is None else {"val_loss": val_loss})}
    last = float(loss[-1])
    train: dict[str, float | None] = {"loss": last if np.isfinite(last) else None}
    finished = Finished(
        stop_reason="completed" if np.isfinite(loss).all() else "diverged",
        epochs=len(loss),
        metrics={"train": {**train, **(metrics or {}).get("train", {})}, "test": (metrics or {}).get("test", {})},
        non_finite={},
        confusion_matrix=None,
        classes=None,
        weights_digest="sha256:0",
        receipt={
            "data": {"constant_loss": LN2, "class_counts": [75, 75], "target_std": None, **(facts or {})},
            "examination": examination,
        },
    )
    return Record(canonical(spec), history, trace, finished)
