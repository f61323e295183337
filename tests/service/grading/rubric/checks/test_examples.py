"""Every check passes and fails its own examples, on recorded trainings."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from pydantic import TypeAdapter

from models.record import Record
from models.specs.canonical import canonical, spec_hash
from models.specs.check import parse
from models.text import LocalizedText
from service.grading.rubric.checks import Case, Check, CheckUnion
from service.grading.rubric.checks.specimens import DIVERGING, SOUND, VANISHING
from service.grading.rubric.evidence import Evidence, Training, Unmeasured
from service.grading.rubric.measurement import Measurement
from tests.service.grading.rubric.record import classes
from tests.service.grading.rubric.recorded import evidence, evidence_of, trained

READ: TypeAdapter[Check] = TypeAdapter(CheckUnion)
CHECKS = [READ.validate_python(cls.EXAMPLES.check) for cls in classes()]
# What these ask is asked of the spec, of a person, or is what a divergence is about.
UNTOUCHED = {
    "parameter_budget",
    "step_budget",
    "depth",
    "width",
    "uses_component",
    "forbids_component",
    "initializer_matches_activation",
    "has_finding",
    "variance_ratio_at_initialization",
    "reproduces",
    "answer",
    "manual",
}


def named(check: Check) -> str:
    return check.type


def sound(found: Measurement) -> None:
    """It is strict JSON, in both languages."""
    json.dumps(found.evidence, allow_nan=False)
    assert isinstance(found.message, LocalizedText)
    assert found.message.en != found.message.es
    assert found.score is None or 0 <= found.score <= 1
    assert (found.passed is None) == (found.score is None)


@pytest.mark.parametrize("check", CHECKS, ids=named)
class TestExamples:
    def test_one_passes(self, check: Check) -> None:
        found = check.measure(evidence_of(check.EXAMPLES.passes))
        sound(found)
        assert found.passed is True
        assert found.score is not None
        assert found.score > 0
        assert found.findings == ()

    def test_the_other_fails(self, check: Check) -> None:
        found = check.measure(evidence_of(check.EXAMPLES.fails))
        sound(found)
        assert found.passed is False
        assert check.type == "manual" or found.score == 0

    def test_a_training_that_diverged_is_no_exception(self, check: Check) -> None:
        diverged = evidence(DIVERGING)
        found = check.measure(replace(diverged, baseline=diverged.trainings, repeats=["sha256:0"]))
        sound(found)
        assert check.type in UNTOUCHED or found.passed is False

    def test_neither_is_a_network_of_a_single_layer_or_a_trace_of_no_layer_that_is_asked_for(
        self, check: Check
    ) -> None:
        given = evidence(SOUND)
        thin = [replace(training, record=without_layers(training.record)) for training in given.trainings]
        spec = parse(
            {**canonical(given.spec), "architecture": {"layers": [{"type": "dense", "units": 1, "activation": "tanh"}]}}
        )
        sound(check.measure(replace(given, spec=spec, trainings=thin, baseline=thin, repeats=["sha256:0"])))

    def test_what_was_not_trained_is_our_failure_and_not_the_author_s(self, check: Check) -> None:
        given = Evidence(evidence(SOUND).spec, [], answers={"largest": "dense"})
        try:
            sound(check.measure(given))
        except Unmeasured:
            assert check.type not in {"parameter_budget", "step_budget", "depth", "width", "manual"}

    def test_it_is_read_as_it_is_written(self, check: Check) -> None:
        written = check.model_dump(mode="json")
        assert READ.validate_python(written) == check
        assert READ.validate_json(json.dumps(written)) == check


def without_layers(record: Record) -> Record:
    """The record of a network with one kernel."""
    trace = record.trace
    first = {name: values[:, :1] for name, values in trace.quantities.items()}
    return replace(record, trace=replace(trace, layers=trace.layers[:1], quantities=first))


@pytest.mark.slow
def test_the_engine_says_what_was_recorded() -> None:
    """Trained here and now, examples of two networks give the same marks."""
    from models.engine.startup import prepare
    from models.engine.training import Trainer

    prepare(threads=1, cache_dir=None)
    trainer, known = Trainer(), dict[str, Training]()
    for check in CHECKS:
        for case, passes in ((check.EXAMPLES.passes, True), (check.EXAMPLES.fails, False)):
            documents = [document for document in (case.spec, case.baseline) if document is not None]
            if any(document not in (SOUND, VANISHING) for document in documents):
                continue  # each network is a program of its own, and compiling them takes long
            for document in documents:
                spec = parse(document)
                if spec_hash(spec) not in known:
                    record = Record(canonical(spec))
                    for event in trainer.train(spec):
                        record.add(event)
                    known[spec_hash(spec)] = trained(record)
            own, *other = [known[spec_hash(parse(document))] for document in documents]
            found = check.measure(given(case, own, other))
            assert found.passed is passes, check.type


def given(case: Case, own: Training, other: list[Training]) -> Evidence:
    """What one training leaves for a check."""
    return Evidence(
        parse(case.spec),
        [own],
        baseline=other,
        repeats=case.repeats or (own.weights_digest,),
        answers=case.answers,
        manual=case.manual,
    )
