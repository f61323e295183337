"""Reads the predictions for a job's own data, which its training has stored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.signature import Signature
from service.inference.predictions.schemas import Split
from service.inference.predictions.view import document


@dataclass(frozen=True)
class StoredRows:
    """The rows that a training has stored, training rows first.

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
    """Read the artifact ``predictions``."""
    from safetensors.numpy import load

    stored = load(content)
    return StoredRows(stored["features"], stored["targets"], stored["outputs"], stored["test"].astype(bool))


def of_data(job_id: str, stored: StoredRows, signature: Signature, split: Split) -> dict[str, Any]:
    """The document of :class:`.schemas.JobPredictions`.

    Args:
        job_id: of the job.
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
