"""Defines graphs of elementary operations on rows of numbers, each an input of later ones."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

DType = Literal["float32", "float64", "bool"]
Array = NDArray[Any]


class Op(StrEnum):
    """What an operation does; all are elementwise and broadcast, but the last ones."""

    INPUT = "input"
    CONSTANT = "constant"
    CAST = "cast"  # to float32
    ADD = "add"
    SUBTRACT = "subtract"
    MULTIPLY = "multiply"
    DIVIDE = "divide"
    MAXIMUM = "maximum"
    MINIMUM = "minimum"
    GREATER = "greater"
    WHERE = "where"
    ABS = "abs"
    EXP = "exp"
    LOG = "log"
    SQRT = "sqrt"
    TANH = "tanh"
    SIGMOID = "sigmoid"
    SOFTPLUS = "softplus"
    ERF = "erf"
    MATMUL = "matmul"  # (N, m) and (m, n)
    ROW_MAX = "row_max"  # (N, n) to (N, 1)
    ROW_SUM = "row_sum"  # (N, n) to (N, 1)
    DESCENDING = "descending"  # each row sorted, the greatest first
    CUMULATIVE = "cumulative"  # the running sum of each row


@dataclass(frozen=True)
class Node:
    """One operation.

    Attributes:
        op: what it does.
        inputs: the positions of the nodes that it reads, all of them earlier ones.
        dtype: of its result.
        constant: the value of a constant.
    """

    op: Op
    inputs: tuple[int, ...]
    dtype: DType
    constant: Array | None = None


class Graph:
    """Nodes in the order in which they are computed."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []

    def input(self, dtype: DType) -> Value:
        """The (N, D) rows that go in."""
        return self._append(Node(Op.INPUT, (), dtype))

    def constant(self, value: Any, dtype: DType) -> Value:
        """Numbers that stand in the graph."""
        return self._append(Node(Op.CONSTANT, (), dtype, np.asarray(value, dtype)))

    def apply(self, op: Op, *operands: Value | float) -> Value:
        """The result of an operation; plain numbers become constants of its operands' type."""
        typed = next(operand for operand in reversed(operands) if isinstance(operand, Value)).dtype
        values = [each if isinstance(each, Value) else self.constant(each, typed) for each in operands]
        dtype: DType = "bool" if op is Op.GREATER else "float32" if op is Op.CAST else typed
        return self._append(Node(op, tuple(value.at for value in values), dtype))

    def _append(self, node: Node) -> Value:
        self.nodes.append(node)
        return Value(self, len(self.nodes) - 1)


@dataclass(frozen=True)
class Value:
    """The result of a node, which can be computed with."""

    graph: Graph
    at: int

    @property
    def dtype(self) -> DType:
        """Of its numbers."""
        return self.graph.nodes[self.at].dtype

    def __add__(self, other: Value | float) -> Value:
        return self.graph.apply(Op.ADD, self, other)

    def __radd__(self, other: float) -> Value:
        return self.graph.apply(Op.ADD, other, self)

    def __sub__(self, other: Value | float) -> Value:
        return self.graph.apply(Op.SUBTRACT, self, other)

    def __rsub__(self, other: float) -> Value:
        return self.graph.apply(Op.SUBTRACT, other, self)

    def __mul__(self, other: Value | float) -> Value:
        return self.graph.apply(Op.MULTIPLY, self, other)

    def __rmul__(self, other: float) -> Value:
        return self.graph.apply(Op.MULTIPLY, other, self)

    def __truediv__(self, other: Value | float) -> Value:
        return self.graph.apply(Op.DIVIDE, self, other)

    def __gt__(self, other: Value | float) -> Value:
        return self.graph.apply(Op.GREATER, self, other)

    def __matmul__(self, other: Value) -> Value:
        return self.graph.apply(Op.MATMUL, self, other)

    def __neg__(self) -> Value:
        return -1.0 * self

    def __abs__(self) -> Value:
        return self.graph.apply(Op.ABS, self)

    def apply(self, op: Op) -> Value:
        """An operation on this alone."""
        return self.graph.apply(op, self)

    def clip(self, low: float, high: float) -> Value:
        """Each number moved into an interval; an infinite end does not restrict."""
        bounded = self if low == -np.inf else self.graph.apply(Op.MAXIMUM, self, low)
        return bounded if high == np.inf else self.graph.apply(Op.MINIMUM, bounded, high)


def where(condition: Value, yes: Value | float, no: Value | float) -> Value:
    """Of each pair one; at least one of the two is a value.

    Example:
        >>> graph = Graph()
        >>> x = graph.input("float32")
        >>> where(x > 0.0, x, 0.0).dtype
        'float32'
    """
    typed = next(each for each in (yes, no) if isinstance(each, Value))
    first, second = (each if isinstance(each, Value) else typed.graph.constant(each, typed.dtype) for each in (yes, no))
    return typed.graph.apply(Op.WHERE, condition, first, second)
