"""A loop becomes one function, or stays in pieces, as ``loop_fusion`` says."""

from __future__ import annotations

from typing import Any

import pytest
import tensorflow as tf

from models.engine.step.loop_fusion import fusion_barrier


@pytest.mark.parametrize("pieces", [False, True])
def test_xla_takes_no_loop_into_one_function_that_is_held_apart(pieces: bool) -> None:
    def loop(x: Any) -> Any:
        def turn(index: Any, x: Any, total: Any) -> tuple[Any, Any, Any]:
            x = tf.tanh(tf.matmul(x, x))
            norm = tf.reduce_sum(x)
            return index + 1, x, total + (fusion_barrier(norm) if pieces else norm)

        return tf.while_loop(lambda index, *_: index < 5, turn, [tf.constant(0), x, tf.constant(0.0)])[1:]

    compiled = tf.function(loop, jit_compile=True, autograph=False)
    x = tf.constant([[0.5, 0.25], [0.125, 1.0]])
    text = compiled.experimental_get_compiler_ir(x)(stage="optimized_hlo")
    assert ("xla_cpu_small_call" in text) is not pieces


@pytest.mark.parametrize("x", [3, -0.5, float("inf")])
def test_a_scalar_stays_what_it_is(x: float) -> None:
    assert fusion_barrier(tf.constant(x)).numpy() == x
