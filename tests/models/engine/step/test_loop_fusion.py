"""A loop in pieces computes what it computes as one function; ``benchmarks.steps`` shows which is faster."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from models.engine.step.loop_fusion import fusion_barrier


def loop(x: Any, y: Any, kernel: Any, *, pieces: bool) -> tuple[Any, Any]:
    """Five steps of a layer down its gradient: the kernel behind them, and the sum of the losses before them."""

    def step(index: Any, kernel: Any, total: Any) -> tuple[Any, Any, Any]:
        with tf.GradientTape() as tape:
            tape.watch(kernel)
            loss = tf.reduce_mean(tf.square(tf.tanh(tf.matmul(x, kernel)) - y))
        kernel -= 0.5 * tape.gradient(loss, kernel)
        return index + 1, kernel, total + (fusion_barrier(loss) if pieces else loss)

    start = [tf.constant(0), kernel, tf.constant(0.0)]
    _, kernel, total = tf.while_loop(lambda index, *_: index < 5, step, start)
    return kernel, total


@pytest.mark.parametrize("width", [2, 16, 64])
def test_a_loop_in_pieces_computes_what_it_computes_as_one_function(width: int) -> None:
    draws = np.random.default_rng(1)
    given = [tf.constant(draws.normal(size=(32, columns)), tf.float32) for columns in (width, width)]
    given.append(tf.constant(draws.normal(size=(width, width)) / width**0.5, tf.float32))
    plain = loop(*given, pieces=False)
    for pieces in (False, True):
        compiled = tf.function(partial(loop, pieces=pieces), jit_compile=True, autograph=False)
        for ours, theirs in zip(compiled(*given), plain, strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("x", [3, -0.5, float("inf")])
def test_a_scalar_stays_what_it_is(x: float) -> None:
    assert fusion_barrier(tf.constant(x)).numpy() == x
