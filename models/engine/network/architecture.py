"""Builds a spec's architecture as a Keras model."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras.src.backend.common import global_state  # where Keras keeps its global seed generator
from keras.src.random.seed_generator import GLOBAL_SEED_GENERATOR

from models.engine.instantiate import instantiate
from models.specs import layers as specs
from models.specs.geometry import layout
from models.specs.initializers import InitializerBase
from models.specs.job import TrainingJobSpec


@dataclass(frozen=True)
class Skip:
    """A residual block: its inner layers, and the layer that adds the block's input to their output."""

    inner: Sequence[Node]
    add: Any


Node = Any  # a Keras layer, or a Skip
Maker = Callable[[Any, dict[str, Any] | None], Any]  # a layer's spec and shared components -> the layer


@dataclass(frozen=True)
class Network:
    """A Keras model and the way through its layers.

    Attributes:
        model: the built model; what is trained and saved.
        nodes: its layers in order from the input.
    """

    model: Any
    nodes: Sequence[Node]

    @property
    def kernels(self) -> list[Any]:
        """The layers with kernels, in order from the input."""
        return [layer for layer in flat(self.nodes) if isinstance(layer, keras.layers.Dense)]

    @property
    def variables(self) -> list[Any]:
        """Weights, running averages and random states, layer after layer."""
        return [variable for layer in flat(self.nodes) for variable in layer.variables]

    @property
    def moving(self) -> list[Any]:
        """The variables that no gradient moves: running averages and random states."""
        trained = {id(variable) for variable in self.model.trainable_variables}
        return [variable for variable in self.variables if id(variable) not in trained]

    @property
    def rowwise(self) -> bool:
        """Whether what a layer makes of a row depends on that row alone, and on no state or chance."""
        return not any(
            layer.non_trainable_variables
            or getattr(layer, "activity_regularizer", None) is not None
            or isinstance(layer, keras.layers.BatchNormalization)
            for layer in flat(self.nodes)
        )


def flat(nodes: Sequence[Node]) -> Iterator[Any]:
    """Every Keras layer among ``nodes``, the inner layers of a residual block before its addition."""
    for node in nodes:
        if isinstance(node, Skip):
            yield from flat(node.inner)
            yield node.add
        else:
            yield node


def build(spec: TrainingJobSpec, n_features: int) -> Network:
    """Build the network of ``spec`` with the weights that its seed gives.

    The weights are those of a plain Keras program that calls ``keras.utils.set_random_seed(seed)`` and then makes
    the same layers in the same order.

    Args:
        spec: the job.
        n_features: D, the width of a row.
    """
    nodes = seeded(spec)
    inputs = keras.Input((n_features,), name="features")
    if any(isinstance(node, Skip) for node in nodes):
        model = keras.Model(inputs, connect(nodes, inputs), name="network")
    else:
        model = keras.Sequential([inputs, *nodes], name="network")
    return Network(model, nodes)


def connect(nodes: Sequence[Node], x: Any) -> Any:
    """The symbolic output of ``nodes`` for a symbolic input (N, D)."""
    for node in nodes:
        x = node.add([x, connect(node.inner, x)]) if isinstance(node, Skip) else node(x, training=None)
    return x


def seeded(spec: TrainingJobSpec, maker: Maker = instantiate) -> list[Node]:
    """The layers of ``spec``, not yet built, whose initializers and random states come from its seed.

    Args:
        spec: the job.
        maker: makes what stands for a layer.
    """
    set_seed(spec.seed % 2**32)
    names = iter(placed.name for placed in layout(spec))
    shared: dict[str, Any] | None = None
    if spec.architecture.init_sharing == "shared":
        shared = {}
        for initializer in initializers(spec.architecture.layers):
            shared.setdefault(initializer.model_dump_json(), instantiate(initializer))
    return make(spec.architecture.layers, names, shared, maker)


def set_seed(seed: int) -> None:
    """Seed whatever Keras draws from.

    What ``keras.utils.set_random_seed`` does, but for TensorFlow's own global seed. Keras never draws with it, and to
    set it TensorFlow forgets every kernel and function that it has made ready: some 50 ms until they are there again.
    """
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 - the generator of whom else a program asks
    global_state.set_global_attribute(GLOBAL_SEED_GENERATOR, None)


def initializers(layers: Sequence[specs.LayerBase]) -> Iterator[InitializerBase]:
    """Every initializer that the layers name."""
    for layer in layers:
        if isinstance(layer, specs.Residual):
            yield from initializers(layer.layers)
        for field in type(layer).model_fields:
            value = getattr(layer, field)
            if isinstance(value, InitializerBase):
                yield value


def make(
    layers: Sequence[specs.LayerBase], names: Iterator[str], shared: dict[str, Any] | None, maker: Maker
) -> list[Node]:
    """The Keras layers of ``layers``; each repetition has weights of its own."""
    nodes: list[Node] = []
    for layer in layers:
        for _ in range(layer.repeat):
            if isinstance(layer, specs.Residual):
                inner = make(layer.layers, names, shared, maker)
                nodes.append(Skip(inner, keras.layers.Add(name=next(names))))
            else:
                node, name = maker(layer, shared), next(names)
                if isinstance(node, keras.layers.Layer):
                    node.name = name
                nodes.append(node)
    return nodes
