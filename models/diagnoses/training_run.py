"""Derives from a record how a training went: gain, plateau, divergence, and its quantities per layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.diagnoses.data_facts import table_facts
from models.diagnoses.design import Block, Design
from models.diagnoses.thresholds import LIMITS
from models.record import Record

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class TrainingRun:
    """A recorded training, with what is derived from its history, trace and receipt.

    Attributes:
        design: what was trained.
        record: what was recorded.
    """

    design: Design
    record: Record

    # --- the loss ---------------------------------------------------------------------------------------------

    @cached_property
    def loss(self) -> Floats:
        """(E,) the training loss of each epoch."""
        return self.record.history.get("loss", np.zeros(0))

    @property
    def epochs(self) -> int:
        """E, the epochs that were trained."""
        return len(self.loss)

    @cached_property
    def facts(self) -> dict[str, Any]:
        """What the receipt says of the data; what it does not know of rows in the spec is found out from them."""
        finished = self.record.finished
        facts: dict[str, Any] = {} if finished is None else finished.receipt.get("data", {})
        return facts if "features" in facts else table_facts(self.design) | facts

    @cached_property
    def examined(self) -> dict[str, Any]:
        """What was measured once, of the trained network; empty where it was not."""
        finished = self.record.finished
        found: dict[str, Any] | None = None if finished is None else finished.receipt.get("examination")
        return found or {}

    @cached_property
    def dead_at_end(self) -> dict[str, float]:
        """Layer -> the share of its units that no training row activates at the end; empty where not all were tried."""
        whole = self.examined.get("rows") == self.facts.get("train_rows")
        found: dict[str, float] = self.examined.get("dead", {}) if whole else {}
        return found

    @cached_property
    def reference(self) -> float | None:
        """The loss of the best constant prediction; where that is not known, the loss of the first epoch."""
        constant = self.facts.get("constant_loss")
        if constant is not None and constant > 0:
            return float(constant)
        first = self.loss[0] if self.epochs else np.nan
        return float(first) if np.isfinite(first) and first > 0 else None

    @cached_property
    def gain(self) -> float:
        """The share of the reference that the training took off; minus infinity for a loss that is not finite.

        Where penalties or class weights are part of the loss, the gain of the loss without them counts where it is
        greater, or the accuracy's over the commonest class.
        """
        if self.reference is None:
            return -np.inf
        finished = self.record.finished
        final = self.loss[-1] if finished is None and self.epochs else np.inf
        if finished is not None:
            measured = finished.metrics.get("train", {}).get("loss")
            final = np.inf if measured is None else measured
        gained = float(1 - final / self.reference)
        if self.design.penalized and np.isfinite(gained):
            return max(gained, self.data_gain, self.accuracy_gain)
        return gained

    @cached_property
    def data_gain(self) -> float:
        """The same of the data loss alone; minus infinity where it was not measured."""
        loss = self.examined.get("loss")
        return -np.inf if loss is None or self.reference is None else float(1 - loss / self.reference)

    @cached_property
    def accuracy_gain(self) -> float:
        """The share of the commonest class's errors that the training took off; minus infinity without an accuracy."""
        counts, finished = self.facts.get("class_counts"), self.record.finished
        accuracy = None if finished is None else finished.metrics.get("train", {}).get("accuracy")
        if finished is not None and finished.decisions is not None:  # Keras decides logits and margins at a half
            accuracy = finished.decisions["train"]["accuracy"]
        if accuracy is None or not counts:
            return -np.inf
        commonest = max(counts) / sum(counts)
        return (accuracy - commonest) / (1 - commonest) if commonest < 1 else -np.inf

    @cached_property
    def plateau(self) -> int:
        """Epochs before the loss first fell a tenth below the reference; all of them where it never did."""
        if self.reference is None:
            return self.epochs
        below = np.flatnonzero(self.loss < (1 - LIMITS.stalled) * self.reference)
        return int(below[0]) if len(below) else self.epochs

    @property
    def stalled(self) -> float:
        """The share of the epochs on the first plateau."""
        return self.plateau / self.epochs if self.epochs else 0.0

    @cached_property
    def late_gain(self) -> float | None:
        """The share that the last fifth of the epochs took off the best loss before it.

        None for too few epochs, a training that diverged, and a loss that is no positive number.
        """
        last = max(1, round(LIMITS.late * self.epochs))
        before, after = self.loss[:-last], self.loss[-last:]
        if not len(before) or self.diverged or before.min() <= 0:
            return None
        return max(0.0, float(1 - after.min() / before.min()))

    @property
    def failed(self) -> bool:
        """Whether it ended hardly better than the best constant prediction."""
        return self.gain < LIMITS.failed

    @property
    def harmed(self) -> bool:
        """Whether it failed, or lost much of its time before it began to learn."""
        return self.failed or self.stalled >= LIMITS.delayed

    @property
    def diverged(self) -> bool:
        """Whether a loss was not finite."""
        return not bool(np.isfinite(self.loss).all())

    def progress(self) -> dict[str, Any]:
        """The numbers behind ``harmed``, as evidence."""
        return {
            "gain": round(self.gain, 4),
            "plateau_epochs": self.plateau,
            "epochs": self.epochs,
            "reference_loss": self.reference,
        }

    # --- the trace --------------------------------------------------------------------------------------------

    @property
    def checks(self) -> NDArray[np.int64]:
        """(T,) the recorded epochs, from 0."""
        return self.record.trace.epoch

    @cached_property
    def hidden(self) -> Sequence[Block]:
        """The hidden blocks, columns 0 to H-1 of the trace."""
        return self.design.hidden

    def measured(self, quantity: str) -> Floats:
        """(T, L) a quantity of every layer with a kernel; empty rows where nothing was recorded."""
        found = self.record.trace.quantities.get(quantity)
        return np.zeros((0, len(self.design.blocks))) if found is None else found.astype(np.float64)

    def overall(self, quantity: str) -> Floats:
        """(T,) a quantity of the whole network."""
        found = self.record.trace.overall.get(quantity)
        return np.zeros(0) if found is None else found.astype(np.float64)

    @cached_property
    def warm(self) -> int | None:
        """The first row of the trace after a few steps, which a finding about the start must outlive."""
        later = np.flatnonzero(self.checks * self.design.steps_per_epoch >= LIMITS.warm_up_steps)
        return int(later[0]) if len(later) else None

    @cached_property
    def on_plateau(self) -> NDArray[np.bool_]:
        """(T,) which rows of the trace are of a trained network that is still on the first plateau."""
        return (self.checks > 0) & (self.checks <= self.plateau)

    def name(self, index: int) -> str:
        """The layer of a column of the trace."""
        return self.design.blocks[index].name


def longest_run(flags: NDArray[np.bool_]) -> int:
    """The greatest number of true values in a row.

    Example:
        >>> longest_run(np.array([True, False, True, True]))
        2
    """
    best = run = 0
    for flag in flags.tolist():
        run = run + 1 if flag else 0
        best = max(best, run)
    return best
