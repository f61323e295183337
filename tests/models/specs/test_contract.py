"""Every component against the constructor that it names: the real Keras, the real scikit-learn."""

from __future__ import annotations

import importlib
import inspect
from typing import Any

import keras
import numpy as np
import pytest

from models.specs import (
    activations,
    constraints,
    initializers,
    layers,
    losses,
    metrics,
    optimizers,
    regularizers,
    scalers,
    schedules,
    sources,
    splits,
)
from models.specs.shorthand import spellings
from models.specs.spec import Component, concrete
from models.specs.training import EarlyStopping

FAMILIES: dict[type[Component], Any] = {
    activations.ActivationBase: activations.ActivationUnion,
    constraints.ConstraintBase: constraints.ConstraintUnion,
    initializers.InitializerBase: initializers.InitializerUnion,
    layers.LayerBase: layers.LayerUnion,
    losses.LossBase: losses.LossUnion,
    metrics.MetricBase: metrics.MetricUnion,
    optimizers.OptimizerBase: optimizers.OptimizerUnion,
    regularizers.RegularizerBase: regularizers.RegularizerUnion,
    scalers.ScalerBase: scalers.ScalerUnion,
    schedules.ScheduleBase: schedules.ScheduleUnion,
    sources.SourceBase: sources.SourceUnion,
    splits.SplitBase: splits.SplitUnion,
}

# Arguments that no spec has, and why. By family, then by type.
LEFT_OUT: dict[type[Component], set[str]] = {
    # Rows are samples: the last axis is the only one to act on.
    activations.ActivationBase: {"axis"},
    constraints.ConstraintBase: set(),
    # A dense kernel has one input axis and one output axis.
    initializers.InitializerBase: {"input_axes", "output_axes"},
    # More than two dimensions, many devices, finished models that are tuned further.
    layers.LayerBase: {
        "axis",
        "lora_alpha",
        "lora_rank",
        "noise_shape",
        "quantization_config",
        "renorm",
        "renorm_clipping",
        "renorm_momentum",
        "shared_axes",
        "synchronized",
    },
    # The mean over the batch; names and number formats decide nothing here.
    losses.LossBase: {"axis", "dtype", "name", "reduction"},
    metrics.MetricBase: {"axis", "dtype", "name"},
    # Half precision; larger batches by another name.
    optimizers.OptimizerBase: {"gradient_accumulation_steps", "loss_scale_factor", "name"},
    regularizers.RegularizerBase: set(),
    # Decides nothing; sparse matrices.
    scalers.ScalerBase: {"copy", "ignore_implicit_zeros"},
    schedules.ScheduleBase: {"name"},
    # The form of the answer.
    sources.SourceBase: {"as_frame", "return_X_y", "return_centers"},
    # What tells the two apart.
    splits.SplitBase: {"shuffle"},
}
LEFT_OUT_OF_ONE: dict[type[Component], set[str]] = {
    metrics.Auc: {"label_weights", "num_labels"},
    metrics.R2: {"num_regressors"},
    metrics.SparseTopK: {"from_sorted_ids"},
    sources.Regression: {"coef"},
    splits.Head: {"random_state", "stratify", "test_size"},
    splits.Random: {"train_size"},
}
# Defaults that are ours, and why.
OTHER_DEFAULTS: dict[type[Component], set[str]] = {
    metrics.F1: {"average"},  # a column of a history holds one number
    splits.Head: {"train_size"},  # there is no other half to follow from
    splits.Random: {"stratify", "test_size"},  # a truth value instead of the labels; scikit-learn fills in 0.25 itself
}
UNCOVERED_ACTIVATIONS = {"glu"}  # halves the width behind its layer's back
UNCOVERED_INITIALIZERS = {"Initializer", "STFT"}  # the abstract class; convolutions


EVERY = [
    pytest.param(family, component, id=f"{family.__name__}-{component.type_name()}")
    for family in FAMILIES
    for component in concrete(family)
]


def resolve(target: str) -> Any:
    module, _, name = target.rpartition(".")
    return getattr(importlib.import_module(module), name)


def parameters(component: type[Component]) -> dict[str, inspect.Parameter]:
    found = dict(inspect.signature(resolve(component.target)).parameters)
    kept = {name: value for name, value in found.items() if value.kind not in {value.VAR_KEYWORD, value.VAR_POSITIONAL}}
    if issubclass(component, activations.ActivationBase):
        kept.pop("x")
    return kept


def plain(value: Any) -> Any:
    """A default in a form that can be compared with another framework's."""
    if isinstance(value, Component):
        return {"type": value.type_name(), **{name: plain(item) for name, item in value.arguments().items()}}
    return list(value) if isinstance(value, tuple) else value


@pytest.mark.parametrize(("family", "component"), EVERY)
def test_fields_are_arguments(family: type[Component], component: type[Component]) -> None:
    fields = {name for name in component.model_fields if name not in component.ours}
    known = set(parameters(component))
    assert fields <= known
    omitted = LEFT_OUT[family] | LEFT_OUT_OF_ONE.get(component, set())
    assert known - fields <= omitted


@pytest.mark.parametrize(("family", "component"), EVERY)
def test_defaults_are_the_same(family: type[Component], component: type[Component]) -> None:
    arguments = parameters(component)
    for name, field in component.model_fields.items():
        if name in component.ours or name in OTHER_DEFAULTS.get(component, set()):
            continue
        theirs = arguments[name].default
        if field.is_required() or component.target.startswith("models."):
            # Our own recipes leave the defaults to their specs.
            assert theirs is inspect.Parameter.empty
            continue
        ours = plain(field.default)
        if isinstance(ours, dict) and isinstance(theirs, str):
            # A component's own defaults are compared where it stands itself.
            assert ours["type"] == spellings(initializers.InitializerBase)[theirs]
        else:
            assert ours == plain(theirs), name


@pytest.mark.parametrize(("family", "component"), EVERY)
def test_is_in_its_union_and_explained(family: type[Component], component: type[Component]) -> None:
    members = FAMILIES[family].__value__.__origin__.__args__
    assert component in members
    assert component.text.en.endswith(".")
    assert component.text.es.endswith(".")
    assert component.text.en != component.text.es
    assert component.latex
    assert component.__doc__


def test_nothing_left_out_in_vain() -> None:
    for family, names in LEFT_OUT.items():
        known = {name for component in concrete(family) for name in parameters(component)}
        assert names <= known, family
    for component, names in LEFT_OUT_OF_ONE.items():
        assert names <= set(parameters(component))


def test_types_are_no_fields_of_untyped_parts() -> None:
    """Pointers tell the tag of a union from a field by this."""
    types = {component.type_name() for component in concrete(Component)}
    for part in ("job.TrainingJobSpec", "job.DiagnosticsSpec", "data.DataSpec", "architecture.ArchitectureSpec"):
        assert not types & set(resolve(f"models.specs.{part}").model_fields)
    assert not types & set(resolve("models.specs.training.TrainingSpec").model_fields)
    assert not types & set(EarlyStopping.model_fields)


def test_every_activation_of_keras() -> None:
    theirs = {name for name, value in vars(keras.activations).items() if callable(value)}
    theirs -= {"deserialize", "get", "serialize", *UNCOVERED_ACTIVATIONS}
    assert theirs <= set(spellings(activations.ActivationBase))


def test_every_initializer_of_keras() -> None:
    theirs = {value.__name__ for value in vars(keras.initializers).values() if inspect.isclass(value)}
    assert theirs - UNCOVERED_INITIALIZERS <= set(spellings(initializers.InitializerBase))


@pytest.mark.parametrize(
    ("family", "get"),
    [
        (activations.ActivationBase, keras.activations.get),
        (constraints.ConstraintBase, keras.constraints.get),
        (initializers.InitializerBase, keras.initializers.get),
        (losses.LossBase, keras.losses.get),
        (metrics.MetricBase, keras.metrics.get),
        (optimizers.OptimizerBase, keras.optimizers.get),
        (regularizers.RegularizerBase, keras.regularizers.get),
    ],
)
def test_aliases_are_keras_spellings(family: type[Component], get: Any) -> None:
    for component in concrete(family):
        for alias in component.aliases:
            if alias == "acc":  # known to Keras only when a model is compiled
                continue
            meant = get(alias)
            named = meant.__name__ if inspect.isfunction(meant) else type(meant).__name__
            own = component.target.rpartition(".")[2]
            assert keras.src.utils.naming.to_snake_case(named) == keras.src.utils.naming.to_snake_case(own)


def test_early_stopping() -> None:
    theirs = dict(inspect.signature(keras.callbacks.EarlyStopping).parameters)
    assert EarlyStopping.target == "keras.callbacks.EarlyStopping"
    assert set(theirs) - set(EarlyStopping.model_fields) == {"verbose"}
    for name, field in EarlyStopping.model_fields.items():
        assert field.default == theirs[name].default


@pytest.mark.parametrize("name", ["activations", "constraints", "regularizers", "initializers"])
def test_builds_tensors(name: str) -> None:
    """The plain components, called with their own arguments, do their work on a matrix."""
    family = {
        "activations": activations.ActivationBase,
        "constraints": constraints.ConstraintBase,
        "initializers": initializers.InitializerBase,
        "regularizers": regularizers.RegularizerBase,
    }[name]
    matrix = np.array([[0.5, -1.0], [2.0, 0.25]], np.float32)
    for component in concrete(family):
        required = {field: 0.5 for field, info in component.model_fields.items() if info.is_required()}
        arguments = component.model_validate({"type": component.type_name(), **required}).arguments()
        target = resolve(component.target)
        if name == "activations":
            result = target(matrix, **arguments)
        elif name == "initializers":
            result = target(**arguments)((2, 2))
        else:
            result = target(**arguments)(matrix)
        assert np.all(np.isfinite(keras.ops.convert_to_numpy(result))), component.type_name()


REQUIRED: dict[str, dict[str, Any]] = {
    "activation": {"activation": keras.activations.tanh},
    "alpha_dropout": {"rate": 0.5},
    "cosine_decay": {"initial_learning_rate": 0.1, "decay_steps": 10},
    "dense": {"units": 2},
    "dropout": {"rate": 0.5},
    "exponential_decay": {"initial_learning_rate": 0.1, "decay_steps": 10, "decay_rate": 0.5},
    "gaussian_dropout": {"rate": 0.5},
    "gaussian_noise": {"stddev": 0.5},
    "inverse_time_decay": {"initial_learning_rate": 0.1, "decay_steps": 10, "decay_rate": 0.5},
    "piecewise_constant_decay": {"boundaries": [1], "values": [0.1, 0.2]},
    "polynomial_decay": {"initial_learning_rate": 0.1, "decay_steps": 10},
}


@pytest.mark.parametrize(
    "family",
    [
        layers.LayerBase,
        losses.LossBase,
        metrics.MetricBase,
        optimizers.OptimizerBase,
        scalers.ScalerBase,
        schedules.ScheduleBase,
    ],
)
def test_constructors_take_the_defaults(family: type[Component]) -> None:
    for component in concrete(family):
        defaults = {
            name: field.default
            for name, field in component.model_fields.items()
            if name not in component.ours and not field.is_required()
        }
        simple = {name: value for name, value in defaults.items() if not isinstance(value, Component)}
        resolve(component.target)(**REQUIRED.get(component.type_name(), {}), **simple)


def test_every_metric_knows_its_goal() -> None:
    for component in concrete(metrics.MetricBase):
        assert getattr(component, "goal") in {"min", "max"}  # noqa: B009 - the class of a family is only a Component here
