"""Reads the layers of a Keras model in the order of a spec, each with its path in the document."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from models.keras_config.component import component
from models.keras_config.forms import is_identity
from models.keras_config.notes import Notes
from models.specs import limits
from models.specs.layers import LayerBase
from models.specs.messages import received
from models.specs.spec import Path

SHAPES = ("batch_shape", "batch_input_shape", "build_input_shape")


class ImportedLayer(NamedTuple):
    """A layer with its path in the document; the inner layers of a block have paths of their own."""

    layer: LayerBase
    path: Path
    inner: tuple[ImportedLayer, ...] = ()


@dataclass
class LayerReader:
    """Reads layers, and keeps what is known of the model meanwhile.

    Attributes:
        notes: what is wrong, and what is left behind.
        n_features: the width of a row, once it has been said.
        count: layers so far.
        named: the first layer with a name that a person has given.
    """

    notes: Notes
    n_features: int | None = None
    count: int = 0
    named: Path | None = field(default=None)

    def layer(self, value: Any, path: Path) -> ImportedLayer | None:
        """A layer that is not an input; None where it cannot be read, or changes nothing, which is noted."""
        self.count += 1
        if self.count == limits.MAX_LAYERS + 1:
            self.notes.refuse(path, f"the limit is {limits.MAX_LAYERS} layers")
        if self.count > limits.MAX_LAYERS:
            return None
        if is_identity(value):
            if isinstance(value.get("config"), dict):
                self.shape(value["config"], (*path, "config"))
            self.notes.warn(path, f"{received(value['class_name'])} passes flat rows on unchanged: it is left out")
            return None
        made = component(LayerBase, value, path, self.notes)
        if made is None:
            return None
        config = value.get("config") if isinstance(value, dict) else None
        if isinstance(config, dict):
            self.shape(config, (*path, "config"))
            name = config.get("name")
            if isinstance(name, str) and not _automatic(name, made) and self.named is None:
                self.named = (*path, "config", "name")
        return ImportedLayer(made, path)

    def shape(self, config: dict[str, Any], path: Path) -> None:
        """Take the width of a row from where Keras has it, the first time."""
        for key in SHAPES:
            shape = config.get(key)
            if shape is not None and self.n_features is None:
                self._width(shape, (*path, key))

    def _width(self, shape: Any, path: Path) -> None:
        match shape:
            case [rows, int(columns)] if not isinstance(columns, bool) and 0 < columns <= limits.MAX_FEATURES:
                self.n_features = columns
                if rows is not None:
                    self.notes.warn(path, "a fixed number of rows is not taken over")
            case _:
                given = received(shape) if not isinstance(shape, list) else f"[{', '.join(map(received, shape[:8]))}]"
                self.notes.refuse(path, f"a network reads rows of up to {limits.MAX_FEATURES} columns, got {given}")


def _automatic(name: str, layer: LayerBase) -> bool:
    """Whether Keras gives such a name by itself."""
    return re.fullmatch(rf"{layer.layer_name}(_\d+)?", name) is not None
