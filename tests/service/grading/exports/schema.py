"""Gradescope's documented schema."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

SCHEMA: dict[str, Any] = json.loads((Path(__file__).parent / "gradescope.schema.json").read_text())


def validate(document: Any, *, scored: bool = True) -> None:
    """Raise what is not as documented; and where there is to be no score, that there is one of a single test.

    Args:
        document: of ``results.json``.
        scored: whether it is to give a score.
    """
    Draft202012Validator(SCHEMA).validate(document)
    assert ("score" in document) == scored
    assert scored or not [test for test in document.get("tests", []) if "score" in test]
