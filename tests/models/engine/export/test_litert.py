"""The exported network computes what Keras computes, also where a template was filled with other weights."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from models.engine.export.litert import PARITY_ROWS, Exporter, compare
from models.engine.training import Trainer
from models.events import Finished
from models.specs.check import parse
from tests.models.engine.documents import circles, with_layers

pytestmark = pytest.mark.slow

NORMALIZED: list[dict[str, Any]] = [
    {"type": "batch_normalization"},
    {"type": "dense", "units": 4},
    {"type": "batch_normalization", "scale": False},
    {"type": "activation", "activation": "relu"},
    {"type": "residual", "layers": [{"type": "dense", "units": 4, "activation": "tanh"}, "layer_normalization"]},
    {"type": "batch_normalization", "center": False},
    {"type": "batch_normalization"},
    {"type": "dense", "units": 1, "activation": "sigmoid"},
]


def test_a_filled_template_computes_what_the_converter_makes_of_the_weights() -> None:
    trainer = Trainer(jit=False)
    for seed in (1, 2):
        events = list(trainer.train(parse(with_layers(circles(epochs=3), *NORMALIZED) | {"seed": seed})))
        assert isinstance(events[-1], Finished)
        assert events[-1].receipt["export_difference"] < 1e-5
    (program,) = trainer.programs.values()
    assert program.exporter.template is not None
    rows = np.random.default_rng(1).uniform(-1, 1, (PARITY_ROWS, 2)).astype(np.float32)
    expected = program.outputs(rows, program.values())
    filled, _ = program.exporter.export(rows, expected)
    assert len(filled) == len(program.exporter.template)
    assert filled != program.exporter.template
    unprepared = Exporter(program.network, 2)
    converted, difference = unprepared.export(rows, expected)
    assert difference < 1e-5
    assert compare(filled, rows, expected) == pytest.approx(difference, abs=1e-6)
    assert compare(converted, rows, expected + 0.01) is None
