"""Evaluates a graph in NumPy, in float64: its values, and the gradient with respect to its input."""

from __future__ import annotations

# ruff: noqa: ARG005 - every pull is called alike
import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from models.graphs.graph import Graph, Op

Floats = NDArray[np.float64]
Pull = Callable[..., tuple[Any, ...]]

_erf = np.frompyfunc(math.erf, 1, 1)


def sigmoid(x: Floats) -> Floats:
    """1 / (1 + e^-x), without overflow on either side."""
    return np.asarray(0.5 + 0.5 * np.tanh(x / 2))


VALUES: Final[Mapping[Op, Callable[..., Any]]] = MappingProxyType(
    {
        Op.CAST: np.asarray,
        Op.ADD: np.add,
        Op.SUBTRACT: np.subtract,
        Op.MULTIPLY: np.multiply,
        Op.DIVIDE: np.divide,
        Op.MAXIMUM: np.maximum,
        Op.MINIMUM: np.minimum,
        Op.GREATER: np.greater,
        Op.WHERE: np.where,
        Op.ABS: np.abs,
        Op.EXP: np.exp,
        Op.LOG: np.log,
        Op.SQRT: np.sqrt,
        Op.TANH: np.tanh,
        Op.SIGMOID: sigmoid,
        Op.SOFTPLUS: lambda x: np.logaddexp(0.0, x),
        Op.ERF: lambda x: np.asarray(_erf(x), np.float64),
        Op.MATMUL: np.matmul,
        Op.ROW_MAX: lambda x: x.max(axis=1, keepdims=True),
        Op.ROW_SUM: lambda x: x.sum(axis=1, keepdims=True),
        Op.DESCENDING: lambda x: -np.sort(-x, axis=1),
        Op.CUMULATIVE: lambda x: x.cumsum(axis=1),
    }
)


def _sorted_back(g: Floats, _: Floats, x: Floats) -> tuple[Floats]:
    back = np.empty_like(g)
    np.put_along_axis(back, np.argsort(-x, axis=1), g, axis=1)
    return (back,)


def _first_greatest(g: Floats, _: Floats, x: Floats) -> tuple[Floats]:
    back = np.zeros_like(x)
    np.put_along_axis(back, x.argmax(axis=1)[:, None], g, axis=1)
    return (back,)


# For the gradient g of a result y: the gradients of the operands. At a kink one of the two sides counts.
PULLS: Final[Mapping[Op, Pull]] = MappingProxyType(
    {
        Op.CAST: lambda g, y, x: (g,),
        Op.ADD: lambda g, y, a, b: (g, g),
        Op.SUBTRACT: lambda g, y, a, b: (g, -g),
        Op.MULTIPLY: lambda g, y, a, b: (g * b, g * a),
        Op.DIVIDE: lambda g, y, a, b: (g / b, -g * y / b),
        Op.MAXIMUM: lambda g, y, a, b: (np.where(a > b, g, 0.0), np.where(a > b, 0.0, g)),
        Op.MINIMUM: lambda g, y, a, b: (np.where(a < b, g, 0.0), np.where(a < b, 0.0, g)),
        Op.WHERE: lambda g, y, which, a, b: (None, np.where(which, g, 0.0), np.where(which, 0.0, g)),
        Op.ABS: lambda g, y, x: (g * np.sign(x),),
        Op.EXP: lambda g, y, x: (g * y,),
        Op.LOG: lambda g, y, x: (g / x,),
        Op.SQRT: lambda g, y, x: (np.divide(g, 2 * y, out=np.zeros_like(g), where=y > 0),),
        Op.TANH: lambda g, y, x: (g * 4 * sigmoid(2 * x) * sigmoid(-2 * x),),
        Op.SIGMOID: lambda g, y, x: (g * y * sigmoid(-x),),
        Op.SOFTPLUS: lambda g, y, x: (g * sigmoid(x),),
        Op.ERF: lambda g, y, x: (g * 2 / math.sqrt(math.pi) * np.exp(-np.square(x)),),
        Op.MATMUL: lambda g, y, a, b: (g @ b.T, None),
        Op.ROW_MAX: _first_greatest,
        Op.ROW_SUM: lambda g, y, x: (np.broadcast_to(g, x.shape),),
        Op.DESCENDING: _sorted_back,
        Op.CUMULATIVE: lambda g, y, x: (g[:, ::-1].cumsum(axis=1)[:, ::-1],),
    }
)


def evaluate(graph: Graph, rows: NDArray[Any]) -> list[Any]:
    """The value of every node for rows (N, D)."""
    values: list[Any] = []
    with np.errstate(all="ignore"):  # a network that overflows does so here, too
        for node in graph.nodes:
            match node.op:
                case Op.INPUT:
                    values.append(np.asarray(rows, np.float64))
                case Op.CONSTANT:
                    assert node.constant is not None
                    values.append(node.constant.astype(np.float64))
                case _:
                    values.append(VALUES[node.op](*(values[at] for at in node.inputs)))
    return values


def gradient(graph: Graph, values: list[Any], at: int, direction: Floats) -> Floats:
    """The gradient (N, D) of a sum over the outputs of a node, each row by itself.

    Args:
        graph: the graph.
        values: what :func:`evaluate` has made of the rows.
        at: the node whose output is derived.
        direction: (N, K) factors of the sum, such as 1 at one output and 0 at the others.
    """
    live = _depending(graph)
    pulled: dict[int, Floats] = {at: direction}
    with np.errstate(all="ignore"):
        for position in range(at, 0, -1):
            g = pulled.pop(position, None)
            node = graph.nodes[position]
            if g is None or not live[position]:
                continue
            parts = PULLS[node.op](g, values[position], *(values[operand] for operand in node.inputs))
            for operand, part in zip(node.inputs, parts, strict=True):
                if part is not None and live[operand]:
                    shaped = _fold(part, values[operand].shape)
                    pulled[operand] = pulled[operand] + shaped if operand in pulled else shaped
    nothing: Floats = np.zeros_like(values[0])
    return pulled.get(0, nothing)


def _depending(graph: Graph) -> list[bool]:
    """Whether each node depends on the input, which is the first."""
    depends: list[bool] = []
    for node in graph.nodes:
        depends.append(node.op is Op.INPUT or any(depends[at] for at in node.inputs))
    return depends


def _fold(part: Floats, shape: tuple[int, ...]) -> Floats:
    """The gradient of an operand that was broadcast along its rows: (N, 1) where it met (N, n)."""
    return part.sum(axis=1, keepdims=True) if part.shape != shape else part
