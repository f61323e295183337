"""Floors, ceilings and full marks; numbers of all seeds as one."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.grading.rubric.checks import MetricCheck, NeverDiverges, NoFinding
from service.grading.rubric.checks.specimens import DIVERGING, SOUND, VANISHING
from service.grading.rubric.evidence import Aggregate, Evidence, Training
from service.grading.rubric.measurement import Measurement
from service.grading.rubric.samples import aggregated, undecided
from tests.service.grading.rubric.recorded import evidence, trainings

API = {"type": "metric", "metric": "accuracy", "split": "test", "at_least": 0.8, "full_at": 0.84, "points": 40}
VALUES = st.floats(0, 1)
SEVERAL = st.lists(VALUES, min_size=1, max_size=12)


def metric(**changes: Any) -> MetricCheck:
    return MetricCheck.model_validate(API | changes)


def of(values: list[float | None], **changes: Any) -> Measurement:
    """The check's measurement for trainings with such accuracies on the test rows."""
    own = trainings(SOUND)[0]
    made: list[Training] = [replace(own, metrics={"test": {"accuracy": value}}) for value in values]
    return metric(**changes).measure(Evidence(evidence(SOUND).spec, made))


class TestScore:
    @pytest.mark.parametrize(
        ("accuracy", "score", "passed"),
        [(0.79, 0, False), (0.8, 0, True), (0.82, 0.5, True), (0.84, 1, True), (0.9, 1, True), (None, 0, False)],
    )
    def test_it_grows_in_a_line_from_the_floor_to_the_full_mark(
        self, accuracy: float | None, score: float, passed: bool
    ) -> None:
        found = of([accuracy])
        assert found.score == pytest.approx(score)
        assert found.passed is passed

    @pytest.mark.parametrize(("accuracy", "score"), [(0.79, 0), (0.8, 1), (0.81, 1)])
    def test_without_a_full_mark_the_floor_gives_all(self, accuracy: float, score: float) -> None:
        assert of([accuracy], full_at=None).score == score

    @pytest.mark.parametrize(("loss", "score"), [(0.3, 0), (0.25, 0), (0.2, 0.5), (0.1, 1)])
    def test_a_ceiling_is_a_floor_upside_down(self, loss: float, score: float) -> None:
        assert of([loss], at_least=None, at_most=0.25, full_at=0.15).score == pytest.approx(score)

    def test_nine_in_ten_of_single_precision_reach_nine_in_ten(self) -> None:
        assert of([0.8999999761581421], at_least=0.9, full_at=None).passed is True

    def test_a_metric_that_is_not_there_fails(self) -> None:
        found = metric(metric="auc").measure(evidence(SOUND))
        assert (found.score, found.passed, found.evidence["value"]) == (0, False, None)

    def test_the_message_says_what_was_measured_and_what_was_asked(self) -> None:
        assert of([0.82]).message.en == "accuracy on the test rows is 0.82; asked: at least 0.8, for all points 0.84."
        assert of([0.82]).message.es.startswith("accuracy en las filas de evaluación es 0.82; se pide: al menos 0.8")

    @given(SEVERAL, st.sampled_from(["median", "lower_bound", "mean", "worst"]))
    def test_it_is_a_share(self, values: list[float], aggregate: Aggregate) -> None:
        found = of(list(values), aggregate=aggregate)
        assert found.score is not None
        assert 0 <= found.score <= 1
        assert found.passed is not None

    @given(SEVERAL, st.integers(0, 11), st.floats(0, 1), st.sampled_from(["median", "lower_bound", "mean", "worst"]))
    def test_a_better_metric_is_never_worth_less(
        self, values: list[float], index: int, gain: float, aggregate: Aggregate
    ) -> None:
        better = list(values)
        better[index % len(better)] += gain
        below, above = of(list(values), aggregate=aggregate), of(list(better), aggregate=aggregate)
        assert below.score is not None
        assert above.score is not None
        assert above.score >= below.score
        assert above.passed or not below.passed

    @given(SEVERAL, st.sampled_from(["median", "lower_bound", "mean", "worst"]))
    def test_a_training_that_diverges_never_helps(self, values: list[float], aggregate: Aggregate) -> None:
        whole, broken = of(list(values), aggregate=aggregate), of([None, *values[1:]], aggregate=aggregate)
        assert whole.score is not None
        assert broken.score is not None
        assert broken.score <= whole.score


class TestSeeds:
    def test_the_median_is_the_default(self) -> None:
        assert of([0.1, 0.82, 0.9]).score == pytest.approx(0.5)

    def test_the_assignment_may_say_another(self) -> None:
        own = trainings(SOUND)[0]
        made = [replace(own, metrics={"test": {"accuracy": value}}) for value in (0.1, 0.82, 0.9)]
        given = Evidence(evidence(SOUND).spec, made, aggregate="worst")
        assert metric().measure(given).score == 0
        assert metric(aggregate="median").measure(given).score == pytest.approx(0.5)

    def test_of_a_ceiling_the_worst_is_the_greatest(self) -> None:
        assert aggregated([0.1, 0.3], "worst", higher=False).value == 0.3
        assert aggregated([0.1, 0.2, 0.3], "lower_bound", higher=False).value == 0.3

    def test_no_number_is_worse_than_all(self) -> None:
        assert aggregated([None, 0.9, 0.9], "median", higher=True).value == 0.9
        assert aggregated([None, None, 0.9], "median", higher=True).value == -math.inf
        assert aggregated([None, 0.9], "mean", higher=False).value == math.inf
        assert aggregated([math.nan], "median", higher=True).values == [None]

    def test_an_interval_around_a_threshold_straddles(self) -> None:
        assert of([0.79, 0.81, 0.81]).straddles is True
        assert of([0.81, 0.82, 0.83]).straddles is False
        assert of([0.83, 0.85, 0.86]).straddles is True  # the full mark is a threshold as well
        assert of([0.5, 0.6, 0.7]).straddles is False
        assert of([0.81]).straddles is False

    def test_an_outlier_among_many_does_not(self) -> None:
        assert of([0.5, *[0.9] * 9]).straddles is False
        assert of([0.5, *[0.9] * 4]).straddles is True

    @pytest.mark.parametrize("share", [0.5, 0.8])
    def test_a_vote_is_decided_as_the_interval_of_a_median_is(self, share: float) -> None:
        assert undecided(3, 5, share) is True
        assert undecided(0, 5, share) is undecided(5, 5, share) is False
        assert undecided(0, 1, share) is False
        assert undecided(30, 40, share) is (share == 0.8)

    @given(st.lists(st.booleans(), min_size=2, max_size=30))
    def test_at_one_half_it_is_that_interval(self, votes: list[bool]) -> None:
        found = aggregated([float(vote) for vote in votes], "median", higher=True)
        assert undecided(sum(votes), len(votes), 0.5) is (found.low != found.high)


class TestVotes:
    def mixed(self) -> Evidence:
        return Evidence(
            evidence(SOUND).spec, [*trainings(SOUND), *trainings(VANISHING, [1, 2]), *trainings(DIVERGING, [1])]
        )

    def test_enough_trainings_must_agree(self) -> None:
        half = NoFinding.model_validate({"type": "no_finding", "code": "vanishing_gradients", "points": 1})
        most = half.model_copy(update={"share": 0.8})
        assert half.measure(self.mixed()).passed is True
        assert most.measure(self.mixed()).passed is False
        assert most.measure(self.mixed()).findings == ("vanishing_gradients",)

    def test_one_that_diverged_is_not_free_of_findings(self) -> None:
        check = NoFinding.model_validate({"type": "no_finding", "code": "vanishing_gradients", "points": 1})
        assert check.measure(evidence(DIVERGING)).passed is False

    def test_never_means_never(self) -> None:
        check = NeverDiverges.model_validate({"type": "never_diverges", "points": 1})
        found = check.measure(self.mixed())
        assert (found.passed, found.straddles) == (False, False)
        assert check.model_copy(update={"share": 0.8}).measure(self.mixed()).passed is True
