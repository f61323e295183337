"""The distributions of initializers, against Keras's draws and our own."""

from __future__ import annotations

import math
import pydoc

import numpy as np
import pytest

from models.specs import initializers as specs
from models.specs.spec import concrete
from models.theory.initializers import law
from models.theory.samples import sample

DISTRIBUTIONS = ("truncated_normal", "untruncated_normal", "uniform")
MODES = ("fan_in", "fan_out", "fan_avg")
VARIANTS: list[specs.InitializerBase] = [
    specs.Constant(value=0.3),
    specs.RandomNormal(mean=1.0, stddev=0.2),
    specs.RandomUniform(minval=0.0, maxval=1.0),
    specs.TruncatedNormal(mean=-1.0, stddev=0.5),
    specs.Orthogonal(gain=3.0),
    specs.Identity(gain=-2.0),
    *(
        specs.VarianceScaling.model_validate({"scale": 2.5, "mode": mode, "distribution": distribution})
        for mode in MODES
        for distribution in DISTRIBUTIONS
    ),
]
DEFAULTS = [
    cls.model_validate({"type": cls.type_name()})
    for cls in concrete(specs.InitializerBase)
    if issubclass(cls, specs.InitializerBase)
]
ALL = [*DEFAULTS, *VARIANTS]
SHAPES = [(300, 200), (200, 300), (250, 250)]


def label(value: object) -> str:
    return value.model_dump_json() if isinstance(value, specs.InitializerBase) else str(value)


def check(kernel: np.ndarray[tuple[int, ...], np.dtype[np.float64]], initializer: specs.InitializerBase) -> None:
    """The kernel's entries follow the law of its initializer."""
    expected = law(initializer, kernel.shape[0], kernel.shape[1])
    error = 5 * expected.std / math.sqrt(kernel.size)
    assert kernel.mean() == pytest.approx(expected.mean, abs=error + 1e-6)
    assert kernel.std() == pytest.approx(expected.std, rel=0.03, abs=1e-6)
    assert kernel.min() >= expected.low - 1e-5
    assert kernel.max() <= expected.high + 1e-5
    if expected.distribution in {"uniform", "truncated_normal"}:
        assert kernel.max() == pytest.approx(expected.high, abs=0.05 * (expected.high - expected.low))


@pytest.mark.parametrize("shape", SHAPES, ids=label)
@pytest.mark.parametrize("initializer", ALL, ids=label)
def test_our_draws_follow_the_law(initializer: specs.InitializerBase, shape: tuple[int, int]) -> None:
    check(sample(initializer, *shape, seed=1), initializer)


@pytest.mark.slow
@pytest.mark.parametrize("shape", SHAPES[:2], ids=label)
@pytest.mark.parametrize("initializer", ALL, ids=label)
def test_keras_draws_follow_the_law(initializer: specs.InitializerBase, shape: tuple[int, int]) -> None:
    make = pydoc.locate(initializer.target)
    assert callable(make)
    arguments = initializer.arguments()
    if isinstance(initializer, specs.Seeded):
        arguments["seed"] = 1
    check(np.asarray(make(**arguments)(shape), np.float64), initializer)


@pytest.mark.parametrize("shape", SHAPES, ids=label)
def test_orthogonal_draws_are_orthogonal(shape: tuple[int, int]) -> None:
    kernel = sample(specs.Orthogonal(gain=2.0), *shape, seed=3)
    small = kernel.T @ kernel if shape[0] >= shape[1] else kernel @ kernel.T
    np.testing.assert_allclose(small, 4 * np.eye(min(shape)), atol=1e-10)


def test_the_same_seed_draws_the_same_kernel() -> None:
    first, again, other = (sample(specs.HeNormal(), 5, 4, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_formulas_of_the_course() -> None:
    glorot = law(specs.GlorotUniform(), 30, 10)
    assert glorot.variance == pytest.approx(1 / 20)
    assert glorot.high == pytest.approx(math.sqrt(3 / 20))
    assert glorot.fan_mode == "fan_avg"
    he = law(specs.HeNormal(), 30, 10)
    assert he.variance == pytest.approx(2 / 30)
    assert he.fan_mode == "fan_in"
    assert law(specs.LecunNormal(), 30, 10).variance == pytest.approx(1 / 30)
    assert law(specs.TruncatedNormal(stddev=1.0), 3, 3).std == pytest.approx(0.87962566, abs=1e-7)


def test_which_laws_leave_all_units_alike() -> None:
    alike = {each.type_name() for each in DEFAULTS if law(each, 5, 5).symmetric}
    assert alike == {"zeros", "ones", "constant"}
    assert law(specs.RandomUniform(minval=0.5, maxval=0.5), 5, 5).symmetric
