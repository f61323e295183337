"""Evaluates a network of two features over their plane, or reads the surface that its training has recorded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.non_finite import named
from models.reading import UNDECIDED, classes_of, probabilities
from models.signature import Signature
from service.database.job_states import TERMINAL
from service.database.tables import JobRow, SurfaceRow
from service.errors import NotFinished, NotSucceeded
from service.inference.networks.network import Network

Floats = NDArray[np.float64]

MARGIN = 0.1  # of the data's extent, on each side


@dataclass(frozen=True)
class Surface:
    """A network's raw answers over a plane.

    Attributes:
        epoch: after which the network was evaluated.
        x: (R,) first feature.
        y: (R,) second feature.
        output: (R, R, K) float32; row i is y[i], column j is x[j].
    """

    epoch: int
    x: Floats
    y: Floats
    output: NDArray[np.float32]


@dataclass(frozen=True)
class Interpretation:
    """A surface in terms of classes and probabilities, or of values.

    Attributes:
        probability: (R, R) or None.
        predicted: (R, R) class indices, or None for a regression.
        value: (R, R) or None; where classes have an output each, that of the predicted one.
    """

    probability: Floats | None
    predicted: NDArray[np.int64] | None
    value: Floats | None


def evaluate(network: Network, features: Floats, epoch: int, resolution: int) -> Surface:
    """Evaluate a network over a grid around the rows ``features`` (N, 2)."""
    low, high = features.min(axis=0), features.max(axis=0)
    margin = MARGIN * (high - low)
    x, y = (np.linspace(a - m, b + m, resolution) for a, b, m in zip(low, high, margin, strict=True))
    plane = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    return Surface(epoch, x, y, network.outputs(plane).reshape(resolution, resolution, -1))


def recorded(session: Session, row: JobRow, epoch: int | None) -> Surface:
    """The recorded surface nearest to ``epoch``, or the last one.

    Raises:
        NotFinished: the job runs or waits, and has recorded none yet.
        NotSucceeded: it has ended and recorded none.
    """
    distance = SurfaceRow.epoch.desc() if epoch is None else func.abs(SurfaceRow.epoch - epoch)
    query = select(SurfaceRow).where(SurfaceRow.job_id == row.id).order_by(distance, SurfaceRow.epoch.desc())
    found = session.scalars(query.limit(1)).first()
    if found is None:
        error = NotSucceeded if row.status in TERMINAL else NotFinished
        raise error(f"The job is {row.status}, and has recorded no surface.")
    from safetensors.numpy import load

    stored = load(found.content)
    return Surface(found.epoch, stored["x"], stored["y"], stored["output"])


def interpret(surface: Surface, signature: Signature) -> Interpretation:
    """Classes and probabilities, or values, of a surface."""
    shape = surface.output.shape[:2]
    flat = surface.output.reshape(-1, surface.output.shape[2])
    if signature.classes is None:
        return Interpretation(None, None, flat[:, 0].astype(np.float64).reshape(shape))
    predicted, shares = classes_of(signature, flat), probabilities(signature, flat)
    numbers = flat.astype(np.float64) if shares is None else shares
    if numbers.shape[1] == 1:
        shown = numbers[:, 0]
    else:
        whole = shares is not None and shares.shape[1] == 2
        shown = numbers[:, 1] if whole else numbers[np.arange(len(flat)), predicted]
        shown = np.where(predicted == UNDECIDED, np.nan, shown)
    grid, indices = shown.reshape(shape), predicted.reshape(shape)
    return Interpretation(None, indices, grid) if shares is None else Interpretation(grid, indices, None)


def document(job_id: str, surface: Surface, signature: Signature) -> dict[str, Any]:
    """The document of :class:`.schemas.DecisionSurface`."""
    seen = interpret(surface, signature)
    numbers = seen.value if seen.probability is None else seen.probability
    assert numbers is not None
    return {
        "job_id": job_id,
        "epoch": surface.epoch,
        "feature_names": signature.features,
        "x": surface.x,
        "y": surface.y,
        "classes": signature.classes,
        "probability": seen.probability,
        "predicted": _known(seen.predicted),
        "value": seen.value,
        "scores": signature.scores.model_dump(),
        "non_finite": [{"row": row, "column": column, "value": name} for (row, column), name in named(numbers)],
    }


def _known(predicted: NDArray[np.int64] | None) -> NDArray[Any] | None:
    """The class indices, None where there is none."""
    if predicted is None or not (predicted == UNDECIDED).any():
        return predicted
    found = predicted.astype(object)
    found[predicted == UNDECIDED] = None
    return found
