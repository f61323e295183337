"""Translates Pydantic's validation errors into violations: plain words, and pointers into the client's document."""

from __future__ import annotations

import difflib
from collections.abc import Collection
from functools import cache
from typing import Any, NamedTuple

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from models.specs import limits
from models.specs.job import TrainingJobSpec
from models.specs.messages import counted, received
from models.specs.spec import Component, Path, Spec, concrete
from models.violation import Violation

KINDS = {
    "float_type": "a number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "bool_type": "true or false",
    "string_type": "a string",
    "string_unicode": "a string of valid Unicode",
    "tuple_type": "a list",
    "dict_type": "an object",
    "model_type": "an object",
    "model_attributes_type": 'an object with a "type", or the type as a string',
    "finite_number": "a finite number",
}
SHAPES = {"<number>": "a number", "<list>": "a list", "<object>": "an object"}
BY_TYPE = "'type'"  # how Pydantic calls a union that a field decides, and not a function
BOUNDS = {
    "greater_than": ("gt", "greater than"),
    "greater_than_equal": ("ge", "at least"),
    "less_than": ("lt", "less than"),
    "less_than_equal": ("le", "at most"),
}


def spec_errors(error: ValidationError, document: object) -> list[Violation]:
    """The errors of Pydantic on ``document``; of several with one pointer, only the last."""
    found: dict[str, Violation] = {}
    for item in error.errors(include_url=False):
        if item["type"] == "too_short" and len(item["input"]) >= item["ctx"]["min_length"]:
            continue  # a long list is only called short where its reading stopped at a wrong entry
        located = _locate(item, document)
        violation = Violation.at(located.path, _detail(item, located.known))
        found[violation.pointer] = violation
        if len(found) == limits.MAX_ERRORS:
            break
    return list(found.values())


class _Location(NamedTuple):
    """Where an error is: its path without the tags of unions, and the fields of the object that it ends in."""

    path: Path
    known: frozenset[str]


def _locate(item: ErrorDetails, document: object) -> _Location:
    """Walk the document along the location of an error."""
    path: list[str | int] = []
    value: Any = document
    tagged = False
    known = frozenset(TrainingJobSpec.model_fields)
    for i, key in enumerate(item["loc"]):
        last = i == len(item["loc"]) - 1
        if isinstance(value, dict):
            if not tagged and key in _fields_of_types() and isinstance(value.get("type"), str):
                tagged, known = True, _fields_of_types()[str(key)]
            elif key in value:
                path.append(key)
                known = known if last else _fields_of_parts().get(str(key), frozenset())
                value, tagged = value[key], False
            elif item["type"] == "missing" and last:
                path.append(key)
        elif isinstance(value, list) and isinstance(key, int) and 0 <= key < len(value):
            path.append(key)
            value, tagged = value[key], False
    unknown = item["type"] == "union_tag_invalid" and item["ctx"]["discriminator"] == BY_TYPE
    if isinstance(value, dict) and (unknown or item["type"] == "union_tag_not_found"):
        path.append("type")
    return _Location(tuple(path), known)


@cache
def _fields_of_types() -> dict[str, frozenset[str]]:
    """The fields of all components, by type."""
    fields: dict[str, frozenset[str]] = {}
    for component in concrete(Component):
        name = component.type_name()
        fields[name] = fields.get(name, frozenset()) | frozenset(component.model_fields)
    return fields


@cache
def _fields_of_parts() -> dict[str, frozenset[str]]:
    """The fields of the parts without a type, by the field that holds the part."""
    fields: dict[str, frozenset[str]] = {}

    def visit(spec: type[Spec]) -> None:
        for name, field in spec.model_fields.items():
            for choice in (field.annotation, *getattr(field.annotation, "__args__", ())):
                if isinstance(choice, type) and issubclass(choice, Spec):
                    fields[name] = frozenset(choice.model_fields)
                    visit(choice)

    visit(TrainingJobSpec)
    return fields


def _detail(item: ErrorDetails, known: Collection[str]) -> str:
    """What is wrong, in words."""
    kind, given, context = item["type"], item["input"], item.get("ctx", {})
    key = item["loc"][-1] if item["loc"] else ""
    match kind:
        case "missing":
            detail = f'the field "{key}" is required' if isinstance(key, str) else f"entry {key} is missing"
        case "extra_forbidden":
            detail = f"unknown field {received(key)}{_nearest(str(key), known)}"
        case "union_tag_not_found":
            detail = 'the field "type" is required, as a string'
        case "union_tag_invalid":
            detail = _unknown_type(given, context)
        case "literal_error":
            detail = f"must be {context['expected']}, got {received(given)}"
        case "too_short" | "string_too_short":
            detail = f"must have at least {_length(context['min_length'], kind)}, got {received(given)}"
        case "too_long" | "string_too_long":
            detail = f"must have at most {_length(context['max_length'], kind)}, got {received(given)}"
        case _ if kind in BOUNDS:
            name, words = BOUNDS[kind]
            detail = f"must be {words} {_number(context[name])}, got {received(given)}"
        case _:
            expected = f"must be {KINDS[kind]}" if kind in KINDS else item["msg"]
            detail = f"{expected}, got {received(given)}"
    return detail


def _unknown_type(given: object, context: dict[str, str]) -> str:
    """What is wrong with the type of a component, or with a value whose shape decides what it is."""
    types = [name.strip().strip("'") for name in context["expected_tags"].split(",")]
    if context["discriminator"] != BY_TYPE:
        return f"must be {' or '.join(SHAPES[name] for name in types)}, got {received(given)}"
    if isinstance(given, dict) and not isinstance(given["type"], str):
        return f"must be a string, got {received(given['type'])}"
    guess = _nearest(context["tag"], types) or ";"
    return f"unknown type {received(context['tag'])}{guess} known: {', '.join(types)}"


def _length(count: int, kind: str) -> str:
    """A bound on a length."""
    return counted(count, "character" if kind.startswith("string") else "value")


def _number(bound: float) -> str:
    """A bound as one would write it."""
    return str(bound) if isinstance(bound, int) else f"{bound:g}"


def _nearest(word: str, known: Collection[str]) -> str:
    """A guess at what was meant."""
    close = difflib.get_close_matches(word[: limits.MAX_TEXT].lower(), sorted(known), n=1)
    return f'; did you mean "{close[0]}"?' if close else ""
