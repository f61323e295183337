"""Computes layer shapes and names, parameter counts and cost of a network from its spec."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from models.specs.data import DataSpec
from models.specs.job import TrainingJobSpec
from models.specs.layers import Dense, LayerBase, Residual
from models.specs.losses import LossBase
from models.specs.sources import Inline, Label
from models.specs.spec import Path

Task = Literal["binary", "multiclass", "regression"]


@dataclass(frozen=True, slots=True)
class DataShape:
    """What the data are.

    Attributes:
        n_features: D, the width of a row.
        task: two classes, more (or only one), or numbers.
        classes: the labels in the order of their numbers; None for regression.
        n_targets: K, the values of a row's target; the number of classes where there are classes.
        train_rows: rows that train.
        test_rows: rows that do not.
    """

    n_features: int
    task: Task
    classes: tuple[Label, ...] | None
    n_targets: int
    train_rows: int
    test_rows: int


@dataclass(frozen=True, slots=True)
class PlacedLayer:
    """One layer of the unrolled network.

    Attributes:
        name: as Keras names it in a fresh session.
        type: as the spec names it; the addition that closes a residual block is ``residual``.
        spec: the layer it comes from.
        path: where that layer stands in the spec.
        inputs: D, the columns that come in.
        output_shape: (None, units).
        trainable: numbers that are trained.
        non_trainable: numbers that are only tracked.
        fan_in: inputs of a unit; None without a kernel.
        fan_out: units that an input reaches; None without a kernel.
    """

    name: str
    type: str
    spec: LayerBase
    path: Path
    inputs: int
    output_shape: tuple[None, int]
    trainable: int
    non_trainable: int
    fan_in: int | None
    fan_out: int | None

    @property
    def parameters(self) -> int:
        """All its numbers."""
        return self.trainable + self.non_trainable


@dataclass(frozen=True, slots=True)
class Cost:
    """What a training takes.

    Attributes:
        steps: updates of the weights.
        flops: 6 * parameters * training rows * epochs: two operations for each weight and row going forward, four
            going backward.
    """

    steps: int
    flops: int


def data_shape(data: DataSpec, loss: LossBase | None = None) -> DataShape:
    """The shape of ``data``.

    Args:
        data: what to look at.
        loss: decides whether whole-numbered inline targets are classes; None: they are not.
    """
    source = data.source
    if isinstance(source, Inline):
        classes = source.classes(classifies=loss is not None and loss.classifies)
    else:
        classes = source.labels()
    rows = source.rows()
    train_rows = rows if data.split is None else data.split.train_rows(rows)
    task: Task = "regression" if classes is None else "binary" if len(classes) == 2 else "multiclass"
    n_targets = source.targets_per_row() if classes is None else len(classes)
    return DataShape(source.columns(), task, classes, n_targets, train_rows, rows - train_rows)


def job_shape(spec: TrainingJobSpec) -> DataShape:
    """The shape of a job's data, as its loss reads them."""
    return data_shape(spec.data, spec.training.loss)


def layout(spec: TrainingJobSpec) -> list[PlacedLayer]:
    """Every layer in the order in which it is built; the inner layers of a residual block before its addition."""
    names: Counter[str] = Counter()
    return list(_place(spec.architecture.layers, ("architecture", "layers"), spec.data.source.columns(), names))


def _place(layers: Sequence[LayerBase], at: Path, inputs: int, names: Counter[str]) -> Iterator[PlacedLayer]:
    for i, layer in enumerate(layers):
        path = (*at, i)
        for _ in range(layer.repeat):
            if isinstance(layer, Residual):
                inner = list(_place(layer.layers, (*path, "layers"), inputs, names))
                yield from inner
            width = layer.width(inputs)
            count = names[layer.layer_name]
            names[layer.layer_name] += 1
            trainable, tracked = layer.parameters(inputs)
            kernel = isinstance(layer, Dense)
            yield PlacedLayer(
                name=f"{layer.layer_name}_{count}" if count else layer.layer_name,
                type=layer.type,
                spec=layer,
                path=path,
                inputs=inputs,
                output_shape=(None, width),
                trainable=trainable,
                non_trainable=tracked,
                fan_in=inputs if kernel else None,
                fan_out=width if kernel else None,
            )
            inputs = width


def output_units(spec: TrainingJobSpec) -> int:
    """The width of the network's output."""
    return layout(spec)[-1].output_shape[1]


def steps(spec: TrainingJobSpec) -> int:
    """Updates of the weights in the whole training, if nothing stops it early."""
    return spec.training.epochs * math.ceil(job_shape(spec).train_rows / spec.training.batch_size)


def cost(spec: TrainingJobSpec) -> Cost:
    """What the whole training takes, if nothing stops it early."""
    parameters = sum(layer.parameters for layer in layout(spec))
    return Cost(steps(spec), 6 * parameters * job_shape(spec).train_rows * spec.training.epochs)
