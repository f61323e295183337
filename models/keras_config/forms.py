"""Finds the model and what it was compiled with in the documents that Keras and TensorFlow.js write."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

from models.keras_config.notes import Notes
from models.specs.spec import Path

ABSENT: Final = object()
MAX_TEXT: Final = 1_000_000  # characters of a document as text: twenty times what the largest network needs
WRAPPERS: Final = ("modelTopology", "model_config")  # of TensorFlow.js's model.json, and of H5 files
NESTED_TEXT: Final = 3  # how often a document may be text in text: a file with JSON of what ``model.to_json()`` returns


@dataclass(frozen=True)
class Document:
    """A model as an object.

    Attributes:
        model: the object with the class's name and its config.
        at: where that stands.
        compiled: what stands beside it of how it was compiled; ``ABSENT`` for nothing.
        compiled_at: where that stands.
        keras3: whether Keras 3 has written it; else Keras 2, TensorFlow.js, or nobody says it.
    """

    model: Any
    at: Path
    compiled: Any
    compiled_at: Path
    keras3: bool


def is_keras(value: Any) -> bool:
    """Whether a JSON value is a Keras model, in any form but text.

    Example:
        >>> is_keras({"class_name": "Sequential"}), is_keras({"modelTopology": {}}), is_keras({"architecture": {}})
        (True, True, False)
    """
    return isinstance(value, dict) and ("class_name" in value or any(key in value for key in WRAPPERS))


def opened(value: Any) -> Any:
    """The object that a text holds; any other value, and text that is not JSON, as it is.

    Example:
        >>> opened('{"class_name": "Sequential"}'), opened("tanh")
        ({'class_name': 'Sequential'}, 'tanh')
    """
    notes = Notes()
    found = parsed(value, (), notes)
    return value if notes.errors or not isinstance(found, dict) else found


def parsed(value: Any, path: Path, notes: Notes) -> Any:
    """A document that came as text, as what it says; anything else as it is."""
    for _ in range(NESTED_TEXT):
        if not isinstance(value, str):
            break
        if len(value) > MAX_TEXT:
            notes.refuse(path, f"must have at most {MAX_TEXT} characters, got {len(value)}")
            return None
        try:
            value = json.loads(value, parse_constant=_refuse_constant, object_pairs_hook=_members)
        except (ValueError, RecursionError) as error:
            notes.refuse(path, f"is text that is not JSON: {str(error)[:100]}")
            return None
    return value


def unwrapped(value: Any, path: Path, notes: Notes) -> Document:
    """The model in a document.

    Args:
        value: what ``model.to_json()`` returns, TensorFlow.js's ``model.json``, or the attributes of an H5 file; as
            text or as an object, and so are their parts.
        path: where it stands.
        notes: gets what is wrong.
    """
    value = parsed(value, path, notes)
    version: Any = None
    compiled, compiled_at = ABSENT, path
    for key in WRAPPERS:
        if isinstance(value, dict) and "class_name" not in value and key in value:
            version = value.get("keras_version", version)
            if value.get("training_config") is not None:
                compiled, compiled_at = value["training_config"], (*path, "training_config")
            path = (*path, key)
            value = parsed(value[key], path, notes)
    if isinstance(value, dict):
        version = value.get("keras_version", version)
        for key in ("training_config", "compile_config"):
            if value.get(key) is not None:
                compiled, compiled_at = value[key], (*path, key)
    version = version if isinstance(version, str) else ""
    if _of_keras1(value, version):
        written = f"Keras {version}" if version.startswith("1.") else "Keras 1"
        detail = f"was written by {written}, whose layers have other arguments: save it anew with Keras 2 or 3"
        notes.refuse(path, detail)
    keras3 = version.startswith("3.") or (not version and isinstance(value, dict) and "module" in value)
    return Document(_with_layers(value), path, compiled, compiled_at, keras3)


def is_identity(value: Any) -> bool:
    """Whether a layer passes flat rows on unchanged, and a spec has no layer for it."""
    config = value.get("config") if isinstance(value, dict) else None
    config = config if isinstance(config, dict) else {}
    match value:
        case {"class_name": "Flatten" | "Identity"}:
            return True
        case {"class_name": "Reshape"}:
            shape = config.get("target_shape")
            return isinstance(shape, list) and len(shape) == 1
        case {"class_name": "Permute"}:
            return bool(config.get("dims") == [1])
        case {"class_name": "Rescaling"}:
            return bool(config.get("scale") == 1 and config.get("offset", 0) == 0)
        case {"class_name": "ActivityRegularization"}:
            return bool(config.get("l1", 0) == 0 and config.get("l2", 0) == 0)
    return False


def _with_layers(value: Any) -> Any:
    """A model with its layers in an object: Keras 2.0 to 2.2 wrote those of a ``Sequential`` without one."""
    if isinstance(value, dict) and value.get("class_name") == "Sequential" and isinstance(value.get("config"), list):
        return {**value, "config": {"layers": value["config"]}}
    return value


def _of_keras1(value: Any, version: str) -> bool:
    """Whether Keras 1 has written a model: it says so, or a dense layer has its arguments."""
    if version.startswith("1."):
        return True
    config = value.get("config") if isinstance(value, dict) else None
    items = config.get("layers") if isinstance(config, dict) else config
    layers = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    configs = [layer.get("config") for layer in layers if layer.get("class_name") == "Dense"]
    return any(isinstance(each, dict) and "output_dim" in each and "units" not in each for each in configs)


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object's members, as strictly read as those of a body."""
    document = dict(pairs)
    if len(document) < len(pairs):
        raise ValueError("a member is named twice")
    return document


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON number")
