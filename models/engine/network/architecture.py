"""A spec's architecture as a Keras model."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras.src.backend.common import global_state  # Keras keeps a list of variables that have no memory yet
from keras.src.random.seed_generator import GLOBAL_SEED_GENERATOR

from models.engine.instantiate import instantiate
from models.engine.step.fast_ops import fast_op
from models.specs import layers as specs
from models.specs.geometry import layout
from models.specs.initializers import InitializerBase
from models.specs.job import TrainingJobSpec


@dataclass(frozen=True)
class Skip:
    """A residual block: its inner layers, and the layer that adds the block's input to their output."""

    inner: Sequence[Node]
    add: Any


@dataclass(frozen=True)
class Start:
    """What the first weights of a dense layer come from: all of the layer that is needed to draw them.

    Attributes:
        units: n.
        initializers: of the kernel and of the bias, in the order in which Keras is given them; each may draw a seed.
        use_bias: whether there is a bias.
    """

    units: int
    initializers: tuple[Any, Any]
    use_bias: bool

    @classmethod
    def of(cls, layer: specs.LayerBase, shared: dict[str, Any] | None) -> Any:
        """In the place of a Keras layer: this for a dense one, others as they are."""
        if not isinstance(layer, specs.Dense):
            return instantiate(layer, shared)
        kernel, bias = (instantiate(some, shared) for some in (layer.kernel_initializer, layer.bias_initializer))
        return cls(layer.units, (kernel, bias), layer.use_bias)

    def values(self, width: int) -> list[Any]:
        """The kernel (m, n) and the bias (n,) for m columns."""
        kernel, bias = self.initializers
        return [kernel((width, self.units)), *([bias((self.units,))] if self.use_bias else [])]


Node = Any  # a Keras layer, or a Skip
Maker = Callable[[Any, dict[str, Any] | None], Any]  # a layer's spec and shared components -> the layer
Dense = Callable[[Any, Any], Any]  # a dense layer and rows -> pre-activations


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
        model = keras.Model(inputs, run(nodes, inputs), name="network")
    else:
        model = keras.Sequential([inputs, *nodes], name="network")
    return Network(model, nodes)


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


def initial(spec: TrainingJobSpec, n_features: int) -> list[Any]:
    """The first value of each of :attr:`Network.variables` of :func:`build`'s network, without making a model of it.

    Args:
        spec: the job.
        n_features: D, the width of a row.
    """
    nodes = seeded(spec, Start.of)
    with keras.StatelessScope(initialize_variables=False):
        values, _ = first_values(nodes, n_features)
    global_state.get_global_attribute("uninitialized_variables", [], set_to_default=True).clear()
    return values


def first_values(nodes: Sequence[Node], width: int) -> tuple[list[Any], int]:
    """The first values of the variables of ``nodes`` for rows of ``width`` columns; the width of their output."""
    values: list[Any] = []
    for node in nodes:
        if isinstance(node, Skip):
            values += first_values(node.inner, width)[0]
        elif isinstance(node, Start):
            values += node.values(width)
            width = node.units
        else:
            if not node.built:
                node.build((None, width))
            values += [variable.value for variable in node.variables]
            width = node.compute_output_shape((None, width))[-1]
    return values, width


def take_initializers(network: Network, spec: TrainingJobSpec) -> None:
    """Give a network the initializers of ``spec``, which has its shapes: they are part of the saved model."""
    for layer, new in zip(flat(network.nodes), flat(seeded(spec)), strict=True):
        for name, value in vars(new).items():
            if isinstance(value, keras.initializers.Initializer):
                setattr(layer, name, value)


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


def plain(node: Node) -> bool:
    """Whether a node is a dense layer that does nothing but compute its output."""
    return isinstance(node, keras.layers.Dense) and node.activity_regularizer is None


def affine(layer: Any, x: Any) -> Any:
    """Compute z = x W + b (N, n) of a dense layer for rows (N, m).

    What ``Dense.call`` computes, in fewer calls, and with a sum that broadcasts: the gradient of Keras's bias addition
    is one of the operations that take TensorFlow's bridge to XLA milliseconds each.
    """
    z = tf.matmul(x, layer.kernel)
    return z if layer.bias is None else z + layer.bias


def run(nodes: Sequence[Node], x: Any, *, training: bool | None = None, dense: Dense = affine) -> Any:
    """The output of ``nodes`` for rows or a symbolic input (N, D).

    Args:
        nodes: of a network.
        x: the rows.
        training: as Keras's layers have it.
        dense: computes z = x W + b of a dense layer.
    """
    for node in nodes:
        if isinstance(node, Skip):
            x = node.add([x, run(node.inner, x, training=training, dense=dense)])
        elif plain(node) and not isinstance(x, keras.KerasTensor):
            x = fast_op(node.activation)(dense(node, x))
        else:
            x = node(x, training=training)
    return x
