"""Reads the connections of a ``Functional`` model's layers, as Keras 3 and Keras 2 write them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from models.keras_config.layers import LayerReader
from models.specs import limits
from models.specs.messages import received
from models.specs.spec import Path

MANY = 4 * limits.MAX_LAYERS  # entries beyond which a graph is not even looked at


@dataclass(frozen=True)
class Node:
    """A layer of a graph.

    Attributes:
        value: as Keras writes it.
        path: where it stands.
        inputs: the names of the layers that it reads; none for the input.
        adds: whether it adds two outputs.
        rank: its place in an order in which everybody comes after what it reads.
    """

    value: dict[str, Any]
    path: Path
    inputs: tuple[str, ...]
    adds: bool
    rank: int = -1


@dataclass(frozen=True)
class Graph:
    """All layers by name, with the names of the input and the output."""

    nodes: dict[str, Node]
    input: str
    output: str


def connect(items: list[Any], config: dict[str, Any], at: Path, reader: LayerReader) -> Graph | None:
    """The graph of these layers; None where it has no one input, no one output, or cannot be read."""
    notes, before = reader.notes, len(reader.notes.errors)
    if len(items) > MANY:
        notes.refuse((*at, "layers"), f"the limit is {limits.MAX_LAYERS} layers")
        return None
    nodes = _nodes(items, (*at, "layers"), reader)
    if len(notes.errors) > before:
        return None
    first, last = (_end(config, key, at, nodes, reader) for key in ("input_layers", "output_layers"))
    if first is None or last is None:
        return None
    ranked = _ranked(nodes, reader)
    if ranked is None:
        return None
    for name, node in ranked.items():
        if not node.inputs and name != first:
            notes.refuse(node.path, "is a second input; a network here has one")
    if ranked[first].inputs:
        notes.refuse(ranked[first].path, "is named as the input, and reads another layer")
    return Graph(ranked, first, last) if len(notes.errors) == before else None


def _nodes(items: list[Any], at: Path, reader: LayerReader) -> dict[str, Node]:
    """The layers by name."""
    nodes: dict[str, Node] = {}
    for i, item in enumerate(items):
        path = (*at, i)
        name = _name(item)
        if name is None or name in nodes:
            detail = "must be a layer with a name of its own" if name is None else "has another one's name"
            reader.notes.refuse(path, detail)
        elif (node := _node(item, path, reader)) is not None:
            nodes[name] = node
    return nodes


def _name(item: Any) -> str | None:
    if not isinstance(item, dict) or not isinstance(item.get("class_name"), str):
        return None
    config = item.get("config")
    name = item.get("name", config.get("name") if isinstance(config, dict) else None)
    return name if isinstance(name, str) else None


def _node(item: dict[str, Any], path: Path, reader: LayerReader) -> Node | None:
    """A layer with what it reads."""
    calls = item.get("inbound_nodes")
    at = (*path, "inbound_nodes")
    if item["class_name"] == "InputLayer":
        if isinstance(item.get("config"), dict):
            reader.shape(item["config"], (*path, "config"))
        return Node(item, path, (), adds=False)
    if not isinstance(calls, list) or len(calls) != 1:
        reader.notes.refuse(at, f"a layer must be called once, got {received(calls)}")
        return None
    adds = item["class_name"] == "Add"
    inputs = _inputs(calls[0])
    wanted = 2 if adds else 1
    if inputs is None or len(inputs) != wanted:
        words = "two layers" if adds else "the first output of one layer"
        reader.notes.refuse((*at, 0), f"must read {words}, and nothing else")
        return None
    return Node(item, path, tuple(inputs), adds)


def _inputs(call: Any) -> list[str] | None:
    """The layers that a call reads; None where it takes something else, too."""
    if isinstance(call, dict):  # Keras 3
        arguments = call.get("args")
        more = call.get("kwargs") or {}
        if not isinstance(arguments, list) or not isinstance(more, dict) or any(v is not None for v in more.values()):
            return None
        tensors = list(_flat(arguments))
        names = [_history(tensor.get("config", {})) if isinstance(tensor, dict) else None for tensor in tensors]
    else:
        names = [_read(entry) for entry in call] if isinstance(call, list) else []
    return [name for name in names if name is not None] if names and None not in names else None


def _flat(values: list[Any]) -> Iterator[Any]:
    """Arguments, and the members of one that is a list."""
    for value in values:
        yield from value if isinstance(value, list) else [value]


def _history(config: Any) -> str | None:
    return _read(config.get("keras_history")) if isinstance(config, dict) else None


def _read(entry: Any) -> str | None:
    """The layer of ``[name, 0, 0]`` or ``[name, 0, 0, {}]``: its first call, its first output."""
    match entry:
        case [str(name), 0, 0] | [str(name), 0, 0, {}] if not (isinstance(entry[-1], dict) and entry[-1]):
            return name
        case _:
            return None


def _end(config: dict[str, Any], key: str, at: Path, nodes: dict[str, Node], reader: LayerReader) -> str | None:
    """The one layer that is named as input or output."""
    named = config.get(key)
    name = _read(named[0]) if isinstance(named, list) and len(named) == 1 else _read(named)
    if name is None or name not in nodes:
        reader.notes.refuse((*at, key), f"must name one layer, got {received(named)}")
        return None
    return name


def _ranked(nodes: dict[str, Node], reader: LayerReader) -> dict[str, Node] | None:
    """The nodes with their ranks, in that order; None where somebody reads what is not there, or a circle."""
    consumers: dict[str, list[str]] = {name: [] for name in nodes}
    missing = {name: len(node.inputs) for name, node in nodes.items()}
    for name, node in nodes.items():
        for source in node.inputs:
            if source not in nodes:
                reader.notes.refuse((*node.path, "inbound_nodes", 0), f"reads {received(source)}, which is not there")
                return None
            consumers[source].append(name)
    ready = [name for name, count in missing.items() if count == 0]
    ranked: dict[str, Node] = {}
    while ready:
        name = ready.pop()
        ranked[name] = replace(nodes[name], rank=len(ranked))
        for consumer in consumers[name]:
            missing[consumer] -= 1
            if missing[consumer] == 0:
                ready.append(consumer)
    if len(ranked) < len(nodes):
        circular = next(node for name, node in nodes.items() if name not in ranked)
        reader.notes.refuse(circular.path, "reads its own output, through others")
        return None
    return ranked
