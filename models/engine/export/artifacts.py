"""Packs what a training leaves (weights, files, predictions) as artifacts."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save

from models.engine.data.dataset import Dataset
from models.events import Artifact
from models.signature import Signature

STORED_ROWS = 20_000  # rows whose predictions are kept with the job


def weights(model: Any) -> Artifact:
    """All weights as safetensors, named ``layer/weight``; ``order`` in the metadata is Keras's order."""
    tensors = {weight.path.removeprefix("network/"): np.asarray(weight.value) for weight in model.weights}
    return Artifact.of("weights", "application/octet-stream", save(tensors, {"order": json.dumps(list(tensors))}))


def keras_file(content: bytes) -> Artifact:
    """The model in Keras's own format."""
    return Artifact.of("keras", "application/octet-stream", content)


def signature(of: Signature) -> Artifact:
    """What serving needs to know beside the network."""
    return Artifact.of("signature", "application/json", of.model_dump_json().encode())


def predictions(dataset: Dataset, outputs: NDArray[np.float32]) -> Artifact:
    """Rows in raw units, true labels, and the network's outputs; at most ``STORED_ROWS``, both splits in proportion."""
    total = len(dataset.features)
    kept = np.unique(np.linspace(0, total - 1, min(total, STORED_ROWS)).astype(np.int64))
    tensors: dict[str, NDArray[Any]] = {
        "features": np.ascontiguousarray(dataset.features[kept]),
        "targets": np.ascontiguousarray(dataset.targets.labels[kept]),
        "outputs": np.ascontiguousarray(outputs[kept]),
        "test": (kept >= dataset.train_rows).astype(np.uint8),
    }
    return Artifact.of("predictions", "application/octet-stream", save(tensors, {"rows": str(total)}))
