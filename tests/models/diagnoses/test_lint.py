"""Diagnoses of the spec alone: faulty specs are found, sound ones are left alone."""

from __future__ import annotations

from typing import Any

import pytest

from models.diagnoses.finding import Finding
from models.diagnoses.judge import lint
from models.presets import presets
from models.specs.check import parse, read_stored
from tests.models.diagnoses.documents import CIRCLES, FRIEDMAN, HEALTHY, IRIS, SIGMOID, dense, job

BLOBS: dict[str, Any] = {
    "source": {"type": "blobs", "centers": 3, "random_state": 0},
    "scaler": "standard",
    "split": None,
}
RAW: dict[str, Any] = {
    "source": {"type": "inline", "features": [[i / 10, 1000.0 * (i % 7)] for i in range(50)], "targets": [0, 1] * 25},
    "scaler": None,
    "split": None,
}
U01 = {"type": "random_uniform", "minval": 0, "maxval": 1}
SMALL = {"type": "random_normal", "stddev": 0.01}
TANH = dense(8, "tanh")
BCE_LOGITS = {"type": "binary_crossentropy", "from_logits": True}
BN: dict[str, Any] = {"type": "batch_normalization"}
FEW: dict[str, Any] = {"epochs": 2, "batch_size": 128}


def dropout(rate: float) -> dict[str, Any]:
    return {"type": "dropout", "rate": rate}


def sgd(**arguments: Any) -> dict[str, Any]:
    return {"optimizer": {"type": "sgd", **arguments}}


# (code, severity) that is found -> the specs in which it is.
FAULTY: list[tuple[str, str, dict[str, Any]]] = [
    ("output_contract", "error", job([TANH, dense(1, "softmax")])),
    ("output_contract", "error", job([TANH, dense(1, "relu")])),
    ("output_contract", "error", job([TANH, dense(1)])),
    ("output_contract", "error", job([TANH, dense(1, "tanh")])),
    ("output_contract", "error", job([TANH, SIGMOID], loss=BCE_LOGITS)),
    ("output_contract", "error", job([TANH, dense(1, "relu")], loss=BCE_LOGITS)),
    ("output_contract", "error", job([TANH, dense(3)], IRIS, "categorical_crossentropy")),
    ("output_contract", "error", job([TANH, dense(3, "relu")], IRIS, "sparse_categorical_crossentropy")),
    ("output_contract", "error", job([TANH, dense(3, "log_softmax")], IRIS, "sparse_categorical_crossentropy")),
    ("output_contract", "error", job([TANH, SIGMOID], IRIS, "binary_crossentropy")),
    ("output_contract", "error", job([TANH, SIGMOID], FRIEDMAN, "mse")),
    ("output_contract", "error", job([TANH, dense(1, "tanh")], FRIEDMAN, "mae")),
    ("output_contract", "error", job([TANH, dense(1, "softmax")], FRIEDMAN, "mse")),
    ("output_contract", "warning", job([TANH, dense(3, "sigmoid")], IRIS, "categorical_crossentropy")),
    ("output_contract", "error", job([TANH, SIGMOID], loss="hinge")),
    ("output_contract", "warning", job([TANH, dense(5, "softmax")], IRIS, "sparse_categorical_crossentropy")),
    ("symmetric_initialization", "error", job([dense(8, "relu", "zeros"), SIGMOID])),
    ("symmetric_initialization", "error", job([dense(8, "tanh", "zeros"), dense(1, "sigmoid", "zeros")])),
    ("symmetric_initialization", "error", job([dense(8, "tanh", "ones", repeat=2), SIGMOID])),
    ("symmetric_initialization", "warning", job([dense(8, "tanh", "ones"), SIGMOID])),
    ("symmetric_initialization", "info", job([TANH, dense(1, "sigmoid", "zeros")])),
    ("one_sided_initialization", "warning", job([dense(5, "tanh", U01, repeat=5), SIGMOID])),
    ("expected_attenuation", "warning", job([dense(8, "sigmoid", repeat=6), SIGMOID])),
    ("expected_attenuation", "warning", job([dense(8, "relu", SMALL, repeat=3), SIGMOID])),
    (
        "expected_attenuation",
        "warning",
        job([dense(64, "relu", {"type": "random_normal", "stddev": 1}, repeat=6), SIGMOID]),
    ),
    ("expected_attenuation", "warning", job([dense(8, "exponential", "he_normal", repeat=4), SIGMOID])),
    ("linear_stack", "warning", job([dense(8, repeat=2), SIGMOID])),
    ("linear_stack", "info", job([dense(8), dense(8, "relu"), SIGMOID])),
    ("step_budget", "warning", job([TANH, SIGMOID], **FEW)),
    ("learning_rate_band", "warning", job([TANH, SIGMOID], optimizer={"type": "adam", "learning_rate": 0.5})),
    ("learning_rate_band", "warning", job([TANH, SIGMOID], **sgd(learning_rate=0.5, momentum=0.9))),
    ("learning_rate_band", "warning", job([TANH, SIGMOID], **sgd(learning_rate=1e-7))),
    ("learning_rate_band", "warning", job([TANH, SIGMOID], **sgd(learning_rate=0))),
    ("clip_bound", "info", job([TANH, SIGMOID], **sgd(clipnorm=1e6))),
    ("clip_bound", "warning", job([TANH, SIGMOID], **sgd(clipvalue=1e-6))),
    ("unscaled_features", "warning", job([TANH, SIGMOID], RAW)),
    (
        "unscaled_features",
        "warning",
        job([TANH, dense(3, "softmax")], {**IRIS, "source": "wine", "scaler": None}, "sparse_categorical_crossentropy"),
    ),
    ("test_rows_seen", "warning", job([TANH, SIGMOID], {**CIRCLES, "scaler": {"type": "standard", "fit_on": "all"}})),
    ("test_rows_seen", "info", HEALTHY),
    ("test_rows_seen", "warning", job([TANH, SIGMOID], early_stopping={"monitor": "val_loss", "patience": 5})),
    ("layer_conflict", "warning", job([TANH, dropout(0.9), SIGMOID])),
    ("layer_conflict", "info", job([TANH, {"type": "activation", "activation": "tanh"}, SIGMOID])),
    ("layer_conflict", "info", job([dense(8), BN, {"type": "activation", "activation": "relu"}, SIGMOID])),
    ("layer_conflict", "info", job([dense(8, "selu", "lecun_normal"), dropout(0.2), SIGMOID])),
    ("initializer_pairing", "info", job([dense(8, "relu", repeat=2), SIGMOID])),
    ("initializer_pairing", "info", job([dense(8, "selu", "he_normal", repeat=2), SIGMOID])),
]

SOUND: list[dict[str, Any]] = [
    HEALTHY,
    job([SIGMOID]),
    job([TANH, dense(2, "softmax")]),
    job([TANH, dense(1)], loss=BCE_LOGITS),
    job([TANH, dense(3)], IRIS, {"type": "sparse_categorical_crossentropy", "from_logits": True}),
    job([TANH, dense(3, "softmax")], IRIS, "categorical_crossentropy"),
    job([TANH, dense(3), "softmax"], IRIS, "sparse_categorical_crossentropy"),
    job([TANH, dense(1)], FRIEDMAN, "mse"),
    job([TANH, dense(1, "relu")], FRIEDMAN, "mse"),
    job([TANH, SIGMOID], loss="mse"),
    job([TANH, dense(1, "tanh")], loss="hinge"),
    job([dense(8, "selu", "lecun_normal", repeat=10), SIGMOID]),
    job([dense(8, "tanh", repeat=10), SIGMOID]),
    job([dense(8, "tanh", "orthogonal", repeat=20), SIGMOID]),
    job([dense(16, "relu", "he_normal", repeat=10), SIGMOID]),
    job(
        [
            dense(8),
            {"type": "residual", "repeat": 8, "layers": [dense(8, "relu"), dense(8)]},
            {"type": "activation", "activation": "relu"},
            SIGMOID,
        ]
    ),
    job([*[dense(8, use_bias=False), BN, {"type": "activation", "activation": "sigmoid"}] * 8, SIGMOID]),
    job([TANH, dropout(0.3), SIGMOID]),
    job([dense(8, "relu", "he_normal"), dense(3, "softmax")], BLOBS, "sparse_categorical_crossentropy"),
    job([TANH, SIGMOID], optimizer={"type": "adadelta", "learning_rate": 1.0}),
    job([TANH, SIGMOID], optimizer={"type": "sgd", "learning_rate": 0.1, "global_clipnorm": 1}),
]


def found(document: dict[str, Any]) -> list[Finding]:
    return lint(parse(document))


@pytest.mark.parametrize(
    ("code", "severity", "document"), FAULTY, ids=[f"{code}-{i}" for i, (code, _, _) in enumerate(FAULTY)]
)
def test_a_faulty_spec_is_found_out(code: str, severity: str, document: dict[str, Any]) -> None:
    matching = [finding for finding in found(document) if finding.code == code]
    assert severity in [finding.severity for finding in matching], [f.code for f in found(document)]
    for finding in matching:
        assert finding.message.en != finding.message.es
        assert finding.stage in {"specification", "data"}


@pytest.mark.parametrize("document", SOUND, ids=range(len(SOUND)))
def test_a_sound_spec_is_left_alone(document: dict[str, Any]) -> None:
    assert [(f.code, f.message.en) for f in found(document) if f.severity != "info"] == []


def test_errors_come_first() -> None:
    document = job([dense(8, "tanh", "zeros"), dense(1, "softmax", "zeros")], **FEW)
    severities = [finding.severity for finding in found(document)]
    assert severities == sorted(severities, key=["error", "warning", "info"].index)


def test_the_notebook_s_weights_are_named() -> None:
    codes = {finding.code for finding in found(presets()["S2"].document)}
    assert "one_sided_initialization" in codes
    assert {finding.code for finding in found(presets()["S3"].document) if finding.severity == "error"} == set()


def test_expected_decades_are_those_of_theory() -> None:
    sigmoids = job([dense(100, "sigmoid", "glorot_uniform", repeat=5), SIGMOID])
    (finding,) = [each for each in found(sigmoids) if each.code == "expected_attenuation"]
    assert finding.value is not None
    # 0.236 a layer at equal widths, over the four steps between five layers.
    assert finding.value == pytest.approx(-4 * 0.627, abs=0.1)


def test_a_network_without_kernels_is_no_trouble() -> None:
    document = job(
        [{"type": "activation", "activation": "sigmoid"}], {"source": {"type": "linear", "n_features": 1}}, "mse"
    )
    findings = lint(read_stored(document))  # of an earlier version: today it is refused
    assert [finding for finding in findings if finding.severity == "error"] == []
