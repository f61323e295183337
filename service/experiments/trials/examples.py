"""Example bodies for the documentation."""

from __future__ import annotations

from fastapi.openapi.models import Example

TRIAL_EXAMPLES: dict[str, Example] = {
    "advice": {"summary": "Everything that is advised, five seeds each", "value": {}},
    "chosen": {"summary": "One advice of the diagnosis, ten seeds", "value": {"advice": ["relu_he"], "seeds": 10}},
    "own": {
        "summary": "A change of your own",
        "value": {
            "patches": [
                {
                    "code": "gentler",
                    "patch": [{"op": "replace", "path": "/training/optimizer/learning_rate", "value": 0.001}],
                }
            ]
        },
    },
}
