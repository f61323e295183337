"""Reads a compile config: optimizer, loss and metrics."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from models.keras_config.component import component
from models.keras_config.forms import parsed
from models.keras_config.notes import Notes
from models.specs import limits
from models.specs.losses import LossBase
from models.specs.messages import received
from models.specs.metrics import MetricBase
from models.specs.optimizers import OptimizerBase
from models.specs.spec import Path

# How Keras computes, not what.
IGNORED = frozenset({"auto_scale_loss", "from_serialized", "jit_compile", "run_eagerly", "steps_per_execution"})
READ = frozenset(
    {"optimizer", "optimizer_config", "loss", "loss_weights", "metrics", "sample_weight_mode", "weighted_metrics"}
)


@dataclass(frozen=True)
class Compiled:
    """The arguments of ``compile``; None or empty where they were not given."""

    optimizer: OptimizerBase | None = None
    loss: LossBase | None = None
    metrics: tuple[MetricBase, ...] = ()


def read_compiled(value: Any, path: Path, notes: Notes) -> Compiled:
    """Read a compile config, as ``get_compile_config()`` returns it or as an H5 file has it.

    Args:
        value: any JSON value, or text that holds one; null is a model that was not compiled.
        path: where it stands.
        notes: gets what cannot be taken over.
    """
    before = len(notes.errors)
    value = parsed(value, path, notes)
    if value is None or len(notes.errors) > before:
        return Compiled()
    if not isinstance(value, dict):
        notes.refuse(path, f"must be an object, as get_compile_config() returns it, got {received(value)}")
        return Compiled()
    for key in value:
        if key not in READ | IGNORED:
            notes.refuse((*path, key), f"{received(key)} is not supported in a compile config")
    if not _neutral(value.get("loss_weights")):
        notes.refuse((*path, "loss_weights"), "a weighted loss is not supported")
    if value.get("weighted_metrics"):
        notes.warn((*path, "weighted_metrics"), "weighted metrics are not taken over")
    if value.get("sample_weight_mode") is not None:
        notes.warn((*path, "sample_weight_mode"), "a mode of sample weights is not taken over")
    key = "optimizer" if value.get("optimizer") is not None else "optimizer_config"
    optimizer, loss = value.get(key), value.get("loss")
    at, loss = _only(loss, (*path, "loss"), notes)
    return Compiled(
        optimizer=None if optimizer is None else component(OptimizerBase, optimizer, (*path, key), notes),
        loss=None if loss is None else component(LossBase, loss, at, notes),
        metrics=_metrics(value.get("metrics"), (*path, "metrics"), notes),
    )


def _neutral(weights: Any) -> bool:
    """Whether they leave a loss as it is."""
    members = list(weights.values()) if isinstance(weights, dict) else weights
    return members is None or (isinstance(members, list) and len(members) <= 1 and all(w in (None, 1) for w in members))


def _only(value: Any, path: Path, notes: Notes) -> tuple[Path, Any]:
    """The one entry of a list, or of an object by output, and its place; anything else as it is."""
    if isinstance(value, dict) and "class_name" not in value:
        entries: list[tuple[str | int, Any]] = list(value.items())
    elif isinstance(value, list):
        entries = list(enumerate(value))
    else:
        return path, value
    if len(entries) != 1:
        notes.refuse(path, f"a network here has one output, got {received(value)}")
        return path, None
    key, only = entries[0]
    return (*path, key), only


def _metrics(value: Any, path: Path, notes: Notes) -> tuple[MetricBase, ...]:
    """The metrics of the one output."""
    if value is None or value in ([], {}):
        return ()
    nested = isinstance(value, list) and len(value) == 1 and isinstance(value[0], list)
    if nested or (isinstance(value, dict) and "class_name" not in value):
        path, value = _only(value, path, notes)
    if value is None:
        return ()
    items = list(enumerate(value)) if isinstance(value, list) else [("", value)]
    if len(items) > limits.MAX_METRICS:
        notes.refuse(path, f"must have at most {limits.MAX_METRICS} values, got {received(value)}")
        return ()
    read = [component(MetricBase, item, (*path, i) if i != "" else path, notes) for i, item in items]
    return tuple(metric for metric in read if metric is not None)
