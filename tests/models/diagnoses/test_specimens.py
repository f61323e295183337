"""Faulty and healthy specimens of the commonest diagnoses, really trained."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from models.diagnoses import diagnose
from models.presets import presets
from models.record import Record
from models.specs.canonical import canonical
from models.specs.check import parse
from tests.models.diagnoses.documents import CIRCLES, FRIEDMAN, SIGMOID, dense, job

if TYPE_CHECKING:
    from models.engine.trainer import Trainer

pytestmark = pytest.mark.slow
MOONS: dict[str, Any] = {
    **CIRCLES,
    "source": {"type": "moons", "n_samples": 400, "noise": 0.2, "random_state": 3},
    "scaler": "standard",
}


def sgd(rate: float) -> dict[str, Any]:
    return {"optimizer": {"type": "sgd", "learning_rate": rate}}


def relu(**fields: Any) -> dict[str, Any]:
    return dense(16, "relu", "he_normal", **fields)


# Verdict -> a spec that deserves it, and its healthy twin.
SPECIMENS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "vanishing_gradients": (
        job([dense(8, "sigmoid", repeat=5), SIGMOID], MOONS, **sgd(0.1)),
        job([dense(8, "tanh", repeat=5), SIGMOID], MOONS, **sgd(0.1)),
    ),
    "exploding_gradients": (
        job([dense(8, "exponential", "he_normal", repeat=5), SIGMOID], MOONS),
        job([dense(8, "selu", "lecun_normal", repeat=5), SIGMOID], MOONS),
    ),
    "dead_units": (
        job([relu(bias_initializer={"type": "constant", "value": -20.0}, repeat=2), SIGMOID], MOONS),
        job([relu(repeat=2), SIGMOID], MOONS),
    ),
    "small_updates": (
        job([relu(repeat=2), SIGMOID], MOONS, **sgd(1e-6)),
        job([relu(repeat=2), SIGMOID], MOONS, **sgd(0.1)),
    ),
    "output_contract": (
        job([relu(), dense(1, "softmax")], MOONS),
        job([relu(), dense(2, "softmax")], MOONS),
    ),
    "symmetric_initialization": (
        job([dense(16, "tanh", "zeros"), dense(1, "sigmoid", "zeros")], MOONS),
        job([dense(16, "tanh"), dense(1, "sigmoid", "zeros")], MOONS),
    ),
    "healthy": (
        job([relu(), dense(1)], FRIEDMAN, "mse", epochs=150),
        job([relu(), {"type": "batch_normalization"}, relu(), dense(1)], FRIEDMAN, "mse", epochs=150),
    ),
}


@pytest.fixture(scope="module")
def trainer() -> Trainer:
    from models.engine.trainer import Trainer

    return Trainer()


def verdict(trainer: Trainer, document: dict[str, Any]) -> str:
    spec = parse(document)
    record = Record(canonical(spec))
    for event in trainer.train(spec):
        record.add(event)
    return diagnose(record).verdict


# Keras says the same of softmax over one unit, in its way.
@pytest.mark.filterwarnings("ignore:.*softmax over axis:UserWarning")
@pytest.mark.parametrize("expected", SPECIMENS)
def test_the_faulty_specimen_gets_its_verdict(trainer: Trainer, expected: str) -> None:
    assert verdict(trainer, SPECIMENS[expected][0]) == expected


@pytest.mark.parametrize("fault", SPECIMENS)
def test_its_twin_is_healthy(trainer: Trainer, fault: str) -> None:
    assert verdict(trainer, SPECIMENS[fault][1]) == "healthy"


@pytest.mark.parametrize(
    ("preset", "expected"),
    [("S1", "healthy"), ("S2", "vanishing_gradients"), ("S3", "healthy"), ("S4", "healthy"), ("S6", "healthy")],
)
def test_the_notebook_s_systems(trainer: Trainer, preset: str, expected: str) -> None:
    assert verdict(trainer, presets()[preset].document) == expected
