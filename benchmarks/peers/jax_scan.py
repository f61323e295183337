"""JAX by hand: the steps of an epoch and the epochs are two ``lax.scan`` inside one ``jit``."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from benchmarks.peers.task import Outcome, Task, Train, Unsupported, activation, kernels
from models.specs.layers import BatchNormalization, Dense
from models.specs.optimizers import Adam, Sgd

ACTIVATIONS = ("identity", "sigmoid", "tanh", "relu", "selu", "elu", "softplus", "silu")


def start(threads: int, folder: Path) -> dict[str, Train]:
    """JAX has its threads from the environment."""
    del threads, folder
    import jax.numpy

    jax.devices()
    return {"": train}


def train(task: Task, seed: int) -> Outcome:
    """Initial weights and keys in, weights and history out."""
    import jax

    weights, moving = initial(task, seed)
    keys = jax.random.split(jax.random.key(seed), task.epochs)
    rows = {"x": task.x, "y": task.y, "test_x": task.test_x, "test_y": task.test_y}
    accuracy, _ = jax.block_until_ready(program(task)(weights, moving, keys, rows))
    return Outcome(float(accuracy), task.epochs)


def initial(task: Task, seed: int) -> tuple[list[Any], list[Any]]:
    """Trained weights and moving averages, a pair for each layer."""
    import numpy as np

    drawn = kernels(task, seed)
    weights, moving = [], []
    for placed in task.layers:
        ones, zeros = (make(placed.output_shape[1], np.float32) for make in (np.ones, np.zeros))
        if isinstance(placed.spec, BatchNormalization):
            weights.append((ones, zeros))
            moving.append((zeros, ones))
        else:
            weights.append((next(drawn), zeros))
            moving.append((zeros, ones))
    return weights, moving


@cache
def program(task: Task) -> Callable[..., Any]:
    """The compiled training of a task; another seed is another input."""
    import jax
    from jax import lax

    forward, loss_of, update = network(task), loss_function(task), rule(task)
    whole, rest = divmod(len(task.x), task.batch)

    def objective(weights: Any, moving: Any, x: Any, y: Any) -> Any:
        logits, moving = forward(weights, moving, x, training=True)
        return loss_of(logits, y), moving

    def step(carry: Any, batch: Any) -> Any:
        weights, moving, memory = carry
        (loss, moving), gradients = jax.value_and_grad(objective, has_aux=True)(weights, moving, *batch)
        weights, memory = update(weights, gradients, memory)
        return (weights, moving, memory), loss * len(batch[0])

    def evaluate(carry: Any, x: Any, y: Any) -> Any:
        logits, _ = forward(*carry[:2], x, training=False)
        right = (logits[:, 0] > 0) == y if task.binary else logits.argmax(1) == y
        return loss_of(logits, y), right.mean()

    def epoch(carry: Any, key: Any, rows: Any) -> Any:
        order = jax.random.permutation(key, len(task.x))
        x, y = rows["x"][order], rows["y"][order]
        cut = whole * task.batch
        batches = tuple(part[:cut].reshape(whole, task.batch, *part.shape[1:]) for part in (x, y))
        carry, losses = lax.scan(step, carry, batches)
        total = losses.sum()
        if rest:
            carry, loss = step(carry, (x[cut:], y[cut:]))
            total += loss
        validation = evaluate(carry, rows["test_x"], rows["test_y"]) if task.validated else ()
        return carry, (total / len(task.x), validation)

    def training(weights: Any, moving: Any, keys: Any, rows: Any) -> Any:
        carry = (weights, moving, memory_of(task, weights))
        carry, history = lax.scan(lambda carry, key: epoch(carry, key, rows), carry, keys)
        judged = "test_" if len(task.test_x) else ""
        return evaluate(carry, rows[f"{judged}x"], rows[f"{judged}y"])[1], history

    compiled: Callable[..., Any] = jax.jit(training)
    return compiled


def network(task: Task) -> Callable[..., Any]:
    """The way from rows (N, D) to logits (N, K)."""
    import jax

    layers = task.layers
    functions: dict[str, Any] = {layers[-1].name: None}  # its activation is part of the loss
    for placed in layers[:-1]:
        if isinstance(placed.spec, Dense):
            name = activation(placed.spec)
            if name not in ACTIVATIONS:
                raise Unsupported(f"activation {name}")
            functions[placed.name] = getattr(jax.nn, name)

    def forward(weights: Any, moving: Any, x: Any, *, training: bool) -> Any:
        after = []
        for placed, (a, b), (mean, variance) in zip(layers, weights, moving, strict=True):
            if isinstance(placed.spec, BatchNormalization):
                seen = (x.mean(0), x.var(0)) if training else (mean, variance)
                x = a * (x - seen[0]) / (seen[1] + placed.spec.epsilon) ** 0.5 + b
                keep = placed.spec.momentum
                after.append(
                    tuple(keep * old + (1 - keep) * new for old, new in zip((mean, variance), seen, strict=True))
                )
            else:
                x = x @ a + b
                after.append((mean, variance))
                if (function := functions[placed.name]) is not None:
                    x = function(x)
        return x, after

    return forward


def loss_function(task: Task) -> Callable[[Any, Any], Any]:
    """The mean cross-entropy of logits (N, K) and class numbers (N,)."""
    import jax

    def binary(logits: Any, y: Any) -> Any:
        return (jax.nn.softplus(logits[:, 0]) - y * logits[:, 0]).mean()

    def categorical(logits: Any, y: Any) -> Any:
        return -(jax.nn.one_hot(y, logits.shape[1]) * jax.nn.log_softmax(logits)).sum(1).mean()

    return binary if task.binary else categorical


def memory_of(task: Task, weights: Any) -> Any:
    """What the optimizer remembers before the first step."""
    import jax
    import jax.numpy as jnp

    zeros = jax.tree.map(jnp.zeros_like, weights)
    match task.optimizer:
        case Adam():
            return zeros, zeros, jnp.zeros(())
        case Sgd() as chosen:
            return zeros if chosen.momentum else ()


def rule(task: Task) -> Callable[[Any, Any, Any], Any]:
    """One step of the optimizer: weights, gradients and memory in, weights and memory out."""
    import jax

    chosen, rate = task.optimizer, task.rate
    step = adam(chosen, rate) if isinstance(chosen, Adam) else sgd(chosen, rate)
    if chosen.clipvalue or chosen.global_clipnorm:
        raise Unsupported("this way of clipping")
    if (bound := chosen.clipnorm) is None:
        return step

    def clipped(g: Any) -> Any:
        return g * bound / jax.numpy.maximum((g**2).sum() ** 0.5, bound)

    return lambda weights, gradients, memory: step(weights, jax.tree.map(clipped, gradients), memory)


def sgd(chosen: Sgd, rate: float) -> Callable[[Any, Any, Any], Any]:
    """Gradient descent, with momentum or without."""
    from jax import tree

    if chosen.nesterov:
        raise Unsupported("Nesterov's momentum")

    def plain(weights: Any, gradients: Any, memory: Any) -> Any:
        return tree.map(lambda w, g: w - rate * g, weights, gradients), memory

    def moving(weights: Any, gradients: Any, velocity: Any) -> Any:
        velocity = tree.map(lambda v, g: chosen.momentum * v - rate * g, velocity, gradients)
        return tree.map(lambda w, v: w + v, weights, velocity), velocity

    return moving if chosen.momentum else plain


def adam(chosen: Adam, rate: float) -> Callable[[Any, Any, Any], Any]:
    """Adam as Keras computes it."""
    from jax import tree

    def step(weights: Any, gradients: Any, memory: Any) -> Any:
        m, v, t = memory
        t = t + 1
        m = tree.map(lambda m, g: chosen.beta_1 * m + (1 - chosen.beta_1) * g, m, gradients)
        v = tree.map(lambda v, g: chosen.beta_2 * v + (1 - chosen.beta_2) * g * g, v, gradients)
        scale = rate * (1 - chosen.beta_2**t) ** 0.5 / (1 - chosen.beta_1**t)
        return tree.map(lambda w, m, v: w - scale * m / (v**0.5 + chosen.epsilon), weights, m, v), (m, v, t)

    return step
