"""Compares grades before and after a regrade."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Change = Literal["raised", "lowered", "unchanged", "same_score", "new", "lost"]


@dataclass(frozen=True)
class CheckChange:
    """A check whose mark is another one.

    Attributes:
        check: its name, or its type with a number where several have that type.
        before: its points before; null where there were none, or there was no such check.
        after: its points now, likewise.
        max_before: the points that it could give before.
        max_after: the points that it can give now.
    """

    check: str
    before: float | None
    after: float | None
    max_before: float | None
    max_after: float | None


@dataclass(frozen=True)
class GradeChange:
    """A submission before and after.

    Attributes:
        submission: its id.
        author: who made it.
        before: the score before; null where there was no grade.
        after: the score now, likewise.
        delta: the difference; null where one of them is missing.
        change: ``unchanged``: the whole grade is the same, digit for digit; ``same_score``: only the score is.
        overridden: whether a teacher's override stands, so that the score that counts did not change.
        checks: the checks whose marks are others.
    """

    submission: str
    author: str
    before: float | None
    after: float | None
    delta: float | None
    change: Change
    overridden: bool
    checks: tuple[CheckChange, ...]


@dataclass(frozen=True)
class GradeChangeSummary:
    """All changes of a regrade added up.

    Attributes:
        submissions: how many were graded again.
        changes: how many of each kind.
        overridden: how many of the changed ones keep the score of an override.
        greatest_gain: of one submission.
        greatest_loss: of one submission, as a positive number.
    """

    submissions: int
    changes: Mapping[str, int]
    overridden: int
    greatest_gain: float
    greatest_loss: float


def difference(
    submission: str,
    author: str,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    *,
    overridden: bool = False,
) -> GradeChange:
    """The change of one submission's grade.

    Args:
        submission: its id.
        author: who made it.
        before: its grade before, as a document; null where it had none.
        after: its grade now, likewise.
        overridden: whether a teacher's override stands.
    """
    old, new = (None if grade is None else grade["score"] for grade in (before, after))
    return GradeChange(
        submission=submission,
        author=author,
        before=old,
        after=new,
        delta=None if old is None or new is None else new - old,
        change=_change(before, after, old, new),
        overridden=overridden,
        checks=tuple(_checks(before, after)),
    )


def summary(changes: Sequence[GradeChange]) -> GradeChangeSummary:
    """The changes of all regraded submissions, added up."""
    deltas = [change.delta for change in changes if change.delta is not None]
    return GradeChangeSummary(
        submissions=len(changes),
        changes=dict(Counter(change.change for change in changes)),
        overridden=sum(change.overridden and change.change != "unchanged" for change in changes),
        greatest_gain=max([0.0, *deltas]),
        greatest_loss=-min([0.0, *deltas]),
    )


def _change(
    before: Mapping[str, Any] | None, after: Mapping[str, Any] | None, old: float | None, new: float | None
) -> Change:
    if old is None or new is None:
        return "new" if new is not None else "lost" if old is not None else "unchanged"
    if _text(before) == _text(after):
        return "unchanged"
    return "raised" if new > old else "lowered" if new < old else "same_score"


def _text(grade: Mapping[str, Any] | None) -> str:
    """A grade as JSON: floats are written so that no other float is written like them."""
    return json.dumps(grade, sort_keys=True)


def _checks(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> Iterable[CheckChange]:
    """The checks with other points, in today's order; those that are gone come last."""
    old, new = _named(before), _named(after)
    for name in [*new, *(name for name in old if name not in new)]:
        one, other = (found.get(name, {}) for found in (old, new))
        change = CheckChange(
            name, one.get("points"), other.get("points"), one.get("max_points"), other.get("max_points")
        )
        if (change.before, change.max_before) != (change.after, change.max_after):
            yield change


def _named(grade: Mapping[str, Any] | None) -> dict[str, Mapping[str, Any]]:
    """The checks of a grade by name; those without one by their type, numbered from the second on."""
    found: dict[str, Mapping[str, Any]] = {}
    for check in [] if grade is None else grade["checks"]:
        name = base = check.get("name") or check["type"]
        number = 1
        while name in found:
            number += 1
            name = f"{base} {number}"
        found[name] = check
    return found
