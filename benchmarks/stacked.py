"""Whether several seeds train faster side by side in one program than one after the other.

    python -m benchmarks.stacked

The notebook's S3 (a loop of SGD steps with momentum, 16 batches of 32 rows an epoch) and the same with wider layers,
written by hand for n networks at once: every weight has the seed for its first axis, every product is a batched one.
It is the loop alone, without metrics, probe and test rows: what a trainer of replicates could gain at most. Printed is
the processor time of an epoch divided by n; *back to back* is n = 1.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np

from models.engine.startup import prepare

HIDDEN, ROWS, BATCH, EPOCHS, REPEATS = 5, 500, 32, 100, 5
STEPS = -(-ROWS // BATCH)


def program(width: int, count: int) -> Callable[[], Any]:
    """A call that trains ``count`` networks of five ReLU layers of ``width`` units for some epochs."""
    import tensorflow as tf

    draws = np.random.default_rng(1)
    sizes = [2, *[width] * HIDDEN, 1]
    kernels = [
        tf.Variable(draws.normal(0, (2 / a) ** 0.5, (count, a, b)).astype(np.float32)) for a, b in pairwise(sizes)
    ]
    biases = [tf.Variable(np.zeros((count, 1, size), np.float32)) for size in sizes[1:]]
    variables = [*kernels, *biases]
    momenta = [tf.Variable(np.zeros(v.shape, np.float32)) for v in variables]
    features = tf.constant(draws.normal(size=(ROWS, 2)).astype(np.float32))
    targets = tf.constant((draws.random((ROWS, 1)) > 0.5).astype(np.float32))
    orders = np.stack(
        [[np.resize(draws.permutation(ROWS), STEPS * BATCH) for _ in range(count)] for _ in range(EPOCHS)]
    ).astype(np.int32)

    def loss_of(x: Any, y: Any) -> Any:
        for kernel, bias in zip(kernels[:-1], biases[:-1], strict=True):
            x = tf.nn.relu(tf.matmul(x, kernel) + bias)
        logits = tf.matmul(x, kernels[-1]) + biases[-1]
        losses = tf.nn.sigmoid_cross_entropy_with_logits(labels=y, logits=logits)
        return tf.reduce_sum(tf.reduce_mean(losses, axis=(1, 2)))

    def train(order: Any) -> Any:
        def epoch(number: Any, total: Any) -> tuple[Any, Any]:
            x, y = tf.gather(features, order[number]), tf.gather(targets, order[number])

            def step(index: Any, total: Any) -> tuple[Any, Any]:
                at, size = [0, index * BATCH, 0], [count, BATCH, -1]
                with tf.GradientTape() as tape:
                    loss = loss_of(tf.slice(x, at, size), tf.slice(y, at, size))
                gradients = tape.gradient(loss, variables)
                for variable, momentum, gradient in zip(variables, momenta, gradients, strict=True):
                    momentum.assign(0.9 * momentum - 0.01 * gradient)
                    variable.assign_add(momentum)
                return index + 1, total + loss

            _, total = tf.while_loop(lambda index, _: index < STEPS, step, [0, total])
            return number + 1, total

        return tf.while_loop(lambda number, _: number < EPOCHS, epoch, [0, 0.0])[1]

    compiled = tf.function(train, jit_compile=True, autograph=False)
    given = tf.constant(orders)
    return lambda: compiled(given).numpy()


def main() -> None:
    """Measure two widths."""
    prepare(1, None)
    for width in (5, 64):
        times = {}
        for count in (1, 5, 10):
            run = program(width, count)
            run()  # compiles
            fastest = float("inf")
            for _ in range(REPEATS):
                start = time.process_time()
                run()
                fastest = min(fastest, time.process_time() - start)
            times[count] = 1e6 * fastest / EPOCHS / count
            print(
                f"width {width:3}  {count:2} side by side: {times[count]:7.0f} µs an epoch and seed, "
                f"{times[1] / times[count]:.2f} of back to back",
                flush=True,
            )


if __name__ == "__main__":
    main()
