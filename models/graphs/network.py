"""Traces a trained network into a graph, from its spec, its weights and its signature."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from numpy.typing import NDArray

from models.graphs.activations import softmax
from models.graphs.graph import Graph, Op, Value
from models.graphs.layers import FORMULAS
from models.graphs.scaling import scaled
from models.signature import Signature
from models.specs.geometry import PlacedLayer, layout
from models.specs.job import TrainingJobSpec
from models.specs.layers import LayerBase, Residual

Weights = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class TracedNetwork:
    """A network's graph, with the positions of the values that can be asked for.

    Attributes:
        graph: all operations; the first is the input: rows in raw units, float64, or rows behind the scaler, float32.
        n_features: D, the width of the input.
        units: K, the width of the output.
        layers: each layer of the network in the order of :func:`layout`, with the position of its output.
        output: the position of the network's output (N, K).
        read: the position of the probabilities that the output stands for: (N, 1), of the second class, or (N, K);
            of the output where these are no probabilities.
    """

    graph: Graph
    n_features: int
    units: int
    layers: list[tuple[PlacedLayer, int]] = field(repr=False)
    output: int
    read: int

    @property
    def input_name(self) -> str:
        """What files call the input: ``features`` in raw units, or ``scaled`` rows."""
        return "features" if self.graph.nodes[0].dtype == "float64" else "scaled"


def trace(spec: TrainingJobSpec, weights: Weights, signature: Signature | None = None) -> TracedNetwork:
    """The graph of a trained network.

    Args:
        spec: the job.
        weights: ``layer/weight`` -> values, as the artifact ``weights`` names them.
        signature: for a graph that begins with the scaler, if that is a straight line; None: it begins behind it.
    """
    rows = _raw_rows(signature) or Graph().input("float32")
    outputs: list[tuple[PlacedLayer, int]] = []
    output = _through(rows, spec.architecture.layers, iter(layout(spec)), weights, outputs)
    outline = Signature.of(spec)
    match outline.link:
        case "sigmoid":
            read = output.apply(Op.SIGMOID)
        case "softmax" if outline.units > 1:
            read = softmax(output)
        case _:
            read = output
    return TracedNetwork(rows.graph, outline.n_features, outline.units, outputs, output.at, read.at)


def _raw_rows(signature: Signature | None) -> Value | None:
    """What the network reads, computed from an input in raw units; None where the graph is to begin behind that."""
    if signature is None:
        return None
    rows = Graph().input("float64")
    behind = rows if signature.scaler is None else scaled(rows, signature.scaler)
    return None if behind is None else behind.apply(Op.CAST)


def _through(
    x: Value,
    layers: Sequence[LayerBase],
    placed: Iterator[PlacedLayer],
    weights: Weights,
    outputs: list[tuple[PlacedLayer, int]],
) -> Value:
    """The output of ``layers``, whose inner ones come before the addition that closes their block."""
    for layer in layers:
        for _ in range(layer.repeat):
            if isinstance(layer, Residual):
                x = x + _through(x, layer.layers, placed, weights, outputs)
                current = next(placed)
            else:
                current = next(placed)
                own = f"{current.name}/"
                mine = {name.removeprefix(own): value for name, value in weights.items() if name.startswith(own)}
                x = FORMULAS[type(layer)](x, layer, mine, current.inputs)
            outputs.append((current, x.at))
    return x
