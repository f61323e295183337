"""Draws a network's first weights from its spec's seed, without making a model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras
from keras.src.backend.common import global_state  # Keras keeps a list of variables that have no memory yet

from models.engine.instantiate import instantiate
from models.engine.network.architecture import Network, Node, Skip, flat, seeded
from models.specs import layers as specs
from models.specs.job import TrainingJobSpec


@dataclass(frozen=True)
class Start:
    """Stands in for a dense layer, with all of it that is needed to draw its first weights.

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
