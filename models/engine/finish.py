"""Ends a training: evaluates the network, exports its files, and says ``finished``."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

from models.confusion import Confusion
from models.engine.data.baseline import constant_loss
from models.engine.data.dataset import Dataset
from models.engine.export import artifacts
from models.engine.export.litert import ExportError, difference_far_out, far_rows
from models.engine.phases import Phases
from models.engine.probe.examination import answers, examine
from models.engine.program import Program
from models.engine.receipt import receipt
from models.events import Artifact, Event, Finished
from models.non_finite import finite_or_none, name_of
from models.signature import Signature
from models.specs.job import TrainingJobSpec

logger = logging.getLogger(__name__)

SHOWN = 0.9  # of the constant prediction's loss


def finish(
    spec: TrainingJobSpec,
    dataset: Dataset,
    program: Program,
    probe_rows: list[int],
    stop_reason: str,
    epochs: int,
    phases: Phases,
) -> Iterator[Event]:
    """Evaluate, export, and say ``finished``."""
    described = Signature.of(spec, dataset.names, dataset.scaler)
    with phases.measure("train"):
        outputs = program.outputs(dataset.scaled, program.values())
        splits = {"train": slice(0, dataset.train_rows)}
        if dataset.test_rows:
            splits["test"] = slice(dataset.train_rows, None)
        measured = {
            name: program.evaluate(dataset.scaled[rows], dataset.targets.encoded[rows], outputs[rows])
            for name, rows in splits.items()
        }
        train = splits["train"]
        x, y = dataset.scaled[train], dataset.targets.encoded[train]
        examination = examine(spec, program.network, x, y)
        if examination is not None:
            examination["answers"] = answers(described, outputs[train], y)
    with phases.measure("data"):
        dependent = dependence_in_doubt(spec, dataset, measured)
    with phases.measure("save"):
        weights = artifacts.weights(program.model)
        yield weights
        yield artifacts.keras_file(program.keras_file.make(spec))
        yield artifacts.signature(described)
        yield artifacts.predictions(dataset, outputs)
        exported: dict[str, Any] = {"export_difference": None, "export_difference_far": None, "export_error": None}
        try:
            content, exported["export_difference"] = program.exporter.export(dataset.scaled, outputs)
            far = far_rows(dataset.scaled.shape[1])
            expected = program.outputs(far, program.values())
            exported["export_difference_far"] = difference_far_out(content, far, expected)
            yield Artifact.of("tflite", "application/octet-stream", content)
        except ExportError as error:
            # The training is good and stays so; only serving is missing, and the receipt shows it.
            logger.warning("export: %s", error)
            exported["export_error"] = str(error)
    decided = None
    if described.classes is not None:
        labels = dataset.targets.labels
        decided = {split: Confusion.of(described, labels[rows], outputs[rows]) for split, rows in splits.items()}
    yield Finished.model_validate(
        {
            "stop_reason": stop_reason,
            "epochs": epochs,
            "metrics": {
                split: {name: finite_or_none(value) for name, value in values.items()}
                for split, values in measured.items()
            },
            "non_finite": {
                f"{split}.{metric}": name
                for split, values in measured.items()
                for metric, value in values.items()
                if (name := name_of(value)) is not None
            },
            "confusion_matrix": None if decided is None else decided["test" if dataset.test_rows else "train"].matrix,
            "decisions": None if decided is None else {split: made.decisions() for split, made in decided.items()},
            "classes": dataset.targets.classes,
            "weights_digest": f"sha256:{weights.sha256}",
            "receipt": receipt(
                spec,
                dataset,
                described.scores,
                probe_rows,
                phases.seconds,
                exported,
                jit=program.jit,
                dependence=dependent,
                examination=examination,
            ),
        }
    )


def dependence_in_doubt(
    spec: TrainingJobSpec, dataset: Dataset, measured: dict[str, dict[str, float]]
) -> dict[str, Any] | None:
    """Whether targets depend on features, where the network has not shown it; else None.

    It has shown it if it is better than a constant by a tenth of the loss on the rows that judge it: the test rows, or
    the training rows where there are none.
    """
    train = slice(0, dataset.train_rows)
    labels, encoded = dataset.targets.labels, dataset.targets.encoded
    constant = constant_loss(spec.training.loss, labels[train], encoded[train])
    if constant is None or measured.get("test", measured["train"])["loss"] < SHOWN * constant:
        return None
    return dataset.dependence
