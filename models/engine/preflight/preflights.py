"""Measures how a network starts out, over many random draws of its first weights."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from time import perf_counter
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from models.engine.data.baseline import constant_loss
from models.engine.data.batches import Batches
from models.engine.data.dataset import load
from models.engine.data.rows import Rows, choose_probe, select
from models.engine.data.shuffles import permutations
from models.engine.preflight.budget import STEPS, Budget
from models.engine.preflight.draw import Draw, Reading
from models.engine.preflight.rank_collapse import effective_rank, separation, singular_values
from models.engine.probe.probe import PER_LAYER, Recorded
from models.engine.receipt import versions
from models.engine.step.learning_rates import LearningRates
from models.engine.step.shape_signature import shape_signature
from models.events import Array, Preflighted, SingleBatchFit, Snapshot
from models.specs.job import TrainingJobSpec
from models.specs.limits import MAX_SEED

KEPT_DRAWS = 16
DIRECTION = (
    3  # stream of random numbers for the power method's first direction; shuffles.py and rows.py have the others
)
NO_UPDATE = "update_ratio"  # a quantity of trainings


class Preflights:
    """Measures specs one after the other and keeps the compiled functions of the last ones.

    XLA compiles all of them: operation by operation, twenty draws of the smallest network take six seconds.
    """

    def __init__(self) -> None:
        self.draws: OrderedDict[str, Draw] = OrderedDict()

    def measure(self, spec: TrainingJobSpec, *, single_batch: bool = False) -> Preflighted:
        """Measure K networks that differ in their weights alone, before the first step and after five.

        Rows, split and order are those of the job; only the weights come from the seeds seed, seed+1, ….

        Args:
            spec: the job.
            single_batch: whether the network of the job's own seed is also trained on a single batch.

        Raises:
            DataError: the data cannot be made.
        """
        begun = perf_counter()
        budget = Budget.of(spec)
        dataset = load(spec)
        rows = select(spec, dataset, thinned(choose_probe(spec, dataset.train_rows), budget.rows))
        x, y = tf.constant(rows.probe_x), tf.constant(rows.probe_y)
        batches, rates = self.batches(spec, rows)
        draw = self.draw(spec, rows, budget)
        rng = np.random.default_rng([spec.seed, DIRECTION])
        start = [tf.constant(rng.standard_normal(v.shape), tf.float32) for v in draw.descent.packing.vectors]
        seeds = [(spec.seed + number) % (MAX_SEED + 1) for number in range(budget.seeds)]
        readings: list[tuple[Reading, Reading]] = []
        for seed in seeds:
            draw.begin(spec.model_copy(update={"seed": seed}))
            before = draw.read(x, y, start)
            draw.warm_up(spec, batches, rates)
            readings.append((before, draw.read(x, y, start)))
        labels, encoded = dataset.targets.labels[: dataset.train_rows], dataset.targets.encoded[: dataset.train_rows]
        fit = None
        if single_batch:
            draw.begin(spec)
            fit = draw.single_batch.fit(spec, rows, labels)
        moments = [[pair[moment] for pair in readings] for moment in (0, 1)]
        states = np.stack([reading.state for moment in moments for reading in moment])
        recorded = draw.trace.read(rows.probe_x, rows.probe_y, states)
        halves = (recorded.part(slice(at, at + len(seeds))) for at in (0, len(seeds)))
        first, last = map(snapshot, moments, halves)
        return Preflighted(
            seeds=seeds,
            probe_rows=len(x),
            warm_up_steps=STEPS,
            rate=float(np.max(rates)),
            reduced=budget.reduced(spec, curved=draw.curved),
            layers=[layer.name for layer in draw.network.kernels],
            before=first,
            after=last,
            constant_loss=constant_loss(spec.training.loss, labels, encoded),
            single_batch=fit,
            digest=digest(first, last, fit),
            versions=versions(),
            seconds=perf_counter() - begun,
        )

    def draw(self, spec: TrainingJobSpec, rows: Rows, budget: Budget) -> Draw:
        """The compiled functions for networks of this shape."""
        key = f"{budget} {shape_signature(spec, rows)}"
        if key not in self.draws:
            self.draws[key] = Draw(spec, rows, budget)
            if len(self.draws) > KEPT_DRAWS:
                self.draws.popitem(last=False)
        self.draws.move_to_end(key)
        return self.draws[key]

    def batches(self, spec: TrainingJobSpec, rows: Rows) -> tuple[Any, Any]:
        """(S, B, D + K + 1) the rows of the job's first whole batches, and (S,) the learning rates of their steps."""
        total = rows.x.shape[0]
        cut = Batches(total, min(spec.training.batch_size, total), fills=False)
        whole = total // cut.size
        epochs = -(-STEPS // whole)
        orders = permutations(spec, total, 1, epochs)[:, : whole * cut.size].reshape(-1, cut.size)[:STEPS]
        table = LearningRates(spec.training.optimizer.learning_rate, cut.steps).table(1, epochs)
        rates = table[:, :whole].reshape(-1)[:STEPS]
        return tf.constant(np.stack([rows.laid_out(order) for order in orders])), tf.constant(rates)


def thinned(chosen: list[int], count: int) -> list[int]:
    """``count`` of the chosen rows, evenly: they are in the order of the table, which may be that of the classes.

    Example:
        >>> thinned([3, 5, 8, 9, 12], 3)
        [3, 8, 12]
    """
    return [chosen[at] for at in np.linspace(0, len(chosen) - 1, count).astype(np.int64)]


def snapshot(readings: list[Reading], recorded: Recorded) -> Snapshot:
    """The readings of K networks at one moment, side by side, with what the probe says of their states."""
    quantities = {name: recorded.trace[:, row] for row, name in enumerate(PER_LAYER) if name != NO_UPDATE}
    quantities["preactivation_max"] = np.stack([reading.largest for reading in readings])
    overall = [of_network(*each) for each in zip(readings, recorded.norms, strict=True)]
    return Snapshot(
        quantities={name: Array.of(np.ascontiguousarray(values)) for name, values in quantities.items()},
        overall={name: Array.of(np.asarray([each[name] for each in overall], np.float64)) for name in overall[0]},
    )


def of_network(reading: Reading, gradient_norm: float) -> dict[str, float]:
    """The quantities of one whole network."""
    values = singular_values(reading.jacobian)
    return {
        "loss": float(reading.loss),
        "gradient_norm": float(gradient_norm),
        "output_std": float(reading.output.astype(np.float64).std(axis=0).mean()),
        "separation": separation(reading.hidden),
        "effective_rank": effective_rank(reading.hidden),
        "jacobian_mean_square": float(np.mean(np.square(values))) if values.size else np.nan,
        "jacobian_condition": condition(values),
        "sharpness": float(reading.sharpness),
    }


def condition(values: NDArray[np.float64]) -> float:
    """The median over rows of the greatest singular value over the least one.

    Args:
        values: (R, m) singular values of each row's Jacobian, greatest first.
    """
    if not values.size or not np.isfinite(values).all():
        return np.nan
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(np.median(values[:, 0] / values[:, -1]))


def digest(before: Snapshot, after: Snapshot, fit: SingleBatchFit | None) -> str:
    """Decides whether two preflights measured the same numbers."""
    state = hashlib.sha256()
    for each in (before, after):
        for name, array in (*each.quantities.items(), *each.overall.items()):
            state.update(f"{name} {array.dtype} {array.shape} {array.data}".encode())
    if fit is not None:
        state.update(fit.model_dump_json().encode())
    return f"sha256:{state.hexdigest()}"
