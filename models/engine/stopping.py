"""Decides when a training ends before its last epoch, and which weights it then keeps."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from models.specs.training import EarlyStopping, TrainingSpec


@dataclass
class Stopping:
    """Reads the history epoch by epoch, and says when to stop.

    Keras's own callback decides on early stopping; it is shown the epochs one after the other, as ``fit`` would.

    Attributes:
        reason: why the training is over, None while it goes on.
        best: the epoch (from 1) whose weights are to be kept, None to keep the last ones.
    """

    callback: Any | None
    keeps_best: bool
    reason: str | None = None
    best: int | None = None

    @classmethod
    def of(cls, training: TrainingSpec, model: Any) -> Stopping:
        """The rules of ``training`` for a compiled Keras model."""
        spec: EarlyStopping | None = training.early_stopping
        if spec is None:
            return cls(None, keeps_best=False)
        chosen = spec.model_dump()
        keeps_best = bool(chosen.pop("restore_best_weights"))
        callback = keras.callbacks.EarlyStopping(**chosen)
        callback.set_model(model)
        callback.on_train_begin()
        model.stop_training = False
        return cls(callback, keeps_best)

    def memory(self) -> dict[str, Any]:
        """What it has seen so far, for :meth:`remember`; the best value in hexadecimal, exact also for NaN."""
        if self.callback is None:
            return {}
        best = self.callback.best
        return {
            "wait": self.callback.wait,
            "best_epoch": self.callback.best_epoch,
            "best": None if best is None else float(best).hex(),
        }

    def remember(self, memory: dict[str, Any]) -> None:
        """Go on from what another has seen, in a training that was not over."""
        if self.callback is None:
            return
        self.callback.wait, self.callback.best_epoch = memory["wait"], memory["best_epoch"]
        self.callback.best = None if memory["best"] is None else float.fromhex(memory["best"])

    def read(self, columns: list[str], history: NDArray[np.float32], done: int) -> int:
        """Account for the epochs of a chunk that began after ``done`` epochs; how many of them count.

        Args:
            columns: H names.
            history: (E, H) their values.
            done: epochs before these.
        """
        for index, row in enumerate(history.tolist(), start=1):
            if self.see(done + index, dict(zip(columns, row, strict=True))):
                return index
        return len(history)

    def see(self, epoch: int, logs: Mapping[str, float]) -> bool:
        """Account for one finished epoch (from 1); whether it was the last one."""
        if not math.isfinite(logs["loss"]):
            self.reason = "diverged"
            return True
        if self.callback is not None:
            self.callback.on_epoch_end(epoch - 1, dict(logs))
            if self.keeps_best:
                self.best = self.callback.best_epoch + 1
            if self.callback.model.stop_training:
                self.reason = "early_stopped"
                return True
        return False
