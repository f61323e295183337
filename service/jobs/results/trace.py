"""Answers with the recorded quantities of a training, by epoch and layer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from sqlalchemy.orm import Session

from models.frozen import Frozen
from models.non_finite import named
from models.quantities import QUANTITIES
from models.record import Floats, Trace
from service.database.tables import JobRow
from service.errors import Invalid, RequestViolation
from service.jobs import recorded
from service.jobs.results.sampling import NonFinite, Sampling, choose

Series = list[float | None]
FIRST_EPOCH = {quantity.name: quantity.first_epoch for quantity in QUANTITIES}
GUIDE = "gradient_norm"  # the quantity whose curves decide which epochs are shown


class NonFiniteQuantity(NonFinite):
    """A quantity that was not finite."""

    quantity: str
    layer: Annotated[str | None, Field(description="Null for a quantity of the whole network.")]


class Gradients(Frozen):
    """Quantities by epoch and layer; epoch 0 is the untrained network. Null where a number is not finite."""

    job_id: str
    epoch: list[int]
    layers: Annotated[list[str], Field(description="Those with kernels, in order from the input.")]
    quantities: Annotated[dict[str, list[Series]], Field(description="Name → epoch × layer.")]
    overall: Annotated[dict[str, Series], Field(alias="global", description="Quantities of the whole network.")]
    non_finite: list[NonFiniteQuantity]
    sampling: Sampling


@dataclass(frozen=True)
class Selection:
    """Restricts a trace to quantities, layers and a number of epochs; an empty field restricts nothing."""

    quantities: Sequence[str] = ()
    layers: Sequence[str] = ()
    max_points: int | None = None


def load(session: Session, row: JobRow) -> Trace:
    """The recorded trace of a job."""
    return recorded.trace(session, row)


def document(job_id: str, trace: Trace, selection: Selection) -> dict[str, Any]:
    """The document of :class:`Gradients`.

    Raises:
        Invalid: the selection names a quantity or a layer that does not exist.
    """
    _refuse_unknown("quantities", selection.quantities, list(FIRST_EPOCH))
    _refuse_unknown("layers", selection.layers, trace.layers)
    layers = list(selection.layers) or trace.layers
    columns = [trace.layers.index(layer) for layer in layers]
    wanted = set(selection.quantities or FIRST_EPOCH)
    selected = {name: values[:, columns] for name, values in trace.quantities.items() if name in wanted}
    of_network = {name: values for name, values in trace.overall.items() if name in wanted}
    curves = [*(curve for values in selected.values() for curve in values.T), *of_network.values()]
    shown = choose(_guides(trace), selection.max_points, curves)
    epoch = trace.epoch[shown]
    quantities = {name: values[shown] for name, values in selected.items()}
    overall = {name: values[shown] for name, values in of_network.items()}
    missing = [entry for name, values in quantities.items() for entry in _non_finite(name, epoch, values, layers)]
    for name, values in overall.items():
        missing.extend(_non_finite(name, epoch, values[:, None], [None]))
    total = len(trace.epoch)
    return {
        "job_id": job_id,
        "epoch": epoch,
        "layers": layers,
        "quantities": quantities,
        "global": overall,
        "non_finite": missing,
        "sampling": {"of": total, "method": "all" if len(shown) == total else "minmaxlttb"},
    }


def _guides(trace: Trace) -> list[Floats]:
    """The curves that are to keep their shape: each layer's gradient, on a logarithmic scale."""
    guide = trace.quantities.get(GUIDE)
    if guide is None or not guide.shape[1]:
        return [trace.epoch.astype(np.float64)]
    with np.errstate(divide="ignore", invalid="ignore"):
        return list(np.log10(guide).T)


def _refuse_unknown(parameter: str, wanted: Sequence[str], known: Sequence[str]) -> None:
    unknown = [name for name in wanted if name not in known]
    if unknown:
        text = ", ".join(known) or "nothing yet"
        raise Invalid.of(
            [RequestViolation("", f"{name!r} is not recorded; recorded: {text}", parameter) for name in unknown]
        )


def _non_finite(
    quantity: str, epoch: NDArray[np.int64], values: Floats, layers: Sequence[str | None]
) -> Iterator[dict[str, Any]]:
    """The entries of one quantity; where it cannot exist yet, as an update before the first one, it is not missed."""
    first = FIRST_EPOCH.get(quantity, 0)
    for (row, column), name in named(values):
        if epoch[row] >= first:
            yield {"quantity": quantity, "layer": layers[column], "epoch": int(epoch[row]), "value": name}
