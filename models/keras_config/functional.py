"""Reads a ``Functional`` model as a list of layers: a chain, in which additions close residual blocks."""

from __future__ import annotations

from typing import Any

from models.keras_config.connections import Node, connect
from models.keras_config.layers import ImportedLayer, LayerReader
from models.specs import limits
from models.specs.layers import Residual
from models.specs.spec import Path


class _Broken(Exception):
    """A graph that is no chain of layers and blocks, with the path and the reason."""

    def __init__(self, path: Path, detail: str) -> None:
        super().__init__(detail)
        self.path = path
        self.detail = detail


def layers(items: list[Any], config: dict[str, Any], at: Path, reader: LayerReader) -> list[ImportedLayer]:
    """The layers of a graph, in order from its input.

    Args:
        items: the layers as Keras writes them.
        config: what holds them, with the names of input and output.
        at: where ``config`` stands.
        reader: gets notes, and the width of a row.
    """
    graph = connect(items, config, at, reader)
    if graph is None:
        return []
    walk = _Walk(graph.nodes, reader)
    try:
        found = walk.back(graph.output, graph.input, 0)
    except _Broken as broken:
        reader.notes.refuse(broken.path, broken.detail)
        return []
    for name, node in graph.nodes.items():
        if name not in walk.visited and name != graph.input:
            reader.notes.refuse(node.path, "is not on the way from the input to the output")
    return found


class _Walk:
    """Walks back from the output, block by block.

    Attributes:
        visited: the names of the layers on it.
    """

    def __init__(self, nodes: dict[str, Node], reader: LayerReader) -> None:
        self._nodes = nodes
        self._reader = reader
        self.visited: set[str] = set()

    def back(self, name: str, until: str, depth: int) -> list[ImportedLayer]:
        """The layers after ``until`` up to and including ``name``."""
        found: list[ImportedLayer] = []
        while name != until:
            node = self._nodes[name]
            if node.rank <= self._nodes[until].rank:
                raise _Broken(node.path, "branches here; only one branch of an addition may hold layers")
            if name in self.visited:
                raise _Broken(node.path, "stands in two branches")
            self.visited.add(name)
            if node.adds:
                source, block = self._block(node, depth)
                found += block
                name = source
            else:
                placed = self._reader.layer(node.value, node.path)
                found += [] if placed is None else [placed]
                name = node.inputs[0]
        found.reverse()
        return found

    def _block(self, node: Node, depth: int) -> tuple[str, list[ImportedLayer]]:
        """The block that an addition closes: the layer before it, and the block itself."""
        if depth == limits.MAX_RESIDUAL_DEPTH:
            raise _Broken(node.path, f"blocks lie {depth + 1} deep, the limit is {limits.MAX_RESIDUAL_DEPTH}")
        source, end = sorted(node.inputs, key=lambda name: self._nodes[name].rank)
        if source == end:
            raise _Broken(node.path, "adds something to itself; a residual block holds layers")
        inner = tuple(self.back(end, source, depth + 1))
        if not inner:
            if not self._reader.notes.errors:
                raise _Broken(node.path, "adds something to itself; a residual block holds layers")
            return source, []  # its layers could not be read, which has been noted
        block = Residual.model_validate({"type": "residual", "layers": [placed.layer for placed in inner]})
        return source, [ImportedLayer(block, node.path, inner)]
