"""A training with several threads is Keras's training, and repeats itself."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load as load_tensors

from models.engine.data.dataset import load
from models.engine.data.rows import choose_probe, select
from models.events import Artifact, Event, Failed, Finished, event_adapter
from models.specs.check import parse
from tests.models.engine import plain
from tests.models.engine.documents import circles, with_layers

OUTPUT = {"type": "dense", "units": 1, "activation": "sigmoid"}
RELU = {"type": "dense", "units": 256, "activation": "relu", "kernel_initializer": "he_normal", "repeat": 3}


def wide(**training: Any) -> dict[str, Any]:
    """Three layers of 256 units on rows of 64 features; ``training`` goes over the training part."""
    document = with_layers(circles(batch_size=128, **training), RELU, OUTPUT)
    document["data"] = {
        "source": {"type": "classification", "n_samples": 700, "n_features": 64, "random_state": 1},
        "split": {"type": "head", "train_size": 600},
    }
    return document


def trained(threads: int, *documents: dict[str, Any]) -> list[dict[str, Event]]:
    """Train each document in a child with so many threads: each one's artifacts by name, and how it finished."""
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
    document = wide(epochs=80, class_weight={"0": 1.0, "1": 2.0})
    spec = parse(document)
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


@pytest.mark.slow
def test_threads_do_not_change_the_weights_of_a_narrow_network() -> None:
    document = circles(epochs=400)
    ends = [trained(threads, document)[0]["finished"] for threads in (1, 2)]
    digests = [end.weights_digest for end in ends if isinstance(end, Finished) and end.receipt["flags"]["jit_compile"]]
    assert len(digests) == 2
    assert digests[0] == digests[1]
