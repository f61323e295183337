"""The mean-field factors, against the published table and against random networks."""

from __future__ import annotations

import math

import numpy as np
import pytest

from models.specs import activations as specs
from models.theory.activations import curve
from models.theory.gaussian import expectation
from models.theory.meanfield import Factors, factors, fixed_point

LECUN, HE = 1.0, 2.0


def settled(activation: specs.ActivationBase, weight_variance: float) -> Factors:
    return factors(activation, fixed_point(activation, weight_variance), weight_variance)


def layers(activation: specs.ActivationBase, weight_variance: float, depth: int) -> list[Factors]:
    """The factors of the first layers, from pre-activations of variance 1."""
    found, q = [], 1.0
    for _ in range(depth):
        found.append(factors(activation, q, weight_variance))
        q = weight_variance * found[-1].second_moment
    return found


@pytest.mark.parametrize(
    ("activation", "weight_variance", "factor", "depth"),
    [
        (specs.Relu(), LECUN, 0.707, 13),
        (specs.Relu(), HE, 1.0, math.inf),
        (specs.LeakyRelu(), LECUN, 0.721, 14),
        (specs.Tanh(), LECUN, 1.0, math.inf),
        (specs.Tanh(), HE, 1.051, 92),
        (specs.Sigmoid(), LECUN, 0.236, 3),
        (specs.Sigmoid(), HE, 0.318, 4),
        (specs.Selu(), LECUN, 1.035, 133),
        (specs.Elu(), LECUN, 1.0, math.inf),
        (specs.Softplus(), LECUN, 0.537, 7),
        (specs.Softsign(), LECUN, 1.0, math.inf),
        (specs.Softsign(), HE, 1.021, 222),
        (specs.Gelu(), LECUN, 0.5, 7),
        (specs.Silu(), LECUN, 0.5, 7),
        (specs.Gelu(), HE, 0.707, 13),
        (specs.Silu(), HE, 0.707, 13),
    ],
    ids=lambda value: value.type_name() if isinstance(value, specs.ActivationBase) else str(value),
)
def test_factor_at_the_fixed_point(
    activation: specs.ActivationBase, weight_variance: float, factor: float, depth: float
) -> None:
    found = settled(activation, weight_variance)
    assert found.gradient_factor == pytest.approx(factor, abs=6e-4)
    if math.isinf(depth):
        assert found.layers_until(100) > 4000
    else:
        assert round(found.layers_until(100)) == depth


@pytest.mark.parametrize(("activation", "factor"), [(specs.Elu(), 1.029), (specs.Softplus(), 0.926)])
def test_slow_growth_after_sixty_layers(activation: specs.ActivationBase, factor: float) -> None:
    assert layers(activation, HE, 60)[-1].gradient_factor == pytest.approx(factor, abs=2e-3)


@pytest.mark.parametrize(
    ("activation", "factor"), [(specs.Tanh(), 0.88), (specs.Elu(), 0.88), (specs.Softsign(), 0.78)]
)
def test_early_layers_lose_more_than_the_fixed_point(activation: specs.ActivationBase, factor: float) -> None:
    logs = [math.log(each.gradient_factor) for each in layers(activation, LECUN, 10)]
    assert math.exp(sum(logs) / len(logs)) == pytest.approx(factor, abs=0.01)


def test_leaky_relu_with_he_grows() -> None:
    found = factors(specs.LeakyRelu(), 1.0, HE)
    assert found.gradient_factor == pytest.approx(1.020, abs=1e-3)
    assert round(found.layers_until(100)) in range(231, 240)


@pytest.mark.parametrize("weight_variance", [LECUN, HE])
def test_exponential_diverges(weight_variance: float) -> None:
    assert math.isinf(fixed_point(specs.Exponential(), weight_variance))


def test_selu_with_he_is_the_wrong_pairing() -> None:
    assert math.isinf(fixed_point(specs.Selu(), HE))


def test_selu_keeps_mean_and_variance() -> None:
    phi = curve(specs.Selu())
    assert expectation(phi.value) == pytest.approx(0.0, abs=1e-6)
    assert expectation(lambda x: np.square(phi.value(x))) == pytest.approx(1.0, abs=1e-6)


def test_expectation_of_a_jump() -> None:
    inside = expectation(lambda x: np.where(np.abs(x) < 1, 1.0, 0.0))
    assert inside == pytest.approx(math.erf(1 / math.sqrt(2)), abs=2e-3)


@pytest.mark.parametrize("activation", [specs.Tanh(), specs.Relu(), specs.Selu()], ids=lambda a: a.type_name())
def test_wide_random_networks_follow(activation: specs.ActivationBase) -> None:
    rng, width = np.random.default_rng(0), 1500
    z = rng.standard_normal((4, width))
    weights = rng.normal(0, math.sqrt(1.5 / width), (width, width))
    phi, expected = curve(activation), factors(activation, 1.0, 1.5)
    assert np.mean((phi.value(z) @ weights) ** 2) == pytest.approx(1.5 * expected.second_moment, rel=0.1)
    delta = rng.standard_normal((4, width))
    assert np.mean((phi.slope(z) * (delta @ weights.T)) ** 2) == pytest.approx(expected.chi, rel=0.1)


def test_layers_until() -> None:
    assert Factors(0.0, 0.0, 0.0).layers_until() == 0
    assert Factors(1.0, 1.0, 1.0).layers_until() == math.inf
    assert Factors(1.0, 1.0, 0.01).layers_until(100) == pytest.approx(2)
