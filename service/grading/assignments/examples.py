"""Example request bodies of the assignments' routes, for the API documentation."""

from __future__ import annotations

from typing import Any

from fastapi.openapi.models import Example

from service.specs.examples import DEEP_TANH

DATA: dict[str, Any] = DEEP_TANH["data"]

CURE: dict[str, Any] = {
    "title": "Cure the deep tanh network",
    "statement": {
        "en": "Five tanh layers of five units learn nothing of the rings. Change what you like, within 200 parameters.",
        "es": "Cinco capas tanh de cinco unidades no aprenden nada de los anillos. Cambia lo que quieras, con 200 "
        "parámetros como máximo.",
    },
    "data": DATA,
    "hidden_data": DATA | {"source": DATA["source"] | {"random_state": 731}},
    "seeds": {"count": 5, "aggregate": "median"},
    "constraints": {"max_parameters": 200, "max_epochs": 500, "fixed": {"/training/loss": "binary_crossentropy"}},
    "rubric": [
        {"type": "metric", "metric": "accuracy", "split": "test", "at_least": 0.8, "full_at": 0.84, "points": 40},
        {"type": "no_finding", "code": "vanishing_gradients", "points": 30, "visibility": "after_due"},
        {"type": "gradient_ratio", "from": "first", "to": "last", "epoch": 1, "at_least": 0.01, "points": 20},
        {"type": "parameter_budget", "at_most": 200, "points": 10},
    ],
    "quota": {"submissions_per_day": 10, "concurrent": 1},
}

ASSIGNMENT_EXAMPLES: dict[str, Example] = {
    "cure": {"summary": "A network to be cured, graded on hidden data with five hidden seeds", "value": CURE}
}
PATCH_EXAMPLES: dict[str, Example] = {
    "due": {"summary": "Give more time", "value": {"due_at": "2026-12-01T22:59:00Z"}},
    "unlimited": {"summary": "Any number of tries", "value": {"quota": {"submissions_per_day": None}}},
}
