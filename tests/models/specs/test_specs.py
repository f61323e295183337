"""The base of all specs, and how fast they load."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pydantic
import pytest

from models.pointers import existing, pointer
from models.specs import docstrings, limits, optimizers
from models.specs.activations import Relu, Threshold
from models.specs.check import InvalidSpec, parse
from models.specs.encoding import encoding, goal, history_columns, label_key, metric_columns
from models.specs.layers import Dense
from models.specs.messages import counted, received
from tests.models.specs.documents import changed, circles, inline, small


def test_specs_do_not_change() -> None:
    spec = parse(circles())
    with pytest.raises(pydantic.ValidationError):
        setattr(spec, "seed", 2)  # noqa: B010 - the type checker knows that it cannot be done
    assert hash(spec.architecture) == hash(parse(circles()).architecture)


def test_arguments_are_what_the_target_takes() -> None:
    layer = Dense(units=3, activation=Relu(), repeat=4)
    assert layer.arguments()["activation"] == Relu()
    assert "type" not in layer.arguments()
    assert "repeat" not in layer.arguments()
    assert Threshold(threshold=1, default_value=2).arguments() == {"threshold": 1, "default_value": 2}


def test_docstrings_describe_fields() -> None:
    described = docstrings.attributes(optimizers.Sgd)
    assert described["clipvalue"] == "clips each entry of each gradient to this size."
    assert docstrings.summary(optimizers.Sgd).startswith("Stochastic gradient descent")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "null"),
        (True, "true"),
        ("añil", '"añil"'),
        ("\ud800", '"?"'),
        ("x" * 50, f'"{"x" * 40}…"'),
        (10**40, "a whole number of 133 bits"),
        (1.5, "1.5"),
        ([1], "a list of 1"),
        ({}, "an object"),
        (b"", "something that is not JSON"),
    ],
)
def test_received(value: Any, words: str) -> None:
    assert received(value) == words


def test_pointers_escape() -> None:
    assert pointer(("a/b", 0, "m~n", "")) == "/a~1b/0/m~0n/"
    assert pointer(()) == ""


def test_existing_stops_where_the_client_wrote_nothing() -> None:
    document = {"a": [{"b": 1}]}
    assert existing("/a/0/b", document) == "/a/0/b"
    assert existing("/a/0/c/d", document) == "/a/0"
    assert existing("/a/1", document) == "/a"
    assert existing("/a/x", document) == "/a"


def test_counted() -> None:
    assert [counted(1, "row"), counted(0, "row"), counted(2, "class")] == ["1 row", "0 rows", "2 classes"]


def test_label_keys() -> None:
    assert [label_key(label) for label in (True, False, 1, 2.5, "x")] == ["true", "false", "1", "2.5", "x"]


def test_class_weights_name_labels_as_json_writes_them() -> None:
    weights = {"true": 2, "false": 1}
    document = inline([True, False, True], 1, "binary_crossentropy")
    document["training"]["class_weight"] = weights
    assert parse(document).training.class_weight == weights


def test_columns_of_a_history() -> None:
    spec = parse(
        changed(
            circles(),
            "/training/metrics",
            [
                "accuracy",
                "f1",
                {"type": "precision", "thresholds": 0.3},
                {"type": "precision", "thresholds": 0.7},
                "mae",
            ],
        )
    )
    own = ["loss", "accuracy", "f1", "precision", "precision_1", "mae"]
    assert history_columns(spec) == [*own, *(f"val_{name}" for name in own)]
    columns = dict(metric_columns(spec))
    assert columns["accuracy"].type == "binary_accuracy"
    assert columns["f1"].arguments() == {"average": "macro", "threshold": 0.5}
    assert [goal(spec, name) for name in ("val_f1", "mae", "val_loss")] == ["max", "min", "min"]


def test_no_validation_without_a_split() -> None:
    assert history_columns(parse(small("iris", 3, "mse"))) == ["loss"]


@pytest.mark.parametrize(
    ("units", "loss", "form", "accuracy", "top_k"),
    [
        (3, "categorical_crossentropy", "one_hot", "categorical_accuracy", "top_k"),
        (3, "sparse_categorical_crossentropy", "index", "sparse_categorical_accuracy", "sparse_top_k"),
        (3, "mse", "one_hot", "categorical_accuracy", "top_k"),
        (1, "mse", "index", "binary_accuracy", "sparse_top_k"),
    ],
)
def test_encoding(units: int, loss: str, form: str, accuracy: str, top_k: str) -> None:
    spec = parse(small("iris", units, loss, metrics=["accuracy", "top_k"]))
    assert encoding(spec) == form
    assert [metric.type for _, metric in metric_columns(spec)] == [accuracy, top_k]


def test_a_large_table_is_read_in_time() -> None:
    rows = [[0.5] * 20 for _ in range(20_000)]
    document = small({"type": "inline", "features": rows, "targets": [0.5, 1.5] * 10_000}, 1, "mse")
    assert parse(document).data.source.rows() == 20_000


def test_one_wrong_cell_of_many_is_one_error() -> None:
    rows: list[list[Any]] = [[None] * 20 for _ in range(10_000)]
    with pytest.raises(InvalidSpec) as caught:
        parse(small({"type": "inline", "features": rows, "targets": [0.5] * 10_000}, 1, "mse"))
    assert [error.pointer for error in caught.value.errors] == ["/data/source/features/0/0"]


def test_errors_are_not_endless() -> None:
    document = changed(circles(), "/architecture/layers", [{"type": "dense", "units": 0}] * 200)
    with pytest.raises(InvalidSpec) as caught:
        parse(document)
    assert len(caught.value.errors) == limits.MAX_ERRORS


def test_loads_fast_and_alone() -> None:
    program = (
        "import sys, time; start = time.process_time(); import models.specs.check, models.presets; "
        "print(time.process_time() - start, *sorted(m for m in ('numpy', 'keras', 'tensorflow', 'sklearn') "
        "if m in sys.modules))"
    )
    seconds, *heavy = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    ).stdout.split()
    assert heavy == []
    assert float(seconds) < 1.0
