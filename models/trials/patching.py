"""JSON Patch (RFC 6902) on documents of any origin."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

MAX_OPERATIONS = 200
MAX_COPIED = 2**20  # characters that all copies of one patch may add together: copies of copies double each time

Pointer = Annotated[str, Field(pattern=r"^(/([^~/]|~[01])*)*$", description="RFC 6901.", examples=["/training/epochs"])]


class Shape(BaseModel):
    """A closed, immutable operation."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    path: Pointer


class Put(Shape):
    """Sets a value, or asks for it."""

    op: Literal["add", "replace", "test"]
    value: Any


class Remove(Shape):
    """Takes a value away."""

    op: Literal["remove"]


class Transfer(Shape):
    """Sets a value that stands elsewhere."""

    op: Literal["move", "copy"]
    source: Pointer = Field(alias="from")


PatchOperation = Annotated[Put | Remove | Transfer, Field(discriminator="op")]
_PATCH: TypeAdapter[list[Put | Remove | Transfer]] = TypeAdapter(list[PatchOperation])


class Inapplicable(Exception):
    """A patch that cannot be applied.

    Attributes:
        index: of the operation that fails.
        detail: why.
    """

    def __init__(self, index: int, detail: str) -> None:
        super().__init__(f"operation {index}: {detail}")
        self.index = index
        self.detail = detail


class _Missing(Exception):
    """A pointer that leads nowhere."""


class _Place(NamedTuple):
    """A container, and the key in it: of an object, or of a list, where ``len`` is behind the last."""

    container: dict[str, Any] | list[Any]
    key: str | int


def read(patch: Sequence[Any]) -> list[Put | Remove | Transfer]:
    """A patch that was stored."""
    return _PATCH.validate_python(patch)


def apply(document: Any, patch: Sequence[Put | Remove | Transfer]) -> Any:
    """The document after the patch; the one that is given stays as it is.

    Raises:
        Inapplicable: an operation names a place that does not exist, a test fails, or the copies grow too large.

    Example:
        >>> apply({"a": [1, 2]}, [Put(op="add", path="/a/-", value=3), Remove(op="remove", path="/a/0")])
        {'a': [2, 3]}

    References:
        RFC 6902, JavaScript Object Notation (JSON) Patch.
    """
    result, copied = _copy(document)[0], 0
    for index, operation in enumerate(patch):
        try:
            result, size = _perform(result, operation)
        except (_Missing, RecursionError) as error:
            raise Inapplicable(index, str(error)) from None
        copied += size
        if copied > MAX_COPIED:
            raise Inapplicable(index, f"the copies of this patch are larger than {MAX_COPIED} characters")
    return result


def _perform(document: Any, operation: Put | Remove | Transfer) -> tuple[Any, int]:
    """The document after one operation, and how much it has copied."""
    size = 0
    match operation:
        case Put(op="test"):
            if not _same(_get(document, operation.path), operation.value):
                raise _Missing(f"the value at {operation.path!r} is another one")
        case Put():
            value, _ = _copy(operation.value)
            document = _put(document, operation.path, value, replace=operation.op == "replace")
        case Remove():
            _take(document, operation.path)
        case Transfer(op="move"):
            if operation.path.startswith(f"{operation.source}/"):
                raise _Missing("a value cannot move into itself")
            document = _put(document, operation.path, _take(document, operation.source))
        case Transfer():
            value, size = _copy(_get(document, operation.source))
            document = _put(document, operation.path, value)
    return document, size


def _copy(value: Any) -> tuple[Any, int]:
    """A value that shares nothing with the given one, and how long it is as text."""
    text = json.dumps(value)
    return json.loads(text), len(text)


def _keys(pointer: str) -> list[str]:
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def _get(document: Any, pointer: str) -> Any:
    value = document
    for key in _keys(pointer):
        place = _place(value, key, pointer)
        value = _value(place, pointer)
    return value


def _locate(document: Any, pointer: str) -> _Place:
    """The place that a pointer other than the empty one names; what it lies in exists."""
    parent, _, _ = pointer.rpartition("/")
    return _place(_get(document, parent), _keys(pointer)[-1], pointer)


def _place(container: Any, key: str, pointer: str) -> _Place:
    if isinstance(container, dict):
        return _Place(container, key)
    if isinstance(container, list):
        if key == "-":
            return _Place(container, len(container))
        if key.isascii() and key.isdecimal() and (key == "0" or key[0] != "0") and len(key) < 10:
            return _Place(container, int(key))
    raise _Missing(f"there is no place {pointer!r}")


def _value(place: _Place, pointer: str) -> Any:
    container, key = place
    if isinstance(container, dict) and key in container:
        return container[str(key)]
    if isinstance(container, list) and isinstance(key, int) and key < len(container):
        return container[key]
    raise _Missing(f"there is nothing at {pointer!r}")


def _put(document: Any, pointer: str, value: Any, *, replace: bool = False) -> Any:
    """The document with the value; in a list it is inserted unless it replaces."""
    if not pointer:
        return value
    place = _locate(document, pointer)
    if replace:
        _value(place, pointer)
    container, key = place
    if isinstance(container, dict):
        container[str(key)] = value
    elif replace:
        container[int(key)] = value
    elif int(key) <= len(container):
        container.insert(int(key), value)
    else:
        raise _Missing(f"there is no place {pointer!r}: the list has {len(container)} entries")
    return document


def _take(document: Any, pointer: str) -> Any:
    """Remove a value from the document; returns it."""
    if not pointer:
        raise _Missing("the whole document cannot be taken away")
    place = _locate(document, pointer)
    value = _value(place, pointer)
    del place.container[place.key]  # type: ignore[arg-type]
    return value


def _same(one: Any, other: Any) -> bool:
    """Whether two JSON values are equal: 1 is 1.0, and true is not 1."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(value, other[key]) for key, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    return bool(one == other)
