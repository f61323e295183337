"""Measures the distance between two specs, and lists their differences.

Specs are compared by what they train: with every default written out, repeated layers unrolled, and without names,
labels, seeds and what is not the author's (data and diagnostics, which the assignment decides). The distance is what
the cheapest way costs to turn one into the other: an edit distance over the layers (Wagner & Fischer 1974), in which a
layer turns into another at the cost of the fields that differ, plus the fields of the training that differ.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models.pointers import pointer

NOT_THE_AUTHORS = frozenset({"name", "labels", "seed", "data", "diagnostics"})
LAYER = 1.0  # what it costs to put a layer in or to take one out
FIELD = 0.25  # what it costs to give one field of layer or training another value
ABSENT = "absent"


@dataclass(frozen=True)
class Outline:
    """The part of a spec that its author has decided.

    Attributes:
        layers: one by one, as JSON texts that are equal where the layers are.
        rest: every other field: JSON pointer -> value.
        key: a text that is equal for specs of equal outlines.
    """

    layers: tuple[str, ...]
    rest: Mapping[str, Any]
    key: str

    @classmethod
    def of(cls, spec: Mapping[str, Any]) -> Outline:
        """The outline of a canonical spec."""
        architecture = spec["architecture"]
        layers = tuple(
            _text({name: value for name, value in layer.items() if name not in {"repeat", "name"}})
            for layer in architecture["layers"]
            for _ in range(layer.get("repeat", 1))
        )
        kept = {name: value for name, value in spec.items() if name not in NOT_THE_AUTHORS}
        kept["architecture"] = {name: value for name, value in architecture.items() if name not in {"layers", "name"}}
        rest = dict(_leaves("", _plain(kept)))
        return cls(layers, rest, _text([layers, rest]))


@dataclass(frozen=True)
class Difference:
    """Something in which two specs differ.

    Attributes:
        pointer: where in the unrolled spec of the left one; a layer that only the right one has stands where it comes.
        left: what the left one says there; ``absent`` where it says nothing.
        right: what the right one says there.
    """

    pointer: str
    left: Any
    right: Any


class Scale:
    """Measures distances, and caches the distance between layers: a class has few different ones."""

    def __init__(self) -> None:
        self._costs: dict[tuple[str, str], float] = {}
        self._leaves: dict[str, dict[str, Any]] = {}

    def distance(self, left: Outline, right: Outline, limit: float = float("inf")) -> float:
        """How far two specs are apart; infinite where that is certainly more than ``limit``.

        It is 0 for equal outlines alone, and the same both ways.
        """
        if left.key == right.key:
            return 0.0
        least = LAYER * abs(len(left.layers) - len(right.layers)) + _cost(left.rest, right.rest)
        if least > limit:
            return float("inf")
        return _cost(left.rest, right.rest) + self._table(left.layers, right.layers)[-1][-1]

    def differences(self, left: Outline, right: Outline) -> Iterator[Difference]:
        """The changes that turn one spec into the other, in the cheapest way."""
        for at, one, other in self._alignment(left.layers, right.layers):
            layer = f"/architecture/layers/{at}"
            if one is None or other is None:
                yield Difference(layer, *(ABSENT if text is None else json.loads(text) for text in (one, other)))
            elif one != other:
                yield from _fields(layer, self._fields_of(one), self._fields_of(other))
        yield from _fields("", left.rest, right.rest)

    def _alignment(self, left: Sequence[str], right: Sequence[str]) -> list[tuple[int, str | None, str | None]]:
        """The cheapest alignment of two lists of layers: index in the left one, its layer, the right one's layer."""
        table, i, j = self._table(left, right), len(left), len(right)
        steps: list[tuple[int, str | None, str | None]] = []
        while i or j:
            here = table[i][j]
            if i and j and here == table[i - 1][j - 1] + self._layer(left[i - 1], right[j - 1]):
                i, j = i - 1, j - 1
                steps.append((i, left[i], right[j]))
            elif i and here == table[i - 1][j] + LAYER:
                i -= 1
                steps.append((i, left[i], None))
            else:
                j -= 1
                steps.append((i, None, right[j]))
        return steps[::-1]

    def _table(self, left: Sequence[str], right: Sequence[str]) -> list[list[float]]:
        """The costs of turning the first i layers of one list into the first j of the other."""
        table = [[LAYER * j for j in range(len(right) + 1)]]
        for i, one in enumerate(left, 1):
            row = [LAYER * i]
            for j, other in enumerate(right, 1):
                turned = table[-1][j - 1] + self._layer(one, other)
                row.append(min(turned, table[-1][j] + LAYER, row[-1] + LAYER))
            table.append(row)
        return table

    def _layer(self, one: str, other: str) -> float:
        """The cost of turning a layer into another; never more than that of taking it out and putting the other in."""
        if one == other:
            return 0.0
        pair = (one, other) if one < other else (other, one)
        if pair not in self._costs:
            mine, yours = (self._fields_of(text) for text in pair)
            other_type = mine["/type"] != yours["/type"]
            self._costs[pair] = 2 * LAYER if other_type else min(2 * LAYER, _cost(mine, yours))
        return self._costs[pair]

    def _fields_of(self, text: str) -> dict[str, Any]:
        """The fields of a layer."""
        if text not in self._leaves:
            self._leaves[text] = dict(_leaves("", json.loads(text)))
        return self._leaves[text]


def _cost(mine: Mapping[str, Any], yours: Mapping[str, Any]) -> float:
    """The cost of giving the fields of one the values of the other; numbers that are nearly equal cost less."""
    names = sorted(mine.keys() | yours.keys())  # in one order: sums of floats depend on it
    return FIELD * sum(_apart(mine.get(name, ABSENT), yours.get(name, ABSENT)) for name in names)


def _apart(one: Any, other: Any) -> float:
    """How far two values are apart, from 0 (equal) to 1."""
    if one == other:
        return 0.0
    if _is_number(one) and _is_number(other):
        return float(abs(one - other) / (abs(one) + abs(other)))
    return 1.0


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _fields(start: str, mine: Mapping[str, Any], yours: Mapping[str, Any]) -> Iterator[Difference]:
    """The differences between two sets of fields."""
    for name in sorted(mine.keys() | yours.keys()):
        one, other = mine.get(name, ABSENT), yours.get(name, ABSENT)
        if one != other:
            yield Difference(start + name, one, other)


def _leaves(start: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Every value of a document with its JSON pointer; lists and empty objects are values."""
    if isinstance(value, dict) and value:
        for name, item in value.items():
            yield from _leaves(start + pointer((name,)), item)
    else:
        yield start, value


def _text(value: Any) -> str:
    """A value as JSON, the same text for equal values."""
    return json.dumps(_plain(value), sort_keys=True, separators=(",", ":"))


def _plain(value: Any) -> Any:
    """A document without the seeds of components, in which 5.0 is 5, as JSON has one kind of number."""
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items() if name != "seed"}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
