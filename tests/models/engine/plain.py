"""The same training in plain Keras: what the compiled trainer must equal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.engine.data.rows import Rows
from models.engine.data.shuffles import permutations
from models.engine.instantiate import instantiate
from models.engine.network.architecture import build
from models.specs.encoding import metric_columns
from models.specs.job import TrainingJobSpec


def train(spec: TrainingJobSpec, rows: Rows, *, eager: bool = False) -> tuple[Any, dict[str, list[float]]]:
    """A model trained by ``fit`` with the job's own orders and initial weights, and its history.

    Args:
        spec: the job.
        rows: its rows.
        eager: operation by operation, which a few steps take less time for than for compiling.
    """
    model = build(spec, rows.x.shape[1]).model
    model.compile(
        optimizer=instantiate(spec.training.optimizer),
        loss=instantiate(spec.training.loss),
        metrics=[instantiate(metric, name=column) for column, metric in metric_columns(spec)],
        # As ``fit`` decides by itself; without it random numbers come from another generator.
        jit_compile=not eager,
        run_eagerly=eager,
    )
    test = (rows.test_x, rows.test_y) if len(rows.test_x) else None
    history = model.fit(
        batches(spec, rows),
        steps_per_epoch=-(-len(rows.x) // spec.training.batch_size),
        epochs=spec.training.epochs,
        validation_data=test,
        validation_batch_size=4096,
        shuffle=False,
        verbose=0,
    )
    return model, history.history


def batches(spec: TrainingJobSpec, rows: Rows) -> Iterator[tuple[NDArray[np.float32], ...]]:
    """The batches of every epoch, in the job's order."""
    x, y, weight = rows.x, rows.y, rows.weight
    for epoch in range(1, spec.training.epochs + 1):
        order = permutations(spec, len(x), epoch, 1)[0]
        for at in range(0, len(x), spec.training.batch_size):
            batch = order[at : at + spec.training.batch_size]
            weighted = spec.training.class_weight is not None
            yield (x[batch], y[batch], weight[batch]) if weighted else (x[batch], y[batch])


def flat_weights(model: Any) -> NDArray[np.float32]:
    """All weights of a model as one vector."""
    return np.concatenate([np.asarray(weight.value).ravel() for weight in model.weights])
