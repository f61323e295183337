"""Applies the JSON Patches of advice, with a reader of its own."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from models.diagnoses.finding import Operation
from models.pointers import tokens


def applied(document: dict[str, Any], patch: list[Operation]) -> dict[str, Any]:
    """The document after the patch; an operation on a member that does not exist is an error, as the RFC has it."""
    result = deepcopy(document)
    for operation in patch:
        *parents, last = tokens(operation.path)
        target: Any = result
        for key in parents:
            target = target[int(key)] if isinstance(target, list) else target[key]
        if isinstance(target, list):
            assert operation.op == "replace", "in a list, add would insert"
            target[int(last)] = operation.value
        else:
            assert operation.op == "add" or last in target
            target[last] = operation.value
    return result
