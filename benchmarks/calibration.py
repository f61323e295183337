"""Whether the assignments that are ready to be posted mark good specs as good, and bad ones as bad.

    python -m benchmarks.grading --calibrate [--presets deep-tanh] [--seeds 40] [--states 1]

Every reference of an assignment is trained with many seeds in this process, by the engine that the agents' children
use, on the hidden data. From these trainings grades are drawn as a submission's is made. A line for each reference
says in how many of them it reaches the pass mark, the smallest, median and greatest score, how many trainings a grade
took, and how often each check passed: with a single seed and as graded. With more ``--states`` the same is done on
other hidden data, drawn with other random states, to see that the thresholds do not hang on the one that is in the
preset, which everybody can read.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from models.diagnoses.judge import diagnose
from models.events import Failed
from models.record import Record
from models.specs.canonical import canonical
from models.specs.job import TrainingJobSpec
from service.experiments.replicates.seeds import replicates
from service.grading.rubric.assignment import Assignment
from service.grading.rubric.calibration import Calibration, Reference, ReferenceCalibration, calibrate
from service.grading.rubric.constraints import refuse
from service.grading.rubric.evidence import Evidence, Training
from service.grading.rubric.presets import AssignmentPreset, presets
from service.grading.rubric.seeds import hidden_seeds
from service.grading.rubric.trainings import prepared
from service.worker.training import result

SECRET = b"calibration"


def main(names: Sequence[str], seeds: int, states: int) -> bool:
    """Calibrate presets; whether every reference does what it should.

    Args:
        names: of the presets; none: all.
        seeds: trainings of each reference.
        states: how many hidden data sets.
    """
    from models.engine.training import Trainer

    trainer, sound = Trainer(), True
    for preset in [presets()[name] for name in names or presets()]:
        for state in (0, *range(1, states)):
            begun = time.perf_counter()
            assignment = Assignment.model_validate(preset.on(state) if state else preset.document)
            found = calibrated(preset, assignment, trainer, seeds)
            print(f"{preset.id}, hidden data {state}, pass mark {preset.pass_mark:g} of {assignment.max_score:g}")
            for judged in found.references:
                sound = sound and judged.as_expected is True
                line(judged)
            for flaky in found.flaky:
                print(f"    luck decides {flaky.name} for {', '.join(flaky.references)}")
            for reference in preset.references:
                if reference.expected == "refused":
                    faults = refuse(assignment, preset.spec(reference))
                    sound = sound and bool(faults)
                    print(f"  {reference.name:32} {'refused' if faults else 'NOT REFUSED'}")
            print(f"  {time.perf_counter() - begun:.0f} s", flush=True)
    print("sound" if sound else "NOT SOUND")
    return sound


def calibrated(preset: AssignmentPreset, assignment: Assignment, trainer: Any, seeds: int) -> Calibration:
    """The calibration by all references that are not refused."""
    chosen = hidden_seeds(SECRET, preset.id, seeds)
    references = []
    for each in preset.references:
        if each.expected == "refused":
            continue
        spec = prepared(assignment, preset.spec(each))
        trainings = [trained(trainer, replicate) for replicate in replicates(spec, chosen)]
        references.append(Reference(each.name, each.expected, Evidence(spec, trainings)))
    return calibrate(assignment, references, preset.pass_mark)


def trained(trainer: Any, spec: TrainingJobSpec) -> Training:
    """One training, as a job would leave it."""
    document = canonical(spec)
    record = Record(document)
    for event in trainer.train(spec):
        if isinstance(event, Failed):
            raise SystemExit(event.detail)
        record.add(event)
    assert record.finished is not None
    diagnosis = diagnose(record)
    left = result(document, record.finished, diagnosis.verdict)
    return Training(
        seed=spec.seed,
        metrics=left["metrics"],
        stop_reason=left["stop_reason"],
        record=record,
        diagnosis=diagnosis,
        parameters=left["parameters"],
        weights_digest=left["weights_digest"],
    )


def line(reference: ReferenceCalibration) -> None:
    """Print what is known of one reference."""
    scores = "/".join(f"{score:g}" for score in (reference.low, reference.median, reference.high) if score is not None)
    checks = "  ".join(
        f"{check.name} {'-' if check.seeds is None else f'{check.seeds.rate:.0%}'}"
        f"→{'-' if check.grades is None else f'{check.grades:.0%}'}"
        for check in reference.checks
    )
    verdict = "" if reference.as_expected else "  NOT AS EXPECTED"
    print(
        f"  {reference.name:32} {reference.expected}  passes {reference.passes:7.1%}  score {scores:14} "
        f"trainings {reference.trainings:4.1f}  {checks}{verdict}",
        flush=True,
    )
