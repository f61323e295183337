"""All spellings of a job have one canonical form and one hash."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.presets import presets
from models.specs import activations, initializers, losses, metrics, optimizers
from models.specs.canonical import canonical, spec_hash
from models.specs.check import parse
from models.specs.shorthand import spellings
from models.specs.spec import Component, concrete
from tests.models.specs.documents import changed, circles, small


def bare(family: type[Component]) -> list[str]:
    """The types of a family that need no arguments."""
    return [
        component.type_name()
        for component in concrete(family)
        if not any(field.is_required() for field in component.model_fields.values())
    ]


numbers = st.floats(0, 10) | st.integers(0, 10)
activation = st.sampled_from(bare(activations.ActivationBase))
initializer = st.sampled_from([name for name in bare(initializers.InitializerBase) if name != "orthogonal"])
hidden = st.fixed_dictionaries(
    {"type": st.just("dense"), "units": st.integers(1, 9)},
    optional={
        "activation": activation | st.none(),
        "kernel_initializer": initializer | st.fixed_dictionaries({"type": st.just("constant"), "value": numbers}),
        "kernel_regularizer": st.sampled_from(["l1", "l2", None]),
        "repeat": st.integers(1, 3),
        "use_bias": st.booleans(),
    },
)
other = st.sampled_from(["batch_normalization", "prelu", {"type": "dropout", "rate": 0.5}, {"type": "elu", "alpha": 2}])
optimizer = st.sampled_from(bare(optimizers.OptimizerBase)) | st.fixed_dictionaries(
    {"type": st.sampled_from(bare(optimizers.OptimizerBase)), "learning_rate": numbers},
    optional={"clipnorm": st.floats(0.1, 5), "use_ema": st.booleans()},
)


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    layers = [*draw(st.lists(hidden | other, max_size=4)), {"type": "dense", "units": 1, "activation": "sigmoid"}]
    return {
        "data": {
            "source": draw(st.sampled_from(["circles", "moons", "xor", {"type": "two_spirals", "n_samples": 50}])),
            "scaler": draw(st.sampled_from([None, "standard", "min_max", {"type": "robust", "fit_on": "all"}])),
            "split": draw(st.sampled_from([None, "random", {"type": "head", "train_size": 60}])),
        },
        "architecture": {"layers": layers},
        "training": {
            "optimizer": draw(optimizer),
            "loss": draw(st.sampled_from(["binary_crossentropy", "mse", "hinge", {"type": "huber", "delta": 2}])),
            "metrics": draw(st.lists(st.sampled_from(["accuracy", "auc", "f1", "mae"]), max_size=3)),
            "epochs": draw(st.integers(1, 9)),
        },
        "seed": draw(st.integers(0, 2**32 - 1)),
    }


@given(documents())
def test_is_a_fixed_point(document: dict[str, Any]) -> None:
    first = canonical(parse(document))
    again = parse(json.loads(json.dumps(first)))
    assert canonical(again) == first
    assert spec_hash(again) == spec_hash(parse(document))


@given(documents())
def test_has_no_shorthand(document: dict[str, Any]) -> None:
    form = canonical(parse(document))
    assert isinstance(form["data"]["source"], dict)
    assert isinstance(form["training"]["optimizer"], dict)
    assert isinstance(form["training"]["loss"], dict)
    assert all(isinstance(metric, dict) for metric in form["training"]["metrics"])
    for layer in form["architecture"]["layers"]:
        assert all(not isinstance(value, str) or name == "type" for name, value in layer.items())


@given(
    documents(), st.text(max_size=50).filter(str.isprintable), st.dictionaries(st.text("abc", min_size=1), st.just("x"))
)
def test_name_and_labels_decide_nothing(document: dict[str, Any], name: str, labels: dict[str, str]) -> None:
    assert spec_hash(parse({**document, "name": name, "labels": labels})) == spec_hash(parse(document))


@given(documents())
def test_the_order_of_members_decides_nothing(document: dict[str, Any]) -> None:
    def turned(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: turned(value[key]) for key in reversed(value)}
        return [turned(item) for item in value] if isinstance(value, list) else value

    assert spec_hash(parse(turned(document))) == spec_hash(parse(document))


def floated(value: Any) -> Any:
    """Every whole number written with a decimal point."""
    if isinstance(value, dict):
        return {key: floated(item) for key, item in value.items()}
    if isinstance(value, list):
        return [floated(item) for item in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


@given(documents())
def test_one_and_one_point_zero_are_the_same(document: dict[str, Any]) -> None:
    assert spec_hash(parse(floated(document))) == spec_hash(parse(document))


def test_inline_targets_too() -> None:
    source = {"type": "inline", "features": [[1, 2], [3, 4]], "targets": [1, 2]}
    document = small(source, 2, "categorical_crossentropy", class_weight={"1": 2})
    assert spec_hash(parse(floated(document))) == spec_hash(parse(document))


@pytest.mark.parametrize(
    ("pointer", "short", "long"),
    [
        ("/training/optimizer", "sgd", {"type": "sgd"}),
        ("/training/optimizer", "SGD", {"type": "sgd", "learning_rate": 0.01, "nesterov": False}),
        ("/training/loss", "mean_squared_error", {"type": "mse"}),
        ("/training/loss", {"type": "MeanSquaredError"}, "mse"),
        ("/training/metrics/0", "acc", {"type": "accuracy"}),
        ("/architecture/layers/0/activation", "swish", "silu"),
        ("/architecture/layers/0/activation", {"type": "hard_swish"}, {"type": "hard_silu"}),
        ("/architecture/layers/0/kernel_initializer", "HeUniform", {"type": "he_uniform", "seed": None}),
        ("/architecture/layers/0/kernel_regularizer", "L2", {"type": "l2", "l2": 0.01}),
        ("/data/scaler", "standard", {"type": "standard", "with_mean": True, "fit_on": "train"}),
        ("/data/split", "random", {"type": "random", "test_size": 0.25}),
        ("/data/split", "none", None),
        ("/data/split", {"type": "none"}, None),
    ],
)
def test_spellings_of_the_same(pointer: str, short: Any, long: Any) -> None:
    first, second = (parse(changed(circles(), pointer, value)) for value in (short, long))
    assert spec_hash(first) == spec_hash(second)


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("/seed", 2),
        ("/data/source/noise", 0.2),
        ("/architecture/init_sharing", "shared"),
        ("/architecture/layers/0/repeat", 4),
        ("/training/optimizer/momentum", 0.8),
        ("/diagnostics/every", 2),
    ],
)
def test_what_decides_changes_the_hash(pointer: str, value: Any) -> None:
    assert spec_hash(parse(changed(circles(), pointer, value))) != spec_hash(parse(circles()))


def test_every_family_has_spellings() -> None:
    for family in (losses.LossBase, metrics.MetricBase, initializers.InitializerBase):
        assert len(spellings(family)) > len(list(concrete(family)))


def test_presets_differ() -> None:
    hashes = {spec_hash(preset.spec) for preset in presets().values()}
    assert len(hashes) == len(presets())


def test_the_type_comes_first() -> None:
    form = canonical(parse(circles()))
    assert next(iter(form["architecture"]["layers"][0])) == "type"
    assert next(iter(form["training"]["optimizer"])) == "type"
