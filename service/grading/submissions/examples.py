"""Example request bodies of the submissions' routes, for the API documentation."""

from __future__ import annotations

from typing import Any

from fastapi.openapi.models import Example

from service.specs.examples import DEEP_TANH
from service.specs.keras_imports.examples import ARCHITECTURE, COMPILE

SPEC: dict[str, Any] = {
    "architecture": {
        "layers": [
            {"type": "dense", "units": 5, "activation": "relu", "repeat": 5, "kernel_initializer": "he_uniform"},
            {"type": "dense", "units": 1, "activation": "sigmoid"},
        ]
    },
    "training": DEEP_TANH["training"],
}

SUBMISSION_EXAMPLES: dict[str, Example] = {
    "teacher": {"summary": "By a teacher's key, for an author", "value": {"author": "s123", "spec": SPEC}},
    "student": {"summary": "By a student's key, which has its author", "value": {"spec": SPEC}},
    "answers": {
        "summary": "With an answer to a question of the rubric",
        "value": {"author": "s123", "spec": SPEC, "answers": {"smallest": "dense"}},
    },
    "keras": {
        "summary": "A Keras model, with what it was compiled with and how it is trained",
        "value": {
            "author": "s123",
            "keras": {"architecture": ARCHITECTURE, "compile": COMPILE, "training": {"epochs": 500, "batch_size": 32}},
        },
    },
    "config": {
        "summary": "The second of two specs in a student's file",
        "value": {"author": "s123", "config": {"specs": [SPEC, {"spec": SPEC}]}, "part": 1},
    },
}
OVERRIDE_EXAMPLES: dict[str, Example] = {
    "manual": {
        "summary": "Points for what is marked by hand",
        "value": {"checks": {"report": 8}, "reason": "Clear, but the figure has no axes."},
    },
    "score": {"summary": "Another score", "value": {"score": 100, "reason": "Agreed upon in class."}},
}
