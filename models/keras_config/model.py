"""Reads a Keras model: a ``Sequential``, or a ``Functional`` that is a chain with residual blocks."""

from __future__ import annotations

from typing import Any

from models.keras_config import functional
from models.keras_config.layers import ImportedLayer, LayerReader
from models.keras_config.serialized import read
from models.specs.messages import received
from models.specs.spec import Path

MAX_NESTED = 4  # models inside models
CHAINS = ("Sequential",)
GRAPHS = ("Functional", "Model")
MODELS = (*CHAINS, *GRAPHS)


def layers(value: Any, path: Path, reader: LayerReader, depth: int = 0) -> list[ImportedLayer]:
    """The layers of a model, without its inputs; what cannot be read is noted and left out.

    Args:
        value: any JSON value.
        path: where it stands.
        reader: gets notes, and the width of a row.
        depth: how many models it lies in.
    """
    written = read(value, path, reader.notes)
    if written is None:
        return []
    if written.name not in MODELS or written.at == written.path:
        detail = f"must be a Sequential or Functional model, got {received(written.name)}"
        reader.notes.refuse(written.path, detail)
        return []
    if depth > MAX_NESTED:
        reader.notes.refuse(path, f"models lie {depth} deep in each other, the limit is {MAX_NESTED}")
        return []
    if written.config.get("trainable", True) is not True:
        reader.notes.refuse((*written.at, "trainable"), "a model that is not trained is not supported")
    items = written.config.get("layers")
    if not isinstance(items, list) or not items:
        reader.notes.refuse((*written.at, "layers"), f"must be a list of layers, got {received(items)}")
        return []
    if written.name in GRAPHS:
        return functional.layers(items, written.config, written.at, reader)
    found = _chain(items, (*written.at, "layers"), reader, depth)
    if depth == 0:
        reader.shape(written.config, written.at)
    return found


def _chain(items: list[Any], at: Path, reader: LayerReader, depth: int) -> list[ImportedLayer]:
    """The layers of a ``Sequential``; models among them are chains, too."""
    found: list[ImportedLayer] = []
    inputs = 0  # layers that only say the width of a row, all of them first
    for i, item in enumerate(items):
        name = item.get("class_name") if isinstance(item, dict) else None
        if name == "InputLayer" and i == inputs:
            inputs += 1
            if i > 0:
                reader.notes.warn((*at, i), "is a second input layer of the same rows: it is left out")
            if isinstance(item.get("config"), dict):
                reader.shape(item["config"], (*at, i, "config"))
        elif name in MODELS:
            found += layers(item, (*at, i), reader, depth + 1)
        elif (placed := reader.layer(item, (*at, i))) is not None:
            found.append(placed)
    return found
