"""Reads and writes the documents of TensorFlow Serving's REST protocol."""

from __future__ import annotations

from typing import Any

import numpy as np
from fastapi import Request, Response
from numpy.typing import NDArray

from models.pointers import pointer
from models.signature import Signature
from models.violation import Violation
from service.errors import Invalid
from service.http.json import JsonResponse
from service.http.protocols import answer, document_of
from service.inference.networks.preprocessing import Rows
from service.inference.open_inference.tensors import INPUT, OUTPUT
from service.inference.predictions import rows

SIGNATURE = "serving_default"
MEMBERS = {"instances": "predictions", "inputs": "outputs"}  # how a request asks, and how it is answered


class Prediction:
    """A ``:predict`` request: rows one by one (``instances``) or by column (``inputs``).

    Args:
        request: gives the headers.
        body: unpacked.
    """

    def __init__(self, request: Request, body: bytes) -> None:
        self._request = request
        self._body = body
        self._member = ""

    def rows(self, signature: Signature) -> Rows:
        """Read the rows.

        Raises:
            Unreadable: the body is no JSON.
            Invalid: it is no such request; with the pointer of each violation.
        """
        self._member, content = _member(document_of(self._body))
        if self._member == "inputs" and isinstance(content, dict):
            content = content[INPUT] if set(content) == {INPUT} else _records(content, signature)
        if not isinstance(content, list):
            raise _invalid("a list of rows is expected", self._member)
        if content and all(isinstance(row, dict) and set(row) == {INPUT} for row in content):
            content = [row[INPUT] for row in content]
        if signature.n_features == 1:
            content = [row if isinstance(row, list | dict) else [row] for row in content]
        kind = "records" if content and isinstance(content[0], dict) else "rows"
        try:
            return rows.read({kind: content}, signature)
        except Invalid as error:
            # The rows are read as those of our own predictions, and stand elsewhere here.
            moved = [(violation.pointer.removeprefix(f"/{kind}"), violation.detail) for violation in error.violations]
            raise Invalid.of([Violation(f"/{self._member}{position}", detail) for position, detail in moved]) from error

    def response(self, _signature: Signature, outputs: NDArray[np.float32]) -> Response:
        """Write the network's own output, as Keras's ``predict`` would give it."""
        return answer(self._request, JsonResponse({MEMBERS[self._member]: outputs}))


def status(versions: list[str], *, unloaded: bool) -> dict[str, Any]:
    """The states of some versions of a model."""
    state = "END" if unloaded else "AVAILABLE"
    error = {"error_code": "OK", "error_message": ""}
    return {"model_version_status": [{"version": version, "state": state, "status": error} for version in versions]}


def metadata(name: str, version: str, signature: Signature) -> dict[str, Any]:
    """The signature of a version, as TensorFlow would describe it."""
    described = {
        "inputs": {INPUT: _tensor("DT_DOUBLE", INPUT, signature.n_features)},
        "outputs": {OUTPUT: _tensor("DT_FLOAT", OUTPUT, signature.units)},
        "method_name": "tensorflow/serving/predict",
    }
    return {
        "model_spec": {"name": name, "signature_name": "", "version": version},
        "metadata": {"signature_def": {"signature_def": {SIGNATURE: described}}},
    }


def _tensor(dtype: str, name: str, width: int) -> dict[str, Any]:
    sizes = [{"size": str(size), "name": ""} for size in (-1, width)]
    return {"dtype": dtype, "tensor_shape": {"dim": sizes, "unknown_rank": False}, "name": name}


def _member(document: dict[str, Any]) -> tuple[str, Any]:
    """How rows are given, and the rows."""
    name = document.get("signature_name")
    if name not in (None, "", SIGNATURE):
        raise _invalid(f"a model has the signature {SIGNATURE!r} only, received {name!r}", "signature_name")
    given = [member for member in MEMBERS if member in document]
    if len(given) != 1:
        raise _invalid("give either instances or inputs")
    return given[0], document[given[0]]


def _records(columns: dict[str, Any], signature: Signature) -> list[Any]:
    """Rows of columns: name → values."""
    for name, column in columns.items():
        if name not in signature.features:
            raise _invalid(f"unknown; known: {INPUT}, or all of {', '.join(signature.features[:20])}", "inputs", name)
        if not isinstance(column, list):
            raise _invalid("a list of numbers is expected", "inputs", name)
    lengths = {len(column) for column in columns.values()}
    if len(lengths) != 1:
        raise _invalid("columns of equal length are expected", "inputs")
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _invalid(detail: str, *path: str | int) -> Invalid:
    return Invalid.of([Violation(pointer(path), detail)])
