"""What a calibration says of rubrics whose luck is known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from models.diagnoses.finding import Diagnosis
from models.record import Record
from service.grading.rubric.assignment import Assignment
from service.grading.rubric.calibration import DRAWS, Calibration, Reference, calibrate, draws, graded, subset
from service.grading.rubric.evidence import Evidence, Training
from service.grading.rubric.presets import presets

WELL = Diagnosis(version="1", verdict="healthy", findings=[])
PRESET = presets()["deep-tanh"]
SPEC = PRESET.spec(PRESET.references[0])
METRIC: dict[str, Any] = {"type": "metric", "metric": "accuracy", "split": "test", "at_least": 0.7, "points": 40}


def assignment(*rubric: dict[str, Any], **seeds: Any) -> Assignment:
    """The circles with another rubric."""
    return Assignment.model_validate(
        {
            "title": "circles",
            "data": PRESET.document["data"],
            "rubric": list(rubric),
            "seeds": {"count": 5, "max": 5} | seeds,
        }
    )


def training(seed: int, accuracy: float | None) -> Training:
    """One that has reached so much."""
    return Training(
        seed=seed,
        metrics={"test": {"accuracy": accuracy}},
        stop_reason="completed" if accuracy is not None else "diverged",
        record=Record({}),
        diagnosis=WELL,
        parameters={"total": 141},
        weights_digest=f"sha256:{seed}",
    )


def reference(accuracies: Sequence[float | None], expected: Any = None, **more: Any) -> Reference:
    trainings = [training(seed, accuracy) for seed, accuracy in enumerate(accuracies)]
    return Reference("one", expected, Evidence(SPEC, trainings, **more))


def test_what_always_passes_and_what_never_does() -> None:
    found = calibrate(
        assignment(METRIC), [reference([0.9] * 40, "pass"), reference([0.5] * 39 + [None], "fail")], pass_mark=20
    )
    good, bad = found.references
    assert (good.passes, good.as_expected, good.low, good.high, good.borderline) == (1.0, True, 40.0, 40.0, 0.0)
    assert (bad.passes, bad.as_expected, bad.high) == (0.0, True, 0.0)
    [check] = good.checks
    assert check.seeds is not None
    assert (check.seeds.passed, check.seeds.of, check.grades, check.flaky) == (40, 40, 1.0, False)
    assert 0.91 < check.seeds.low < 0.92
    assert (found.flaky, found.sound, found.count) == ([], True, 5)


def test_a_threshold_among_the_values_is_flaky_and_named() -> None:
    values = [0.66 + 0.002 * number for number in range(40)]
    named = METRIC | {"name": "reached"}
    found = calibrate(assignment(named), [reference(values, "pass")], pass_mark=20)
    [one] = found.references
    assert one.passes is not None
    assert 0.2 < one.passes < 0.8
    assert one.as_expected is False
    assert one.checks[0].reasons == ["rate", "interval"]
    [flaky] = found.flaky
    assert (flaky.name, flaky.references, found.sound) == ("reached", ["one"], False)


def test_the_median_of_five_is_surer_than_one_seed() -> None:
    found = calibrate(assignment(METRIC), [reference(([0.9] * 4 + [0.5]) * 10)])
    [check] = found.references[0].checks
    assert check.seeds is not None
    assert check.grades is not None
    assert check.seeds.rate == 0.8
    assert check.grades > 0.9
    assert (found.references[0].passes, found.sound) == (None, None)


def test_more_seeds_are_drawn_where_a_submission_would_get_them() -> None:
    one = reference(([0.9] * 4 + [0.5]) * 10)
    short, long = assignment(METRIC), assignment(METRIC, max=15)
    assert calibrate(short, [one]).references[0].trainings == 5
    found = calibrate(long, [one]).references[0]
    assert 5 < found.trainings <= 15
    assert found.borderline < 0.5
    order = [4, 0, 1, 2, 3, *range(5, 15)]  # the first of them is a poor one
    assert len(graded(short, one.evidence, order).seeds) == 5
    assert len(graded(long, one.evidence, order).seeds) > 5
    assert len(graded(long, one.evidence, [0, 1, 2, 3, 5]).seeds) == 5


def test_a_check_that_breaks_or_waits_for_a_teacher_is_no_failure() -> None:
    manual = {"type": "manual", "name": "essay", "points": 10}
    unknown = {"type": "dead_fraction", "at_most": 0.5, "points": 10}  # there is no trace
    found = calibrate(assignment(METRIC, manual, unknown), [reference([0.9] * 6)], pass_mark=20)
    one = found.references[0]
    assert one.checks[0].grades == 1.0
    assert (one.checks[1].grades, one.checks[1].seeds, one.checks[1].flaky) == (None, None, False)
    assert one.checks[2].name == "dead_fraction"


def test_a_calibration_repeats_and_is_strict_json() -> None:
    values = [0.6 + 0.01 * (7 * number % 20) for number in range(20)]
    first, again = (calibrate(assignment(METRIC), [reference(values)], 20) for _ in range(2))
    assert first == again
    assert Calibration.model_validate_json(first.model_dump_json()) == first


@pytest.mark.parametrize(("seeds", "length", "count"), [(1, 5, 1), (3, 5, 3), (40, 15, 15)])
def test_draws_are_orders_of_different_seeds(seeds: int, length: int, count: int) -> None:
    found = [tuple(order) for order in draws(seeds, length)]
    assert len(found) == (1 if seeds == 1 else DRAWS)
    assert all(len(set(order)) == len(order) == count and max(order) < seeds for order in found)


def test_a_subset_repeats_as_the_whole_does() -> None:
    whole = reference([0.1, 0.2, 0.3], repeats=["sha256:0"]).evidence
    part = subset(whole, [2, 1])
    assert [each.seed for each in part.trainings] == [2, 1]
    assert part.repeats == ["sha256:2"]
    assert subset(reference([0.1, 0.2], repeats=["sha256:other"]).evidence, [1]).repeats == ["sha256:other"]
