"""Derives from a spec the blocks of its network: each kernel with the activations and layers behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from models.specs import activations as act
from models.specs import layers as lay
from models.specs.geometry import DataShape, PlacedLayer, job_shape, layout, steps
from models.specs.initializers import InitializerBase
from models.specs.job import TrainingJobSpec
from models.specs.schedules import PiecewiseConstantDecay, ScheduleBase
from models.specs.sources import Inline, SourceBase
from models.specs.spec import Path
from models.theory.activations import curve
from models.theory.curve import Curve
from models.theory.initializers import Law, law

NORMALIZATIONS = (lay.BatchNormalization, lay.LayerNormalization)
NOISES = (lay.Dropout, lay.AlphaDropout, lay.GaussianDropout, lay.GaussianNoise)


@dataclass(frozen=True)
class PlacedActivation:
    """An activation and where it stands in the spec.

    Attributes:
        activation: which one.
        path: of what must be set to change it: a field, or a whole layer.
        whole: whether ``path`` is that of a layer.
    """

    activation: act.ActivationBase
    path: Path
    whole: bool = False


@dataclass(frozen=True)
class Block:
    """A dense layer's kernel, with all layers up to the next kernel.

    Attributes:
        placed: the dense layer in the unrolled network.
        dense: its spec.
        activations: the non-linearities behind it, in order.
        behind: all layers behind it, in order, as the spec has them.
        residual: whether a skip leads around it.
    """

    placed: PlacedLayer
    dense: lay.Dense
    activations: tuple[PlacedActivation, ...]
    behind: tuple[lay.LayerBase, ...]
    residual: bool

    @property
    def name(self) -> str:
        """As Keras names it."""
        return self.placed.name

    @property
    def fan_in(self) -> int:
        """Inputs of a unit."""
        return self.placed.inputs

    @property
    def fan_out(self) -> int:
        """Units."""
        return self.dense.units

    @property
    def law(self) -> Law:
        """How its kernel starts."""
        return law(self.dense.kernel_initializer, self.fan_in, self.fan_out)

    @property
    def initializer(self) -> InitializerBase:
        """What fills its kernel."""
        return self.dense.kernel_initializer

    @property
    def activation(self) -> act.ActivationBase:
        """The first non-linearity behind the kernel; linear where there is none."""
        return self.activations[0].activation if self.activations else act.Linear()

    @property
    def final(self) -> act.ActivationBase:
        """The last non-linearity behind the kernel; linear where there is none."""
        return self.activations[-1].activation if self.activations else act.Linear()

    @property
    def curves(self) -> tuple[Curve, ...]:
        """The non-linearities as functions, in order."""
        return tuple(curve(placed.activation) for placed in self.activations)

    @property
    def bounded(self) -> bool:
        """Whether its activation flattens on both sides, as sigmoids do."""
        low, high = curve(self.activation).range
        return low > -float("inf") and high < float("inf")

    @property
    def normalized(self) -> bool:
        """Whether a normalization stands behind it."""
        return any(isinstance(layer, NORMALIZATIONS) for layer in self.behind)


@dataclass(frozen=True)
class Design:
    """A spec, and what follows from it for the network's structure, data and steps."""

    spec: TrainingJobSpec

    @cached_property
    def placed(self) -> list[PlacedLayer]:
        """The unrolled layers."""
        return layout(self.spec)

    @cached_property
    def blocks(self) -> list[Block]:
        """The kernels, in order from the input."""
        starts = [i for i, layer in enumerate(self.placed) if isinstance(layer.spec, lay.Dense)]
        ends = [*starts, len(self.placed)][1:]
        return [_block(self.placed[start:end]) for start, end in zip(starts, ends, strict=True)]

    @property
    def hidden(self) -> list[Block]:
        """All kernels but the last one, whose units are the output."""
        return self.blocks[:-1]

    @property
    def output(self) -> Block | None:
        """The last kernel; None for a network without one."""
        return self.blocks[-1] if self.blocks else None

    @property
    def normalized(self) -> bool:
        """Whether a normalization keeps the size of the signal anywhere on its way."""
        return any(isinstance(layer.spec, NORMALIZATIONS) for layer in self.placed)

    @property
    def residual(self) -> bool:
        """Whether any skip leads around a layer."""
        return any(isinstance(layer.spec, lay.Residual) for layer in self.placed)

    @cached_property
    def shape(self) -> DataShape:
        """What the data are."""
        return job_shape(self.spec)

    @property
    def source(self) -> SourceBase:
        """Where the rows come from."""
        return self.spec.data.source

    @cached_property
    def rows(self) -> NDArray[np.float64] | None:
        """(N, D) the client's own features; None where the data have yet to be made."""
        return np.asarray(self.source.features, np.float64) if isinstance(self.source, Inline) else None

    @property
    def steps(self) -> int:
        """Updates of the weights in the whole training."""
        return steps(self.spec)

    @property
    def steps_per_epoch(self) -> int:
        """Updates in an epoch."""
        return self.steps // self.spec.training.epochs

    @property
    def rate(self) -> float:
        """The greatest learning rate that a constant, or a schedule's first value and warm-up, reaches."""
        given = self.spec.training.optimizer.learning_rate
        if not isinstance(given, ScheduleBase):
            return float(given)
        if isinstance(given, PiecewiseConstantDecay):
            return max(given.values)
        named = [getattr(given, name, None) for name in ("initial_learning_rate", "warmup_target")]
        return max(float(value) for value in named if value is not None)

    @property
    def penalized(self) -> bool:
        """Whether the loss holds more than the data's: penalties, or weights of classes."""
        fields = ("kernel_regularizer", "bias_regularizer", "activity_regularizer")
        regularized = any(getattr(layer.spec, name, None) is not None for layer in self.placed for name in fields)
        return regularized or self.spec.training.class_weight is not None


def _block(run: Sequence[PlacedLayer]) -> Block:
    """The block of a run of layers that begins with a dense one."""
    dense = run[0].spec
    assert isinstance(dense, lay.Dense)
    activations = [placed for layer in run if (placed := _activation(layer)) is not None]
    # The addition that closes a residual block is a layer of the run, and so is all that follows it.
    behind = tuple(layer.spec for layer in run[1:])
    inner = len(run[0].path) > len(("architecture", "layers", 0))
    return Block(run[0], dense, tuple(activations), behind, residual=inner)


def _activation(layer: PlacedLayer) -> PlacedActivation | None:
    """The non-linearity that a layer applies, if it is one."""
    if isinstance(layer.spec, lay.Dense | lay.Activation):
        chosen = layer.spec.activation
        if chosen is None or isinstance(chosen, act.Linear):
            return None
        return PlacedActivation(chosen, (*layer.path, "activation"))
    found: act.ActivationBase | None = None
    match layer.spec:
        case lay.LeakyReLU(negative_slope=slope):
            found = act.LeakyRelu(negative_slope=slope)
        case lay.PReLU(alpha_initializer=initializer):
            found = act.LeakyRelu(negative_slope=law(initializer, 1, layer.inputs).mean)
        case lay.ELU(alpha=alpha):
            found = act.Elu(alpha=alpha)
        case lay.ReLU(max_value=top, negative_slope=slope, threshold=threshold):
            found = act.Relu(max_value=top, negative_slope=slope, threshold=threshold)
        case lay.SoftmaxLayer():
            found = act.Softmax()
        case _:
            pass
    return None if found is None else PlacedActivation(found, layer.path, whole=True)
