"""Values out of range, values that do not fit each other, and values too large or too deep for any machine."""

from __future__ import annotations

import math
from typing import Any

LAYER = "/architecture/layers/0"
OUTPUT = "/architecture/layers/1"
SOURCE = "/data/source"
OPTIMIZER = "/training/optimizer"


def nested(levels: int, inner: Any = None, *, key: str | None = None) -> Any:
    """Lists in lists, or objects in objects."""
    for _ in range(levels):
        inner = [inner] if key is None else {key: inner}
    return inner


def residual(levels: int) -> dict[str, Any]:
    """Residual blocks in residual blocks."""
    layer: dict[str, Any] = {"type": "dense", "units": 5}
    for _ in range(levels):
        layer = {"type": "residual", "layers": [layer]}
    return layer


# A value at a place of the contract's job, and the place of the error where it is another one.
RANGES: list[tuple[str, Any] | tuple[str, Any, str]] = [
    # out of range
    (f"{LAYER}/units", 0),
    (f"{LAYER}/units", -1),
    (f"{LAYER}/units", 10**9),
    (f"{LAYER}/repeat", 0),
    (f"{LAYER}/repeat", 10**6),
    ("/architecture/layers", []),
    (f"{SOURCE}/n_samples", 0),
    (f"{SOURCE}/n_samples", -5),
    (f"{SOURCE}/n_samples", 10**8),
    (f"{SOURCE}/noise", -0.1),
    (f"{SOURCE}/factor", 1),
    (f"{SOURCE}/factor", -0.5),
    (f"{SOURCE}/random_state", -1),
    (f"{SOURCE}/random_state", 2**32),
    ("/data/scaler/feature_range", []),
    ("/data/scaler/feature_range", [0]),
    ("/data/scaler/feature_range", [0, 1, 2]),
    ("/data/split/train_size", 0),
    ("/training/epochs", 0),
    ("/training/epochs", -3),
    ("/training/epochs", 10**9),
    ("/training/batch_size", 0),
    ("/training/batch_size", 10**9),
    (f"{OPTIMIZER}/learning_rate", -0.01),
    (f"{OPTIMIZER}/learning_rate", 1e300),
    (f"{OPTIMIZER}/momentum", 1.5),
    (f"{OPTIMIZER}/momentum", -0.1),
    (f"{OPTIMIZER}/clipnorm", 0),
    (f"{OPTIMIZER}/clipnorm", -1),
    (f"{OPTIMIZER}/ema_momentum", 1.5),
    (f"{OPTIMIZER}/ema_overwrite_frequency", 0),
    (f"{OPTIMIZER}/weight_decay", -0.1),
    ("/diagnostics/probe_size", 0),
    ("/diagnostics/probe_size", 513),
    ("/diagnostics/every", 0),
    ("/seed", -1),
    ("/seed", 2**32),
    ("/name", "x" * 201),
    ("/labels/course", "x" * 201),
    ("/labels", {str(i): "" for i in range(65)}),
    ("/training/metrics", ["mae"] * 17),
    ("/training/class_weight", {}),
    ("/training/class_weight", {"0": -1}, "/training/class_weight/0"),
    (f"{LAYER}/kernel_initializer", {"type": "variance_scaling", "scale": 0}, f"{LAYER}/kernel_initializer/scale"),
    (f"{LAYER}/kernel_initializer", {"type": "variance_scaling", "mode": "fan"}, f"{LAYER}/kernel_initializer/mode"),
    (f"{LAYER}/kernel_regularizer", {"type": "l1", "l1": -1}, f"{LAYER}/kernel_regularizer/l1"),
    (f"{LAYER}/kernel_regularizer", {"type": "l2", "l1": 1}, f"{LAYER}/kernel_regularizer/l1"),
    (f"{LAYER}/kernel_constraint", {"type": "max_norm", "axis": 2}, f"{LAYER}/kernel_constraint/axis"),
    ("/architecture/layers/0", {"type": "dropout", "rate": 1.5}, f"{LAYER}/rate"),
    ("/architecture/layers/0", {"type": "alpha_dropout", "rate": 1}, f"{LAYER}/rate"),
    ("/architecture/layers/0", {"type": "gaussian_noise", "stddev": 1.5}, f"{LAYER}/stddev"),
    ("/architecture/layers/0", {"type": "leaky_relu", "negative_slope": -0.1}, f"{LAYER}/negative_slope"),
    ("/architecture/layers/0", {"type": "residual", "layers": []}, f"{LAYER}/layers"),
    ("/architecture/layers/0", {"type": "residual", "layers": ["x"]}, f"{LAYER}/layers/0"),
    ("/training/loss", {"type": "binary_crossentropy", "label_smoothing": 1.5}, "/training/loss/label_smoothing"),
    ("/training/loss", {"type": "binary_crossentropy", "delta": 1}, "/training/loss/delta"),
    ("/training/loss", {"type": "huber", "delta": 0}, "/training/loss/delta"),
    ("/training/metrics/0", {"type": "precision", "thresholds": 2}, "/training/metrics/0/thresholds"),
    ("/training/metrics/0", {"type": "f1", "average": None}, "/training/metrics/0/average"),
    ("/training/metrics/0", {"type": "auc", "curve": "DET"}, "/training/metrics/0/curve"),
    ("/training/early_stopping", {"patience": -1}, "/training/early_stopping/patience"),
    ("/training/early_stopping", {"mode": "best"}, "/training/early_stopping/mode"),
    ("/training/early_stopping", {"verbose": 1}, "/training/early_stopping/verbose"),
    # numbers that no computer likes
    (f"{LAYER}/units", 10**400),
    (f"{LAYER}/units", 1e308),
    (f"{SOURCE}/noise", 10**400),
    (f"{SOURCE}/noise", 1e308),
    (f"{SOURCE}/noise", math.nan),
    (f"{SOURCE}/noise", math.inf),
    (f"{LAYER}/kernel_initializer/maxval", -math.inf),
    (f"{OPTIMIZER}/learning_rate", math.nan),
    (f"{OPTIMIZER}/learning_rate", math.inf),
    (f"{OPTIMIZER}/learning_rate", 10**400),
    ("/seed", 10**5000),
    ("/seed", math.nan),
    ("/training/epochs", math.inf),
    ("/data/scaler/feature_range/1", math.nan),
    ("/name", "\ud800"),
    # inconsistent
    (f"{LAYER}/kernel_initializer/minval", 2),
    ("/data/scaler/feature_range", [1, -1]),
    ("/data/scaler/feature_range", [1, 1]),
    ("/data/scaler", {"type": "robust", "quantile_range": [75, 25]}, "/data/scaler/quantile_range"),
    ("/data/scaler", {"type": "robust", "quantile_range": [-1, 25]}, "/data/scaler/quantile_range"),
    ("/data/scaler", {"type": "quantile", "n_quantiles": 100, "subsample": 50}, "/data/scaler/n_quantiles"),
    ("/data/scaler", {"type": "power", "method": "box-cox"}, "/data/scaler/method"),
    ("/data/split/train_size", 1000),
    ("/data/split/train_size", 1001),
    ("/data/split", {"type": "random", "test_size": 1000}, "/data/split/test_size"),
    ("/data/split", {"type": "random", "test_size": 0}, "/data/split/test_size"),
    ("/data/split", {"type": "random", "test_size": 1.5}, "/data/split/test_size"),
    ("/data/split", {"type": "random", "test_size": 0.9999}, "/data/split/test_size"),
    (
        "/data/split",
        {"type": "random", "test_size": 1, "stratify": True},
        "/data/split/stratify",
    ),
    (f"{OUTPUT}/units", 3),
    ("/training/loss", "categorical_crossentropy", f"{OUTPUT}/units"),
    ("/training/loss", "categorical_hinge", f"{OUTPUT}/units"),
    ("/training/loss", "sparse_categorical_crossentropy", f"{OUTPUT}/units"),
    ("/training/metrics/0", "sparse_categorical_crossentropy", "/training/metrics/0"),
    ("/training/metrics/0", {"type": "precision", "class_id": 1}, "/training/metrics/0"),
    ("/training/metrics/0", {"type": "recall", "top_k": 2}, "/training/metrics/0"),
    (OPTIMIZER, {"type": "sgd", "clipnorm": 1, "clipvalue": 1}, f"{OPTIMIZER}/clipvalue"),
    (OPTIMIZER, {"type": "adam", "clipvalue": 1, "global_clipnorm": 1}, f"{OPTIMIZER}/global_clipnorm"),
    (
        f"{OPTIMIZER}/learning_rate",
        {"type": "piecewise_constant_decay", "boundaries": [10], "values": [0.1, 0.2, 0.3]},
        f"{OPTIMIZER}/learning_rate/values",
    ),
    (
        f"{OPTIMIZER}/learning_rate",
        {"type": "piecewise_constant_decay", "boundaries": [10, 5], "values": [0.1, 0.2, 0.3]},
        f"{OPTIMIZER}/learning_rate/boundaries/1",
    ),
    (
        f"{OPTIMIZER}/learning_rate",
        {"type": "exponential_decay", "initial_learning_rate": 0.1, "decay_steps": 0, "decay_rate": 0.5},
        f"{OPTIMIZER}/learning_rate/decay_steps",
    ),
    ("/training/early_stopping", {"monitor": "val_f1"}, "/training/early_stopping/monitor"),
    ("/training/early_stopping", {"monitor": "acc"}, "/training/early_stopping/monitor"),
    ("/training/class_weight", {"2": 1.0}, "/training/class_weight/2"),
    ("/training/class_weight", {"a/b": 1.0}, "/training/class_weight/a~1b"),
    (f"{LAYER}/bias_initializer", "identity"),
    (f"{LAYER}/bias_initializer", {"type": "orthogonal"}, f"{LAYER}/bias_initializer"),
    (f"{LAYER}/bias_constraint", {"type": "max_norm", "axis": 1}, f"{LAYER}/bias_constraint/axis"),
    (
        "/architecture/layers/1",
        {"type": "residual", "layers": [{"type": "dense", "units": 6}]},
        "/architecture/layers/1/layers",
    ),
    ("/architecture/layers/1", residual(5), "/architecture/layers/1/layers/0/layers/0/layers/0/layers/0"),
    # too large together
    ("/architecture/layers/0/units", 4096, "/architecture/layers"),
    (LAYER, {"type": "dense", "units": 5, "repeat": 256}, "/architecture/layers"),
    (LAYER, {"type": "residual", "layers": [{"type": "elu", "repeat": 100}], "repeat": 100}, "/architecture/layers"),
    # too deep
    (LAYER, residual(40), "/architecture" + "/layers/0" * 15 + "/layers"),
    ("/labels", nested(5000, key="a"), "/labels" + "/a" * 31),
    (f"{LAYER}/activation", nested(5000), f"{LAYER}/activation" + "/0" * 28),
    ("/data", nested(50_000), "/data" + "/0" * 31),
]
