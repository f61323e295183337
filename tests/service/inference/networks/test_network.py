"""Networks on LiteRT, and the ones that are kept."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load

from models.events import Artifact
from models.signature import Signature
from service.inference.networks.network import CHUNK, OVERHEAD, Network
from tests.service.jobs.desk import recording
from tests.service.jobs.specs import RECORDED


def files(name: str) -> dict[str, bytes]:
    return {event.name: event.bytes() for event in recording(name) if isinstance(event, Artifact)}


def network(name: str) -> Network:
    left = files(name)
    return Network(left["tflite"], Signature.model_validate_json(left["signature"]))


@pytest.mark.parametrize("name", RECORDED)
def test_it_answers_as_keras_did(name: str) -> None:
    stored = load(files(name)["predictions"])
    answers = network(name).outputs(stored["features"])
    np.testing.assert_allclose(answers, stored["outputs"], rtol=1e-4, atol=1e-5)


def test_any_number_of_rows() -> None:
    stored = load(files("iris")["predictions"])
    net = network("iris")
    whole = net.outputs(stored["features"])
    for size in (0, 1, 3, 150, 1, 2 * CHUNK + 1):
        rows = np.resize(stored["features"], (size, 4))
        np.testing.assert_allclose(net.outputs(rows), np.resize(whole, (size, 3)), rtol=1e-5, atol=1e-6)


def test_threads_take_turns() -> None:
    stored = load(files("iris")["predictions"])
    net = network("iris")
    expected = net.outputs(stored["features"])

    def ask(size: int) -> bool:
        answers = net.outputs(stored["features"][:size])
        return bool(np.allclose(answers, expected[:size], atol=1e-6))

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(ask, [1 + index % 150 for index in range(400)]))


def test_the_size_grows_with_what_a_chunk_needs() -> None:
    iris, diabetes = network("iris"), network("diabetes")
    buffers = CHUNK * 4
    assert iris.size() == OVERHEAD + 2 * len(files("iris")["tflite"]) + buffers * (4 + 4 + 3)
    assert diabetes.size() == OVERHEAD + 2 * len(files("diabetes")["tflite"]) + buffers * (10 + 6 + 1)


def test_litert_is_imported_when_it_is_needed() -> None:
    script = "import sys, service.inference.networks.network; print('ai_edge_litert' in sys.modules)"
    folder = Path(__file__).parents[4]
    said = subprocess.run([sys.executable, "-c", script], cwd=folder, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "False"
