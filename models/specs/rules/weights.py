"""Checks that class weights name classes of the data."""

from __future__ import annotations

from collections.abc import Iterator

from models.specs.encoding import label_key
from models.specs.geometry import job_shape
from models.specs.job import TrainingJobSpec
from models.violation import Violation


def violations(spec: TrainingJobSpec) -> Iterator[Violation]:
    """Every weighted label is a class of the data."""
    weights, shape = spec.training.class_weight, job_shape(spec)
    if weights is None:
        return
    if shape.classes is None:
        yield Violation.at(("training", "class_weight"), "needs classes; here the targets are plain numbers")
        return
    known = {label_key(label) for label in shape.classes}
    shown = ", ".join(label_key(label) for label in shape.classes[:20])
    for label in weights:
        if label not in known:
            yield Violation.at(("training", "class_weight", label), f"is no class of the data, which are {shown}")
