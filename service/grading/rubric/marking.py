"""Marks a submission: makes a grade of its evidence, check by check, so that one that breaks costs nothing else."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from math import fsum, isfinite
from typing import TYPE_CHECKING, Final

from models.diagnoses.finding import Advice
from models.text import LocalizedText
from service.grading.rubric.checks import Check
from service.grading.rubric.evidence import Evidence
from service.grading.rubric.formula import computed
from service.grading.rubric.grade import CheckResult, Grade, Late
from service.grading.rubric.lateness import IN_TIME, Lateness

if TYPE_CHECKING:
    from service.grading.rubric.assignment import Assignment

logger = logging.getLogger(__name__)

RULES: Final = "2026.1"  # changes with every change of what a check measures or how points are made of it
DIGITS: Final = 6  # of points: sums of shares are equal, however they are added
MOST_ADVICE: Final = 3
# Advice that tells of rows which a student does not see, or that a submission cannot follow.
WITHHELD: Final = ("/data", "/training/class_weight")
BROKEN: Final = LocalizedText(
    "This check could not be marked; that is our failure, and it is being looked at.",
    "Esta comprobación no se pudo evaluar; es un fallo nuestro y se está revisando.",
)


def mark(assignment: Assignment, evidence: Evidence, *, lateness: Lateness = IN_TIME) -> Grade:
    """Mark a submission.

    A check that raises is recorded as failed by us; its points are unknown, and so is the score, while all other
    checks are marked. Nothing that is raised in a check leaves here.

    Args:
        assignment: what was asked.
        evidence: what was measured.
        lateness: of the submission.
    """
    evidence = replace(evidence, aggregate=assignment.seeds.aggregate)
    results = [_checked(check, evidence) for check in assignment.checks]
    straddling = any(result.straddles for result in results)
    grade = Grade(
        score=None,
        raw_score=None,
        max_score=assignment.max_score,
        checks=results,
        seeds=[training.seed for training in evidence.trainings],
        borderline=straddling and len(evidence.trainings) >= assignment.seeds.cap,
        late=Late(late=lateness.late, seconds=lateness.seconds, deducted=lateness.deducted),
        incomplete=False,
        failed_by_us=False,
        rules=RULES,
    )
    return total(assignment, grade)


def total(assignment: Assignment, grade: Grade) -> Grade:
    """Compute a grade's score from its checks, as they are or as a teacher has changed them.

    Args:
        assignment: what was asked.
        grade: with the points and scores of its checks, and how late it is.
    """
    failed = any(result.error is not None for result in grade.checks)
    raw, error = (None, None) if failed else _score(assignment, grade.checks)
    taken = grade.late.deducted * assignment.max_score
    return grade.model_copy(
        update={
            "score": None if raw is None else max(0.0, round(raw - taken, DIGITS)),
            "raw_score": raw,
            "incomplete": any(result.score is None and result.error is None for result in grade.checks),
            "failed_by_us": failed or error is not None,
            "error": error,
        }
    )


def more_seeds(assignment: Assignment, grade: Grade) -> int:
    """How many further seeds would help to decide; 0 when all is decided, or no more are allowed."""
    if grade.failed_by_us or not any(result.straddles for result in grade.checks):
        return 0
    return max(0, min(assignment.seeds.count, assignment.seeds.cap - len(grade.seeds)))


def _score(assignment: Assignment, results: Sequence[CheckResult]) -> tuple[float | None, str | None]:
    """The points before lateness, and what is wrong with the formula; a formula waits until all scores are there."""
    if assignment.formula is None:
        return round(fsum(result.points or 0.0 for result in results), DIGITS), None
    scores = {result.name: result.score for result in results if result.score is not None}
    if len(scores) < len(results):
        return None, None
    try:
        share = computed(assignment.formula, scores)
        if not isfinite(share):
            return None, f"the formula is {share}"
    except Exception as error:  # whatever it is, the checks are marked
        logger.exception("a formula failed")
        return None, f"{type(error).__name__}: {error}"
    return round(min(1.0, max(0.0, share)) * assignment.max_score, DIGITS), None


def _checked(check: Check, evidence: Evidence) -> CheckResult:
    """One check."""
    try:
        found = check.measure(evidence)
        return CheckResult(
            type=check.type,
            name=check.called,
            points=None if found.score is None else round(found.score * check.points, DIGITS),
            max_points=check.points,
            passed=found.passed,
            score=found.score,
            message=found.message,
            evidence=found.evidence,
            visibility=check.visibility,
            straddles=found.straddles and check.points > 0,
            findings=list(found.findings),
            advice=_advice(found.findings, evidence),
        )
    except Exception as error:  # a mark is never lost to a mistake of ours
        logger.exception("the check %s failed", check.called)
        return CheckResult(
            type=check.type,
            name=check.called,
            points=None,
            max_points=check.points,
            passed=None,
            score=None,
            message=BROKEN,
            evidence={},
            visibility=check.visibility,
            error=f"{type(error).__name__}: {error}"[:500],
        )


def _advice(codes: Sequence[str], evidence: Evidence) -> list[Advice]:
    """What the diagnosis advises against these findings, the best first, each once."""
    known = {
        finding.code: finding.advice
        for training in reversed(evidence.trainings)
        for finding in training.diagnosis.findings
    }
    found: dict[str, Advice] = {}
    for code in codes:
        for advice in known.get(code, []):
            if not any(step.path.startswith(WITHHELD) for step in advice.patch):
                found.setdefault(advice.code, advice)
    return list(found.values())[:MOST_ADVICE]
