"""Describes a trained network for serving: its inputs, its preprocessing and the meaning of its outputs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from models.frozen import Frozen
from models.specs.geometry import job_shape, output_units
from models.specs.job import TrainingJobSpec
from models.specs.losses import Hinge, SquaredHinge

OutputKind = Literal["probability", "probabilities", "logit", "logits", "margin", "value"]


class FittedScaler(Frozen):
    """A scaler with what it learned from the data.

    Attributes:
        type: the scaler's name in a spec, e.g. ``min_max``.
        arguments: its constructor's arguments, under scikit-learn's names.
        fitted: scikit-learn's fitted attributes without the closing underscore, as (nested) lists; an attribute that
            the scaler leaves at None is null.
    """

    type: str
    arguments: dict[str, Any]
    fitted: dict[str, Any]


class Signature(Frozen):
    """Inputs, outputs and preprocessing of a trained network.

    Attributes:
        n_features: width of a row in raw units.
        features: a name for each column.
        scaler: applied to raw rows before the network; null: rows go in as they are.
        task: what the targets are.
        classes: original labels in the order of the network's outputs; null for regression.
        units: K, the width of the network's output.
        output: how to read that output. ``probability``: one unit, P(second class). ``probabilities``: one unit a
            class. ``logit`` and ``logits``: the same before sigmoid or softmax. ``margin``: one unit whose sign
            decides. ``value``: numbers to return as they are.
    """

    n_features: int
    features: list[str]
    scaler: FittedScaler | None
    task: Literal["binary", "multiclass", "regression"]
    classes: list[Any] | None
    units: int
    output: OutputKind

    @classmethod
    def of(
        cls, spec: TrainingJobSpec, features: Sequence[str] | None = None, scaler: FittedScaler | None = None
    ) -> Signature:
        """The signature of the network of ``spec``.

        Args:
            spec: the job.
            features: the columns' names; None while the data are not made: x0, x1, …
            scaler: None while it is not fitted, or where there is none.
        """
        shape = job_shape(spec)
        return cls(
            n_features=shape.n_features,
            features=list(features or (f"x{column}" for column in range(shape.n_features))),
            scaler=scaler,
            task=shape.task,
            classes=None if shape.classes is None else list(shape.classes),
            units=output_units(spec),
            output=output_kind(spec),
        )


def output_kind(spec: TrainingJobSpec) -> OutputKind:
    """How the raw output of the network of ``spec`` is to be read."""
    shape, units, loss = job_shape(spec), output_units(spec), spec.training.loss
    if shape.classes is None:
        return "value"
    if getattr(loss, "from_logits", False):
        return "logit" if units == 1 else "logits"
    if units > 1:
        return "probabilities"
    return "margin" if isinstance(loss, Hinge | SquaredHinge) else "probability"
