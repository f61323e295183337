"""Checks that both sides of the split have enough rows, and that the scaler can be fitted on them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from models.specs import limits
from models.specs.geometry import job_shape
from models.specs.job import TrainingJobSpec
from models.specs.messages import counted, received
from models.specs.scalers import Power
from models.specs.sources import Inline
from models.specs.splits import Head, Random
from models.violation import Violation


def violations(spec: TrainingJobSpec) -> Iterator[Violation]:
    """Classes, split and scaler."""
    yield from _classes(spec)
    yield from _split(spec)
    yield from _box_cox(spec)


def _classes(spec: TrainingJobSpec) -> Iterator[Violation]:
    """At least two classes, or two different numbers, and not so many that one-hot rows become too large."""
    shape, source = job_shape(spec), spec.data.source
    if shape.classes is None:
        if isinstance(source, Inline) and all(target == source.targets[0] for target in source.targets):
            yield Violation.at(
                ("data", "source", "targets"),
                f"all {len(source.targets)} targets are the same: there is nothing to learn; send targets that differ",
            )
        return
    path = ("data", "source", "targets") if isinstance(source, Inline) else ("data", "source")
    if len(shape.classes) < 2:
        yield Violation.at(path, "all targets are the same: there is nothing to tell apart")
    cells = source.rows() * len(shape.classes)
    if len(shape.classes) > limits.MAX_CLASSES:
        yield Violation.at(path, f"has {len(shape.classes)} classes, the limit is {limits.MAX_CLASSES}")
    elif cells > limits.MAX_CELLS:
        yield Violation.at(path, f"{len(shape.classes)} classes make {cells} targets, the limit is {limits.MAX_CELLS}")


def _split(spec: TrainingJobSpec) -> Iterator[Violation]:
    """Rows remain on both sides; stratifying needs classes, and a row of each class on both sides."""
    split, shape = spec.data.split, job_shape(spec)
    rows = shape.train_rows + shape.test_rows
    if isinstance(split, Head) and split.train_size >= rows:
        yield Violation.at(("data", "split", "train_size"), f"{split.train_size} of {rows} rows leave none to test")
    if not isinstance(split, Random):
        return
    if shape.train_rows < 1 or shape.test_rows < 1:
        side = "train" if shape.train_rows < 1 else "test"
        yield Violation.at(("data", "split", "test_size"), f"{split.test_size:g} of {rows} rows leave none to {side}")
        return
    if not split.stratify:
        return
    if shape.classes is None:
        yield Violation.at(("data", "split", "stratify"), "needs classes; here the targets are plain numbers")
        return
    smaller = min(shape.train_rows, shape.test_rows)
    if smaller < len(shape.classes):
        yield Violation.at(
            ("data", "split", "stratify"), f"{counted(smaller, 'row')} cannot hold all {len(shape.classes)} classes"
        )
    elif isinstance(spec.data.source, Inline):
        label, count = Counter(spec.data.source.targets).most_common()[-1]
        if count < 2:
            yield Violation.at(("data", "split", "stratify"), f"only one row has the target {received(label)}")


def _box_cox(spec: TrainingJobSpec) -> Iterator[Violation]:
    """Box-Cox is a power of a positive number."""
    scaler, source = spec.data.scaler, spec.data.source
    if not isinstance(scaler, Power) or scaler.method != "box-cox":
        return
    positive = source.all_positive
    if isinstance(source, Inline):
        positive = all(value > 0 for row in source.features for value in row)
    if positive is False:
        yield Violation.at(("data", "scaler", "method"), "box-cox needs features above zero; yeo-johnson takes any")
