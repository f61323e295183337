"""Reads and writes the tensors of the Open Inference Protocol.

Input ``input`` (N, D): rows in raw units, of any datatype in :data:`DATATYPES`; FP64 keeps every digit.
Output ``output`` (N, K) FP32: what the Keras network itself would answer to the scaled rows.
Output ``classes`` (N,) BYTES, of classifiers: the original label of the class that each row belongs to, as text; empty
where the output is not finite.
"""

from __future__ import annotations

import struct
from itertools import chain
from typing import Any, Final

import numpy as np
import orjson
from numpy.typing import NDArray

from models.pointers import pointer
from models.reading import UNDECIDED, classes_of, probabilities
from models.signature import Signature
from models.violation import Violation
from service.errors import Invalid
from service.inference.networks.preprocessing import Rows

INPUT: Final = "input"
OUTPUT: Final = "output"
CLASSES: Final = "classes"
PLATFORM: Final = "litert_flatbuffer"

DATATYPES: Final[dict[str, str]] = {
    "FP64": "<f8",
    "FP32": "<f4",
    "FP16": "<f2",
    "INT64": "<i8",
    "INT32": "<i4",
    "INT16": "<i2",
    "INT8": "<i1",
    "UINT64": "<u8",
    "UINT32": "<u4",
    "UINT16": "<u2",
    "UINT8": "<u1",
}

MOST_VIOLATIONS = 100
POSITION = ("inputs", 0)

Floats = NDArray[np.float32]
Document = dict[str, Any]


def metadata(signature: Signature) -> tuple[list[Document], list[Document]]:
    """Name, datatype and shape of a network's inputs and of its outputs."""
    inputs = [{"name": INPUT, "datatype": "FP64", "shape": [-1, signature.n_features]}]
    outputs: list[Document] = [{"name": OUTPUT, "datatype": "FP32", "shape": [-1, signature.units]}]
    if signature.classes is not None:
        outputs.append({"name": CLASSES, "datatype": "BYTES", "shape": [-1]})
    return inputs, outputs


def read(tensor: Any, binary: memoryview, signature: Signature) -> Rows:
    """Read the (N, D) rows of the input tensor.

    Args:
        tensor: the member of ``inputs``.
        binary: the bytes behind the JSON document.
        signature: of the network.

    Raises:
        Invalid: it is not what the network reads.
    """
    if not isinstance(tensor, dict):
        raise _invalid("an object is expected")
    if tensor.get("name") != INPUT:
        raise _invalid(f"the input's name is {INPUT!r}, received {tensor.get('name')!r}", "name")
    datatype = tensor.get("datatype")
    if not isinstance(datatype, str) or datatype not in DATATYPES:
        raise _invalid(f"one of {', '.join(DATATYPES)} is expected, received {datatype!r}", "datatype")
    shape = _shape(tensor.get("shape"), signature.n_features)
    size = _binary_size(tensor)
    dtype = np.dtype(DATATYPES[datatype])
    if size is not None:
        values = _binary_values(tensor, binary, size, shape, dtype)
    elif len(binary):
        raise _invalid("bytes follow the document, and no binary_data_size says whose they are", "parameters")
    else:
        values = _listed_values(tensor.get("data"), shape, dtype)
    rows: Rows = values.astype(np.float64, copy=False)
    if not np.isfinite(rows).all():
        at = np.argwhere(~np.isfinite(rows))[:MOST_VIOLATIONS]
        violations = [f"row {row}, column {column}: the number is not finite" for row, column in at.tolist()]
        raise Invalid.of([Violation(pointer((*POSITION, "data")), violation) for violation in violations])
    return rows


def write(
    name: str, signature: Signature, outputs: Floats, *, class_count: int, binary: bool
) -> tuple[Document, bytes]:
    """Write an output tensor, and its bytes where it is binary.

    Args:
        name: of the output; one that the network has.
        signature: how to read the outputs.
        outputs: (N, K) the network's raw answers.
        class_count: instead of the numbers, so many of the highest as ``value:index:label``; 0 for the numbers.
        binary: whether the values follow the document as bytes instead of standing in it.
    """
    if name == CLASSES:
        return _texts(name, [len(outputs)], _labels_of_rows(signature, outputs), binary=binary)
    if class_count:
        texts = _ranked(signature, outputs, class_count)
        return _texts(name, [len(outputs), len(texts) // max(len(outputs), 1)], texts, binary=binary)
    tensor: Document = {"name": name, "datatype": "FP32", "shape": list(outputs.shape)}
    if binary:
        content = outputs.astype("<f4", copy=False).tobytes()
        return {**tensor, "parameters": {"binary_data_size": len(content)}}, content
    return {**tensor, "data": outputs.ravel()}, b""


def text_of(label: Any) -> str:
    """A label as text: a string as it is, anything else as JSON writes it."""
    return label if isinstance(label, str) else orjson.dumps(label).decode()


def _shape(shape: Any, width: int) -> tuple[int, int]:
    match shape:
        case [int(rows), int(columns)] if rows > 0 and columns == width and bool not in {type(rows), type(columns)}:
            return rows, columns
        case _:
            raise _invalid(f"[rows, {width}] with at least one row is expected, received {shape!r}", "shape")


def _binary_size(tensor: Document) -> int | None:
    parameters = tensor.get("parameters") or {}
    size = parameters.get("binary_data_size") if isinstance(parameters, dict) else None
    if size is not None and (not isinstance(size, int) or isinstance(size, bool) or size < 0):
        raise _invalid(f"a number of bytes is expected, received {size!r}", "parameters", "binary_data_size")
    return size


def _binary_values(
    tensor: Document, binary: memoryview, size: int, shape: tuple[int, int], dtype: np.dtype[Any]
) -> NDArray[Any]:
    needed = shape[0] * shape[1] * dtype.itemsize
    if "data" in tensor:
        raise _invalid("the values are given twice, here and as bytes", "data")
    if size != needed:
        raise _invalid(f"{needed} bytes are needed for this shape, announced are {size}", *BINARY_SIZE)
    if size != len(binary):
        raise _invalid(f"{size} bytes are announced, {len(binary)} follow the document", *BINARY_SIZE)
    return np.frombuffer(binary, dtype).reshape(shape)


BINARY_SIZE = ("parameters", "binary_data_size")


def _listed_values(data: Any, shape: tuple[int, int], dtype: np.dtype[Any]) -> NDArray[Any]:
    if not isinstance(data, list):
        raise _invalid("a list is expected", "data")
    nested = bool(data) and isinstance(data[0], list)
    if nested and not all(isinstance(row, list) and len(row) == shape[1] for row in data):
        raise _invalid(f"rows of {shape[1]} numbers are expected", "data")
    values = list(chain.from_iterable(data)) if nested else data
    count = shape[0] * shape[1]
    if len(values) != count:
        raise _invalid(f"{count} numbers are needed for this shape, received {len(values)}", "data")
    allowed = {int} if dtype.kind in "iu" else {int, float}
    if not set(map(type, values)) <= allowed:
        kind = "a whole number" if dtype.kind in "iu" else "a number"
        index = next(index for index, value in enumerate(values) if type(value) not in allowed)
        row, column = divmod(index, shape[1])
        raise _invalid(f"row {row}, column {column}: {kind} is expected", "data")
    try:
        with np.errstate(over="ignore"):  # what FP32 cannot hold is refused as not finite
            return np.array(values, dtype).reshape(shape)
    except OverflowError as error:
        raise _invalid("a number is outside the range of the datatype", "data") from error


def _labels_of_rows(signature: Signature, outputs: Floats) -> list[str]:
    labels = [text_of(label) for label in signature.classes or ()]
    return ["" if index == UNDECIDED else labels[index] for index in classes_of(signature, outputs).tolist()]


def _ranked(signature: Signature, outputs: Floats, class_count: int) -> list[str]:
    """The highest values of each row, e.g. ``0.981000:1:setosa``; as many for each."""
    values: NDArray[Any] = outputs
    if signature.threshold is not None:
        # One unit speaks of two classes: by both probabilities, or by a value and its mirror image at the threshold.
        found, threshold = probabilities(signature, outputs), np.float32(signature.threshold)
        values = np.concatenate([2 * threshold - outputs, outputs], axis=1) if found is None else found
    elif signature.classes is not None and signature.units > 1:
        values = outputs[:, : len(signature.classes)]  # the others stand for no class
    named = values.shape[1] == len(signature.classes or ())
    labels = [f":{text_of(label)}" for label in signature.classes or ()] if named else [""] * values.shape[1]
    order = np.argsort(-values, axis=1, kind="stable")[:, :class_count]
    chosen = np.take_along_axis(values, order, axis=1)
    pairs = zip(chosen.ravel().tolist(), order.ravel().tolist(), strict=True)
    return [f"{value:f}:{index}{labels[index]}" for value, index in pairs]


def _texts(name: str, shape: list[int], texts: list[str], *, binary: bool) -> tuple[Document, bytes]:
    tensor: Document = {"name": name, "datatype": "BYTES", "shape": shape}
    if not binary:
        return {**tensor, "data": texts}, b""
    content = b"".join(struct.pack("<I", len(text)) + text for text in (text.encode() for text in texts))
    return {**tensor, "parameters": {"binary_data_size": len(content)}}, content


def _invalid(detail: str, *below: str) -> Invalid:
    return Invalid.of([Violation(pointer((*POSITION, *below)), detail)])
