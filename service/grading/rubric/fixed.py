"""Checks the parts of a spec that an assignment fixes and a submission may not change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import copy
from types import UnionType
from typing import Annotated, Any, Final, Union, get_args, get_origin

from pydantic import ValidationError, create_model
from pydantic.fields import FieldInfo
from typing_extensions import TypeAliasType

from models.pointers import tokens
from models.specs.canonical import canonical
from models.specs.data import DataSpec
from models.specs.job import TrainingJobSpec
from models.specs.messages import received
from models.specs.spec import Path, Spec

ROOTS: Final = ("architecture", "training")
SMALL: Final = {"source": "iris"}  # in the place of data, which are not looked at here and may be large


def path_of(pointer: str) -> Path:
    """The keys of a JSON pointer into a spec; numbers are indices of lists.

    Example:
        >>> path_of("/architecture/layers/0/units")
        ('architecture', 'layers', 0, 'units')
    """
    return tuple(int(token) if token.isdecimal() else token for token in tokens(pointer))


def fixing_error(pointer: str, value: Any) -> str | None:
    """Why a part of a spec cannot be fixed to a value, whatever is submitted; None if it can be.

    Example:
        >>> fixing_error("/training/optimizer", "sgd")
        >>> fixing_error("/training/rate", 1)
        'names nothing in a spec'
    """
    path = path_of(pointer)
    if path[0] not in ROOTS:
        return f"only parts of {' and '.join(ROOTS)} can be fixed"
    fields = [_field(TrainingJobSpec, str(path[0]))]
    for token in path[1:]:
        fields = [inner for field in fields for inner in _enter(field.annotation, token)]
    if not fields:
        return "names nothing in a spec"
    return None if any(_accepts(field, value) for field in fields) else f"cannot be {received(value)}"


def changed(spec: TrainingJobSpec, fixed: Mapping[str, Any]) -> Iterator[tuple[Path, Any]]:
    """The fixed parts that have another value in a spec: their paths, and the values that they must have.

    A value may leave out what has a default: what counts is that the spec means the same with it.
    """
    if not fixed:
        return
    own = canonical(spec.model_copy(update={"data": DataSpec.model_validate(SMALL)}))
    for pointer, value in fixed.items():
        path = path_of(pointer)
        if _meaning(_with(own, path, value)) != own:
            yield path, value


def _with(document: Any, path: Path, value: Any) -> Any:
    """A copy of a document with another value at a path; None if it has no such path."""
    key, *rest = path
    if isinstance(document, list):
        if not isinstance(key, int) or not 0 <= key < len(document):
            return None
    elif not isinstance(document, dict) or key not in document:
        return None
    inner = _with(document[key], tuple(rest), value) if rest else value
    if rest and inner is None:
        return None
    made = copy(document)
    made[key] = inner
    return made


def _meaning(document: Any) -> dict[str, Any] | None:
    """The canonical form of a document, None if it is no spec."""
    if document is None:
        return None
    try:
        return canonical(TrainingJobSpec.model_validate(document))
    except ValidationError:
        return None


def _enter(annotation: Any, token: str | int) -> Iterator[FieldInfo]:
    """The fields that a value of this type can have at a key."""
    if isinstance(annotation, TypeAliasType):
        yield from _enter(annotation.__value__, token)
    elif (origin := get_origin(annotation)) is Annotated:
        yield from _enter(get_args(annotation)[0], token)
    elif origin in (Union, UnionType):
        for choice in get_args(annotation):
            yield from _enter(choice, token)
    elif origin is tuple and isinstance(token, int):
        items = get_args(annotation)
        if items[-1] is Ellipsis or token < len(items):
            yield FieldInfo.from_annotation(items[0 if items[-1] is Ellipsis else token])
    elif origin is dict:
        yield FieldInfo.from_annotation(get_args(annotation)[1])
    elif isinstance(annotation, type) and issubclass(annotation, Spec):
        annotation.model_rebuild()
        if token in annotation.model_fields:
            yield _field(annotation, str(token))


def _field(owner: type[Spec], name: str) -> FieldInfo:
    return owner.model_fields[name]


def _accepts(field: FieldInfo, value: Any) -> bool:
    """Whether a field could have this value."""
    annotation: Any = field.annotation
    holder = create_model("Holder", __base__=Spec, value=(annotation, copy(field)))
    try:
        holder.model_validate({"value": value})
    except ValidationError:
        return False
    return True
