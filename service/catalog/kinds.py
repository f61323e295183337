"""Lists the kinds of components in the catalog, and finds a component by its kind and type."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from types import MappingProxyType
from typing import Any, Final, get_args

from models.diagnoses.catalog import DIAGNOSES
from models.quantities import QUANTITIES
from models.specs.activations import ActivationUnion
from models.specs.constraints import ConstraintUnion
from models.specs.initializers import InitializerUnion
from models.specs.layers import LayerUnion
from models.specs.losses import LossUnion
from models.specs.metrics import MetricUnion
from models.specs.optimizers import OptimizerUnion
from models.specs.regularizers import RegularizerUnion
from models.specs.scalers import ScalerUnion
from models.specs.schedules import ScheduleUnion
from models.specs.sources import SourceUnion
from models.specs.spec import Component
from models.specs.splits import SplitUnion
from models.text import LocalizedText
from service.errors import NotFound
from service.grading.rubric.checks import CheckUnion


@dataclass(frozen=True)
class Kind:
    """A kind of components.

    Attributes:
        name: in the address.
        text: what it is.
        union: the union that lists them; None for what no spec names.
    """

    name: str
    text: LocalizedText
    union: Any = None

    @property
    def count(self) -> int:
        """How many there are."""
        if self.union is not None:
            return len(members(self.union))
        return {"quantities": len(QUANTITIES), "diagnoses": len(DIAGNOSES), "checks": len(members(CheckUnion))}[
            self.name
        ]


def members(union: Any) -> tuple[type[Any], ...]:
    """The classes of a union, in its order."""
    return get_args(get_args(union.__value__)[0])


KINDS: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        kind.name: kind
        for kind in (
            Kind("layers", LocalizedText("What a network is built of", "De qué está hecha una red"), LayerUnion),
            Kind(
                "activations",
                LocalizedText("Functions behind a layer's weights", "Funciones tras los pesos de una capa"),
                ActivationUnion,
            ),
            Kind("initializers", LocalizedText("How weights start", "Cómo empiezan los pesos"), InitializerUnion),
            Kind(
                "regularizers",
                LocalizedText("Penalties on weights or outputs", "Penalizaciones de pesos o salidas"),
                RegularizerUnion,
            ),
            Kind(
                "constraints",
                LocalizedText("Limits that weights must keep", "Límites que cumplen los pesos"),
                ConstraintUnion,
            ),
            Kind(
                "optimizers",
                LocalizedText("How gradients become steps", "Cómo el gradiente se hace paso"),
                OptimizerUnion,
            ),
            Kind(
                "schedules",
                LocalizedText(
                    "Learning rates that change with the step", "Tasas de aprendizaje que cambian con el paso"
                ),
                ScheduleUnion,
            ),
            Kind("losses", LocalizedText("What training makes small", "Lo que el entrenamiento minimiza"), LossUnion),
            Kind(
                "metrics",
                LocalizedText("What is watched besides the loss", "Lo que se observa además de la pérdida"),
                MetricUnion,
            ),
            Kind(
                "scalers",
                LocalizedText("Features brought to a common size", "Características a un tamaño común"),
                ScalerUnion,
            ),
            Kind(
                "splits",
                LocalizedText("Which rows train and which test", "Qué filas entrenan y cuáles evalúan"),
                SplitUnion,
            ),
            Kind("data_sources", LocalizedText("Where the rows come from", "De dónde vienen las filas"), SourceUnion),
            Kind("checks", LocalizedText("What a rubric can ask", "Lo que puede pedir una rúbrica")),
            Kind("quantities", LocalizedText("What is measured in every epoch", "Lo que se mide en cada época")),
            Kind(
                "diagnoses", LocalizedText("What can be found, and what helps", "Lo que se puede hallar, y qué ayuda")
            ),
        )
    }
)


def kind_of(name: str) -> Kind:
    """The kind of this name.

    Raises:
        NotFound: there is none; the message names those there are.
    """
    if name not in KINDS:
        raise NotFound(f"There is no kind {name!r}{suggestion(name, KINDS)}; known: {', '.join(KINDS)}.")
    return KINDS[name]


@cache
def components(kind: str) -> Mapping[str, type[Component]]:
    """Type -> class of a kind that specs name."""
    return MappingProxyType({cls.type_name(): cls for cls in members(KINDS[kind].union)})


def component(kind: str, name: str) -> type[Component]:
    """The class of this type.

    Raises:
        NotFound: there is none; the message names the nearest, or all.
    """
    known = components(kind)
    if name not in known:
        raise NotFound(f"There is no {name!r} among the {kind}{suggestion(name, known)}; known: {', '.join(known)}.")
    return known[name]


def suggestion(name: str, known: Iterable[str]) -> str:
    """A guess at what was meant."""
    near = get_close_matches(name.lower()[:100], list(known), n=1)
    return f"; did you mean {near[0]!r}?" if near else ""
