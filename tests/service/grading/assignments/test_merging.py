"""JSON Merge Patch."""

from __future__ import annotations

from typing import Any

import pytest

from service.grading.assignments.operations import merge_patch


@pytest.mark.parametrize(
    ("document", "patch", "expected"),  # RFC 7396, appendix A, in part
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        (["a"], ["c"], ["c"]),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_merging(document: Any, patch: Any, expected: Any) -> None:
    assert merge_patch(document, patch) == expected
