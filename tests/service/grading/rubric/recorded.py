"""Evidence from recorded trainings: real ones, by the engine."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from models.diagnoses.judge import diagnose
from models.diagnoses.spec_check import check_spec
from models.events import Finished, event_adapter
from models.record import Record
from models.specs.canonical import spec_hash
from models.specs.check import parse
from service.experiments.replicates.seeds import replicates
from service.grading.rubric.checks import Case
from service.grading.rubric.evidence import Evidence, Training

FOLDER = Path(__file__).parent / "recordings"
SEEDS = (1, 2, 3)


@cache
def library() -> Mapping[str, Mapping[str, Any]]:
    """Spec hash -> what was recorded."""
    lines = gzip.decompress((FOLDER / "examples.jsonl.gz").read_bytes()).splitlines()
    return {spec_hash(parse(entry["spec"])): entry for entry in map(json.loads, lines)}


@cache
def training(name: str) -> Training:
    """The recorded training of the spec with this hash."""
    entry = library()[name]
    record = Record(entry["spec"])
    for event in entry["events"]:
        record.add(event_adapter.validate_python(event))
    return trained(record)


def trained(record: Record) -> Training:
    """A training from its record."""
    finished = record.finished
    assert isinstance(finished, Finished)
    parameters = check_spec(record.spec).parameters
    assert parameters is not None
    return Training(
        seed=record.spec["seed"],
        metrics=finished.metrics,
        stop_reason=finished.stop_reason,
        record=record,
        diagnosis=diagnose(record),
        parameters=parameters.model_dump(),
        weights_digest=finished.weights_digest,
    )


def trainings(document: Mapping[str, Any], seeds: Sequence[int] = SEEDS) -> list[Training]:
    """The recorded trainings of a spec."""
    return [training(spec_hash(spec)) for spec in replicates(parse(document), seeds)]


def evidence(document: Mapping[str, Any], seeds: Sequence[int] = SEEDS, **more: Any) -> Evidence:
    """What a submission of this spec leaves."""
    return Evidence(parse(document), trainings(document, seeds), **more)


def evidence_of(case: Case) -> Evidence:
    """What the submission of an example leaves."""
    found = evidence(case.spec, answers=case.answers, manual=case.manual)
    first = found.trainings[0].weights_digest
    return replace(
        found,
        baseline=[] if case.baseline is None else trainings(case.baseline),
        repeats=(first,) if case.repeats is None else case.repeats,
    )
