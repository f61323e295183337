"""Applies a JSON Patch (RFC 6902) from any origin, within bounds."""

from __future__ import annotations

import json
from collections.abc import Sequence
from copy import deepcopy
from typing import Annotated, Any, Literal

from jsonpatch import JsonPatch, JsonPatchException
from jsonpointer import JsonPointer, JsonPointerException
from pydantic import ConfigDict, Field, TypeAdapter

from models.frozen import Frozen

MAX_OPERATIONS = 200
MAX_COPIED = 2**20  # characters that all copies of one patch may add together: copies of copies double each time

Pointer = Annotated[str, Field(pattern=r"^(/([^~/]|~[01])*)*$", description="RFC 6901.", examples=["/training/epochs"])]


class OperationBase(Frozen):
    """An operation of a JSON Patch."""

    model_config = ConfigDict(populate_by_name=True)

    path: Pointer


class Put(OperationBase):
    """Sets a value, or asks for it."""

    op: Literal["add", "replace", "test"]
    value: Any


class Remove(OperationBase):
    """Takes a value away."""

    op: Literal["remove"]


class Transfer(OperationBase):
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
    result, copied = deepcopy(document), 0
    for index, operation in enumerate(patch):
        step = operation.model_dump(by_alias=True)
        try:
            if operation.op == "copy":
                copied += len(json.dumps(JsonPointer(operation.source).resolve(result)))
            if copied > MAX_COPIED:
                raise Inapplicable(index, f"the copies of this patch are larger than {MAX_COPIED} characters")
            result = JsonPatch([step]).apply(result, in_place=True)
        except (JsonPatchException, JsonPointerException, RecursionError) as error:
            raise Inapplicable(index, str(error)) from None
    return result
