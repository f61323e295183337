"""The curves of activations, held against Keras and its automatic differentiation."""

from __future__ import annotations

import itertools
import pydoc

import numpy as np
import pytest

from models.specs import activations as specs
from models.specs.spec import concrete
from models.theory.activations import CURVES, curve, zero_centered

VARIANTS: list[specs.ActivationBase] = [
    specs.Celu(alpha=0.5),
    specs.Elu(alpha=2.0),
    specs.Gelu(approximate=True),
    specs.HardShrink(threshold=1.25),
    specs.LeakyRelu(negative_slope=0.01),
    specs.Relu(negative_slope=0.1),
    specs.Relu(max_value=2.25),
    specs.Relu(threshold=1.25),
    specs.Relu(threshold=-1.25),
    specs.Relu(negative_slope=0.25, max_value=2.25, threshold=1.25),
    specs.SoftShrink(threshold=0.25),
    specs.Squareplus(b=1.0),
    specs.Threshold(threshold=0.25, default_value=-1.0),
    specs.Threshold(threshold=-0.25, default_value=3.0),
]


def defaults() -> list[specs.ActivationBase]:
    """One of each that needs no argument."""
    return [cls.model_validate({"type": cls.type_name()}) for cls in CURVES if cls is not specs.Threshold]


def label(activation: specs.ActivationBase) -> str:
    return activation.model_dump_json()


ALL = [*defaults(), *VARIANTS]
ELEMENTWISE = [activation for activation in ALL if curve(activation).elementwise]
# Off the kinks, which lie on quarters.
POINTS = np.linspace(-8.05, 8.05, 102)


def test_every_activation_has_a_curve() -> None:
    assert set(CURVES) == set(concrete(specs.ActivationBase))


@pytest.mark.slow
@pytest.mark.parametrize("activation", ELEMENTWISE, ids=label)
def test_value_and_slope_are_those_of_keras(activation: specs.ActivationBase) -> None:
    import tensorflow as tf

    call = pydoc.locate(activation.target)
    assert callable(call)
    x = tf.constant(POINTS, tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = call(x, **activation.arguments())
    slope = tape.gradient(y, x, unconnected_gradients=tf.UnconnectedGradients.ZERO)
    phi = curve(activation)
    np.testing.assert_allclose(phi.value(POINTS), y.numpy(), rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(phi.slope(POINTS), slope.numpy(), rtol=1e-6, atol=1e-9)


def projected(row: list[float]) -> list[float]:
    """The nearest point of the probability simplex, by bisection for the number that is taken off every entry."""
    low, high = min(row) - 1, max(row)
    for _ in range(100):
        tau = (low + high) / 2
        low, high = (tau, high) if sum(max(entry - tau, 0.0) for entry in row) > 1 else (low, tau)
    return [max(entry - low, 0.0) for entry in row]


def test_sparsemax_is_the_projection_onto_the_simplex() -> None:
    # Not held against Keras, whose TensorFlow version adds up partial sums where the definition takes the last one.
    found = [projected([float(x), 0.0])[0] for x in POINTS]
    np.testing.assert_allclose(curve(specs.Sparsemax()).value(POINTS), found, atol=1e-9)


@pytest.mark.slow
@pytest.mark.parametrize("activation", [specs.Softmax(), specs.LogSoftmax()], ids=label)
def test_a_function_of_a_row_is_shown_beside_a_zero(activation: specs.ActivationBase) -> None:
    import tensorflow as tf

    call = pydoc.locate(activation.target)
    assert callable(call)
    x = tf.constant(POINTS, tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(x)
        first = call(tf.stack([x, tf.zeros_like(x)], axis=1))[:, 0]
    phi = curve(activation)
    np.testing.assert_allclose(phi.value(POINTS), first.numpy(), rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(phi.slope(POINTS), tape.gradient(first, x).numpy(), rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("activation", ALL, ids=label)
def test_the_slope_is_the_derivative_of_the_value(activation: specs.ActivationBase) -> None:
    phi, h = curve(activation), 1e-6
    x = POINTS[np.abs(POINTS) < 6]
    numeric = (phi.value(x + h) - phi.value(x - h)) / (2 * h)
    np.testing.assert_allclose(phi.slope(x), numeric, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("activation", ALL, ids=label)
def test_the_range_is_tight(activation: specs.ActivationBase) -> None:
    phi = curve(activation)
    low, high = phi.range
    x = np.concatenate([[-1e6, -600.0], np.linspace(-8, 8, 16001), [600.0, 1e6]])
    values = phi.value(x)
    assert values.min() >= low - 1e-12
    assert values.max() <= high + 1e-12
    assert values.min() == pytest.approx(low, abs=2e-3) if np.isfinite(low) else values.min() < -500
    assert values.max() == pytest.approx(high, abs=2e-3) if np.isfinite(high) else values.max() > 500


@pytest.mark.parametrize("activation", ALL, ids=label)
def test_saturation_is_where_the_slope_is_small(activation: specs.ActivationBase) -> None:
    phi = curve(activation)
    intervals = phi.saturation()
    edges = [edge for interval in intervals for edge in interval]
    assert edges == sorted(edges)
    inside = np.zeros(POINTS.shape, bool)
    for low, high in intervals:
        inside |= (low < POINTS) & (high > POINTS)
    np.testing.assert_array_equal(inside, np.abs(phi.slope(POINTS)) < 0.05 * phi.steepest())


def test_known_saturation() -> None:
    assert curve(specs.Tanh()).saturation()[0][1] == pytest.approx(-np.arccosh(np.sqrt(20)))
    assert curve(specs.Sigmoid()).saturation()[1][0] == pytest.approx(4.3565, abs=1e-3)
    ((low, high),) = curve(specs.Relu()).saturation()
    assert low == -np.inf
    assert high == pytest.approx(0, abs=1e-9)
    assert curve(specs.LeakyRelu()).saturation() == []


def test_zero_centered() -> None:
    named = {a.type_name() for a in defaults() if zero_centered(a)}
    assert {"tanh", "selu", "softsign", "linear", "hard_tanh"} <= named
    assert not named & {"sigmoid", "relu", "elu", "softplus", "exponential", "gelu", "leaky_relu"}


def test_extremes_stay_finite() -> None:
    x = np.array([-1e4, -750.0, 750.0, 1e4])
    with np.errstate(all="raise", under="ignore"):
        for activation, name in itertools.product(ALL, ("value", "slope")):
            if not isinstance(activation, specs.Exponential):
                assert np.isfinite(getattr(curve(activation), name)(x)).all(), activation.type_name()
