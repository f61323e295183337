"""Every layer trains in every position: first, in the middle, before the output, last, repeated and in blocks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from models.diagnoses.preflight import report
from models.engine.preflight.preflights import Preflights
from models.engine.training import Trainer
from models.events import Epochs, Finished, Started
from models.specs.activations import ActivationBase
from models.specs.check import parse
from models.specs.layers import LayerBase
from models.specs.spec import concrete

pytestmark = pytest.mark.slow

WIDTH = 2  # of the rows, of the targets, and so of every layer: each fits into each position
GIVEN: dict[str, Any] = {
    "activation": {"type": "activation", "activation": "tanh"},
    "alpha_dropout": {"type": "alpha_dropout", "rate": 0.1},
    "dense": {"type": "dense", "units": WIDTH, "activation": "tanh"},
    "dropout": {"type": "dropout", "rate": 0.1},
    "gaussian_dropout": {"type": "gaussian_dropout", "rate": 0.1},
    "gaussian_noise": {"type": "gaussian_noise", "stddev": 0.1},
    "residual": {"type": "residual", "layers": [{"type": "dense", "units": WIDTH, "activation": "elu"}]},
}
THRESHOLD = {"type": "threshold", "threshold": 0.1, "default_value": -0.2}
DENSE = {"type": "dense", "units": WIDTH}
LAYERS = [layer.type_name() for layer in concrete(LayerBase)]
ACTIVATIONS = [activation.type_name() for activation in concrete(ActivationBase)]


def given(name: str) -> Any:
    """A layer with the arguments that it needs."""
    return GIVEN.get(name, name)


def block(*layers: Any) -> dict[str, Any]:
    """A residual block."""
    return {"type": "residual", "layers": list(layers)}


def spread(layer: Any) -> list[Any]:
    """A network with the layer first, in the middle, twice, before the output, and last."""
    layer = {"type": layer} if isinstance(layer, str) else layer
    return [layer, DENSE, layer, DENSE, {**layer, "repeat": 2}, DENSE, layer, DENSE, layer]


def nested(layer: Any) -> list[Any]:
    """A network with the layer in blocks: alone and first, before, between and behind dense layers, and last."""
    return [block(layer), DENSE, block(layer, DENSE, layer, DENSE), block(block(layer), DENSE), DENSE, block(layer)]


def document(layers: list[Any]) -> dict[str, Any]:
    """A regression of two targets on two columns; the last of an epoch's batches is short."""
    random = np.random.default_rng(1)
    features, targets = random.normal(size=(24, WIDTH)), random.uniform(size=(24, WIDTH))
    return {
        "data": {
            "source": {"type": "inline", "features": features.tolist(), "targets": targets.tolist()},
            "split": {"type": "head", "train_size": 20},
        },
        "architecture": {"layers": layers},
        "training": {
            "epochs": 2,
            "batch_size": 8,
            "loss": "mse",
            "optimizer": {"type": "sgd", "learning_rate": 0.0001},  # blocks in blocks grow their inputs
        },
        "seed": 4,
    }


def check(layers: list[Any], *, jit: bool) -> None:
    """Train, and look at what is left: the trace, the examination of the trained network, its export."""
    started, *events, finished = Trainer(jit=jit).train(parse(document(layers)))
    assert isinstance(started, Started)
    assert isinstance(finished, Finished)
    assert finished.stop_reason == "completed"
    assert finished.non_finite == {}
    assert finished.receipt["examination"] is not None
    assert finished.receipt["export_error"] is None
    assert finished.receipt["export_difference"] < 1e-5
    traces = [event.trace for event in events if isinstance(event, Epochs) and event.trace is not None]
    assert [epoch for trace in traces for epoch in trace.epoch] == [0, 1, 2]
    for trace in traces:
        for name, values in trace.quantities.items():
            assert values.numpy().shape == (len(trace.epoch), len(started.layers)), name


@pytest.mark.parametrize("network", [spread, nested])
@pytest.mark.parametrize("name", LAYERS)
def test_it_trains_step_by_step(name: str, network: Any) -> None:
    check(network(given(name)), jit=False)


def outside() -> list[Any]:
    """A network with all layers before the first dense one, and behind the last one.

    To compile it takes as long as to compile one of the networks above. Between dense layers all are compiled by
    ``test_components.py``.
    """
    layers = [{"type": layer} if isinstance(layer, str) else layer for layer in map(given, LAYERS)]
    others = [layer for layer in layers if layer["type"] not in {"dense", "residual"}]
    return [*others, DENSE, *others]


def test_all_train_in_a_compiled_program() -> None:
    check(outside(), jit=True)


def test_all_have_a_preflight() -> None:
    spec = parse(document(outside()))
    measured = Preflights().measure(spec, single_batch=True)
    assert len(report(spec, measured).layers) == len(measured.layers) > 0


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_an_activation_comes_first_and_last(name: str) -> None:
    layer = {"type": "activation", "activation": THRESHOLD if name == "threshold" else name}
    check([layer, DENSE, layer], jit=False)
