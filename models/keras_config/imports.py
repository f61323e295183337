"""Imports a Keras document: its architecture and its compile config as parts of a spec."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models.keras_config.compiled import Compiled, read_compiled
from models.keras_config.forms import ABSENT, unwrapped
from models.keras_config.layers import ImportedLayer, LayerReader
from models.keras_config.model import layers
from models.keras_config.notes import Notes, NotImported
from models.pointers import pointer
from models.specs.architecture import ArchitectureSpec
from models.specs.spec import Path
from models.violation import Violation


@dataclass(frozen=True)
class KerasImport:
    """The parts of a spec that a Keras document holds.

    Attributes:
        architecture: its layers; each stands for itself, none is repeated.
        compiled: optimizer, loss and metrics, as far as they are given.
        n_features: the width of a row; None where the document does not say it.
        warnings: what is left behind, or read in another sense, with its place.
        origins: a pointer into ``architecture`` -> the pointer to the same layer in the document.
        compiled_at: the pointer to what was compiled; empty where nothing is said of it.
    """

    architecture: ArchitectureSpec
    compiled: Compiled
    n_features: int | None
    warnings: Sequence[Violation]
    origins: Mapping[str, str]
    compiled_at: str = ""


def import_keras(architecture: Any, compiled: Any = ABSENT, path: Path = ()) -> KerasImport:
    """Read a model as Keras writes it.

    Args:
        architecture: what ``model.to_json()`` returns, TensorFlow.js's ``model.json``, or the attributes of an H5 file,
            as text or as an object.
        compiled: what ``model.get_compile_config()`` returns, or an H5 file's ``training_config``, as text or as an
            object; where it is not given, what stands beside the layers is read; None leaves it out.
        path: where both stand in the client's document.

    Raises:
        NotImported: something in it has no place in a spec; with a pointer and a reason for everything.
    """
    notes = Notes()
    at = (*path, "architecture")
    document = unwrapped(architecture, at, notes)
    notes.keras3 = document.keras3
    reader = LayerReader(notes)
    placed = [] if notes.errors else layers(document.model, document.at, reader)
    if not placed and not notes.errors:
        notes.refuse(document.at, "has no layers")
    beside = compiled is ABSENT
    compiled_at = document.compiled_at if beside else (*path, "compile")
    written = document.compiled if beside else compiled
    arguments = read_compiled(None if written is ABSENT else written, compiled_at, notes)
    if notes.errors:
        raise NotImported(notes.errors)
    if reader.named is not None:
        notes.warn(reader.named, "names of layers are not taken over")
    made = ArchitectureSpec.model_validate({"layers": [entry.layer for entry in placed]})
    origins = dict(_origins(placed, ("layers",)))
    place = "" if written is ABSENT else pointer(compiled_at)
    return KerasImport(made, arguments, reader.n_features, notes.warnings, origins, place)


def _origins(placed: Sequence[ImportedLayer], path: Path) -> Iterator[tuple[str, str]]:
    """Where each layer comes from."""
    for i, entry in enumerate(placed):
        yield pointer((*path, i)), pointer(entry.path)
        yield from _origins(entry.inner, (*path, i, "layers"))
