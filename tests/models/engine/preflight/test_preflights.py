"""Random starts are measured as plain Keras and NumPy measure them, and judged."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from models.diagnoses.preflight import report
from models.diagnoses.report import PreflightReport
from models.engine.data.dataset import load
from models.engine.data.rows import choose_probe, select
from models.engine.data.shuffles import permutations
from models.engine.instantiate import instantiate
from models.engine.network.architecture import build
from models.engine.network.initial_weights import initial
from models.engine.preflight.budget import Budget
from models.engine.preflight.draw import Draw
from models.engine.preflight.preflights import Preflights
from models.events import Preflighted, Snapshot
from models.specs.check import parse
from models.specs.job import TrainingJobSpec
from tests.models.engine.documents import circles, with_layers

pytestmark = pytest.mark.slow
SIGMOID = {"type": "dense", "units": 1, "activation": "sigmoid"}


def stack(units: int, activation: str, repeat: int, initializer: str = "glorot_uniform", **head: Any) -> Any:
    """A stack of equal layers under a sigmoid."""
    hidden = {"type": "dense", "units": units, "activation": activation, "kernel_initializer": initializer}
    return with_layers(circles(), hidden | {"repeat": repeat}, SIGMOID | head)


FAST = {**circles()["training"], "optimizer": {"type": "sgd", "learning_rate": 0.3, "momentum": 0.9}}
TANH = parse(stack(4, "tanh", 2) | {"training": FAST})


@pytest.fixture(scope="module")
def preflights() -> Preflights:
    return Preflights()


@pytest.fixture(scope="module")
def tanh(preflights: Preflights) -> Preflighted:
    """A small smooth network."""
    return preflights.measure(TANH)


def of(snapshot: Snapshot, name: str, start: int) -> Any:
    """What was measured of one start."""
    found = snapshot.quantities.get(name) or snapshot.overall[name]
    return found.numpy()[start]


class Plain:
    """The same network in plain Keras, and the job's probe rows."""

    def __init__(self, spec: TrainingJobSpec, seed: int) -> None:
        dataset = load(spec)
        self.spec = spec
        self.rows = select(spec, dataset, choose_probe(spec, dataset.train_rows))
        self.model = build(spec.model_copy(update={"seed": seed}), self.rows.x.shape[1]).model
        self.x, self.y = tf.constant(self.rows.probe_x), tf.constant(self.rows.probe_y)
        self.loss = instantiate(spec.training.loss)

    def activations(self) -> list[Any]:
        """What leaves each layer."""
        x, found = self.rows.probe_x, []
        for layer in self.model.layers:
            x = np.asarray(layer(x))
            found.append(x.astype(np.float64))
        return found

    def gradients(self) -> list[Any]:
        with tf.GradientTape() as tape:
            loss = self.loss(self.y, self.model(self.x, training=False))
        return [gradient.numpy() for gradient in tape.gradient(loss, [v.value for v in self.model.trainable_variables])]

    def jacobian(self) -> Any:
        """(R, K, D) of the logits, on every third row: 64 of them at most."""
        logits = keras.Sequential([*self.model.layers[:-1]])
        last = self.model.layers[-1]
        x = self.x[::3]
        with tf.GradientTape() as tape:
            tape.watch(x)
            z = logits(x) @ last.kernel + last.bias
        return tape.batch_jacobian(z, x).numpy()

    def sharpness(self) -> float:
        """The greatest eigenvalue of the whole Hessian."""
        variables = [v.value for v in self.model.trainable_variables]
        with tf.GradientTape(persistent=True) as outer:
            with tf.GradientTape() as inner:
                loss = self.loss(self.y, self.model(self.x, training=False))
            flat = tf.concat([tf.reshape(g, [-1]) for g in inner.gradient(loss, variables)], 0)
        blocks = outer.jacobian(flat, variables, experimental_use_pfor=False)
        hessian = np.concatenate([b.numpy().reshape(len(flat), -1) for b in blocks], axis=1)
        return float(np.linalg.eigvalsh((hessian + hessian.T) / 2)[-1])

    def step(self, count: int) -> None:
        """Keras's own training steps on the first batches of the job."""
        self.model.compile(optimizer=instantiate(self.spec.training.optimizer), loss=self.loss, run_eagerly=True)
        size, total = self.spec.training.batch_size, len(self.rows.x)
        whole = total // size
        for number in range(count):
            order = permutations(self.spec, total, 1 + number // whole, 1)[0]
            batch = order[number % whole * size :][:size]
            self.model.train_on_batch(self.rows.x[batch], self.rows.y[batch])


def separation(a: Any) -> float:
    """The mean of 1 - cos over all pairs, pair by pair."""
    units = a / np.linalg.norm(a, axis=1, keepdims=True)
    pairs = [1 - units[i] @ units[j] for i in range(len(a)) for j in range(len(a)) if i != j]
    return float(np.mean(pairs))


@pytest.mark.parametrize("start", [0, 3])
def test_an_untrained_network_is_measured_as_plain_keras_does(tanh: Preflighted, start: int) -> None:
    plain, before = Plain(TANH, TANH.seed + start), tanh.before
    assert tanh.seeds[start] == TANH.seed + start
    *hidden, output = plain.activations()
    gradients = plain.gradients()
    np.testing.assert_allclose(
        of(before, "signal_std", start), [a.std(axis=0).mean() for a in (*hidden, output)], rtol=1e-4
    )
    norms = [np.linalg.norm(g) for g in gradients[::2]]
    np.testing.assert_allclose(of(before, "gradient_norm", start)[: len(norms)], norms, rtol=1e-4)
    assert of(before, "loss", start) == pytest.approx(float(plain.loss(plain.y, output)), rel=1e-5)
    assert of(before, "output_std", start) == pytest.approx(output.std(), rel=1e-4)
    assert of(before, "separation", start) == pytest.approx(separation(hidden[-1]), rel=1e-5)
    values = np.linalg.svd(hidden[-1] - hidden[-1].mean(axis=0), compute_uv=False)
    shares = values / values.sum()
    assert of(before, "effective_rank", start) == pytest.approx(np.exp(-(shares * np.log(shares)).sum()), rel=1e-5)
    jacobian = plain.jacobian()
    mean_square = np.mean(np.square(np.linalg.svd(jacobian, compute_uv=False)))
    assert of(before, "jacobian_mean_square", start) == pytest.approx(mean_square, rel=1e-4)
    assert of(before, "sharpness", start) == pytest.approx(plain.sharpness(), rel=0.02)


def test_the_warm_up_is_five_steps_of_keras(tanh: Preflighted) -> None:
    plain = Plain(TANH, TANH.seed + 1)
    plain.step(tanh.warm_up_steps)
    expected = float(plain.loss(plain.y, plain.model(plain.x)))
    assert of(tanh.before, "loss", 1) != pytest.approx(expected, rel=1e-3)
    assert of(tanh.after, "loss", 1) == pytest.approx(expected, rel=1e-4)


def test_the_greatest_eigenvalue_is_found_beside_a_larger_negative_one() -> None:
    # Of w·v·x without biases and at w = v = 0 the Hessian has the eigenvalues ±c; a penalty moves both up.
    layer = {"type": "dense", "units": 1, "use_bias": False, "kernel_initializer": "zeros"}
    penalty = {"type": "l2", "l2": 0.01}
    document = with_layers(circles(loss="mse", metrics=[]), layer, layer | {"kernel_regularizer": penalty})
    document["data"] = {"source": {"type": "inline", "features": [[1.0], [2.0], [3.0]], "targets": [2.5, 0.5, 4.5]}}
    spec = parse(document)
    dataset = load(spec)
    rows = select(spec, dataset, choose_probe(spec, dataset.train_rows))
    draw = Draw(spec, rows, Budget.of(spec))
    draw.begin(spec)
    read = draw.read(tf.constant(rows.probe_x), tf.constant(rows.probe_y), [tf.constant([0.3, 1.0])])
    c = -2 * float(np.mean([1 * 2.5, 2 * 0.5, 3 * 4.5]))
    expected = np.linalg.eigvalsh(np.array([[0, c], [c, 0.02]]))[-1]
    assert float(read.sharpness) == pytest.approx(expected, rel=1e-3)


@pytest.fixture(scope="module")
def judged(preflights: Preflights) -> Callable[[Any], tuple[Preflighted, PreflightReport]]:
    def judge(document: Any) -> tuple[Preflighted, PreflightReport]:
        spec = parse(document)
        measured = preflights.measure(spec)
        return measured, report(spec, measured)

    return judge


Judge = Callable[[Any], tuple[Preflighted, PreflightReport]]


@pytest.mark.parametrize(
    ("activation", "repeat", "verdict", "tolerance"),
    [("tanh", 4, "healthy", 0.05), ("sigmoid", 5, "vanishing_gradients", 0.02)],
)
def test_the_slopes_are_those_of_theory(
    judged: Judge, activation: str, repeat: int, verdict: str, tolerance: float
) -> None:
    # A factor of a layer is about 0.9 for tanh and 0.24 for sigmoid; the width of 40 is far from infinite.
    _, found = judged(stack(40, activation, repeat))
    assert found.verdict == verdict
    for direction in (found.attenuation.forward, found.attenuation.backward):
        slope = direction.slope
        assert slope.factor is not None
        assert slope.factor == pytest.approx(slope.expected_factor, abs=tolerance)
        assert direction.median == pytest.approx(direction.expected, abs=0.3)
    if verdict != "healthy":
        finding = found.findings[0]
        assert (finding.code, finding.severity, finding.probability) == ("vanishing_gradients", "error", 1.0)
        assert {cause.code for cause in finding.causes} >= {"saturating_activation"}
        slope = found.attenuation.backward.slope
        assert slope.r_squared is not None
        assert slope.r_squared > 0.99


def test_a_narrow_relu_network_is_born_dead_with_a_probability(judged: Judge) -> None:
    document = stack(1, "relu", 3, "he_uniform")
    measured, found = judged(document)
    spec = parse(document)
    dataset = load(spec)
    rows = dataset.scaled[choose_probe(spec, dataset.train_rows)]
    dead = [born_dead(spec.model_copy(update={"seed": seed}), rows) for seed in measured.seeds]
    share = sum(dead) / len(dead)
    assert 0.2 <= share < 1
    assert found.born_dead == share
    finding = next(finding for finding in found.findings if finding.code == "dead_units")
    assert finding.probability is not None
    assert finding.probability <= share
    assert set(finding.evidence["seeds"]) <= {s for s, is_dead in zip(measured.seeds, dead, strict=True) if is_dead}


def born_dead(spec: TrainingJobSpec, x: Any) -> bool:
    """Whether some hidden layer answers nothing but zeros, by NumPy."""
    weights = [value.numpy() for value in initial(spec, x.shape[1])]
    for kernel, bias in zip(weights[:-2:2], weights[1:-2:2], strict=True):
        x = np.maximum(x @ kernel + bias, 0)
        if not x.any():
            return True
    return False


def test_the_warm_up_takes_back_the_alarm_of_a_zero_output_kernel(judged: Judge) -> None:
    measured, found = judged(stack(4, "tanh", 2, kernel_initializer="zeros"))
    deltas = [moment.quantities["delta_rms"].numpy()[:, :2] for moment in (measured.before, measured.after)]
    assert not deltas[0].any()
    assert deltas[1].all()
    assert found.verdict == "healthy"
    assert [finding.code for finding in found.findings if finding.stage == "initialization"] == []


def test_the_numbers_are_the_same_again(preflights: Preflights, tanh: Preflighted) -> None:
    assert preflights.measure(TANH).digest == tanh.digest
    other = TANH.model_copy(update={"seed": TANH.seed + 1})
    assert preflights.measure(other).digest != tanh.digest  # other rows of the probe, and other weights


def test_another_process_measures_the_same(preflights: Preflights, tanh: Preflighted) -> None:
    measured = preflights.measure(TANH, single_batch=True)
    assert measured.digest != tanh.digest
    command = [sys.executable, "-m", "service", "preflight", "--single-batch", "-"]
    document = TANH.model_dump_json()
    done = subprocess.run(command, input=document, capture_output=True, text=True, check=True, timeout=200)
    answer = json.loads(done.stdout)
    assert answer["digest"] == measured.digest
    assert answer["single_batch"]["rows"] == 16
    expected = report(TANH, measured).model_dump(mode="json") | {"seconds": answer["seconds"]}
    assert answer == expected


def test_a_normalization_is_measured_with_the_statistics_of_the_rows(judged: Judge) -> None:
    layers: list[dict[str, Any]] = [
        {"type": "dense", "units": 4},
        {"type": "batch_normalization"},
        {"type": "activation", "activation": "tanh"},
    ]
    large = layers[0] | {"kernel_initializer": {"type": "random_normal", "stddev": 50.0}}
    measured, found = judged(with_layers(circles(), large, *layers[1:], *layers, SIGMOID))
    assert found.verdict == "healthy"
    signal = measured.before.quantities["signal_std"].numpy()[:, :2]
    assert np.all((signal > 0.4) & (signal < 0.9))  # tanh of what has variance 1


def test_curvature_that_does_not_exist_is_left_out() -> None:
    spec = parse(stack(2, "softsign", 1))
    dataset = load(spec)
    rows = select(spec, dataset, choose_probe(spec, dataset.train_rows))
    draw = Draw(spec, rows, budget := Budget.of(spec))
    assert budget.curvature
    assert not draw.curved
    assert budget.reduced(spec, curved=draw.curved) == ["curvature"]
