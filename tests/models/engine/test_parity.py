"""The compiled trainer is Keras: same weights and same history as a plain loop over the same batches.

Both compute in float32 but add in another order, so equal means equal up to round-off: a relative 1e-3 of a weight
after some tens of steps (each step adds an error of about 1e-7 of the sums it forms, and training amplifies it). S6
makes 60 steps through batch normalization, which amplifies most: there a weight that is nearly zero may be off by 1e-4.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from models.engine.data.dataset import load
from models.engine.data.rows import choose_probe, select
from models.engine.data.shuffles import permutations
from models.engine.program import Program
from models.presets import presets
from models.specs.check import parse
from models.specs.job import TrainingJobSpec
from tests.models.engine import plain
from tests.models.engine.documents import circles, with_layers

pytestmark = pytest.mark.slow
EPOCHS = 4


def short(spec: TrainingJobSpec) -> TrainingJobSpec:
    """The spec with few epochs."""
    return spec.model_copy(update={"training": spec.training.model_copy(update={"epochs": EPOCHS})})


def layered(*layers: Any) -> dict[str, Any]:
    """The circles with hidden layers between an input layer and the output."""
    first = {"type": "dense", "units": 6, "activation": "tanh"}
    return with_layers(circles(epochs=EPOCHS), first, *layers, {"type": "dense", "units": 1, "activation": "sigmoid"})


CASES: dict[str, TrainingJobSpec] = {
    **{name: short(preset.spec) for name, preset in presets().items()},
    **{
        name: parse(document)
        for name, document in {
            "batch normalization": layered({"type": "batch_normalization"}, {"type": "dense", "units": 4}),
            "layer normalization": layered({"type": "layer_normalization"}),
            "dropout": layered({"type": "dropout", "rate": 0.3}, {"type": "dense", "units": 4, "activation": "relu"}),
            "noise": layered({"type": "gaussian_noise", "stddev": 0.2}, {"type": "alpha_dropout", "rate": 0.1}),
            "prelu": layered({"type": "dense", "units": 4}, {"type": "prelu"}, {"type": "elu"}),
            "residual": layered({"type": "residual", "layers": [{"type": "dense", "units": 6, "activation": "relu"}]}),
            "penalties": layered(
                {
                    "type": "dense",
                    "units": 5,
                    "activation": {"type": "leaky_relu", "negative_slope": 0.1},
                    "kernel_regularizer": {"type": "l2", "l2": 0.01},
                    "activity_regularizer": {"type": "l1", "l1": 0.001},
                    "kernel_constraint": {"type": "max_norm", "max_value": 1.0},
                }
            ),
            "adam": circles(epochs=EPOCHS, optimizer={"type": "adam", "learning_rate": 0.01}),
            "schedule": circles(
                epochs=EPOCHS,
                optimizer={
                    "type": "sgd",
                    "learning_rate": {"type": "cosine_decay", "initial_learning_rate": 0.1, "decay_steps": 15},
                },
            ),
            "global clipping": circles(
                epochs=EPOCHS, optimizer={"type": "sgd", "learning_rate": 0.1, "global_clipnorm": 0.05}
            ),
            "averaged weights": circles(
                epochs=EPOCHS, optimizer={"type": "adam", "use_ema": True, "ema_momentum": 0.9}
            ),
            "class weights": circles(epochs=EPOCHS, class_weight={"0": 1.0, "1": 3.0}),
            "many metrics": circles(epochs=EPOCHS, metrics=["accuracy", "auc", "precision", "recall", "mse"]),
            "one short batch": circles(epochs=EPOCHS, batch_size=1000),
            "whole batches": circles(epochs=EPOCHS, batch_size=50),
            "unshuffled": circles(epochs=EPOCHS, shuffle=False),
        }.items()
    },
}


@pytest.mark.parametrize("name", CASES)
def test_equals_plain_keras(name: str) -> None:
    spec = CASES[name]
    dataset = load(spec)
    rows = select(spec, dataset, choose_probe(spec, dataset.train_rows))
    program = Program(spec, rows)
    program.begin(spec)
    # In two chunks: cutting must change nothing.
    orders = permutations(spec, rows.x.shape[0], 1, EPOCHS)
    history = [program.run(rows, orders[:1], 1).history, program.run(rows, orders[1:], 2).history]
    program.finish()
    model, expected = plain.train(spec, rows)
    assert [weight.path for weight in program.model.weights] == [weight.path for weight in model.weights]
    np.testing.assert_allclose(
        plain.flat_weights(program.model), plain.flat_weights(model), rtol=1e-3, atol=1e-4 if name == "S6" else 2e-5
    )
    assert set(program.columns) == set(expected)
    for column, metric in enumerate(program.columns):
        got = np.concatenate(history)[:, column]
        np.testing.assert_allclose(got, expected[metric], rtol=1e-3, atol=1e-4, err_msg=metric)


@pytest.mark.parametrize("name", ["batch normalization", "class weights", "many metrics", "whole batches"])
def test_rows_that_are_fed_in_blocks_train_the_same(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # Two batches a block, which a table of 150 rows needs three of.
    monkeypatch.setattr("models.engine.data.rows.RESIDENT_BYTES", 0)
    monkeypatch.setattr("models.engine.step.streaming.BLOCK_BYTES", 4 * 4 * 32 * 2)
    spec = CASES[name]
    dataset = load(spec)
    rows = select(spec, dataset, choose_probe(spec, dataset.train_rows))
    assert rows.large
    program = Program(spec, rows)
    program.begin(spec)
    first = program.untrained(rows, program.snapshot())
    assert np.isfinite(first.trace[0, :4]).all()
    chunks = [program.run(rows, permutations(spec, 150, epoch, 1), epoch) for epoch in range(1, EPOCHS + 1)]
    program.finish()
    model, expected = plain.train(spec, rows)
    np.testing.assert_allclose(plain.flat_weights(program.model), plain.flat_weights(model), rtol=1e-3, atol=2e-5)
    for column, metric in enumerate(program.columns):
        got = [chunk.history[0, column] for chunk in chunks]
        np.testing.assert_allclose(got, expected[metric], rtol=1e-3, atol=1e-4, err_msg=metric)
    assert all(np.isfinite(program.read(rows, chunk.snapshots[[0]]).trace).all() for chunk in chunks)
