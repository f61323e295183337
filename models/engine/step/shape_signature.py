"""Names the shape that two jobs must share to be served by one compiled program."""

from __future__ import annotations

import json
from typing import Any

from models.engine.data.rows import Rows
from models.engine.step.hyperparameters import names, pattern
from models.specs.job import TrainingJobSpec


def shape_signature(spec: TrainingJobSpec, rows: Rows) -> str:
    """Equal for two jobs that one compiled program can serve: shapes and kinds, not values.

    Initializers, seeds, learning rates, the optimizer's numbers and the number of epochs are inputs of the program.
    """

    def without_initializers(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: without_initializers(v) for key, v in value.items() if not key.endswith("_initializer")}
        return [without_initializers(v) for v in value] if isinstance(value, list) else value

    training = spec.training.model_dump(mode="json")
    tunable = {"learning_rate", "initial_accumulator_value", *names(spec.training.optimizer)}
    optimizer = {name: value for name, value in training["optimizer"].items() if name not in tunable}
    return json.dumps(
        {
            "layers": without_initializers(spec.architecture.model_dump(mode="json")["layers"]),
            "optimizer": optimizer,
            "numbers": pattern(spec.training.optimizer),
            "loss": training["loss"],
            "metrics": training["metrics"],
            "batch_size": training["batch_size"],
            "weighted": training["class_weight"] is not None,
            "rows": rows.shapes,
        },
        sort_keys=True,
    )
