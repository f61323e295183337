"""How a rubric judges specs whose worth is known, over many seeds, before students meet it.

A grade takes the median (or another aggregate) of a few seeds, and another secret would have drawn other ones. From
the trainings of one spec over many seeds such grades are drawn again and again: the share in which a check passes is
what a student's luck decides. A threshold is flaky where that share is neither small nor great, or where the interval
of what was measured over *all* seeds still holds it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from math import comb
from random import Random
from statistics import median
from typing import Literal

from pydantic import BaseModel, ConfigDict

from service.grading.assignment import Assignment
from service.grading.evidence import Evidence
from service.grading.marking import CheckResult, Grade, mark
from service.samples.statistics import wilson

logger = logging.getLogger(__name__)

DRAWS = 200  # grades that are drawn from the seeds
SURE = 0.95  # the share from which on a check passes for sure; and 1 - SURE fails for sure
Reason = Literal["rate", "interval"]


class Shape(BaseModel):
    """A closed, immutable answer."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Rate(Shape):
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


class CheckCalibration(Shape):
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
    name: str | None
    max_points: float
    seeds: Rate | None
    grades: float | None
    points: float | None
    errors: int
    flaky: bool
    reasons: list[Reason]


class ReferenceCalibration(Shape):
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
    passes: float | None
    as_expected: bool | None
    checks: list[CheckCalibration]


class Flaky(Shape):
    """A threshold that luck decides, and for which references."""

    check: int
    type: str
    name: str | None
    references: list[str]


class Calibration(Shape):
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
        Flaky(check=number, type=check.type, name=check.name, references=names)
        for number, check in enumerate(assignment.rubric)
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
    seeds = len(evidence.trainings)
    singles = [mark(assignment, subset(evidence, [number])) for number in range(seeds)]
    count = min(assignment.seeds.count, seeds)
    drawn = [mark(assignment, subset(evidence, chosen)) for chosen in draws(seeds, count)]
    scores = [grade.score for grade in drawn if grade.score is not None]
    passes = None if pass_mark is None or not scores else sum(s >= pass_mark for s in scores) / len(scores)
    met: bool | None = None
    if passes is not None and reference.expected is not None:
        met = passes >= SURE if reference.expected == "pass" else passes <= 1 - SURE
    return ReferenceCalibration(
        name=reference.name,
        expected=reference.expected,
        seeds=seeds,
        draws=len(drawn),
        max_score=drawn[0].max_score,
        low=min(scores, default=None),
        median=median(scores) if scores else None,
        high=max(scores, default=None),
        passes=passes,
        as_expected=met,
        checks=[
            _check(number, singles, drawn, straddles=_straddles(assignment, number, evidence))
            for number in range(len(assignment.rubric))
        ],
    )


def _check(number: int, singles: Sequence[Grade], drawn: Sequence[Grade], *, straddles: bool) -> CheckCalibration:
    """One check, from the grades with one seed and those as the assignment makes them."""
    alone, whole = ([grade.checks[number] for grade in grades] for grades in (singles, drawn))
    seeds, share = _decided(alone), _decided(whole)
    grades = sum(share) / len(share) if share else None
    reasons: list[Reason] = []
    if grades is not None and 1 - SURE < grades < SURE:
        reasons.append("rate")
    if straddles:
        reasons.append("interval")
    points = [check.points for check in whole if check.points is not None]
    first = whole[0]
    return CheckCalibration(
        check=number,
        type=first.type,
        name=first.name,
        max_points=first.max_points,
        seeds=None if not seeds else _rate(sum(seeds), len(seeds)),
        grades=grades,
        points=median(points) if points else None,
        errors=sum(check.error is not None for check in whole),
        flaky=bool(reasons),
        reasons=reasons,
    )


def _decided(checks: Sequence[CheckResult]) -> list[bool]:
    return [check.passed for check in checks if check.passed is not None]


def _rate(passed: int, of: int) -> Rate:
    low, high = wilson(passed, of)
    return Rate(passed=passed, of=of, rate=passed / of, low=low, high=high)


def _straddles(assignment: Assignment, number: int, evidence: Evidence) -> bool:
    """Whether the interval over all seeds holds a threshold of a check; a check that breaks says nothing."""
    try:
        return assignment.rubric[number].measure(evidence).straddles
    except Exception:
        logger.exception("check %d of the rubric broke on a reference", number)
        return False


def draws(seeds: int, count: int, most: int = DRAWS) -> Iterator[Sequence[int]]:
    """Different choices of ``count`` of the seeds' numbers: all there are, or ``most`` that are always the same.

    Example:
        >>> list(draws(3, 2))
        [(0, 1), (0, 2), (1, 2)]
    """
    if comb(seeds, count) <= most:
        yield from combinations(range(seeds), count)
        return
    chance = Random(seeds)  # noqa: S311 - nothing to keep secret, and the same answer each time
    seen: set[tuple[int, ...]] = set()
    while len(seen) < most:
        chosen = tuple(sorted(chance.sample(range(seeds), count)))
        if chosen not in seen:
            seen.add(chosen)
            yield chosen


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
