"""Writes a network as an ONNX file.

References:
    https://github.com/onnx/onnx/blob/main/docs/IR.md, and onnx.proto for the numbers of the fields.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np

from models.graphs.graph import Array, Graph, Node, Op
from models.graphs.network import TracedNetwork
from models.graphs.protobuf import integer, message

IR_VERSION: Final = 8
OPSET: Final = 18  # the first in which every reduction takes its axes as an input
TYPES: Final[Mapping[str, int]] = MappingProxyType({"float32": 1, "int64": 7, "bool": 9, "float64": 11})
NAMES: Final[Mapping[Op, str]] = MappingProxyType(
    {
        Op.CAST: "Cast",
        Op.ADD: "Add",
        Op.SUBTRACT: "Sub",
        Op.MULTIPLY: "Mul",
        Op.DIVIDE: "Div",
        Op.MAXIMUM: "Max",
        Op.MINIMUM: "Min",
        Op.GREATER: "Greater",
        Op.WHERE: "Where",
        Op.ABS: "Abs",
        Op.EXP: "Exp",
        Op.LOG: "Log",
        Op.SQRT: "Sqrt",
        Op.TANH: "Tanh",
        Op.SIGMOID: "Sigmoid",
        Op.SOFTPLUS: "Softplus",
        Op.ERF: "Erf",
        Op.MATMUL: "MatMul",
        Op.ROW_MAX: "ReduceMax",
        Op.ROW_SUM: "ReduceSum",
        Op.DESCENDING: "TopK",
        Op.CUMULATIVE: "CumSum",
    }
)


def write(network: TracedNetwork, metadata: Mapping[str, str]) -> bytes:
    """The file: an input of (N, D) rows, ``features`` in raw units or ``scaled``, and the output ``outputs`` (N, K).

    Args:
        network: what is written.
        metadata: texts that stand in the file.
    """
    graph = network.graph
    body = b"".join(message(1, node) for node in _nodes(network))
    body += message(2, "network")
    body += b"".join(message(5, tensor) for tensor in _constants(graph))
    body += message(11, _described(network.input_name, graph.nodes[0].dtype, network.n_features))
    body += message(12, _described("outputs", "float32", network.units))
    model = integer(1, IR_VERSION) + message(2, "gradient-clinic") + message(7, body)
    model += message(8, message(1, "") + integer(2, OPSET))
    return model + b"".join(message(14, message(1, key) + message(2, text)) for key, text in metadata.items())


def _nodes(network: TracedNetwork) -> Iterator[bytes]:
    for at, node in enumerate(network.graph.nodes):
        if node.op is Op.INPUT:
            yield _call("Identity", [network.input_name], [f"v{at}"])
        elif node.op is not Op.CONSTANT:
            yield from _computed(at, node)
    yield _call("Identity", [f"v{network.output}"], ["outputs"])


def _computed(at: int, node: Node) -> Iterator[bytes]:
    operands = [f"v{operand}" for operand in node.inputs]
    results = [f"v{at}"]
    attributes = b""
    match node.op:
        case Op.CAST:
            attributes = message(5, message(1, "to") + integer(3, TYPES["float32"]) + integer(20, 2))
        case Op.ROW_MAX | Op.ROW_SUM:
            operands.append("columns")
        case Op.CUMULATIVE:
            operands.append("column")
        case Op.DESCENDING:
            yield _call("Shape", operands, [f"v{at}_shape"])
            yield _call("Gather", [f"v{at}_shape", "columns"], [f"v{at}_width"])
            operands.append(f"v{at}_width")
            results.append(f"v{at}_order")
        case _:
            pass
    yield _call(NAMES[node.op], operands, results, attributes)


def _call(name: str, operands: list[str], results: list[str], attributes: bytes = b"") -> bytes:
    reads = b"".join(message(1, operand) for operand in operands)
    writes = b"".join(message(2, result) for result in results)
    return reads + writes + message(3, f"{results[0]}_{name}") + message(4, name) + attributes


def _constants(graph: Graph) -> Iterator[bytes]:
    for at, node in enumerate(graph.nodes):
        if node.constant is not None:
            yield _tensor(f"v{at}", node.constant)
    used = {node.op for node in graph.nodes}
    if used & {Op.ROW_MAX, Op.ROW_SUM, Op.DESCENDING}:
        yield _tensor("columns", np.array([1], np.int64))
    if Op.CUMULATIVE in used:
        yield _tensor("column", np.array(1, np.int64))


def _tensor(name: str, value: Array) -> bytes:
    dimensions = b"".join(integer(1, size) for size in value.shape)
    little = value.astype(value.dtype.newbyteorder("<"))
    return dimensions + integer(2, TYPES[value.dtype.name]) + message(8, name) + message(9, little.tobytes())


def _described(name: str, dtype: str, width: int) -> bytes:
    shape = message(1, message(2, "N")) + message(1, integer(1, width))
    return message(1, name) + message(2, message(1, integer(1, TYPES[dtype]) + message(2, shape)))
