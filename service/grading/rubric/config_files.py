"""Reads a student's ``config.json``, which holds a spec, a Keras model, or several of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from models.keras_config.forms import is_keras, opened
from models.specs.messages import received
from models.specs.spec import Path
from models.violation import Violation
from service.errors import Invalid

MOST: Final = 20  # submissions in one file


@dataclass(frozen=True)
class Entry:
    """One submission of a file.

    Attributes:
        document: a spec, or what was said of a Keras model.
        keras: which of both.
        answers: to the rubric's questions, as they stand in the file.
        path: where the document stands.
        answers_path: where the answers stand.
    """

    document: Any
    keras: bool
    answers: Any
    path: Path
    answers_path: Path


def entries(config: Any, path: Path = ()) -> list[Entry]:
    """The submissions in a file, in its order.

    A file is one of: ``{"spec": …, "answers"?: …}``; ``{"keras": …, "answers"?: …}``; a bare spec; a bare Keras model,
    as ``model.to_json()`` returns it, or TensorFlow.js's ``model.json``; or ``{"specs": [any of these, …], "answers"?:
    …}``, where each is a submission of its own, and the answers are those of all that have none. Any of these may be
    JSON text.

    Args:
        config: any JSON value.
        path: where it stands in the request.

    Raises:
        Invalid: it is none of these.

    Example:
        >>> [entry.path for entry in entries({"specs": [{"spec": {}}, {"keras": {}}]})]
        [('specs', 0, 'spec'), ('specs', 1, 'keras')]
    """
    config = opened(config)
    if not isinstance(config, dict) or "specs" not in config:
        return [_entry(config, path, {}, path)]
    _refuse_others(config, path, ("specs", "answers"))
    items = config["specs"]
    if not isinstance(items, list) or not 1 <= len(items) <= MOST:
        detail = f"must be a list of 1 to {MOST} submissions, got {received(items)}"
        raise Invalid.of([Violation.at((*path, "specs"), detail)])
    answers, answered = config.get("answers", {}), (*path, "answers")
    return [_entry(item, (*path, "specs", i), answers, answered) for i, item in enumerate(items)]


def entry(config: Any, part: int, path: Path = ()) -> Entry:
    """One submission of a file.

    Raises:
        Invalid: it is no such file, or has no such part.
    """
    found = entries(config, path)
    if part >= len(found):
        raise Invalid.of([Violation("/part", f"the file holds {len(found)} submissions, counted from 0; got {part}")])
    return found[part]


def _entry(config: Any, path: Path, answers: Any, answered: Path) -> Entry:
    """One submission, in any of its forms."""
    config = opened(config)
    if not isinstance(config, dict):
        raise Invalid.of([Violation.at(path, f"must be a spec or a Keras model, got {received(config)}")])
    for form in ("spec", "keras"):
        if form in config:
            _refuse_others(config, path, (form, "answers"))
            if "answers" in config:
                answers, answered = config["answers"], (*path, "answers")
            return Entry(config[form], form == "keras", answers, (*path, form), answered)
    return Entry(config, is_keras(config), answers, path, answered)


def _refuse_others(config: dict[str, Any], path: Path, known: tuple[str, ...]) -> None:
    violations = [
        Violation.at((*path, name), f"unknown field; known here: {', '.join(known)}")
        for name in config
        if name not in known
    ]
    if violations:
        raise Invalid.of(violations)
