"""What every contestant is given: the same rows, the same network, the same number of epochs.

    python -m benchmarks.peers.task SPEC ROWS

makes the rows of a spec with the engine and keeps them in a file, so that no peer has to import our framework.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.presets import presets
from models.specs.check import parse
from models.specs.geometry import PlacedLayer, layout
from models.specs.initializers import InitializerBase, RandomUniform
from models.specs.job import TrainingJobSpec
from models.specs.layers import BatchNormalization, Dense
from models.specs.optimizers import Adam, Sgd

Floats = NDArray[np.float32]
Labels = NDArray[np.int64]

# Initializer -> (scale, which fan, distribution): the variance is scale / fan.
FAMILIES = {
    "glorot_uniform": (1.0, "average", "uniform"),
    "glorot_normal": (1.0, "average", "normal"),
    "he_uniform": (2.0, "in", "uniform"),
    "he_normal": (2.0, "in", "normal"),
    "lecun_uniform": (1.0, "in", "uniform"),
    "lecun_normal": (1.0, "in", "normal"),
}
CUT_NORMAL = 0.87962566103423978  # standard deviation of a standard normal that is cut at 2


class Unsupported(Exception):
    """A peer cannot express this network, or not train it so."""


@dataclass(frozen=True)
class Outcome:
    """How one training went.

    Attributes:
        accuracy: on the test rows, or on the training rows where there are no others.
        epochs: how many were trained.
        per_epoch: seconds of an epoch after the first; needed where fewer were trained than asked.
        phases: where the time went, if the contestant knows.
    """

    accuracy: float
    epochs: int
    per_epoch: float = math.nan
    phases: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Task:
    """A job, its rows, and how many of its epochs a contestant trains.

    Attributes:
        x: (N, D) training rows as the network reads them; y: (N,) the numbers of their classes.
        test_x: (M, D) and test_y: (M,); M is 0 without a split.
        epochs: those of the spec, or fewer for a contestant that is extrapolated.
    """

    spec: TrainingJobSpec
    x: Floats
    y: Labels
    test_x: Floats
    test_y: Labels
    epochs: int

    @property
    def layers(self) -> list[PlacedLayer]:
        """The unrolled layers."""
        return layout(self.spec)

    @property
    def optimizer(self) -> Sgd | Adam:
        """The optimizer, one of the two that every peer has."""
        chosen = self.spec.training.optimizer
        if not isinstance(chosen, Sgd | Adam):
            raise Unsupported(f"optimizer {chosen.type}")
        return chosen

    @property
    def rate(self) -> float:
        """The constant learning rate."""
        rate = self.optimizer.learning_rate
        if not isinstance(rate, int | float):
            raise Unsupported("a learning rate that changes")
        return float(rate)

    @property
    def batch(self) -> int:
        """Rows a step."""
        return min(self.spec.training.batch_size, len(self.x))

    @property
    def validated(self) -> bool:
        """Whether the test rows are evaluated after every epoch."""
        return self.spec.training.validation is not None and len(self.test_x) > 0

    @property
    def binary(self) -> bool:
        """Whether one sigmoid output says yes or no; else there is one softmax output for each class."""
        return self.spec.training.loss.type == "binary_crossentropy"

    @property
    def judged(self) -> tuple[Floats, Labels]:
        """The rows on which the final accuracy is measured."""
        return (self.test_x, self.test_y) if len(self.test_x) else (self.x, self.y)


def read(document: object, rows: Path, epochs: int) -> Task:
    """The task of a job whose rows lie in a file."""
    with np.load(rows) as arrays:
        x, y, test_x, test_y = (arrays[name] for name in ("x", "y", "test_x", "test_y"))
    return Task(parse(document), x, y, test_x, test_y, epochs)


def tiny(slow: bool) -> Task:
    """What every contestant trains before anyone looks at the clock; ``slow``: two epochs of it."""
    document = presets()["S1"].document | {
        "architecture": {
            "layers": [
                {"type": "dense", "units": 2, "activation": "tanh"},
                {"type": "dense", "units": 1, "activation": "sigmoid"},
            ]
        }
    }
    spec = parse(document)
    rows = np.random.default_rng(0).normal(size=(750, 2)).astype(np.float32)
    labels = (rows[:, 0] > 0).astype(np.int64)
    return Task(spec, rows, labels, rows[:250], labels[:250], 2 if slow else spec.training.epochs)


def activation(layer: Dense) -> str:
    """The name of a dense layer's activation, which must be a plain one."""
    chosen = layer.activation
    if chosen is None:
        return "linear"
    if any(type(chosen).model_fields[name].default != value for name, value in chosen.arguments().items()):
        raise Unsupported(f"{chosen.type} with arguments of its own")
    return chosen.type


def dense(task: Task) -> list[Dense]:
    """The layers of a network that has dense layers only.

    Raises:
        Unsupported: it has others.
    """
    layers = [placed.spec for placed in task.layers]
    found = [layer for layer in layers if isinstance(layer, Dense)]
    if len(found) < len(layers):
        raise Unsupported("layers that are not dense")
    return found


def kernels(task: Task, seed: int) -> Iterator[Floats]:
    """The initial kernels (D, n) of the dense layers, distributed as the spec says; biases start at zero."""
    generator = np.random.default_rng(seed)
    for placed in task.layers:
        match placed.spec:
            case Dense() as layer:
                yield kernel(layer.kernel_initializer, placed.inputs, layer.units, generator)
            case BatchNormalization():
                pass
            case other:
                raise Unsupported(f"a layer of type {other.type}")


def kernel(initializer: InitializerBase, fan_in: int, fan_out: int, generator: np.random.Generator) -> Floats:
    """One kernel (fan_in, fan_out)."""
    shape = (fan_in, fan_out)
    if isinstance(initializer, RandomUniform):
        return generator.uniform(initializer.minval, initializer.maxval, shape).astype(np.float32)
    if initializer.type not in FAMILIES:
        raise Unsupported(f"initializer {initializer.type}")
    scale, fan, distribution = FAMILIES[initializer.type]
    deviation = math.sqrt(scale / (fan_in if fan == "in" else (fan_in + fan_out) / 2))
    if distribution == "uniform":
        return (math.sqrt(3) * deviation * generator.uniform(-1, 1, shape)).astype(np.float32)
    draws = generator.standard_normal(shape)
    while (far := np.abs(draws) > 2).any():
        draws[far] = generator.standard_normal(int(far.sum()))
    return (deviation / CUT_NORMAL * draws).astype(np.float32)


Train = Callable[[Task, int], Outcome]


def main() -> None:
    """Make the rows of a spec and keep them."""
    from models.engine.startup import prepare

    prepare(1, None)
    from models.engine.data.dataset import load

    dataset = load(parse(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))))
    train, labels = dataset.train_rows, dataset.targets.labels.astype(np.int64)
    np.savez(
        sys.argv[2], x=dataset.scaled[:train], y=labels[:train], test_x=dataset.scaled[train:], test_y=labels[train:]
    )


if __name__ == "__main__":
    main()
