"""Lists the arguments of Keras's constructors that specs leave out, with the values that are harmless."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from models.specs.activations.base import ActivationBase
from models.specs.initializers import InitializerBase
from models.specs.layers import LayerBase, LeakyReLU
from models.specs.losses import LossBase
from models.specs.metrics import MetricBase
from models.specs.optimizers import OptimizerBase
from models.specs.spec import Component

Harmless = Callable[[Any], bool]


def anything(value: Any) -> bool:
    """Decides nothing, whatever it is."""
    del value
    return True


def one_of(*values: Any) -> Harmless:
    """Harmless as one of these; the first is the default."""
    return lambda value: any(type(value) is type(known) and value == known for known in values)


def single(value: Any) -> bool:
    """float32, in any of the ways in which Keras says it."""
    if isinstance(value, dict):
        value = value["config"].get("name") if isinstance(value.get("config"), dict) else value
    return value is None or value == "float32"


NULL = one_of(None)
OFF = one_of(False, None)
LAST = one_of(-1, 1, [-1], [1])

EVERYWHERE: Mapping[str, Harmless] = {"name": anything, "dtype": single, "autocast": anything}
OF_LAYERS: Mapping[str, Harmless] = {
    "activity_regularizer": NULL,
    "adjustment": NULL,
    "axis": LAST,
    "batch_input_shape": anything,  # read as the width of a row
    "batch_shape": anything,
    "fused": anything,
    "lora_alpha": NULL,
    "lora_rank": NULL,
    "noise_shape": NULL,
    "quantization_config": NULL,
    "quantization_mode": NULL,
    "renorm": OFF,
    "renorm_clipping": NULL,
    "renorm_momentum": anything,
    "rms_scaling": OFF,
    "shared_axes": NULL,
    "synchronized": OFF,
    "trainable": one_of(True),
    "virtual_batch_size": NULL,
}
BY_FAMILY: Mapping[type[Component], Mapping[str, Harmless]] = {
    ActivationBase: OF_LAYERS,  # Keras takes layers for activations
    InitializerBase: {"input_axes": NULL, "output_axes": NULL},
    LayerBase: OF_LAYERS,
    LossBase: {"axis": LAST, "fn": anything, "reduction": one_of("sum_over_batch_size", "auto", "mean")},
    MetricBase: {
        "axis": LAST,
        "fn": anything,
        "from_sorted_ids": OFF,
        "label_weights": NULL,
        "num_labels": NULL,
        "num_regressors": one_of(0),
    },
    OptimizerBase: {
        "decay": one_of(0, 0.0, None),
        "gradient_accumulation_steps": NULL,
        "is_legacy_optimizer": anything,
        "jit_compile": anything,
        "loss_scale_factor": NULL,
    },
}
RENAMED: Mapping[type[Component], Mapping[str, str]] = {LeakyReLU: {"alpha": "negative_slope"}}  # by Keras 3


def harmless(family: type[Component], name: str) -> Harmless | None:
    """What decides whether an argument may be left out; None where it is unknown."""
    return BY_FAMILY.get(family, {}).get(name) or EVERYWHERE.get(name)
