"""Reads Keras's serialization of an object: a class by its name, and its constructor's arguments.

Nothing here is looked up or executed: names are compared with those that the specs know.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from models.keras_config.notes import Notes
from models.specs.layers import Residual
from models.specs.messages import received
from models.specs.shorthand import spellings
from models.specs.spec import Component, Path, concrete

MODULES = ("keras", "tf_keras", "tensorflow.keras", "tensorflow.python.keras", "builtins")
OURS = "gradient_clinic>Configured"  # how our own models write an activation with arguments
FUNCTION_WRAPPERS = ("MeanMetricWrapper", "LossFunctionWrapper")
ACCURACY = ("accuracy", "acc")
ACCURACIES = ("binary_accuracy", "categorical_accuracy", "sparse_categorical_accuracy")
OLD_WORDS = {  # of Keras 2
    "logcosh": "log_cosh",
    "kullback_leibler_divergence": "kl_divergence",
}


@dataclass(frozen=True)
class Serialized:
    """A class or function by name, with its arguments.

    Attributes:
        name: of the class or function.
        config: its arguments.
        path: where the name stands.
        at: where the arguments stand.
    """

    name: str
    config: dict[str, Any]
    path: Path
    at: Path


def read(value: Any, path: Path, notes: Notes) -> Serialized | None:
    """An object as Keras writes it, or a word for one; None where it is neither, which is noted.

    Args:
        value: any JSON value.
        path: where it stands.
        notes: gets what is wrong.
    """
    if isinstance(value, str):
        return Serialized(value, {}, path, path)
    return _object(value, path, notes)


def _object(value: Any, path: Path, notes: Notes) -> Serialized | None:
    """The same for an object."""
    if not isinstance(value, dict) or not isinstance(name := value.get("class_name"), str):
        notes.refuse(path, f'must be an object as Keras writes it, with a "class_name", got {received(value)}')
        return None
    config = {} if value.get("config") is None else value["config"]
    if name == "function" and isinstance(config, str):
        return Serialized(config, {}, (*path, "config"), path)
    if not isinstance(config, dict):
        notes.refuse((*path, "config"), f"must be an object, got {received(config)}")
        return None
    if (inner := _function_in(value, name, config, (*path, "config"))) is not None:
        return inner
    if (foreign := _foreign(value)) is not None:
        notes.refuse((*path, foreign), f"{received(value[foreign])} is not Keras's own; only what Keras brings is read")
        return None
    name = name.removeprefix("Custom>") if "module" not in value else name  # so Keras 2 calls its newer optimizers
    return Serialized(name, config, (*path, "class_name"), (*path, "config"))


def _function_in(value: dict[str, Any], name: str, config: dict[str, Any], at: Path) -> Serialized | None:
    """The function of Keras that an object stands for, where it only wraps one."""
    if value.get("registered_name") == OURS:
        return _ours(config, at)
    return _wrapped(config, at) if name in FUNCTION_WRAPPERS and _foreign(value) is None else None


def _ours(config: dict[str, Any], at: Path) -> Serialized | None:
    """A function of Keras with its arguments, as our own models write it."""
    function, arguments = config.get("function"), config.get("arguments")
    if not isinstance(function, str) or not isinstance(arguments, dict):
        return None
    return Serialized(function, arguments, (*at, "function"), (*at, "arguments"))


def _wrapped(config: dict[str, Any], at: Path) -> Serialized | None:
    """The function in a metric or loss that Keras has made of one; None where no word says which."""
    function = config.get("fn")
    if isinstance(function, dict) and function.get("class_name") == "function":
        function = function.get("config")
    if not isinstance(function, str):
        return None
    if config.get("name") in ACCURACY and function in ACCURACIES:
        function = "accuracy"  # the word, for which Keras had chosen a function
    return Serialized(function, {key: value for key, value in config.items() if key != "fn"}, (*at, "fn"), at)


def _foreign(value: dict[str, Any]) -> str | None:
    """The member that says that a class is someone else's."""
    module, registered = value.get("module"), value.get("registered_name")
    if module is not None and not (
        isinstance(module, str) and any(module == known or module.startswith(f"{known}.") for known in MODULES)
    ):
        return "module"
    return "registered_name" if registered is not None and registered != value.get("class_name") else None


@cache
def known(family: type[Component]) -> dict[str, type[Component]]:
    """The members of ``family`` by every name that Keras has for them."""
    members = {member.type_name(): member for member in concrete(family) if member is not Residual}
    names = {word: members[name] for word, name in spellings(family).items() if name in members}
    for member in members.values():
        names.setdefault(snake_case(member.target.rpartition(".")[2]), member)
    for word, name in OLD_WORDS.items():
        if name in members:
            names.setdefault(word, members[name])
    return names


def class_names(family: type[Component]) -> str:
    """What Keras calls the members of ``family``, for messages."""
    own = {member.target.rpartition(".")[2] for member in known(family).values()}
    return ", ".join(sorted(own, key=str.lower))


def snake_case(name: str) -> str:
    """A class's name as Keras writes it in small letters.

    Example:
        >>> snake_case("KLDivergence"), snake_case("R2Score")
        ('kl_divergence', 'r2_score')
    """
    apart = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", apart).lower()
