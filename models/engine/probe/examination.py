"""Examines the trained network once, at the end: its gradient noise, dead units and normalizations.

It only reads, like the probe. Nothing is compiled for it: a forward and a backward pass run operation by operation,
and the rest is NumPy.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from models.engine.instantiate import instantiate
from models.engine.network.architecture import Network, flat
from models.engine.probe.layer_outputs import LayerOutputs, Reading
from models.non_finite import finite_or_none
from models.reading import UNDECIDED, classes_of
from models.signature import Signature
from models.specs.job import TrainingJobSpec

Floats = NDArray[np.float64]

MULTIPLICATIONS = 100_000_000  # of the forward pass
LEAST_ROWS, MOST_ROWS = 64, 4096


def examine(
    spec: TrainingJobSpec, network: Network, x: NDArray[np.float32], y: NDArray[np.float32]
) -> dict[str, Any] | None:
    """Numbers about a trained network.

    Args:
        spec: what was trained.
        network: with its final weights.
        x: (N, D) all training rows as the network reads them; y: (N, K) their encoded targets.

    Returns:
        rows: how many were looked at: all, or as many at equal distances as the cost allows.
        loss: the data loss in inference mode, without penalties and weights of classes.
        dead: kernel layer -> share of its units whose activation's slope is zero for every row.
        noise_scale: tr Σ / ‖g‖² of the gradient of single rows: the batch at which noise and gradient are of equal
            size. Null where the gradient cannot be told from zero.
        signal_to_noise: kernel layer -> mean over its weights of (mean gradient)² / variance between rows.
        batch_loss: the data loss with the rows' own statistics in every batch normalization; null without one.
        running_variance: batch normalization -> the median over its channels of the running variance.
        None where the loss or a gradient is not finite.

    References:
        McCandlish et al. 2018, arXiv 1812.06162, equation 2.9 (noise scale); Liu et al. 2020, arXiv 2001.07384
        (signal-to-noise ratio).
    """
    weights = sum(int(np.prod(layer.kernel.shape)) for layer in network.kernels)
    count = int(np.clip(MULTIPLICATIONS // max(weights, 1), LEAST_ROWS, MOST_ROWS))
    count = min(count, len(x))
    chosen = np.arange(count) * len(x) // count
    rows, targets = tf.constant(x[chosen]), tf.constant(y[chosen])
    loss_of = instantiate(spec.training.loss)
    layers = LayerOutputs()
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(rows)
        loss = loss_of(targets, layers.run(network.nodes, rows))
    zs = [reading.z for reading in layers.readings]
    deltas = tape.gradient(loss, zs, unconnected_gradients=tf.UnconnectedGradients.ZERO)
    if not np.isfinite(loss) or not all(np.isfinite(delta).all() for delta in deltas):
        return None
    normalizations = [layer for layer in flat(network.nodes) if isinstance(layer, keras.layers.BatchNormalization)]
    batch_loss = None
    if normalizations:
        with keras.StatelessScope():  # the running averages stay as they are
            batch_loss = float(loss_of(targets, LayerOutputs(batch=True).run(network.nodes, rows)))
    return {
        "rows": len(chosen),
        "loss": float(loss),
        "dead": {reading.layer.name: dead(reading) for reading in layers.readings},
        **noise(layers.readings, [len(chosen) * delta.numpy().astype(np.float64) for delta in deltas], len(x)),
        "batch_loss": finite_or_none(batch_loss),
        "running_variance": {
            layer.name: float(np.median(np.asarray(layer.moving_variance))) for layer in normalizations
        },
    }


def dead(reading: Reading) -> float:
    """The share of a layer's units whose activation is flat for every row."""
    if reading.activated is None:
        return 0.0
    return float((np.asarray(reading.activated.slope()) == 0.0).all(axis=0).mean())


def noise(readings: Sequence[Reading], deltas: Sequence[Floats], train_rows: int) -> dict[str, Any]:
    """How far the gradients of single rows differ from their mean.

    The gradient of a row with respect to a kernel is the product a δᵀ of what came in and of the loss's derivative by
    the pre-activation. Its mean, and the mean of its squares, are matrix products: no row's gradient is ever formed.

    Args:
        readings: of the L kernel layers.
        deltas: L times (N, n): the derivative of each row's own loss by the pre-activation.
        train_rows: of how many training rows the N are a part.
    """
    rows = len(deltas[0]) if deltas else 1
    squared = total = 0.0
    ratios = {}
    for reading, delta in zip(readings, deltas, strict=True):
        a = np.asarray(reading.entered, np.float64)
        a = np.concatenate([a, np.ones((rows, 1))], axis=1) if reading.layer.use_bias else a
        mean, second = a.T @ delta / rows, np.square(a).T @ np.square(delta) / rows
        variance = np.maximum(second - np.square(mean), 0.0)
        squared, total = squared + float(np.square(mean).sum()), total + float(second.sum())
        told = variance > 0
        ratios[reading.layer.name] = float((np.square(mean)[told] / variance[told]).mean()) if told.any() else None
    spread = total - squared
    # The mean over a part of the rows has a part of their spread in it.
    gradient = squared if rows == train_rows else squared - spread / rows
    return {"noise_scale": spread / gradient if gradient > 0 else None, "signal_to_noise": ratios}


def answers(described: Signature, outputs: NDArray[np.float32], encoded: NDArray[np.float32]) -> dict[str, Any]:
    """How much the network's answers vary.

    Args:
        described: how to read the outputs.
        outputs: (N, K) of the training rows.
        encoded: (N, K) their targets.

    Returns:
        class_counts: how often each class is the answer; null for values.
        std_ratio: standard deviation of the answers over that of the targets; null for classes, and where the targets
            do not vary or an answer is not finite.
    """
    if described.classes is not None:
        found = classes_of(described, outputs)
        counts = np.bincount(found[found != UNDECIDED], minlength=len(described.classes))
        return {"class_counts": counts.tolist(), "std_ratio": None}
    spread, targets = (float(values.astype(np.float64).var(axis=0).mean()) for values in (outputs, encoded))
    ratio = np.sqrt(spread / targets) if targets > 0 else np.nan
    return {"class_counts": None, "std_ratio": finite_or_none(float(ratio))}
