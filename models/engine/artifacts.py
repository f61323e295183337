"""The files that a training leaves."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save

from models.engine.dataset import Dataset
from models.engine.instantiate import instantiate
from models.engine.program import Program
from models.events import Artifact
from models.signature import Signature
from models.specs.encoding import metric_columns

STORED_ROWS = 20_000  # rows whose predictions are kept with the job
LISTS = frozenset({"_variables", "_trainable_variables"})  # of an optimizer, in which its variables stand once more


def weights(model: Any) -> Artifact:
    """All weights as safetensors, named ``layer/weight``; ``order`` in the metadata is Keras's order."""
    tensors = {weight.path.removeprefix("network/"): np.asarray(weight.value) for weight in model.weights}
    return Artifact.of("weights", "application/octet-stream", save(tensors, {"order": json.dumps(list(tensors))}))


def keras_file(program: Program) -> Artifact:
    """The model in Keras's own format, compiled and with the optimizer's state: training can go on from it."""
    model = assembled(program)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        model.save(path)
        return Artifact.of("keras", "application/octet-stream", path.read_bytes())


def assembled(program: Program) -> Any:
    """The Keras model with an optimizer of its own, in the state that the program's has reached.

    What the program's optimizer remembers for vectors of variables, this one remembers for each variable.
    """
    spec, packing, mine = program.spec, program.packing, program.descent.optimizer
    optimizer = instantiate(spec.training.optimizer)
    optimizer.build(program.model.trainable_variables)
    for name, held in vars(optimizer).items():
        reached = getattr(mine, name, None)
        if isinstance(held, keras.Variable) and isinstance(reached, keras.Variable):
            held.assign(reached.value)
        elif name not in LISTS and variables(held, len(packing.variables)) and variables(reached, len(packing.groups)):
            pieces = packing.unpack([vector.value for vector in getattr(mine, name)])
            for variable, value in zip(held, pieces, strict=True):
                variable.assign(value)
    metrics = [instantiate(metric, name=column) for column, metric in metric_columns(spec)]
    program.model.compile(optimizer=optimizer, loss=instantiate(spec.training.loss), metrics=metrics)
    return program.model


def variables(held: Any, count: int) -> bool:
    """Whether an attribute of an optimizer is a list of ``count`` variables."""
    return isinstance(held, list) and len(held) == count and all(isinstance(v, keras.Variable) for v in held)


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
