"""What a trained network says of its job's own data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from models.signature import Signature
from service.inference.predictions.view import Label, Predictions, document

Split = Literal["train", "test", "all"]


class JobPredictions(Predictions):
    """Columns of equal length: one entry for each row of the data."""

    job_id: str
    split: Split
    rows: Annotated[int, Field(description="How many rows follow; of large data an even selection is kept.")]
    feature_names: list[str]
    features: Annotated[list[list[float | None]], Field(description="In raw units.")]
    targets: Annotated[
        list[Label] | list[list[float | None]], Field(description="Original labels, or the values of a regression.")
    ]
    test: Annotated[list[bool], Field(description="Whether a row is one of the test split.")]


@dataclass(frozen=True)
class StoredRows:
    """The rows that a training has left, training rows first.

    Attributes:
        features: (N, D) float64, raw units.
        targets: (N,) class indices, or (N, K) values.
        outputs: (N, K) float32, the network's raw answers.
        test: (N,) which rows are test rows.
    """

    features: NDArray[np.float64]
    targets: NDArray[np.float64]
    outputs: NDArray[np.float32]
    test: NDArray[np.bool_]


def stored_rows(content: bytes) -> StoredRows:
    """The rows in the artifact ``predictions``."""
    from safetensors.numpy import load

    stored = load(content)
    return StoredRows(stored["features"], stored["targets"], stored["outputs"], stored["test"].astype(bool))


def of_data(job_id: str, stored: StoredRows, signature: Signature, split: Split) -> dict[str, Any]:
    """A :class:`JobPredictions` as a document.

    Args:
        job_id: whose they are.
        stored: the rows.
        signature: how to read outputs and targets.
        split: which rows.
    """
    shown = np.flatnonzero({"train": ~stored.test, "test": stored.test, "all": np.ones_like(stored.test)}[split])
    return {
        "job_id": job_id,
        "split": split,
        "rows": len(shown),
        "feature_names": signature.features,
        "features": stored.features[shown],
        "targets": _targets(signature, stored.targets[shown]),
        "test": stored.test[shown],
        **document(signature, stored.outputs[shown]),
    }


def _targets(signature: Signature, targets: NDArray[np.float64]) -> Any:
    if signature.classes is None:
        return targets[:, 0] if targets.shape[1] == 1 else targets
    return [signature.classes[int(index)] for index in targets]
