"""The loss of the best constant, against a search over many constants with Keras's own loss."""

from __future__ import annotations

import numpy as np
import pytest

from models.engine.data.baseline import constant_loss
from models.engine.instantiate import instantiate
from models.specs.losses import Huber, LogCosh, LossBase, MeanAbsoluteError, MeanSquaredError


@pytest.mark.slow
@pytest.mark.parametrize("loss", [Huber(), Huber(delta=3.0), LogCosh(), MeanAbsoluteError(), MeanSquaredError()])
def test_no_constant_is_better(loss: LossBase) -> None:
    values = np.concatenate([np.random.default_rng(1).normal(2, 1, 60), [30.0, 45.0]]).astype(np.float32)[:, None]
    keras_loss = instantiate(loss)
    tried = [float(keras_loss(values, np.full_like(values, c))) for c in np.linspace(-2, 8, 2001)]
    assert constant_loss(loss, values.astype(np.float64), values) == pytest.approx(min(tried), rel=1e-4)


def test_targets_that_are_all_alike_cost_nothing() -> None:
    values = np.full((5, 1), 3.0, np.float32)
    assert constant_loss(Huber(), values.astype(np.float64), values) == 0.0
