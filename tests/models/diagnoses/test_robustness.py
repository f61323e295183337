"""Any record is diagnosed, in strict JSON and without a warning."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from models.diagnoses.judge import diagnose
from models.quantities import PER_LAYER
from models.specs.canonical import canonical
from models.specs.check import parse
from tests.models.diagnoses.patching import applied
from tests.models.diagnoses.records import falling, record, stuck
from tests.models.diagnoses.test_advice import DOCUMENTS

LOSSES = {
    "falling": falling(12),
    "stuck": stuck(12),
    "zero": np.zeros(12),
    "diverged": np.array([0.7, 5.0, np.inf]),
    "nan at once": np.array([np.nan]),
    "huge": np.full(12, 1e300),
    "negative": np.linspace(-0.1, -1.0, 12),
}
VALUES: dict[str, Any] = {"usual": None, "nan": np.nan, "zero": 0.0, "infinite": np.inf, "one": 1.0, "huge": 1e30}


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_record_is_judged(name: str, value: str) -> None:
    document = DOCUMENTS[name]
    filled = None if VALUES[value] is None else {quantity.name: VALUES[value] for quantity in PER_LAYER}
    for loss in LOSSES.values():
        diagnosis = diagnose(record(document, loss, quantities=filled, val_loss=loss))
        json.dumps(diagnosis.model_dump(), allow_nan=False)
        assert (diagnosis.verdict == "healthy") == all(f.severity != "error" for f in diagnosis.findings)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_all_advice_about_a_failed_training_is_valid(name: str) -> None:
    spec = parse(DOCUMENTS[name])
    before = canonical(spec)
    bad = {"delta_rms": 1e-3, "saturated_fraction": 0.9, "dead_fraction": 1.0, "update_ratio": 0.5}
    for quantities in (bad, {"update_ratio": 1e-9}, {"signal_std": np.nan}):
        made = record(DOCUMENTS[name], stuck(12), quantities=quantities, val_loss=np.linspace(0.1, 3, 12))
        for finding in diagnose(made).findings:
            for advice in finding.advice:
                if advice.code == "early_stopping" and spec.data.split is None:
                    continue
                parse(applied(before, advice.patch))


def test_a_record_that_has_not_finished_is_judged() -> None:
    made = record(DOCUMENTS["healthy"])
    made.finished = None
    assert diagnose(made).verdict == "healthy"


def test_a_trace_of_every_tenth_epoch_is_judged() -> None:
    made = record(DOCUMENTS["healthy"])
    made.trace.epoch = made.trace.epoch[::10]
    for store in (made.trace.quantities, made.trace.overall):
        for key in store:
            store[key] = store[key][::10]
    assert diagnose(made).verdict == "healthy"
