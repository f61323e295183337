"""A spec's architecture as a Keras model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import keras

from models.engine.instantiate import instantiate
from models.specs.geometry import layout
from models.specs.initializers import InitializerBase
from models.specs.job import TrainingJobSpec
from models.specs.layers import LayerBase, Residual


@dataclass(frozen=True)
class Skip:
    """A residual block: its inner layers, and the layer that adds the block's input to their output."""

    inner: Sequence[Node]
    add: Any


Node = Any  # a Keras layer, or a Skip


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
    keras.utils.set_random_seed(spec.seed % 2**32)
    names = iter(placed.name for placed in layout(spec))
    shared: dict[str, Any] | None = None
    if spec.architecture.init_sharing == "shared":
        shared = {}
        for initializer in initializers(spec.architecture.layers):
            shared.setdefault(initializer.model_dump_json(), instantiate(initializer))
    nodes = make(spec.architecture.layers, names, shared)
    inputs = keras.Input((n_features,), name="features")
    if any(isinstance(node, Skip) for node in nodes):
        model = keras.Model(inputs, walk(nodes, inputs), name="network")
    else:
        model = keras.Sequential([inputs, *nodes], name="network")
    return Network(model, nodes)


def initializers(layers: Sequence[LayerBase]) -> Iterator[InitializerBase]:
    """Every initializer that the layers name."""
    for layer in layers:
        if isinstance(layer, Residual):
            yield from initializers(layer.layers)
        for field in type(layer).model_fields:
            value = getattr(layer, field)
            if isinstance(value, InitializerBase):
                yield value


def make(layers: Sequence[LayerBase], names: Iterator[str], shared: dict[str, Any] | None) -> list[Node]:
    """The Keras layers of ``layers``; each repetition has weights of its own."""
    nodes: list[Node] = []
    for layer in layers:
        for _ in range(layer.repeat):
            if isinstance(layer, Residual):
                inner = make(layer.layers, names, shared)
                nodes.append(Skip(inner, keras.layers.Add(name=next(names))))
            else:
                made = instantiate(layer, shared)
                made.name = next(names)
                nodes.append(made)
    return nodes


def walk(nodes: Sequence[Node], x: Any) -> Any:
    """The output of ``nodes`` for a symbolic input (N, D)."""
    for node in nodes:
        x = node.add([x, walk(node.inner, x)]) if isinstance(node, Skip) else node(x)
    return x
