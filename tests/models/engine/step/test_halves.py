"""A batch in halves, which two threads take through the network side by side, makes the same step."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from safetensors.numpy import load as load_tensors

from models.engine.data.dataset import load
from models.engine.data.rows import choose_probe, select
from models.engine.network.architecture import build
from models.engine.step.forward import run
from models.engine.step.halves import halved, run_in_halves
from models.events import Artifact, Event, Failed, Finished, event_adapter
from models.specs.check import parse
from tests.models.engine import plain
from tests.models.engine.documents import circles, with_layers

OUTPUT = {"type": "dense", "units": 1, "activation": "sigmoid"}
RELU = {"type": "dense", "units": 96, "activation": "relu", "kernel_initializer": "he_normal", "repeat": 3}


def wide(*layers: Any, units: int = 96, **training: Any) -> dict[str, Any]:
    """Three layers, and others, on rows of 64 features."""
    document = with_layers(circles(batch_size=128, **training), RELU | {"units": units}, *layers, OUTPUT)
    document["data"] = {
        "source": {"type": "classification", "n_samples": 700, "n_features": 64, "random_state": 1},
        "split": {"type": "head", "train_size": 600},
    }
    return document


@pytest.mark.parametrize(
    ("document", "rows", "expected"),
    [
        (wide(), 128, True),
        (wide(), 127, False),
        (wide(), 129, False),
        (wide(), 64, False),
        (wide(units=16), 128, False),
        (wide(units=16), 2048, True),
        (wide({"type": "layer_normalization"}), 128, True),
        (wide({"type": "batch_normalization"}), 128, False),
        (wide({"type": "dropout", "rate": 0.1}), 128, False),
        (wide({"type": "dense", "units": 96, "activity_regularizer": {"type": "l1", "l1": 0.1}}), 128, False),
    ],
)
def test_halves_are_for_large_products_of_rows_that_do_not_see_each_other(
    document: dict[str, Any], rows: int, expected: bool
) -> None:
    assert halved(build(parse(document), 64), rows) is expected


def test_halves_give_the_same_outputs_and_gradients() -> None:
    network = build(parse(wide({"type": "layer_normalization"})), 64)
    x = tf.constant(np.random.default_rng(1).standard_normal((128, 64)), tf.float32)
    found = []
    for in_halves in (True, False):
        with tf.GradientTape() as tape:
            y = run_in_halves(network, x) if in_halves else run(network.nodes, x, training=True)
            loss = tf.reduce_sum(tf.square(y))
        found.append([y, *tape.gradient(loss, [variable.value for variable in network.model.trainable_variables])])
    for ours, theirs in zip(*found, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-5 * float(np.abs(theirs).max()))


def trained(threads: int, *documents: dict[str, Any]) -> list[dict[str, Event]]:
    """What a child with so many threads says of each document: its artifacts by name, and how it finished."""
    given = "".join(json.dumps({"spec": document}) + "\n" for document in documents)
    command = [sys.executable, "-m", "models", "--threads", str(threads)]
    said = subprocess.run(command, input=given, capture_output=True, text=True, timeout=200, check=True).stdout
    jobs: list[dict[str, Event]] = [{}]
    for event in map(event_adapter.validate_json, said.splitlines()):
        assert not isinstance(event, Failed), event.detail
        if isinstance(event, Artifact):
            jobs[-1][event.name] = event
        if isinstance(event, Finished):
            jobs[-1]["finished"] = event
            jobs.append({})
    return jobs[:-1]


@pytest.mark.slow
def test_a_training_with_two_threads_is_keras_and_repeats_itself() -> None:
    document = wide(units=256, epochs=80, class_weight={"0": 1.0, "1": 2.0})
    spec = parse(document)
    assert halved(build(spec, 64), 128)
    first, other, again = trained(2, document, document | {"seed": 2}, document)
    ends = [end for job in (first, other, again) if isinstance(end := job["finished"], Finished)]
    assert all(end.receipt["flags"]["jit_compile"] for end in ends)
    digests = [end.weights_digest for end in ends]
    assert digests[0] == digests[2] != digests[1]
    dataset = load(spec)
    model, _ = plain.train(spec, select(spec, dataset, choose_probe(spec, dataset.train_rows)))
    weights = first["weights"]
    assert isinstance(weights, Artifact)
    tensors = load_tensors(weights.bytes())
    for variable in model.weights:
        ours = tensors[variable.path.removeprefix("network/")]
        np.testing.assert_allclose(ours, variable.value, rtol=1e-3, atol=2e-5)  # as in test_parity.py
