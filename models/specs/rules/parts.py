"""Collects the violations that single parts of a spec report of themselves."""

from __future__ import annotations

from collections.abc import Iterator

from models.specs.job import TrainingJobSpec
from models.specs.spec import Path, Spec
from models.violation import Violation


def violations(spec: TrainingJobSpec) -> Iterator[Violation]:
    """What each part says of itself."""
    for path, part in walk(spec, ()):
        for violation in part.violations():
            yield violation.below(path)


def walk(part: Spec, path: Path) -> Iterator[tuple[Path, Spec]]:
    """Every part below and including ``part``, with its path."""
    yield path, part
    for name in type(part).model_fields:
        value = getattr(part, name)
        if isinstance(value, Spec):
            yield from walk(value, (*path, name))
        elif isinstance(value, tuple) and value and isinstance(value[0], Spec):
            for i, item in enumerate(value):
                yield from walk(item, (*path, name, i))
