"""JSON Patch, with the cases of RFC 6902's appendix and those that would exhaust a machine."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from models.trials.patching import Inapplicable, apply, read


@pytest.mark.parametrize(
    ("document", "patch", "after"),
    [
        ({"foo": "bar"}, [{"op": "add", "path": "/baz", "value": "qux"}], {"baz": "qux", "foo": "bar"}),
        ({"foo": ["bar", "baz"]}, [{"op": "add", "path": "/foo/1", "value": "qux"}], {"foo": ["bar", "qux", "baz"]}),
        ({"foo": ["bar"]}, [{"op": "add", "path": "/foo/-", "value": ["a", 1]}], {"foo": ["bar", ["a", 1]]}),
        ({"foo": 1}, [{"op": "add", "path": "/foo", "value": None}], {"foo": None}),
        ({"baz": "qux", "foo": "bar"}, [{"op": "remove", "path": "/baz"}], {"foo": "bar"}),
        ({"foo": ["a", "b", "c"]}, [{"op": "remove", "path": "/foo/1"}], {"foo": ["a", "c"]}),
        ({"baz": 1, "foo": 2}, [{"op": "replace", "path": "/baz", "value": 3}], {"baz": 3, "foo": 2}),
        ([1, 2], [{"op": "replace", "path": "/0", "value": 3}], [3, 2]),
        ({"a": {"b": 1}, "c": {}}, [{"op": "move", "from": "/a/b", "path": "/c/d"}], {"a": {}, "c": {"d": 1}}),
        ({"foo": [1, 2, 3, 4]}, [{"op": "move", "from": "/foo/1", "path": "/foo/3"}], {"foo": [1, 3, 4, 2]}),
        ({"a": {"b": 1}}, [{"op": "copy", "from": "/a", "path": "/c"}], {"a": {"b": 1}, "c": {"b": 1}}),
        ({"a": [1, 2.0, True]}, [{"op": "test", "path": "/a", "value": [1.0, 2, True]}], {"a": [1, 2.0, True]}),
        ({"/": 9, "~1": 10}, [{"op": "test", "path": "/~01", "value": 10}], {"/": 9, "~1": 10}),
        ({"a": 1}, [{"op": "replace", "path": "", "value": [2]}], [2]),
        ({"": 1}, [{"op": "remove", "path": "/"}], {}),
    ],
)
def test_a_patch_is_applied(document: Any, patch: list[Any], after: Any) -> None:
    before = repr(document)
    assert apply(document, read(patch)) == after
    assert repr(document) == before


@pytest.mark.parametrize(
    ("document", "operation"),
    [
        ({"foo": "bar"}, {"op": "add", "path": "/baz/bat", "value": "qux"}),
        ({"foo": "bar"}, {"op": "replace", "path": "/baz", "value": 1}),
        ({"foo": "bar"}, {"op": "remove", "path": "/baz"}),
        ({"foo": "bar"}, {"op": "remove", "path": ""}),
        ({"foo": [1]}, {"op": "add", "path": "/foo/2", "value": 1}),
        ({"foo": [1]}, {"op": "add", "path": "/foo/01", "value": 1}),
        ({"foo": [1]}, {"op": "remove", "path": "/foo/-"}),
        ({"foo": [1]}, {"op": "remove", "path": "/foo/٣"}),
        ({"foo": [1]}, {"op": "add", "path": "/foo/bar", "value": 1}),
        ({"foo": 1}, {"op": "test", "path": "/foo", "value": True}),
        ({"foo": {"a": 1}}, {"op": "test", "path": "/foo", "value": {"a": 1, "b": 2}}),
        ({"foo": {"a": 1}}, {"op": "move", "from": "/foo", "path": "/foo/a"}),
        ({"foo": 1}, {"op": "copy", "from": "/bar", "path": "/baz"}),
    ],
)
def test_what_cannot_be_applied_says_where(document: Any, operation: Any) -> None:
    fine = {"op": "test", "path": "", "value": document}
    with pytest.raises(Inapplicable) as refused:
        apply(document, read([fine, operation]))
    assert refused.value.index == 1
    assert refused.value.detail


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "add", "path": "/a"},
        {"op": "move", "path": "/a"},
        {"op": "remove", "path": "a"},
        {"op": "remove", "path": "/a~2"},
        {"op": "remove", "path": "/a", "value": 1},
        {"op": "swap", "path": "/a"},
        {"path": "/a", "value": 1},
    ],
)
def test_what_is_no_operation_is_refused(operation: Any) -> None:
    with pytest.raises(ValidationError):
        read([operation])


WIDER = [{"op": "copy", "from": "/a", "path": "/a/-"}] * 40
DEEPER = [{"op": "copy", "from": "", "path": "/b" * 2**power} for power in range(14)]


@pytest.mark.parametrize("patch", [WIDER, DEEPER], ids=["wider", "deeper"])
def test_copies_of_copies_end(patch: list[Any]) -> None:
    """Each doubles the document."""
    with pytest.raises(Inapplicable, match=r"copies|recursion"):
        apply({"a": ["x" * 10], "b": {}}, read(patch))
