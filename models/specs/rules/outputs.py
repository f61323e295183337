"""Checks that there is a dense layer, and that the output is as wide as the targets of the loss."""

from __future__ import annotations

import math
from collections.abc import Iterator

from models.specs.geometry import DataShape, job_shape, layout
from models.specs.job import TrainingJobSpec
from models.specs.layers import Dense
from models.specs.losses import LossBase
from models.specs.messages import counted, received
from models.specs.sources import Inline
from models.specs.spec import Path
from models.violation import Violation

LOSS: Path = ("training", "loss")


def violations(spec: TrainingJobSpec) -> Iterator[Violation]:
    """The loss can read the targets, and the output has a column for each of their columns."""
    shape, loss = job_shape(spec), spec.training.loss
    if shape.classes is None and (refusal := _needs_classes(loss, shape)):
        yield Violation.at(LOSS, refusal)
        return
    placed = layout(spec)
    dense = [layer for layer in placed if isinstance(layer.spec, Dense)]
    if not dense:
        detail = "has no dense layer: a network needs at least one, whose weights are trained and watched"
        yield Violation.at(("architecture", "layers"), detail)
        return
    units = placed[-1].output_shape[1]
    if refusal := _names_as_numbers(spec, shape, units):
        yield Violation.at(LOSS, refusal)
    elif mismatch := _mismatch(loss, shape, units):
        # What sets the width of the output is the last dense layer.
        yield Violation.at((*dense[-1].path, "units"), mismatch)


def _needs_classes(loss: LossBase, shape: DataShape) -> str | None:
    """Why a loss that is made for classes cannot read plain numbers; a row of them may be probabilities."""
    if loss.target_form == "index":
        return f"{loss.type} needs classes; here the targets are plain numbers"
    if loss.target_form == "one_hot" and shape.n_targets < 2:
        return f"{loss.type} needs classes, or a row of probabilities; here each target is one plain number"
    return None


def _names_as_numbers(spec: TrainingJobSpec, shape: DataShape, units: int) -> str | None:
    """Why a loss of numbers cannot read names: one output would approach their places in the alphabet."""
    loss, source, classes = spec.training.loss, spec.data.source, shape.classes
    if units != 1 or classes is None or not isinstance(source, Inline) or not isinstance(classes[0], str):
        return None
    several = len(classes) > 2
    # Two names for a loss of classes, or said on purpose: the first name is 0, the second one 1.
    if not several and (loss.classifies or source.task == "classification"):
        return None
    shown = f"{received(classes[0])} and {received(classes[1])}"
    if all(isinstance(label, str) and _is_number(label) for label in classes):
        return f"the targets are text, such as {shown}: send numbers without quotes, which one output can mean"
    cure = f"give the output layer {len(classes)} units, one a class"
    if several:
        return f"one output cannot mean {len(classes)} names, such as {shown}: {cure}, and a loss for classes"
    return f"{loss.type} compares numbers, and the targets are {shown}: take binary_crossentropy, or {cure}"


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _mismatch(loss: LossBase, shape: DataShape, units: int) -> str | None:
    """Why so many outputs cannot meet the targets."""
    if shape.classes is None:
        if units == shape.n_targets:
            return None
        return f"the network has {counted(units, 'output')}, each target has {counted(shape.n_targets, 'value')}"
    classes = len(shape.classes)
    if loss.target_form == "index":
        return None if units >= classes else f"{loss.type} needs an output a class, {classes}, got {units}"
    if units == classes or (loss.target_form == "any" and units == 1):
        return None
    choice = f"{classes}" if loss.target_form == "one_hot" else f"1 or {classes}"
    return f"{loss.type} on {counted(classes, 'class')} needs {choice} outputs, got {units}"
