"""Runs all diagnoses on a spec or a record, and draws the verdict."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from models.diagnoses.catalog import DIAGNOSES
from models.diagnoses.data_facts import table_facts
from models.diagnoses.design import Design
from models.diagnoses.finding import Diagnosis, Finding, Severity
from models.diagnoses.rule import DataRule, GivenRule, SpecificationRule, TrainingRule
from models.diagnoses.thresholds import LIMITS, VERSION
from models.diagnoses.training_run import TrainingRun
from models.record import Record
from models.specs.job import TrainingJobSpec

HEALTHY: Final = "healthy"
ORDER: Final[dict[Severity, int]] = {"error": 0, "warning": 1, "info": 2}
SUSPECTS: Final = frozenset(rule.code for rule in DIAGNOSES if isinstance(rule, GivenRule) and rule.suspect)
ROOTS: Final = frozenset(rule.code for rule in DIAGNOSES if isinstance(rule, GivenRule) and rule.root)
SYMPTOMS: Final = frozenset(rule.code for rule in DIAGNOSES if isinstance(rule, TrainingRule) and rule.symptom)


def lint(spec: TrainingJobSpec) -> list[Finding]:
    """What the spec alone tells; milliseconds, without TensorFlow.

    Args:
        spec: a valid spec.
    """
    return arranged(searched(Design(spec)))


def diagnose(record: Record) -> Diagnosis:
    """What a training tells, with the verdict.

    A network is healthy unless a finding is an error. The verdict is the first error in the order of the list of
    diagnoses, where causes stand before what they cause. Where a training failed, a warning about spec or table
    becomes an error if it is the root of such failures, or else the first suspect if nothing measured explains it.
    Where it only ended poorly, a warning about the root of failures must be far beyond its threshold for that.
    """
    run = TrainingRun(Design(TrainingJobSpec.model_validate(record.spec)), record)
    found = searched(run.design, run)
    if run.failed or run.stalled == 1.0:
        found = accused(found)
    elif run.gain < LIMITS.short:
        found = [f.model_copy(update={"severity": "error"}) if gross(f) else f for f in found]
    found = arranged(found)
    return Diagnosis(version=VERSION, verdict=verdict_of(found), findings=found)


def gross(finding: Finding) -> bool:
    """Whether a warning about the root of failures is so far beyond its threshold that it explains a poor end too."""
    value, threshold = finding.value, finding.threshold
    far = value is not None and threshold is not None and value > LIMITS.gross * threshold > 0
    return far and finding.severity == "warning" and finding.code in ROOTS


def verdict_of(findings: Sequence[Finding]) -> str:
    """The code of the first error among arranged findings, or ``healthy``."""
    return next((finding.code for finding in findings if finding.severity == "error"), HEALTHY)


def searched(design: Design, run: TrainingRun | None = None) -> list[Finding]:
    """The findings of all diagnoses on a spec, and on a training of it where there is one, in the list's order.

    Args:
        design: the spec.
        run: its training.
    """
    facts = table_facts(design) if run is None else run.facts
    found: list[Finding] = []
    for rule in DIAGNOSES:
        match rule:
            case SpecificationRule():
                found.extend(rule.find(design))
            case DataRule():
                found.extend(rule.find(design, facts))
            case TrainingRule() if run is not None:
                found.extend(rule.find(run))
            case _:
                pass
    return found


def accused(findings: Sequence[Finding]) -> list[Finding]:
    """The findings with the warnings that explain a failure made errors."""
    guilty = [f for f in findings if f.severity == "warning" and f.code in ROOTS]
    if not guilty and not any(f.severity == "error" and f.code not in SYMPTOMS for f in findings):
        guilty = [f for f in findings if f.severity == "warning" and f.code in SUSPECTS][:1]
    return [f.model_copy(update={"severity": "error"}) if f in guilty else f for f in findings]


def arranged(findings: Sequence[Finding]) -> list[Finding]:
    """Errors first, then warnings, then the rest; otherwise in the order in which they were found."""
    return sorted(findings, key=lambda finding: ORDER[finding.severity])
