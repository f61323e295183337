"""Finds the components that a spec uses (layers, activations, initializers and others), and where."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from models.specs.activations.base import ActivationBase
from models.specs.initializers import InitializerBase
from models.specs.job import TrainingJobSpec
from models.specs.layers import LayerBase
from models.specs.losses import LossBase
from models.specs.metrics import MetricBase
from models.specs.optimizers import OptimizerBase
from models.specs.regularizers import RegularizerBase
from models.specs.rules.parts import walk
from models.specs.schedules import ScheduleBase
from models.specs.shorthand import spellings
from models.specs.spec import Component, Path

if TYPE_CHECKING:
    from models.diagnoses.design import Design

Kind = Literal["layers", "activations", "initializers", "regularizers", "optimizers", "schedules", "losses", "metrics"]
Where = Literal["anywhere", "hidden", "output"]
FAMILIES: Final[Mapping[Kind, type[Component]]] = {
    "layers": LayerBase,
    "activations": ActivationBase,
    "initializers": InitializerBase,
    "regularizers": RegularizerBase,
    "optimizers": OptimizerBase,
    "schedules": ScheduleBase,
    "losses": LossBase,
    "metrics": MetricBase,
}


class UsedComponent(NamedTuple):
    """A component of a submission.

    Attributes:
        type: its name.
        path: where it stands in the spec.
        sides: ``hidden``, ``output`` (the last layer with a kernel and all behind it), both for a layer that repeats up
            to the output, none for what is no part of the network.
    """

    type: str
    path: Path
    sides: frozenset[str]

    def is_in(self, where: Where) -> bool:
        """Whether it is in this part of the network."""
        return where == "anywhere" or where in self.sides


def used(spec: TrainingJobSpec, kind: Kind) -> Iterator[UsedComponent]:
    """The components of a kind.

    Initializers are those of kernels. Activations are what stands behind a kernel, as an argument or as a layer, and
    ``linear`` where nothing does.
    """
    from models.diagnoses.design import Design

    design = Design(spec)
    if kind == "initializers":
        for block in design.blocks:
            path = (*block.placed.path, "kernel_initializer")
            yield UsedComponent(block.initializer.type, path, _sides(path, design))
    elif kind == "activations":
        for block in design.blocks:
            found = [(placed.activation.type, placed.path) for placed in block.activations]
            for name, path in found or [("linear", block.placed.path)]:
                yield UsedComponent(name, path, _sides(path, design))
    else:
        family = FAMILIES[kind]
        for path, part in walk(spec, ()):
            if isinstance(part, family):
                yield UsedComponent(part.type, path, _sides(path, design))


def named(kind: Kind, name: str) -> str | None:
    """The type that a name or alias stands for; None if there is no such component.

    Example:
        >>> named("losses", "mse"), named("layers", "conv")
        ('mse', None)
    """
    return spellings(FAMILIES[kind]).get(name)


def unknown(kind: Kind, name: str) -> str:
    """The error message for the name of a component that does not exist."""
    return missing(name, sorted(set(spellings(FAMILIES[kind]).values())), f"among the {kind}")


def missing(name: str, known: list[str], among: str) -> str:
    """The error message for a name that is not among the known ones."""
    near = get_close_matches(name.lower()[:100], known, n=1)
    guess = f"; did you mean {near[0]!r}?" if near else ""
    return f"there is no {name!r} {among}{guess}; known: {', '.join(known)}"


def _sides(path: Path, design: Design) -> frozenset[str]:
    """In which parts of the network a path lies."""
    output = design.output
    if path[:2] != ("architecture", "layers") or output is None:
        return frozenset()
    last = output.placed.path
    if path[: len(last)] == last:
        return frozenset({"hidden", "output"} if output.placed.spec.repeat > 1 else {"output"})
    return frozenset({"output"} if _index(path) > _index(last) else {"hidden"})


def _index(path: Path) -> list[int]:
    """The numbers on the way to a layer, by which layers are ordered."""
    return [key for key in path if isinstance(key, int)]
