"""Example bodies for the documentation."""

from __future__ import annotations

from typing import Any

from fastapi.openapi.models import Example

from service.specs.examples import DEEP_TANH


def _with(**changes: Any) -> dict[str, Any]:
    """The deep network with its hidden layers changed."""
    hidden, head = DEEP_TANH["architecture"]["layers"]
    return DEEP_TANH | {"name": "deep relu", "architecture": {"layers": [hidden | changes, head]}}


COMPARISON_EXAMPLES: dict[str, Example] = {
    "specs": {
        "summary": "A deep tanh network and a deep ReLU network, ten seeds each",
        "value": {"specs": [DEEP_TANH, _with(activation="relu", kernel_initializer="he_uniform")], "seeds": 10},
    },
    "jobs": {
        "summary": "The specs of two jobs, again with six seeds each",
        "value": {
            "jobs": ["job_01981d2b-7c2e-7b11-8f10-4f3a6f9d2c55", "job_01981d2b-7c2e-7b11-8f10-4f3a6f9d2c56"],
            "seeds": 6,
        },
    },
}
