"""The wire models of TensorFlow Serving's protocol; they describe what the routes read and write without validation."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, Field

Value = float | None


class ModelList(BaseModel):
    """KServe's list of models."""

    models: list[str]


class VersionStatus(BaseModel):
    """Whether a version answers."""

    version: str
    state: Annotated[str, Field(description="`AVAILABLE`, or `END` when it is unloaded.")]
    status: dict[str, str]


class ModelStatus(BaseModel):
    """Whether a model answers; `name` and `ready` are KServe's."""

    model_version_status: list[VersionStatus]
    name: str
    ready: bool


class ModelMetadata(BaseModel):
    """What a version reads and answers."""

    model_spec: dict[str, str]
    metadata: dict[str, Any]


class Predicted(BaseModel):
    """The network's own output; `predictions` to `instances`, `outputs` to `inputs`."""

    predictions: list[list[Value]] = []
    outputs: list[list[Value]] = []


PREDICT_REQUEST: dict[str, Any] = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "properties": {
                    "signature_name": {"const": "serving_default"},
                    "instances": {"type": "array", "description": "Rows: lists, or objects column → number."},
                    "inputs": {"description": "A list of rows, or an object column → list of numbers."},
                },
            },
            "examples": {
                "instances": {"summary": "Row by row", "value": {"instances": [[0.5, -0.25]]}},
                "inputs": {"summary": "By column", "value": {"inputs": {"x0": [0.5], "x1": [-0.25]}}},
            },
        },
        "application/x-www-form-urlencoded": {
            "schema": {"type": "string", "description": "The same JSON, as `curl -d` sends it."}
        },
    },
}
