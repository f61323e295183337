"""Edits a copy of a spec and returns the changes as a JSON Patch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

from models.diagnoses.design import Block, Design
from models.diagnoses.finding import Operation
from models.pointers import pointer
from models.specs.spec import Component, Path

Document = dict[str, Any]


class SpecEditor:
    """Edits a copy of a spec.

    The rows of the data are left out: advice never touches them, and they may be long.

    Attributes:
        document: the canonical document without the source, to be changed in place.
    """

    def __init__(self, design: Design) -> None:
        spec = design.spec
        data = spec.data.model_dump(mode="json", include={"scaler", "split"})
        self.document: Document = {
            "data": data,
            "architecture": spec.architecture.model_dump(mode="json"),
            "training": spec.training.model_dump(mode="json"),
        }
        self._before = deepcopy(self.document)

    @property
    def layers(self) -> list[Document]:
        """The layers at the top of the document."""
        layers: list[Document] = self.document["architecture"]["layers"]
        return layers

    @property
    def training(self) -> Document:
        """The training part."""
        training: Document = self.document["training"]
        return training

    @property
    def data(self) -> Document:
        """The scaler and the split."""
        data: Document = self.document["data"]
        return data

    def at(self, path: Path) -> Any:
        """The value at a path of the spec."""
        value: Any = self.document
        for key in path:
            value = value[key]
        return value

    def set(self, path: Path, value: Any) -> None:
        """Put a value at a path of the spec."""
        self.at(path[:-1])[path[-1]] = value

    def activate(self, block: Block, activation: Component) -> None:
        """Give a block one activation in place of all that it has."""
        chosen = activation.model_dump(mode="json")
        first, *others = block.activations or [None]
        if first is None:
            self.set((*block.placed.path, "activation"), chosen)
            return
        repeat = block.placed.spec.repeat
        if first.whole:
            self.set(first.path, {"type": "activation", "activation": chosen, "repeat": repeat})
        else:
            self.set(first.path, chosen)
        for other in others:
            linear = {"type": "linear"}
            if other is not None and not other.whole:
                self.set(other.path, linear)
            elif other is not None:
                self.set(other.path, {"type": "activation", "activation": linear, "repeat": 1})

    def initialize(self, block: Block, initializer: Component) -> None:
        """Give a block's kernel another start."""
        self.set((*block.placed.path, "kernel_initializer"), initializer.model_dump(mode="json"))

    def rebuild(self, change: Callable[[Document], list[Document]]) -> None:
        """Put other layers in the place of each layer, inside residual blocks too."""
        self.document["architecture"]["layers"] = _rebuilt(self.layers, change)

    def patch(self) -> list[Operation]:
        """The operations that lead from the spec to the edited document; empty where they are equal."""
        return list(difference(self._before, self.document, ""))


def _rebuilt(layers: list[Document], change: Callable[[Document], list[Document]]) -> list[Document]:
    """The layers, each replaced by what ``change`` makes of it."""
    found: list[Document] = []
    for layer in layers:
        if layer["type"] == "residual":
            layer = {**layer, "layers": _rebuilt(layer["layers"], change)}  # noqa: PLW2901 - the same layer, changed
        found.extend(change(layer))
    return found


def difference(before: Document, after: Document, path: str) -> Iterator[Operation]:
    """The operations that set every member which changed; a component changes as a whole, a layer member by member."""
    for key, value in after.items():
        old, here = before.get(key), f"{path}{pointer([key])}"
        if old == value:
            continue
        if key == "layers" and isinstance(value, list) and isinstance(old, list) and len(old) == len(value):
            yield from _layers(old, value, here)
        elif isinstance(value, dict) and isinstance(old, dict) and "type" not in value and old.keys() == value.keys():
            yield from difference(old, value, here)
        else:
            yield Operation(op="add", path=here, value=value)


def _layers(before: list[Document], after: list[Document], path: str) -> Iterator[Operation]:
    """The changes of a list of layers of one length."""
    for index, (old, value) in enumerate(zip(before, after, strict=True)):
        if old["type"] == value["type"]:
            yield from difference(old, value, f"{path}/{index}")
        elif old != value:
            yield Operation(op="replace", path=f"{path}/{index}", value=value)
