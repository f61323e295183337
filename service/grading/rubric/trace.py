"""Reads quantities of a training's trace by layer and epoch; None where a number is missing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from models.non_finite import finite_or_none
from models.specs import limits
from models.specs.spec import WHOLE
from service.grading.rubric.evidence import Training, Unmeasured

if TYPE_CHECKING:
    from models.record import Floats, Trace

At = Annotated[int, Field(ge=0, le=limits.MAX_EPOCHS), WHOLE]
Epoch = Literal["last", "mean"] | At
Index = Annotated[int, Field(ge=-limits.MAX_LAYERS, lt=limits.MAX_LAYERS), WHOLE]
LayerPosition = Literal["first", "last"] | Index | Annotated[str, Field(min_length=1, max_length=limits.MAX_TEXT)]
Numbers = Sequence[float | None]


def by_layer(training: Training, quantity: str, epoch: Epoch, *, diverged: bool = False) -> Numbers:
    """A quantity of every layer with a kernel, in order from the input; empty for a network without any.

    Args:
        training: which one.
        quantity: a name of the trace.
        epoch: the first recorded one from there on, the last one recorded where the training ended before;
            ``mean``: over all epochs after the untrained network.
        diverged: whether a training that diverged has such numbers; it counts as one without them else.

    Raises:
        Unmeasured: it was not recorded.
    """
    trace = training.record.trace
    if not trace.layers:
        return []
    found = _recorded(trace, trace.quantities.get(quantity), quantity)
    return [None] * len(trace.layers) if training.diverged and not diverged else _numbers(_at(trace, found, epoch))


def of_network(training: Training, quantity: str, epoch: Epoch) -> float | None:
    """A quantity of the whole network, see :func:`by_layer`.

    Raises:
        Unmeasured: it was not recorded.
    """
    trace = training.record.trace
    found = _recorded(trace, trace.overall.get(quantity), quantity)
    if training.diverged:
        return None
    return _numbers(_at(trace, found[:, None], epoch))[0]


def layer_index(layer: LayerPosition, names: Sequence[str]) -> int | None:
    """The index of a layer that is given by its position or name; None if there is no such layer.

    Example:
        >>> layer_index("last", ["dense", "dense_1"]), layer_index("dense", ["dense"]), layer_index(2, ["dense"])
        (1, 0, None)
    """
    if not names:
        return None
    match layer:
        case "first":
            return 0
        case "last":
            return len(names) - 1
        case str():
            return names.index(layer) if layer in names else None
        case _:
            return layer % len(names) if -len(names) <= layer < len(names) else None


def _recorded(trace: Trace, values: Floats | None, quantity: str) -> Floats:
    if values is None or not len(trace.epoch):
        raise Unmeasured(f"the trace has no {quantity}")
    return values


def _at(trace: Trace, values: Floats, epoch: Epoch) -> Floats:
    """(L,) of (T, L) values."""
    import numpy as np

    match epoch:
        case "last":
            return np.asarray(values[-1])
        case "mean":
            trained = values[trace.epoch > 0]
            return np.asarray((trained if len(trained) else values).mean(axis=0))
        case _:
            return np.asarray(values[min(int(trace.epoch.searchsorted(epoch)), len(values) - 1)])


def _numbers(row: Floats) -> list[float | None]:
    return [finite_or_none(value) for value in row.tolist()]
