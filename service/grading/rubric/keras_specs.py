"""Converts a submitted Keras model into a spec for an assignment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from models.keras_config import KerasImport, NotImported, import_keras
from models.keras_config.forms import ABSENT, is_keras, opened
from models.pointers import existing, pointer
from models.specs.messages import received
from models.specs.spec import Path
from models.specs.training import TrainingSpec
from models.violation import Violation
from service.errors import UnsupportedModel
from service.grading.rubric.fixed import path_of

if TYPE_CHECKING:
    from service.grading.rubric.assignment import Assignment

MEMBERS: Final = ("architecture", "compile", "training")
ABSENT_AT: Final = {True: "/architecture/compile_config", False: "/compile"}  # where one that is missed would stand
COMPILED: Final = ("optimizer", "loss", "metrics")


@dataclass(frozen=True)
class KerasSpec:
    """A Keras model converted into a spec, with the origin of each of its parts.

    Attributes:
        document: the spec without data, to be read as any other one.
        origin: what was submitted.
        start: pointer to that in the request.
        origins: a pointer into the spec -> the pointer to its origin within what was submitted.
    """

    document: dict[str, Any]
    origin: Any
    start: str
    origins: Mapping[str, str]

    def locate(self, where: str) -> str:
        """The pointer into the request that a pointer into the spec corresponds to."""
        found = max((start for start in self.origins if _within(where, start)), key=len, default=None)
        if found is None:
            return f"{self.start}/training" if _within(where, "/training") else self.start
        origin, rest = self.origins[found], where.removeprefix(found)
        if origin and not rest:
            return self.start + origin
        inside = existing(f"{origin}/config{rest}", self.origin)
        if len(inside) <= len(f"{origin}/config"):
            inside = existing(origin, self.origin)
        return self.start + inside


def spec_of(assignment: Assignment, submitted: Any, path: Path = ()) -> KerasSpec:
    """Read a Keras model, with what it was compiled with and how it is trained, as a spec.

    Args:
        assignment: whose ``fixed`` parts fill in what Keras does not say, such as the number of epochs.
        submitted: ``{"architecture", "compile"?, "training"?}``, or a bare model in any form that Keras or
            TensorFlow.js writes; as text or as an object. ``training`` has members of a spec's training; they go before
            what was compiled.
        path: where it stands in the request.

    Raises:
        UnsupportedModel: something in it has no place in a spec.
    """
    submitted = opened(submitted)
    bare = is_keras(submitted) or isinstance(submitted, str)  # text that is no JSON is refused where models are read
    parts = {"architecture": submitted} if bare else submitted
    _refuse_members(parts, path)
    try:
        found = import_keras(parts["architecture"], parts.get("compile", ABSENT))
    except NotImported as refused:
        errors = [replace(error, pointer=_own(error.pointer, bare)).below(path) for error in refused.errors]
        raise UnsupportedModel.of(errors) from None
    columns = assignment.data.source.columns()
    if found.n_features not in {None, columns}:
        detail = f"reads rows of {found.n_features} columns, the assignment's data have {columns}"
        raise UnsupportedModel.of([Violation(_own("/architecture", bare), detail).below(path)])
    training = _training(found, parts.get("training") or {})
    layers = found.architecture.model_dump(mode="json")["layers"]
    document = {"architecture": {"layers": layers}, "training": training}
    for where, value in assignment.constraints.fixed.items():
        _fill(document, path_of(where), value)
    origins = {f"/architecture{own}": _own(origin, bare) for own, origin in found.origins.items()}
    origins |= dict(_training_origins(parts, _own(found.compiled_at or ABSENT_AT[bare], bare)))
    return KerasSpec(document, submitted, pointer(path), origins)


def _refuse_members(parts: Any, path: Path) -> None:
    """Refuse unknown members of a submitted model, and members of a wrong type."""
    if not isinstance(parts, dict):
        detail = f"must be an object with the model as its architecture, got {received(parts)}"
        raise UnsupportedModel.of([Violation.at(path, detail)])
    violations = [
        Violation.at((*path, name), f"unknown field; known: {', '.join(MEMBERS)}")
        for name in parts
        if name not in MEMBERS
    ]
    if "architecture" not in parts:
        violations.append(Violation.at((*path, "architecture"), 'the field "architecture" is required'))
    training = parts.get("training")
    if training is not None and not isinstance(training, dict):
        violations.append(Violation.at((*path, "training"), f"must be an object, got {received(training)}"))
    for name in training if isinstance(training, dict) else ():
        if name not in TrainingSpec.model_fields:
            known = ", ".join(TrainingSpec.model_fields)
            violations.append(Violation.at((*path, "training", name), f"unknown field; known: {known}"))
    if violations:
        raise UnsupportedModel.of(violations)


def _training(found: KerasImport, own: dict[str, Any]) -> dict[str, Any]:
    """The training part: from the compiled model, overridden by what stands beside the model."""
    compiled = found.compiled
    training: dict[str, Any] = {}
    if compiled.optimizer is not None:
        training["optimizer"] = compiled.optimizer.model_dump(mode="json")
    if compiled.loss is not None:
        training["loss"] = compiled.loss.model_dump(mode="json")
    if compiled.metrics:
        training["metrics"] = [metric.model_dump(mode="json") for metric in compiled.metrics]
    return training | own


def _fill(document: dict[str, Any], path: Path, value: Any) -> None:
    """Set a fixed value where the document has none, if there is an object to hold it."""
    *parents, last = path
    parent: Any = document
    for key in parents:
        if isinstance(parent, dict) and key in parent:
            parent = parent[str(key)]
        elif isinstance(parent, list) and isinstance(key, int) and key < len(parent):
            parent = parent[key]
        else:
            return
    if isinstance(parent, dict):
        parent.setdefault(str(last), value)


def _training_origins(parts: dict[str, Any], compiled: str) -> Iterator[tuple[str, str]]:
    """The origins of the training's parts, with what was compiled at a pointer.

    Each is a pointer into the spec, and the pointer into what was submitted.
    """
    own = parts.get("training") or {}
    written = {"optimizer": "optimizer_config"} if compiled.endswith("/training_config") else {}  # in H5 files
    for name in COMPILED:
        if name not in own:
            yield f"/training/{name}", f"{compiled}/{written.get(name, name)}"
    for name in TrainingSpec.model_fields:
        if name in own or name not in COMPILED:
            yield f"/training/{name}", f"/training/{name}"


def _own(where: str, bare: bool) -> str:
    """A pointer that begins at ``architecture``, as one into what was submitted."""
    return where.removeprefix("/architecture") if bare and _within(where, "/architecture") else where


def _within(where: str, start: str) -> bool:
    return where == start or where.startswith(f"{start}/")
