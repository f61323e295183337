"""Builds specs with every component that a Keras model can hold, few to a network."""

from __future__ import annotations

from typing import Any

from models.specs.activations import ActivationBase
from models.specs.initializers import InitializerBase
from models.specs.layers import Dense, LayerBase, Residual
from models.specs.losses import LossBase
from models.specs.metrics import MetricBase
from models.specs.optimizers import CLIP_MODES, OptimizerBase
from models.specs.spec import Component, concrete

FOUND: dict[str, dict[str, Any]] = {  # what a component needs
    "threshold": {"threshold": 0.1, "default_value": 0.0},
    "dropout": {"rate": 0.1},
    "alpha_dropout": {"rate": 0.2},
    "gaussian_noise": {"stddev": 0.3},
    "gaussian_dropout": {"rate": 0.4, "seed": 7},
    "activation": {"activation": "tanh"},
}
SCHEDULES: list[dict[str, Any]] = [
    {"type": "exponential_decay", "initial_learning_rate": 0.05, "decay_steps": 4, "decay_rate": 0.5},
    {"type": "cosine_decay", "initial_learning_rate": 0.01, "decay_steps": 6, "warmup_target": 0.05, "warmup_steps": 3},
    {"type": "piecewise_constant_decay", "boundaries": [2, 5], "values": [0.05, 0.02, 0.01]},
    {"type": "polynomial_decay", "initial_learning_rate": 0.05, "decay_steps": 4, "cycle": True},
    {"type": "inverse_time_decay", "initial_learning_rate": 0.05, "decay_steps": 4, "decay_rate": 0.5},
]
CHANGED: list[dict[str, Any]] = [  # with arguments that are not the defaults
    {"type": "sgd", "learning_rate": 0.0123, "momentum": 0.9, "nesterov": True, "weight_decay": 0.01},
    {"type": "rmsprop", "momentum": 0.5, "centered": True, "rho": 0.8},
    {"type": "adam", "amsgrad": True, "use_ema": True, "ema_momentum": 0.8, "ema_overwrite_frequency": 2},
    {"type": "adagrad", "initial_accumulator_value": 0.5, "epsilon": 0.01},
]
LOSSES: list[dict[str, Any]] = [
    {"type": "binary_crossentropy", "from_logits": True, "label_smoothing": 0.1},
    {"type": "binary_focal_crossentropy", "alpha": 0.4, "gamma": 1.5, "apply_class_balancing": True},
    {"type": "sparse_categorical_crossentropy", "ignore_class": 0},
]
METRICS: list[dict[str, Any]] = [
    {"type": "auc", "curve": "PR", "num_thresholds": 50, "summation_method": "minoring"},
    {"type": "auc", "thresholds": [0.25, 0.75]},
    {"type": "precision", "thresholds": 0.4, "class_id": 0},
    {"type": "recall", "top_k": 1},
    {"type": "f1", "average": "micro", "threshold": 0.3},
    {"type": "top_k", "k": 2},
    {"type": "binary_accuracy", "threshold": 0.7},
    {"type": "binary_crossentropy", "label_smoothing": 0.1, "from_logits": True},
]
INITIALIZERS: list[dict[str, Any]] = [
    {"type": "constant", "value": 0.3},
    {"type": "random_normal", "mean": 0.1, "stddev": 0.2, "seed": 11},
    {"type": "random_uniform", "minval": 0, "maxval": 1},
    {"type": "truncated_normal", "mean": 0.1, "stddev": 0.7},
    {"type": "variance_scaling", "scale": 2.0, "mode": "fan_avg", "distribution": "untruncated_normal", "seed": 3},
    {"type": "orthogonal", "gain": 1.4},
]
ACTIVATIONS: list[dict[str, Any]] = [
    {"type": "relu", "negative_slope": 0.1, "max_value": 4.0, "threshold": 0.5},
    {"type": "gelu", "approximate": True},
    {"type": "squareplus", "b": 2.0},
    {"type": "elu", "alpha": 0.7},
]


def every(family: type[Component]) -> list[dict[str, Any]]:
    """Each member of a family, with no more than it needs."""
    names = [member.type_name() for member in concrete(family) if member is not Residual]
    return [{"type": name, **FOUND.get(name, {})} for name in names]


def dense(**more: Any) -> dict[str, Any]:
    """A layer of four units."""
    return {"type": "dense", "units": 4, **more}


def job(layers: list[Any], **training: Any) -> dict[str, Any]:
    """A job around layers."""
    return {
        "data": {"source": {"type": "blobs", "n_samples": 60, "centers": 2, "n_features": 4, "random_state": 3}},
        "architecture": {"layers": layers},
        "training": {"loss": "binary_crossentropy", "epochs": 1, **training},
    }


OUT = {"type": "dense", "units": 1, "activation": "sigmoid"}
NETWORKS: dict[str, list[Any]] = {
    "activations": [dense(activation=chosen) for chosen in [*every(ActivationBase), *ACTIVATIONS]],
    "initializers": [dense(kernel_initializer=chosen) for chosen in [*every(InitializerBase), *INITIALIZERS]],
    "layers": [*[layer for layer in every(LayerBase) if layer["type"] != Dense.type_name()], OUT],
    "arguments": [
        dense(
            use_bias=False,
            kernel_regularizer={"type": "l1_l2", "l1": 0.1, "l2": 0.2},
            kernel_constraint={"type": "max_norm", "max_value": 1.5, "axis": 1},
            activity_regularizer="l1",
        ),
        dense(bias_regularizer="l2", bias_constraint="non_neg", kernel_constraint="unit_norm", bias_initializer="ones"),
        {"type": "batch_normalization", "momentum": 0.9, "scale": False, "beta_regularizer": {"type": "l1", "l1": 0.3}},
        {"type": "layer_normalization", "epsilon": 0.01, "gamma_constraint": "non_neg"},
        {"type": "prelu", "alpha_initializer": {"type": "constant", "value": 0.25}, "alpha_regularizer": "l2"},
        {"type": "leaky_relu", "negative_slope": 0.1},
        {"type": "relu", "max_value": 6.0, "negative_slope": 0.1, "threshold": 0.2},
        {"type": "elu", "alpha": 0.5},
        {"type": "dense", "units": 3, "activation": "softmax", "repeat": 2},
    ],
    "blocks": [
        dense(activation="relu"),
        {
            "type": "residual",
            "repeat": 2,
            "layers": [
                dense(activation={"type": "leaky_relu", "negative_slope": 0.1}),
                {"type": "residual", "layers": ["elu"]},
                {"type": "residual", "layers": [dense(repeat=2)]},
                dense(),
            ],
        },
        {"type": "residual", "layers": [{"type": "residual", "layers": [dense()]}]},
        OUT,
    ],
}
OPTIMIZERS: list[dict[str, Any]] = [
    *every(OptimizerBase),
    *[{"type": "adam", mode: 0.5} for mode in CLIP_MODES],
    *[{"type": "sgd", "learning_rate": schedule} for schedule in SCHEDULES],
    *CHANGED,
]
ALL_LOSSES = [*every(LossBase), *LOSSES]
ALL_METRICS = [*every(MetricBase), *METRICS]
