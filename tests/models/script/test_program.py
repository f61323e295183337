"""A script makes the job's rows and the job's first weights, and running it gives the job's network."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load as load_tensors

from models.engine.data.dataset import load
from models.engine.data.rows import choose_probe, select
from models.engine.network.architecture import build
from models.engine.training import Trainer
from models.events import Artifact
from models.presets import presets
from models.script.program import write
from models.specs.activations import ActivationBase
from models.specs.check import parse
from models.specs.initializers import InitializerBase
from models.specs.job import TrainingJobSpec
from models.specs.spec import concrete
from tests.models.engine.documents import circles, with_layers
from tests.service.jobs.desk import recording
from tests.service.jobs.specs import RECORDED

pytestmark = pytest.mark.slow
OUTPUT = {"type": "dense", "units": 1, "activation": "sigmoid"}
INLINE = {"type": "inline", "features": [[0, 1], [1, 0.5], [2, 0], [3, 1]], "targets": ["no", "yes", "no", "yes"]}


def dense(**more: Any) -> dict[str, Any]:
    return {"type": "dense", "units": 4, **more}


def with_data(source: Any, **more: Any) -> dict[str, Any]:
    return {**circles(), "data": {"source": source, **more}}


def every_activation() -> list[Any]:
    given = {"threshold": {"type": "threshold", "threshold": 0.1, "default_value": 0.0}}
    return [dense(activation=given.get(name, name)) for name in (each.type_name() for each in concrete(ActivationBase))]


def every_initializer() -> list[Any]:
    given = {"constant": {"type": "constant", "value": 0.1}}
    names = [each.type_name() for each in concrete(InitializerBase)]
    return [dense(bias_initializer="random_normal", kernel_initializer=given.get(name, name)) for name in names]


NESTED = {"type": "residual", "repeat": 2, "layers": [dense(), {"type": "residual", "layers": [dense(repeat=2)]}]}
RICH = {
    **with_layers(
        circles(
            epochs=3,
            class_weight={"0": 1.0, "1": 3.0},
            optimizer={
                "type": "adam",
                "learning_rate": {"type": "cosine_decay", "initial_learning_rate": 0.1, "decay_steps": 15},
                "global_clipnorm": 1.0,
            },
            early_stopping={"monitor": "val_loss", "patience": 2, "restore_best_weights": True},
        ),
        dense(activation={"type": "leaky_relu", "negative_slope": 0.1}, kernel_regularizer={"type": "l2", "l2": 0.01}),
        {"type": "residual", "layers": [dense(activation="relu")]},
        {"type": "layer_normalization"},
        OUTPUT,
    ),
}
BEGINNINGS: dict[str, TrainingJobSpec] = {
    **{name: presets()[name].spec for name in ("S2", "S5", "S6", "S7b")},
    **{
        name: parse(document)
        for name, document in {
            "everything": RICH,
            "blocks": with_layers(circles(), dense(), NESTED, OUTPUT),
            "activations": with_layers(circles(), *every_activation(), OUTPUT),
            "initializers": with_layers(circles(), *every_initializer(), OUTPUT),
            "shared": {
                **circles(),
                "architecture": {"layers": [dense(repeat=3), NESTED, OUTPUT], "init_sharing": "shared"},
            },
            "spirals": with_data({"type": "two_spirals", "n_samples": 20, "noise": 0.2}),
            "exclusive or": with_data(
                "xor", scaler={"type": "quantile", "n_quantiles": 20}, split={"type": "random", "stratify": True}
            ),
            "inline": with_data(INLINE, scaler={"type": "robust", "fit_on": "all"}),
            "one hot": {
                **with_data({**INLINE, "targets": [[1, 0], [0, 1], [1, 0], [0, 1]]}),
                "architecture": {"layers": [dense(), {"type": "dense", "units": 2, "activation": "softmax"}]},
                "training": {"loss": "categorical_crossentropy", "epochs": 1},
            },
            "several targets": {
                **with_data({"type": "regression", "n_features": 3, "n_targets": 2, "noise": 1.0}),
                "architecture": {"layers": [dense(), {"type": "dense", "units": 2}]},
                "training": {"loss": "mse", "epochs": 1},
            },
        }.items()
    },
}


def run(text: str, folder: Path) -> dict[str, Any]:
    """Run a script in this process, which has imported Keras already; compiling with XLA would take most of the time."""
    path = folder / "script.py"
    path.write_text(text.replace("model.compile(\n", "model.compile(\n    jit_compile=False,\n"), encoding="utf-8")
    return runpy.run_path(str(path))


@pytest.mark.parametrize("name", BEGINNINGS)
def test_rows_and_first_weights(name: str, tmp_path: Path) -> None:
    spec = BEGINNINGS[name]
    text = write(spec, {})
    made = run(text.partition("# The training.")[0], tmp_path)
    compile(text, "script.py", "exec")
    dataset = load(spec)
    np.testing.assert_allclose(made["x"], dataset.scaled, rtol=1e-6)
    np.testing.assert_array_equal(made["y"], dataset.targets.encoded)
    assert made["train"] == dataset.train_rows
    if spec.training.class_weight is not None:
        rows = select(spec, dataset, choose_probe(spec, dataset.train_rows))
        np.testing.assert_array_equal(made["weight"][: made["train"]], rows.weight)
    expected = build(spec, dataset.features.shape[1]).model.weights
    assert len(made["model"].weights) == len(expected)
    for got, weight in zip(made["model"].weights, expected, strict=True):
        np.testing.assert_array_equal(got, weight, err_msg=weight.path)


def test_running_it_repeats_the_job(tmp_path: Path) -> None:
    made = run(write(parse(RECORDED["iris"]), {"keras": "3"}), tmp_path)
    left = {event.name: event.bytes() for event in recording("iris") if isinstance(event, Artifact)}
    stored = load_tensors(left["predictions"])
    np.testing.assert_allclose(made["model"](made["x"]), stored["outputs"], rtol=2e-3, atol=2e-4)


def test_everything_at_once(tmp_path: Path) -> None:
    spec = parse(RICH)
    made = run(write(spec, {}), tmp_path)
    left = {event.name: event for event in Trainer(jit=False).train(spec) if isinstance(event, Artifact)}
    stored = load_tensors(left["predictions"].bytes())
    np.testing.assert_allclose(made["model"](made["x"]), stored["outputs"], rtol=2e-3, atol=2e-4)


def test_names_are_text_and_no_code() -> None:
    spec = parse({**circles(), "name": 'end"""\nimport os\n#', "labels": {"a": "\n__import__('os')"}})
    text = write(spec, {})
    compile(text, "script.py", "exec")
    assert [line for line in text.splitlines() if line.startswith("import os")] == []
