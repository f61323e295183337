"""Summarises trained weights: norms, statistics, histograms."""

from __future__ import annotations

import json
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from models.frozen import Frozen

BINS = 32


class Statistics(Frozen):
    """Of the finite values; null where there is none."""

    mean: float | None
    std: float | None
    min: float | None
    max: float | None


class Histogram(Frozen):
    """Counts of the finite values between consecutive edges."""

    edges: list[float]
    counts: list[int]


class WeightSummary(Frozen):
    """One array of weights."""

    name: Annotated[str, Field(examples=["kernel"])]
    shape: list[int]
    norm: Annotated[float | None, Field(description="Euclidean; null where a value is not finite.")]
    statistics: Statistics
    histogram: Histogram
    non_finite: Annotated[int, Field(description="Values that are NaN or infinite.")]


class LayerWeights(Frozen):
    """The weights of one layer."""

    name: str
    weights: list[WeightSummary]


class Weights(Frozen):
    """The weights of a trained network, layer by layer."""

    job_id: str
    layers: list[LayerWeights]


def order_of(content: bytes) -> list[str]:
    """The names in a safetensors file, in the order that its writer noted."""
    size = int.from_bytes(content[:8], "little")
    order: list[str] = json.loads(json.loads(content[8 : 8 + size])["__metadata__"]["order"])
    return order


def summarise(job_id: str, content: bytes) -> Weights:
    """The summary of a weights artifact."""
    from safetensors.numpy import load

    tensors = load(content)
    layers: dict[str, list[WeightSummary]] = {}
    for path in order_of(content):
        layer, _, name = path.rpartition("/")
        layers.setdefault(layer, []).append(_summary(name, tensors[path]))
    return Weights(job_id=job_id, layers=[LayerWeights(name=name, weights=found) for name, found in layers.items()])


def _summary(name: str, values: NDArray[Any]) -> WeightSummary:
    numbers = values.astype(np.float64).ravel()
    finite = numbers[np.isfinite(numbers)]
    counts, edges = np.histogram(finite, bins=BINS) if finite.size else (np.zeros(0, np.int64), np.zeros(0))
    some = finite.size > 0
    return WeightSummary(
        name=name,
        shape=list(values.shape),
        norm=float(np.linalg.norm(numbers)) if finite.size == numbers.size else None,
        statistics=Statistics(
            mean=float(finite.mean()) if some else None,
            std=float(finite.std()) if some else None,
            min=float(finite.min()) if some else None,
            max=float(finite.max()) if some else None,
        ),
        histogram=Histogram(edges=edges.tolist(), counts=counts.tolist()),
        non_finite=int(numbers.size - finite.size),
    )
