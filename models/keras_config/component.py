"""Reads one serialized Keras object as a component of a spec."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import ValidationError

from models import pointers
from models.keras_config.adaptation import adapt
from models.keras_config.arguments import RENAMED, harmless
from models.keras_config.notes import Notes
from models.keras_config.numbers import plain
from models.keras_config.serialized import Serialized, class_names, known, read
from models.specs.activations.base import ActivationBase
from models.specs.constraints import ConstraintBase
from models.specs.initializers import InitializerBase
from models.specs.layers import LayerBase
from models.specs.messages import received
from models.specs.regularizers import RegularizerBase
from models.specs.schedules import ScheduleBase
from models.specs.spec import Component, Path
from models.specs.validation_errors import spec_errors
from models.violation import Violation

Family = TypeVar("Family", bound=Component)
ENDINGS: dict[str, type[Component]] = {
    "activation": ActivationBase,
    "_initializer": InitializerBase,
    "_regularizer": RegularizerBase,
    "_constraint": ConstraintBase,
}


def component(family: type[Family], value: Any, path: Path, notes: Notes) -> Family | None:
    """Read an object of Keras, or a word for one, as a member of ``family``.

    Args:
        family: the base of a union.
        value: any JSON value.
        path: where it stands in the client's document.
        notes: gets what cannot be taken over.

    Returns:
        The component; None where it cannot be one, which is noted.

    Example:
        >>> component(ActivationBase, "tanh", (), Notes()).type
        'tanh'
    """
    written = read(value, path, notes)
    if written is None:
        return None
    member = known(family).get(written.name) or _layer_as_activation(family, written)
    if member is None:
        notes.refuse(written.path, f"{received(written.name)} is not supported; known: {class_names(family)}")
        return None
    made = _make(family, member, written, notes)
    assert made is None or isinstance(made, family)
    return made


def _layer_as_activation(family: type[Component], written: Serialized) -> type[Component] | None:
    """Keras takes a layer where it expects an activation: the activation of that name has the same arguments."""
    layer = known(LayerBase).get(written.name) if family is ActivationBase else None
    return None if layer is None else known(ActivationBase).get(layer.type_name())


def _make(family: type[Component], member: type[Component], written: Serialized, notes: Notes) -> Component | None:
    """The component of these arguments."""
    before = len(notes.errors)
    fields: dict[str, Any] = {}
    keys: dict[str, str] = {}
    failed: set[str] = set()
    renamed = RENAMED.get(known(LayerBase).get(written.name, member), {})
    for key, value in written.config.items():
        name, at = renamed.get(key, key), (*written.at, key)
        if name in member.model_fields and name not in member.ours:
            before_argument = len(notes.errors)
            fields[name], keys[name] = _argument(name, value, at, notes), key
            if len(notes.errors) > before_argument:
                failed.add(name)
                del fields[name]
        elif (allowed := harmless(family, key)) is None:
            notes.refuse(at, f"the argument {received(key)} of {written.name} is not supported")
        elif not allowed(value):
            notes.refuse(at, f"{received(value)} is not supported for {received(key)} of {written.name}")
    adapt(member, fields, written, notes)
    document = {"type": member.type_name(), **fields}
    try:
        made = member.model_validate(document)
    except ValidationError as error:
        for wrong in spec_errors(error, document):
            name, *_ = pointers.tokens(wrong.pointer) or [""]
            if name not in failed:
                notes.refuse(_in_keras_words(wrong, written.at, keys), wrong.detail)
        return None
    for wrong in made.violations():
        notes.refuse(_in_keras_words(wrong, written.at, keys), wrong.detail)
    return made if len(notes.errors) == before else None


def _in_keras_words(wrong: Violation, at: Path, keys: dict[str, str]) -> Path:
    """The path to an argument, in the words of the client's document, where a violation points to a spec's field."""
    name, *rest = pointers.tokens(wrong.pointer) or [""]
    return (*at, keys.get(name, name), *rest) if name else at


def _argument(name: str, value: Any, path: Path, notes: Notes) -> Any:
    """An argument in the form that the spec's field has."""
    family = next((family for ending, family in ENDINGS.items() if name.endswith(ending)), None)
    value = plain(value)
    if family is None:
        scheduled = name == "learning_rate" and isinstance(value, dict)
        return component(ScheduleBase, value, path, notes) if scheduled else value
    return None if value is None else component(family, value, path, notes)
