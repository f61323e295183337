"""Defines the spec of how a network is trained: loss, optimizer, epochs, early stopping."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from models.specs import limits
from models.specs.losses import LossUnion
from models.specs.metrics import MetricUnion
from models.specs.optimizers import OptimizerUnion, Sgd
from models.specs.spec import LIST, WHOLE, NonNegative, Number, Spec

Epochs = Annotated[int, Field(ge=0, le=limits.MAX_EPOCHS), WHOLE]
Label = Annotated[str, Field(max_length=limits.MAX_TEXT)]


class EarlyStopping(Spec):
    """Ends a training that no longer gets better; the arguments of ``keras.callbacks.EarlyStopping``.

    Attributes:
        monitor: a column of the history.
        min_delta: the least change that counts as better.
        patience: epochs without one before it stops.
        mode: whether less or more is better; ``auto``: what the monitored metric says.
        baseline: a value to beat.
        restore_best_weights: whether the best epoch's weights are kept instead of the last ones.
        start_from_epoch: epochs before it looks at all.
    """

    target: ClassVar[str] = "keras.callbacks.EarlyStopping"
    monitor: Annotated[str, Field(max_length=limits.MAX_TEXT)] = "val_loss"
    min_delta: NonNegative = 0.0
    patience: Epochs = 0
    mode: Literal["auto", "min", "max"] = "auto"
    baseline: Number | None = None
    restore_best_weights: bool = False
    start_from_epoch: Epochs = 0


class TrainingSpec(Spec):
    """What ``compile`` and ``fit`` are told.

    Attributes:
        epochs: times through the training rows.
        batch_size: rows a step; the last batch of an epoch may be smaller.
        shuffle: whether the rows are drawn in a new order every epoch.
        validation: ``test``: the history also has ``val_`` columns, measured on the test rows of the split (none
            without a split); null: the test rows are looked at only at the end.
        class_weight: label as a string -> what its rows count; labels not named count 1.
    """

    optimizer: OptimizerUnion = Sgd()
    loss: LossUnion
    metrics: Annotated[tuple[MetricUnion, ...], LIST, Field(max_length=limits.MAX_METRICS)] = ()
    epochs: Annotated[int, Field(ge=1, le=limits.MAX_EPOCHS), WHOLE]
    batch_size: Annotated[int, Field(ge=1, le=limits.MAX_BATCH), WHOLE] = 32
    shuffle: bool = True
    validation: Literal["test"] | None = "test"
    early_stopping: EarlyStopping | None = None
    class_weight: Annotated[dict[Label, NonNegative], Field(min_length=1, max_length=limits.MAX_CLASSES)] | None = None
