"""First weights that are drawn without a network are those of the network."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

from models.engine.network.architecture import build
from models.engine.network.initial_weights import initial, take_initializers
from models.specs.check import parse
from tests.models.engine.documents import circles, with_layers

MIXED: list[Any] = [
    {"type": "dense", "units": 4, "bias_initializer": "random_normal", "repeat": 2},
    "batch_normalization",
    {"type": "dropout", "rate": 0.2},
    {"type": "residual", "layers": [{"type": "dense", "units": 4, "use_bias": False}, "layer_normalization"]},
    {"type": "prelu"},
    {"type": "dense", "units": 3, "kernel_initializer": {"type": "orthogonal", "seed": 7}},
    {"type": "gaussian_noise", "stddev": 0.1},
    {"type": "dense", "units": 1, "use_bias": False, "bias_initializer": "random_uniform"},
    {"type": "dense", "units": 1, "activation": "sigmoid", "kernel_initializer": "lecun_normal"},
]


@pytest.mark.parametrize("sharing", ["independent", "shared"])
@pytest.mark.parametrize("seed", [1, 2**32 - 1])
def test_they_are_those_of_the_network(sharing: str, seed: int) -> None:
    document = with_layers(circles(), *MIXED) | {"seed": seed}
    document["architecture"]["init_sharing"] = sharing
    spec = parse(document)
    wanted = [np.asarray(variable.value) for variable in build(spec, 2).variables]
    for value, expected in zip(initial(spec, 2), wanted, strict=True):
        np.testing.assert_array_equal(np.asarray(value), expected)


def test_a_network_takes_the_initializers_of_another_spec() -> None:
    first, second = (
        parse(
            with_layers(circles(), {"type": "dense", "units": 1, "kernel_initializer": kind, "activation": "sigmoid"})
        )
        for kind in ("he_normal", "orthogonal")
    )
    network = build(first, 2)
    take_initializers(network, second)
    assert isinstance(network.kernels[0].kernel_initializer, keras.initializers.Orthogonal)
