"""Checks that residual blocks fit their skip, and that initializers and constraints fit a vector."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from models.specs.constraints import MaxNorm, UnitNorm
from models.specs.initializers import InitializerBase
from models.specs.job import TrainingJobSpec
from models.specs.layers import LayerBase, Residual
from models.specs.spec import Path
from models.violation import Violation


def violations(spec: TrainingJobSpec) -> Iterator[Violation]:
    """Everything about single layers and blocks."""
    yield from _residual(spec.architecture.layers, ("architecture", "layers"), spec.data.source.columns())
    yield from _vectors(spec.architecture.layers, ("architecture", "layers"))


def _residual(layers: Sequence[LayerBase], path: Path, inputs: int) -> Iterator[Violation]:
    """A block comes out as wide as it went in."""
    for i, layer in enumerate(layers):
        if isinstance(layer, Residual):
            yield from _residual(layer.layers, (*path, i, "layers"), inputs)
            width = inputs
            for inner in layer.layers:
                width = inner.width(width)
            if width != inputs:
                yield Violation.at(
                    (*path, i, "layers"),
                    f"the block reads {inputs} columns and returns {width}: it cannot be added to its input",
                )
        inputs = layer.width(inputs)


def _vectors(layers: Sequence[LayerBase], path: Path) -> Iterator[Violation]:
    """Everything but a kernel is a vector: matrices and the axis 1 have no place there."""
    for i, layer in enumerate(layers):
        for name in type(layer).model_fields:
            value = getattr(layer, name)
            if name.startswith("kernel_"):
                continue
            if isinstance(value, InitializerBase) and value.matrix_only:
                yield Violation.at((*path, i, name), f"{value.type} makes matrices, this is a vector")
            if isinstance(value, MaxNorm | UnitNorm) and value.axis != 0:
                yield Violation.at((*path, i, name, "axis"), f"a vector has only the axis 0, got {value.axis}")
        if isinstance(layer, Residual):
            yield from _vectors(layer.layers, (*path, i, "layers"))
