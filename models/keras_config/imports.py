"""Imports a Keras document: its architecture and its compile config as parts of a spec."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from models.keras_config.compiled import Compiled, read_compiled
from models.keras_config.layers import ImportedLayer, LayerReader
from models.keras_config.model import document_of, layers
from models.keras_config.notes import Notes, NotImported
from models.pointers import pointer
from models.specs.architecture import ArchitectureSpec
from models.specs.spec import Path
from models.violation import Violation

ABSENT: Final = object()
MAX_TEXT: Final = 5_000_000  # characters of a model as text


@dataclass(frozen=True)
class KerasImport:
    """The parts of a spec that a Keras document holds.

    Attributes:
        architecture: its layers; each stands for itself, none is repeated.
        compiled: optimizer, loss and metrics, as far as they are given.
        n_features: the width of a row; None where the document does not say it.
        warnings: what is left behind, or read in another sense, with its place.
        origins: a pointer into ``architecture`` -> the pointer to the same layer in the document.
    """

    architecture: ArchitectureSpec
    compiled: Compiled
    n_features: int | None
    warnings: Sequence[Violation]
    origins: Mapping[str, str]


def import_keras(architecture: Any, compiled: Any = ABSENT, path: Path = ()) -> KerasImport:
    """Read a model as Keras writes it.

    Args:
        architecture: what ``model.to_json()`` returns, as text or as an object.
        compiled: what ``model.get_compile_config()`` returns; where it is not given, what Keras 3 writes beside the
            layers is read; None leaves it out.
        path: where both stand in the client's document.

    Raises:
        NotImported: something in it has no place in a spec; with a pointer and a reason for everything.
    """
    notes = Notes()
    at = (*path, "architecture")
    document = document_of(_object(architecture, at, notes))
    reader = LayerReader(notes)
    placed = [] if notes.errors else layers(document, at, reader)
    if not placed and not notes.errors:
        notes.refuse(at, "has no layers")
    if compiled is ABSENT:
        written = document.get("compile_config") if isinstance(document, dict) else None
        arguments = read_compiled(written, (*at, "compile_config"), notes)
    else:
        arguments = read_compiled(compiled, (*path, "compile"), notes)
    if notes.errors:
        raise NotImported(notes.errors)
    if reader.named is not None:
        notes.warn(reader.named, "names of layers are not taken over")
    made = ArchitectureSpec.model_validate({"layers": [entry.layer for entry in placed]})
    return KerasImport(made, arguments, reader.n_features, notes.warnings, dict(_origins(placed, ("layers",))))


def _object(value: Any, path: Path, notes: Notes) -> Any:
    """A model that came as text, as an object."""
    if not isinstance(value, str):
        return value
    if len(value) > MAX_TEXT:
        notes.refuse(path, f"must have at most {MAX_TEXT} characters, got {len(value)}")
        return None
    try:
        return json.loads(value, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        notes.refuse(path, f"is text that is not JSON: {str(error)[:100]}")
        return None


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON number")


def _origins(placed: Sequence[ImportedLayer], path: Path) -> Iterator[tuple[str, str]]:
    """Where each layer comes from."""
    for i, entry in enumerate(placed):
        yield pointer((*path, i)), pointer(entry.path)
        yield from _origins(entry.inner, (*path, i, "layers"))
