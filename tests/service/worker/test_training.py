"""The judgement on a finished training."""

from __future__ import annotations

import pytest

from models.events import Finished
from models.record import Record
from models.specs.canonical import canonical
from models.specs.check import parse
from service.worker.training import UNDIAGNOSED, judge, result
from tests.service.worker.desk import document

FINISHED = Finished(
    stop_reason="diverged",
    epochs=1,
    metrics={"train": {"loss": None}},
    non_finite={"train.loss": "nan"},
    confusion_matrix=None,
    classes=None,
    weights_digest="sha256:00",
    receipt={},
)


def test_a_record_that_no_rule_can_judge_is_undiagnosed(caplog: pytest.LogCaptureFixture) -> None:
    assert judge("job_a", Record(spec={}, finished=FINISHED)) == (None, UNDIAGNOSED)
    assert "job_a could not be diagnosed" in caplog.text


def test_a_result_says_how_it_ended_and_how_large_the_network_is() -> None:
    assert result(canonical(parse(document())), FINISHED, "healthy") == {
        "stop_reason": "diverged",
        "metrics": {"train": {"loss": None}},
        "verdict": "healthy",
        "parameters": {"total": 17, "trainable": 17, "non_trainable": 0},
        "weights_digest": "sha256:00",
    }
