"""How fast a training step is in each of the forms that XLA can be given.

    python -m benchmarks.steps

A loop of SGD steps on 32 rows, by the trainer's own ``GradientDescent``, with one thread: in pieces, as one function
(``models/engine/step/loop_fusion.py``), and as one function whose small products are vector code
(``models/engine/step/small_matmul.py``). The trainer takes one of them by the size of the products; the star says
which. The narrow network is best as one function with vector code, the wide one in pieces, and those between them
show where the line runs. Printed is the processor time of a step, and by how much more each of the other forms takes.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from models.engine.startup import prepare
from models.specs.check import parse

ROWS, STEPS, REPEATS = 32, 1_000, 7
NETWORKS = {"narrow": (5, 5), "20 units": (3, 20), "wide": (5, 64)}  # layers, units
FORMS = {"in pieces": (True, False), "one function": (False, False), "vector code": (False, True)}


def document(layers: int, units: int) -> dict[str, Any]:
    """A job of so many ReLU layers."""
    hidden = {"type": "dense", "units": units, "activation": "relu", "kernel_initializer": "he_normal"}
    output = {"type": "dense", "units": 1, "activation": "sigmoid"}
    return {
        "data": {"source": {"type": "circles", "n_samples": 500, "random_state": 1}},
        "architecture": {"layers": [hidden | {"repeat": layers}, output]},
        "training": {"optimizer": "sgd", "loss": "binary_crossentropy", "epochs": 1},
        "seed": 1,
    }


def steps(layers: int, units: int, *, pieces: bool, vectorized: bool) -> tuple[Callable[[], Any], bool]:
    """A call that makes some steps in this form, and whether the trainer takes it."""
    import tensorflow as tf

    from models.engine.network.architecture import build
    from models.engine.step.gradient_descent import GradientDescent
    from models.engine.step.loop_fusion import fusion_barrier

    spec = parse(document(layers, units))
    descent = GradientDescent(spec, build(spec, 2))
    unfused = descent.unfused(ROWS)
    taken = pieces is unfused and vectorized is (descent.vectorized and not unfused)
    descent.vectorized = vectorized
    draws = np.random.default_rng(1)
    x = tf.constant(draws.normal(size=(ROWS, 2)), tf.float32)
    y = tf.constant(draws.random((ROWS, 1)) > 0.5, tf.float32)

    def loop(x: Any, y: Any) -> Any:
        def step(index: Any, total: Any) -> tuple[Any, Any]:
            loss, _, _ = descent.step(x, y, None, tf.constant(0.01))
            return index + 1, total + (fusion_barrier(loss) if pieces else loss)

        return tf.while_loop(lambda index, _: index < STEPS, step, [tf.constant(0), tf.constant(0.0)])[1]

    compiled = tf.function(loop, jit_compile=True, autograph=False)
    return lambda: compiled(x, y).numpy(), taken


def fastest(run: Callable[[], Any]) -> float:
    """Microseconds of processor time of a step, in the fastest of several runs."""
    run()  # compiles
    times = []
    for _ in range(REPEATS):
        start = time.process_time()
        run()
        times.append(time.process_time() - start)
    return 1e6 * min(times) / STEPS


def main() -> None:
    """Measure each network in each form."""
    prepare(1, None)
    for name, (layers, units) in NETWORKS.items():
        times, chosen = {}, ""
        for form, (pieces, vectorized) in FORMS.items():
            run, taken = steps(layers, units, pieces=pieces, vectorized=vectorized)
            times[form] = fastest(run)
            chosen = form if taken else chosen
        forms = "  ".join(
            f"{form}{'*' if form == chosen else ''} {each:6.1f} µs ({each / times[chosen]:.2f})"
            for form, each in times.items()
        )
        print(f"{name:8}  {layers} layers of {units:2} units:  {forms}", flush=True)


if __name__ == "__main__":
    main()
