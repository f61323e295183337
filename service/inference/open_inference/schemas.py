"""The wire models of the Open Inference Protocol; they describe what the routes read and write without validation."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

State = Literal["READY", "LOADING", "UNAVAILABLE"]


class Live(BaseModel):
    """The process answers."""

    live: Literal[True]


class Ready(BaseModel):
    """Requests are answered."""

    ready: Literal[True]


class ModelReady(BaseModel):
    """The model is loaded and answers."""

    name: str
    ready: Literal[True]


class ServerMetadata(BaseModel):
    """What the server is, and which extensions of the protocol it speaks."""

    name: str
    version: str
    extensions: list[str]


class TensorMetadata(BaseModel):
    """A tensor that a model reads or answers."""

    name: str
    datatype: str
    shape: Annotated[list[int], Field(description="-1 stands for any number of rows.")]


class ModelMetadata(BaseModel):
    """What a model reads and answers."""

    name: str
    versions: list[str]
    platform: str
    inputs: list[TensorMetadata]
    outputs: list[TensorMetadata]


class ResponseOutput(BaseModel):
    """A tensor of an answer; its values, row by row, or the number of bytes of them that follow the document."""

    name: str
    datatype: str
    shape: list[int]
    data: list[float | str | None] = []
    parameters: dict[str, Any] = {}


class InferenceResponse(BaseModel):
    """What a network says."""

    model_name: str
    model_version: str
    id: str = ""
    outputs: list[ResponseOutput]


class IndexEntry(BaseModel):
    """A version of a model that can be loaded."""

    name: str
    version: str
    state: State
    reason: str


class Counted(BaseModel):
    """How often, and how long together."""

    count: int
    ns: int


class ModelStatistics(BaseModel):
    """Of one version of a model, in the process that answers."""

    name: str
    version: str
    last_inference: Annotated[int, Field(description="Milliseconds since 1970; 0 before the first.")]
    inference_count: Annotated[int, Field(description="Rows.")]
    execution_count: Annotated[int, Field(description="Requests.")]
    inference_stats: dict[str, Counted]
    batch_stats: list[dict[str, Any]]


class StatisticsResponse(BaseModel):
    """Of several versions and models."""

    model_stats: list[ModelStatistics]


INFERENCE_REQUEST: dict[str, Any] = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["inputs"],
                "properties": {
                    "id": {"type": "string"},
                    "parameters": {"type": "object"},
                    "inputs": {
                        "type": "array",
                        "minItems": 1,
                        "maxItems": 1,
                        "items": {
                            "type": "object",
                            "required": ["name", "shape", "datatype"],
                            "properties": {
                                "name": {"const": "input"},
                                "shape": {"type": "array", "items": {"type": "integer"}},
                                "datatype": {"type": "string", "examples": ["FP64", "FP32"]},
                                "parameters": {"type": "object"},
                                "data": {"type": "array", "description": "Row by row, flat or nested; in raw units."},
                            },
                        },
                    },
                    "outputs": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["name"],
                            "properties": {
                                "name": {"enum": ["output", "classes"]},
                                "parameters": {"type": "object"},
                            },
                        },
                    },
                },
            },
            "examples": {
                "one row": {
                    "summary": "One row of two features",
                    "value": {"inputs": [{"name": "input", "shape": [1, 2], "datatype": "FP64", "data": [0.5, -0.25]}]},
                }
            },
        },
        "application/octet-stream": {
            "schema": {
                "type": "string",
                "format": "binary",
                "description": "The JSON document and behind it the tensor's bytes; the header "
                "`Inference-Header-Content-Length` gives the length of the former.",
            }
        },
    },
}

REPOSITORY_REQUEST: dict[str, Any] = {
    "required": False,
    "content": {
        "application/json": {
            "schema": {"type": "object"},
            "examples": {"nothing": {"summary": "Nothing, or an empty object", "value": {}}},
        }
    },
}
