"""Writes a network as a TensorFlow SavedModel: a graph with constant weights and one serving signature.

References:
    saved_model.proto, meta_graph.proto, graph.proto, node_def.proto, attr_value.proto and tensor.proto of TensorFlow.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np

from models.graphs.graph import Array, Graph, Node, Op
from models.graphs.network import TracedNetwork
from models.graphs.protobuf import entry, integer, message

SCHEMA_VERSION: Final = 1
PRODUCER: Final = 1087  # the version of graphs that TensorFlow 2.5 wrote; later ones read it
TYPES: Final[Mapping[str, int]] = MappingProxyType({"float32": 1, "float64": 2, "int32": 3, "bool": 10})
EPOCH: Final = (1980, 1, 1, 0, 0, 0)  # the first moment that a zip archive knows: equal networks give equal files
NAMES: Final[Mapping[Op, str]] = MappingProxyType(
    {
        Op.CAST: "Cast",
        Op.ADD: "AddV2",
        Op.SUBTRACT: "Sub",
        Op.MULTIPLY: "Mul",
        Op.DIVIDE: "RealDiv",
        Op.MAXIMUM: "Maximum",
        Op.MINIMUM: "Minimum",
        Op.GREATER: "Greater",
        Op.WHERE: "SelectV2",
        Op.ABS: "Abs",
        Op.EXP: "Exp",
        Op.LOG: "Log",
        Op.SQRT: "Sqrt",
        Op.TANH: "Tanh",
        Op.SIGMOID: "Sigmoid",
        Op.SOFTPLUS: "Softplus",
        Op.ERF: "Erf",
        Op.MATMUL: "MatMul",
        Op.ROW_MAX: "Max",
        Op.ROW_SUM: "Sum",
        Op.DESCENDING: "TopKV2",
        Op.CUMULATIVE: "Cumsum",
    }
)


def write(network: TracedNetwork, notes: Mapping[str, str]) -> bytes:
    """A zip archive of the SavedModel's folder.

    Its signature ``serving_default`` takes (N, D) rows, ``features`` in raw units or ``scaled``, and gives ``outputs``
    (N, K).

    Args:
        network: what is written.
        notes: names and contents of text files to put beside it.
    """
    graph = network.graph
    nodes = b"".join(message(1, node) for node in _nodes(network))
    definition = nodes + message(4, integer(1, PRODUCER))
    given = entry(1, network.input_name, _info(f"{network.input_name}:0", graph.nodes[0].dtype, network.n_features))
    made = entry(2, "outputs", _info("outputs:0", "float32", network.units))
    signature = given + made + message(3, "tensorflow/serving/predict")
    about = message(4, "serve")
    meta = message(1, about) + message(2, definition) + entry(5, "serving_default", signature)
    files = {"saved_model.pb": integer(1, SCHEMA_VERSION) + message(2, meta)}
    files |= {f"assets.extra/{name}": text.encode() for name, text in notes.items()}
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as folder:
        for name, content in files.items():
            folder.writestr(zipfile.ZipInfo(name, EPOCH), content)
    return archive.getvalue()


def _nodes(network: TracedNetwork) -> Iterator[bytes]:
    graph = network.graph
    dtype = graph.nodes[0].dtype
    shape = message(7, _shape([-1, network.n_features]))
    yield _node(network.input_name, "Placeholder", [], {"dtype": _type(dtype), "shape": shape})
    for name, value in (("column", 1), ("next", 2)):
        yield _constant(name, np.array(value, np.int32))
        yield _constant(f"{name}s", np.array([value], np.int32))
    for at, node in enumerate(graph.nodes):
        if node.op is Op.INPUT:
            yield _node(f"v{at}", "Identity", [network.input_name], {"T": _type(node.dtype)})
        elif node.constant is not None:
            yield _constant(f"v{at}", node.constant)
        else:
            yield from _computed(graph, at, node)
    yield _node("outputs", "Identity", [f"v{network.output}"], {"T": _type("float32")})


def _computed(graph: Graph, at: int, node: Node) -> Iterator[bytes]:
    operands = [f"v{operand}" for operand in node.inputs]
    kind = _type(graph.nodes[node.inputs[-1]].dtype)
    attributes = {"T": kind}
    match node.op:
        case Op.CAST:
            attributes = {"SrcT": kind, "DstT": _type("float32")}
        case Op.ROW_MAX | Op.ROW_SUM:
            operands.append("columns")
            attributes |= {"Tidx": _type("int32"), "keep_dims": integer(5, 1)}
        case Op.CUMULATIVE:
            operands.append("column")
            attributes |= {"Tidx": _type("int32")}
        case Op.DESCENDING:
            yield _node(f"v{at}_shape", "Shape", operands, {"T": kind, "out_type": _type("int32")})
            cut = {"T": _type("int32"), "Index": _type("int32"), "shrink_axis_mask": integer(3, 1)}
            yield _node(f"v{at}_width", "StridedSlice", [f"v{at}_shape", "columns", "nexts", "columns"], cut)
            operands.append(f"v{at}_width")
        case _:
            pass
    yield _node(f"v{at}", NAMES[node.op], operands, attributes)


def _node(name: str, op: str, operands: list[str], attributes: Mapping[str, bytes]) -> bytes:
    reads = b"".join(message(3, operand) for operand in operands)
    return message(1, name) + message(2, op) + reads + b"".join(entry(5, key, each) for key, each in attributes.items())


def _constant(name: str, value: Array) -> bytes:
    little = value.astype(value.dtype.newbyteorder("<"))
    tensor = integer(1, TYPES[value.dtype.name]) + message(2, _shape(value.shape)) + message(4, little.tobytes())
    return _node(name, "Const", [], {"dtype": _type(value.dtype.name), "value": message(8, tensor)})


def _type(dtype: str) -> bytes:
    return integer(6, TYPES[dtype])


def _shape(sizes: list[int] | tuple[int, ...]) -> bytes:
    return b"".join(message(2, integer(1, size)) for size in sizes)


def _info(name: str, dtype: str, width: int) -> bytes:
    return message(1, name) + integer(2, TYPES[dtype]) + message(3, _shape([-1, width]))
