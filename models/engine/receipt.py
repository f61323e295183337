"""Writes the receipt: all that decides a training's result, so that it can be repeated."""

from __future__ import annotations

import os
import platform
from functools import cache
from importlib.metadata import version
from typing import Any

import numpy as np
import tensorflow as tf

from models.engine.data.baseline import constant_loss
from models.engine.data.dataset import Dataset
from models.signature import Scores
from models.specs.canonical import spec_hash
from models.specs.job import TrainingJobSpec

PACKAGES = ("keras", "tensorflow", "numpy", "scikit-learn")


@cache
def versions() -> dict[str, str]:
    """Versions of what computes; read once, as each takes a millisecond."""
    return {"python": platform.python_version(), **{name: version(name) for name in PACKAGES}}


def receipt(
    spec: TrainingJobSpec,
    dataset: Dataset,
    scores: Scores,
    probe_rows: list[int],
    timings: dict[str, float],
    exported: dict[str, Any],
    *,
    jit: bool,
    dependence: dict[str, Any] | None,
    examination: dict[str, Any] | None,
) -> dict[str, Any]:
    """The receipt of one training.

    Args:
        spec: what was trained.
        dataset: on which rows.
        scores: how its output is read.
        probe_rows: the training rows, by position, on which gradients were measured.
        timings: seconds by phase.
        jit: whether XLA compiled the training.
        exported: ``export_difference``, the greatest one between the exported network and Keras on some rows, and
            ``export_error``, why there is no exported network; one of them is None. ``export_difference_far``, the
            greatest one on rows of up to ±10,000, over the row's greatest output; None where the exported network
            overflows there and Keras does not.
        dependence: of the targets on the features; None where that was not in doubt, or could not be measured.
        examination: what was measured of the trained network; None for one that diverged.
    """
    train = slice(0, dataset.train_rows)
    labels = dataset.targets.labels[train]
    counts = None
    if dataset.targets.classes is not None:
        counts = np.bincount(labels.astype(np.int64), minlength=len(dataset.targets.classes)).tolist()
    return {
        "spec_hash": spec_hash(spec),
        "seed": spec.seed,
        "data": {
            "digest": dataset.digest,
            "train_rows": dataset.train_rows,
            "test_rows": dataset.test_rows,
            "probe_rows": probe_rows,
            "class_counts": counts,
            "target_std": float(labels.std()) if counts is None else None,
            "constant_loss": constant_loss(spec.training.loss, labels, dataset.targets.encoded[train]),
            "features": dataset.description,
            "dependence": dependence,
        },
        "scores": scores.model_dump(),
        "examination": examination,
        "versions": versions(),
        "machine": {"system": platform.system(), "processor": platform.machine()},
        "threads": tf.config.threading.get_intra_op_parallelism_threads(),
        "flags": {"dtype": "float32", "jit_compile": jit, "xla_flags": os.environ.get("XLA_FLAGS", "")},
        **exported,
        "timings": timings,
    }
