"""Checks that a job is not so large that it would exhaust the machine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from models.specs import geometry, limits
from models.specs.job import TrainingJobSpec
from models.specs.layers import Dense, LayerBase, Residual
from models.specs.spec import Path
from models.violation import Violation

LAYERS: Path = ("architecture", "layers")


def unrolling(spec: TrainingJobSpec) -> Iterator[Violation]:
    """How many layers there are, and how deep blocks lie in blocks, without unrolling any."""
    count = _count(spec.architecture.layers)
    if count > limits.MAX_LAYERS:
        yield Violation.at(LAYERS, f"unrolls to {count} layers, the limit is {limits.MAX_LAYERS}")
    yield from _nested(spec.architecture.layers, LAYERS, 0)


def violations(spec: TrainingJobSpec) -> Iterator[Violation]:
    """Parameters, activations of a batch, steps, rows of the trace."""
    placed = geometry.layout(spec)
    parameters = sum(layer.parameters for layer in placed)
    if parameters > limits.MAX_PARAMETERS:
        yield Violation.at(LAYERS, f"has {parameters} parameters, the limit is {limits.MAX_PARAMETERS}")
    batch = min(spec.training.batch_size, geometry.job_shape(spec).train_rows)
    units = batch * sum(layer.output_shape[1] for layer in placed)
    if units > limits.MAX_BATCH_ACTIVATIONS:
        yield Violation.at(
            ("training", "batch_size"),
            f"a batch of {batch} rows has {units} activations, the limit is {limits.MAX_BATCH_ACTIVATIONS}",
        )
    steps = geometry.steps(spec)
    if steps > limits.MAX_STEPS:
        yield Violation.at(("training", "epochs"), f"takes {steps} steps, the limit is {limits.MAX_STEPS}")
    recorded = spec.training.epochs // spec.diagnostics.every + 2
    cells = recorded * sum(isinstance(layer.spec, Dense) for layer in placed)
    if cells > limits.MAX_TRACE_CELLS:
        yield Violation.at(
            ("diagnostics", "every"),
            f"records {recorded} epochs of {cells // recorded} layers, the limit is {limits.MAX_TRACE_CELLS} values a "
            "quantity: measure less often",
        )


def _count(layers: Sequence[LayerBase]) -> int:
    """How many layers these unroll to."""
    return sum(layer.repeat * (1 + _count(layer.layers) if isinstance(layer, Residual) else 1) for layer in layers)


def _nested(layers: Sequence[LayerBase], path: Path, depth: int) -> Iterator[Violation]:
    """Residual blocks that lie in too many others."""
    for i, layer in enumerate(layers):
        if isinstance(layer, Residual):
            if depth == limits.MAX_RESIDUAL_DEPTH:
                yield Violation.at((*path, i), f"blocks lie {depth + 1} deep, the limit is {limits.MAX_RESIDUAL_DEPTH}")
            else:
                yield from _nested(layer.layers, (*path, i, "layers"), depth + 1)
