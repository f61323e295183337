"""A calibration as a teacher asks for it."""

from __future__ import annotations

from service.grading.rubric.presets import presets

PRESET = presets()["deep-tanh"]
CALIBRATION_EXAMPLES = {
    "deep tanh": {
        "summary": "Two references of the assignment deep-tanh",
        "value": {
            "references": [
                {"name": reference.name, "expected": reference.expected, "spec": reference.spec}
                for reference in PRESET.references
                if reference.name.startswith(("S2:", "S4:"))
            ],
            "seeds": 40,
            "pass_mark": PRESET.pass_mark,
        },
    }
}
