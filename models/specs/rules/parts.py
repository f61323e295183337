"""Problems inside single parts, wherever they stand."""

from __future__ import annotations

from collections.abc import Iterator

from models.specs.job import TrainingJobSpec
from models.specs.spec import Path, Problem, Spec


def problems(spec: TrainingJobSpec) -> Iterator[Problem]:
    """What each part says of itself."""
    for path, part in walk(spec, ()):
        for inner, detail in part.problems():
            yield Problem((*path, *inner), detail)


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
