"""Reads one inference request of the Open Inference Protocol, and writes its answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
from fastapi import Request, Response
from numpy.typing import NDArray

from models.pointers import pointer
from models.signature import Signature
from models.violation import Violation
from service.errors import Invalid, RequestViolation
from service.http.json import JsonResponse
from service.http.protocols import answer, document_of
from service.inference.networks.preprocessing import Rows
from service.inference.open_inference import tensors
from service.inference.serving import ServedModel

HEADER_LENGTH = "Inference-Header-Content-Length"  # bytes of the JSON document, where tensors follow it as bytes
BINARY = "application/octet-stream"


@dataclass(frozen=True)
class RequestedOutput:
    """An output that a request asks for.

    Attributes:
        name: of the tensor.
        binary: as bytes behind the document.
        class_count: not the numbers, but so many of the highest with their labels; 0: all numbers.
    """

    name: str
    binary: bool
    class_count: int


class Inference:
    """One inference request.

    Args:
        request: gives the headers.
        body: unpacked.
        served: the network.
    """

    def __init__(self, request: Request, body: bytes, served: ServedModel) -> None:
        self._request = request
        self._served = served
        self._body = body
        self._outputs: list[RequestedOutput] = []
        self._id: str | None = None

    def rows(self, signature: Signature) -> Rows:
        """Read the rows.

        Raises:
            Unreadable: the document is no JSON.
            Invalid: it is no inference request that this network can answer.
        """
        length = _header_length(self._request.headers.get(HEADER_LENGTH), len(self._body))
        whole = memoryview(self._body)
        document = document_of(whole[:length])
        request_id = document.get("id")
        if request_id is not None and not isinstance(request_id, str):
            raise _invalid("a text is expected", "id")
        self._id = request_id
        self._outputs = _outputs(document, signature)
        inputs = document.get("inputs")
        if not isinstance(inputs, list) or len(inputs) != 1:
            raise _invalid(f"a list with the one input {tensors.INPUT!r} is expected", "inputs")
        return tensors.read(inputs[0], whole[length:], signature)

    def response(self, signature: Signature, outputs: NDArray[np.float32]) -> Response:
        """Write the answer."""
        written = [
            tensors.write(output.name, signature, outputs, class_count=output.class_count, binary=output.binary)
            for output in self._outputs
        ]
        document: dict[str, Any] = {"model_name": self._served.name, "model_version": self._served.version}
        if self._id is not None:
            document["id"] = self._id
        document["outputs"] = [tensor for tensor, _ in written]
        if not any(output.binary for output in self._outputs):
            return answer(self._request, JsonResponse(document))
        header = orjson.dumps(document, option=orjson.OPT_SERIALIZE_NUMPY)
        content = b"".join([header, *(content for _, content in written)])
        return answer(self._request, Response(content, headers={HEADER_LENGTH: str(len(header))}, media_type=BINARY))


def _header_length(header: str | None, length: int) -> int:
    if header is None:
        return length
    if not header.isascii() or not header.isdigit() or not 0 < int(header[:20]) <= length:
        detail = f"up to {length} bytes are expected, received {header!r}"
        raise Invalid.of([RequestViolation("", detail, parameter=HEADER_LENGTH)])
    return int(header)


def _outputs(document: dict[str, Any], signature: Signature) -> list[RequestedOutput]:
    """The outputs that are asked for; all outputs where none is named."""
    _, described = tensors.metadata(signature)
    known = [output["name"] for output in described]
    binary = _flag(_parameters(document, ()), "binary_data_output", (), default=False)
    asked = document.get("outputs")
    if asked is None or asked == []:
        return [RequestedOutput(name, binary, 0) for name in known]
    if not isinstance(asked, list):
        raise _invalid("a list is expected", "outputs")
    wanted = [_output(output, ("outputs", index), known, binary=binary) for index, output in enumerate(asked)]
    if len({output.name for output in wanted}) < len(wanted):
        raise _invalid("an output is named twice", "outputs")
    return wanted


def _output(output: Any, path: tuple[str | int, ...], known: list[str], *, binary: bool) -> RequestedOutput:
    if not isinstance(output, dict) or output.get("name") not in known:
        raise _invalid(f"an object with one of the names {', '.join(known)} is expected", *path)
    parameters = _parameters(output, path)
    class_count = parameters.get("classification", 0)
    position = (*path, "parameters", "classification")
    if not isinstance(class_count, int) or isinstance(class_count, bool) or class_count < 0:
        raise _invalid(f"a number of classes is expected, received {class_count!r}", *position)
    if class_count and output["name"] != tensors.OUTPUT:
        raise _invalid(f"only {tensors.OUTPUT!r} has numbers to choose from", *position)
    return RequestedOutput(output["name"], _flag(parameters, "binary_data", path, default=binary), class_count)


def _parameters(document: dict[str, Any], path: tuple[str | int, ...]) -> dict[str, Any]:
    parameters = document.get("parameters")
    if parameters is not None and not isinstance(parameters, dict):
        raise _invalid("an object is expected", *path, "parameters")
    return parameters or {}


def _flag(parameters: dict[str, Any], name: str, path: tuple[str | int, ...], *, default: bool) -> bool:
    value = parameters.get(name, default)
    if not isinstance(value, bool):
        raise _invalid(f"true or false is expected, received {value!r}", *path, "parameters", name)
    return value


def _invalid(detail: str, *path: str | int) -> Invalid:
    return Invalid.of([Violation(pointer(path), detail)])
