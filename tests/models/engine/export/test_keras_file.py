"""A file that was filled with another job's numbers is the file that Keras itself would have saved."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from models.engine.export.keras_file import KerasFile
from models.engine.training import Trainer
from models.specs.check import parse
from tests.models.engine.documents import circles, with_layers

pytestmark = pytest.mark.slow

LAST = {"type": "dense", "units": 1, "activation": "sigmoid"}
NORMALIZED: list[dict[str, Any]] = [
    {"type": "dense", "units": 4, "activation": "tanh"},
    {"type": "batch_normalization"},
    {"type": "residual", "layers": [{"type": "dense", "units": 4, "activation": "relu"}]},
]
DROPPED: list[dict[str, Any]] = [{"type": "dense", "units": 4}, {"type": "dropout", "rate": 0.25}]


def loaded(content: bytes, path: Path) -> Any:
    """The model in a file."""
    path.write_bytes(content)
    return keras.saving.load_model(path)


def nameless(config: dict[str, Any]) -> dict[str, Any]:
    """How a model was compiled, without the name of its optimizer, which Keras numbers."""
    del config["optimizer"]["config"]["name"]
    return config


@pytest.mark.parametrize("hidden", [NORMALIZED, DROPPED], ids=["normalized", "dropped"])
def test_equals_what_keras_saves(hidden: list[dict[str, Any]], tmp_path: Path) -> None:
    trainer = Trainer(jit=False)
    for rate, seed in [(0.01, 1), (0.01, 2), (0.03, 3)]:
        optimizer = {"type": "adam", "learning_rate": rate}
        spec = parse(with_layers(circles(epochs=2, optimizer=optimizer), *hidden, LAST) | {"seed": seed})
        list(trainer.train(spec))
        (program,) = trainer.programs.values()
        assert program.keras_file.places
        mine = loaded(program.keras_file.make(spec), tmp_path / "mine.keras")
        theirs = loaded(KerasFile(program.descent).make(spec), tmp_path / "theirs.keras")
        assert mine.get_config() == theirs.get_config()
        assert nameless(mine.get_compile_config()) == nameless(theirs.get_compile_config())
        assert mine.optimizer.iterations.numpy() > 0
        assert float(mine.optimizer.learning_rate.numpy()) == pytest.approx(rate)
        held = [[*model.weights, *model.optimizer.variables] for model in (mine, theirs)]
        for a, b in zip(*held, strict=True):
            np.testing.assert_array_equal(a.numpy(), b.numpy())
