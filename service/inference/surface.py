"""What a network of two features answers over their plane."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.frozen import Frozen
from models.non_finite import named
from models.reading import classes_of, probabilities
from models.signature import Signature
from service.database.job_states import TERMINAL
from service.database.tables import JobRow, SurfaceRow
from service.errors import NotFinished, NotSucceeded
from service.inference.answers import Label
from service.inference.network import Network

Floats = NDArray[np.float64]
Grid = list[list[float | None]]

MARGIN = 0.1  # of the data's extent, on each side


class NonFiniteCell(Frozen):
    """A cell of the grid that JSON cannot hold."""

    row: int
    column: int
    value: str


class DecisionSurface(Frozen):
    """A grid in raw units: entry [i][j] belongs to y[i] and x[j]."""

    job_id: str
    epoch: int
    feature_names: list[str]
    x: list[float]
    y: list[float]
    classes: Annotated[list[Label] | None, Field(description="Labels; null for a regression.")]
    probability: Annotated[
        Grid | None, Field(description="Of the second of two classes; of the predicted one where there are more.")
    ]
    predicted: Annotated[list[list[int]] | None, Field(description="Indices into `classes`.")]
    value: Annotated[Grid | None, Field(description="The first output of a regression; the margin of a hinge.")]
    non_finite: list[NonFiniteCell]


@dataclass(frozen=True)
class Surface:
    """A network's raw answers over a plane.

    Attributes:
        epoch: after which the network was asked.
        x: (R,) first feature.
        y: (R,) second feature.
        output: (R, R, K) float32; row i is y[i], column j is x[j].
    """

    epoch: int
    x: Floats
    y: Floats
    output: NDArray[np.float32]


@dataclass(frozen=True)
class Reading:
    """A surface read as its clients see it.

    Attributes:
        probability: (R, R) or None.
        predicted: (R, R) class indices or None.
        value: (R, R) or None.
    """

    probability: Floats | None
    predicted: NDArray[np.int64] | None
    value: Floats | None


def ask(network: Network, features: Floats, epoch: int, resolution: int) -> Surface:
    """The surface of a network around the rows ``features`` (N, 2)."""
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


def read(surface: Surface, signature: Signature) -> Reading:
    """Classes and probabilities, or values, of a surface."""
    shape = surface.output.shape[:2]
    flat = surface.output.reshape(-1, surface.output.shape[2])
    value = flat[:, 0].astype(np.float64).reshape(shape) if signature.output in {"value", "margin"} else None
    if signature.classes is None:
        return Reading(None, None, value)
    predicted = classes_of(signature, flat)
    shares = probabilities(signature, flat)
    if shares is not None:
        chosen = shares[:, 1] if shares.shape[1] == 2 else shares[np.arange(len(flat)), predicted]
        return Reading(chosen.reshape(shape), predicted.reshape(shape), None)
    return Reading(None, predicted.reshape(shape), value)


def document(job_id: str, surface: Surface, signature: Signature) -> dict[str, Any]:
    """A :class:`DecisionSurface` as a document."""
    seen = read(surface, signature)
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
        "predicted": seen.predicted,
        "value": seen.value,
        "non_finite": [{"row": row, "column": column, "value": name} for (row, column), name in named(numbers)],
    }
