"""What is read of many states at once is what plain Keras says of each of them."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from models.engine.data.rows import Rows
from models.engine.instantiate import instantiate
from models.engine.probe.batched_states import States
from models.engine.probe.probe import PER_LAYER
from models.engine.program import Program
from models.specs.layers import LayerBase
from models.specs.losses import LossBase
from models.specs.spec import concrete
from tests.models.engine.documents import circles, with_layers
from tests.models.engine.probe.test_probe import prepared
from tests.models.engine.test_components import ACTIVATIONS, OUTPUTS, dense, document, fitting, halves, names

pytestmark = pytest.mark.slow

STATES = 3


def disturb(program: Program, rng: np.random.Generator) -> Any:
    """Move every number of the network a little; the snapshot (1, W) of what it is then."""
    for variable in [*program.packing.vectors, *program.network.moving]:
        if "float" in str(variable.dtype):
            moved = variable.numpy() + rng.normal(0, 0.1, variable.shape)
            variable.assign(np.abs(moved) if "variance" in variable.path else moved)
    program.packing.scatter()
    return program.snapshot()


def expected(program: Program, rows: Rows) -> tuple[list[float], float, Any]:
    """By plain Keras: the norms of the kernels' gradients, of the whole gradient, the output."""
    model, loss_of = program.model, instantiate(program.spec.training.loss)
    with tf.GradientTape() as tape:
        output = model(rows.probe_x, training=False)
        loss = loss_of(rows.probe_y, output)
    gradients = tape.gradient(loss, [variable.value for variable in model.trainable_variables])
    norms = {id(v): float(tf.norm(g)) for v, g in zip(model.trainable_variables, gradients, strict=True)}
    kernels = [norms[id(layer.kernel)] for layer in program.network.kernels]
    return kernels, float(tf.linalg.global_norm(gradients)), np.asarray(output)


def check(spec_document: dict[str, Any]) -> None:
    """Compare some states of a network."""
    program, rows = prepared(spec_document)
    rng, snapshots, wanted = np.random.default_rng(0), [], []
    for _ in range(STATES):
        snapshots.append(disturb(program, rng))
        wanted.append(expected(program, rows))
    recorded = program.read(rows, np.concatenate(snapshots))
    outputs = program.trace.outputs(rows.probe_x, np.concatenate(snapshots))
    for trace, norm, found, (kernels, whole, output) in zip(
        recorded.trace, recorded.norms, outputs, wanted, strict=True
    ):
        np.testing.assert_allclose(trace[PER_LAYER.index("gradient_norm")], kernels, rtol=1e-3, atol=1e-6)
        assert np.isfinite(whole)
        assert norm == pytest.approx(whole, rel=1e-3, abs=1e-6)
        assert trace[PER_LAYER.index("activation_mean")][-1] == pytest.approx(np.mean(output), rel=1e-3, abs=1e-6)
        np.testing.assert_allclose(found, output, rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize("some", halves(ACTIVATIONS), ids=lambda some: some[0])
def test_activations(some: list[str]) -> None:
    given = {"threshold": {"type": "threshold", "threshold": 0.1, "default_value": 0.0}}
    hidden = [{"type": "residual", "layers": [dense(4, activation=given.get(name, name))]} for name in some]
    check(document([dense(4, activation="tanh"), *hidden, dense(1)], regression=True, loss="mse"))


@pytest.mark.parametrize("loss", list(concrete(LossBase)), ids=lambda loss: loss.type_name())
def test_losses(loss: type[LossBase]) -> None:
    layers, more = OUTPUTS[fitting(loss)]
    check(document(layers, loss=loss.type_name(), **more))


@pytest.mark.parametrize("kind", [name for name in names(LayerBase) if name != "dense"])
def test_layers(kind: str) -> None:
    given: dict[str, Any] = {
        "activation": {"type": "activation", "activation": "gelu"},
        "residual": {"type": "residual", "layers": [dense(4, activation="relu"), "layer_normalization"]},
        **{name: {"type": name, "rate": 0.3} for name in ("dropout", "alpha_dropout", "gaussian_dropout")},
        "gaussian_noise": {"type": "gaussian_noise", "stddev": 0.3},
    }
    check(document([dense(4), given.get(kind, kind), dense(1)], regression=True, loss="mse"))


def test_normalizations_without_centre_or_scale() -> None:
    plain = {"center": False, "scale": False}
    hidden = [{"type": kind, **plain} for kind in ("batch_normalization", "layer_normalization")]
    check(document([dense(4, use_bias=False), *hidden, dense(1)], regression=True, loss="mse"))


def test_a_layer_with_variables_that_it_does_not_know_is_refused() -> None:
    layer = keras.layers.RMSNormalization()
    layer.build((None, 5))
    with pytest.raises(NotImplementedError, match="RMSNormalization"):
        States([]).call(layer, tf.zeros((2, 4, 5)))


ELEMENTWISE: list[Any] = [{"type": "activation", "activation": name} for name in ("sigmoid", "relu", "tanh", "elu")]
COUPLING: list[Any] = [
    "layer_normalization",
    "softmax",
    "batch_normalization",
    {"type": "activation", "activation": "sparsemax"},
]
LABELS = {"type": "blobs", "n_samples": 300, "centers": 3, "random_state": 1, "n_features": 2}


@pytest.mark.parametrize("loss", ["binary_crossentropy", "categorical_crossentropy", "cosine_similarity"])
@pytest.mark.parametrize("layers", [ELEMENTWISE, COUPLING], ids=["elementwise", "coupling"])
@pytest.mark.parametrize("units", [3, 5, 12])
def test_a_state_says_the_same_however_epochs_are_cut(units: int, layers: list[Any], loss: str) -> None:
    """Alone, beside others, in a block that is not full: to the last bit."""
    hidden = [part for layer in layers for part in (dense(units), layer)]
    last = dense(1, activation="sigmoid") if loss == "binary_crossentropy" else dense(3, activation="softmax")
    several = with_layers(circles(loss=loss, metrics=[]), *hidden, last)
    if loss != "binary_crossentropy":
        several["data"] = several["data"] | {"source": LABELS}
    program, rows = prepared(several)
    rng = np.random.default_rng(0)
    snapshots = np.concatenate([disturb(program, rng) for _ in range(150)])
    assert program.trace.states == 64
    whole = program.read(rows, snapshots, first=5)
    for size in (1, 7, 60, 64, 100):
        parts = [program.read(rows, snapshots[at : at + size], first=5 + at) for at in range(0, 150, size)]
        np.testing.assert_array_equal(np.concatenate([part.trace for part in parts]), whole.trace)
        np.testing.assert_array_equal(np.concatenate([part.norms for part in parts]), whole.norms)
