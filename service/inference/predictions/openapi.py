"""Describes the parameters, bodies and answers of predictions for OpenAPI."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query

from service.http.media_types import MediaType
from service.inference.predictions.line_readers import LONGEST
from service.inference.predictions.options import Include
from service.inference.predictions.schemas import MOST_ROWS, PredictionRequest

TopK = Annotated[int | None, Query(ge=1, le=1000, description="Also tell the likeliest classes, so many of them.")]
Included = Annotated[
    str | None,
    Query(
        description=f"What to tell of the inside, comma-separated: {', '.join(Include)}. Computed in float64.",
        examples=["activations,input_gradient"],
    ),
]
OfClass = Annotated[
    str | None,
    Query(alias="class", description="Whose probability the input gradient is of; else of each row's predicted class."),
]

_TEXT = {"type": "string"}
REQUEST_BODY: dict[str, Any] = {
    "required": True,
    "description": (
        f"Rows in raw units. One JSON document holds at most {MOST_ROWS} rows. Lines are read as they come, in bounded "
        f"memory, and may be many more: a JSON list or object each, or CSV below a header that names the columns; a "
        f"line has at most {LONGEST} bytes."
    ),
    "content": {
        MediaType.JSON.value: {
            "schema": PredictionRequest.model_json_schema(),
            "examples": {
                "rows": {"value": {"rows": [[0.5, -0.25]]}},
                "records": {"value": {"records": [{"x0": 0.5, "x1": -0.25}]}},
            },
        },
        MediaType.LINES.value: {"schema": _TEXT, "example": "[0.5, -0.25]\n[1.0, 0.0]\n"},
        MediaType.CSV.value: {"schema": _TEXT, "example": "x0,x1\n0.5,-0.25\n1.0,0.0\n"},
    },
}
ANSWERED_LINES: dict[str, Any] = {
    MediaType.LINES.value: {"schema": _TEXT, "example": '{"class":1,"probabilities":[0.25,0.75]}\n'},
    MediaType.CSV.value: {"schema": _TEXT, "example": "class,probability_0,probability_1\n1,0.25,0.75\n"},
}
