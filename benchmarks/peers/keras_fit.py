"""Plain Keras: ``compile`` and ``fit`` on the same model, and ``fit`` with the two switches that make it faster."""

from __future__ import annotations

import math
import time
from pathlib import Path

import numpy as np

from benchmarks.peers.task import Floats, Labels, Outcome, Task, Train

LONGEST_EXECUTION = 128  # steps that one call of the compiled loop may carry


def start(threads: int, folder: Path, *, compiled: bool) -> dict[str, Train]:
    """``fit`` as it comes, or with ``jit_compile`` and a whole epoch an execution."""
    del folder  # fit keeps nothing between processes
    from models.engine.startup import prepare

    prepare(threads, None)

    def train(task: Task, seed: int) -> Outcome:
        return fit(task, seed, compiled=compiled)

    return {"": train}


def fit(task: Task, seed: int, *, compiled: bool) -> Outcome:
    """Build, compile and fit, as a notebook does for each training."""
    import keras

    from models.engine.instantiate import instantiate
    from models.engine.network.architecture import build

    y, test_y = (targets(task, labels) for labels in (task.y, task.test_y))
    model = build(task.spec.model_copy(update={"seed": seed}), task.x.shape[1]).model
    steps = min(math.ceil(len(task.x) / task.batch), LONGEST_EXECUTION)
    switches = {"jit_compile": True, "steps_per_execution": steps} if compiled else {}
    model.compile(
        instantiate(task.spec.training.optimizer), task.spec.training.loss.type, metrics=["accuracy"], **switches
    )
    ends: list[float] = []
    history = model.fit(
        task.x,
        y,
        batch_size=task.batch,
        epochs=task.epochs,
        validation_data=(task.test_x, test_y) if task.validated else None,
        callbacks=[keras.callbacks.LambdaCallback(on_epoch_end=lambda *_: ends.append(time.perf_counter()))],
        verbose=0,
    ).history
    if task.validated:
        accuracy = history["val_accuracy"][-1]
    else:
        judged = (task.test_x, test_y) if len(task.test_x) else (task.x, y)
        accuracy = model.evaluate(*judged, verbose=0)[1]
    per_epoch = (ends[-1] - ends[0]) / (len(ends) - 1) if len(ends) > 1 else math.nan
    return Outcome(float(accuracy), task.epochs, per_epoch)


def targets(task: Task, labels: Labels) -> Floats:
    """What the loss compares with the output: (N, 1) or one-hot (N, K)."""
    if task.binary:
        return labels.astype(np.float32)[:, None]
    one_hot: Floats = np.eye(task.layers[-1].output_shape[1], dtype=np.float32)[labels]
    return one_hot
