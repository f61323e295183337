"""Measures how a rubric judges specs of known worth over many seeds, before students meet it.

A grade takes the median (or another aggregate) of a few seeds, and another secret would have drawn other ones. From
the trainings of one spec over many seeds such grades are drawn again and again, each as a submission's is made, with
more seeds where the first leave a check open: the share in which a check passes is what a student's luck decides. A
threshold is flaky where that share is neither small nor great, or where the interval of what was measured over *all*
seeds still holds it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random
from statistics import fmean, median
from typing import Literal

from models.frozen import Frozen
from service.experiments.replicates.statistics import wilson
from service.grading.rubric.assignment import Assignment
from service.grading.rubric.evidence import Evidence
from service.grading.rubric.grade import CheckResult, Grade
from service.grading.rubric.marking import mark, more_seeds

DRAWS = 200  # grades that are drawn from the seeds
SURE = 0.95  # the share from which on a check passes for sure; and 1 - SURE fails for sure
Reason = Literal["rate", "interval"]


class Rate(Frozen):
    """A share of seeds, and where the true one lies with 95 % confidence (Wilson 1927).

    Attributes:
        passed: how many passed.
        of: how many there were.
        rate: their share.
        low: the interval's lower bound.
        high: its upper bound.
    """

    passed: int
    of: int
    rate: float
    low: float
    high: float


class CheckCalibration(Frozen):
    """One check of the rubric, on one reference.

    Attributes:
        check: its place in the rubric, from 0.
        type: its type.
        name: its name.
        max_points: what it can give.
        seeds: of grades with a single seed each, how many passed; null where it waits for a teacher.
        grades: the share of grades, as the assignment makes them, in which it passes.
        points: the median of its points over these grades.
        errors: grades in which it broke.
        flaky: whether luck decides it.
        reasons: ``rate``: it passes in neither nearly all nor nearly no grades; ``interval``: the interval of what
            was measured over all seeds holds a threshold.
    """

    check: int
    type: str
    name: str
    max_points: float
    seeds: Rate | None
    grades: float | None
    points: float | None
    errors: int
    flaky: bool
    reasons: list[Reason]


class ReferenceCalibration(Frozen):
    """One reference.

    Attributes:
        name: its name.
        expected: what it should do; null where nothing is expected.
        seeds: how many trainings there are.
        draws: how many grades were drawn from them.
        max_score: the greatest score.
        low: the smallest score of these grades.
        median: their median.
        high: the greatest.
        trainings: how many a grade takes, on average.
        borderline: the share of grades that stay borderline.
        passes: the share of grades that reach the pass mark; null without one.
        as_expected: whether that share is at least 95 % where it should pass, at most 5 % where it should fail.
        checks: by check, in the rubric's order.
    """

    name: str
    expected: Literal["pass", "fail"] | None
    seeds: int
    draws: int
    max_score: float
    low: float | None
    median: float | None
    high: float | None
    trainings: float
    borderline: float
    passes: float | None
    as_expected: bool | None
    checks: list[CheckCalibration]


class Flaky(Frozen):
    """A threshold that luck decides, and for which references."""

    check: int
    type: str
    name: str
    references: list[str]


class Calibration(Frozen):
    """What is known of a rubric before its release.

    Attributes:
        count: the seeds of a grade.
        pass_mark: points from which on a grade passes; null where nobody said.
        references: by reference.
        flaky: the checks that are flaky for some of them.
        sound: whether every reference does what it should, and no check is flaky; null without expectations.
    """

    count: int
    pass_mark: float | None
    references: list[ReferenceCalibration]
    flaky: list[Flaky]
    sound: bool | None


@dataclass(frozen=True)
class Reference:
    """A spec whose worth is known, trained with many seeds.

    Attributes:
        name: of it.
        expected: whether it should pass.
        evidence: of all its trainings.
    """

    name: str
    expected: Literal["pass", "fail"] | None
    evidence: Evidence


def calibrate(assignment: Assignment, references: Sequence[Reference], pass_mark: float | None = None) -> Calibration:
    """Judge the rubric by the references.

    Args:
        assignment: whose rubric it is.
        references: at least one seed each.
        pass_mark: points from which on a grade passes.
    """
    judged = [_reference(assignment, reference, pass_mark) for reference in references]
    flaky = [
        Flaky(check=number, type=check.type, name=check.called, references=names)
        for number, check in enumerate(assignment.checks)
        if (names := [each.name for each in judged if each.checks[number].flaky])
    ]
    held = [each.as_expected for each in judged if each.as_expected is not None]
    return Calibration(
        count=assignment.seeds.count,
        pass_mark=pass_mark,
        references=judged,
        flaky=flaky,
        sound=all(held) and not flaky if held else None,
    )


def _reference(assignment: Assignment, reference: Reference, pass_mark: float | None) -> ReferenceCalibration:
    evidence = reference.evidence
    whole = mark(assignment, evidence)
    singles = [mark(assignment, subset(evidence, [number])) for number in range(len(evidence.trainings))]
    drawn = [graded(assignment, evidence, order) for order in draws(len(evidence.trainings), assignment.seeds.cap)]
    scores = [grade.score for grade in drawn if grade.score is not None]
    passes = None if pass_mark is None or not scores else fmean(score >= pass_mark for score in scores)
    met: bool | None = None
    if passes is not None and reference.expected is not None:
        met = passes >= SURE if reference.expected == "pass" else passes <= 1 - SURE
    return ReferenceCalibration(
        name=reference.name,
        expected=reference.expected,
        seeds=len(evidence.trainings),
        draws=len(drawn),
        max_score=assignment.max_score,
        low=min(scores, default=None),
        median=median(scores) if scores else None,
        high=max(scores, default=None),
        trainings=fmean(len(grade.seeds) for grade in drawn),
        borderline=fmean(grade.borderline for grade in drawn),
        passes=passes,
        as_expected=met,
        checks=[
            _check(number, *([grade.checks[number] for grade in grades] for grades in ([whole], singles, drawn)))
            for number in range(len(assignment.rubric))
        ],
    )


def graded(assignment: Assignment, evidence: Evidence, order: Sequence[int]) -> Grade:
    """The grade that trainings give in this order, with as many of them as a submission would ask for."""
    count = min(assignment.seeds.count, len(order))
    while True:
        grade = mark(assignment, subset(evidence, order[:count]))
        more = more_seeds(assignment, grade)
        if not more or count == len(order):
            return grade
        count = min(count + more, len(order))


def _check(
    number: int, whole: Sequence[CheckResult], singles: Sequence[CheckResult], drawn: Sequence[CheckResult]
) -> CheckCalibration:
    """One check, from the grade with all seeds, those with one, and those as the assignment makes them."""
    [everything], seeds, share = whole, _decided(singles), _decided(drawn)
    grades = fmean(share) if share else None
    reasons: list[Reason] = []
    if grades is not None and 1 - SURE < grades < SURE:
        reasons.append("rate")
    if everything.straddles:
        reasons.append("interval")
    points = [check.points for check in drawn if check.points is not None]
    return CheckCalibration(
        check=number,
        type=everything.type,
        name=everything.name,
        max_points=everything.max_points,
        seeds=_rate(sum(seeds), len(seeds)) if seeds else None,
        grades=grades,
        points=median(points) if points else None,
        errors=sum(check.error is not None for check in drawn),
        flaky=bool(reasons),
        reasons=reasons,
    )


def _decided(checks: Sequence[CheckResult]) -> list[bool]:
    return [check.passed for check in checks if check.passed is not None]


def _rate(passed: int, of: int) -> Rate:
    low, high = wilson(passed, of)
    return Rate(passed=passed, of=of, rate=passed / of, low=low, high=high)


def draws(seeds: int, length: int, most: int = DRAWS) -> Iterator[Sequence[int]]:
    """Orders in which up to ``length`` of the seeds' numbers might have come: the same ones each time.

    Example:
        >>> [list(order) for order in draws(1, 5)]
        [[0]]
    """
    chance = Random(seeds)  # noqa: S311 - nothing to keep secret
    count = min(seeds, length)
    for _ in range(most if seeds > 1 else 1):
        yield chance.sample(range(seeds), count)


def subset(evidence: Evidence, numbers: Sequence[int]) -> Evidence:
    """The evidence as if only the seeds with these numbers had been trained.

    The second training of the first seed says whether the spec repeats; it says the same of the subset's first seed.
    """
    trainings = [evidence.trainings[number] for number in numbers]
    first = evidence.trainings[0].weights_digest
    return replace(
        evidence,
        trainings=trainings,
        baseline=[evidence.baseline[number] for number in numbers] if evidence.baseline else (),
        repeats=[trainings[0].weights_digest if digest == first else digest for digest in evidence.repeats],
    )
