"""Checks a submitted spec against an assignment's constraints, with pointers to what breaks them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from models.pointers import existing, tokens
from models.specs import limits
from models.specs.geometry import PlacedLayer, layout, steps
from models.specs.job import TrainingJobSpec
from models.specs.layers import Dense
from models.specs.messages import received
from models.specs.rules import violations
from models.specs.spec import Path
from models.violation import Violation
from service.grading.rubric.components import Kind, named, used
from service.grading.rubric.fixed import changed
from service.grading.rubric.trainings import prepared, required_metrics

if TYPE_CHECKING:
    from service.grading.rubric.assignment import Assignment

LAYERS: Final[Path] = ("architecture", "layers")
METRICS: Final[Path] = ("training", "metrics")
RULED: Final[tuple[Kind, ...]] = ("layers", "activations", "initializers", "optimizers", "losses")


def refuse(assignment: Assignment, spec: TrainingJobSpec, document: Any = None) -> list[Violation]:
    """The violations for which a submission is refused; empty if it is accepted.

    Args:
        assignment: whose constraints.
        spec: as submitted, which can be trained on the public data.
        document: as the author wrote it, so that pointers lead to what is there; null: the spec in full.
    """
    found = list(_violations(assignment, spec))
    if not found:
        found = list(_on_hidden_data(assignment, spec))
    if document is not None:
        found = [replace(violation, pointer=existing(violation.pointer, document)) for violation in found]
    return found[: limits.MAX_ERRORS]


def completed(assignment: Assignment, document: Any) -> Any:
    """A submitted document, with the public data where it leaves them out."""
    if isinstance(document, dict) and document.get("data") is None:
        return {**document, "data": assignment.data.model_dump(mode="json")}
    return document


def _violations(assignment: Assignment, spec: TrainingJobSpec) -> Iterator[Violation]:
    if spec.data != assignment.data:
        yield Violation.at(("data",), "must be the assignment's data, or be left out")
    yield from _limits(assignment, spec)
    for kind in RULED:
        yield from _components(assignment, spec, kind)
    for path, value in changed(spec, assignment.constraints.fixed):
        yield Violation.at(path, f"is fixed by the assignment and must be {_shown(value)}")
    yield from _metrics(assignment, spec)


def _limits(assignment: Assignment, spec: TrainingJobSpec) -> Iterator[Violation]:
    """The violations of upper bounds."""
    rules, placed = assignment.constraints, layout(spec)
    counts = (
        ("parameters", sum(layer.parameters for layer in placed), rules.max_parameters, LAYERS),
        ("layers", len(placed), rules.max_layers, LAYERS),
        ("epochs", spec.training.epochs, rules.max_epochs, ("training", "epochs")),
        ("steps", steps(spec), rules.max_steps, ("training", "epochs")),
    )
    for noun, count, most, path in counts:
        if most is not None and count > most:
            yield Violation.at(path, f"has {count} {noun}, the assignment allows {most}")
    if rules.max_units is not None:
        yield from _wide(placed, rules.max_units)


def _wide(placed: list[PlacedLayer], most: int) -> Iterator[Violation]:
    wide = {layer.path: layer.output_shape[1] for layer in placed if isinstance(layer.spec, Dense)}
    for path, units in wide.items():
        if units > most:
            yield Violation.at((*path, "units"), f"has {units} units, the assignment allows {most}")


def _components(assignment: Assignment, spec: TrainingJobSpec, kind: Kind) -> Iterator[Violation]:
    """The components that are not allowed, or are forbidden."""
    allowed = getattr(assignment.constraints, f"allowed_{kind}")
    forbidden = getattr(assignment.constraints, f"forbidden_{kind}")
    if allowed is None and forbidden is None:
        return
    may = None if allowed is None else [named(kind, name) for name in allowed]
    must_not = [named(kind, name) for name in forbidden or ()]
    for path, name in {at.path: at.type for at in used(spec, kind)}.items():
        if may is not None and name not in may:
            yield Violation.at(path, f"{name} is not among the {kind} that the assignment allows: {', '.join(allowed)}")
        elif name in must_not:
            yield Violation.at(path, f"{name} is forbidden by the assignment")


def _metrics(assignment: Assignment, spec: TrainingJobSpec) -> Iterator[Violation]:
    """Require metrics that the rubric reads without arguments: with another threshold all could be right."""
    seen: set[str] = set()
    wanted = required_metrics(assignment)
    for index, metric in enumerate(spec.training.metrics):
        if metric.type in wanted and metric.type not in seen and metric != type(metric)():
            yield Violation.at((*METRICS, index), f"{metric.type} is read by the rubric and takes no arguments here")
        seen.add(metric.type)
    missing = [name for name in wanted if name not in seen]
    room = limits.MAX_METRICS - len(spec.training.metrics)
    if len(missing) > room:
        yield Violation.at(METRICS, f"leaves no room for {', '.join(missing)}, which the rubric reads")


def _on_hidden_data(assignment: Assignment, spec: TrainingJobSpec) -> Iterator[Violation]:
    """The violations that only the hidden data cause; the messages tell nothing of those."""
    own = len(spec.training.metrics)
    for violation in violations(prepared(assignment, spec)):
        match tokens(violation.pointer):
            case ["data", *_]:
                yield Violation("", "cannot be trained on the data that it is graded on")
            case ["training", "metrics", index, *_] if int(index) >= own:
                detail = f"the rubric reads a metric that cannot be computed here: {violation.detail}"
                yield Violation("/training/loss", detail)
            case _:
                yield violation


def _shown(value: Any) -> str:
    """A value in a few words; an object by its type, if it has one."""
    if isinstance(value, dict) and isinstance(value.get("type"), str):
        return f"{value['type']} with the arguments given there"
    return received(value)
