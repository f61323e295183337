"""An endless list of ordinary configurations, always the same one.

Whether a configuration is healthy is not decided here but by the score of the trained network
(:func:`benchmarks.diagnosis.reference.complaint`): the benchmark walks down the list until it has enough healthy ones
and names those that it left out.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence

from benchmarks.diagnosis.case import Case
from benchmarks.diagnosis.tasks import TASKS, Task
from benchmarks.networks import Document

WIDTHS = ((16, 24, 32), (16, 32, 64), (16, 32, 64, 128, 256))  # of deep, middling and shallow networks
DEPTHS = (1, 2, 2, 3, 3, 4, 5, 6, 8, 10, 12, 15, 20)
# Activations with an initializer that fits, and the greatest depth at which people use them without normalization.
PAIRS = (
    ("relu", "he_normal", 20),
    ("relu", "he_uniform", 20),
    ("tanh", "glorot_uniform", 20),
    ("tanh", "orthogonal", 20),
    ("selu", "lecun_normal", 20),
    ("elu", "he_normal", 20),
    ("leaky_relu", "he_normal", 20),
    ("relu", "glorot_uniform", 5),
    ("gelu", "he_normal", 8),
    ("silu", "he_normal", 8),
    ("mish", "he_uniform", 8),
    ("softsign", "glorot_normal", 6),
    ("softplus", "glorot_uniform", 3),
    ("sigmoid", "glorot_uniform", 2),
)
SHALLOW = ("plain", "plain", "plain", "batch_norm", "batch_norm", "layer_norm", "dropout", "residual", "l2")
DEEP = ("plain", "batch_norm", "layer_norm", "residual")
MOMENTUM = {"type": "sgd", "learning_rate": 0.01, "momentum": 0.9}


def cases() -> Iterator[Case]:
    """Every task in turn, with a drawn network and a drawn training."""
    draw = random.Random(2026)  # noqa: S311 - nobody guesses at a benchmark
    number = 0
    while True:
        order = list(TASKS)
        draw.shuffle(order)
        for task in order:
            number += 1
            yield configuration(number, task, draw)


def configuration(number: int, task: Task, draw: random.Random) -> Case:
    """One configuration."""
    depth = draw.choice(DEPTHS)
    width = draw.choice(WIDTHS[2] if depth <= 3 else WIDTHS[1] if depth <= 8 else WIDTHS[0])
    style = draw.choice(SHALLOW if depth < 10 else DEEP)
    normalized = style in {"batch_norm", "layer_norm", "residual"}
    activation, initializer, _ = draw.choice([pair for pair in PAIRS if depth <= pair[2] or normalized])
    hidden = body(style, depth, width, activation, initializer)
    output, goal = task.output(draw)
    batch = draw.choice((16, 32, 64))
    steps_per_epoch = math.ceil(task.train / batch)
    epochs = min(200, max(20, draw.choice((600, 900, 1400)) // steps_per_epoch))
    optimizer = draw.choice(optimizers(epochs * steps_per_epoch))
    kind = optimizer["type"] + ("" if isinstance(optimizer["learning_rate"], float) else " with a schedule")
    name = f"{number:03} {task.name} {depth}x{width} {activation} {style} {kind}"
    document = {
        "name": name,
        "data": task.data(draw),
        "architecture": {"layers": [*hidden, output]},
        "training": {**goal, "optimizer": optimizer, "epochs": epochs, "batch_size": batch},
        "seed": number,
    }
    return Case(name, "healthy", document)


def body(style: str, depth: int, width: int, activation: str, initializer: str) -> list[Document]:
    """Hidden layers with ``depth`` kernels."""
    dense: Document = {"type": "dense", "units": width, "kernel_initializer": initializer}
    act: Document = {"type": "activation", "activation": activation}
    active = {**dense, "activation": activation}
    match style:
        case "batch_norm":
            return [dense, {"type": "batch_normalization", "momentum": 0.9}, act] * depth
        case "layer_norm":
            return [dense, {"type": "layer_normalization"}, act] * depth
        case "dropout":
            return [active, {"type": "dropout", "rate": 0.2}] * depth
        case "l2":
            return [{**active, "kernel_regularizer": {"type": "l2", "l2": 1e-4}, "repeat": depth}]
        case "residual":
            inner = [{"type": "layer_normalization"}, act, dense]
            return [active, *([{"type": "residual", "layers": inner, "repeat": depth - 1}] if depth > 1 else [])]
        case _:
            return [{**active, "repeat": depth}]


def optimizers(steps: int) -> Sequence[Document]:
    """Every optimizer at a usual rate, with and without clipping and schedules.

    Args:
        steps: of the whole training, which schedules divide.
    """
    cosine = {"type": "cosine_decay", "initial_learning_rate": 0.003, "decay_steps": steps}
    warm = {**cosine, "initial_learning_rate": 0.0, "warmup_target": 0.003, "warmup_steps": steps // 10}
    falling = {"type": "exponential_decay", "initial_learning_rate": 0.02, "decay_steps": steps // 4, "decay_rate": 0.5}
    stairs = {"type": "piecewise_constant_decay", "boundaries": [steps // 2], "values": [0.003, 0.0003]}
    line = {"type": "polynomial_decay", "initial_learning_rate": 0.003, "decay_steps": steps}
    return (
        {"type": "adam", "learning_rate": 0.001},
        {"type": "adam", "learning_rate": 0.003},
        {"type": "adam", "learning_rate": 0.003, "global_clipnorm": 1.0},
        MOMENTUM,
        {**MOMENTUM, "nesterov": True},
        {**MOMENTUM, "global_clipnorm": 1.0},
        {"type": "sgd", "learning_rate": 0.05},
        {"type": "rmsprop", "learning_rate": 0.001},
        {"type": "adamw", "learning_rate": 0.002},
        {"type": "nadam", "learning_rate": 0.001},
        {"type": "adamax", "learning_rate": 0.005},
        {"type": "adagrad", "learning_rate": 0.05},
        {"type": "lion", "learning_rate": 0.0003},
        {"type": "adam", "learning_rate": cosine},
        {"type": "adam", "learning_rate": warm},
        {"type": "adam", "learning_rate": stairs},
        {"type": "rmsprop", "learning_rate": line},
        {"type": "sgd", "learning_rate": falling, "momentum": 0.9},
    )
