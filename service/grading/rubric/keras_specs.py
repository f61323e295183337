"""A submission that came as a Keras model, as a spec for an assignment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from models.keras_config import KerasImport, NotImported, import_keras
from models.keras_config.imports import ABSENT
from models.specs.pointers import existing, pointer, received
from models.specs.spec import Path
from models.specs.training import TrainingSpec
from models.violation import Violation
from service.errors import UnsupportedModel
from service.grading.rubric.fixed import tokens

if TYPE_CHECKING:
    from service.grading.rubric.assignment import Assignment

MEMBERS: Final = ("architecture", "compile", "training")
COMPILED: Final = ("optimizer", "loss", "metrics")


@dataclass(frozen=True)
class KerasSpec:
    """What a Keras model means for an assignment.

    Attributes:
        document: the spec without data, to be read as any other one.
        origin: what was submitted.
        path: where that stands in the request.
        places: a pointer into the spec -> the path of its origin within what was submitted.
    """

    document: dict[str, Any]
    origin: Any
    path: Path
    places: Mapping[str, Path]

    def place(self, where: str) -> str:
        """A pointer into the spec as a pointer into the request."""
        found = max((start for start in self.places if _within(where, start)), key=len, default=None)
        if found is None:
            return pointer((*self.path, *tokens(where)[:1])) if where.startswith("/training") else pointer(self.path)
        way = self.places[found]
        rest = tokens(where[len(found) :]) if where != found else ()
        inside = existing((*way, "config", *rest), self.origin)
        if len(inside) <= len(way) + 1:
            inside = existing(way, self.origin)
        return pointer((*self.path, *(inside if rest or not way else way)))


def spec_of(assignment: Assignment, submitted: Any, path: Path = ()) -> KerasSpec:
    """Read a Keras model, with what it was compiled with and how it is trained, as a spec.

    Args:
        assignment: whose ``fixed`` parts fill in what Keras does not say, such as the number of epochs.
        submitted: ``{"architecture", "compile"?, "training"?}``, or the bare object that ``model.to_json()`` returns.
            ``training`` has members of a spec's training; they go before what was compiled.
        path: where it stands in the request.

    Raises:
        UnsupportedModel: something in it has no place in a spec.
    """
    bare = isinstance(submitted, dict) and "class_name" in submitted
    parts = {"architecture": submitted} if bare else submitted
    _refuse_members(parts, path)
    try:
        found = import_keras(parts["architecture"], parts.get("compile", ABSENT))
    except NotImported as refused:
        violations = [Violation(pointer((*path, *_own(tokens(e.pointer), bare))), e.detail) for e in refused.errors]
        raise UnsupportedModel.of(violations) from None
    columns = assignment.data.source.columns()
    if found.n_features not in {None, columns}:
        detail = f"reads rows of {found.n_features} columns, the assignment's data have {columns}"
        raise UnsupportedModel.of([Violation(pointer((*path, *_own(("architecture",), bare))), detail)])
    training = _training(found, parts.get("training") or {})
    layers = found.architecture.model_dump(mode="json")["layers"]
    document = {"architecture": {"layers": layers}, "training": training}
    for where, value in assignment.constraints.fixed.items():
        _fill(document, tokens(where), value)
    places = {f"/architecture{own}": _own(tokens(at), bare) for own, at in found.places.items()}
    places |= dict(_training_places(parts, bare))
    return KerasSpec(document, submitted, path, places)


def _refuse_members(parts: Any, path: Path) -> None:
    """Anything but the known members."""
    if not isinstance(parts, dict):
        detail = f"must be an object with the model as its architecture, got {received(parts)}"
        raise UnsupportedModel.of([Violation(pointer(path), detail)])
    violations = [
        Violation(pointer((*path, name)), f"unknown field; known: {', '.join(MEMBERS)}")
        for name in parts
        if name not in MEMBERS
    ]
    if "architecture" not in parts:
        violations.append(Violation(pointer((*path, "architecture")), 'the field "architecture" is required'))
    training = parts.get("training")
    if training is not None and not isinstance(training, dict):
        violations.append(Violation(pointer((*path, "training")), f"must be an object, got {received(training)}"))
    for name in training if isinstance(training, dict) else ():
        if name not in TrainingSpec.model_fields:
            known = ", ".join(TrainingSpec.model_fields)
            violations.append(Violation(pointer((*path, "training", name)), f"unknown field; known: {known}"))
    if violations:
        raise UnsupportedModel.of(violations)


def _training(found: KerasImport, own: dict[str, Any]) -> dict[str, Any]:
    """The training part: what was compiled, and over it what is said beside the model."""
    said = found.compiled
    training: dict[str, Any] = {}
    if said.optimizer is not None:
        training["optimizer"] = said.optimizer.model_dump(mode="json")
    if said.loss is not None:
        training["loss"] = said.loss.model_dump(mode="json")
    if said.metrics:
        training["metrics"] = [metric.model_dump(mode="json") for metric in said.metrics]
    return training | own


def _fill(document: dict[str, Any], path: Path, value: Any) -> None:
    """Put a fixed value where nothing has been said, if there is an object to hold it."""
    *way, last = path
    place: Any = document
    for key in way:
        if isinstance(place, dict) and key in place:
            place = place[str(key)]
        elif isinstance(place, list) and isinstance(key, int) and key < len(place):
            place = place[key]
        else:
            return
    if isinstance(place, dict):
        place.setdefault(str(last), value)


def _training_places(parts: dict[str, Any], bare: bool) -> Iterator[tuple[str, Path]]:
    """Where the parts of the training come from."""
    own = parts.get("training") or {}
    inside = isinstance(parts["architecture"], dict) and "compile_config" in parts["architecture"]
    embedded = bare or (inside and "compile" not in parts)
    compiled = _own(("architecture", "compile_config"), bare) if embedded else ("compile",)
    for name in COMPILED:
        if name not in own:
            yield f"/training/{name}", (*compiled, name)
    for name in TrainingSpec.model_fields:
        if name in own or name not in COMPILED:
            yield f"/training/{name}", ("training", name)


def _own(path: Path, bare: bool) -> Path:
    """A path that begins at ``architecture``, in what was submitted."""
    return path[1:] if bare and path[:1] == ("architecture",) else path


def _within(where: str, start: str) -> bool:
    return where == start or where.startswith(f"{start}/")
