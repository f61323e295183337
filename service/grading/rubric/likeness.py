"""Finds similar specs of different authors.

Where an assignment leaves little to decide, equal specs mean nothing: ``authors`` says how many have submitted each.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import Any

from service.grading.rubric.distance import Difference, Outline, Scale

NEAR = 0.5  # half a layer: two other fields, or one other and a few numbers that are nearly equal


@dataclass(frozen=True)
class ComparedSpec:
    """A submitted spec that is compared with others.

    Attributes:
        submission: its id.
        author: who submitted it.
        spec: its canonical document.
    """

    submission: str
    author: str
    spec: Mapping[str, Any]

    @cached_property
    def outline(self) -> Outline:
        """The part of the spec that its author has decided."""
        return Outline.of(self.spec)


@dataclass(frozen=True)
class SimilarPair:
    """Two similar specs of different authors.

    Attributes:
        left: the one that was submitted first, as ids go.
        right: the other one.
        distance: 0 for equal ones.
        equal: whether they are equal, but for names, labels and seeds.
        differences: what differs.
        authors: how many have submitted exactly the left one or the right one.
    """

    left: ComparedSpec
    right: ComparedSpec
    distance: float
    equal: bool
    differences: tuple[Difference, ...]
    authors: int


def likenesses(submitted: Iterable[ComparedSpec], near: float = NEAR) -> Sequence[SimilarPair]:
    """Pairs of different authors whose specs are not further apart than ``near``, the nearest first.

    An author's own submissions resemble each other, of course; of several pairs of two authors only the nearest is
    listed.

    Args:
        submitted: specs of one assignment, in any order.
        near: the greatest distance that is listed.
    """
    specs = sorted(submitted, key=lambda each: each.submission)
    authors: dict[str, set[str]] = {}
    for each in specs:
        authors.setdefault(each.outline.key, set()).add(each.author)
    scale = Scale()
    found: dict[tuple[str, str], tuple[float, ComparedSpec, ComparedSpec]] = {}
    for left, right in combinations(specs, 2):
        if left.author == right.author:
            continue
        pair = (left.author, right.author) if left.author < right.author else (right.author, left.author)
        known = found.get(pair)
        apart = scale.distance(left.outline, right.outline, near if known is None else known[0])
        if apart <= near and (known is None or apart < known[0]):
            found[pair] = apart, left, right
    return [
        SimilarPair(
            left=left,
            right=right,
            distance=round(apart, 6),
            equal=left.outline.key == right.outline.key,
            differences=tuple(scale.differences(left.outline, right.outline)),
            authors=len(authors[left.outline.key] | authors[right.outline.key]),
        )
        for apart, left, right in sorted(found.values(), key=lambda each: (each[0], each[1].submission))
    ]
