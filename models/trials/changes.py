"""Takes the difference of two specs apart into changes that can be made without each other.

The twenty operations that put ReLU and He's weights into ten layers are two changes: one of the activation, one of the
initializer. Operations are grouped by what they are about, wherever in the network they are made.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from models.diagnoses.finding import Operation
from models.diagnoses.spec_editor import Document, difference
from models.pointers import tokens
from models.specs.canonical import canonical
from models.specs.job import TrainingJobSpec
from models.specs.optimizers import CLIP_MODES
from models.trials.patching import Put, apply

LAYERS = "layers"  # other layers, or another number of them: one change, whatever else is new inside them
ACTIVATING = frozenset({"activation", "leaky_relu", "prelu", "elu", "relu", "softmax"})
TOGETHER = {  # members of layers, and what they are about
    "activation": "activation",
    "units": "size",
    "repeat": "size",
    "rate": "noise",
    "stddev": "noise",
    "init_sharing": "initializer",
}


@dataclass(frozen=True)
class Change:
    """One independent change.

    Attributes:
        kind: what it is about, e.g. ``activation``.
        operations: on the canonical document of the spec before.
    """

    kind: str
    operations: tuple[Operation, ...]


def changes(before: TrainingJobSpec, after: TrainingJobSpec) -> list[Change]:
    """What leads from one spec to another, in the order of the document."""
    grouped: dict[str, list[Operation]] = {}
    old = canonical(before)
    for operation in difference(old, canonical(after), ""):
        for kind, part in _parts(old, operation):
            grouped.setdefault(kind, []).append(part)
    return [Change(kind, tuple(operations)) for kind, operations in grouped.items()]


def changed(before: TrainingJobSpec, made: Sequence[Change]) -> Document:
    """The document of a spec after these changes."""
    patch = [Put(op=part.op, path=part.path, value=part.value) for change in made for part in change.operations]
    document: Document = apply(canonical(before), patch)
    return document


def _parts(old: Document, operation: Operation) -> Iterator[tuple[str, Operation]]:
    """The kinds that an operation belongs to, each with its part of the operation."""
    keys = tokens(operation.path)
    if keys == ["training", "optimizer"]:
        yield from _optimizer(old["training"]["optimizer"], operation)
    elif keys[0] == "architecture":
        yield _architectural(old, keys, operation), operation
    else:
        kind = keys[min(1, len(keys) - 1)]
        yield "early_stopping" if kind == "validation" else kind, operation


def _optimizer(old: Document, operation: Operation) -> Iterator[tuple[str, Operation]]:
    """Another optimizer as a whole; or the same one with another rate, clipping, or other numbers."""
    value: Document = operation.value
    if old["type"] != value["type"]:
        yield "optimizer", operation
        return
    for name, member in value.items():
        if old[name] != member:
            kind = "clipping" if name in CLIP_MODES else name if name == "learning_rate" else "optimizer"
            yield kind, Operation(op="add", path=f"{operation.path}/{name}", value=member)


def _architectural(old: Document, keys: Sequence[str], operation: Operation) -> str:
    last = keys[-1]
    if last.isdecimal():  # another layer in the place of one
        kinds = {_at(old, keys)["type"], operation.value["type"]}
        return "activation" if kinds <= ACTIVATING else LAYERS
    if last.endswith("initializer"):
        return "initializer"
    if last.endswith(("regularizer", "constraint")):
        return "penalty"
    return TOGETHER.get(last, LAYERS)


def _at(document: Document, keys: Sequence[str]) -> Any:
    value: Any = document
    for key in keys:
        value = value[int(key)] if isinstance(value, list) else value[key]
    return value
